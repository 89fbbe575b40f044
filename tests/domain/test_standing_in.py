"""Substitutes: whose work they may do, what they see, and that nobody decides on an answer twice through them."""

from dataclasses import replace

import pytest

from arm.domain.commands import Approve, Cause, Comment, Endorse, PassOn, Recall, Start, Take
from arm.domain.decide import decide
from arm.domain.directory import Directory
from arm.domain.identity import Actor, Grant, Role, UserId
from arm.domain.message import Stage
from arm.domain.refusals import Reason, Refused
from arm.domain.visibility import sight_of
from tests.domain.builders import M1, PEOPLE, SUBMIT, TOWN, World, actor, substitution
from tests.domain.walking import crowd


def standing_in(*pairs: tuple[str, str]) -> World:
    return World().with_directory(substitutions=tuple(substitution(absent, other) for absent, other in pairs))


def with_roles(world: World, who: str, *roles: Role) -> World:
    """The region in which that person holds these roles of the town as well."""
    people = dict(world.directory.people)
    known = people[UserId(who)]
    people[known.user_id] = replace(known, grants=(*known.grants, *(Grant(role, TOWN) for role in roles)))
    return world.with_directory(people=people)


def test_a_coordinator_does_not_write_an_executors_answer_by_standing_in_for_him() -> None:
    world = standing_in(("executor", "coordinator")).execution()
    assert world.refusal(Start(), "coordinator").reason is Reason.WRONG_ROLE
    assert world.refusal(SUBMIT, "coordinator").reason is Reason.WRONG_ROLE


def test_an_executor_does_not_take_over_what_a_coordinator_took_on_himself() -> None:
    world = standing_in(("coordinator", "executor")).coordination()
    world.give(Take(), "coordinator")
    assert world.refusal(SUBMIT, "executor").reason is Reason.WRONG_ROLE


def test_another_coordinator_goes_on_with_what_the_absent_one_took() -> None:
    world = standing_in(("coordinator", "town-coordinator-a")).with_directory(people=crowd()).coordination()
    world.give(Take(), "coordinator")
    author = Actor(crowd()[UserId("town-coordinator-a")])
    assert not isinstance(decide(M1, world.message, SUBMIT, author, world.setting()), Refused)


def test_the_approver_does_not_endorse_the_same_answer_in_anothers_place() -> None:
    world = standing_in(("second-manager", "manager")).endorsement()
    assert world.refusal(Endorse(seen_hash=world.seen_hash()), "manager").reason is Reason.APPROVES_OWN_ANSWER


def test_whoever_endorsed_in_anothers_place_does_not_approve_in_anothers_place() -> None:
    world = standing_in(("second-manager", "roads-manager"), ("manager", "roads-manager"))
    world.endorsement(replace(SUBMIT, endorsers=(UserId("second-manager"),)))
    card = world.give(Endorse(seen_hash=world.seen_hash()), "roads-manager")
    assert card.route is not None and card.route.endorsers[0].endorsed_by == UserId("roads-manager")
    refused = world.refusal(Approve(seen_hash=world.seen_hash()), "roads-manager")
    assert refused.reason is Reason.APPROVES_OWN_ANSWER
    passed = PassOn(to=UserId("roads-manager"), cause=Cause.ILLNESS)
    assert world.refusal(passed, "manager").reason is Reason.APPROVES_OWN_ANSWER


def test_the_author_does_not_endorse_his_own_answer_in_anothers_place() -> None:
    world = with_roles(standing_in(("second-manager", "executor")), "executor", Role.MANAGER).endorsement()
    person = world.directory.people[UserId("executor")]
    assert person.holds(Role.MANAGER, TOWN)
    assert decided_by(world, Endorse(seen_hash=world.seen_hash()), "executor") is Reason.APPROVES_OWN_ANSWER


def decided_by(world: World, command: Endorse, who: str) -> Reason | None:
    """As `World.refusal`, with the grants this world's directory gives him."""
    person = Actor(world.directory.people[UserId(who)])
    answer = decide(M1, world.message, command, person, world.setting())
    return answer.reason if isinstance(answer, Refused) else None


def test_an_answer_is_not_passed_on_to_the_substitute_who_wrote_it() -> None:
    world = with_roles(standing_in(("executor", "second-executor")), "second-executor", Role.MANAGER).execution()
    world.give(replace(SUBMIT, endorsers=()), "second-executor")
    passed = PassOn(to=UserId("second-executor"), cause=Cause.ILLNESS)
    assert world.refusal(passed, "manager").reason is Reason.APPROVES_OWN_ANSWER


@pytest.mark.parametrize("substitute", ["curator", "administrator", "river-executor"])
def test_a_substitute_without_the_role_sees_nothing_by_standing_in(substitute: str) -> None:
    plain = World().execution()
    named = standing_in(("executor", substitute)).execution()
    person = actor(substitute).person
    assert sight_of(named.card, person, named.directory, named.now) is sight_of(
        plain.card, person, plain.directory, plain.now
    )


def test_a_substitute_of_somebody_unknown_sees_nothing() -> None:
    world = World().execution()
    there = Directory(tree=world.directory.tree, substitutions=(substitution("executor", "second-executor"),))
    assert sight_of(world.card, PEOPLE[UserId("second-executor")], there, world.now) is None


def test_a_curator_named_as_endorser_may_take_his_endorsement_back() -> None:
    world = World().endorsement(replace(SUBMIT, endorsers=(UserId("curator"), UserId("second-manager"))))
    world.give(Endorse(seen_hash=world.seen_hash()), "curator")
    card = world.give(Recall(), "curator")
    assert card.stage is Stage.ENDORSEMENT
    assert card.route is not None and card.route.waits_for(UserId("curator"))


def test_a_note_does_not_make_a_moderator_the_one_who_decided() -> None:
    world = World().moderation()
    assert world.give(Comment(text="позвонить заявителю"), "moderator").moderator is None
