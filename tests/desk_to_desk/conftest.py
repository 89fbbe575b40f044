"""A settled town behind a real server, and desks that reach it over HTTP."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from arm.bootstrap import open_desk
from arm.desk.desk import Desk
from arm.local.held_keys import HeldKeys
from tests.desk_fixture import PASSWORD, settled_town
from tests.desk_to_desk.server import Server, running_server

OpenDesk = Callable[..., Desk]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    database = tmp_path / "central.db"
    shutil.copyfile(settled_town() / "central.db", database)
    with running_server(database) as running:
        yield running


@pytest.fixture
def desk_of(server: Server, tmp_path: Path) -> Iterator[OpenDesk]:
    """Opens a desk by login; signed in and synchronised unless told otherwise."""
    keys = HeldKeys()
    opened: list[Desk] = []

    def open_one(login: str, name: str = "", sign_in: bool = True) -> Desk:
        desk = open_desk(tmp_path / "profiles" / (name or login), key_store=lambda: keys)
        opened.append(desk)
        if sign_in:
            desk.session.sign_in(server.address, login, PASSWORD)
            desk.sync.first_sync(lambda done, total: None)
        return desk

    yield open_one
    for desk in opened:
        desk.close()
