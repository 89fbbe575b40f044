"""Sync at the desk: turns of the conversation, first sync with progress, the network threads, the honest status."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from arm.desk.core import DeskCore
from arm.desk.projection import Projection
from arm.desk.storage import MANY, LocalStorage
from arm.desk.values import Changes, DeskEvent, DeskEventKind, SyncKind, SyncStatus
from arm.domain.identity import MessageId
from arm.local.desk_events import SavedEvent
from arm.local.troubles import CacheTrouble, FileTrouble
from arm.sync.cycle import Cycle, Turn
from arm.sync.ports import Transport
from arm.sync.schedule import Schedule
from arm.sync.troubles import SyncTrouble, is_revoked
from arm.wire import DeviceReport, WaitAnswer, from_json

log = logging.getLogger(__name__)
STUCK_AFTER = timedelta(minutes=5)
UNREACHABLE = frozenset({"offline", "wrong_server", "certificate", "unauthorised", "local"})
"""Troubles that say nothing of how the store takes commands."""
REVOKED_EVENT = "revoked"
_KINDS = {
    "unauthorised": SyncKind.UNAUTHORISED,
    "too_old": SyncKind.TOO_OLD,
    "offline": SyncKind.OFFLINE,
    "wrong_server": SyncKind.OFFLINE,
    "certificate": SyncKind.OFFLINE,
}


class SyncDesk:
    def __init__(self, core: DeskCore, projection: Projection, client_version: str = "") -> None:
        self._core = core
        self._client_version = client_version
        self._moved_at: datetime | None = None
        self._projection = projection
        self._transport: Transport | None = None
        self._turn_lock = threading.Lock()
        self._state = SyncStatus(kind=SyncKind.NOT_SIGNED_IN)
        self._state_lock = threading.Lock()
        self._was_locked = False
        self.storage = LocalStorage(core, self._changed)
        self._has_news = False
        self._waited_from = 0
        around = core.around
        self._schedule = Schedule(
            self._turn, self._wait, self._told, around.rng, around.clock, self._renew, self._is_known
        )

    def use(self, transport: Transport | None) -> None:
        """Takes the wire of the signed-in person, or lays it down."""
        self._transport = transport
        self._set(kind=SyncKind.BUSY if transport is not None else SyncKind.NOT_SIGNED_IN)

    def status(self) -> SyncStatus:
        """The truth for the status bar."""
        with self._state_lock:
            known = replace(self._state, skew_s=self._core.time.skew_s)
        revoked_at = self._core.revoked_at
        if revoked_at is not None:
            # the files that other events lie in can't be read any more
            told = DeskEvent(event_id=REVOKED_EVENT, kind=DeskEventKind.REVOKED, at=revoked_at)
            known = replace(known, is_locked=True, trouble="device_revoked", events=(told,))
        if not self._core.is_open:
            return known
        store = self._core.store
        counts = store.work.outbox.count()
        events = (*known.events, *(_event(one) for one in store.events.open()))
        status = replace(known, unsent=counts.unsent, refused=counts.turned_down, parked=counts.parked, events=events)
        lease = self._core.lease_state()
        if lease is not None and revoked_at is None:
            status = replace(status, is_locked=lease.is_locked, lease_ends_at=self._core.now() + lease.left)
        return status

    def put_away(self, event_id: str) -> None:
        """The person has read of it."""
        self._core.store.events.put_away(event_id)
        self._core.tell(Changes(sync=self.status()))

    def now(self) -> datetime:
        """The central store's moment as the desk reckons it, aware UTC: what remaining time is counted from."""
        return self._core.now()

    def first_sync(
        self, progress: Callable[[int, int], None], is_cancelled: Callable[[], bool] = lambda: False
    ) -> bool:
        """Fetches everything visible; False when cancelled: the next call goes on where this one ended.

        `progress(done, total)` is called on this thread after every page. Raises SyncTrouble, CacheTrouble.
        """

        def told(done: int, total: int) -> None:
            self._set(kind=SyncKind.BUSY, done=done, total=total)
            progress(done, total)

        with self._turn_lock:
            turn = self._run(told, is_cancelled)
        return turn

    def run_now(self) -> SyncStatus:
        """Push and pull until nothing more, on this thread. Raises SyncTrouble, CacheTrouble."""
        with self._turn_lock:
            self._run(self._progress, lambda: False)
        return self.status()

    def start(self) -> None:
        """The network threads; nothing happens before somebody has signed in."""
        if self._transport is not None:
            self._schedule.start()

    def stop(self) -> None:
        self._schedule.stop()
        self._core.around.ahead.stop()

    def wake(self) -> None:
        """Something is to be sent."""
        self._schedule.wake()

    def _progress(self, done: int, total: int) -> None:
        self._set(kind=SyncKind.BUSY, done=done, total=total)
        self._core.tell(Changes(sync=self.status()))

    def _run(self, progress: Callable[[int, int], None], is_cancelled: Callable[[], bool]) -> bool:
        transport = self._transport
        if transport is None:
            raise SyncTrouble("unauthorised", {"code": "not_signed_in"})
        self._set(kind=SyncKind.BUSY)
        cycle = Cycle(
            transport,
            self.storage,
            self._core.around.ids,
            self._core.time.heard,
            self._core.now,
            self._client_version,
            self._core.around.ahead,
        )
        unsent = self._core.store.work.outbox.count().unsent
        try:
            turn = _believed(lambda: cycle.run_once(progress, is_cancelled))
        except SyncTrouble as trouble:
            if self._core.store.work.outbox.count().unsent < unsent:
                self._moved_at = self._core.now()
            self._told(trouble)
            raise
        except CacheTrouble:
            self._set(kind=SyncKind.SERVER_FAULT)
            raise
        if turn.is_whole:
            self._core.pulled()
            self._send_report(transport)
            self._told(None)
        return turn.is_whole

    def _send_report(self, transport: Transport) -> None:
        """What became of damaged files; a store that can't take it yet hears it at another time."""
        work = self._core.store.work
        report = work.kept("report")
        if report:
            try:
                transport.report(from_json(report.encode(), DeviceReport))
            except SyncTrouble as trouble:
                log.warning("report not taken", extra={"kind": trouble.kind})
            else:
                work.keep(report="")

    def _renew(self) -> None:
        """After a sleep of the computer its connections are dead, and nobody has told them."""
        transport = self._transport
        if transport is not None:
            transport.renew()

    def _turn(self, is_stopping: Callable[[], bool]) -> bool:
        """One turn of the network thread; a full disk or a damaged file here is waited out, not fatal.

        Whether it brought anything: a live channel that calls for nothing is held back.
        """
        with self._turn_lock:
            try:
                self._has_news = False
                self._run(self._progress, is_stopping)
                self._tend(is_stopping)
            except (CacheTrouble, FileTrouble) as trouble:
                log.warning("local trouble in sync", extra={"kind": trouble.kind})
                raise SyncTrouble("local", {"code": trouble.kind}) from trouble
            return self._has_news

    def _tend(self, is_stopping: Callable[[], bool]) -> None:
        """Rows whose deadline level has changed by itself, and substitutions that began or ended today."""
        if is_stopping():
            return
        self._core.look_anew()
        while moved := self._core.store.replica.tend(self._core.now()):
            self._core.tell(_changes(moved))
            if is_stopping():
                return

    def _wait(self, timeout_s: float) -> WaitAnswer | None:
        transport = self._transport
        if transport is None:
            return None
        try:
            self._waited_from = self.storage.reached_seq()
            cursor = self.storage.cursor()
        except CacheTrouble:
            # the desk is being closed
            return None
        return transport.wait(cursor, timeout_s)

    def _is_known(self, answer: WaitAnswer) -> bool:
        """A turn of this desk has pulled as far meanwhile. The head must have moved: else the directory has."""
        try:
            return self._waited_from < answer.head <= self.storage.reached_seq()
        except CacheTrouble:
            return False

    def _told(self, trouble: SyncTrouble | None, pause_s: float = 0.0) -> None:
        """`pause_s`: in how many seconds the network thread tries again by itself; unknown within a turn."""
        if trouble is not None and is_revoked(trouble):
            self._transport = None
            self._core.wipe()
        if trouble is None:
            self._moved_at = self._core.now()
            self._set(
                kind=SyncKind.IN_STEP,
                since=self._moved_at,
                done=0,
                total=0,
                trouble="",
                stuck_since=None,
                next_try_at=None,
            )
        else:
            self._set(
                kind=_KINDS.get(trouble.kind, SyncKind.SERVER_FAULT),
                trouble=trouble_code(trouble),
                stuck_since=self._stuck_since(trouble),
                next_try_at=self._core.now() + timedelta(seconds=pause_s) if pause_s else None,
            )
        if self._core.is_open:
            status = self.status()
            is_new, self._was_locked = status.is_locked != self._was_locked, status.is_locked
            if status.is_locked and is_new:
                self._core.store.files.wipe_opened()
            # what is on the screens must go, or may come back
            self._core.tell(Changes(sync=status, everything=is_new))

    def _stuck_since(self, trouble: SyncTrouble) -> datetime | None:
        """Since when a reachable store has taken nothing of what waits, where that is too long (P25)."""
        if trouble.kind in UNREACHABLE or not self._core.is_open or not self._core.store.work.outbox.count().unsent:
            self._moved_at = None
            return None
        if self._moved_at is None:
            self._moved_at = self._core.now()
        return self._moved_at if self._core.now() - self._moved_at >= STUCK_AFTER else None

    def _set(self, **changes: object) -> None:
        with self._state_lock:
            self._state = replace(self._state, **changes)  # type: ignore[arg-type]

    def _changed(self, message_ids: set[str]) -> None:
        """After every local transaction of a turn: the projection first, then the screens."""
        # an empty page moves the cursor and brings nothing: else a channel that lies would never be held back (F17)
        self._has_news |= bool(message_ids)
        self._projection.refresh(message_ids)
        self._core.tell(_changes(message_ids, outbox=True))


def _believed(turn: Callable[[], Turn]) -> Turn:
    """A turn whose answers had the protocol's shape but values that nobody can reckon with is a trouble like others.

    Of what was wrong the log gets the kind alone: the words of such errors quote the values.
    """
    try:
        return turn()
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        log.error("an answer that can't be used", extra={"kind": type(error).__name__})
        raise SyncTrouble("wrong_server", {"code": "not_the_protocol", "fault": type(error).__name__}) from error


def trouble_code(trouble: SyncTrouble) -> str:
    """One word for what is in the way: `offline`, `dns`, `certificate_expired`, `local_disk_full`, `server_fault` …"""
    if trouble.kind in ("certificate", "local"):
        return f"{trouble.kind}_{trouble.code}" if trouble.code else trouble.kind
    if trouble.kind in ("offline", "wrong_server") and trouble.code:
        return trouble.code
    return trouble.kind


def _event(saved: SavedEvent) -> DeskEvent:
    return DeskEvent(
        event_id=saved.event_id,
        kind=DeskEventKind(saved.kind),
        at=datetime.fromisoformat(saved.at),
        params=saved.params,
    )


def _changes(message_ids: set[str], outbox: bool = False) -> Changes:
    if len(message_ids) > MANY:
        return Changes(everything=True, outbox=outbox)
    return Changes(messages=frozenset(MessageId(one) for one in message_ids), outbox=outbox)
