"""What a user may read: the change feed, the manifest and cards, all cut to his sight (P12–P16)."""

from __future__ import annotations

import hashlib
import hmac
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as BadBase64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import msgspec
from sqlalchemy import Connection, Row, Subquery, bindparam, case, func, literal, select, union

from arm.central import tables as t
from arm.central.states import message_of, sight_by, tags_read, unborn, whole_state
from arm.domain.identity import DeviceId, MessageId, Person
from arm.domain.visibility import RICHEST_FIRST, Sight, shown
from arm.wire import MAX_PAGE_BYTES, PROTO, Card, Item, event_from, plain, to_json

AnyRow = Row[*tuple[Any, ...]]
FIELD_POLICY = 1
"""Version of what each sight shows: a change of `shown` raises it, and every desk reconciles (P15)."""

_FIELDS = struct.Struct(">BQQ8s16s16s")
_MAC_BYTES = 16
TAGS_AT_ONCE = 200
"""SQLite takes at most 500 terms in one union; a coordinator of many topics has more tags."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in the journal as one device knows it (P5), with the head of the snapshot that it was given from.

    `hash8` is the head's: what a page shows may be newer than its place, and a store that lost that must be noticed.
    The chain makes it the witness of the place too.
    """

    seq: int
    head: int
    hash8: bytes
    scope: bytes
    store: bytes


def scope_hash(tags: Iterable[int], scope_version: int) -> bytes:
    """What a user's rights amount to now; another value means: reconcile (P15)."""
    text = ",".join(map(str, sorted(tags)))
    return hashlib.sha256(f"{text};{FIELD_POLICY};{scope_version}".encode()).digest()[:16]


def store_mark(store_id: str) -> bytes:
    return hashlib.sha256(store_id.encode()).digest()[:16]


def seal(cursor: Cursor, key: bytes, device_id: DeviceId) -> str:
    """Opaque text that only this store can read and only this device can use."""
    body = _FIELDS.pack(PROTO, cursor.seq, cursor.head, cursor.hash8, cursor.scope, cursor.store)
    return urlsafe_b64encode(body + _mac(body, key, device_id)).decode().rstrip("=")


def unseal(text: str, key: bytes, device_id: DeviceId) -> Cursor | None:
    """None for anything that wasn't sealed here for this device: then the desk reconciles."""
    try:
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, BadBase64):
        return None
    body, mac = raw[: _FIELDS.size], raw[_FIELDS.size :]
    if len(body) != _FIELDS.size or not hmac.compare_digest(mac, _mac(body, key, device_id)):
        return None
    proto, seq, head, hash8, scope, store = _FIELDS.unpack(body)
    return Cursor(seq, head, hash8, scope, store) if proto == PROTO else None


def _mac(body: bytes, key: bytes, device_id: DeviceId) -> bytes:
    return hmac.digest(key, body + device_id.encode(), "sha256")[:_MAC_BYTES]


def hash_at(connection: Connection, seq: int) -> str | None:
    return connection.scalar(select(t.journal.c.hash).where(t.journal.c.seq == seq))


def changed_since(
    connection: Connection, tags: Sequence[int], after: int, head: int, limit: int
) -> list[tuple[int, MessageId]]:
    """Journal places of the user's tags, oldest first: one limited sub-select per tag (E8)."""
    if after >= head:
        return []
    found: dict[int, MessageId] = {}
    for first in range(0, len(tags), TAGS_AT_ONCE):
        found |= _changed_of(connection, tags[first : first + TAGS_AT_ONCE], after, head, limit)
    return sorted(found.items())[:limit]


def _changed_of(connection: Connection, tags: Sequence[int], after: int, head: int, limit: int) -> dict[int, MessageId]:
    known = t.journal_tag.c
    parts = [
        select(
            select(known.seq)
            .where(known.tag == tag, known.seq > after, known.seq <= head)
            .order_by(known.seq)
            .limit(limit)
            .subquery()
        )
        for tag in tags
    ]
    found = (union(*parts) if len(parts) > 1 else parts[0]).subquery()
    rows = connection.execute(
        select(t.journal.c.seq, t.journal.c.message_id)
        .where(t.journal.c.seq.in_(select(found.c.seq).order_by(found.c.seq).limit(limit)))
        .order_by(t.journal.c.seq)
    )
    return {row.seq: MessageId(row.message_id) for row in rows}


def _best(tags: Sequence[int], bucket: int | None) -> Subquery:
    """The ids that the tags open, each with the place of its richest sight."""
    known = t.message_tag.c
    asked = select(known.message_id, func.min(known.sight).label("sight")).where(known.tag.in_(tags))
    if bucket is not None:
        asked = asked.where(func.lower(func.substr(known.message_id, 1, 2)) == f"{bucket:02x}")
    return asked.group_by(known.message_id).subquery()


def manifest_rows(connection: Connection, tags: Sequence[int]) -> list[tuple[str, str, str]]:
    """Everything visible with its rev and sight, in one query and in no order (P17)."""
    if not tags:
        return []
    best = _best(tags, None)
    rows = connection.execute(
        select(best.c.message_id, t.message.c.rev, best.c.sight).join(
            t.message, t.message.c.message_id == best.c.message_id
        )
    )
    words = [sight.value for sight in RICHEST_FIRST]
    return [(message_id, rev, words[sight]) for message_id, rev, sight in rows]


def manifest_json(connection: Connection, tags: Sequence[int], bucket: int | None = None) -> msgspec.Raw:
    """The same as the wire's `ManifestRow`s, by registration (P16), written by the database.

    A hundred thousand rows would hold up every other thread while Python made objects of them. A desk fetches in this
    order and adds each page at the end of its tables; by random ids every card would land between others, and a first
    sync would write each part of the file many times.
    """
    if not tags:
        return msgspec.Raw(b"[]")
    best = _best(tags, bucket)
    words = case({place: sight.value for place, sight in enumerate(RICHEST_FIRST)}, value=best.c.sight)
    # ids are canonical UUIDs, revs hexadecimal: nothing in them needs escaping
    row = literal('{"message_id":"') + best.c.message_id + '","rev":"' + t.message.c.rev + '","sight":"' + words + '"}'
    written = (
        select(row.label("written"))
        .join(t.message, t.message.c.message_id == best.c.message_id)
        .order_by(t.message.c.registered_at, best.c.message_id)
        .subquery()
    )
    text = connection.scalar(select(func.aggregate_strings(written.c.written, ",")))
    return msgspec.Raw(f"[{text or ''}]".encode())


def cards(
    connection: Connection, message_ids: Sequence[MessageId], person: Person, scope: frozenset[int]
) -> dict[MessageId, msgspec.Raw]:
    """The wire's `Card`s of those ids that are visible, already written, in two queries."""
    rows = connection.execute(SELECT_MESSAGES, {"b_ids": list(message_ids)}).all()
    visible: dict[MessageId, tuple[AnyRow, Sight]] = {}
    for row in rows:
        sight = sight_by(tags_read(row.tags), scope)
        if sight is not None:
            visible[MessageId(row.message_id)] = (row, sight)
    timelines = _timelines(connection, list(visible))
    organisations = frozenset(g.organisation for g in person.grants)
    return {
        message_id: _card(row, sight, timelines.get(message_id, []), organisations)
        for message_id, (row, sight) in visible.items()
    }


def _timelines(connection: Connection, message_ids: Sequence[MessageId]) -> dict[MessageId, list[msgspec.Raw]]:
    """Entries without the message they were born with: a desk has its state and replays nothing."""
    found: dict[MessageId, list[msgspec.Raw]] = {}
    if not message_ids:
        return found
    for message_id, payload in connection.execute(SELECT_TIMELINES, {"b_ids": list(message_ids)}):
        if payload:
            found.setdefault(message_id, []).append(unborn(payload))
    return found


def _card(row: AnyRow, sight: Sight, timeline: list[msgspec.Raw], organisations: frozenset[Any]) -> msgspec.Raw:
    """Who sees all gets state and entries as they are stored: nobody makes objects of them on the way."""
    state: Any = whole_state(row.state, row.applicant)
    entries: list[Any] = list(timeline)
    if sight is not Sight.FULL:
        events = tuple(event_from(msgspec.json.decode(one)) for one in timeline)
        message, kept = shown(message_of(row.state, row.applicant), events, sight, organisations)
        state, entries = plain(message), [plain(one) for one in kept]
    card = Card(
        message_id=MessageId(row.message_id),
        ver=row.ver,
        rev=row.rev,
        sight=sight.value,
        state=state,
        timeline=entries,
    )
    return msgspec.Raw(to_json(card))


def page(places: Sequence[tuple[int, MessageId]], found: dict[MessageId, msgspec.Raw]) -> tuple[list[Item], int | None]:
    """Items in journal order, one per message, and where to stop when the page grew too large (≤ 4 MB).

    What isn't visible now is evicted: its row bore a tag of this user, so he was entitled to it (P14).
    """
    items: list[Item] = []
    taken: set[MessageId] = set()
    size, last = 0, None
    for seq, message_id in places:
        if message_id not in taken:
            card = found.get(message_id)
            size += len(bytes(card)) if card is not None else 100
            if size > MAX_PAGE_BYTES and items:
                return items, last
            taken.add(message_id)
            items.append(Item(message_id=message_id, card=cast("Card | None", card)))
        last = seq
    return items, None


SELECT_MESSAGES = select(
    t.message.c.message_id,
    t.message.c.ver,
    t.message.c.rev,
    t.message.c.state,
    t.message.c.applicant,
    t.message.c.tags,
).where(t.message.c.message_id.in_(bindparam("b_ids", expanding=True)))
SELECT_TIMELINES = (
    select(t.journal.c.message_id, t.journal.c.payload)
    .where(t.journal.c.message_id.in_(bindparam("b_ids", expanding=True)))
    .order_by(t.journal.c.message_id, t.journal.c.seq)
)
