"""The network threads of a desk: when to talk, how long to wait after a trouble, when to stop (P27)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from arm.sync.ports import Clock, Rng
from arm.sync.troubles import SyncTrouble
from arm.wire import WaitAnswer

LONGEST_POLL_S = 25.0
FALLBACK_POLL_S = 55.0
SOON_S = 5.0
"""After a call for what is here already: a directory that changed in the same moment is not left for the fallback."""
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0
LEAST_PAUSE_S = 0.3
"""Full jitter may say nothing at all: with this much, a flapping line sees fewer than 3 requests a second (F24)."""
LONGEST_ASKED_S = 600.0
"""However long the store asks to be left alone, a desk looks again after ten minutes: a slip must not end sync."""
FIRST_GAP_S, LONGEST_GAP_S, CALLS_FREE = 0.25, 5.0, 3
WATCH_S = 5.0
SLEPT_S = 20.0
STOPPING = frozenset({"unauthorised", "too_old"})
"""Troubles that no repetition mends: the loop stops once and waits for a person."""


def _is_final(trouble: SyncTrouble) -> bool:
    """A program too old to read still sends what is saved with it (P22)."""
    return trouble.kind in STOPPING and trouble.code != "min_client"


@dataclass
class BackOff:
    """Pauses after troubles in a row: full jitter between nothing and a bound doubling to a minute."""

    rng: Rng
    troubles: int = 0

    def pause_s(self, trouble: SyncTrouble) -> float:
        """How long to wait now; what the store asked for is obeyed, with a little on top against crowds."""
        bound = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0**self.troubles)
        self.troubles = min(self.troubles + 1, 10)
        asked = trouble.retry_after_s
        # a NaN compares with nothing and is no wish
        if asked is not None and asked >= 0:
            asked = min(asked, LONGEST_ASKED_S)
            return asked + self.rng.uniform(0.0, min(asked, FIRST_PAUSE_S))
        return self.rng.uniform(0.0, bound)

    def reset(self) -> None:
        self.troubles = 0


@dataclass
class Calls:
    """How soon the live channel may call again when its calls bring nothing: it may lie, or speak for others (F17).

    A few calls are free, then the gap doubles up to five seconds; a call that brings something makes all free again.
    """

    idle: int = 0

    def gap_s(self) -> float:
        """How long to wait before the channel is opened again."""
        if self.idle <= CALLS_FREE:
            return 0.0
        return min(LONGEST_GAP_S, FIRST_GAP_S * 2.0 ** min(self.idle - CALLS_FREE - 1, 10))

    def came(self, has_brought: bool) -> None:
        self.idle = 0 if has_brought else self.idle + 1


class SleepWatch:
    """Tells when this computer has slept, or its clock was set: both clocks are compared at short intervals (F27)."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wall, self._monotonic_s = self._look()

    def has_slept(self, planned_s: float) -> bool:
        """Whether much more than the planned time has passed since the last look, by either clock.

        The monotonic clock stands still in sleep on some systems and runs on in others; a stopped process is both.
        """
        before, before_s = self._wall, self._monotonic_s
        self._wall, self._monotonic_s = self._look()
        passed_s = self._monotonic_s - before_s
        drifted_s = abs((self._wall - before).total_seconds() - passed_s)
        return drifted_s > SLEPT_S or passed_s > planned_s + SLEPT_S

    def _look(self) -> tuple[datetime, float]:
        return self._clock.wall(), self._clock.monotonic_s()


class Schedule:
    """Three threads: one pushes and pulls, one holds the long poll and wakes the first, one watches for sleep.

    `turn` does one whole turn and may say False when it brought nothing, `wait` the long poll (its cursor is its own
    affair), `told` hears every outcome and in how many seconds the next turn comes by itself, `drop` ends the
    connections that a sleep has left dead; `is_known` says that what the channel told of is here already.
    """

    def __init__(
        self,
        turn: Callable[[Callable[[], bool]], bool | None],
        wait: Callable[[float], WaitAnswer | None],
        told: Callable[[SyncTrouble | None, float], None],
        rng: Rng,
        clock: Clock,
        drop: Callable[[], None] = lambda: None,
        is_known: Callable[[WaitAnswer], bool] = lambda answer: False,
    ) -> None:
        self._turn = turn
        self._wait = wait
        self._told = told
        self._rng = rng
        self._clock = clock
        self._drop = drop
        self._is_known = is_known
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._listening = threading.Event()
        self._is_called = self._is_asked = False
        self._told_of: WaitAnswer | None = None
        self._back_off = BackOff(rng)
        self._calls = Calls()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        if self.is_running:
            self.wake()
            return
        self._stopping = threading.Event()
        self.wake()
        self._listening.clear()
        self._threads = [
            threading.Thread(target=work, args=(self._stopping,), name=f"arm-{name}", daemon=True)
            for name, work in (("sync", self._talk), ("listen", self._listen), ("watch", self._watch))
        ]
        for thread in self._threads:
            thread.start()

    @property
    def is_running(self) -> bool:
        return bool(self._threads) and self._threads[0].is_alive() and not self._stopping.is_set()

    def wake(self) -> None:
        """Something is to be sent, or the person asked: no waiting."""
        self._is_asked = True
        self._wake.set()

    def woke_up(self) -> None:
        """The computer has slept: dead connections are dropped, troubles of before are forgotten, a turn begins."""
        self._drop()
        self._back_off.reset()
        self.wake()

    def stop(self, timeout_s: float = 10.0) -> None:
        """Ends after the request under way; the long poll ends by itself and touches nothing any more."""
        self._stopping.set()
        self._wake.set()
        self._listening.set()
        if self._threads and self._threads[0] is not threading.current_thread():
            self._threads[0].join(timeout_s)
        self._threads = []

    def _talk(self, stopping: threading.Event) -> None:
        back_off = self._back_off = BackOff(self._rng)
        self._calls = Calls()
        pause_s = 0.0
        while not stopping.is_set():
            is_woken = self._wake.wait(pause_s or None)
            self._wake.clear()
            if stopping.is_set():
                return
            is_called, self._is_called = self._is_called, False
            if self._has_come(is_woken) and not back_off.troubles:
                self._listening.set()
                pause_s = SOON_S
                continue
            try:
                has_brought = self._turn(stopping.is_set)
            except SyncTrouble as trouble:
                self._listening.clear()
                if _is_final(trouble):
                    self._told(trouble, 0.0)
                    stopping.set()
                    self._listening.set()
                    return
                pause_s = max(back_off.pause_s(trouble), LEAST_PAUSE_S)
                self._told(trouble, pause_s)
                if trouble.retry_after_s is not None:
                    if stopping.wait(pause_s):
                        return
                    # it has been waited for; the pause below is for other troubles
                    self._wake.set()
            else:
                back_off.reset()
                if is_called or has_brought:
                    self._calls.came(has_brought is not False)
                pause_s = FALLBACK_POLL_S
                self._told(None, pause_s)
                self._listening.set()

    def _has_come(self, is_woken: bool) -> bool:
        """Whether the channel has only told what a turn of before has brought already: an own command, mostly."""
        is_asked, self._is_asked = self._is_asked, False
        told_of, self._told_of = self._told_of, None
        return is_woken and not is_asked and told_of is not None and self._is_known(told_of)

    def _listen(self, stopping: threading.Event) -> None:
        """Losing this channel costs time, never rightness: the fallback poll goes on."""
        back_off = BackOff(self._rng)
        while not stopping.is_set():
            self._listening.wait()
            if stopping.is_set() or stopping.wait(self._calls.gap_s()):
                return
            try:
                answer = self._wait(self._rng.uniform(LONGEST_POLL_S - 5.0, LONGEST_POLL_S))
            except SyncTrouble as trouble:
                if trouble.kind in STOPPING:
                    # the turn finds out whether that is so; a channel that alone says it is held back as a liar
                    self._listening.clear()
                    self._call()
                    continue
                stopping.wait(max(back_off.pause_s(trouble), LEAST_PAUSE_S))
            else:
                back_off.reset()
                if answer is None or answer.head_moved:
                    # nobody to ask, or something to fetch: the next turn opens the channel again
                    self._listening.clear()
                if answer is not None and answer.head_moved:
                    self._call(answer)

    def _call(self, told_of: WaitAnswer | None = None) -> None:
        self._is_called, self._told_of = True, told_of
        self._wake.set()

    def _watch(self, stopping: threading.Event) -> None:
        watch = SleepWatch(self._clock)
        while not stopping.wait(WATCH_S):
            if watch.has_slept(WATCH_S):
                self.woke_up()
