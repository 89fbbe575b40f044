"""Refusals that depend on switches, limits and moments of a regulation."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from arm.domain.commands import Approve, Decline, Rate, Reclassify, Take
from arm.domain.refusals import Reason, Refused
from tests.domain.builders import REGISTER, World, regulation
from tests.domain.test_decide_refusals import (
    REFUSALS,
    approval,
    closed,
    coordination,
    endorsement,
    execution,
    moderation,
)
from tests.domain.test_decide_rows import ASK, POSTPONED


def test_nothing_can_be_done_to_a_message_that_is_not_there() -> None:
    world = World()
    assert world.refusal(Take(), "coordinator").reason is Reason.UNKNOWN_MESSAGE


def test_a_row_that_the_act_does_not_know_is_switched_off() -> None:
    world = World(regulation=regulation("dnr-2023"))
    world.coordination()
    refused = world.refusal(Decline(reason="x", text="y"), "coordinator")
    assert refused.reason is Reason.SWITCHED_OFF
    assert World(regulation=regulation("tynda-2022")).closed().refusal(Rate(mark=1), "applicant") == Refused(
        Reason.SWITCHED_OFF
    )


def test_a_third_postponement_is_refused_where_two_are_allowed() -> None:
    world = World().execution()
    for _ in range(2):
        world.give(replace(POSTPONED, postponed_until=(world.now + timedelta(days=20)).date()), "executor")
        world.give(Approve(seen_hash=world.seen_hash()), "manager")
    refused = world.refusal(replace(POSTPONED, postponed_until=date(2026, 4, 1)), "executor")
    assert (refused.reason, refused.field) == (Reason.POSTPONED_TOO_OFTEN, "result")


def test_a_new_term_that_is_already_over_must_be_acknowledged() -> None:
    world = World().moderation()
    world.now += timedelta(days=12)
    wanted = Reclassify(category="roads", subcategory="potholes")
    refused = world.refusal(wanted, "moderator")
    assert (refused.reason, refused.field) == (Reason.LATE_BY_NEW_TERM, "late_acknowledged")
    world.give(replace(wanted, late_acknowledged=True), "moderator")
    assert world.card.subcategory == "potholes"


@pytest.mark.parametrize("make", [moderation, coordination, execution, endorsement, approval, closed])
def test_whatever_is_asked_at_any_stage_gets_an_answer(make: Callable[[], World]) -> None:
    world = make()
    commands = [one.command for one in REFUSALS if not callable(one.command)]
    for command in commands:
        for who in ("moderator", "coordinator", "executor", "manager", "curator", "applicant", "nobody"):
            outcome = world.ask(command, who)
            assert isinstance(outcome, Refused) or outcome[0].message_id == "m-1"


def test_impossible_dates_and_moments_without_a_zone_are_turned_down() -> None:
    far = replace(POSTPONED, postponed_until=date.max)
    assert execution().refusal(far, "executor").reason is Reason.DATE_IN_FUTURE
    old = replace(ASK, due_on=date(2026, 3, 1))
    assert (execution().refusal(old, "executor").reason, old.due_on) == (Reason.DATE_IN_PAST, date(2026, 3, 1))
    bare = replace(REGISTER, outer_due_at=datetime(2026, 3, 1))
    refused = World().refusal(bare, "operator")
    assert (refused.reason, refused.field) == (Reason.FIELD_NOT_TEXT, "outer_due_at")
