"""The network threads of a desk: when to talk, how long to wait after a trouble, when to stop (P27)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from arm.sync.ports import Clock, Rng
from arm.sync.troubles import SyncTrouble
from arm.wire import WaitAnswer

LONGEST_POLL_S = 25.0
FALLBACK_POLL_S = 55.0
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0
STOPPING = frozenset({"unauthorised", "too_old"})
"""Troubles that no repetition mends: the loop stops once and waits for a person."""


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
        if asked is not None:
            return asked + self.rng.uniform(0.0, min(asked, FIRST_PAUSE_S))
        return self.rng.uniform(0.0, bound)

    def reset(self) -> None:
        self.troubles = 0


class Schedule:
    """Two threads: one pushes and pulls, one holds the long poll and wakes the first.

    `turn` does one whole turn, `wait` the long poll (its cursor is its own affair), `told` hears every outcome.
    """

    def __init__(
        self,
        turn: Callable[[Callable[[], bool]], None],
        wait: Callable[[float], WaitAnswer | None],
        told: Callable[[SyncTrouble | None], None],
        rng: Rng,
        clock: Clock,
    ) -> None:
        self._turn = turn
        self._wait = wait
        self._told = told
        self._rng = rng
        self._clock = clock
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._listening = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        if self.is_running:
            self._wake.set()
            return
        self._stopping = threading.Event()
        self._wake.set()
        self._listening.clear()
        self._threads = [
            threading.Thread(target=self._talk, args=(self._stopping,), name="arm-sync", daemon=True),
            threading.Thread(target=self._listen, args=(self._stopping,), name="arm-listen", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    @property
    def is_running(self) -> bool:
        return bool(self._threads) and self._threads[0].is_alive() and not self._stopping.is_set()

    def wake(self) -> None:
        """Something is to be sent, or the person asked: no waiting."""
        self._wake.set()

    def stop(self, timeout_s: float = 10.0) -> None:
        """Ends after the request under way; the long poll ends by itself and touches nothing any more."""
        self._stopping.set()
        self._wake.set()
        self._listening.set()
        if self._threads and self._threads[0] is not threading.current_thread():
            self._threads[0].join(timeout_s)
        self._threads = []

    def _talk(self, stopping: threading.Event) -> None:
        back_off = BackOff(self._rng)
        pause_s = 0.0
        while not stopping.is_set():
            self._wake.wait(pause_s or None)
            self._wake.clear()
            if stopping.is_set():
                return
            try:
                self._turn(stopping.is_set)
            except SyncTrouble as trouble:
                self._listening.clear()
                self._told(trouble)
                if trouble.kind in STOPPING:
                    stopping.set()
                    self._listening.set()
                    return
                pause_s = max(back_off.pause_s(trouble), 0.05)
                if trouble.retry_after_s is not None and stopping.wait(pause_s):
                    return
            else:
                back_off.reset()
                self._told(None)
                self._listening.set()
                pause_s = FALLBACK_POLL_S

    def _listen(self, stopping: threading.Event) -> None:
        """Losing this channel costs time, never rightness: the fallback poll goes on."""
        back_off = BackOff(self._rng)
        while not stopping.is_set():
            self._listening.wait()
            if stopping.is_set():
                return
            try:
                answer = self._wait(self._rng.uniform(LONGEST_POLL_S - 5.0, LONGEST_POLL_S))
            except SyncTrouble as trouble:
                if trouble.kind in STOPPING:
                    self._wake.set()
                    self._listening.clear()
                    continue
                stopping.wait(max(back_off.pause_s(trouble), 0.05))
            else:
                back_off.reset()
                if answer is None or answer.head_moved:
                    # nobody to ask, or something to fetch: the next turn opens the channel again
                    self._listening.clear()
                if answer is not None and answer.head_moved:
                    self._wake.set()
