"""What has had its time: ended tokens, presence long past, old drafts, files nobody named, the feed's oldest tags."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Connection, Table, delete, func, select, update

from arm.central import tables as t

if TYPE_CHECKING:
    from arm.central.central import Central

BATCH = 500
ENDED_TOKENS_KEPT = timedelta(days=180)
"""A desk that was revoked while it was away must still be known by its token, to be told to wipe itself (P32)."""
PRESENCE_KEPT = timedelta(minutes=10)
DRAFTS_KEPT = timedelta(days=30)
FEED_KEPT = timedelta(days=180)
"""A desk seen within this time has a cursor above the floor; one not seen for longer reconciles anyway (P28)."""
COMPACTED_AT_ONCE = 5_000
TAGS_AT_ONCE = 200


def tidy(central: Central, connection: Connection, now: datetime) -> bool:
    """The work of the timer `archive`: a batch of everything, whether more is waiting."""
    ended = now - ENDED_TOKENS_KEPT
    token, draft = t.token.c, t.shared_draft.c
    full = [
        _removed(connection, t.token, token.token_hash, token.expires_at < ended),
        _removed(connection, t.shared_draft, draft.draft_id, draft.saved_at < now - DRAFTS_KEPT),
        central.uploads.lay_aside(connection, now, BATCH) == BATCH,
    ]
    connection.execute(delete(t.presence).where(t.presence.c.seen_at < now - PRESENCE_KEPT))
    return any([*full, compact(connection, now)])


def remove_files(central: Central) -> None:
    """Files whose uploads were laid aside, now or in a turn that was killed."""
    central.uploads.remove_laid_aside(BATCH)


def _removed(connection: Connection, table: Table, key: ColumnElement[str], condition: ColumnElement[bool]) -> bool:
    """Removes a batch; whether it was full."""
    gone = select(key).where(condition).limit(BATCH)
    return connection.execute(delete(table).where(key.in_(gone))).rowcount == BATCH


def compact(connection: Connection, now: datetime) -> bool:
    """Raises the floor by a step that is old enough as a whole, and drops the feed's tags up to it.

    The journal itself stays: its chain and the messages' timelines. Cursors below the floor reconcile (P16).
    """
    floor = connection.scalar(select(t.journal_head.c.floor)) or 0
    step = floor + COMPACTED_AT_ONCE
    stood_at = connection.scalar(select(t.journal.c.ts).where(t.journal.c.seq == step))
    if stood_at is None or stood_at >= now - FEED_KEPT:
        return False
    tags = _tags(connection)
    for first in range(0, len(tags), TAGS_AT_ONCE):
        known = t.journal_tag.c
        some = tags[first : first + TAGS_AT_ONCE]
        connection.execute(delete(t.journal_tag).where(known.tag.in_(some), known.seq <= step))
    connection.execute(update(t.journal_head).values(floor=step))
    return True


def _tags(connection: Connection) -> list[int]:
    """Every tag of the feed by steps from one to the next in the key: the table has no index by seq."""
    found: list[int] = []
    tag = connection.scalar(select(func.min(t.journal_tag.c.tag)))
    while tag is not None:
        found.append(tag)
        tag = connection.scalar(select(func.min(t.journal_tag.c.tag)).where(t.journal_tag.c.tag > tag))
    return found
