"""The schema's state: made, moved on or refused when a store is opened."""

from __future__ import annotations

import secrets
import uuid
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, insert, inspect, select, text

from arm.central import engine as engines
from arm.central.problems import StoreTrouble
from arm.central.tables import EPOCH, journal_head, number_series, store

NEWEST = "0002"
"""The newest version of the schema: the head of `migrations`."""
APPLICANT_SERIES = "applicant"
MIGRATION_LOCK = 4_811_2026


def bring_up_to_date(engine: Engine) -> None:
    """Makes or migrates the schema and the store's identity; StoreTrouble for a foreign or newer database.

    Alembic is loaded only where there is something to do: every start would pay for it.
    """
    with engines.told():
        with engines.reading(engine) as connection:
            present = _version(connection)
            if present == NEWEST:
                return
            if present is None and _has_foreign_tables(connection):
                raise StoreTrouble("not_a_store")
        from arm.central import migrating

        if present is not None and present not in migrating.known_versions():
            raise StoreTrouble("newer_schema")
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
            if _version(connection) != NEWEST:
                migrating.upgrade(connection)
            _identify(connection)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return str(found) if found else None


def _has_foreign_tables(connection: Connection) -> bool:
    return any(name != "alembic_version" for name in inspect(connection).get_table_names())


def _identify(connection: Connection) -> None:
    """The store's own id, its seal and the beginnings of journal and numbers; once in its life."""
    if connection.execute(select(store.c.one)).first() is not None:
        return
    connection.execute(
        insert(store).values(
            one=1,
            store_id=str(uuid.uuid4()),
            seal_key=secrets.token_hex(32),
            directory_version=1,
            scope_version=1,
            created_at=datetime.now(UTC),
        )
    )
    connection.execute(
        insert(journal_head).values(one=1, seq=0, hash="0" * 64, ts=EPOCH, floor=0, retention_open=False)
    )
    connection.execute(insert(number_series).values(series=APPLICANT_SERIES, last=0))
