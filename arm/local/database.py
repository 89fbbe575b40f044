"""Opening of an encrypted SQLite file: the key, the pragmas, its troubles by kind, and the profile's lock."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from sqlcipher3 import dbapi2 as sqlite

from arm.local.folding import collate
from arm.local.places import check_place
from arm.local.troubles import CacheTrouble

Connection = Any
"""A connection of sqlcipher3, which has no types of its own."""
BUSY_TIMEOUT_MS = 10_000
KEPT_LOG_BYTES = 8 * 1024 * 1024
"""A log that had to grow is cut to so much when it is begun anew."""
CHECKPOINT_WAIT_MS = 200
"""Emptying the log waits so long for readers, and is tried again after the next page."""
_FULL = 13
_NOT_A_DATABASE = 26
_CORRUPT = 11
_BUSY = frozenset({5, 6})
_CANNOT_OPEN = 14
_READ_ONLY = 8
_IO_ERROR = 10
_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def kind_of(error: BaseException) -> str:
    """The kind of CacheTrouble for an error of SQLite or of the system."""
    if isinstance(error, OSError):
        return "disk_full" if error.errno in _NO_SPACE else "unreadable"
    code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
    if "closed database" in str(error):
        # another thread has just shut the profile
        return "locked"
    if code == _FULL or "disk is full" in str(error):
        return "disk_full"
    if code == _NOT_A_DATABASE or "not a database" in str(error):
        return "wrong_key"
    if code == _CORRUPT or "malformed" in str(error):
        return "damaged"
    if code in _BUSY:
        return "in_use"
    if code in (_CANNOT_OPEN, _READ_ONLY):
        return "unreadable"
    if code == _IO_ERROR:
        # all that SQLite says where a quota or a limit of file size is met
        return "disk_full"
    return "damaged"


@contextmanager
def troubles() -> Iterator[None]:
    """Errors of SQLite and of the system's files become CacheTrouble; mistakes in our SQL stay bugs."""
    try:
        yield
    except (sqlite.OperationalError, sqlite.DatabaseError) as error:
        code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
        if code in (1, 19, 20, 21, 25):
            raise
        raise CacheTrouble(kind_of(error)) from error
    except OSError as error:
        raise CacheTrouble(kind_of(error)) from error


def connect(path: Path, key: bytes, *, synchronous: str, read_only: bool = False) -> Connection:
    """An encrypted file open under its raw 32-byte key; autocommit, usable from any one thread at a time.

    Raises CacheTrouble(wrong_key) for a file that this key does not open.
    """
    with troubles():
        uri = f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rwc'}"
        connection = sqlite.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
        try:
            _prepare(connection, key, synchronous, read_only)
        except sqlite.Error:
            connection.close()
            raise
    return connection


def _prepare(connection: Connection, key: bytes, synchronous: str, read_only: bool) -> None:
    if synchronous not in {"FULL", "NORMAL"}:
        raise ValueError(synchronous)
    # the key comes first: any other statement would already read the file
    connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    connection.execute("PRAGMA cipher_log_level = NONE")
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    connection.create_collation("russian", collate)
    if read_only:
        connection.execute("PRAGMA query_only = ON")
        return
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(f"PRAGMA synchronous = {synchronous}")
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute(f"PRAGMA journal_size_limit = {KEPT_LOG_BYTES}")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("PRAGMA cache_size = -16384")


def is_sound(connection: Connection, *, is_precious: bool = False) -> bool:
    """Whether SQLite finds the file whole; used after an exit that was not clean.

    A precious file is also checked page by page against its seals, free pages too; what a power cut left in the
    write-ahead log is written into the file first, for a torn page there is still whole in the log.
    """
    try:
        if is_precious:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            if connection.execute("PRAGMA cipher_integrity_check").fetchall():
                return False
        return bool(connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")
    except sqlite.DatabaseError:
        return False


def emptied_log(connection: Connection) -> bool:
    """Moves the write-ahead log into the file and cuts it to nothing; False when readers held it for too long."""
    connection.execute(f"PRAGMA busy_timeout = {CHECKPOINT_WAIT_MS}")
    try:
        return not connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    finally:
        connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")


@contextmanager
def transaction(connection: Connection) -> Iterator[Connection]:
    """One write transaction: all of it or nothing, also when the disk is full."""
    with troubles():
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")


def files_of(path: Path) -> tuple[Path, ...]:
    """The database file with its write-ahead log and its index."""
    return (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm"))


def set_aside(path: Path, word: str, stamp: str) -> Path:
    """Renames a database with its companions; nothing is deleted. Returns the new main file."""
    target = path.with_name(f"{path.stem}.{word}-{stamp}{path.suffix}")
    with troubles():
        for old in files_of(path):
            if old.exists():
                os.replace(old, target.with_name(old.name.replace(path.name, target.name, 1)))
    return target


def sync_folder(folder: Path) -> None:
    """A new or renamed file's name is on the disk when it returns; a system that can't promise that is believed."""
    if os.name != "posix":
        return
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


class ProfileLock:
    """The operating system's lock on a profile folder, held for the life of the process (P24)."""

    def __init__(self, folder: Path) -> None:
        """Raises CacheTrouble: in_use when another process holds it, and before any write network_folder, long_path,
        read_only, disk_full.
        """
        check_place(folder)
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._file: IO[bytes] = (folder / "lock").open("ab")
        except OSError as error:
            raise CacheTrouble("disk_full" if error.errno in _NO_SPACE else "read_only") from error
        try:
            _lock(self._file)
        except OSError as error:
            self._file.close()
            raise CacheTrouble("in_use") from error

    def release(self) -> None:
        """Closing the file gives the lock back."""
        self._file.close()


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: IO[bytes]) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
