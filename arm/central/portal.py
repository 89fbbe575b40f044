"""The applicants' side as the portal speaks it: register, look, rate; and notices as desks read them."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, or_, select

from arm.central import tables as t
from arm.central.access import Principal
from arm.central.central import Central
from arm.central.decisions import body_hash
from arm.central.problems import Trouble
from arm.central.reading import asker
from arm.domain.commands import Rate, Register
from arm.domain.identity import CommandId, MessageId
from arm.domain.message import Channel
from arm.domain.visibility import scope_of
from arm.wire import Decision, Verdict, plain

CHANNELS = (Channel.SITE, Channel.EPGU, Channel.MOBILE)
NOTICES_PAGE = 500
LAST_PLACE = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalMessage:
    """What the portal registers; `message_id` is made by the portal, so that a repeat changes nothing."""

    message_id: MessageId
    message: Register


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalReceipt:
    message_id: MessageId
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalMark:
    mark: int
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRow:
    """One stored notice; `seq` and `place` order and name it."""

    seq: int
    place: int
    message_id: MessageId
    kind: str
    at: datetime
    params: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notices:
    notices: list[NoticeRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalStatus:
    """What the applicant may know of his message."""

    number: str
    stage: str
    closed_as: str = ""
    answer_text: str = ""
    answer_result: str = ""
    notices: list[NoticeRow] = field(default_factory=list)


def register(central: Central, asked: PortalMessage) -> PortalReceipt:
    if asked.message.channel not in CHANNELS:
        raise Trouble(422, "bad_wire", field="message.channel")
    if asked.message.received_at is not None or asked.message.external_id:
        raise Trouble(422, "bad_wire", field="message.received_at")
    try:
        own = uuid.UUID(asked.message_id)
    except ValueError:
        own = None
    if own is None or str(own) != asked.message_id:
        raise Trouble(422, "bad_wire", "not a UUID", field="message_id")
    body = body_hash(asked.message.verb.value, asked.message_id, plain(asked.message), None)
    command_id = CommandId(str(uuid.uuid5(own, f"portal register {body}")))
    decision = central.act("applicant", asked.message_id, asked.message, command_id=command_id)
    _raise_refused(decision)
    return PortalReceipt(message_id=asked.message_id, number=decision.number)


def rate(central: Central, number: str, asked: PortalMark) -> PortalStatus:
    message_id = _message_id(central, number)
    _raise_refused(central.act("applicant", message_id, Rate(mark=asked.mark, comment=asked.comment)))
    return status(central, number)


def status(central: Central, number: str) -> PortalStatus:
    message_id = _message_id(central, number)
    message = central.message(message_id)
    if message is None:
        raise Trouble(404, "not_found")
    given = message.answer if message.answer is not None and message.answer.approved_at is not None else None
    return PortalStatus(
        number=message.number,
        stage=message.stage.value,
        closed_as=message.closed_as.value if message.closed_as is not None else "",
        answer_text=given.text if given is not None else "",
        answer_result=given.result.value if given is not None else "",
        notices=_notices(central, t.notice.c.recipient == "applicant", 0, message_id),
    )


def notices_of(central: Central, who: Principal, after: int, place: int = LAST_PLACE) -> Notices:
    """What was told to this user, or to a role he holds on messages that he may see, beyond a seq and a place there."""
    with central.store.snapshot() as (_, reference):
        person = asker(reference, who)
        tags = scope_of(person, reference.directory, central.now()).tags
    known = t.notice.c
    roles = [f"role:{g.role.value}@{g.organisation}" for g in person.grants]
    is_visible = exists().where(t.message_tag.c.message_id == known.message_id, t.message_tag.c.tag.in_(tags))
    told = or_(known.recipient == f"user:{person.user_id}", and_(known.recipient.in_(roles), is_visible))
    return Notices(notices=_notices(central, and_(told, _beyond(after, place)), after))


def _beyond(after: int, place: int) -> ColumnElement[bool]:
    known = t.notice.c
    return or_(known.seq > after, and_(known.seq == after, known.place > place))


def _notices(
    central: Central, told: ColumnElement[bool], after: int, message_id: MessageId | None = None
) -> list[NoticeRow]:
    known = t.notice.c
    asked = select(t.notice).where(told, known.seq >= after)
    if message_id is not None:
        asked = asked.where(known.message_id == message_id)
    with central.store.snapshot() as (connection, _):
        rows = connection.execute(asked.order_by(known.seq, known.place).limit(NOTICES_PAGE)).all()
    return [
        NoticeRow(
            seq=row.seq,
            place=row.place,
            message_id=MessageId(row.message_id),
            kind=row.kind,
            at=row.at,
            params=json.loads(row.params),
        )
        for row in rows
    ]


def _message_id(central: Central, number: str) -> MessageId:
    found = central.id_of_number(number)
    if found is None:
        raise Trouble(404, "not_found")
    return found


def _raise_refused(decision: Decision) -> None:
    if decision.verdict is not Verdict.ACCEPTED:
        raise Trouble(409, decision.reason, clause=decision.clause, field=decision.field)
