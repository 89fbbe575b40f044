"""Attachments at the desk: taken in within limits, sealed, opened on purpose only."""

from __future__ import annotations

import io
import mimetypes
from collections.abc import Iterator
from pathlib import Path

from arm.desk.core import DeskCore
from arm.desk.values import StoredFile
from arm.domain.identity import UploadId
from arm.domain.message import Attachment
from arm.local.files import FileRecord, safe_name
from arm.local.sealing import Readable
from arm.local.troubles import FileTrouble
from arm.settings import ATTACHMENT_SUFFIXES
from arm.sync.ports import Transport

PREVIEW_BYTES = 8 * 1024 * 1024
DEFAULT_LIMIT_BYTES = 20 * 1024 * 1024


class FilesDesk:
    def __init__(self, core: DeskCore) -> None:
        self._core = core
        self.transport: Transport | None = None

    def add_path(self, path: Path) -> StoredFile:
        """Takes a file in. Raises FileTrouble (too_big, type, unreadable, empty) or CacheTrouble (disk_full)."""
        try:
            size = path.stat().st_size if path.is_file() else -1
            if size < 0:
                raise FileTrouble("unreadable")
            self._check(path.name, size)
            with path.open("rb") as source:
                return self._stored(path.name, source)
        except OSError as error:
            raise FileTrouble("unreadable") from error

    def add_bytes(self, name: str, content: bytes) -> StoredFile:
        """The same for pasted content."""
        self._check(name, len(content))
        return self._stored(name, io.BytesIO(content))

    def open(self, attachment: Attachment) -> Path:
        """A private read-only copy, fetched from the central store if it is not here.

        Raises SyncTrouble, CacheTrouble, or FileTrouble (missing, damaged, unreadable).
        """
        return self._core.store.files.open_copy(self._record(attachment), self._core.wall_text())

    def preview(self, attachment: Attachment) -> bytes | None:
        """The bytes of an image that is already here and small, else nothing."""
        kind = mimetypes.guess_type(attachment.name)[0] or ""
        record = self._core.store.files.find(attachment.upload_id)
        if record is None or record.size > PREVIEW_BYTES or not kind.startswith("image/"):
            return None
        try:
            return b"".join(self._core.store.files.content(record))
        except FileTrouble:
            return None

    def _check(self, name: str, size: int) -> None:
        """Limits of the central store where it has told them."""
        limit, types = DEFAULT_LIMIT_BYTES, list(ATTACHMENT_SUFFIXES)
        if self._core.has_directory:
            answer = self._core.rules.answer
            limit, types = answer.file_limit_bytes, answer.file_types or types
        suffix = name.rpartition(".")[2].casefold() if "." in name else ""
        kind = mimetypes.guess_type(name)[0] or ""
        if size == 0:
            raise FileTrouble("empty", {"name": safe_name(name)})
        if size > limit:
            raise FileTrouble("too_big", {"name": safe_name(name), "limit_bytes": str(limit)})
        allowed = {one.casefold().lstrip(".") for one in types}
        if suffix not in allowed and kind not in allowed:
            raise FileTrouble("type", {"name": safe_name(name), "suffix": suffix})

    def _stored(self, name: str, source: Readable) -> StoredFile:
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        record = self._core.store.files.add(name, source, kind, self._core.wall_text())
        attachment = Attachment(
            upload_id=UploadId(record.file_id),
            name=record.name,
            size=record.size,
            sha256=record.sha256,
            media_type=record.media_type,
        )
        return StoredFile(attachment=attachment, is_sent=False)

    def _record(self, attachment: Attachment) -> FileRecord:
        files = self._core.store.files
        found = files.find(attachment.upload_id)
        if found is not None:
            return found
        if self.transport is None:
            raise FileTrouble("missing")
        content = at_most(self.transport.download(attachment.upload_id), attachment.size)
        return files.add_fetched(
            attachment.upload_id, attachment.name, content, attachment.sha256, self._core.wall_text()
        )


def at_most(pieces: Iterator[bytes], size: int) -> Iterator[bytes]:
    """A file's content up to its announced size; more than that is no such file. Raises FileTrouble(damaged)."""
    came = 0
    for piece in pieces:
        came += len(piece)
        if came > size:
            raise FileTrouble("damaged")
        yield piece
