"""Alembic over this room's migrations, on a connection that is already in its transaction."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

MIGRATIONS = Path(__file__).parent / "migrations"


def known_versions() -> set[str]:
    return {one.revision for one in _script().walk_revisions()}


def newest_version() -> str | None:
    return _script().get_current_head()


def upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _script() -> ScriptDirectory:
    return ScriptDirectory(str(MIGRATIONS))
