"""work.db: the outbox, its archive, drafts, read marks and stored files — precious, never deleted by itself (P21)."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from arm.local.database import (
    Connection,
    connect,
    emptied_log,
    files_of,
    is_sound,
    set_aside,
    sync_folder,
    transaction,
    troubles,
)
from arm.local.holding import Holding
from arm.local.outbox import Outbox, remember
from arm.local.salvage import SalvageReport, salvage
from arm.local.troubles import CacheTrouble
from arm.local.work_schema import MIGRATIONS, WORK_VERSION

FILE_NAME = "work.db"


class WorkFile:
    """The one connection that writes work.db, and the lock that orders its users; each call is durable."""

    def __init__(
        self, folder: Path, key: bytes, stamp: Callable[[], str], was_clean: bool, is_key_known: bool = True
    ) -> None:
        """Raises CacheTrouble: wrong_key, too_new (the file stays as it is), disk_full, unreadable.

        A damaged file is kept beside, its readable rows move to a new one and `salvaged` tells what is missing.
        `stamp` names a set-aside file; `is_key_known` means that the key has been checked elsewhere.
        """
        self._path = folder / FILE_NAME
        self._key = key
        self._lock = threading.RLock()
        self._was_clean = was_clean
        self.salvaged: SalvageReport | None = None
        existed = self._path.exists()
        try:
            self._connection = connect(self._path, key, synchronous="FULL")
            damaged = existed and not was_clean and not is_sound(self._connection, is_precious=True)
            if damaged:
                self._connection.close()
        except CacheTrouble as trouble:
            # the key is right, so «not a database» can only be damage (P23)
            if not existed or not is_key_known or trouble.kind not in {"wrong_key", "damaged"}:
                raise
            damaged = True
        if damaged:
            self._replace_damaged(stamp())
        with ExitStack() as undone:
            undone.callback(self._connection.close)
            self._migrate()
            undone.pop_all()
        self.outbox = Outbox(self._connection, self._lock)
        self.holding = Holding(self._connection, self._lock)

    def _replace_damaged(self, stamp: str) -> None:
        kept = set_aside(self._path, "damaged", stamp)
        self._connection = connect(self._path, self._key, synchronous="FULL")
        self._migrate()
        self.salvaged = salvage(kept, self._key, self._connection)

    def _migrate(self) -> None:
        """Forward only; before a change of an older file a verified copy is made.

        Each step is one transaction with its version in it: a kill leaves the step before or the step after.
        """
        with troubles():
            version = int(self._connection.execute("PRAGMA user_version").fetchone()[0])
        if version > WORK_VERSION:
            raise CacheTrouble("too_new", {"version": str(version)})
        if version == WORK_VERSION:
            if self._was_clean:
                # the newer file has served a whole session: the copy of the older one is not needed any more
                self._remove_copies()
            return
        if version > 0:
            self._copy_before(version)
        for target, statements in enumerate(MIGRATIONS[version:], version + 1):
            with transaction(self._connection):
                for statement in statements:
                    self._connection.execute(statement)
                self._connection.execute(f"PRAGMA user_version = {target:d}")

    def _remove_copies(self) -> None:
        for copy in self._path.parent.glob("work.before-*"):
            with contextlib.suppress(OSError):
                copy.unlink()

    def _copy_before(self, version: int) -> None:
        copy = self._path.with_name(f"work.before-{version + 1}.db")
        # what a kill has left half written bears another name than a verified copy
        begun = copy.with_name(f"{copy.name}.new")
        with troubles():
            for old in files_of(begun):
                old.unlink(missing_ok=True)
            self._connection.execute("VACUUM INTO ?", (str(begun),))
            with begun.open("r+b") as file:
                os.fsync(file.fileno())
        check = connect(begun, self._key, synchronous="FULL", read_only=True)
        try:
            sound = is_sound(check, is_precious=True)
            counted = [_rows_of(one) for one in (check, self._connection)]
        finally:
            check.close()
        if not sound or counted[0] != counted[1]:
            raise CacheTrouble("damaged", {"file": copy.name})
        with troubles():
            os.replace(begun, copy)
        sync_folder(copy.parent)

    def kept(self, name: str) -> str:
        """A remembered plain value (who signed in, the device, the token …); empty when there is none."""
        with self._lock, troubles():
            row = self._connection.execute("SELECT value FROM remembered WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else ""

    def keep(self, **values: str) -> None:
        """Remembers plain values, all or none."""
        with self._lock, transaction(self._connection) as c:
            remember(c, values)

    def run(self, statement: str, parameters: Iterable[Any] = ()) -> None:
        """One durable statement of a neighbour in this room (drafts, files)."""
        with self._lock, transaction(self._connection) as c:
            c.execute(statement, tuple(parameters))

    def rows(self, statement: str, parameters: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
        with self._lock, troubles():
            return list(self._connection.execute(statement, tuple(parameters)).fetchall())

    def mark_read(self, message_id: str, at: str) -> None:
        self.run("INSERT OR IGNORE INTO read_mark(message_id, at) VALUES (?, ?)", (message_id, at))

    def read_of(self, message_ids: Iterable[str]) -> set[str]:
        """Those of the messages that have been opened at this desk."""
        wanted = list(message_ids)
        marks = ",".join("?" * len(wanted))
        found = self.rows(f"SELECT message_id FROM read_mark WHERE message_id IN ({marks})", wanted)  # noqa: S608
        return {row[0] for row in found}

    def purge_log(self) -> None:
        """Keys of forgotten files stay neither in the file nor in its log."""
        with self._lock, troubles():
            emptied_log(self._connection)

    def limit_pages(self, pages: int) -> None:
        """Bounds the file's size (PRAGMA max_page_count): a full disk that tests can bring about."""
        with self._lock:
            self._connection.execute(f"PRAGMA max_page_count = {pages:d}")

    @property
    def pages(self) -> int:
        with self._lock:
            return int(self._connection.execute("PRAGMA page_count").fetchone()[0])

    def close(self) -> None:
        with self._lock:
            self._connection.close()


def _rows_of(connection: Connection) -> list[tuple[str, int]]:
    """How many rows each table has."""
    with troubles():
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return sorted((one, connection.execute(f'SELECT count(*) FROM "{one}"').fetchone()[0]) for one in tables)  # noqa: S608


__all__ = ["Connection", "WorkFile"]
