"""Another named to decide where the one named can't: who may do it, for whom, and that nobody is stuck (row 19a)."""

from dataclasses import replace

import pytest

from arm.domain.actions import actions
from arm.domain.commands import Approve, Cause, Command, Endorse, PassOn, Recall, Verb
from arm.domain.events import NoticeKind
from arm.domain.identity import Grant, Role, UserId
from arm.domain.message import Stage
from arm.domain.naming import awaited
from arm.domain.refusals import Reason
from arm.domain.visibility import Sight, seen_by
from tests.domain.builders import PEOPLE, SUBMIT, TOWN, World, actor, regulation, substitution

ACTS = ("demo-2026", "krasnodar-2023", "tynda-2022", "dnr-2023", "astrakhan-2021")


def to(name: str, instead_of: str = "", reason: str = "") -> PassOn:
    replaced = UserId(instead_of) if instead_of else None
    return PassOn(to=UserId(name), instead_of=replaced, cause=Cause.DISMISSAL, reason=reason)


def dismissed(world: World, *names: str) -> World:
    people = dict(world.directory.people)
    people |= {UserId(n): replace(people[UserId(n)], active=False) for n in names}
    return world.with_directory(people=people)


def without_topic(world: World, name: str) -> World:
    """The region in which that manager may decide on culture alone."""
    people = dict(world.directory.people)
    people[UserId(name)] = replace(people[UserId(name)], grants=(Grant(Role.MANAGER, TOWN, ("culture",)),))
    return world.with_directory(people=people)


def absent(world: World, name: str) -> World:
    return world.with_directory(substitutions=(substitution(name, "nobody"),))


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("who", ["coordinator", "administrator"])
def test_under_every_act_a_dismissed_approver_is_replaced_and_the_other_decides(act: str, who: str) -> None:
    world = dismissed(World(regulation=regulation(act)).approval(), "manager")
    card = world.give(to("roads-manager"), who)
    assert awaited(card) == (UserId("roads-manager"),) and card.stage is Stage.APPROVAL
    world.give(Approve(seen_hash=world.seen_hash()), "roads-manager")
    assert world.card.stage is Stage.CLOSED


@pytest.mark.parametrize("lose", [dismissed, without_topic, absent])
def test_dismissed_no_longer_entitled_or_absent_all_count(lose: object) -> None:
    world = World().approval()
    assert world.refusal(to("third-manager"), "coordinator").reason is Reason.DECIDER_AVAILABLE
    assert callable(lose)
    lose(world, "manager")
    card = world.give(to("third-manager"), "coordinator")
    assert awaited(card) == (UserId("third-manager"),)


def test_a_redirect_goes_to_whoever_has_the_role_whatever_his_topics() -> None:
    world = absent(World().redirect_approval(), "manager")
    card = world.give(to("culture-manager"), "coordinator")
    assert awaited(card) == (UserId("culture-manager"),)
    world.give(Approve(), "culture-manager")


def test_an_approver_of_a_redirect_without_the_topic_is_not_unavailable() -> None:
    world = without_topic(World().redirect_approval(), "manager")
    assert world.refusal(to("third-manager"), "coordinator").reason is Reason.DECIDER_AVAILABLE


def test_the_one_unavailable_endorser_need_not_be_named_and_the_timeline_names_him() -> None:
    world = dismissed(World().endorsement(), "third-manager")
    card = world.give(to("roads-manager"), "coordinator")
    assert awaited(card) == (UserId("second-manager"), UserId("roads-manager"))
    command = world.timeline[-1].command
    assert isinstance(command, PassOn) and command.instead_of == UserId("third-manager")
    assert world.timeline[-1].actor.standing_in_for is None


def test_of_two_unavailable_endorsers_one_must_be_named() -> None:
    world = dismissed(World().endorsement(), "second-manager", "third-manager")
    refused = world.refusal(to("roads-manager"), "coordinator")
    assert (refused.reason, refused.field) == (Reason.MISSING_FIELD, "instead_of")
    card = world.give(to("roads-manager", "third-manager"), "coordinator")
    assert awaited(card) == (UserId("second-manager"), UserId("roads-manager"))


def test_an_endorser_who_has_decided_is_not_replaced() -> None:
    world = World().endorsement()
    world.give(Endorse(seen_hash=world.seen_hash()), "second-manager")
    dismissed(world, "second-manager", "third-manager")
    refused = world.refusal(to("roads-manager", "second-manager"), "coordinator")
    assert (refused.reason, refused.field) == (Reason.DECIDER_AVAILABLE, "instead_of")


@pytest.mark.parametrize(
    ("command", "reason", "field"),
    [
        (to("manager"), Reason.SAME_PERSON, "to"),
        (to("executor"), Reason.NOT_NAMEABLE, "to"),
        (to("culture-manager"), Reason.NOT_ENTITLED, "to"),
        (to("second-manager"), Reason.APPROVES_OWN_ANSWER, "to"),
        (to("ghost"), Reason.UNKNOWN_PERSON, "to"),
        (replace(to("third-manager"), cause=None), Reason.MISSING_FIELD, "cause"),
        (PassOn(cause=Cause.ILLNESS), Reason.MISSING_FIELD, "to"),
        (to("third-manager", "second-manager"), Reason.DECIDER_AVAILABLE, "instead_of"),
    ],
)
def test_whom_the_coordinator_may_not_name(command: Command, reason: Reason, field: str) -> None:
    world = World().endorsement(replace(SUBMIT, endorsers=(UserId("second-manager"),)))
    world.give(Endorse(seen_hash=world.seen_hash()), "second-manager")
    refused = dismissed(world, "manager").refusal(command, "coordinator")
    assert (refused.reason, refused.field) == (reason, field)


def test_without_a_clause_of_the_act_it_is_a_rule_of_the_platform() -> None:
    world = World(regulation=regulation("krasnodar-2023")).approval()
    assert world.refusal(to("third-manager"), "coordinator").clause == ""


@pytest.mark.parametrize("who", ["executor", "operator", "river-coordinator", "culture-coordinator"])
def test_others_may_not_replace_a_decider(who: str) -> None:
    assert dismissed(World().approval(), "manager").refusal(to("third-manager"), who).reason in (
        Reason.WRONG_ROLE,
        Reason.WRONG_ORGANISATION,
        Reason.NOT_ENTITLED,
    )


def test_an_endorser_passes_on_his_own_task_alone() -> None:
    world = dismissed(World().endorsement(), "third-manager")
    refused = world.refusal(to("roads-manager", "third-manager", "её тема"), "second-manager")
    assert (refused.reason, refused.field) == (Reason.WRONG_ROLE, "instead_of")


def test_the_new_one_gets_the_task_and_the_old_one_loses_it() -> None:
    for world in (World().approval(), World().redirect_endorsement()):
        gone = "manager" if world.card.stage is Stage.APPROVAL else "second-manager"
        absent(world, gone).give(to("third-manager"), "coordinator")
        assert world.told == [
            ("user:third-manager", NoticeKind.TASK.value),
            (f"user:{gone}", NoticeKind.TASK_WITHDRAWN.value),
        ]


def test_a_body_with_one_manager_is_not_stuck_either() -> None:
    world = dismissed(World().endorsement(), "manager", "third-manager")
    world.with_directory(single_approvers=frozenset({TOWN}))
    world.give(to("roads-manager"), "coordinator")
    for name in ("second-manager", "roads-manager"):
        world.give(Endorse(seen_hash=world.seen_hash()), name)
    assert awaited(world.give(to("second-manager"), "coordinator")) == (UserId("second-manager"),)


def test_it_can_be_taken_back() -> None:
    world = absent(World().approval(), "manager")
    world.give(to("third-manager"), "coordinator")
    assert awaited(world.give(Recall(), "coordinator")) == (UserId("manager"),)


def test_the_bar_offers_it_where_somebody_is_missing_and_says_why_not_where_nobody_is() -> None:
    def offered(world: World, who: str) -> Reason | bool | None:
        here = {one.verb: one for one in actions(world.card, actor(who), world.setting())}
        if Verb.PASS_ON not in here:
            return None
        state = here[Verb.PASS_ON]
        return state.why_not.reason if state.why_not else state.enabled

    world = World().endorsement()
    assert offered(world, "coordinator") is Reason.DECIDER_AVAILABLE
    assert offered(dismissed(world, "third-manager"), "coordinator") is True
    assert offered(World().execution(), "coordinator") is None
    assert offered(World().closed(), "coordinator") is None


def test_the_administrators_row_without_content_is_enough_to_offer_it() -> None:
    world = dismissed(World().endorsement(), "third-manager")
    seen = seen_by(world.card, (), PEOPLE[UserId("administrator")], world.directory, world.now)
    assert seen is not None and seen[0] is Sight.BARE
    state = next(s for s in actions(seen[1], actor("administrator"), world.setting()) if s.verb is Verb.PASS_ON)
    assert state.enabled and state.required == ("to", "cause")
