"""The outbox in work.db: commands under dense device numbers, their verdicts, and the archive (P6, P9, P20)."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as field_of
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from arm.local.database import Connection, transaction, troubles

UNSENT, ACCEPTED, HELD = "unsent", "accepted", "held"
ATTENTION = ("refused", "conflict", "parked")
"""States that wait for the author's choice; nothing of theirs is dropped before."""
NOT_TAKEN = frozenset(ATTENTION)
GIVEN = "command_id, verb, schema_ver, message_id, base_rev, base_after, payload, created_at, acting_for, number"
"""Columns of what a person gave, wherever it waits."""
_COLUMNS = (
    "device_seq, command_id, verb, schema_ver, message_id, base_rev, base_after, payload, created_at, acting_for,"
    " number, state, reason, clause, field, details, result_seq, result_rev, settled_at"
)
FAILURES_TO_PARK = 5
FAILING_TO_PARK = timedelta(minutes=10)
"""A store that fails so often over so long on one command gets it as `park` (P25)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One command of this desk; `payload` is the JSON of what was typed, `created_at` RFC 3339 by the desk's clock.

    `state`: held (no number yet), unsent, accepted (decided, not yet in the cache), refused, conflict, parked.
    `reason` of an unsent one is empty, or `park:<code>` or `noop:<code>` when it goes out under that word (P25).
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
    settled_at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A verdict as it is written beside its command; `state`: accepted, refused, conflict, parked, noop (not taken)."""

    command_id: str
    state: str
    reason: str = ""
    clause: str = ""
    field: str = ""
    details: dict[str, str] = field_of(default_factory=dict)
    result_seq: int | None = None
    result_rev: str = ""
    number: str = ""


class Counts(NamedTuple):
    """Commands not sent yet, turned down and waiting for their author, parked and waiting for an administrator."""

    unsent: int
    turned_down: int
    parked: int


class Outbox:
    """Every method is one transaction that is on the disk when it returns."""

    def __init__(self, connection: Connection, lock: threading.RLock) -> None:
        self._connection = connection
        self._lock = lock

    def add(self, entry: Entry, kept: Mapping[str, str] | None = None, read_at: str = "") -> int:
        """Writes a command under the next device number, which it returns; without holes (P2).

        `kept` is remembered beside it, and its message counts as read from `read_at` on: one wait for the disk.
        """
        with self._lock, transaction(self._connection) as c:
            seq = add_entry(c, entry)
            remember(c, kept or {})
            if read_at:
                mark_read(c, entry.message_id, read_at)
            return seq

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

    def result_revs(self) -> dict[str, str]:
        """rev → the own command that made it."""
        with self._lock, troubles():
            rows = self._connection.execute(
                "SELECT result_rev, command_id FROM outbox WHERE result_rev <> ''"
                " UNION ALL SELECT result_rev, command_id FROM outbox_archive WHERE result_rev <> ''"
            ).fetchall()
        return {str(rev): str(command_id) for rev, command_id in rows}

    def entry(self, command_id: str) -> Entry | None:
        found = self._entries("outbox WHERE command_id = ?", (command_id,)) or self._entries(
            "outbox_archive WHERE command_id = ?", (command_id,)
        )
        return found[0] if found else None

    def settle(self, verdicts: Iterable[Settled], at: str, kept: Mapping[str, str] | None = None) -> list[str]:
        """Writes verdicts of one answer together with what is to be remembered of it; what was typed stays.

        Returns the ids of commands whose verdict differs from an earlier one (P9): those that wait for their author
        now come back from the archive.
        """
        differing: list[str] = []
        with self._lock, transaction(self._connection) as c:
            for one in verdicts:
                before = self._state_of(c, one.command_id)
                if before is None or (one.state == "noop" and before in NOT_TAKEN):
                    # what was not taken here is offered to a restored store as an empty number
                    continue
                state = "refused" if one.state == "noop" else one.state
                if before not in (UNSENT, state):
                    differing.append(one.command_id)
                    _bring_back(c, one.command_id)
                self._write(c, replace(one, state=state), at)
            remember(c, kept or {})
        return differing

    @staticmethod
    def _state_of(c: Connection, command_id: str) -> str | None:
        row = c.execute(
            "SELECT state FROM outbox WHERE command_id = ? UNION ALL"
            " SELECT state FROM outbox_archive WHERE command_id = ?",
            (command_id, command_id),
        ).fetchone()
        return str(row[0]) if row else None

    @staticmethod
    def _write(c: Connection, one: Settled, at: str) -> None:
        _name_instead_of_rev(c, one)
        for table in ("outbox", "outbox_archive"):
            c.execute(
                f"UPDATE {table} SET state=?, reason=?, clause=?, field=?, details=?, result_seq=?,"  # noqa: S608
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

    def failed(self, command_id: str, at: datetime) -> bool:
        """Counts a fault of the store on a command; True when there were many over a long time (P25).

        An unsent one goes out as `park` from then on.
        """
        with self._lock, transaction(self._connection) as c:
            row = c.execute(
                "SELECT failures, failing_since, state FROM outbox WHERE command_id = ? UNION ALL"
                " SELECT failures, failing_since, state FROM outbox_archive WHERE command_id = ?",
                (command_id, command_id),
            ).fetchone()
            if row is None:
                return False
            failures, since = int(row[0]) + 1, row[1] or at.isoformat()
            for table in ("outbox", "outbox_archive"):
                c.execute(
                    f"UPDATE {table} SET failures = ?, failing_since = ? WHERE command_id = ?",  # noqa: S608
                    (failures, since, command_id),
                )
            is_enough = failures >= FAILURES_TO_PARK and at - datetime.fromisoformat(since) >= FAILING_TO_PARK
            if is_enough and row[2] == UNSENT:
                _mark(c, command_id, "park:server_fault")
            return is_enough

    def send_as(self, command_id: str, verb: str, code: str) -> None:
        with self._lock, transaction(self._connection) as c:
            _mark(c, command_id, f"{verb}:{code}")

    def decided_seq(self) -> int:
        """The highest number that was decided, as far as the entries here tell."""
        with self._lock, troubles():
            row = self._connection.execute(
                "SELECT max(coalesce((SELECT max(device_seq) FROM outbox WHERE state <> 'unsent'), 0),"
                " coalesce((SELECT max(device_seq) FROM outbox_archive), 0))"
            ).fetchone()
        return max(0, int(row[0]))

    def prune(self, floor: int, settled_before: str) -> int:
        """Forgets archived commands that every backup holds and that are old enough (P9); returns how many."""
        with self._lock, transaction(self._connection) as c:
            gone = c.execute(
                "DELETE FROM outbox_archive WHERE device_seq <= ? AND settled_at < ?", (floor, settled_before)
            ).rowcount
            if gone:
                # a salvage must not miss them (P23)
                remember(c, {"pruned_seq": str(floor)})
            return int(gone)

    def archive(self, command_ids: Sequence[str], put_away_at: str = "") -> None:
        """Moves decided commands out of the way; they are kept for a store that may be restored (P9).

        `put_away_at`: when their author has put them away; the month that they are kept for begins then.
        """
        with self._lock, transaction(self._connection) as c:
            for command_id in command_ids:
                if put_away_at:
                    c.execute("UPDATE outbox SET settled_at = ? WHERE command_id = ?", (put_away_at, command_id))
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

    def renumber(self, device_id: str, dec_hash: str) -> None:
        """Another device from now on: what was accepted, then what is undecided, from 1 on under the old ids (P9 c).

        Its store knows nothing of it yet, so what was accepted is offered again like to one that was restored;
        `dec_hash` is kept as the digest until then. What wasn't taken needs no number and goes below zero.
        """
        with self._lock, transaction(self._connection) as c:
            rows = c.execute(
                "SELECT command_id, device_seq, state FROM outbox UNION ALL"
                " SELECT command_id, device_seq, state FROM outbox_archive"
            ).fetchall()
            # numbers below zero were given by an earlier change, downwards
            rows.sort(key=lambda row: (row[1] > 0, abs(row[1])))
            lowest = min([0, *(seq for _, seq, _ in rows)])
            # everything out of the way first: no number is met twice
            _number(c, {command_id: lowest - place for place, (command_id, _, _) in enumerate(rows, 1)})
            taken = [command_id for command_id, _, state in rows if state == ACCEPTED]
            waiting = [command_id for command_id, _, state in rows if state == UNSENT]
            _number(c, {command_id: place for place, command_id in enumerate(taken + waiting, 1)})
            c.execute("DELETE FROM remembered WHERE name IN ('last_seq', 'dec_hash', 'given_seq', 'pruned_seq')")
            remember(c, {"device_id": device_id, "token": ""})
            if taken:
                remember(c, {"last_seq": str(len(taken)), "dec_hash": dec_hash})

    def count(self) -> Counts:
        with self._lock, troubles():
            found = dict(self._connection.execute("SELECT state, count(*) FROM outbox GROUP BY state").fetchall())
        counted = {state: int(found.get(state, 0)) for state in (UNSENT, *ATTENTION)}
        return Counts(counted[UNSENT], counted["refused"] + counted["conflict"], counted["parked"])

    def _entries(self, source: str, parameters: tuple[Any, ...]) -> list[Entry]:
        with self._lock, troubles():
            found = self._connection.execute(
                f"SELECT {_COLUMNS} FROM {source}",  # noqa: S608
                parameters,
            ).fetchall()
        return [_entry(row) for row in found]


def add_entry(c: Connection, entry: Entry) -> int:
    """Under the next number, which it returns; inside a transaction that is already open."""
    seq = _next_seq(c)
    c.execute(
        f"INSERT INTO outbox({GIVEN}, device_seq, payload_sha256, state) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",  # noqa: S608
        (*given_values(entry), seq, hashlib.sha256(entry.payload).hexdigest(), UNSENT),
    )
    return seq


def given_values(entry: Entry) -> tuple[str | int | bytes | None, ...]:
    """The values of those columns."""
    return (
        entry.command_id,
        entry.verb,
        entry.schema_ver,
        entry.message_id,
        entry.base_rev,
        entry.base_after,
        entry.payload,
        entry.created_at,
        entry.acting_for,
        entry.number,
    )


def _next_seq(c: Connection) -> int:
    # `given_seq` is what a salvage found to have been given before (P23)
    floor = c.execute(
        "SELECT max(CAST(value AS INTEGER)) FROM remembered WHERE name IN ('last_seq', 'given_seq')"
    ).fetchone()
    highest = c.execute(
        "SELECT max(coalesce((SELECT max(device_seq) FROM outbox), 0),"
        " coalesce((SELECT max(device_seq) FROM outbox_archive), 0))"
    ).fetchone()[0]
    return max(int(floor[0] or 0), int(highest)) + 1


def mark_read(c: Connection, message_id: str, at: str) -> None:
    c.execute("INSERT OR IGNORE INTO read_mark(message_id, at) VALUES (?, ?)", (message_id, at))


def remember(c: Connection, values: Mapping[str, str]) -> None:
    """Plain values, inside a transaction that is already open."""
    c.executemany(
        "INSERT INTO remembered(name, value) VALUES (?, ?) ON CONFLICT(name) DO UPDATE SET value = excluded.value",
        list(values.items()),
    )


def _name_instead_of_rev(c: Connection, one: Settled) -> None:
    """A restored store makes a result anew under another rev: what was built on the old one names its command."""
    for table in ("outbox", "outbox_archive"):
        row = c.execute(f"SELECT result_rev FROM {table} WHERE command_id = ?", (one.command_id,)).fetchone()  # noqa: S608
        if row is None or row[0] in ("", one.result_rev):
            continue
        for built in ("outbox", "outbox_archive"):
            c.execute(
                f"UPDATE {built} SET base_rev = '', base_after = ? WHERE base_rev = ? AND command_id <> ?",  # noqa: S608
                (one.command_id, row[0], one.command_id),
            )


def _number(c: Connection, numbers: Mapping[str, int]) -> None:
    for table in ("outbox", "outbox_archive"):
        c.executemany(
            f"UPDATE {table} SET device_seq = ? WHERE command_id = ?",  # noqa: S608
            [(seq, command_id) for command_id, seq in numbers.items()],
        )


def _bring_back(c: Connection, command_id: str) -> None:
    c.execute("INSERT OR IGNORE INTO outbox SELECT * FROM outbox_archive WHERE command_id = ?", (command_id,))
    c.execute("DELETE FROM outbox_archive WHERE command_id = ?", (command_id,))


def _mark(c: Connection, command_id: str, mark: str) -> None:
    c.execute("UPDATE outbox SET reason = ? WHERE command_id = ? AND state = 'unsent'", (mark, command_id))


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
        settled_at=row[18] or "",
    )
