"""The journal checked as a whole: its chain, its head, and that every message stands where it says (P33, F70)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, or_, select

from arm.central import chain
from arm.central import tables as t
from arm.central.engine import reading
from arm.central.store import Store

AT_ONCE = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalReport:
    """What a check found; the seqs name the first place at fault, None = none.

    `broken_at`: an entry that was changed, removed or put in. `head_differs`: the head isn't the last entry.
    `message_at`: a message whose state wasn't made by the entry it names. `witness_differs`: an entry told before
    to a log apart isn't in this journal, which was therefore written anew as a whole.
    """

    seq: int
    hash: str
    broken_at: int | None = None
    head_differs: bool = False
    message_at: int | None = None
    witness_differs: bool = False

    @property
    def is_sound(self) -> bool:
        return self.broken_at is None and not self.head_differs and self.message_at is None and not self.witness_differs


def head(store: Store) -> tuple[int, str]:
    """Seq and hash of the last entry: for a log that this store can't rewrite."""
    with reading(store.engine) as connection:
        row = connection.execute(select(t.journal_head.c.seq, t.journal_head.c.hash)).one()
        return row.seq, row.hash


def check_journal(store: Store, witness: tuple[int, str] | None = None) -> JournalReport:
    """Everything in one snapshot, while the desks work on."""
    with reading(store.engine) as connection:
        row = connection.execute(select(t.journal_head.c.seq, t.journal_head.c.hash)).one()
        last = _Last()
        broken_at = chain.first_break(last.passed(_rows(connection)))
        known = t.message.c
        made_by = t.journal.alias()
        stray = connection.scalar(
            select(known.seq)
            .join(made_by, made_by.c.seq == known.seq, isouter=True)
            .where(or_(made_by.c.rev.is_(None), made_by.c.rev != known.rev, made_by.c.message_id != known.message_id))
            .order_by(known.seq)
            .limit(1)
        )
        told = (
            None
            if witness is None
            else connection.scalar(select(t.journal.c.hash).where(t.journal.c.seq == witness[0]))
        )
    return JournalReport(
        seq=row.seq,
        hash=row.hash,
        broken_at=broken_at,
        head_differs=broken_at is None and (last.seq, last.hash) != (row.seq, row.hash),
        message_at=stray,
        witness_differs=witness is not None and witness[0] > 0 and told != witness[1],
    )


class _Last:
    """The last row that went by."""

    def __init__(self) -> None:
        self.seq, self.hash = 0, chain.GENESIS

    def passed(self, rows: Iterator[Any]) -> Iterator[Any]:
        for row in rows:
            yield row
            self.seq, self.hash = row.seq, row.hash


def _rows(connection: Connection) -> Iterator[Any]:
    """By steps along the key: neither store then holds more than a step in memory."""
    after = 0
    while True:
        rows = connection.execute(
            select(t.journal).where(t.journal.c.seq > after).order_by(t.journal.c.seq).limit(AT_ONCE)
        ).all()
        yield from rows
        if len(rows) < AT_ONCE:
            return
        after = rows[-1].seq
