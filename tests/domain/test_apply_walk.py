"""Whatever allowed steps follow each other, the message stays one that makes sense."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from arm.domain.actions import actions
from arm.domain.commands import Rate, Recall, Submit
from arm.domain.decide import apply, decide
from arm.domain.events import Event
from arm.domain.identity import Actor
from arm.domain.message import Message, Stage, Subject
from arm.domain.refusals import Refused
from arm.domain.visibility import scope_of, sight_of, tags_of_message
from tests.domain.builders import APPLICANT, M1, REGISTER, World, a_file, actor, regulation, substitution
from tests.domain.walking import crowd, tries

PEOPLE = crowd()
AWAY = (substitution("town-manager-a", "manager"), substitution("town-manager-b", "manager"))
ACTS = ("demo-2026", "krasnodar-2023", "tynda-2022", "dnr-2023", "astrakhan-2021")
ACTORS = (*(Actor(p) for p in PEOPLE.values()), APPLICANT)


def allowed(world: World, choose: int) -> tuple[Event, ...] | None:
    """One of the allowed steps, by number; None where nothing more can be done."""
    found = []
    setting = world.setting()
    for command in tries(world):
        for one in ACTORS:
            events = decide(M1, world.message, command, one, setting)
            if not isinstance(events, Refused):
                found.append(events)
                break
    return found[choose % len(found)] if found else None


def makes_sense(card: Message) -> None:
    """What holds for every message, whatever has been done to it."""
    deciding = card.stage in (Stage.ENDORSEMENT, Stage.APPROVAL)
    assert (card.subject is not Subject.MESSAGE) == deciding
    assert (card.organisation is None) == (card.stage is Stage.MODERATION) or not card.is_open
    assert not deciding or card.route is not None
    if card.stage is Stage.EXECUTION:
        assert card.executor is not None and card.route is None
    if card.stage is Stage.COORDINATION:
        assert card.executor is None and card.route is None and card.redirect is None
    if card.stage is Stage.ENDORSEMENT:
        assert card.route is not None and any(t.endorsed_at is None for t in card.route.endorsers)
    if card.stage is Stage.APPROVAL:
        assert card.route is not None and all(t.endorsed_at is not None for t in card.route.endorsers)
    assert (card.redirect is not None) == (card.subject is Subject.REDIRECT)
    assert (card.closed_as is not None) == (card.closed_at is not None) == (not card.is_open)
    assert (card.clocks.stopped_at is not None) == (not card.is_open)
    given = card.answer is not None and card.answer.approved_at is not None
    assert not (given and card.is_open), "an answer is final only on a closed message"
    assert all(a.approved_at is not None for a in card.earlier_answers)
    if card.organisation is not None:
        assert card.organisation in card.visited
    for hop in card.handed_down:
        assert hop.sender in card.visited


@settings(max_examples=60)
@given(st.sampled_from(ACTS), st.lists(st.integers(0, 400), min_size=1, max_size=25))
def test_any_sequence_of_allowed_steps_leaves_a_message_that_makes_sense(act: str, choices: list[int]) -> None:
    world = World(regulation=regulation(act)).with_directory(people=PEOPLE, substitutions=AWAY)
    world.give(replace(REGISTER, files=(a_file(),)), "operator")
    for choice in choices:
        world.now += timedelta(hours=1 + choice)
        events = allowed(world, choice)
        if events is None:
            break
        before, event = world.card, events[0]
        after = apply(before, event)
        assert after == apply(before, event)
        assert after.stage == event.stage_to
        assert after.clocks == event.clocks
        assert after.organisation == event.organisation_to
        assert (after.message_id, after.number, after.registered_at) == (
            before.message_id,
            before.number,
            before.registered_at,
        )
        assert set(before.visited) <= set(after.visited)
        assert len(events) == 1
        assert event.clause == world.regulation.clause_of(event.row)
        makes_sense(after)
        if not isinstance(event.command, Recall):
            assert len(after.earlier_answers) >= len(before.earlier_answers)
            assert len(after.marks) == len(before.marks) + isinstance(event.command, Rate)
        world.message = after


@settings(max_examples=25)
@given(st.lists(st.integers(0, 400), min_size=1, max_size=15))
def test_tags_meet_exactly_where_there_is_a_sight_and_the_bar_never_fails(choices: list[int]) -> None:
    world = World().with_directory(people=PEOPLE)
    world.give(REGISTER, "operator")
    for choice in choices:
        world.now += timedelta(hours=1 + choice)
        events = allowed(world, choice)
        if events is None:
            break
        world.message = apply(world.message, events[0])
        tags = tags_of_message(world.card, world.directory)
        setting = world.setting()
        for one in ACTORS:
            scope = scope_of(one.person, world.directory, world.now)
            sight = sight_of(world.card, one.person, world.directory, world.now)
            assert bool(tags & set(scope.tags)) == (sight is not None)
            for state in actions(world.card, one, setting):
                assert state.enabled == (state.why_not is None)


def test_what_the_bar_offers_is_what_is_then_decided() -> None:
    world = World().execution()
    offered = {s.verb for s in actions(world.card, actor("executor"), world.setting()) if s.enabled}
    assert Submit.verb in offered
    assert Rate.verb not in offered
