"""The action bar's source: what a person may do now, what not yet and why, and what is never his."""

import timeit

from arm.domain.actions import ActionState, actions
from arm.domain.commands import Endorse, Take, Verb
from arm.domain.refusals import Reason
from tests.domain.builders import World, actor, regulation
from tests.domain.test_decide_rows import asked, reopened


def bar(world: World, who: str) -> dict[Verb, ActionState]:
    return {one.verb: one for one in actions(world.card, actor(who), world.setting())}


def open_now(world: World, who: str) -> set[Verb]:
    return {verb for verb, one in bar(world, who).items() if one.enabled}


def test_a_moderator_decides_on_a_new_message() -> None:
    world = World().moderation()
    assert open_now(world, "moderator") >= {Verb.ACCEPT, Verb.DECLINE, Verb.SPLIT, Verb.RECLASSIFY}
    without_topic = bar(world, "moderator")[Verb.CHANGE_ORGANISATION]
    assert without_topic.why_not is not None
    assert (without_topic.why_not.reason, without_topic.why_not.clause) == (Reason.CATEGORY_EMPTY, "Демо 3.1")


def test_a_step_at_the_wrong_moment_is_dimmed_with_the_reason_and_the_clause() -> None:
    dimmed = bar(World().execution(), "coordinator")[Verb.ASSIGN]
    assert not dimmed.enabled and dimmed.why_not is not None
    assert dimmed.why_not.reason is Reason.WRONG_STAGE
    assert dimmed.why_not.clause == "Демо 3.3 а"
    assert dimmed.why_not.details["stage"] == "execution"


def test_steps_of_other_people_and_steps_switched_off_are_absent() -> None:
    world = World().execution()
    assert Verb.ACCEPT not in bar(world, "executor")
    assert Verb.SUBMIT not in bar(world, "coordinator")
    assert bar(world, "nobody") == {}
    strict = World(regulation=regulation("dnr-2023")).coordination()
    assert Verb.REDIRECT not in bar(strict, "coordinator")
    assert Verb.DECLINE not in bar(strict, "coordinator")


def test_an_executor_has_his_steps_and_the_fields_they_need() -> None:
    world = World().execution()
    assert open_now(world, "executor") >= {
        Verb.START,
        Verb.SEND_BACK,
        Verb.REASSIGN,
        Verb.REQUEST_DOCUMENTS,
        Verb.SUBMIT,
        Verb.COMMENT,
    }
    assert bar(world, "executor")[Verb.SUBMIT].required[:3] == ("result", "text", "approver")
    assert not bar(world, "second-executor")[Verb.SUBMIT].enabled


def test_a_coordinator_who_took_it_has_the_executors_steps() -> None:
    world = World().coordination()
    world.give(Take(), "coordinator")
    assert {Verb.SUBMIT, Verb.SEND_BACK} <= open_now(world, "coordinator")


def test_an_endorser_decides_once() -> None:
    world = World().endorsement()
    assert {Verb.ENDORSE, Verb.REJECT, Verb.PASS_ON} <= open_now(world, "second-manager")
    world.give(Endorse(seen_hash=world.seen_hash()), "second-manager")
    assert Verb.ENDORSE not in open_now(world, "second-manager")
    assert Verb.APPROVE not in open_now(world, "manager")


def test_only_the_asked_body_and_the_named_stopper_have_their_rare_steps() -> None:
    world = asked()
    assert Verb.ANSWER_INQUIRY in open_now(world, "river-executor")
    assert Verb.ANSWER_INQUIRY not in bar(world, "executor")
    assert Verb.STOP_RECONSIDERATION in open_now(reopened(), "stopper")
    assert Verb.STOP_RECONSIDERATION not in bar(reopened(), "region-coordinator")


def test_the_bar_is_made_in_well_under_a_frame() -> None:
    world = World().execution()
    setting, who = world.setting(), actor("executor")
    best = min(timeit.repeat(lambda: actions(world.card, who, setting), number=20, repeat=5)) / 20
    assert best < 0.004
