"""The offline lease: how long a desk shows its copy without having heard the central store (P30).

Counted by whichever says more, the wall clock or the seconds that only grow; a wall clock set back ends it at once.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import msgspec

from arm.sync.ports import Clock
from arm.typed import from_json

DEFAULT_DAYS = 7.0
SHORTEST, LONGEST = timedelta(hours=8), timedelta(days=14)
"""The central store has the last word within these."""
SET_BACK = timedelta(minutes=5)
"""A wall clock this far behind what was seen before is not believed until the store is heard again."""
KEEP_EVERY_S = 300.0
PULLED_EVERY = timedelta(minutes=1)
"""A desk that is in step need not write at every pull: a kill costs the lease no more than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseRecord:
    """What outlives the program: `pulled_at` and `seen_at` by this computer's wall clock, `ran_s` seconds run since."""

    pulled_at: datetime
    seen_at: datetime
    granted_s: float
    ran_s: float = 0.0
    used_s: float = 0.0
    is_set_back: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseState:
    """`left` is never below zero; `is_set_back` when the wall clock is why it is locked."""

    is_locked: bool
    left: timedelta
    is_set_back: bool = False


class Lease:
    """Usable from several threads. `keep` stores a record; it is called seldom, and by `close`."""

    def __init__(self, clock: Clock, kept: str, days: float = DEFAULT_DAYS) -> None:
        """`kept` is what `written` gave the last time; anything else begins a lease now."""
        self._clock = clock
        self._guard = threading.Lock()
        self._monotonic_s = clock.monotonic_s()
        self._kept_s = self._monotonic_s
        self._written = _read(kept)
        self._record = self._written or _begun(clock.wall(), granted(days))

    def grant(self, days: float) -> None:
        """What the central store allows, told at each sign-in; held within 8 hours and 14 days."""
        with self._guard:
            self._record = replace(self._record, granted_s=granted(days))

    def heard(self) -> bool:
        """A whole pull has just ended well: the lease begins anew. True when `written` should be stored at once.

        It need not where what was written says the same: not locked, and of a pull less than a minute away.
        """
        with self._guard:
            self._monotonic_s = self._clock.monotonic_s()
            one = self._record = _begun(self._clock.wall(), self._record.granted_s)
            old = self._written
            return (
                old is None
                or old.is_set_back
                or old.granted_s != one.granted_s
                or old.used_s >= PULLED_EVERY.total_seconds()
                or abs(one.pulled_at - old.pulled_at) >= PULLED_EVERY
                or abs(one.seen_at - old.seen_at) >= PULLED_EVERY
            )

    def state(self) -> LeaseState:
        """Looks at both clocks; cheap enough for every question to the desk."""
        with self._guard:
            self._look()
            one = self._record
        left = max(0.0, one.granted_s - one.used_s)
        is_locked = one.is_set_back or left <= 0
        return LeaseState(is_locked=is_locked, left=timedelta(seconds=left), is_set_back=one.is_set_back)

    def is_to_keep(self) -> bool:
        """Whether some minutes have passed since it was written: then `written` should be stored."""
        with self._guard:
            return self._clock.monotonic_s() - self._kept_s >= KEEP_EVERY_S

    def written(self) -> str:
        """The record for work.db."""
        with self._guard:
            self._look()
            self._kept_s = self._monotonic_s
            self._written = self._record
            return msgspec.json.encode(self._record).decode()

    def _look(self) -> None:
        wall, monotonic_s = self._clock.wall(), self._clock.monotonic_s()
        # a boot begins the monotonic clock anew: time never runs back
        ran_s = self._record.ran_s + max(0.0, monotonic_s - self._monotonic_s)
        self._monotonic_s = monotonic_s
        one = self._record
        self._record = replace(
            one,
            ran_s=ran_s,
            # the most that either clock has ever said: setting one back gives nothing back
            used_s=max(one.used_s, ran_s, (wall - one.pulled_at).total_seconds()),
            is_set_back=one.is_set_back or wall < one.seen_at - SET_BACK,
            seen_at=max(one.seen_at, wall),
        )


def granted(days: float) -> float:
    """Seconds of a lease of so many days."""
    bounded = min(max(days * 86400.0, SHORTEST.total_seconds()), LONGEST.total_seconds())
    return bounded if bounded == bounded else SHORTEST.total_seconds()


def _begun(wall: datetime, granted_s: float) -> LeaseRecord:
    return LeaseRecord(pulled_at=wall, seen_at=wall, granted_s=granted_s)


def _read(kept: str) -> LeaseRecord | None:
    try:
        return from_json(kept, LeaseRecord)
    except (msgspec.DecodeError, UnicodeError):
        return None
