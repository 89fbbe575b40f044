"""Salvage of a damaged work.db: readable rows move to a new file, missing device numbers are named (P23)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2 as sqlite

from arm.local.database import Connection, connect, transaction
from arm.local.troubles import CacheTrouble
from arm.local.work_schema import SALVAGED_TABLES

_KEYED = frozenset({"remembered", "read_mark"})
"""WITHOUT ROWID: their rows have no number to ask for one by one."""
_INDEXES = {
    "outbox": ("sqlite_autoindex_outbox_1", "outbox_message"),
    "outbox_archive": ("sqlite_autoindex_outbox_archive_1",),
    "draft": ("sqlite_autoindex_draft_1", "draft_form"),
    "stored_file": ("sqlite_autoindex_stored_file_1", "stored_file_upload"),
    "desk_event": ("sqlite_autoindex_desk_event_1",),
    "held": ("sqlite_autoindex_held_1",),
}
"""Each holds the number of every row, on pages of its own: they tell what a damaged page held."""
MOST_ASKED = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SalvageReport:
    """What became of a damaged work.db: the kept file's name, rows saved, device numbers that can't be read.

    `is_exact`: an index was whole, so the list names just the numbers that were there; else it may name numbers that
    had left the archive long ago.
    """

    kept_file: str
    rows: int
    commands: int
    missing_seqs: tuple[int, ...]
    is_exact: bool = True


@dataclass
class _Found:
    """One table's rows by number, the numbers that its indexes name, and whether those are all."""

    columns: list[str] = field(default_factory=list)
    rows: dict[Any, tuple[Any, ...]] = field(default_factory=dict)
    named: set[int] = field(default_factory=set)
    is_named_whole: bool = False


def salvage(damaged: Path, key: bytes, target: Connection) -> SalvageReport:
    """Copies every readable row; a page that can't be read costs its own rows alone."""
    found = {table: _read(damaged, key, table) for table in SALVAGED_TABLES}
    with transaction(target):
        saved = sum(_write(target, table, one) for table, one in found.items())
    commands = [found["outbox"], found["outbox_archive"]]
    read = {seq for one in commands for seq in one.rows}
    named = {seq for one in commands for seq in one.named}
    is_exact = all(one.is_named_whole for one in commands)
    kept = dict(target.execute("SELECT name, value FROM remembered WHERE name IN ('last_seq', 'pruned_seq')"))
    highest = max((*read, *named, _number(kept.get("last_seq"))), default=0)
    # numbers up to there had left the archive before (P9)
    lowest = _number(kept.get("pruned_seq")) + 1
    missing = (named if is_exact else set(range(lowest, highest + 1)) | named) - read
    with transaction(target):
        # the next command must stand above every number that was ever given
        target.execute(
            "INSERT INTO remembered VALUES ('given_seq', ?) ON CONFLICT(name) DO UPDATE SET value = excluded.value",
            (str(highest),),
        )
    return SalvageReport(
        kept_file=damaged.name,
        rows=saved,
        commands=len(read),
        missing_seqs=tuple(sorted(one for one in missing if one > 0)),
        is_exact=is_exact,
    )


def _read(damaged: Path, key: bytes, table: str) -> _Found:
    """Forward until an unreadable page, backward from the end, then one by one what lies between."""
    found = _Found()
    order = "1" if table in _KEYED else "rowid"
    chosen = "*" if table in _KEYED else "rowid, *"
    for direction in ("ASC", "DESC"):
        statement = f"SELECT {chosen} FROM {table} ORDER BY {order} {direction}"  # noqa: S608
        if _take(found, table, _rows(damaged, key, statement, found)):
            found.is_named_whole = True
            found.named = set() if table in _KEYED else set(found.rows)
            return found
    if table not in _KEYED:
        found.named, found.is_named_whole = _named(damaged, key, table)
        numbers = sorted(found.rows)
        between = range(numbers[0], numbers[-1] + 1) if numbers else range(0)
        asked = found.named if found.is_named_whole else found.named | set(between[:MOST_ASKED])
        _ask_one_by_one(damaged, key, table, sorted(asked - set(found.rows)), found)
    return found


def _take(found: _Found, table: str, rows: Iterator[tuple[Any, ...]]) -> bool:
    """Whether the table was read to its end."""
    try:
        for row in rows:
            number = row[0]
            if number in found.rows:
                # the other way has come as far: a damaged page lies between
                return False
            found.rows[number] = row if table in _KEYED else row[1:]
    except (sqlite.DatabaseError, CacheTrouble):
        return False
    return True


def _rows(
    damaged: Path, key: bytes, statement: str, found: _Found, parameters: tuple[Any, ...] = ()
) -> Iterator[tuple[Any, ...]]:
    """Each question has a connection of its own: after one page that can't be decrypted SQLCipher reads no other."""
    with closing(connect(damaged, key, synchronous="FULL", read_only=True)) as source:
        cursor = source.execute(statement, parameters)
        names = [one[0] for one in cursor.description]
        found.columns = found.columns or (names if "SELECT *" in statement else names[1:])
        yield from cursor


def _named(damaged: Path, key: bytes, table: str) -> tuple[set[int], bool]:
    """The numbers that the indexes of a table name, and whether one of them could be read whole."""
    named: set[int] = set()
    for index in _INDEXES[table]:
        statement = f"SELECT rowid FROM {table} INDEXED BY {index} ORDER BY "  # noqa: S608
        order = {"outbox_message": "message_id", "draft_form": "form", "stored_file_upload": "upload_id"}.get(index)
        order = order or {"draft": "draft_id", "stored_file": "file_id", "desk_event": "event_id"}.get(
            table, "command_id"
        )
        for direction in ("ASC", "DESC"):
            try:
                for row in _rows(damaged, key, f"{statement}{order} {direction}", _Found()):
                    named.add(row[0])
            except (sqlite.DatabaseError, CacheTrouble):
                continue
            return named, True
    return named, False


def _ask_one_by_one(damaged: Path, key: bytes, table: str, numbers: Iterable[int], found: _Found) -> None:
    for number in numbers:
        statement = f"SELECT rowid, * FROM {table} WHERE rowid = ?"  # noqa: S608
        try:
            for row in _rows(damaged, key, statement, found, (number,)):
                found.rows[row[0]] = row[1:]
        except (sqlite.DatabaseError, CacheTrouble):
            continue


def _write(target: Connection, table: str, found: _Found) -> int:
    if not found.rows:
        return 0
    names, marks = ",".join(found.columns), ",".join("?" * len(found.columns))
    statement = f"INSERT OR IGNORE INTO {table}({names}) VALUES ({marks})"  # noqa: S608
    target.executemany(statement, list(found.rows.values()))
    return len(found.rows)


def _number(kept: str | None) -> int:
    return int(kept) if kept is not None and kept.isdigit() else 0
