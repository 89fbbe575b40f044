"""Turns at the one place where writes queue: who comes while another writes waits, and the next takes all that wait."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class _Place(Generic[T]):
    """One asker in the queue; woken when his work is done or when it is his turn to lead."""

    __slots__ = ("leads", "weight", "woken", "work")

    def __init__(self, work: T, weight: int) -> None:
        self.work, self.weight, self.leads = work, weight, False
        self.woken = threading.Event()


class Turns(Generic[T]):
    """Many askers, one commit: there is no thread of its own and no pause to gather, a disk's flush is pause enough.

    The leader does the work of all who waited when his turn came, his own first, up to `most` by weight.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._waiting: deque[_Place[T]] = deque()
        self._is_led = False

    def take(self, work: T, weight: int, do: Callable[[list[T]], None]) -> None:
        """Returns when `do` was called with this work, by this thread or another; what `do` raises is its leader's."""
        mine = _Place(work, weight)
        with self._lock:
            self._waiting.append(mine)
            mine.leads, self._is_led = not self._is_led, True
        if not mine.leads:
            mine.woken.wait()
        if mine.leads:
            self._lead(do)

    def _lead(self, do: Callable[[list[T]], None]) -> None:
        with self._lock:
            group = [self._waiting.popleft()]
            room = self._most - group[0].weight
            while self._waiting and self._waiting[0].weight <= room:
                group.append(self._waiting.popleft())
                room -= group[-1].weight
        try:
            do([one.work for one in group])
        finally:
            self._pass_on(group[1:])

    def _pass_on(self, served: list[_Place[T]]) -> None:
        with self._lock:
            following = self._waiting[0] if self._waiting else None
            self._is_led = following is not None
        if following is not None:
            following.leads = True
            following.woken.set()
        for one in served:
            one.woken.set()
