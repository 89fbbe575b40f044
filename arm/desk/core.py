"""What all nouns of a desk share: its files once they are open, the directory, time, listeners."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from arm.desk.clock import Surroundings
from arm.desk.rules import Rules
from arm.desk.values import Changes, DeskEventKind
from arm.domain.directory import Directory
from arm.domain.identity import Actor, Person, UserId
from arm.local.cache import CacheFile, remove_caches
from arm.local.database import ProfileLock
from arm.local.desk_events import DeskEvents
from arm.local.drafts import Drafts
from arm.local.files import Files
from arm.local.membership import viewer_of
from arm.local.pages import Replica, files_owed
from arm.local.salvage import SalvageReport
from arm.local.troubles import CacheTrouble
from arm.local.work import WorkFile
from arm.sync.lease import DEFAULT_DAYS, Lease, LeaseState
from arm.sync.timekeeping import ServerTime
from arm.sync.troubles import SyncTrouble
from arm.wire import BadWire, DeviceReport, DirectoryAnswer, from_json, to_json

log = logging.getLogger(__name__)
OPEN_MARK = "not-closed"


@dataclass(frozen=True)
class Store:
    """The open files of a profile."""

    work: WorkFile
    cache: CacheFile
    replica: Replica
    files: Files
    drafts: Drafts
    events: DeskEvents
    lease: Lease
    key: bytes


class DeskCore:
    """The profile's folder, locked for the life of the process; its files are open once the key is known."""

    def __init__(self, folder: Path, around: Surroundings) -> None:
        """Raises CacheTrouble: in_use when another program has this profile, network_folder, read_only, long_path."""
        self.folder = folder
        self.around = around
        self._lock = ProfileLock(folder)
        self._store: Store | None = None
        self._rules: Rules | None = None
        self._guard = threading.RLock()
        self._listeners: list[Callable[[Changes], None]] = []
        self.time = ServerTime(around.clock)
        self.forget_key: Callable[[], None] = lambda: None
        """Set by the session, which knows the keyring."""
        self.revoked_at: datetime | None = None
        self.is_signed_in = False

    @property
    def is_open(self) -> bool:
        return self._store is not None

    @property
    def store(self) -> Store:
        """Raises CacheTrouble(locked) before the key is known."""
        if self._store is None:
            raise CacheTrouble("locked")
        return self._store

    def open(self, key: bytes) -> None:
        """Opens both files under a checked key. Raises CacheTrouble; nothing is changed by it."""
        with self._guard:
            if self._store is not None:
                return
            mark = self.folder / OPEN_MARK
            was_clean = not mark.exists()
            mark.touch(mode=0o600)
            work = WorkFile(self.folder, key, self._stamp, was_clean)
            try:
                cache = CacheFile(self.folder, key, self._stamp, was_clean)
            except CacheTrouble:
                work.close()
                raise
            skew = work.kept("skew_s")
            self.time = ServerTime(self.around.clock, float(skew) if skew else 0.0)
            self._store = Store(
                work=work,
                cache=cache,
                replica=Replica(cache, lambda: self.time.now()),
                files=Files(self.folder, work),
                drafts=Drafts(work),
                events=DeskEvents(work),
                lease=Lease(self.around.clock, work.kept("lease"), lease_days(work)),
                key=key,
            )
            self.revoked_at = None
            self.is_signed_in = bool(work.kept("signed_in"))
            if cache.was_rebuilt:
                self._store.files.forget_cached()
            self.forget_files()
            if work.salvaged is not None:
                self._tell_of(work.salvaged)
            if self._known_rules() is not None:
                self.look_anew()

    def forget_files(self) -> None:
        """Attachments of evicted messages; those that a kill left over are forgotten at the next start."""
        store = self.store
        with store.cache.reading() as c:
            owed = files_owed(c)
        if owed:
            store.files.forget(sorted(owed))
            store.cache.keep(files_owed=b"")

    def rebuilt(self) -> None:
        """A whole copy stands again: the quarantined ones, full of what may be seen no more, go (P14)."""
        remove_caches(self.folder, only_quarantined=True)

    def _tell_of(self, salvaged: SalvageReport) -> None:
        """Damage is told to the person until he puts it away, and to the central store at the next contact (P23)."""
        at = self.around.clock.wall()
        report = DeviceReport(
            kind="salvaged",
            at=at,
            commands=salvaged.commands,
            missing=list(salvaged.missing_seqs),
            kept_file=salvaged.kept_file,
        )
        self.store.work.keep(report=to_json(report).decode())
        self.tell_once(
            DeskEventKind.SALVAGED,
            salvaged.kept_file,
            file=salvaged.kept_file,
            saved=str(salvaged.commands),
            missing=",".join(str(one) for one in salvaged.missing_seqs),
        )

    def _stamp(self) -> str:
        return self.around.clock.wall().strftime("%Y%m%d-%H%M%S")

    def close(self) -> None:
        """Wipes private copies and closes the files; the profile may be opened by another process then."""
        with self._guard:
            self._shut()
            self._lock.release()

    def _shut(self) -> None:
        store, self._store = self._store, None
        if store is not None:
            with ExitStack() as whatever_fails:
                whatever_fails.callback(store.work.close)
                whatever_fails.callback(store.cache.close)
                store.files.wipe_opened()
                store.work.keep(skew_s=f"{self.time.skew_s:.3f}", lease=store.lease.written())
            (self.folder / OPEN_MARK).unlink(missing_ok=True)

    def wipe(self) -> None:
        """This workstation has been revoked: no key stays here, the copy goes, what is not sent stays unreadable (P32).

        Only the central store's key could open it again, and a revocation takes that away too, or files it apart.
        """
        with self._guard, ExitStack() as whatever_fails:
            whatever_fails.callback(remove_caches, self.folder)
            whatever_fails.callback(self._shut)
            whatever_fails.callback(self.forget_key)
            if self._store is not None:
                whatever_fails.callback(self._store.files.forget_sent)
            self.revoked_at = self.around.clock.wall()
            self._rules = None
        self.tell(Changes(everything=True))

    def lease_state(self) -> LeaseState | None:
        """How long the copy may still be shown (P30); nothing before the files are open."""
        store = self._store
        if store is None:
            return None
        state = store.lease.state()
        if store.lease.is_to_keep():
            store.work.keep(lease=store.lease.written())
        return state

    def pulled(self) -> None:
        """A whole pull has ended well: the lease begins anew."""
        store = self.store
        if store.lease.heard():
            store.work.keep(lease=store.lease.written())

    def check_lease(self) -> None:
        """Raises CacheTrouble: lease_ended, clock_set_back until the central store is heard again, locked for nobody.

        Whoever sits down after a sign-out sees nothing of the person before, though the files lie open (F42).
        """
        state = self.lease_state()
        if state is None or not self.is_signed_in:
            raise CacheTrouble("locked")
        if state.is_locked:
            raise CacheTrouble("clock_set_back" if state.is_set_back else "lease_ended")

    def listen(self, listener: Callable[[Changes], None]) -> Callable[[], None]:
        with self._guard:
            self._listeners.append(listener)

        def stop() -> None:
            with self._guard:
                if listener in self._listeners:
                    self._listeners.remove(listener)

        return stop

    def tell(self, changes: Changes) -> None:
        """Hands changes to every listener, on this thread."""
        with self._guard:
            listeners = tuple(self._listeners)
        for listener in listeners:
            listener(changes)

    def tell_once(self, kind: DeskEventKind, mark: str, **params: str) -> None:
        """Keeps for the person what happened to this desk; `mark` tells one happening from another of its kind."""
        self.store.events.tell(f"{kind.value}:{mark}", kind.value, self.now().isoformat(), **params)

    def now(self) -> datetime:
        """The central store's moment as the desk reckons it, aware UTC."""
        return self.time.now()

    def wall_text(self) -> str:
        return self.around.clock.wall().isoformat()

    def _known_rules(self) -> Rules | None:
        with self._guard:
            if self._rules is None and self._store is not None:
                raw = self._store.cache.kept("directory")
                if raw is not None:
                    try:
                        self._rules = Rules(from_json(raw, DirectoryAnswer))
                    except BadWire:
                        log.warning("stored directory is unreadable")
            return self._rules

    @property
    def rules(self) -> Rules:
        """Raises SyncTrouble(offline, no_directory) before the first sync."""
        found = self._known_rules()
        if found is None:
            raise SyncTrouble("offline", {"code": "no_directory"})
        return found

    @property
    def has_directory(self) -> bool:
        return self._known_rules() is not None

    @property
    def directory(self) -> Directory:
        return self.rules.directory

    def learn(self, answer: DirectoryAnswer) -> None:
        """Keeps a new directory and places everything by it."""
        self.store.cache.keep(directory=to_json(answer), directory_version=answer.version.encode())
        with self._guard:
            self._rules = Rules(answer)
        self.look_anew()
        self.tell(Changes(directory=True))

    def look_anew(self) -> None:
        """Rights and substitutions of this moment decide which rows stand where."""
        directory = self.directory
        viewer = viewer_of(self.user_id, directory, self.now())
        if self.store.replica.look_as(viewer, directory.classifier):
            self.store.replica.reindex()

    @property
    def user_id(self) -> UserId:
        return UserId(self.store.work.kept("user_id"))

    def person(self) -> Person:
        """The signed-in person as the directory has him; without grants when it does not know him."""
        work = self.store.work
        known = self.directory.people.get(self.user_id)
        return known or Person(self.user_id, work.kept("full_name"), work.kept("position"))

    def actor(self) -> Actor:
        return Actor(self.person())


def lease_days(work: WorkFile) -> float:
    """What the central store said at the last sign-in."""
    try:
        return float(work.kept("lease_days") or DEFAULT_DAYS)
    except ValueError:
        return DEFAULT_DAYS
