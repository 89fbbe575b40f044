"""Stores for the tests of the central store: each test runs on SQLite and on PostgreSQL.

The filled store is made once for each and copied, since argon2 and migrations would cost more than the tests.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from arm.central.central import Central
from arm.central.opening import open_central
from tests.central import region

BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(params=BOTH)
def store_kind(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


@pytest.fixture
def store_url(store_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An address where nothing is yet."""
    if store_kind == "sqlite":
        return f"sqlite:///{tmp_path / 'central.db'}"
    url: str = request.getfixturevalue("pg_database_url")
    return url


@pytest.fixture(scope="session")
def filled_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("region")
    with open_central(f"sqlite:///{folder / 'central.db'}", files=folder / "files") as central:
        region.fill(central)
    return folder / "central.db"


class Server:
    """Databases of one PostgreSQL server, by name."""

    def __init__(self, url: str) -> None:
        self._url = url

    def url(self, name: str) -> str:
        before, _, query = self._url.partition("?")
        return f"{before.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")

    def order(self, statement: str) -> None:
        address = self._url.replace("postgresql+psycopg://", "postgresql://", 1)
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(statement.encode())


@pytest.fixture(scope="session")
def filled_database(pg_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, str]]:
    server, name = Server(pg_url), f"arm_filled_{uuid.uuid4().hex}"
    server.order(f'CREATE DATABASE "{name}" TEMPLATE template0')
    with open_central(server.url(name), files=tmp_path_factory.mktemp("files")) as central:
        region.fill(central)
    yield server, name
    server.order(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def filled_url(store_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A store of this test's own with the small region in it."""
    if store_kind == "sqlite":
        shutil.copyfile(request.getfixturevalue("filled_file"), tmp_path / "central.db")
        yield f"sqlite:///{tmp_path / 'central.db'}"
        return
    server, template = request.getfixturevalue("filled_database")
    name = f"arm_{uuid.uuid4().hex}"
    server.order(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    yield server.url(name)
    server.order(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def clock() -> region.HandClock:
    return region.HandClock()


@pytest.fixture
def central(filled_url: str, tmp_path: Path, clock: region.HandClock) -> Iterator[Central]:
    """A store with the small region."""
    with open_central(filled_url, files=region.folder_of(tmp_path), clock=clock) as opened:
        yield opened


@pytest.fixture
def bare_central(store_url: str, tmp_path: Path, clock: region.HandClock) -> Iterator[Central]:
    """A store with its schema and nobody in it."""
    with open_central(store_url, files=region.folder_of(tmp_path), clock=clock) as opened:
        yield opened
