"""Commands that wait some seconds before they get a number and go out: taken back, they were never given.

Until then they are on the disk like everything typed, and the drafts that they were made of lie beside them.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from arm.local.database import Connection, transaction, troubles
from arm.local.outbox import GIVEN, HELD, Entry, add_entry, given_values, mark_read, remember

BEHIND_ALL = 1 << 60
"""Held entries stand behind whatever has a number already."""
_COLUMNS = f"{GIVEN}, until"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldEntry:
    """`until` RFC 3339 by this computer's clock, for showing: who holds it counts by a clock that isn't set."""

    entry: Entry
    until: str


class Holding:
    """Every method is one transaction that is on the disk when it returns."""

    def __init__(self, connection: Connection, lock: threading.RLock) -> None:
        self._connection = connection
        self._lock = lock

    def add(self, entry: Entry, until: str, kept: Mapping[str, str] | None = None, read_at: str = "") -> Entry:
        """As `Outbox.add`, without a number; returns the entry as it is shown."""
        with self._lock, transaction(self._connection) as c:
            place = c.execute(
                f"INSERT INTO held({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?) RETURNING place",  # noqa: S608
                (*given_values(entry), until),
            ).fetchone()[0]
            remember(c, kept or {})
            if read_at:
                mark_read(c, entry.message_id, read_at)
            return _shown(entry, int(place))

    def all(self) -> list[HeldEntry]:
        """In the order in which they were given."""
        with self._lock, troubles():
            rows = self._connection.execute(f"SELECT place, {_COLUMNS} FROM held ORDER BY place").fetchall()  # noqa: S608
        return [HeldEntry(entry=_entry(row), until=row[11]) for row in rows]

    def release(self, command_ids: Iterable[str]) -> list[str]:
        """They get their numbers, in the order in which they were given; their drafts go. Returns whose."""
        wanted = set(command_ids)
        with self._lock, transaction(self._connection) as c:
            rows = c.execute(f"SELECT place, {_COLUMNS} FROM held ORDER BY place").fetchall()  # noqa: S608
            going = [_entry(row) for row in rows if row[1] in wanted]
            for entry in going:
                add_entry(c, entry)
                c.execute("DELETE FROM held WHERE command_id = ?", (entry.command_id,))
                c.execute("DELETE FROM draft WHERE kept_for = ?", (entry.command_id,))
        return [entry.message_id for entry in going]

    def take_back(self, command_ids: Iterable[str]) -> list[Entry]:
        """They were never given; what they were made of is a draft again. Those that have gone out are left out."""
        with self._lock, transaction(self._connection) as c:
            found: list[Entry] = []
            for command_id in command_ids:
                row = c.execute(
                    f"DELETE FROM held WHERE command_id = ? RETURNING place, {_COLUMNS}",  # noqa: S608
                    (command_id,),
                ).fetchone()
                if row is not None:
                    c.execute("UPDATE draft SET kept_for = '' WHERE kept_for = ?", (command_id,))
                    found.append(_entry(row))
            return found


def _entry(row: tuple[Any, ...]) -> Entry:
    entry = Entry(
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
    )
    return _shown(entry, row[0])


def _shown(entry: Entry, place: int) -> Entry:
    return replace(entry, device_seq=BEHIND_ALL + place, state=HELD)
