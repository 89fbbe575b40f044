"""The mutant of the feed's proof: numbers from a sequence, taken long before the commit, instead of the head's row."""

from __future__ import annotations

import threading
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, insert, text

from arm.central import tables as t
from arm.central.unit import Unit

READY = (
    "SELECT pg_advisory_xact_lock(20261123)",
    "CREATE SEQUENCE IF NOT EXISTS naive",
    "ALTER TABLE journal DISABLE TRIGGER USER",
)
FURTHEST = text("UPDATE journal_head SET seq = :seq, hash = :hash, ts = :ts WHERE seq < :seq")
_guard = threading.Lock()
_ready: set[str] = set()


def naive_sequence() -> None:
    """Takes the rule out of this process for good: called first in each process of writers."""
    Unit.flush = _flush  # type: ignore[method-assign]


def _prepare(engine: Engine) -> None:
    """The trigger that refuses such numbers goes as well: it is a second guard of the same rule."""
    with _guard:
        if str(engine.url) in _ready:
            return
        with engine.begin() as connection:
            for statement in READY:
                connection.execute(text(statement))
        _ready.add(str(engine.url))


def _flush(self: Unit) -> None:
    if not self.entries:
        return
    _prepare(self.connection.engine)
    rows = self._chained(0, "0" * 64, self.entries[0].event.at)
    for entry, row in zip(self.entries, rows, strict=True):
        entry.seq = row["seq"] = self.connection.scalar(text("SELECT nextval('naive')"))
    self.connection.execute(insert(t.journal), rows)
    tags = [{"tag": tag, "seq": entry.seq} for entry in self.entries for tag in entry.tags]
    if tags:
        self.connection.execute(insert(t.journal_tag), tags)
    self._write_messages()
    self._write_notices()
    self._write_files()
    last = rows[-1]
    self.connection.execute(FURTHEST, {"seq": last["seq"], "hash": last["hash"], "ts": _micros(last["ts"])})
    self.entries.clear()
    self._tags_before.clear()


def _micros(moment: datetime) -> Any:
    return (moment - t.EPOCH) // t.MICROSECOND
