"""One workstation of a simulation: a real desk over a folder, its user, its clock, and what he was promised."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from arm.bootstrap import open_desk
from arm.desk.clock import Surroundings
from arm.desk.desk import Desk
from arm.local.held_keys import HeldKeys
from arm.local.troubles import CacheTrouble, FileTrouble
from arm.sync.ahead import InTurn
from arm.sync.troubles import SyncTrouble
from arm.verify.sim.chance import NodeClock
from arm.verify.sim.disk import DeskCrash, Disk
from arm.verify.sim.town import PASSWORD
from arm.verify.sim.wire import SimTransport

if TYPE_CHECKING:
    from arm.verify.sim.world import World

T = TypeVar("T")
SERVER = "town.example"


@dataclass
class Promises:
    """What the program has told this user; it goes back in time with a profile that is rolled back.

    `saved`: command → its payload as it was when the desk said «saved». `told`: command → the verdict he was shown.
    `put_away`: command → when he was done with it, by this computer's clock.
    """

    saved: dict[str, bytes] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)
    drafts: dict[str, str] = field(default_factory=dict)
    put_away: dict[str, datetime] = field(default_factory=dict)

    def copy(self) -> Promises:
        return Promises(dict(self.saved), dict(self.told), dict(self.drafts), dict(self.put_away))


class Node:
    """A machine with one profile on it."""

    def __init__(self, world: World, name: str, user: str, is_sealed: bool) -> None:
        self.world, self.name, self.user = world, name, user
        self.folder = world.folder / "desks" / name
        self.disk = Disk(self.folder, is_sealed)
        world.disks.append(self.disk)
        self.clock = NodeClock(world.time)
        self.keyring = HeldKeys()
        self.promises = Promises()
        self.snapshot: tuple[Path, Promises] | None = None
        self.desk: Desk | None = None
        self.wants_sign_in = True
        self.requests = 0
        self.is_touched = False
        """Whether anything was done at it since it was last checked."""
        self.reached_head: tuple[int, float] | None = None
        """(life, monotonic seconds) of the last answer that reached the head."""
        self.life = 0
        """Counts the starts of the process."""
        self.cache_life = 0
        """Counts how often the cache was lost, rolled back or begun anew: monotony holds within one life."""
        self.seen: dict[str, Any] = {}

    def open(self) -> Desk | None:
        """The desk, started if need be; nothing when it can't start now."""
        if self.desk is None:
            self.clock.restart()
            self.guarded("start", self._start)
        return self.desk

    def _start(self) -> None:
        world = self.world
        self.life += 1
        self.desk = open_desk(
            self.folder,
            connect=lambda server, device_id, token: SimTransport(world, self, device_id, token),
            key_store=lambda: self.keyring,
            around=Surroundings(clock=self.clock, ids=world.chance, rng=world.chance, ahead=InTurn()),
        )
        if self.desk.session.was_rebuilt():
            self.new_cache_life()

    def new_cache_life(self) -> None:
        self.cache_life += 1
        self.seen.clear()

    def close(self) -> None:
        """As a person ends the program."""
        if self.desk is not None:
            self.guarded("close", self.desk.close)
        # whatever came of it: the lock and the files go with the process
        self.crash()

    def crash(self) -> None:
        """The process is gone: the system closes its files and gives the lock back."""
        desk, self.desk = self.desk, None
        self.disk.drop()
        if desk is not None:
            desk._core._lock.release()
        self.seen.pop("now", None)

    def guarded(self, what: str, do: Callable[[], T]) -> T | None:
        """Does it; expected troubles are noted, a crash takes the desk down. Anything else is a bug (I15)."""
        world = self.world
        self.is_touched = True
        try:
            return do()
        except DeskCrash:
            world.count("crash of a desk")
            world.trace.note(f"     {self.name} crashed in {what}")
            self.crash()
        except SyncTrouble as trouble:
            if "fault" in trouble.params:
                # no answer here is strange: what the desk takes for one is its own bug
                raise
            world.trace.note(f"     {self.name} {what}: {trouble.kind}/{trouble.code}")
            if trouble.kind == "unauthorised":
                self.wants_sign_in = True
        except (CacheTrouble, FileTrouble) as trouble:
            world.trace.note(f"     {self.name} {what}: local {trouble.kind}")
            if what == "start":
                self.crash()
        return None

    def turn(self) -> bool:
        """One whole turn of the conversation, with a sign-in before it where one is wanted."""
        desk = self.open()
        if desk is None:
            return False
        if self.wants_sign_in or self.guarded("me", desk.session.me) is None:
            if self.desk is None:
                return False
            if not self.guarded("sign in", lambda: desk.session.sign_in(SERVER, self.user, PASSWORD)):
                return False
            self.wants_sign_in = False
        if self.guarded("turn", lambda: desk.sync.run_now()) is None:
            return False
        self.guarded("tend", lambda: desk.sync._tend(lambda: False))
        return True

    # what happens to profiles

    def remember_profile(self) -> None:
        """A copy of the whole profile, as a person or a backup program makes it."""
        target = self.folder.with_name(f"{self.name}.copy")
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(self.folder, target)
        self.snapshot = (target, self.promises.copy())

    def roll_back(self, only_cache: bool) -> bool:
        """Puts the copy back, whole or its cache alone."""
        if self.snapshot is None:
            return False
        source, promises = self.snapshot
        self.close()
        if only_cache:
            self.lose_cache()
            for one in source.glob("cache.db*"):
                shutil.copy2(one, self.folder / one.name)
        else:
            shutil.rmtree(self.folder)
            shutil.copytree(source, self.folder)
            self.promises = promises.copy()
        self.new_cache_life()
        return True

    def lose_cache(self) -> None:
        self.close()
        for one in self.folder.glob("cache.db*"):
            one.unlink()
        self.new_cache_life()

    def rows(self, file: str, sql: str, given: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """A look into an open desk's own file, beside the code under test."""
        if self.desk is None or not self.desk._core.is_open:
            return []
        store = self.desk._core.store
        connection = store.work._connection if file == "work" else store.cache._connection
        return list(connection.execute(sql, given).fetchall())
