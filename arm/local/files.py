"""Attachments at the desk: sealed under random names, with private read-only copies for opening (P26, P34)."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import stat
import unicodedata
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from arm.local.database import troubles
from arm.local.sealing import Readable, new_key, pieces, seal
from arm.local.troubles import CacheTrouble, FileTrouble
from arm.local.work import WorkFile

LONGEST_NAME = 120
MOST_BYTES = 2 * 1024**3
MOST_OF_FREE = 0.1
"""Fetched files take at most so much, and at most that part of what is free."""
_CACHED = (
    "is_sent = 1 AND upload_id <> ''"
    " AND NOT EXISTS (SELECT 1 FROM outbox WHERE instr(CAST(payload AS TEXT), upload_id) > 0"
    " OR instr(CAST(payload AS TEXT), file_id) > 0)"
    " AND NOT EXISTS (SELECT 1 FROM draft WHERE instr(fields, upload_id) > 0 OR instr(fields, file_id) > 0)"
)
"""What the central store has and no own work here speaks of: it may go and is fetched again when asked for."""
_RESERVED = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_DEVICES = frozenset(
    ("con", "prn", "aux", "nul", *(f"com{n}" for n in range(1, 10)), *(f"lpt{n}" for n in range(1, 10)))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRecord:
    """A sealed file; `upload_id` is the central store's name for it once it is sent, `file_id` the desk's own."""

    file_id: str
    upload_id: str
    name: str
    size: int
    sha256: str
    media_type: str
    key: bytes
    place: str
    is_sent: bool


def safe_name(name: str) -> str:
    """A file name fit to be shown and to be used below a private folder: NFC, no control or bidi signs."""
    plain = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(c for c in plain if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co", "Cn"})
    plain = _RESERVED.sub("_", plain).strip(" .")
    stem, dot, suffix = plain.rpartition(".")
    if dot and len(suffix) <= 10:
        plain = f"{stem[: LONGEST_NAME - len(suffix) - 1]}.{suffix}"
    plain = plain[:LONGEST_NAME]
    return f"_{plain}" if plain.partition(".")[0].casefold() in _DEVICES else plain or "file"


class Files:
    """Sealed files of one profile; the records lie in work.db, the content under `files/`."""

    def __init__(self, folder: Path, work: WorkFile, most_bytes: int = MOST_BYTES) -> None:
        self._work = work
        self._most_bytes = most_bytes
        self._sealed = folder / "files"
        self._opened = folder / "opened"
        with troubles():
            self._sealed.mkdir(exist_ok=True, mode=0o700)
        self.wipe_opened()

    def add(self, name: str, source: Readable, media_type: str, at: str) -> FileRecord:
        """Seals a stream; CacheTrouble(disk_full) leaves nothing behind."""
        counted = _Counting(source)
        file_id, place, key = f"local-{uuid.uuid4()}", uuid.uuid4().hex, new_key()
        with troubles():
            seal(counted, self._sealed / place, key)
        record = FileRecord(
            file_id=file_id,
            upload_id="",
            name=safe_name(name),
            size=counted.size,
            sha256=counted.digest.hexdigest(),
            media_type=media_type,
            key=key,
            place=place,
            is_sent=False,
        )
        try:
            self._insert(record, at)
        except CacheTrouble:
            (self._sealed / place).unlink(missing_ok=True)
            raise
        return record

    def add_fetched(self, upload_id: str, name: str, content: Iterator[bytes], sha256: str, at: str) -> FileRecord:
        """Keeps what came from the central store; FileTrouble(damaged) when its hash is another."""
        record = self.add(name, _Reading(content), "application/octet-stream", at)
        if record.sha256 != sha256:
            self.forget([record.file_id])
            raise FileTrouble("damaged")
        self.mark_sent(record.file_id, upload_id)
        self._work.run("UPDATE stored_file SET used_at = ? WHERE file_id = ?", (at, record.file_id))
        self._keep_within(record.file_id)
        found = self.find(upload_id)
        if found is None:
            raise FileTrouble("missing")
        return found

    def find(self, any_id: str) -> FileRecord | None:
        """By the desk's own id or by the central store's."""
        found = self._work.rows(
            f"SELECT {_COLUMNS} FROM stored_file WHERE file_id = ? OR (upload_id = ? AND upload_id <> '')",  # noqa: S608
            (any_id, any_id),
        )
        return _record(found[0]) if found else None

    def mark_sent(self, file_id: str, upload_id: str) -> None:
        self._work.run("UPDATE stored_file SET upload_id = ?, is_sent = 1 WHERE file_id = ?", (upload_id, file_id))

    def mark_begun(self, file_id: str, upload_id: str) -> None:
        """The central store has given a name, the content is still on its way."""
        self._work.run("UPDATE stored_file SET upload_id = ? WHERE file_id = ?", (upload_id, file_id))

    def content(self, record: FileRecord) -> Iterator[bytes]:
        """Plain pieces of 64 KiB."""
        return pieces(self._sealed / record.place, record.key)

    def open_copy(self, record: FileRecord, at: str = "") -> Path:
        """A read-only copy in a private folder that is wiped at the next start and at the end.

        `at` is the moment of use: what was used longest ago goes first where the room is short.
        """
        if at:
            self._work.run("UPDATE stored_file SET used_at = ? WHERE file_id = ?", (at, record.file_id))
        folder = self._opened / record.place / uuid.uuid4().hex
        target = folder / safe_name(record.name)
        try:
            with troubles():
                folder.mkdir(parents=True, mode=0o700)
                with target.open("xb") as file:
                    for piece in self.content(record):
                        file.write(piece)
                target.chmod(stat.S_IRUSR)
        except (CacheTrouble, FileTrouble):
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return target

    def forget(self, any_ids: list[str]) -> None:
        """Removes records, content and opened copies of evicted messages; what isn't here is passed over.

        With the record goes the only key of the content, from the file and from its log.
        """
        gone = [record for record in map(self.find, any_ids) if record is not None]
        for record in gone:
            self._wipe(self._opened / record.place)
            with contextlib.suppress(OSError):
                (self._sealed / record.place).unlink()
            self._work.run("DELETE FROM stored_file WHERE file_id = ?", (record.file_id,))
        if gone:
            self._work.purge_log()

    def forget_cached(self) -> None:
        """Everything that may be fetched again: nobody knows what of it may still be seen."""
        self.forget([row[0] for row in self._work.rows(f"SELECT file_id FROM stored_file WHERE {_CACHED}")])  # noqa: S608

    def _keep_within(self, newest: str) -> None:
        """The longest unused go until the rest fits; the one just fetched stays."""
        rows = self._work.rows(
            f"SELECT file_id, size FROM stored_file WHERE {_CACHED}"  # noqa: S608
            " ORDER BY max(used_at, stored_at) DESC, rowid DESC"
        )
        held = sum(size for _, size in rows)
        room = min(self._most_bytes, int((shutil.disk_usage(self._sealed).free + held) * MOST_OF_FREE))
        kept, gone = 0, []
        for file_id, size in rows:
            kept += size
            if kept > room and file_id != newest:
                gone.append(file_id)
        self.forget(gone)

    def forget_sent(self) -> None:
        """The content of everything that the central store has; what is not sent stays."""
        for (place,) in self._work.rows("SELECT place FROM stored_file WHERE is_sent = 1"):
            with contextlib.suppress(OSError):
                (self._sealed / place).unlink()

    def wipe_opened(self) -> None:
        """Removes every private copy; what another program still holds is tried again at the next start."""
        self._wipe(self._opened)

    @staticmethod
    def _wipe(root: Path) -> None:
        if not root.exists():
            return
        for folder, _, names in os.walk(root):
            for name in names:
                with contextlib.suppress(OSError):
                    os.chmod(Path(folder, name), stat.S_IRUSR | stat.S_IWUSR)
        shutil.rmtree(root, ignore_errors=True)

    def _insert(self, record: FileRecord, at: str) -> None:
        self._work.run(
            f"INSERT INTO stored_file({_COLUMNS}, stored_at) VALUES (?,?,?,?,?,?,?,?,?,?)",  # noqa: S608
            (
                record.file_id,
                record.upload_id,
                record.name,
                record.size,
                record.sha256,
                record.media_type,
                record.key,
                record.place,
                int(record.is_sent),
                at,
            ),
        )


_COLUMNS = "file_id, upload_id, name, size, sha256, media_type, key, place, is_sent"


def _record(row: tuple[str, str, str, int, str, str, bytes, str, int]) -> FileRecord:
    return FileRecord(
        file_id=row[0],
        upload_id=row[1],
        name=row[2],
        size=row[3],
        sha256=row[4],
        media_type=row[5],
        key=bytes(row[6]),
        place=row[7],
        is_sent=bool(row[8]),
    )


class _Counting:
    """A stream that measures and hashes what passes through it."""

    def __init__(self, source: Readable) -> None:
        self._source = source
        self.size = 0
        self.digest = hashlib.sha256()

    def read(self, size: int, /) -> bytes:
        piece = self._source.read(size)
        self.size += len(piece)
        self.digest.update(piece)
        return piece


class _Reading:
    """Pieces of any length read as a stream of even ones."""

    def __init__(self, content: Iterator[bytes]) -> None:
        self._content = content
        self._rest = b""

    def read(self, size: int, /) -> bytes:
        while len(self._rest) < size:
            piece = next(self._content, None)
            if piece is None:
                break
            self._rest += piece
        piece, self._rest = self._rest[:size], self._rest[size:]
        return piece
