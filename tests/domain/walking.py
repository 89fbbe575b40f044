"""Steps somebody might try on a message as it stands, right and wrong ones, for random walks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from arm.domain.commands import (
    AnswerInquiry,
    Approve,
    Assign,
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
    Start,
    StopReconsideration,
    Submit,
    Take,
    Warn,
    WarningChannel,
    WarningKind,
)
from arm.domain.identity import Grant, OrganisationId, Person, Role, UserId
from arm.domain.message import Delivery, Result
from tests.domain.builders import ACCEPT, PEOPLE, REDIRECT, REGION, RIVER, ROADS, SUBMIT, TOWN, World

HOUSES = (REGION, TOWN, ROADS, RIVER)


def crowd() -> dict[UserId, Person]:
    """Everybody of the small region, and enough people in each organisation to go all ways there."""
    people = dict(PEOPLE)
    for house in HOUSES:
        for role in (Role.COORDINATOR, Role.EXECUTOR, Role.MANAGER, Role.CURATOR):
            for twin in "ab":
                who = UserId(f"{house}-{role.value}-{twin}")
                people[who] = Person(who, who, "", (Grant(role, house),))
    return people


def here(house: OrganisationId, role: Role, twin: str) -> UserId:
    return UserId(f"{house}-{role.value}-{twin}")


def tries(world: World) -> Iterator[Command]:
    """Commands with fields that fit where the message is; whether they are allowed is the process's business."""
    card = world.card
    house = card.organisation or TOWN
    seen = card.answer.text_hash if card.answer is not None else ""
    approver, endorser = here(house, Role.MANAGER, "a"), here(house, Role.MANAGER, "b")
    submit = replace(SUBMIT, approver=approver, endorsers=(endorser,))
    yield replace(ACCEPT, organisation=house)
    yield ChangeOrganisation(organisation=RIVER)
    yield Reclassify(category="culture", subcategory="events", late_acknowledged=True)
    yield Reclassify(category="roads", subcategory="snow", late_acknowledged=True)
    for twin in "ab":
        yield Assign(executor=here(house, Role.EXECUTOR, twin))
        yield Reassign(executor=here(house, Role.EXECUTOR, twin), cause=Cause.OTHER, reason="отпуск")
    yield Take()
    yield HandDownTo(organisation=ROADS if house == TOWN else TOWN)
    yield replace(REDIRECT, organisation=RIVER if house != RIVER else TOWN, approver=approver, endorsers=(endorser,))
    yield replace(REDIRECT, organisation=RIVER if house != RIVER else TOWN, approver=approver, endorsers=())
    yield RedirectTo(organisation=RIVER)
    yield HandUp(reason="не наше")
    yield Decline(reason="rude", text="Ответа не будет")
    yield from (Start(), SendBack(reason="не моё"), Recall(), Comment(text="заметка"))
    yield RequestDocuments(
        inquiry_id=f"q-{len(world.timeline)}", organisation=RIVER if house != RIVER else TOWN, question="Чьё?"
    )
    yield from (AnswerInquiry(inquiry_id=i.inquiry_id, text="Наше") for i in card.inquiries)
    yield submit
    yield replace(submit, endorsers=(), result=Result.NOT_SOLVED)
    yield replace(submit, endorsers=(), result=Result.POSTPONED, postponed_until=(world.now + timedelta(days=9)).date())
    yield from (Endorse(seen_hash=seen), Reject(reason="нет даты"), Approve(seen_hash=seen))
    if card.answer is not None:
        yield Endorse(seen_hash=seen, text=card.answer.text + " Дополнено.")
        yield Approve(seen_hash=seen, text=card.answer.text + " Утверждено.")
    yield PassOn(to=here(house, Role.CURATOR, "a"), cause=Cause.ILLNESS, reason="болеет")
    yield PassOn(to=UserId("third-manager"), cause=Cause.VACATION)
    yield from (Rate(mark=1), Rate(mark=5), StopReconsideration(ground="pointless"))
    yield Warn(kind=WarningKind.ANSWER_OVER, channel=WarningChannel.EMAIL)
    yield CorrectApplicant(phone=f"+7{world.now.timestamp():.0f}")
    yield Deliver(reached=True, how=Delivery.PHONE)
    assert isinstance(submit, Submit)
