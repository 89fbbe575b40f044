"""The desks' local files in a simulation: plain SQLite unless sealed, every writing call may fail or be the last."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from sqlcipher3 import dbapi2 as sqlite

WRITING = ("BEGIN", "COMMIT", "INSERT", "UPDATE", "DELETE")


class DeskCrash(BaseException):
    """The workstation's process ended here; no handler of the program may hold it up."""


class Disk:
    """One workstation's disk: what is open on it, and which call from now on goes wrong."""

    def __init__(self, folder: Path, is_sealed: bool) -> None:
        self.folder = folder
        self.is_sealed = is_sealed
        self.opened: list[Watched] = []
        self._left = 0
        self._what = ""
        self._is_quiet = False

    def arm(self, what: str, after: int) -> None:
        """`what`: crash_before, crash_after, full (once) at the `after`-th writing call from now."""
        self._what, self._left = what, after

    def disarm(self) -> None:
        self._what = ""

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """While the checks look, nothing goes wrong."""
        self._is_quiet = True
        try:
            yield
        finally:
            self._is_quiet = False

    @property
    def armed(self) -> str:
        return self._what

    def passes(self, statement: str, run: Callable[[], Any]) -> Any:
        """One call to the local store, with whatever was armed for it."""
        if not statement.lstrip()[:6].upper().startswith(WRITING):
            return run()
        if not self._what or self._is_quiet:
            return run()
        self._left -= 1
        if self._left > 0:
            return run()
        what, self._what = self._what, ""
        if what == "full":
            raise sqlite.OperationalError("database or disk is full")
        if what == "crash_before":
            raise DeskCrash
        run()
        raise DeskCrash

    def drop(self) -> None:
        """The process is gone: what it had open is closed by the system, nothing is tidied up."""
        for one in self.opened:
            with suppress(sqlite.Error):
                one.close()
        self.opened.clear()


class Watched(sqlite.Connection):  # type: ignore[misc]
    """A connection whose calls pass through the disk; a plain one takes no key."""

    disk: Disk | None = None

    def execute(self, statement: str, *given: Any) -> Any:
        disk = self.disk
        if disk is None:
            return super().execute(statement, *given)
        if statement.startswith("PRAGMA key") and not disk.is_sealed:
            return super().execute("SELECT 1")
        run = super().execute
        return disk.passes(statement, lambda: run(statement, *given))

    def executemany(self, statement: str, *given: Any) -> Any:
        run = super().executemany
        if self.disk is None:
            return run(statement, *given)
        return self.disk.passes(statement, lambda: run(statement, *given))


@contextmanager
def watched(disks: list[Disk]) -> Iterator[None]:
    """Files below a disk's folder are opened as that disk says; all others as ever."""
    before = sqlite.connect

    def connect(database: str, **given: Any) -> Any:
        path = Path(unquote(urlsplit(database).path)) if given.get("uri") else Path(database)
        disk = next((one for one in disks if one.folder in path.parents), None)
        if disk is None:
            return before(database, **given)
        made: Watched = before(database, **given, factory=Watched)
        made.disk = disk
        disk.opened.append(made)
        return made

    sqlite.connect = connect
    try:
        yield
    finally:
        sqlite.connect = before
