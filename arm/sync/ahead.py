"""What may be fetched while something else is done: in its turn, or on a thread of its own."""

from __future__ import annotations

import queue
import sys
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from typing import Generic, Protocol, TypeVar

from arm.sync.troubles import SyncTrouble

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Coming(Protocol[T_co]):
    def result(self) -> T_co:
        """Waits for it; raises what the work raised, a SyncTrouble."""
        ...

    def is_here(self) -> bool:
        """Whether `result` gives it without waiting and without raising."""
        ...

    def drop(self) -> None:
        """Nobody asks for it any more: work that has not begun is not done."""
        ...


class Ahead(Protocol):
    def start(self, work: Callable[[], T]) -> Coming[T]:
        """Pieces of work are done one after another, in the order of their coming."""
        ...

    def stop(self) -> None:
        """After what is under way; nobody is waited for. A later `start` begins anew."""
        ...


class _InTurn(Generic[T]):
    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work

    def result(self) -> T:
        return self._work()

    def is_here(self) -> bool:
        return False

    def drop(self) -> None:
        pass


class InTurn:
    """No thread: the work is done when its result is asked for, which is once."""

    def start(self, work: Callable[[], T]) -> Coming[T]:
        return _InTurn(work)

    def stop(self) -> None:
        pass


class _OnThread(Generic[T]):
    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._future: Future[T] = Future()

    def run(self) -> None:
        if not self._future.set_running_or_notify_cancel():
            return
        try:
            self._future.set_result(self._work())
        except SyncTrouble as trouble:
            self._future.set_exception(trouble)
        finally:
            if not self._future.done():
                # a bug: it ends this thread, and is told to whoever waits
                self._future.set_exception(sys.exc_info()[1])

    def result(self) -> T:
        return self._future.result()

    def is_here(self) -> bool:
        try:
            return self._future.done() and self._future.exception() is None
        except CancelledError:
            return False

    def drop(self) -> None:
        self._future.cancel()


class OneAhead:
    """One quiet thread, begun at the first piece of work and ended by `stop`."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._work: queue.SimpleQueue[_OnThread[object] | None] | None = None

    def start(self, work: Callable[[], T]) -> Coming[T]:
        made = _OnThread(work)
        with self._guard:
            if self._work is None:
                self._work = queue.SimpleQueue()
                threading.Thread(target=self._run, args=(self._work,), name="arm-ahead", daemon=True).start()
            self._work.put(made)  # type: ignore[arg-type]
        return made

    def stop(self) -> None:
        with self._guard:
            waiting, self._work = self._work, None
        if waiting is not None:
            waiting.put(None)

    def _run(self, waiting: queue.SimpleQueue[_OnThread[object] | None]) -> None:
        try:
            while (one := waiting.get()) is not None:
                one.run()
        finally:
            with self._guard:
                if self._work is waiting:
                    self._work = None
                while not waiting.empty():
                    if (left := waiting.get()) is not None:
                        left.drop()
