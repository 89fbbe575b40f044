"""Dates of tables, and their traps."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from arm.interchange.dates import BadDate, DayOrder, moment_of, order_of

OMSK = ZoneInfo("Asia/Omsk")
PLAIN = DayOrder()


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("05.11.2026", datetime(2026, 11, 4, 18, tzinfo=UTC)),
        ("05.11.2026 10:30", datetime(2026, 11, 5, 4, 30, tzinfo=UTC)),
        ("5.1.26", datetime(2026, 1, 4, 18, tzinfo=UTC)),
        ("2026-11-05", datetime(2026, 11, 4, 18, tzinfo=UTC)),
        ("2026-11-05T10:30:00+03:00", datetime(2026, 11, 5, 7, 30, tzinfo=UTC)),
        ("2026-11-05 10:30:00", datetime(2026, 11, 5, 4, 30, tzinfo=UTC)),
        (date(2026, 11, 5), datetime(2026, 11, 4, 18, tzinfo=UTC)),
        (datetime(2026, 11, 5, 6), datetime(2026, 11, 5, 0, tzinfo=UTC)),
    ],
)
def test_a_date_is_read_in_the_zone_of_the_region(value: str | date, moment: datetime) -> None:
    assert moment_of(value, OMSK, PLAIN) == moment


@pytest.mark.parametrize("value", ["", " - ", "нет", "—"])
def test_an_empty_cell_is_no_date(value: str) -> None:
    assert moment_of(value, OMSK, PLAIN) is None


@pytest.mark.parametrize("value", ["завтра", "31.02.2026", "2026-13-01", "05.11", "12345"])
def test_what_is_no_date_is_refused(value: str) -> None:
    with pytest.raises(BadDate):
        moment_of(value, OMSK, PLAIN)


def test_a_bare_due_date_lasts_to_its_end() -> None:
    assert moment_of("05.11.2026", OMSK, PLAIN, ends=True) == datetime(2026, 11, 5, 18, tzinfo=UTC)


def test_a_column_tells_by_one_date_which_comes_first() -> None:
    assert order_of(["03/04/2026", "03/25/2026"]) == DayOrder(is_month_first=True)
    assert order_of(["03/04/2026", "25/03/2026"]) == DayOrder()


def test_a_column_that_does_not_tell_is_said_to_be_unsure() -> None:
    assert order_of(["03/04/2026", "05/06/2026"]).is_unsure
    assert not order_of(["03.04.2026", "05.06.2026"]).is_unsure
