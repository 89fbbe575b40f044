"""Every row of the table, taken at least once by the right person."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest

from arm.domain.commands import (
    Accept,
    AnswerInquiry,
    Approve,
    Cause,
    ChangeOrganisation,
    Command,
    Comment,
    CorrectApplicant,
    Decline,
    Deliver,
    Endorse,
    HandDownTo,
    HandUp,
    PassOn,
    Rate,
    Reassign,
    Recall,
    Reclassify,
    RedirectTo,
    Reject,
    RequestDocuments,
    SendBack,
    Split,
    SplitPart,
    Start,
    StopReconsideration,
    Take,
    Warn,
    WarningChannel,
    WarningKind,
)
from arm.domain.identity import MessageId, UserId
from arm.domain.message import Channel, Closed, Delivery, Result, Stage
from tests.domain.builders import (
    ACCEPT,
    ASSIGN,
    PARKS,
    REDIRECT,
    REGION,
    REGISTER,
    RIVER,
    ROADS,
    SUBMIT,
    TOWN,
    World,
    regulation,
    substitution,
)

POSTPONED = replace(SUBMIT, result=Result.POSTPONED, postponed_until=date(2026, 4, 20), endorsers=())
ASK = RequestDocuments(inquiry_id="q-1", organisation=RIVER, question="Чей это участок?")
PARTS = Split(
    parts=(
        SplitPart(message_id=MessageId("m-2"), text="яма"),
        SplitPart(message_id=MessageId("m-3"), text="фонарь", category="lighting"),
    )
)


def handed_down() -> World:
    world = World().coordination()
    world.give(HandDownTo(organisation=ROADS), "coordinator")
    return world


def asked() -> World:
    world = World().execution()
    world.give(ASK, "executor")
    return world


def with_topic() -> World:
    world = World()
    world.give(replace(REGISTER, category="roads", subcategory="potholes"), "operator")
    return world


def reopened() -> World:
    world = World().closed()
    world.give(Rate(mark=1, comment="яма на месте"), "applicant")
    return world


def late() -> World:
    world = World().execution()
    world.now += timedelta(days=40)
    return world


def seen(command: Endorse | Approve) -> Callable[[World], Command]:
    return lambda world: replace(command, seen_hash=world.seen_hash())


@dataclass(frozen=True)
class Step:
    """One row taken: from which world, what is given by whom, where the message stands afterwards."""

    row: str
    world: Callable[[], World]
    command: Command | Callable[[World], Command]
    who: str
    stage: Stage
    told: tuple[str, ...] = ()


STEPS = (
    Step("1", World, REGISTER, "operator", Stage.MODERATION, ("applicant",)),
    Step("1", World, replace(REGISTER, applicant=None, channel=Channel.IMPORT), "system", Stage.MODERATION),
    Step("2", lambda: World().moderation(), ACCEPT, "moderator", Stage.COORDINATION, ("role:coordinator@town",)),
    Step(
        "3",
        lambda: World().moderation(),
        Decline(reason="rude"),
        "moderator",
        Stage.CLOSED,
        ("applicant",),
    ),
    Step("3a", lambda: World().moderation(), PARTS, "moderator", Stage.CLOSED, ("applicant",)),
    Step(
        "4",
        with_topic,
        ChangeOrganisation(organisation=TOWN),
        "moderator",
        Stage.COORDINATION,
    ),
    Step(
        "5",
        lambda: World().moderation(),
        Reclassify(category="culture", subcategory="events"),
        "moderator",
        Stage.MODERATION,
    ),
    Step(
        "5b",
        lambda: World().coordination(),
        Reclassify(category="culture", subcategory="events"),
        "coordinator",
        Stage.COORDINATION,
    ),
    Step("6", lambda: World().coordination(), ASSIGN, "coordinator", Stage.EXECUTION, ("user:executor",)),
    Step("7", lambda: World().coordination(), Take(), "coordinator", Stage.EXECUTION),
    Step(
        "8",
        lambda: World().coordination(),
        HandDownTo(organisation=ROADS),
        "coordinator",
        Stage.COORDINATION,
        ("role:coordinator@roads",),
    ),
    Step("9", lambda: World().coordination(), REDIRECT, "coordinator", Stage.ENDORSEMENT, ("user:second-manager",)),
    Step(
        "9",
        lambda: World().coordination(),
        replace(REDIRECT, endorsers=()),
        "coordinator",
        Stage.APPROVAL,
        ("user:manager",),
    ),
    Step(
        "9a",
        lambda: World().coordination(),
        RedirectTo(organisation=RIVER),
        "coordinator",
        Stage.COORDINATION,
        ("applicant", "role:coordinator@river"),
    ),
    Step(
        "10", handed_down, HandUp(reason="не наше"), "roads-coordinator", Stage.COORDINATION, ("role:coordinator@town",)
    ),
    Step(
        "11",
        lambda: World().coordination(),
        Decline(reason="court", text="Спор решает суд"),
        "coordinator",
        Stage.CLOSED,
        ("applicant",),
    ),
    Step("12", lambda: World().execution(), Start(), "executor", Stage.EXECUTION),
    Step(
        "13",
        lambda: World().execution(),
        SendBack(reason="не мой участок"),
        "executor",
        Stage.COORDINATION,
        ("role:coordinator@town",),
    ),
    Step(
        "14",
        lambda: World().execution(),
        Reassign(executor=UserId("second-executor"), reason="ухожу в отпуск"),
        "executor",
        Stage.EXECUTION,
        ("user:second-executor",),
    ),
    Step(
        "14a",
        lambda: World().execution(),
        Reassign(executor=UserId("second-executor"), cause=Cause.ILLNESS),
        "coordinator",
        Stage.EXECUTION,
        ("user:executor", "user:second-executor"),
    ),
    Step(
        "14a",
        lambda: World().execution(),
        Reassign(executor=UserId("second-executor"), cause=Cause.DISMISSAL),
        "administrator",
        Stage.EXECUTION,
    ),
    Step("15", lambda: World().execution(), ASK, "executor", Stage.EXECUTION, ("role:coordinator@river",)),
    Step(
        "15a",
        asked,
        AnswerInquiry(inquiry_id="q-1", text="Участок города"),
        "river-executor",
        Stage.EXECUTION,
        ("user:executor",),
    ),
    Step(
        "16",
        lambda: World().execution(),
        SUBMIT,
        "executor",
        Stage.ENDORSEMENT,
        ("user:second-manager", "user:third-manager"),
    ),
    Step(
        "16",
        lambda: World().execution(),
        replace(SUBMIT, endorsers=()),
        "executor",
        Stage.APPROVAL,
        ("user:manager",),
    ),
    Step("17", lambda: World().endorsement(), seen(Endorse()), "second-manager", Stage.ENDORSEMENT),
    Step("17", lambda: World().redirect_endorsement(), Endorse(), "second-manager", Stage.APPROVAL, ("user:manager",)),
    Step(
        "18",
        lambda: World().endorsement(),
        Reject(reason="нет даты"),
        "third-manager",
        Stage.EXECUTION,
        ("user:executor", "user:second-manager"),
    ),
    Step("18", lambda: World().approval(), Reject(reason="нет даты"), "manager", Stage.EXECUTION),
    Step(
        "18",
        lambda: World().redirect_approval(),
        Reject(reason="участок наш"),
        "manager",
        Stage.COORDINATION,
        ("user:coordinator",),
    ),
    Step(
        "19",
        lambda: World().endorsement(),
        PassOn(to=UserId("roads-manager"), reason="её тема"),
        "second-manager",
        Stage.ENDORSEMENT,
        ("user:roads-manager",),
    ),
    Step(
        "19",
        lambda: World().approval(),
        PassOn(to=UserId("roads-manager"), cause=Cause.VACATION),
        "manager",
        Stage.APPROVAL,
        ("user:roads-manager",),
    ),
    Step(
        "19a",
        lambda: World().redirect_approval().with_directory(substitutions=(substitution("manager", "stopper"),)),
        PassOn(to=UserId("culture-manager"), cause=Cause.VACATION),
        "coordinator",
        Stage.APPROVAL,
        ("user:culture-manager", "user:manager"),
    ),
    Step("20", lambda: World().approval(), seen(Approve()), "manager", Stage.CLOSED, ("applicant", "user:executor")),
    Step("20", lambda: World().approval(POSTPONED), seen(Approve()), "manager", Stage.EXECUTION, ("applicant",)),
    Step(
        "21",
        lambda: World().redirect_approval(),
        Approve(),
        "manager",
        Stage.COORDINATION,
        ("applicant", "role:coordinator@river"),
    ),
    Step(
        "22",
        lambda: World().closed(),
        Rate(mark=2),
        "applicant",
        Stage.COORDINATION,
        ("role:curator@region", "role:coordinator@region"),
    ),
    Step("22", lambda: World().closed(), Rate(mark=3), "applicant", Stage.CLOSED),
    Step("23", reopened, StopReconsideration(ground="pointless"), "stopper", Stage.CLOSED, ("applicant",)),
    Step(
        "24",
        late,
        Warn(kind=WarningKind.ANSWER_OVER, channel=WarningChannel.EMAIL),
        "curator",
        Stage.EXECUTION,
        ("user:executor",),
    ),
    Step(
        "24",
        late,
        Warn(kind=WarningKind.STAGE_OVER, channel=WarningChannel.PHONE),
        "region-curator",
        Stage.EXECUTION,
    ),
    Step("25", lambda: World().execution(), Comment(text="бригада занята"), "curator", Stage.EXECUTION),
    Step("25a", lambda: World().execution(), CorrectApplicant(phone="+70000000002"), "operator", Stage.EXECUTION),
    Step("26", lambda: World().closed(), Deliver(reached=True, how=Delivery.PHONE), "operator", Stage.CLOSED),
    Step("27", lambda: World().execution(), Recall(), "coordinator", Stage.COORDINATION, ("user:executor",)),
)


@pytest.mark.parametrize("step", STEPS, ids=lambda s: f"{s.row}-{s.who}-{s.stage}")
def test_the_right_person_takes_every_row(step: Step) -> None:
    world = step.world()
    before = world.message
    command = step.command(world) if callable(step.command) else step.command
    world.give(command, step.who)
    event = world.timeline[-1]
    assert world.card.stage == step.stage == event.stage_to
    assert event.row == step.row
    assert event.clause == regulation().clause_of(step.row)
    assert event.stage_from == (before.stage if before else None)
    assert {who for who, _ in world.told} >= set(step.told)
    assert world.card.clocks == event.clocks


def test_every_row_of_the_table_is_among_the_steps() -> None:
    assert {row.number for row in regulation().process.rows} == {step.row for step in STEPS}


def test_registration_gives_a_number_and_the_top_cabinet() -> None:
    card = World().moderation().card
    assert (card.number, card.top, card.organisation) == ("4811", REGION, None)
    assert card.registered_by == UserId("operator")


def test_declined_in_moderation_is_closed_without_an_answer() -> None:
    world = World().moderation()
    card = world.give(Decline(reason="rude"), "moderator")
    assert (card.closed_as, card.answer, card.decline_reason) == (Closed.DECLINED, None, "rude")
    assert card.clocks.stopped_at == world.now


def test_an_accepted_message_keeps_what_it_was_given() -> None:
    world = World().moderation()
    card = world.give(
        Accept(category="roads", subcategory="snow", organisation=PARKS, fact="наледь", address="Садовая, 5"),
        "moderator",
    )
    assert (card.subcategory, card.fact, card.address) == ("snow", "наледь", "Садовая, 5")
    assert (card.organisation, card.visited, card.moderator) == (PARKS, (PARKS,), UserId("moderator"))
