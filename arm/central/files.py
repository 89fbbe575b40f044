"""The folder of stored files, names made fit to be shown, and types told by content (P26, P34)."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from arm.settings import ATTACHMENT_SUFFIXES

LONGEST_NAME = 120
RESERVE_BYTES = 64 * 1024 * 1024
"""Room that files leave to the database."""
NAME_OF_FILE = re.compile(r"[0-9a-f-]{36}")
BLOCK = 1024 * 1024
_OFFICE = "application/vnd.openxmlformats-officedocument"
_TYPES = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "heic": "image/heic",
    "pdf": "application/pdf",
    "txt": "text/plain",
    "csv": "text/csv",
    "rtf": "application/rtf",
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "docx": f"{_OFFICE}.wordprocessingml.document",
    "xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "zip": "application/zip",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "mov": "video/quicktime",
}
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BEGINNINGS: dict[str, tuple[bytes, ...]] = {
    "jpg": (b"\xff\xd8\xff",),
    "jpeg": (b"\xff\xd8\xff",),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "gif": (b"GIF87a", b"GIF89a"),
    "webp": (b"RIFF",),
    "pdf": (b"%PDF-",),
    "rtf": (b"{\\rtf",),
    "doc": (_OLE, b"{\\rtf"),
    "xls": (_OLE,),
    "docx": (_ZIP,),
    "xlsx": (_ZIP,),
    "odt": (_ZIP,),
    "ods": (_ZIP,),
    "zip": (_ZIP, b"PK\x05\x06"),
    "mp3": (b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2"),
}
_BOX = {"mp4", "mov", "heic"}
_RESERVED = re.compile(r'[<>:"/\\|?*]')


def shown_name(name: str) -> str:
    """A file name as text to show: composed, without control, bidi and reserved characters, at most 120 long."""
    composed = unicodedata.normalize("NFC", name)
    kept = "".join(one for one in composed if unicodedata.category(one) not in ("Cc", "Cf", "Co", "Cs", "Cn"))
    kept = _RESERVED.sub("_", kept).strip(" .")
    if len(kept) > LONGEST_NAME:
        stem, dot, suffix = kept.rpartition(".")
        kept = f"{stem[: LONGEST_NAME - len(suffix) - 1]}.{suffix}" if dot and len(suffix) <= 8 else kept[:LONGEST_NAME]
    return kept or "file"


def suffix_of(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""


def media_type(name: str, beginning: bytes) -> str | None:
    """The type when the name's ending is allowed and the content begins as that type does; else None."""
    suffix = suffix_of(name)
    if suffix not in ATTACHMENT_SUFFIXES or suffix not in _TYPES:
        return None
    if suffix in ("txt", "csv"):
        return _TYPES[suffix] if b"\0" not in beginning else None
    fits = beginning[4:8] == b"ftyp" if suffix in _BOX else beginning.startswith(_BEGINNINGS[suffix])
    return _TYPES[suffix] if fits else None


class FileStore(Protocol):
    """Where contents lie, each under its upload's id; an object store would be another of these."""

    def write_at(self, upload_id: str, offset: int, piece: bytes) -> None:
        """Durable before it returns; OSError(ENOSPC) where there is no room for it."""
        ...

    def digest(self, upload_id: str) -> str:
        """SHA-256 of the whole content, hex."""
        ...

    def beginning(self, upload_id: str) -> bytes:
        """The first 4 KB, to tell a type by."""
        ...

    def holds(self, upload_id: str) -> bool: ...

    def pieces(self, upload_id: str) -> Iterator[bytes]:
        """The whole content in order, a MB at a time."""
        ...

    def remove(self, upload_id: str) -> None:
        """Nothing happens where it isn't there."""
        ...


class FileFolder:
    """A folder of files: the one place that knows they are files."""

    def __init__(self, folder: Path, reserve_bytes: int = RESERVE_BYTES) -> None:
        self.folder, self.reserve_bytes = folder, reserve_bytes

    def path(self, upload_id: str) -> Path:
        if not NAME_OF_FILE.fullmatch(upload_id):
            raise LookupError(upload_id)
        return self.folder / upload_id[:2] / upload_id

    def write_at(self, upload_id: str, offset: int, piece: bytes) -> None:
        """Durable before it returns: the offset that is told afterwards must outlive a power cut.

        OSError(ENOSPC) where files would take the room that the database needs for words (F75); what a failed
        piece took is given back.
        """
        path = self.path(upload_id)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if shutil.disk_usage(path.parent).free < len(piece) + self.reserve_bytes:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        before = path.stat().st_size if path.exists() else 0
        try:
            self._write(path, offset, piece)
        except OSError:
            with suppress(OSError):
                os.truncate(path, max(before, offset))
            raise

    def _write(self, path: Path, offset: int, piece: bytes) -> None:
        """Cuts nothing off behind the piece: a process that was stopped in its turn may come late, and then writes
        what another wrote in its stead; no piece reaches beyond the size that was announced."""
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(descriptor, "r+b") as file:
            file.seek(offset)
            file.write(piece)
            file.flush()
            os.fsync(file.fileno())

    def digest(self, upload_id: str) -> str:
        with self.path(upload_id).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def beginning(self, upload_id: str) -> bytes:
        with self.path(upload_id).open("rb") as file:
            return file.read(4096)

    def holds(self, upload_id: str) -> bool:
        return self.path(upload_id).is_file()

    def pieces(self, upload_id: str) -> Iterator[bytes]:
        with self.path(upload_id).open("rb") as file:
            while piece := file.read(BLOCK):
                yield piece

    def remove(self, upload_id: str) -> None:
        self.path(upload_id).unlink(missing_ok=True)
