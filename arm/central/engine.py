"""The two databases made to behave alike: addresses, connections, write and read transactions, their troubles."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    InternalError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from arm.central.problems import StoreTrouble, Trouble
from arm.settings import data_folder

SQLITE_FILE = "central.db"
PG_SESSION = "-c lock_timeout=5s -c statement_timeout=15s -c idle_in_transaction_session_timeout=20s"
BUSY_MS = 10_000
UNIQUE_VIOLATION = "23505"
RETRY_STATES = {"40001", "40P01", "55P03", "57014", "57P01", "57P02", "57P03", "25P03"}
"""SQLSTATEs after which the same request may succeed: deadlocks, lock and statement timeouts, restarts."""


def address(url: str) -> URL:
    """The database's address; empty means SQLite in the data folder. StoreTrouble(bad_url) for anything else."""
    if not url:
        return URL.create("sqlite", database=str(data_folder() / SQLITE_FILE))
    try:
        made = make_url(url)
    except (ArgumentError, ValueError):
        raise StoreTrouble("bad_url") from None
    if made.drivername in ("postgres", "postgresql", "postgresql+psycopg"):
        return made.set(drivername="postgresql+psycopg")
    if made.drivername in ("sqlite", "sqlite+pysqlite") and made.database not in (None, "", ":memory:"):
        return made.set(drivername="sqlite")
    raise StoreTrouble("bad_url")


def make_engine(url: str) -> Engine:
    """An engine whose transactions keep the promises of §2.3 on either store."""
    where = address(url)
    if where.drivername == "sqlite":
        _keep_private(Path(str(where.database)))
        engine = create_engine(where, pool_size=8, max_overflow=40, hide_parameters=True)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    options = {"options": PG_SESSION, "connect_timeout": 10}
    engine = create_engine(
        where, pool_size=8, max_overflow=40, pool_pre_ping=True, connect_args=options, hide_parameters=True
    )
    event.listen(engine, "connect", _prepare_postgres)
    return engine


def _keep_private(file: Path) -> None:
    """A new database is its owner's alone, whatever the umask; SQLite gives its journals the same rights."""
    with suppress(OSError):
        file.touch(mode=0o600, exist_ok=False)


def _prepare_sqlite(raw: Any, _record: Any) -> None:
    """Transactions are begun by `_begin_sqlite` alone, so the driver must begin none of its own."""
    raw.isolation_level = None
    cursor = raw.cursor()
    for pragma in (
        f"busy_timeout={BUSY_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        "trusted_schema=OFF",
        "temp_store=MEMORY",
        "cache_size=-16384",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    reads = connection.get_execution_options().get("arm_reads", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _prepare_postgres(raw: Any, record: Any) -> None:
    """Warnings at COMMIT (a cancelled wait for the standby) must not pass for an acknowledgement (P8)."""
    record.info["warnings"] = []

    def note(diagnostic: Any) -> None:
        if diagnostic.severity_nonlocalized in ("WARNING", "ERROR"):
            record.info["warnings"].append(diagnostic.sqlstate)

    raw.add_notice_handler(note)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One snapshot, nothing written (P12)."""
    options: dict[str, Any] = {"arm_reads": True}
    if engine.dialect.name == "postgresql":
        options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with told(), engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One write transaction; what leaves after it was committed without a warning (P8).

    Trouble(uncertain) when the outcome of COMMIT is not known, Trouble(busy) when a lock was not to be had.
    """
    with told(), engine.connect() as connection:
        with connection.begin() as transaction:
            yield connection
            warnings: list[str] = connection.info.get("warnings", [])
            warnings.clear()
            _commit(transaction)
        if warnings:
            raise Trouble(503, "uncertain", retry_after_s=1)


def _commit(transaction: Any) -> None:
    try:
        transaction.commit()
    except DBAPIError as wrong:
        if _is_full(wrong) or _state(wrong) in RETRY_STATES - {"57P01", "57P02", "57P03"}:
            raise
        raise Trouble(503, "uncertain", retry_after_s=1) from wrong


@contextmanager
def told() -> Iterator[None]:
    """Faults of the database as Trouble (try again) or StoreTrouble (somebody must act)."""
    try:
        yield
    except PoolTimeout as wrong:
        raise Trouble(503, "busy", retry_after_s=1) from wrong
    except DBAPIError as wrong:
        raise sorted_out(wrong) from wrong


def sorted_out(wrong: DBAPIError) -> Exception:
    """The trouble that a driver's error means; faults of our own SQL stay as they are.

    A key taken meanwhile is a race that the repeat finds decided; a value the database can't hold (NUL in a text,
    which SQLite takes and PostgreSQL doesn't) came from outside.
    """
    words = str(wrong.orig).lower()
    if _is_full(wrong):
        return StoreTrouble("disk_full")
    if "not a database" in words or "malformed" in words:
        return StoreTrouble("not_a_store" if "not a database" in words else "damaged")
    if "readonly database" in words or "permission denied" in words or _state(wrong) in ("42501", "28P01", "28000"):
        return StoreTrouble("denied")
    if "unable to open database" in words or "disk i/o error" in words:
        return StoreTrouble("unreachable")
    if _state(wrong) in RETRY_STATES or "locked" in words or "busy" in words:
        return Trouble(503, "busy", retry_after_s=1)
    if isinstance(wrong, IntegrityError) and (_state(wrong) == UNIQUE_VIOLATION or "unique constraint" in words):
        return Trouble(503, "busy", retry_after_s=1)
    if isinstance(wrong, DataError):
        return Trouble(422, "bad_wire")
    if isinstance(wrong, OperationalError | InterfaceError | InternalError):
        return StoreTrouble("unreachable")
    return wrong


def _state(wrong: DBAPIError) -> str:
    return getattr(wrong.orig, "sqlstate", None) or ""


def _is_full(wrong: DBAPIError) -> bool:
    return "disk is full" in str(wrong.orig).lower() or _state(wrong) in ("53100", "53000")


def sqlite_path(engine: Engine) -> Path | None:
    """The file of an SQLite store; None for PostgreSQL."""
    if engine.dialect.name != "sqlite" or not engine.url.database:
        return None
    return Path(os.path.abspath(engine.url.database))
