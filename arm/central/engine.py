"""The two databases made to behave alike: addresses, connections, write and read transactions, their troubles."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    InternalError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from arm.central.addresses import address as address
from arm.central.addresses import patience_s
from arm.central.commits import LONGEST_COMMIT_S, CommitWatch
from arm.central.problems import StoreTrouble, Trouble

PG_SESSION = "-c lock_timeout=5s -c statement_timeout=15s -c idle_in_transaction_session_timeout=20s"
BUSY_MS = 10_000
UNIQUE_VIOLATION = "23505"
RETRY_STATES = {"40001", "40P01", "53300", "55P03", "57014", "57P01", "57P02", "57P03", "25P03", "25006"}
"""SQLSTATEs after which the same request may succeed: deadlocks, timeouts, full houses, restarts, demotions."""
SERVER_LEFT = {"57P01", "57P02", "57P03", "25006"}
"""The server ends, begins, or takes no more writes: what else the pool holds is of the same server."""
FULL_HOUSE = ("too many clients", "too many connections", "remaining connection slots", "слишком много")
"""libpq gives no SQLSTATE for a refused connection, so its words must do."""
CONNECTIONS, KEPT_CONNECTIONS = 48, 8
"""Of one process: forty threads that serve, the timers, readiness, the poller; and how many stay open idle."""
POOL_PATIENCE_S = 5
NEVER_LAX = (
    "SELECT set_config('synchronous_commit', 'on', false)"
    " WHERE current_setting('synchronous_commit') IN ('off', 'local')"
)
"""What is told to be accepted is on the disk, and on the standby where there is one, whatever the server's default."""
DEAD_PEER = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 30_000}


def make_engine(url: str, *, connections: int = CONNECTIONS, longest_commit_s: float = LONGEST_COMMIT_S) -> Engine:
    """An engine whose transactions keep the promises of §2.3 on either store.

    `connections` bounds what this process opens; who finds none free within 5 s is told to come again (F74).
    """
    where = address(url)
    kept = min(KEPT_CONNECTIONS, connections)
    pool: dict[str, Any] = {
        "pool_size": kept,
        "max_overflow": connections - kept,
        "pool_timeout": POOL_PATIENCE_S,
        "hide_parameters": True,
    }
    if where.drivername == "sqlite":
        _keep_private(Path(str(where.database)))
        engine = create_engine(where, **pool)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    options: dict[str, Any] = {"options": PG_SESSION, "connect_timeout": patience_s(where)} | DEAD_PEER
    given = {name: value for name, value in options.items() if name == "options" or name not in where.query}
    engine = create_engine(where, pool_pre_ping=True, connect_args=given, **pool)
    watch = CommitWatch(longest_commit_s)

    def prepare(raw: Any, record: Any) -> None:
        record.info["commit_watch"] = watch
        _prepare_postgres(raw, record)

    event.listen(engine, "connect", prepare)
    event.listen(engine, "handle_error", _leave_with_the_server)
    return engine


def _leave_with_the_server(context: ExceptionContext) -> None:
    """After a failover the whole pool is of the wrong server: all of it is dropped, not one connection a request.

    A write inside one of our own read transactions has the same SQLSTATE as a demotion, and means nothing of it.
    """
    wrong = context.original_exception
    state = getattr(wrong, "sqlstate", None)
    own_read = context.connection is not None and context.connection.get_execution_options().get("arm_reads", False)
    if state in SERVER_LEFT and not (state == "25006" and own_read):
        context.is_disconnect = True
        context.invalidate_pool_on_disconnect = True


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
    raw.execute(NEVER_LAX)
    raw.commit()


NO_WATCH = CommitWatch()
"""For SQLite, whose commits nobody can hold up."""


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
        raw: Any = connection.connection.dbapi_connection
        if isinstance(raw, psycopg.Connection):
            # the server says whether it takes writes; after a reader the pool would insist on them
            raw.read_only = None
        with connection.begin() as transaction:
            yield connection
            warnings: list[str] = connection.info.get("warnings", [])
            warnings.clear()
            _commit(connection, transaction)
        if warnings:
            raise Trouble(503, "uncertain", retry_after_s=1)


def _commit(connection: Connection, transaction: Any) -> None:
    """COMMIT of a transaction that failed before is answered ROLLBACK and no error: it is never sent."""
    raw: Any = connection.connection.dbapi_connection
    if isinstance(raw, psycopg.Connection) and raw.info.transaction_status == psycopg.pq.TransactionStatus.INERROR:
        raise Trouble(503, "busy", retry_after_s=1)
    watch: CommitWatch = connection.info.get("commit_watch") or NO_WATCH
    try:
        with watch.watched(raw):
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
    if any(one in words for one in FULL_HOUSE):
        return Trouble(503, "busy", retry_after_s=2)
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


def is_in_recovery(connection: Connection) -> bool:
    """Whether a standby answers: it may be behind, so its silence about an entry proves nothing (P16)."""
    return connection.dialect.name == "postgresql" and bool(connection.scalar(text("SELECT pg_is_in_recovery()")))


def sqlite_path(engine: Engine) -> Path | None:
    """The file of an SQLite store; None for PostgreSQL."""
    if engine.dialect.name != "sqlite" or not engine.url.database:
        return None
    return Path(os.path.abspath(engine.url.database))
