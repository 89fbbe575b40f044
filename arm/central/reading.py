"""The answers a desk reads: a page of changes, the manifest, cards, the directory."""

from __future__ import annotations

import hmac
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, Row, select

from arm.central import feed
from arm.central import tables as t
from arm.central.access import Principal
from arm.central.engine import is_in_recovery
from arm.central.problems import Trouble
from arm.central.reference import Reference
from arm.domain.identity import Person
from arm.domain.visibility import Scope, scope_of
from arm.settings import ATTACHMENT_SUFFIXES
from arm.wire import (
    MAX_PAGE,
    Card,
    DeviceState,
    Digests,
    DirectoryAnswer,
    FetchAnswer,
    FetchRequest,
    Manifest,
    ManifestRow,
    PullAnswer,
    bucket_digests,
)

FILE_LIMIT_BYTES = 50 * 1024 * 1024


def asker(reference: Reference, who: Principal) -> Person:
    """The person of a desk's token as he stands now; service accounts have no desk."""
    person = reference.directory.people.get(who.user_id)
    if person is None or not person.active or who.user_id in reference.services:
        raise Trouble(401, "unauthorised")
    return person


def _place(connection: Connection, who: Principal) -> Row[*tuple[Any, ...]]:
    """Head and device in one look."""
    known = t.device.c
    row = connection.execute(
        select(
            t.journal_head.c.seq,
            t.journal_head.c.hash,
            t.journal_head.c.floor,
            known.last_seq,
            known.dec_hash,
            known.backup_floor,
        )
        .join_from(t.device, t.journal_head, t.journal_head.c.one == 1)
        .where(known.device_id == who.device_id, known.state == "active")
    ).first()
    if row is None:
        raise Trouble(401, "device_revoked")
    return row


def _state(row: Row[*tuple[Any, ...]]) -> DeviceState:
    return DeviceState(last_seq=row.last_seq, dec_hash=row.dec_hash, backup_floor=row.backup_floor)


def _sealed(reference: Reference, who: Principal, scope: Scope, seq: int, place: Row[*tuple[Any, ...]]) -> str:
    cursor = feed.Cursor(
        seq,
        place.seq,
        bytes.fromhex(place.hash)[:8],
        feed.scope_hash(scope.tags, reference.scope_version),
        feed.store_mark(reference.store_id),
    )
    return feed.seal(cursor, reference.seal_key, who.device_id)


def pull(
    connection: Connection, reference: Reference, who: Principal, cursor: str, limit: int, now: datetime
) -> tuple[PullAnswer, bool]:
    """One page from one snapshot, to be encoded: its cards are written already.

    `rescope` for a cursor of other rights, another history or none (P12, P15, P16).

    The second value says that the cursor bears witness to a history which this store doesn't have (P33).
    """
    person = asker(reference, who)
    scope = scope_of(person, reference.directory, now)
    place = _place(connection, who)
    known = feed.unseal(cursor, reference.seal_key, who.device_id) if cursor else None
    whole = PullAnswer(
        from_cursor=cursor,
        to_cursor=cursor,
        more=False,
        items=[],
        device=_state(place),
        server_time=now,
        head=place.seq,
        directory_version=str(reference.version),
        rescope=True,
    )
    if known is not None and known.head > place.seq:
        _be_no_standby(connection)
    if known is None or known.seq < place.floor or not _has_rights(reference, scope, known):
        return whole, False
    if not _is_of_this_history(connection, reference, known, place):
        _be_no_standby(connection)
        return whole, True
    limit = max(1, min(limit, MAX_PAGE))
    places = feed.changed_since(connection, scope.tags, known.seq, place.seq, limit)
    found = feed.cards(connection, list({m for _, m in places}), person, frozenset(scope.tags))
    items, cut_at = feed.page(places, found)
    is_full = len(places) == limit or cut_at is not None
    to_seq = (cut_at if cut_at is not None else places[-1][0]) if is_full else place.seq
    answer = replace(
        whole,
        items=items,
        more=is_full and to_seq < place.seq,
        to_cursor=_sealed(reference, who, scope, to_seq, place),
        rescope=False,
    )
    return answer, False


def _be_no_standby(connection: Connection) -> None:
    """Only a primary may say that a history forked; a standby is perhaps behind: `behind` = come again (P16)."""
    if is_in_recovery(connection):
        raise Trouble(503, "behind", retry_after_s=2)


def standing(
    connection: Connection, reference: Reference, who: Principal, cursor: str, now: datetime
) -> tuple[int, int] | None:
    """Where the live channel may begin to wait; None when there is something to pull already."""
    scope = scope_of(asker(reference, who), reference.directory, now)
    place = _place(connection, who)
    known = feed.unseal(cursor, reference.seal_key, who.device_id) if cursor else None
    if known is None or known.seq != place.seq or not _has_rights(reference, scope, known):
        return None
    return place.seq, reference.version


def _has_rights(reference: Reference, scope: Scope, known: feed.Cursor) -> bool:
    return hmac.compare_digest(known.scope, feed.scope_hash(scope.tags, reference.scope_version))


def _is_of_this_history(
    connection: Connection, reference: Reference, known: feed.Cursor, place: Row[*tuple[Any, ...]]
) -> bool:
    if known.store != feed.store_mark(reference.store_id) or known.head > place.seq:
        return False
    if known.head == place.seq:
        entry_hash: str | None = place.hash
    else:
        entry_hash = feed.hash_at(connection, known.head) if known.head else "0" * 64
    return entry_hash is not None and bytes.fromhex(entry_hash)[:8] == known.hash8


def manifest(
    connection: Connection, reference: Reference, who: Principal, now: datetime, bucket: int | None = None
) -> Manifest:
    """All ids with rev and sight (of one bucket, when asked), and the cursor of the same snapshot; to be encoded.

    From a primary alone, or desks would go back.
    """
    _be_no_standby(connection)
    person = asker(reference, who)
    scope = scope_of(person, reference.directory, now)
    place = _place(connection, who)
    rows = feed.manifest_json(connection, scope.tags, bucket)
    return Manifest(
        rows=cast("list[ManifestRow]", rows),
        cursor=_sealed(reference, who, scope, place.seq, place),
        server_time=now,
        directory_version=str(reference.version),
        scope=feed.scope_hash(scope.tags, reference.scope_version).hex(),
    )


def digests(connection: Connection, reference: Reference, who: Principal, now: datetime) -> Digests:
    """What the user sees now, in 256 digests to compare a desk's copy with (P17)."""
    scope = scope_of(asker(reference, who), reference.directory, now)
    place = _place(connection, who)
    found = bucket_digests(feed.manifest_rows(connection, scope.tags))
    return Digests(digests=found, head=place.seq, server_time=now)


def fetch(
    connection: Connection, reference: Reference, who: Principal, request: FetchRequest, now: datetime
) -> FetchAnswer:
    """Cards of those of the ids that are visible at this moment, in the order asked; to be encoded."""
    if len(request.message_ids) > MAX_PAGE:
        raise Trouble(413, "too_large")
    person = asker(reference, who)
    scope = scope_of(person, reference.directory, now)
    found = feed.cards(connection, request.message_ids, person, frozenset(scope.tags))
    asked = dict.fromkeys(request.message_ids)
    return FetchAnswer(
        cards=[cast("Card", found[one]) for one in asked if one in found],
        cursor=_witnessed(connection, reference, who, scope, request.cursor),
    )


def _witnessed(connection: Connection, reference: Reference, who: Principal, scope: Scope, cursor: str) -> str:
    """The place of a reconcile's manifest, given out anew: a store that loses what was fetched is found out (P16)."""
    known = feed.unseal(cursor, reference.seal_key, who.device_id) if cursor else None
    if known is None or not _has_rights(reference, scope, known):
        return ""
    place = _place(connection, who)
    if not _is_of_this_history(connection, reference, known, place):
        return ""
    return _sealed(reference, who, scope, known.seq, place)


def directory(connection: Connection, reference: Reference, who: Principal) -> DirectoryAnswer:
    """Reference values for a desk: everybody's names and places, every regulation that a message may keep."""
    asker(reference, who)
    texts = connection.execute(select(t.regulation.c.reference, t.regulation.c.text)).all()
    in_force = {}
    for one in reference.directory.tree:
        if one.superior is None or one.organisation_id in reference.regulation_by_organisation:
            named = reference.regulation_reference(one.organisation_id)
            if named is not None:
                in_force[one.organisation_id] = named
    return DirectoryAnswer(
        version=str(reference.version),
        me=who.user_id,
        directory=reference.staff,
        regulations={row.reference: row.text for row in texts},
        organisation_regulation=in_force,
        file_limit_bytes=FILE_LIMIT_BYTES,
        file_types=list(ATTACHMENT_SUFFIXES),
    )
