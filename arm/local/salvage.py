"""Salvage of a damaged work.db: readable rows move to a new file, missing device numbers are named (P23)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlcipher3 import dbapi2 as sqlite

from arm.local.database import Connection, connect, transaction
from arm.local.troubles import CacheTrouble
from arm.local.work_schema import SALVAGED_TABLES


@dataclass(frozen=True, slots=True, kw_only=True)
class SalvageReport:
    """What became of a damaged work.db: the kept file's name, rows saved, device numbers that can't be read."""

    kept_file: str
    rows: int
    commands: int
    missing_seqs: tuple[int, ...]


def salvage(damaged: Path, key: bytes, target: Connection) -> SalvageReport:
    """Copies every readable row; a page that can't be read costs its own rows alone."""
    saved = 0
    for table in SALVAGED_TABLES:
        saved += _copy_readable(damaged, key, target, table)
    numbers = sorted(
        row[0]
        for table in ("outbox", "outbox_archive")
        for row in target.execute(f"SELECT device_seq FROM {table}").fetchall()  # noqa: S608
    )
    missing = sorted(set(range(1, numbers[-1] + 1)) - set(numbers)) if numbers else []
    return SalvageReport(kept_file=damaged.name, rows=saved, commands=len(numbers), missing_seqs=tuple(missing))


def _copy_readable(damaged: Path, key: bytes, target: Connection, table: str) -> int:
    """Forward until an unreadable page, then backward from the end: what lies between is lost.

    Each way has a connection of its own: after one page that can't be decrypted SQLCipher reads no other.
    """
    found: dict[object, tuple[object, ...]] = {}
    columns: list[str] = []
    for direction in ("ASC", "DESC"):
        try:
            source = connect(damaged, key, synchronous="FULL", read_only=True)
        except CacheTrouble:
            return 0
        try:
            cursor = source.execute(f"SELECT * FROM {table} ORDER BY 1 {direction}")  # noqa: S608
            columns = [one[0] for one in cursor.description]
            for row in cursor:
                if row[0] in found:
                    break
                found[row[0]] = row
            break
        except sqlite.DatabaseError:
            continue
        finally:
            source.close()
    if not found:
        return 0
    names, marks = ",".join(columns), ",".join("?" * len(columns))
    statement = f"INSERT OR IGNORE INTO {table}({names}) VALUES ({marks})"  # noqa: S608
    with transaction(target):
        target.executemany(statement, list(found.values()))
    return len(found)
