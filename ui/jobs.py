"""Jobs: work on a few threads whose results come back on the screen's thread."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from itertools import count
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from shiboken6 import isValid

T = TypeVar("T")


class Lane(StrEnum):
    """Reading never waits behind writing; writing keeps the order in which it was asked."""

    READ = "read"
    WRITE = "write"
    NETWORK = "network"


class Ticket:
    """A job under way; `cancel` drops its result (and the job itself if it hasn't begun)."""

    def __init__(self) -> None:
        self.is_cancelled = False
        self._future: Future[Any] | None = None

    def cancel(self) -> None:
        self.is_cancelled = True
        if self._future is not None:
            self._future.cancel()

    def follow(self, future: Future[Any]) -> None:
        self._future = future
        if self.is_cancelled:
            future.cancel()


@dataclass(frozen=True, slots=True)
class _Outcome(Generic[T]):
    ticket: Ticket
    owner: QObject | None
    done: Callable[[T], None] | None
    failed: Callable[[BaseException], None]


class Jobs(QObject):
    """Runs work off the screen's thread. Results of a cancelled ticket or a deleted owner are dropped."""

    _arrived = Signal(object)
    idle = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lanes = {
            Lane.READ: ThreadPoolExecutor(2, thread_name_prefix="reader"),
            Lane.WRITE: ThreadPoolExecutor(1, thread_name_prefix="writer"),
            Lane.NETWORK: ThreadPoolExecutor(1, thread_name_prefix="asker"),
        }
        # what a result is for stays on the screen's thread: a worker must never be the last to hold a widget
        self._waiting: dict[int, _Outcome[Any]] = {}
        self._numbers = count()
        self._is_closed = False
        self._arrived.connect(self._on_arrived, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        work: Callable[[], T],
        done: Callable[[T], None] | None,
        failed: Callable[[BaseException], None],
        *,
        lane: Lane = Lane.READ,
        owner: QObject | None = None,
        after_ms: int = 0,
    ) -> Ticket:
        """`done` and `failed` are called on the screen's thread, never before this returns.

        `after_ms`: the work begins so much later, counts as under way meanwhile, and may be cancelled.
        """
        ticket = Ticket()
        if self._is_closed:
            ticket.is_cancelled = True
            return ticket
        number = next(self._numbers)
        self._waiting[number] = _Outcome(ticket, owner, done, failed)
        if after_ms:
            QTimer.singleShot(after_ms, partial(self._begin, number, work, lane))
        else:
            self._begin(number, work, lane)
        return ticket

    def is_busy(self) -> bool:
        return bool(self._waiting)

    def close(self) -> None:
        """Waits for what was begun (writing is short); nothing comes back any more."""
        self._is_closed = True
        for lane in self._lanes.values():
            lane.shutdown(wait=True, cancel_futures=False)
        self._waiting.clear()

    def _begin(self, number: int, work: Callable[[], Any], lane: Lane) -> None:
        if self._is_closed:
            return
        arrived = self._arrived

        def tell(finished: Future[Any]) -> None:
            if not self._is_closed:
                arrived.emit((number, finished))

        future = self._lanes[lane].submit(work)
        self._waiting[number].ticket.follow(future)
        future.add_done_callback(tell)

    def _on_arrived(self, answer: tuple[int, Future[Any]]) -> None:
        number, future = answer
        outcome = self._waiting.pop(number, None)
        if outcome is None:
            return
        lives = outcome.owner is None or isValid(outcome.owner)
        if not future.cancelled() and not outcome.ticket.is_cancelled and lives:
            error = future.exception()
            if error is not None:
                outcome.failed(error)
            elif outcome.done is not None:
                outcome.done(future.result())
        if not self._waiting:
            self.idle.emit()
