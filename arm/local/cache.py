"""cache.db: the replica of what this user may see — disposable, rebuilt by a first sync on any doubt (P21)."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from arm.local.cache_schema import CACHE_VERSION, SCHEMA
from arm.local.database import Connection, connect, emptied_log, files_of, is_sound, set_aside, transaction, troubles
from arm.local.troubles import CacheTrouble

FILE_NAME = "cache.db"
READERS = 4
MOST_LOG_BYTES = 40 * 1024 * 1024
"""Beyond it no page is begun before the log is empty: with one page more it stays below 64 MB."""


class CacheFile:
    """One writing connection under a lock, and a few read-only ones, so that no screen waits behind a page."""

    def __init__(self, folder: Path, key: bytes, stamp: Callable[[], str], was_clean: bool) -> None:
        """Whatever is wrong with the file, it is set aside and an empty one begun: `was_rebuilt` tells.

        Raises CacheTrouble(disk_full, unreadable, in_use) only.
        """
        self._path = folder / FILE_NAME
        self._log = files_of(self._path)[1]
        self._key = key
        self.write_lock = threading.RLock()
        self.was_rebuilt = False
        self._owes_purge = False
        self._connection = self._opened(stamp, was_clean)
        self._readers: queue.LifoQueue[Connection] = queue.LifoQueue()
        self._reader_count = 0
        self._reader_lock = threading.Lock()
        self._is_closed = False

    def _opened(self, stamp: Callable[[], str], was_clean: bool) -> Connection:
        existed = self._path.exists()
        if existed:
            try:
                connection = connect(self._path, self._key, synchronous="NORMAL")
            except CacheTrouble as trouble:
                if trouble.kind not in {"wrong_key", "damaged"}:
                    raise
            else:
                with troubles():
                    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
                if version == CACHE_VERSION and (was_clean or is_sound(connection)):
                    return connection
                connection.close()
            set_aside(self._path, "quarantine", stamp())
            self.was_rebuilt = True
        return self._begun()

    def _begun(self) -> Connection:
        connection = connect(self._path, self._key, synchronous="NORMAL")
        with transaction(connection):
            for statement in SCHEMA:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {CACHE_VERSION:d}")
        return connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One write transaction. Raises CacheTrouble(in_use) while a reader has held the log for too long."""
        with self.write_lock:
            self._bound_log()
            with transaction(self._connection) as c:
                yield c

    def _bound_log(self) -> None:
        """A reader that stays keeps the log from being written into the file; it must not grow without end (F45)."""
        try:
            size = self._log.stat().st_size
        except OSError:
            return
        if size > MOST_LOG_BYTES and not self.checkpoint():
            raise CacheTrouble("in_use")

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A read-only connection of one's own for a moment."""
        with troubles():
            reader = self._reader()
            try:
                yield reader
            finally:
                if self._is_closed:
                    reader.close()
                else:
                    self._readers.put(reader)

    def _reader(self) -> Connection:
        try:
            return self._readers.get_nowait()
        except queue.Empty:
            pass
        with self._reader_lock:
            if self._reader_count < READERS:
                self._reader_count += 1
                return connect(self._path, self._key, synchronous="NORMAL", read_only=True)
        return self._readers.get()

    def rows(self, statement: str, parameters: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
        with self.reading() as c:
            return list(c.execute(statement, tuple(parameters)).fetchall())

    def kept(self, name: str) -> bytes | None:
        found = self.rows("SELECT value FROM kept WHERE name = ?", (name,))
        return bytes(found[0][0]) if found else None

    def keep(self, **values: bytes) -> None:
        with self.writing() as c:
            keep_values(c, values)

    def limit_pages(self, pages: int) -> None:
        """Bounds the file's size: a full disk that tests can bring about."""
        with self.write_lock:
            self._connection.execute(f"PRAGMA max_page_count = {pages:d}")

    @property
    def pages(self) -> int:
        with self.write_lock:
            return int(self._connection.execute("PRAGMA page_count").fetchone()[0])

    def checkpoint(self) -> bool:
        """Moves the write-ahead log into the file and empties it: nothing evicted stays behind in it.

        False when a reader held it up; it then waited for a moment only.
        """
        with self.write_lock, troubles():
            return emptied_log(self._connection)

    def purge_log(self, *, is_due: bool) -> None:
        """After a page with evictions; what a reader held up is done after the next page, or at the end."""
        if is_due or self._owes_purge:
            self._owes_purge = not self.checkpoint()

    def close(self) -> None:
        self._is_closed = True
        while True:
            try:
                self._readers.get_nowait().close()
            except queue.Empty:
                break
        with self.write_lock:
            # no reader is left: whatever one had held up goes now
            with contextlib.suppress(CacheTrouble):
                self.purge_log(is_due=False)
            self._connection.close()


def remove_caches(folder: Path, *, only_quarantined: bool = False) -> None:
    """Every replica in a profile, quarantined ones too: nothing in them is not at the central store."""
    for pattern in ("cache.quarantine-*",) if only_quarantined else ("cache.quarantine-*", f"{FILE_NAME}*"):
        for path in folder.glob(pattern):
            with contextlib.suppress(OSError):
                path.unlink()


def keep_values(c: Connection, values: dict[str, bytes]) -> None:
    """Remembers values inside a transaction that is already open."""
    c.executemany(
        "INSERT INTO kept(name, value) VALUES (?, ?) ON CONFLICT(name) DO UPDATE SET value = excluded.value",
        list(values.items()),
    )


def marks(values: Sequence[object]) -> str:
    """`?,?,?` for an IN list."""
    return ",".join("?" * len(values))
