"""Terms that came: whoever holds a message and its curators are told, once per message, kind and due moment.

`message.turns_at` is the earliest moment at which anything of its level may be due to be told. Every change of the
message sets it anew from the clocks; a turn looks at those that came, tells what `timed` doesn't know, and moves on.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from arm.central import tables as t
from arm.central.states import message_of
from arm.domain.clocks import Clocks, Level
from arm.domain.directory import Directory
from arm.domain.identity import Role
from arm.domain.message import Message
from arm.domain.notices import holders, role_at
from arm.wire import BadWire

if TYPE_CHECKING:
    from arm.central.central import Central

log = logging.getLogger(__name__)

BATCH = 200
FIRST_PLACE = 1000
"""Places of an event's own notices lie below: these stand after the last event, whichever message it was of."""
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Turn:
    """A level that comes by itself: `at` = from when, `due_at` = the due moment it is known by."""

    level: Level
    due_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """What one look at a message brought: `fresh` turns to remember, of which the present level is to be told."""

    message: Message
    fresh: tuple[Turn, ...]
    level: Level | None
    due_at: datetime | None
    next_at: datetime | None


def turns_of(clocks: Clocks) -> tuple[Turn, ...]:
    """None for a stopped clock; the due moment itself is still in time."""
    if clocks.stopped_at is not None:
        return ()
    found = []
    if clocks.near_at is not None:
        found.append(Turn(Level.NEAR, clocks.near_at, clocks.near_at))
    stage, lead = clocks.stage_lead_at, clocks.lead_due_at
    if stage is not None:
        is_spent = stage <= clocks.stage_entered_at
        found.append(Turn(Level.STAGE_OVER, stage, clocks.stage_entered_at if is_spent else stage + INSTANT))
    if lead is not None:
        found.append(Turn(Level.OVER, lead, lead + INSTANT))
    return tuple(found)


def first_turn(clocks: Clocks) -> datetime | None:
    """What a change of a message sets; a turn that was told already is found in `timed` and costs one look."""
    return min((one.at for one in turns_of(clocks)), default=None)


def tell_turned(central: Central, connection: Connection, now: datetime) -> bool:
    """The work of the timer `terms`; messages that a desk is changing right now are left to the next turn."""
    known = t.message.c
    rows = connection.execute(
        select(known.message_id, known.state, known.applicant)
        .where(known.turns_at <= now)
        .order_by(known.turns_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    if not rows:
        return False
    remembered = _remembered(connection, [row.message_id for row in rows])
    looked = [one for row in rows if (one := _look(row, remembered, now)) is not None]
    fresh = [(one, turn) for one in looked for turn in one.fresh]
    if fresh:
        connection.execute(
            insert(t.timed),
            [
                {"what": turn.level.value, "about": one.message.message_id, "due_at": turn.due_at, "done_at": now}
                for one, turn in fresh
            ],
        )
    moved = {one.message.message_id: one.next_at for one in looked}
    connection.execute(MOVE_ON, [{"b_message_id": row.message_id, "b_at": moved.get(row.message_id)} for row in rows])
    _tell(central, connection, [one for one in looked if one.level is not None], now)
    return len(rows) == BATCH


MOVE_ON = (
    update(t.message).where(t.message.c.message_id == bindparam("b_message_id")).values(turns_at=bindparam("b_at"))
)


def _remembered(connection: Connection, about: Sequence[str]) -> set[tuple[str, str, datetime]]:
    known = t.timed.c
    rows = connection.execute(select(known.what, known.about, known.due_at).where(known.about.in_(about)))
    return {(row.what, row.about, row.due_at) for row in rows}


def _look(row: Row[*tuple[Any, ...]], remembered: set[tuple[str, str, datetime]], now: datetime) -> Told | None:
    """None for a state that can't be read: one such message must not stop the others' terms."""
    try:
        message = message_of(row.state, row.applicant)
    except (BadWire, msgspec.MsgspecError, ValueError) as wrong:
        log.error("a message's clocks can't be read", extra={"message_id": row.message_id}, exc_info=wrong)
        return None
    turns, level = turns_of(message.clocks), message.clocks.level(now)
    come = [one for one in turns if one.at <= now]
    fresh = tuple(one for one in come if (one.level.value, message.message_id, one.due_at) not in remembered)
    # of several that came since the last look the present one alone is news
    told = next((one for one in fresh if one.level is level), None)
    return Told(
        message,
        fresh,
        told.level if told is not None else None,
        told.due_at if told is not None else None,
        min((one.at for one in turns if one.at > now), default=None),
    )


def _tell(central: Central, connection: Connection, news: Sequence[Told], now: datetime) -> None:
    """Under the head's lock, taken last: no later event may become visible before these (P10)."""
    if not news:
        return
    version = connection.scalar(select(t.store.c.directory_version)) or 0
    directory = central.store.shelf.reference(connection, version).directory
    seq = connection.execute(select(t.journal_head.c.seq).with_for_update()).scalar_one()
    last = connection.scalar(select(func.max(t.notice.c.place)).where(t.notice.c.seq == seq))
    place = max(FIRST_PLACE, (last or 0) + 1)
    rows = [(one, recipient) for one in news for recipient in recipients(one.message, directory)]
    if rows:
        connection.execute(
            insert(t.notice),
            [
                {
                    "seq": seq,
                    "place": place + number,
                    "message_id": one.message.message_id,
                    "recipient": recipient,
                    "kind": one.level,
                    "params": json.dumps(_params(one, directory), ensure_ascii=False),
                    "at": now,
                    "sent_at": None,
                }
                for number, (one, recipient) in enumerate(rows)
            ],
        )


def _params(one: Told, directory: Directory) -> dict[str, str]:
    here = directory.organisation(one.message.owner)
    due = one.due_at.isoformat() if one.due_at is not None else ""
    return {"number": one.message.number, "organisation": here.name if here is not None else "", "due_at": due}


def recipients(message: Message, directory: Directory) -> tuple[str, ...]:
    """Whoever can act on it now, and the curators of the nearest organisation upward that has any for its topic."""
    told = dict.fromkeys(holders(message))
    for organisation in (message.owner, *directory.tree.superiors(message.owner)):
        has_curator = any(
            person.active
            and any(
                grant.role is Role.CURATOR
                and grant.organisation == organisation
                and (not grant.topics or grant.covers(message.category, message.subcategory))
                for grant in person.grants
            )
            for person in directory.people.values()
        )
        if has_curator:
            told[role_at(Role.CURATOR, organisation)] = None
            break
    return tuple(told)
