"""The schema's making and moving on, by alembic, on either store."""

from __future__ import annotations

import secrets
import uuid
from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, insert, inspect, select, text

from arm.central import engine as engines
from arm.central.problems import StoreTrouble
from arm.central.tables import EPOCH, journal_head, number_series, store

MIGRATIONS = Path(__file__).parent / "migrations"
APPLICANT_SERIES = "applicant"
MIGRATION_LOCK = 4_811_2026


def bring_up_to_date(engine: Engine) -> None:
    """Makes or migrates the schema and the store's identity; StoreTrouble for a foreign or newer database."""
    with engines.told():
        newest = _script().get_current_head()
        with engine.connect() as connection:
            present = _version(connection)
            if present is None and _has_foreign_tables(connection):
                raise StoreTrouble("not_a_store")
            known = {one.revision for one in _script().walk_revisions()}
            if present is not None and present not in known:
                raise StoreTrouble("newer_schema")
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
            if _version(connection) != newest:
                command.upgrade(_config(connection), "head")
            _identify(connection)


def _script() -> ScriptDirectory:
    return ScriptDirectory(str(MIGRATIONS))


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _version(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


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
