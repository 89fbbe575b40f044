"""The bridge: calls of the desk as jobs, its changes as one signal on the screen's thread."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Qt, Signal

from arm.desk.troubles import CacheTrouble, FileTrouble, SyncTrouble
from arm.desk.values import Done
from arm.domain.identity import MessageId
from arm.domain.refusals import Refused
from ui.jobs import Jobs, Lane, Ticket

if TYPE_CHECKING:
    from arm.desk.desk import Desk
    from arm.domain.commands import Command

T = TypeVar("T")
TROUBLES = (SyncTrouble, CacheTrouble, FileTrouble)


class Bridge(QObject):
    """The only way from a widget to the desk.

    `changed` carries `Changes`; `troubled` a trouble that nobody took. Bugs go to `sys.excepthook`.
    """

    changed = Signal(object)
    troubled = Signal(object)

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._jobs = Jobs(self)
        self._latest: dict[tuple[int, str], Ticket] = {}
        self._came = _Carrier(self)
        self._came.changes.connect(self.changed, Qt.ConnectionType.QueuedConnection)
        self._stop_listening: Callable[[], None] | None = desk.listen(self._came.changes.emit)

    @property
    def jobs(self) -> Jobs:
        return self._jobs

    def now(self) -> datetime:
        """The central store's moment, aware UTC: remaining times are counted from it, whatever this PC's clock says."""
        return self._desk.sync.now()

    def ask(
        self,
        owner: QObject,
        work: Callable[[Desk], T],
        done: Callable[[T], None],
        failed: Callable[[BaseException], None] | None = None,
        *,
        topic: str = "",
        after_ms: int = 0,
    ) -> Ticket:
        """Read something. A newer question of the same owner and `topic` makes the older one's result vanish."""
        ticket = self._run(owner, work, done, failed, Lane.READ, after_ms)
        if topic:
            key = (id(owner), topic)
            before = self._latest.get(key)
            if before is not None:
                before.cancel()
            self._latest[key] = ticket
        return ticket

    def tell(
        self,
        owner: QObject,
        work: Callable[[Desk], T],
        done: Callable[[T], None] | None = None,
        failed: Callable[[BaseException], None] | None = None,
    ) -> Ticket:
        """Write something, in the order asked; never cancelled by a newer one."""
        return self._run(owner, work, done, failed, Lane.WRITE)

    def call_out(
        self,
        owner: QObject,
        work: Callable[[Desk], T],
        done: Callable[[T], None],
        failed: Callable[[BaseException], None] | None = None,
    ) -> Ticket:
        """What may wait for the network: signing in, synchronising, fetching a file."""
        return self._run(owner, work, done, failed, Lane.NETWORK)

    def do(
        self,
        owner: QObject,
        message_id: MessageId | None,
        command: Command,
        done: Callable[[Done | Refused], None],
        failed: Callable[[BaseException], None] | None = None,
        hold_s: float = 0.0,
    ) -> Ticket:
        """Give a command; what comes back is `Done` (saved on this computer) or `Refused`. So long it is held."""

        def work(desk: Desk) -> Done | Refused:
            return desk.commands.do(message_id, command, hold_s)

        return self.tell(owner, work, done, failed)

    def close(self) -> None:
        """Stops listening and waits for what is being written."""
        if self._stop_listening is not None:
            self._stop_listening()
            self._stop_listening = None
        self._jobs.close()

    def _run(
        self,
        owner: QObject,
        work: Callable[[Desk], T],
        done: Callable[[T], None] | None,
        failed: Callable[[BaseException], None] | None,
        lane: Lane,
        after_ms: int = 0,
    ) -> Ticket:
        desk = self._desk

        def job() -> T:
            return work(desk)

        def told(error: BaseException) -> None:
            """Troubles go to who asked; anything else is a bug and goes to the last-resort hook."""
            if not isinstance(error, TROUBLES):
                sys.excepthook(type(error), error, error.__traceback__)
                if failed is None:
                    return
            if failed is not None:
                failed(error)
            else:
                self.troubled.emit(error)

        return self._jobs.run(job, done, told, lane=lane, owner=owner, after_ms=after_ms)


class _Carrier(QObject):
    """Lives on the screen's thread; its signal may be emitted on any."""

    changes = Signal(object)
