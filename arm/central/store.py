"""The open database with what everything that reads and writes it shares."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, select

from arm.central import tables as t
from arm.central.access import Passwords
from arm.central.engine import reading
from arm.central.reference import Reference, Shelf
from arm.central.turns import Turns

COMMANDS_AT_ONCE = 64
"""Under one commit: a desk's largest batch and some of others beside it."""


class Store:
    """The engine, the shelf of references, the clock, chance, and password hashing."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime], randomness: Callable[[int], bytes]) -> None:
        self.engine = engine
        self.shelf = Shelf()
        self.clock = clock
        self.randomness = randomness
        self.turns: Turns[Any] = Turns(COMMANDS_AT_ONCE)
        """For pushes: one of this process's threads writes for all that wait."""
        self._passwords: Passwords | None = None

    @property
    def passwords(self) -> Passwords:
        if self._passwords is None:
            self._passwords = Passwords()
        return self._passwords

    @contextmanager
    def snapshot(self) -> Iterator[tuple[Connection, Reference]]:
        """A read transaction with the reference of the same moment."""
        with reading(self.engine) as connection:
            version = connection.scalar(select(t.store.c.directory_version))
            yield connection, self.shelf.reference(connection, version or 0)
