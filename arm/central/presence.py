"""Presence at the central store: who is looking at a message and who is writing there, for those who see it whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, tuple_, update

from arm.central import tables as t
from arm.central.access import Principal
from arm.central.engine import writing
from arm.central.reference import Reference
from arm.central.sighted import seen_whole, sees_whole
from arm.central.states import Tags, tags_read
from arm.central.store import Store
from arm.domain.identity import MessageId, UserId
from arm.wire_between import Doing, PresenceAnswer, PresentPerson

FRESH = timedelta(seconds=60)
"""A device that hasn't told anything for so long is there no more."""
WRITTEN_EVERY = timedelta(seconds=10)
"""A heartbeat that says nothing new is written no oftener: a wild desk costs reads, not writes."""
SWEPT_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Told:
    """What one device tells of one message at a moment."""

    message_id: MessageId
    who: Principal
    doing: Doing
    at: datetime


class Presence:
    """Nothing here is in the journal, and nothing lasts: rows older than a minute are swept by the next writer."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def tell(self, who: Principal, message_id: MessageId, doing: Doing) -> PresenceAnswer:
        """Notes what this device does there; answers who else is at it.

        Trouble(not_found) for a message that the asker doesn't see whole, known or not.
        """
        told = Told(message_id, who, doing, self._store.clock())
        with self._store.snapshot() as (connection, reference):
            _, row = seen_whole(connection, reference, who, message_id, told.at)
            rows = connection.execute(select(t.presence).where(t.presence.c.message_id == message_id)).all()
            people = _others(connection, reference, rows, tags_read(row.tags), told)
        mine = next((one for one in rows if one.device_id == who.device_id), None)
        if _is_news(mine, told):
            with writing(self._store.engine) as connection:
                _write(connection, mine, told)
        return PresenceAnswer(people=people)


def _others(
    connection: Connection, reference: Reference, rows: Sequence[Row[Any]], tags: Tags, told: Told
) -> list[PresentPerson]:
    """One entry a person, writing before looking; who lost sight or was dismissed isn't there."""
    fresh = [one for one in rows if one.device_id != told.who.device_id and one.seen_at > told.at - FRESH]
    if not fresh:
        return []
    device = t.device.c
    ids = [one.device_id for one in fresh]
    active = set(
        connection.scalars(select(device.device_id).where(device.device_id.in_(ids), device.state == "active"))
    )
    found: dict[UserId, PresentPerson] = {}
    for one in sorted(fresh, key=lambda row: (row.doing != Doing.WRITING, row.since)):
        user_id = UserId(one.user_id)
        person = sees_whole(reference, user_id, tags, told.at) if one.device_id in active else None
        if person is not None and user_id not in found:
            found[user_id] = PresentPerson(
                user_id=user_id, name=person.full_name, doing=Doing(one.doing), since=one.since
            )
    return list(found.values())


def _is_news(mine: Row[Any] | None, told: Told) -> bool:
    if told.doing is Doing.GONE:
        return mine is not None
    return mine is None or mine.doing != told.doing or told.at - mine.seen_at >= WRITTEN_EVERY


def _write(connection: Connection, mine: Row[Any] | None, told: Told) -> None:
    """One row a message and device. Losing it in a crash loses nothing, so nobody waits for the disk or a standby."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
    _sweep(connection, told.at)
    known = t.presence.c
    own = (known.message_id == told.message_id) & (known.device_id == told.who.device_id)
    if told.doing is Doing.GONE:
        connection.execute(delete(t.presence).where(own))
        return
    goes_on = mine is not None and mine.doing == told.doing and mine.seen_at > told.at - FRESH
    values = {
        "user_id": told.who.user_id,
        "doing": told.doing.value,
        "since": mine.since if mine is not None and goes_on else told.at,
        "seen_at": told.at,
    }
    if not connection.execute(update(t.presence).where(own).values(values)).rowcount:
        key = {"message_id": told.message_id, "device_id": told.who.device_id}
        connection.execute(insert(t.presence).values(key | values))


def _sweep(connection: Connection, now: datetime) -> None:
    """What is stale goes, a bounded part at a time; rows that another writer is sweeping are left to him."""
    known = t.presence.c
    stale = (
        select(known.message_id, known.device_id)
        .where(known.seen_at <= now - FRESH)
        .limit(SWEPT_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    keys = [(row.message_id, row.device_id) for row in connection.execute(stale)]
    if keys:
        connection.execute(delete(t.presence).where(tuple_(known.message_id, known.device_id).in_(keys)))
