"""The live channel's one poller: it looks at the head each quarter of a second and wakes those who wait (P27)."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from arm.central.problems import StoreTrouble, Trouble

PERIOD_S = 0.25
Mark = tuple[int, int]
"""The journal's head and the directory's version."""


class Poller:
    """Lives in one event loop; `poke` may be called from any thread, and is after each push of this process."""

    def __init__(self, look: Callable[[], Mark]) -> None:
        self._look = look
        self._moved = asyncio.Event()
        self._due = asyncio.Event()
        self._waiting = 0
        self._mark: Mark = (-1, -1)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._is_over = False

    def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.create_task(self._poll())

    def poke(self) -> None:
        """Something was committed here: look at once."""
        if self._waiting and self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._hasten)

    def stop(self) -> None:
        """Lets everybody go; for the loop's own thread."""
        self._is_over = True
        self._wake()

    def stop_soon(self) -> None:
        """The same from a signal handler or another thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.stop)

    async def finish(self) -> None:
        self.stop()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def wait_beyond(self, mark: Mark, timeout_s: float) -> Mark:
        """The present mark as soon as it is beyond `mark`; `mark` itself when the time is over."""
        loop = asyncio.get_running_loop()
        end = loop.time() + timeout_s
        self._waiting += 1
        self._hasten()
        try:
            while not self._is_beyond(mark):
                left = end - loop.time()
                if left <= 0 or self._is_over:
                    return mark
                event = self._moved
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(event.wait(), left)
            return self._mark
        finally:
            self._waiting -= 1

    def _is_beyond(self, mark: Mark) -> bool:
        return self._mark[0] > mark[0] or self._mark[1] > mark[1]

    def _hasten(self) -> None:
        self._due.set()

    def _wake(self) -> None:
        event, self._moved = self._moved, asyncio.Event()
        event.set()

    async def _poll(self) -> None:
        while not self._is_over:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._due.wait(), PERIOD_S)
            self._due.clear()
            if not self._waiting:
                continue
            with contextlib.suppress(Trouble, StoreTrouble, SQLAlchemyError):
                present = await run_in_threadpool(self._look)
                if present != self._mark:
                    self._mark = present
                    self._wake()
