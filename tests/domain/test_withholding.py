"""What stays out of the cards and timelines of those who may not see all of a message."""

from dataclasses import replace

import pytest

from arm.domain.commands import (
    AnswerInquiry,
    Approve,
    Assign,
    Cause,
    Command,
    Comment,
    Endorse,
    HandDownTo,
    PassOn,
    Reassign,
    Reject,
    RequestDocuments,
    SendBack,
    Submit,
)
from arm.domain.decide import decide
from arm.domain.events import Event
from arm.domain.identity import Grant, MessageId, OrganisationId, Person, Role, UserId
from arm.domain.message import Message, Result
from arm.domain.refusals import Refused
from arm.domain.visibility import Sight, seen_by
from tests.domain.builders import M1, REGION, RIVER, TOWN, World, actor
from tests.domain.test_decide_rows import ASK, PARTS

DRAFT = Submit(
    result=Result.NOT_SOLVED,
    text="Черновик соседей",
    signer_name="Реков Р. Р.",
    signer_position="инспектор",
    approver=UserId("river-manager"),
)


def seen(world: World, who: str) -> tuple[Sight, Message, tuple[Event, ...]]:
    found = seen_by(world.card, tuple(world.timeline), actor(who).person, world.directory, world.now)
    assert found is not None
    return found


def left() -> World:
    """The message was redirected from the town to the river."""
    world = World().redirect_approval()
    world.give(Approve(), "manager")
    return world


@pytest.mark.parametrize(
    ("steps", "secret"),
    [
        ([(DRAFT, "river-executor")], "Черновик соседей"),
        ([(DRAFT, "river-executor")], "river-manager"),
        ([(DRAFT, "river-executor"), (Reject(reason="грубо написано"), "river-manager")], "грубо написано"),
        ([(SendBack(reason="болею с пятницы"), "river-executor")], "болею"),
    ],
)
def test_a_curator_left_behind_learns_the_steps_but_not_what_others_wrote(
    steps: list[tuple[Command, str]], secret: str
) -> None:
    world = left()
    world.give(Assign(executor=UserId("river-executor")), "river-coordinator")
    for command, who in steps:
        world.give(command, who)
    sight, message, timeline = seen(world, "curator")
    assert sight is Sight.HISTORY
    assert secret not in repr((message, [replace(e, actor=world.timeline[0].actor) for e in timeline]))
    assert [e.verb for e in timeline] == [e.verb for e in world.timeline]


def test_a_coordinator_above_does_not_read_reasons_given_below() -> None:
    world = World().execution()
    why = "лежу в больнице"
    world.give(Reassign(executor=UserId("second-executor"), cause=Cause.ILLNESS, reason=why), "executor")
    world.give(replace(DRAFT, approver=UserId("manager"), endorsers=(UserId("second-manager"),)), "second-executor")
    world.give(PassOn(to=UserId("third-manager"), reason=why), "second-manager")
    world.give(Endorse(seen_hash=world.seen_hash(), text="Правка согласующего"), "third-manager")
    sight, _message, timeline = seen(world, "region-coordinator")
    assert sight is Sight.HISTORY
    assert why not in repr(timeline) and "Правка" not in repr(timeline)


def test_what_was_done_before_it_left_stays_readable() -> None:
    text = repr(seen(left(), "curator")[2])
    assert "их участок" in text


def asked(body: OrganisationId) -> World:
    world = World().execution()
    world.give(replace(ASK, organisation=body), "executor")
    return world


def test_a_superior_asked_by_its_subordinate_sees_the_question_and_answers() -> None:
    world = asked(REGION)
    sight, message, timeline = seen(world, "region-coordinator")
    assert sight is Sight.HISTORY
    assert [i.question for i in message.inquiries] == [ASK.question]
    assert timeline[-1].command == replace(ASK, organisation=REGION)
    world.message = message
    card = world.give(AnswerInquiry(inquiry_id="q-1", text="Участок областной"), "region-coordinator")
    assert card.inquiries[0].answer == "Участок областной"


def test_an_operator_of_the_asked_body_follows_his_message_and_sees_the_question() -> None:
    world = asked(REGION)
    sight, message, _timeline = seen(world, "operator")
    assert sight is Sight.STATUS
    assert [i.inquiry_id for i in message.inquiries] == ["q-1"]
    assert seen(asked(RIVER), "operator")[1].inquiries == ()


def test_a_question_to_another_body_at_the_same_moment_stays_unseen() -> None:
    world = asked(RIVER)
    other = RequestDocuments(inquiry_id="q-2", organisation=REGION, question="Кто хозяин трубы?")
    for event in events(world, other, "executor"):
        world.timeline.append(replace(event, at=world.timeline[-1].at))
    assert "Кто хозяин трубы" not in repr(seen(world, "river-executor")[2])


def events(world: World, command: Command, who: str) -> tuple[Event, ...]:
    found = decide(M1, world.message, command, actor(who), world.setting())
    assert not isinstance(found, Refused)
    return found


def test_a_part_of_a_split_message_does_not_carry_the_other_parts() -> None:
    world = World().moderation()
    whole, *born = events(world, PARTS, "moderator")
    assert whole.command == PARTS
    for part, event in zip(PARTS.parts, born, strict=True):
        assert event.message_id == MessageId(part.message_id)
        assert [one.text for one in event.command.parts] == [part.text]  # type: ignore[union-attr]


def test_a_coordinator_above_reads_no_notes_of_a_body_where_he_holds_another_role() -> None:
    world = World().coordination()
    world.give(Comment(text="внутреннее"), "curator")
    world.give(Assign(executor=UserId("executor")), "coordinator")
    both = Person(UserId("both"), "Б", "", (Grant(Role.COORDINATOR, REGION), Grant(Role.EXECUTOR, TOWN)))
    found = seen_by(world.card, tuple(world.timeline), both, world.directory, world.now)
    assert found is not None and found[0] is Sight.HISTORY
    assert "внутреннее" not in repr(found[2])


def test_after_a_hand_down_the_sender_reads_no_reasons_of_the_body_below() -> None:
    world = World().coordination()
    world.give(HandDownTo(organisation=OrganisationId("roads")), "coordinator")
    world.give(Assign(executor=UserId("roads-executor")), "roads-coordinator")
    world.give(SendBack(reason="не мой участок"), "roads-executor")
    assert "не мой участок" not in repr(seen(world, "coordinator")[2])
    assert "не мой участок" in repr(seen(world, "curator")[2])
