from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arm.domain import terms
from arm.domain.classifier import Category, Classifier, Subcategory
from arm.domain.clocks import Clocks, Level, SpanOrigin
from arm.domain.message import OPEN_STAGES, Stage
from arm.domain.regulation import Regulation, Term, TermStart, TermUnit
from tests.domain import rules

MOSCOW = "Europe/Moscow"
ZONES = (
    "Europe/Kaliningrad",
    "Europe/Moscow",
    "Europe/Samara",
    "Asia/Yekaterinburg",
    "Asia/Omsk",
    "Asia/Krasnoyarsk",
    "Asia/Irkutsk",
    "Asia/Yakutsk",
    "Asia/Vladivostok",
    "Asia/Magadan",
    "Asia/Kamchatka",
)
START = datetime(2026, 3, 2, 7, 15, 30, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EMPTY = Classifier()


def demo(days: int | None = None) -> Regulation:
    found = rules.regulation("demo-2026")
    return found if days is None else replace(found, total=Term(amount=days), fast_tracks=())


def registered(regulation: Regulation, at: datetime = START, outer: datetime | None = None) -> Clocks:
    return terms.on_register(regulation, at, MOSCOW, "top", outer)


def enter(clocks: Clocks, stage: Stage, at: datetime, where: str = "town", days: int | None = None) -> Clocks:
    return terms.enter_stage(clocks, demo(), stage, where, days, at)


def spans(clocks: Clocks) -> list[timedelta]:
    return [timedelta(seconds=b.seconds) for b in clocks.budgets]


def test_thirty_days_are_shared_to_the_second() -> None:
    half = 12 * HOUR
    assert spans(registered(demo(30))) == [
        DAY + half,
        DAY + half,
        19 * DAY + half,
        4 * DAY + half,
        3 * DAY,
    ]


def test_ten_days_are_shared_to_the_second() -> None:
    half = 12 * HOUR
    assert spans(registered(demo(10))) == [half, half, 6 * DAY + half, DAY + half, DAY]


def test_eight_days_are_shared_to_the_second() -> None:
    minutes = timedelta(minutes=1)
    assert spans(registered(demo(8))) == [
        9 * HOUR + 36 * minutes,
        9 * HOUR + 36 * minutes,
        5 * DAY + 4 * HOUR + 48 * minutes,
        DAY + 4 * HOUR + 48 * minutes,
        19 * HOUR + 12 * minutes,
    ]


def test_the_total_runs_from_the_moment_of_registration() -> None:
    assert registered(demo()).answer_due_at == START + 30 * DAY


def test_a_term_by_day_ends_with_the_last_day_in_the_organisations_zone() -> None:
    tynda = rules.regulation("tynda-2022")
    zone = ZoneInfo("Asia/Yakutsk")
    arrived = datetime(2026, 3, 2, 23, 59, tzinfo=zone)
    due = terms.total_due(tynda, arrived.astimezone(UTC), "Asia/Yakutsk", "", "", EMPTY)
    assert due.at is not None
    assert due.at.astimezone(zone) == datetime(2026, 4, 2, 0, 0, tzinfo=zone)
    assert due.formula_key == "day" and due.clause == "T 3.9"


def test_a_day_begins_at_another_moment_in_another_zone() -> None:
    tynda = rules.regulation("tynda-2022")
    late_evening_in_moscow = datetime(2026, 3, 2, 20, 30, tzinfo=UTC)
    moscow = terms.total_due(tynda, late_evening_in_moscow, MOSCOW, "", "", EMPTY)
    kamchatka = terms.total_due(tynda, late_evening_in_moscow, "Asia/Kamchatka", "", "", EMPTY)
    assert moscow.at == datetime(2026, 4, 1, 21, 0, tzinfo=UTC)
    assert kamchatka.at == datetime(2026, 4, 2, 12, 0, tzinfo=UTC)


def test_the_shortest_fitting_fast_track_is_taken() -> None:
    due = terms.total_due(demo(), START, MOSCOW, "heating", "no-heating", rules.classifier())
    assert (due.track, due.at, due.clause) == ("urgent", START + 5 * DAY, "Демо 4.2 а")


def test_a_topic_is_found_by_the_title_that_the_act_prints() -> None:
    title = "Отсутствие информации об ограничениях при посещении учреждения культуры"
    known = Classifier(categories={"c7": Category("c7", "Культура", (Subcategory("s3", title),))})
    due = terms.total_due(rules.regulation("tynda-2022"), START, MOSCOW, "c7", "s3", known)
    assert due.track == "accelerated"


def test_a_silent_act_gives_no_term_at_all() -> None:
    clocks = registered(rules.regulation("dnr-2023"))
    assert clocks.answer_due_at is None and clocks.budgets == () and clocks.stage_due_at is None
    assert clocks.level(START + 1000 * DAY) is Level.CALM


def test_a_fast_track_without_a_total_still_counts() -> None:
    track = rules.regulation("demo-2026").fast_tracks[0]
    ruled = replace(rules.regulation("dnr-2023"), fast_tracks=(track,))
    due = terms.total_due(ruled, START, MOSCOW, "water", "no-water", EMPTY)
    assert due.at == START + 5 * DAY


def test_another_unit_is_never_reckoned_as_calendar_days() -> None:
    for unit in set(TermUnit) - {TermUnit.CALENDAR_DAYS}:
        with pytest.raises(ValueError, match=unit.value):
            terms.term_ends_at(Term(amount=1, unit=unit), TermStart.MOMENT, START, MOSCOW)


def test_a_new_message_is_in_moderation_with_its_share() -> None:
    clocks = registered(demo())
    assert clocks.stage_due_at == START + 36 * HOUR
    assert clocks.visits[-1].stage == Stage.MODERATION


def test_the_tighter_of_two_bounds_leads() -> None:
    outer = START + 20 * DAY
    clocks = registered(demo(), outer=outer)
    assert clocks.answer_due_at == START + 30 * DAY and clocks.lead_due_at == outer


def test_accepting_fixes_the_total_of_the_topic() -> None:
    clocks = terms.fix_total(registered(demo()), demo(), MOSCOW, "roads", "potholes", rules.classifier())
    assert clocks.answer_due_at == START + 10 * DAY and clocks.track == "level-2"
    assert clocks.stage_due_at == START + 12 * HOUR


def test_another_topic_recomputes_from_registration() -> None:
    short = terms.fix_total(registered(demo()), demo(), MOSCOW, "roads", "potholes", rules.classifier())
    long = terms.recompute_total(short, demo(), MOSCOW, "culture", "events", rules.classifier())
    assert long.answer_due_at == START + 30 * DAY and long.track == ""


def test_a_second_visit_has_only_what_the_first_left() -> None:
    clocks = enter(registered(demo()), Stage.COORDINATION, START)
    clocks = enter(clocks, Stage.EXECUTION, START + 24 * HOUR)
    clocks = enter(clocks, Stage.COORDINATION, START + 5 * DAY)
    assert clocks.stage_due_at == START + 5 * DAY + 12 * HOUR


def test_nothing_left_is_overdue_on_entry() -> None:
    clocks = enter(registered(demo()), Stage.COORDINATION, START)
    clocks = enter(clocks, Stage.EXECUTION, START + 36 * HOUR)
    back = START + 5 * DAY
    assert enter(clocks, Stage.COORDINATION, back).level(back) is Level.STAGE_OVER


def test_a_stage_never_ends_after_the_total() -> None:
    clocks = enter(registered(demo()), Stage.EXECUTION, START + 25 * DAY)
    assert clocks.stage_due_at == START + 30 * DAY


def test_unused_share_does_not_move_to_the_next_stage() -> None:
    clocks = enter(registered(demo()), Stage.COORDINATION, START + HOUR)
    assert clocks.stage_due_at == START + 37 * HOUR


def test_the_cap_is_charged_only_with_the_organisations_own_stays() -> None:
    clocks = enter(registered(demo()), Stage.COORDINATION, START, "town")
    clocks = enter(clocks, Stage.COORDINATION, START + DAY, "village")
    assert clocks.cap_due_at == START + 4 * DAY
    clocks = enter(clocks, Stage.COORDINATION, START + 3 * DAY, "town")
    assert clocks.cap_due_at == START + 3 * DAY + 2 * DAY


def test_the_organisations_tighter_cap_holds_over_the_regulations() -> None:
    assert enter(registered(demo()), Stage.COORDINATION, START, days=1).cap_due_at == START + DAY
    assert enter(registered(demo()), Stage.COORDINATION, START, days=9).cap_due_at == START + 3 * DAY


def test_the_cap_bounds_coordination_alone() -> None:
    assert enter(registered(demo()), Stage.EXECUTION, START).cap_due_at is None


def test_postponing_gives_shares_of_what_is_left_and_a_reserve() -> None:
    now = datetime(2026, 3, 10, 21, 0, tzinfo=UTC)
    clocks = terms.postpone(registered(demo()), demo(), date(2026, 3, 31), MOSCOW, now)
    assert clocks.answer_due_at == datetime(2026, 3, 30, 21, 0, tzinfo=UTC)
    assert spans(clocks) == [13 * DAY, 3 * DAY, 2 * DAY]
    executed = enter(clocks, Stage.EXECUTION, now)
    assert executed.stage_due_at == now + 13 * DAY and executed.level(now) is Level.CALM


def test_an_inclusive_postponement_holds_to_the_end_of_the_day() -> None:
    ruled = replace(demo(), postpone_inclusive=True)
    clocks = terms.postpone(registered(ruled), ruled, date(2026, 3, 31), MOSCOW, START)
    assert clocks.answer_due_at == datetime(2026, 3, 31, 21, 0, tzinfo=UTC)


def test_a_new_topic_does_not_move_a_named_date() -> None:
    clocks = terms.postpone(registered(demo()), demo(), date(2026, 3, 31), MOSCOW, START)
    assert terms.recompute_total(clocks, demo(), MOSCOW, "roads", "potholes", EMPTY) == clocks


def test_a_low_mark_gives_the_full_term_again() -> None:
    closed = terms.stop(enter(registered(demo()), Stage.APPROVAL, START), START + 20 * DAY)
    mark = START + 40 * DAY
    clocks = terms.reset(closed, demo(), MOSCOW, "roads", "potholes", rules.classifier(), mark)
    clocks = enter(clocks, Stage.COORDINATION, mark)
    assert clocks.answer_due_at == mark + 10 * DAY and clocks.stopped_at is None
    assert clocks.stage_due_at == mark + 12 * HOUR and clocks.origin is SpanOrigin.MARK


def test_a_stopped_clock_remembers_by_how_much_it_was_in_time() -> None:
    closed = terms.stop(registered(demo()), START + 29 * DAY)
    assert closed.late_by_seconds() == -86_400 and closed.level(START + 99 * DAY) is Level.DONE


def test_near_begins_with_the_share_of_the_bound_that_comes_first() -> None:
    clocks = registered(demo())
    assert clocks.near_at == START + 27 * HOUR
    assert clocks.level(START + 27 * HOUR) is Level.NEAR
    assert clocks.level(START + 26 * HOUR) is Level.CALM


moments = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))


@given(days=st.integers(1, 3650), at=moments, zone=st.sampled_from(ZONES))
def test_shares_always_make_the_whole_total(days: int, at: datetime, zone: str) -> None:
    ruled = demo(days)
    for start in TermStart:
        clocks = terms.on_register(replace(ruled, start=start), at, zone, "top")
        assert sum(b.seconds for b in clocks.budgets) == clocks.term_seconds


@given(days=st.integers(1, 3000), at=moments, zone=st.sampled_from(ZONES))
def test_a_term_by_day_ends_at_a_midnight_within_a_day_after_the_moment(days: int, at: datetime, zone: str) -> None:
    by_day = terms.term_ends_at(Term(amount=days), TermStart.DAY, at, zone)
    by_moment = terms.term_ends_at(Term(amount=days), TermStart.MOMENT, at, zone)
    local = by_day.astimezone(ZoneInfo(zone))
    assert (local.hour, local.minute, local.second) == (0, 0, 0)
    assert timedelta() < by_day - by_moment <= DAY


@given(at=moments, more=st.integers(0, 10_000_000), zone=st.sampled_from(ZONES))
def test_a_later_registration_is_never_due_earlier(at: datetime, more: int, zone: str) -> None:
    later = at + timedelta(seconds=more)
    for start in TermStart:
        first, second = (terms.term_ends_at(Term(amount=30), start, m, zone) for m in (at, later))
        assert first <= second


@given(
    steps=st.lists(
        st.tuples(st.sampled_from(OPEN_STAGES), st.integers(0, 900_000), st.sampled_from(["town", "village"])),
        max_size=12,
    )
)
def test_any_walk_keeps_the_bounds_in_order(steps: list[tuple[Stage, int, str]]) -> None:
    clocks, now = registered(demo()), START
    for stage, seconds, where in steps:
        now += timedelta(seconds=seconds)
        clocks = enter(clocks, stage, now, where)
        assert clocks.stage_due_at is not None and clocks.lead_due_at is not None
        assert clocks.stage_due_at <= clocks.lead_due_at
        assert all(v.left_at is not None for v in clocks.visits[:-1])
    used = sum((terms.used_in_stage(clocks, s, now) for s in OPEN_STAGES), timedelta())
    assert used == now - START


@given(seconds=st.integers(0, 10**9), cuts=st.lists(st.integers(0, 1000), min_size=4, max_size=4))
def test_sharing_out_loses_no_second(seconds: int, cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), 1000]
    shares = {s: Fraction(edges[i + 1] - edges[i], 1000) for i, s in enumerate(OPEN_STAGES)}
    found = terms.shared_out(seconds, shares, OPEN_STAGES)
    assert sum(b.seconds for b in found) == seconds and all(b.seconds >= 0 for b in found)
