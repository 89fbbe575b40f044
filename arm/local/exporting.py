"""What is not sent and not finished, written out for its person: also from a work.db of a newer program (P22)."""

from __future__ import annotations

import json
import os
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from arm.local.database import Connection, connect, troubles
from arm.local.files import safe_name
from arm.local.sealing import pieces
from arm.local.troubles import CacheTrouble, FileTrouble
from arm.local.work import FILE_NAME

COMMANDS, DRAFTS = "commands.json", "drafts.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """How many of each were written; `unreadable` files are named in the list of commands and not written."""

    commands: int
    drafts: int
    files: int
    unreadable: int


def export_work(profile: Path, key: bytes, target: Path) -> Exported:
    """Reads work.db without changing it and writes into a new folder, for the owner's eyes only.

    Raises CacheTrouble: wrong_key, damaged, unreadable when the target is there already or can't be made, disk_full.
    """
    if not (profile / FILE_NAME).exists():
        raise CacheTrouble("unreadable", {"file": FILE_NAME})
    with closing(connect(profile / FILE_NAME, key, synchronous="FULL", read_only=True)) as work, troubles():
        commands = [_readable(one) for one in _rows(work, "outbox WHERE state <> 'accepted' ORDER BY device_seq")]
        if work.execute("SELECT 1 FROM sqlite_master WHERE name = 'held'").fetchone():
            # steps that could still be taken back when the program ended
            commands += [_readable(one) for one in _rows(work, "held ORDER BY place")]
        drafts = [_readable(one) for one in _rows(work, "draft ORDER BY saved_at")]
        files = _rows(work, "stored_file WHERE is_sent = 0 ORDER BY file_id")
        target.mkdir(mode=0o700)
        _write(target / COMMANDS, _json(commands))
        _write(target / DRAFTS, _json(drafts))
        unreadable = sum(not _write_file(profile, target, number, one) for number, one in enumerate(files, 1))
    return Exported(commands=len(commands), drafts=len(drafts), files=len(files) - unreadable, unreadable=unreadable)


def _rows(work: Connection, source: str) -> list[dict[str, Any]]:
    """By the columns that are there: a newer program's may be more."""
    cursor = work.execute(f"SELECT * FROM {source}")  # noqa: S608
    names = [one[0] for one in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _readable(row: dict[str, Any]) -> dict[str, Any]:
    """Texts of JSON become values, so that a person can read them."""
    shown: dict[str, Any] = {}
    for name, value in row.items():
        plain = bytes(value).decode("utf-8", errors="replace") if isinstance(value, bytes | memoryview) else value
        if name in {"payload", "fields", "details"} and isinstance(plain, str) and plain:
            with suppress(ValueError):
                plain = json.loads(plain)
        shown[name] = plain
    return shown


def _write_file(profile: Path, target: Path, number: int, row: dict[str, Any]) -> bool:
    place = target / f"{number:03d} {safe_name(str(row['name']))}"
    try:
        _write(place, b"".join(pieces(profile / "files" / str(row["place"]), bytes(row["key"]))))
    except FileTrouble:
        return False
    return True


def _json(values: list[dict[str, Any]]) -> bytes:
    return json.dumps(values, ensure_ascii=False, indent=2).encode()


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
