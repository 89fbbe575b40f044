"""Uploads in pieces and downloads by right: bound to their uploader, unseen until a command names them (P26)."""

from __future__ import annotations

import errno
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, insert, or_, select, update

from arm.central import feed
from arm.central import tables as t
from arm.central.access import Principal
from arm.central.engine import reading, writing
from arm.central.files import FileFolder, FileStore, media_type, shown_name, suffix_of
from arm.central.problems import Trouble
from arm.central.reading import FILE_LIMIT_BYTES, asker
from arm.central.store import Store
from arm.domain.identity import MessageId
from arm.domain.visibility import scope_of
from arm.settings import ATTACHMENT_SUFFIXES
from arm.wire import UploadAnswer, UploadRequest

UNREFERENCED_LIFE = timedelta(days=7)
UNREFERENCED_BYTES = 500 * 1024 * 1024
"""Quota of one user's files that no accepted command names yet."""
SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class StoredFile:
    upload_id: str
    name: str
    media_type: str
    size: int


class Uploads:
    """Begins, continues, finishes and reads files."""

    def __init__(self, store: Store, folder: Path, files: FileStore | None = None) -> None:
        """`files` takes the place of the plain folder."""
        self._store = store
        self.folder = folder
        self._files: FileStore = files if files is not None else FileFolder(folder)

    def begin(self, who: Principal, asked: UploadRequest) -> UploadAnswer:
        """A place for one file; too_large (413), type_not_allowed (415), quota (413)."""
        if not 0 < asked.size <= FILE_LIMIT_BYTES:
            raise Trouble(413, "too_large", str(FILE_LIMIT_BYTES), field="size")
        if not SHA256.fullmatch(asked.sha256):
            raise Trouble(422, "bad_wire", field="sha256")
        name = shown_name(asked.name)
        if suffix_of(name) not in ATTACHMENT_SUFFIXES:
            raise Trouble(415, "type_not_allowed", field="name")
        upload_id, now = str(uuid.uuid4()), self._store.clock()
        with writing(self._store.engine) as connection:
            known = t.upload.c
            waiting = connection.scalar(
                select(func.coalesce(func.sum(known.size), 0)).where(
                    known.user_id == who.user_id,
                    known.referenced.is_(False),
                    known.created_at > now - UNREFERENCED_LIFE,
                )
            )
            if (waiting or 0) + asked.size > UNREFERENCED_BYTES:
                raise Trouble(413, "quota")
            connection.execute(
                insert(t.upload).values(
                    upload_id=upload_id,
                    user_id=who.user_id,
                    device_id=who.device_id or None,
                    name=name,
                    size=asked.size,
                    sha256=asked.sha256,
                    media_type="",
                    received=0,
                    complete=False,
                    referenced=False,
                    created_at=now,
                )
            )
        return UploadAnswer(upload_id=upload_id, offset=0)

    def offset(self, who: Principal, upload_id: str) -> UploadAnswer:
        with reading(self._store.engine) as connection:
            row = connection.execute(select(t.upload).where(t.upload.c.upload_id == upload_id)).first()
        if row is None or not _is_own(row, who):
            raise Trouble(404, "not_found")
        return UploadAnswer(upload_id=upload_id, offset=row.received, complete=row.complete)

    def append(self, who: Principal, upload_id: str, offset: int, piece: bytes) -> UploadAnswer:
        """The next piece; `offset` (409, detail = the right one) when it doesn't follow, damaged for another hash."""
        with writing(self._store.engine) as connection:
            row = connection.execute(
                select(t.upload).where(t.upload.c.upload_id == upload_id).with_for_update()
            ).first()
            if row is None or not _is_own(row, who):
                raise Trouble(404, "not_found")
            if row.complete or offset != row.received:
                raise Trouble(409, "offset", str(row.received))
            received = offset + len(piece)
            if received > row.size:
                raise Trouble(413, "too_large", field="size")
            self._write(upload_id, offset, piece)
            values: dict[str, Any] = {"received": received}
            if received == row.size:
                values |= self._finished(row)
            connection.execute(update(t.upload).where(t.upload.c.upload_id == upload_id).values(**values))
        if values["received"] < received:
            raise Trouble(422, "damaged")
        if values.get("media_type") == "":
            raise Trouble(415, "type_not_allowed")
        return UploadAnswer(upload_id=upload_id, offset=received, complete=bool(values.get("complete")))

    def _write(self, upload_id: str, offset: int, piece: bytes) -> None:
        try:
            self._files.write_at(upload_id, offset, piece)
        except OSError as wrong:
            if wrong.errno in (errno.ENOSPC, errno.EDQUOT):
                raise Trouble(507, "disk_full") from wrong
            raise Trouble(503, "busy", retry_after_s=5) from wrong

    def _finished(self, row: Row[Any]) -> dict[str, Any]:
        """Damaged files begin anew; a content of another type than the name says stays incomplete for good."""
        if self._files.digest(row.upload_id) != row.sha256:
            return {"received": 0}
        found = media_type(row.name, self._files.beginning(row.upload_id))
        return {"media_type": found or "", "complete": found is not None}

    def read(self, who: Principal, upload_id: str) -> StoredFile:
        """The file, when a part of a message that names it is visible to the asker at his sight; else not_found."""
        with self._store.snapshot() as (connection, reference):
            person = asker(reference, who)
            scope = frozenset(scope_of(person, reference.directory, self._store.clock()).tags)
            named_by = connection.scalars(
                select(t.message_file.c.message_id).where(t.message_file.c.upload_id == upload_id)
            ).all()
            found = feed.cards(connection, [MessageId(one) for one in named_by], person, scope)
            row = connection.execute(select(t.upload).where(t.upload.c.upload_id == upload_id)).first()
        cards = (msgspec.json.decode(one) for one in found.values())
        is_seen = any(_names([one["state"], one["timeline"]], upload_id) for one in cards)
        if row is None or not is_seen or not self._files.holds(upload_id):
            raise Trouble(404, "not_found")
        return StoredFile(upload_id, row.name, row.media_type, row.size)

    def pieces(self, file: StoredFile) -> Iterator[bytes]:
        """The content of a file that `read` has allowed."""
        return self._files.pieces(file.upload_id)

    def lay_aside(self, connection: Connection, now: datetime, limit: int) -> int:
        """Makes old files that no command named unfit to be named: only then may they be removed from the folder."""
        known = t.upload.c
        old = (
            select(known.upload_id)
            .where(_is_forgotten(now), or_(known.received > 0, known.complete))
            .order_by(known.created_at)
            .limit(limit)
        )
        done = connection.execute(
            update(t.upload)
            .where(known.upload_id.in_(old), known.referenced.is_(False))
            .values(received=0, complete=False)
        )
        return done.rowcount

    def remove_laid_aside(self, limit: int) -> int:
        """The files first, then their rows: killed in between, the rows lead the next one here again.

        A file that its desk began anew meanwhile has received something, and its row stays.
        """
        known = t.upload.c
        is_aside = and_(_is_forgotten(self._store.clock()), known.received == 0, known.complete.is_(False))
        with reading(self._store.engine) as connection:
            gone = connection.scalars(select(known.upload_id).where(is_aside).limit(limit)).all()
        for upload_id in gone:
            self._files.remove(upload_id)
        if gone:
            with writing(self._store.engine) as connection:
                connection.execute(delete(t.upload).where(known.upload_id.in_(gone), is_aside))
        return len(gone)


def _is_forgotten(now: datetime) -> ColumnElement[bool]:
    known = t.upload.c
    return and_(known.referenced.is_(False), known.created_at < now - UNREFERENCED_LIFE)


def _is_own(row: Row[Any], who: Principal) -> bool:
    return row.user_id == who.user_id and (row.device_id or "") == who.device_id


def _names(value: Any, upload_id: str) -> bool:
    if isinstance(value, dict):
        return value.get("upload_id") == upload_id or any(_names(one, upload_id) for one in value.values())
    return isinstance(value, list | tuple) and any(_names(one, upload_id) for one in value)
