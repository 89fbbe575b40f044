"""The central store's time at the desk: its last word carried on by a clock that only grows (P29)."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

from arm.sync.ports import Clock


class ServerTime:
    """Whatever this computer's clock says or is set to, remaining time never grows by it."""

    def __init__(self, clock: Clock, known_skew_s: float = 0.0) -> None:
        """`known_skew_s` is this computer's clock minus the central store's, as it was found the last time."""
        self._clock = clock
        self._lock = threading.Lock()
        self._skew_s = known_skew_s
        self._base = clock.wall() - timedelta(seconds=known_skew_s)
        self._heard_at = clock.monotonic_s()
        self._is_heard = False

    def heard(self, server_time: datetime) -> None:
        """The central store's moment in an answer that has just come."""
        with self._lock:
            present = self._now()
            # an answer that was long on its way must not turn time back
            if self._is_heard and server_time < present and (present - server_time) < timedelta(minutes=2):
                server_time = present
            self._base = server_time
            self._heard_at = self._clock.monotonic_s()
            self._skew_s = (self._clock.wall() - server_time).total_seconds()
            self._is_heard = True

    def now(self) -> datetime:
        """The central store's moment now, aware UTC."""
        with self._lock:
            return self._now()

    def _now(self) -> datetime:
        return self._base + timedelta(seconds=self._clock.monotonic_s() - self._heard_at)

    @property
    def skew_s(self) -> float:
        """This computer's clock minus the central store's."""
        with self._lock:
            return self._skew_s
