"""The central store in a simulation: real code over SQLite, which may crash at any commit and be put back in time."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import event, update

from arm.central import backup as backups
from arm.central import tables as t
from arm.central.central import Central
from arm.central.engine import make_engine, writing
from arm.verify.sim.chance import NodeClock
from arm.verify.sim.town import Doorman


class ServerCrash(BaseException):
    """The central store's process ended here."""


class Server:
    """One process of the central store over one file; `epoch` counts the restores that were declared."""

    def __init__(self, file: Path, clock: NodeClock) -> None:
        self.file, self.clock = file, clock
        self.epoch = 0
        self.backup: Path | None = None
        self.committed: Callable[[], None] = lambda: None
        """Called after every commit: what was true for a moment only was true."""
        self._what, self._left = "", 0
        self._changes = 0
        self.central = self._opened()

    def _opened(self) -> Central:
        engine = make_engine(f"sqlite:///{self.file}")
        event.listen(engine, "connect", _hurry)
        commit = engine.dialect.do_commit

        def watched_commit(connection: Any) -> None:
            changes = getattr(connection, "total_changes", 0)
            is_write, self._changes = changes != self._changes, changes
            self._commit(lambda: commit(connection), is_write)

        setattr(engine.dialect, "do_commit", watched_commit)  # noqa: B010
        central = Central(engine, self.file.parent / "files", clock=self.clock.wall)
        vars(central.store)["_passwords"] = Doorman()
        return central

    def arm(self, what: str, after: int) -> None:
        """`what`: crash_before, crash_after, unsure_before, unsure_after — the `after`-th written commit from now."""
        self._what, self._left = what, after

    def disarm(self) -> None:
        self._what = ""

    @property
    def armed(self) -> str:
        return self._what

    def _commit(self, commit: Any, is_write: bool) -> None:
        self._left -= is_write
        if not self._what or self._left > 0 or not is_write:
            commit()
            self.committed()
            return
        what, self._what = self._what, ""
        if what.endswith("after"):
            commit()
            self.committed()
        if what.startswith("unsure"):
            raise sqlite3.OperationalError("disk I/O error")
        raise ServerCrash

    def restart(self) -> None:
        """A new process over the same file."""
        self.disarm()
        self.central.close()
        self.central = self._opened()

    def stop(self) -> None:
        self.central.close()

    def back_up(self) -> None:
        """The steps of `arm central backup`, without its archive."""
        copy = self.file.with_name("backup.db")
        copy.unlink(missing_ok=True)
        floors = backups._device_seqs(self.central)
        backups._copy_sqlite(self.file, copy)
        backups._raise_floors(self.central, floors)
        self.backup = copy

    def restore(self, *, is_told: bool = True) -> None:
        """The steps of `arm central restore`: the store is as it was, its numbers ahead, its sessions ended.

        Not told: a standby that lags behind was promoted, and nobody has noticed what it never got.
        """
        if self.backup is None:
            return
        self.stop()
        for suffix in ("", "-wal", "-shm"):
            self.file.with_name(self.file.name + suffix).unlink(missing_ok=True)
        shutil.copyfile(self.backup, self.file)
        self.disarm()
        self.central = self._opened()
        if is_told:
            backups._begin_anew(self.central)
        self.epoch += 1

    def raise_floor(self, seq: int) -> None:
        """What compaction does to older cursors: they are answered by a reconcile (P28)."""
        with writing(self.central.store.engine) as connection:
            connection.execute(update(t.journal_head).values(floor=seq))


def _hurry(raw: Any, _record: Any) -> None:
    raw.execute("PRAGMA synchronous=OFF")
