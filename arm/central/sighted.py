"""Who sees the whole of a message at this moment: what presence and drafts between people are judged by (P13)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from arm.central import tables as t
from arm.central.access import Principal
from arm.central.problems import Trouble
from arm.central.reading import asker
from arm.central.reference import Reference
from arm.central.states import Tags, sight_by, tags_read
from arm.domain.identity import MessageId, Person, UserId
from arm.domain.visibility import Sight, scope_of


def seen_whole(
    connection: Connection,
    reference: Reference,
    who: Principal,
    message_id: MessageId,
    now: datetime,
    *,
    holds_still: bool = False,
) -> tuple[Person, Row[Any]]:
    """The asker and the message's row; Trouble(not_found) alike for an unknown one and one he doesn't see whole.

    Followers of the status and curators of a left organisation see no colleagues at work: they get not_found too.
    `holds_still`: the row keeps its stage until the transaction ends.
    """
    person, row, sight = looked_up(connection, reference, who, message_id, now, holds_still=holds_still)
    if row is None or sight is not Sight.FULL:
        raise Trouble(404, "not_found")
    return person, row


def looked_up(
    connection: Connection,
    reference: Reference,
    who: Principal,
    message_id: MessageId,
    now: datetime,
    *,
    holds_still: bool = False,
) -> tuple[Person, Row[Any] | None, Sight | None]:
    """The asker, the row or None, and his sight; Trouble(unauthorised) for a dismissed one."""
    person = asker(reference, who)
    asked = select(t.message).where(t.message.c.message_id == message_id)
    row = connection.execute(asked.with_for_update(read=True) if holds_still else asked).first()
    return person, row, _sight(reference, person, tags_read(row.tags) if row is not None else {}, now)


def sees_whole(reference: Reference, user_id: UserId, tags: Tags, now: datetime) -> Person | None:
    """The person, when he works here and sees the whole of a message with these tags now."""
    person = reference.staff.people.get(user_id)
    if person is None or not person.active:
        return None
    return person if _sight(reference, person, tags, now) is Sight.FULL else None


def _sight(reference: Reference, person: Person, tags: Tags, now: datetime) -> Sight | None:
    return sight_by(tags, frozenset(scope_of(person, reference.directory, now).tags))
