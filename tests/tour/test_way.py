"""One way of the tour through a real store and a real window."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from arm.tour.checks import Truth
from arm.tour.desk_process import TourFailed
from arm.tour.story import Story
from arm.tour.theatre import Theatre
from arm.tour.ways import WAYS
from arm.tour.ways_intake import way_b

pytestmark = [pytest.mark.desks, pytest.mark.slow]
PNG = b"\x89PNG\r\n"


@pytest.fixture(scope="module")
def theatre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Theatre]:
    made = Theatre(tmp_path_factory.mktemp("theatre"), lambda _words: None)
    yield made
    made.close()


def test_there_are_eight_ways_in_their_order() -> None:
    assert "".join(letter for letter, _title, _way in WAYS) == "abcdefgh"


def test_a_message_is_declined_through_the_window(theatre: Theatre, tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.way("b", "Отклонение на модерации")
    way_b(theatre, story)
    pictures = sorted(tmp_path.glob("b*.png"))
    assert len(pictures) >= 4
    assert all(one.read_bytes().startswith(PNG) for one in pictures)
    text = (tmp_path / "tour.md").read_text(encoding="utf-8")
    assert text.count("Сверено с центральным хранилищем") == 2


def test_a_difference_from_the_store_stops_the_tour(theatre: Theatre, tmp_path: Path) -> None:
    truth = Truth(theatre, Story(tmp_path))
    number = theatre.applicants.send(
        "Проверка", name="Юркина Алла Борисовна", address="г. Светлореченск", topic="waste/dump"
    )
    with pytest.raises(TourFailed, match="stage: wanted 'closed', found 'moderation'"):
        truth.holds(number, "", verbs=("register",), stage="closed")


def test_a_step_on_something_that_is_not_there_says_what_was_seen(theatre: Theatre) -> None:
    desk = theatre.desk("moderator")
    with pytest.raises(TourFailed, match="no-such-widget"):
        desk.click("no-such-widget")
    desk.see(name="queue-list")
