"""Suggestions of a desk: learned from what was decided in this cabinet, told in the words of the text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from arm.domain.suggesting import LEAST_EXAMPLES
from tests.desk.steps import accepted, desks, registered
from tests.desk_fixture import WORKS, Town, open_town


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with open_town(tmp_path) as opened:
        yield opened


def decide(town: Town, count: int) -> None:
    for at in range(count):
        accepted(town, f"Во дворе дома {at} большая яма на дороге", "roads")
        accepted(town, f"В школе номер {at} холодные обеды, дети голодные", "schools")


def test_what_was_decided_before_is_suggested_with_its_reason(town: Town) -> None:
    decide(town, LEAST_EXAMPLES)
    with desks(town, "curator") as (curator,):
        curator.suggestions.learn()
        first, second = curator.suggestions.topics("Обеды в школах снова холодные")
        assert (first.key, first.seen) == (("schools", "meals"), LEAST_EXAMPLES)
        assert set(first.because) <= {"обеды", "школах", "холодные"} and first.because
        assert second.key == ("roads", "pits")
        (body,) = curator.suggestions.organisations("Обеды в школах")
        assert (body.key, body.seen) == (WORKS, 2 * LEAST_EXAMPLES)


def test_what_has_not_left_moderation_teaches_nothing(town: Town) -> None:
    for at in range(LEAST_EXAMPLES):
        registered(town, f"Во дворе дома {at} яма", category="roads", subcategory="pits")
    with desks(town, "moderator") as (moderator,):
        moderator.suggestions.learn()
        assert moderator.suggestions.topics("Яма во дворе") == ()


def test_learning_goes_on_by_itself_after_the_first_question(town: Town) -> None:
    decide(town, LEAST_EXAMPLES)
    with desks(town, "curator") as (curator,):
        curator.suggestions.topics("Яма во дворе")
        learner = curator.suggestions._beat._thread
        assert learner is not None and learner.name == "arm-learn"
    # closing the desk waits for the thread
    assert not learner.is_alive()


def test_a_topic_that_is_gone_is_not_suggested(town: Town) -> None:
    decide(town, LEAST_EXAMPLES)
    with desks(town, "curator") as (curator,):
        curator.suggestions.learn()
        categories = dict(curator._core.directory.classifier.categories)
        categories.pop("schools")
        object.__setattr__(curator._core.directory.classifier, "categories", categories)
        assert [one.key for one in curator.suggestions.topics("Обеды в школах")] == [("roads", "pits")]
