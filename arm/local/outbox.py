"""The outbox in work.db: commands under dense device numbers, their verdicts, and the archive (P6, P9, P20)."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from dataclasses import field as field_of
from typing import Any

from arm.local.database import Connection, transaction, troubles

UNSENT, ACCEPTED = "unsent", "accepted"
ATTENTION = ("refused", "conflict", "parked")
"""States that wait for the author's choice; nothing of theirs is dropped before."""
_COLUMNS = (
    "device_seq, command_id, verb, schema_ver, message_id, base_rev, base_after, payload, created_at, acting_for,"
    " number, state, reason, clause, field, details, result_seq, result_rev"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One command of this desk; `payload` is the JSON of what was typed, `created_at` RFC 3339 by the desk's clock.

    `state`: unsent, accepted (decided, not yet in the cache), refused, conflict, parked.
    """

    command_id: str
    verb: str
    message_id: str
    payload: bytes
    created_at: str
    device_seq: int = 0
    schema_ver: int = 1
    base_rev: str = ""
    base_after: str | None = None
    acting_for: str | None = None
    number: str = ""
    state: str = UNSENT
    reason: str = ""
    clause: str = ""
    field: str = ""
    details: dict[str, str] = field_of(default_factory=dict)
    result_seq: int | None = None
    result_rev: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A verdict as it is written beside its command; `state` is accepted, refused, conflict, parked or archived."""

    command_id: str
    state: str
    reason: str = ""
    clause: str = ""
    field: str = ""
    details: dict[str, str] = field_of(default_factory=dict)
    result_seq: int | None = None
    result_rev: str = ""
    number: str = ""


class Outbox:
    """Every method is one transaction that is on the disk when it returns."""

    def __init__(self, connection: Connection, lock: threading.RLock) -> None:
        self._connection = connection
        self._lock = lock

    def add(self, entry: Entry) -> int:
        """Writes a command under the next device number, which it returns; without holes (P2)."""
        with self._lock, transaction(self._connection) as c:
            seq = self._next_seq(c)
            c.execute(
                "INSERT INTO outbox(device_seq, command_id, verb, schema_ver, message_id, base_rev, base_after,"
                " payload, payload_sha256, created_at, acting_for, number, state)"
                " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
                (
                    seq,
                    entry.command_id,
                    entry.verb,
                    entry.schema_ver,
                    entry.message_id,
                    entry.base_rev,
                    entry.base_after,
                    entry.payload,
                    hashlib.sha256(entry.payload).hexdigest(),
                    entry.created_at,
                    entry.acting_for,
                    entry.number,
                    UNSENT,
                ),
            )
            return seq

    @staticmethod
    def _next_seq(c: Connection) -> int:
        floor = c.execute("SELECT value FROM remembered WHERE name = 'last_seq'").fetchone()
        highest = c.execute(
            "SELECT max(coalesce((SELECT max(device_seq) FROM outbox), 0),"
            " coalesce((SELECT max(device_seq) FROM outbox_archive), 0))"
        ).fetchone()[0]
        return max(int(floor[0]) if floor else 0, int(highest)) + 1

    def unsent(self, limit: int = 50) -> list[Entry]:
        """The next undecided commands in the order of their device numbers."""
        return self._entries("outbox WHERE state = 'unsent' ORDER BY device_seq LIMIT ?", (limit,))

    def open_entries(self) -> list[Entry]:
        """Everything not archived, oldest first."""
        return self._entries("outbox ORDER BY device_seq", ())

    def archived(self, after: int, limit: int = 50) -> list[Entry]:
        """Decided commands to offer again to a store that was restored (P9 a)."""
        return self._entries(
            "(SELECT * FROM outbox_archive UNION ALL SELECT * FROM outbox WHERE state <> 'unsent')"
            " WHERE device_seq > ? ORDER BY device_seq LIMIT ?",
            (after, limit),
        )

    def entry(self, command_id: str) -> Entry | None:
        found = self._entries("outbox WHERE command_id = ?", (command_id,)) or self._entries(
            "outbox_archive WHERE command_id = ?", (command_id,)
        )
        return found[0] if found else None

    def settle(self, verdicts: Iterable[Settled], at: str) -> None:
        """Writes verdicts of one answer together; everything typed stays where it is."""
        with self._lock, transaction(self._connection) as c:
            for one in verdicts:
                c.execute(
                    "UPDATE outbox SET state=?, reason=?, clause=?, field=?, details=?, result_seq=?,"
                    " result_rev=?, number=CASE WHEN ?<>'' THEN ? ELSE number END, settled_at=?"
                    " WHERE command_id=?",
                    (
                        one.state,
                        one.reason,
                        one.clause,
                        one.field,
                        json.dumps(one.details, ensure_ascii=False),
                        one.result_seq,
                        one.result_rev,
                        one.number,
                        one.number,
                        at,
                        one.command_id,
                    ),
                )

    def archive(self, command_ids: Sequence[str]) -> None:
        """Moves decided commands out of the way; they are kept for a store that may be restored (P9)."""
        with self._lock, transaction(self._connection) as c:
            for command_id in command_ids:
                c.execute(
                    "INSERT OR IGNORE INTO outbox_archive SELECT * FROM outbox"
                    " WHERE command_id = ? AND state <> 'unsent'",
                    (command_id,),
                )
                c.execute("DELETE FROM outbox WHERE command_id = ? AND state <> 'unsent'", (command_id,))

    def replace_payload(self, command_id: str, payload: bytes) -> None:
        """Names of uploaded files take the place of local ones before the first sending."""
        with self._lock, transaction(self._connection) as c:
            c.execute(
                "UPDATE outbox SET payload = ?, payload_sha256 = ? WHERE command_id = ? AND state = 'unsent'",
                (payload, hashlib.sha256(payload).hexdigest(), command_id),
            )

    def renumber(self) -> None:
        """A new device: undecided commands keep their ids and are numbered from 1 (P9 c)."""
        with self._lock, transaction(self._connection) as c:
            lowest = c.execute("SELECT min(coalesce(min(device_seq), 0), 0) FROM outbox_archive").fetchone()[0]
            decided = c.execute(
                "SELECT command_id FROM outbox WHERE state <> 'unsent'"
                " UNION ALL SELECT command_id FROM outbox_archive WHERE device_seq > 0"
            ).fetchall()
            # numbers of the old device mean nothing any more: below zero they stay out of the way
            for below, (command_id,) in enumerate(decided, 1):
                for table in ("outbox", "outbox_archive"):
                    c.execute(
                        f"UPDATE {table} SET device_seq = ? WHERE command_id = ?",  # noqa: S608
                        (lowest - below, command_id),
                    )
            c.execute("INSERT INTO outbox_archive SELECT * FROM outbox WHERE state = 'accepted'")
            c.execute("DELETE FROM outbox WHERE state = 'accepted'")
            waiting = c.execute("SELECT command_id FROM outbox WHERE state = 'unsent' ORDER BY device_seq").fetchall()
            for seq, (command_id,) in enumerate(waiting, 1):  # downwards only: no number is met twice
                c.execute("UPDATE outbox SET device_seq = ? WHERE command_id = ?", (seq, command_id))
            c.execute("DELETE FROM remembered WHERE name = 'last_seq'")

    def count(self) -> tuple[int, int]:
        """(unsent, waiting for the author's choice)."""
        with self._lock, troubles():
            found = dict(self._connection.execute("SELECT state, count(*) FROM outbox GROUP BY state").fetchall())
        return int(found.get(UNSENT, 0)), sum(int(found.get(state, 0)) for state in ATTENTION)

    def _entries(self, source: str, parameters: tuple[Any, ...]) -> list[Entry]:
        with self._lock, troubles():
            found = self._connection.execute(
                f"SELECT {_COLUMNS} FROM {source}",  # noqa: S608
                parameters,
            ).fetchall()
        return [_entry(row) for row in found]


def _entry(row: tuple[Any, ...]) -> Entry:
    return Entry(
        device_seq=row[0],
        command_id=row[1],
        verb=row[2],
        schema_ver=row[3],
        message_id=row[4],
        base_rev=row[5],
        base_after=row[6],
        payload=bytes(row[7]),
        created_at=row[8],
        acting_for=row[9],
        number=row[10],
        state=row[11],
        reason=row[12],
        clause=row[13],
        field=row[14],
        details=json.loads(row[15]),
        result_seq=row[16],
        result_rev=row[17],
    )
