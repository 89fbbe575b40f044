"""Work that time itself brings, done exactly once whatever the number of processes and hosts (F72).

A turn is one transaction: it locks the timer's row, does a bounded batch, and moves the row on. Who finds the row
locked leaves it to the other; who is killed in the middle leaves nothing of the turn, and the next one does it all.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update

from arm.central import archive, term_notices
from arm.central import tables as t
from arm.central.central import Central
from arm.central.engine import reading, writing
from arm.central.problems import StoreTrouble, Trouble
from arm.central.timer import Timer

log = logging.getLogger(__name__)

TIMERS: tuple[Timer, ...] = (
    Timer(name="terms", every=timedelta(minutes=1), work=term_notices.tell_turned),
    Timer(name="archive", every=timedelta(days=1), work=archive.tidy, afterwards=archive.remove_files),
)
"""Nothing carries notices outside yet. The courier will be one more line here: `notices`, each minute, taking rows
of `notice` with `sent_at` NULL, oldest first, each attempt keyed in `timed` before it leaves (F73)."""
LOOK_EVERY_S = 5.0
BREATH_S = 0.02
"""Between two turns of one timer: on SQLite the desks' commands wait for the same lock."""
LAST_TURN_S = 3.0


def take_turns(central: Central, timer: Timer, over: threading.Event | None = None) -> int:
    """All turns that are due now; how many this process took. Trouble or StoreTrouble when the database is away."""
    over, taken = over or threading.Event(), 0
    if not _is_due_by_now(central, timer):
        return 0
    is_more = True
    while is_more and not over.is_set():
        more = take_turn(central, timer)
        if more is None:
            break
        is_more, taken = more, taken + 1
        over.wait(BREATH_S if more else 0)
    return taken


def take_turn(central: Central, timer: Timer) -> bool | None:
    """One turn: whether more is waiting; None when it isn't due or another process has it."""
    known = t.timer.c
    head_ts = select(t.journal_head.c.ts).scalar_subquery().label("head_ts")
    asked = select(known.next_at, head_ts).where(known.name == timer.name)
    with writing(central.store.engine) as connection:
        row = connection.execute(asked.with_for_update(skip_locked=True, of=t.timer)).first()
        if row is None:
            return None
        now = max(central.now(), row.head_ts)
        if not _is_due(timer, row.next_at, now):
            return None
        more = timer.work(central, connection, now)
        connection.execute(
            update(t.timer)
            .where(known.name == timer.name)
            .values(next_at=now if more else now + timer.every, last_at=now, runs=known.runs + 1)
        )
    if timer.afterwards is not None:
        timer.afterwards(central)
    return more


def _is_due(timer: Timer, next_at: datetime, now: datetime) -> bool:
    """A moment further ahead than a period was written by a clock that ran ahead, and doesn't count."""
    return next_at <= now or next_at > now + timer.every


def _is_due_by_now(central: Central, timer: Timer) -> bool:
    """Asked without a lock; the first process ever makes the row."""
    asked = select(t.timer.c.next_at).where(t.timer.c.name == timer.name)
    with reading(central.store.engine) as connection:
        next_at = connection.scalar(asked)
    if next_at is not None:
        return _is_due(timer, next_at, central.now())
    # another process may have made it meanwhile: then `busy`, and the row is there
    with suppress(Trouble), writing(central.store.engine) as connection:
        connection.execute(insert(t.timer).values(name=timer.name, next_at=central.now(), last_at=None, runs=0))
    return True


class Clockwork:
    """The timers of one server process: begins and ends with it, outlives every fault of theirs."""

    def __init__(self, central: Central, timers: Sequence[Timer] = TIMERS, look_every_s: float = LOOK_EVERY_S) -> None:
        self._central, self._timers, self._look_every_s = central, timers, look_every_s
        self._threads = ThreadPoolExecutor(1, "timers")
        self._over = threading.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def finish(self) -> None:
        """A turn that runs is let end, within reason; killed, it would begin anew elsewhere."""
        self._over.set()
        if self._task is not None:
            await asyncio.wait([self._task], timeout=LAST_TURN_S)
            self._task.cancel()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while not self._over.is_set():
            for one in self._timers:
                turns = loop.run_in_executor(self._threads, take_turns, self._central, one, self._over)
                (done,) = await asyncio.gather(turns, return_exceptions=True)
                if isinstance(done, Trouble | StoreTrouble):
                    log.warning("a timer could not run", extra={"kind": one.name, "reason": str(done)})
                elif isinstance(done, BaseException):
                    log.error("a timer failed", extra={"kind": one.name}, exc_info=done)
            await loop.run_in_executor(self._threads, self._over.wait, self._look_every_s)
