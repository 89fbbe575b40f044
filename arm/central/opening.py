"""The wiring of a central store: engine, schema, files."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from arm.central.central import Central
from arm.central.engine import CONNECTIONS, make_engine, sqlite_path
from arm.central.schema import bring_up_to_date
from arm.settings import data_folder

FILES_FOLDER = "central-files"


def open_central(
    url: str = "",
    *,
    files: Path | None = None,
    clock: Callable[[], datetime] | None = None,
    connections: int = CONNECTIONS,
) -> Central:
    """The store at that address, made or migrated first; StoreTrouble when it can't be used.

    Files lie beside an SQLite store, in the data folder for PostgreSQL, unless `files` names a folder.
    """
    engine = make_engine(url, connections=connections)
    with ExitStack() as opened:
        opened.callback(engine.dispose)
        bring_up_to_date(engine)
        opened.pop_all()
    return Central(engine, files or files_folder(engine), clock=clock)


def files_folder(engine: Engine) -> Path:
    """Where a store's files lie when nothing else is said."""
    path = sqlite_path(engine)
    return path.with_name(f"{path.name}-files") if path is not None else data_folder() / FILES_FOLDER
