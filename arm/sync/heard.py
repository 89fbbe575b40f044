"""The store's last known moment, by which a wrong date of this computer is told from a bad certificate (F29)."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from arm.sync.troubles import SyncTrouble

if TYPE_CHECKING:
    from arm.sync.certificates import Seen

_DAY, _LONG_AWAY, _YEAR = timedelta(days=1), timedelta(days=180), timedelta(days=366)


class LastHeard:
    """The central store's last known moment: exact while the program runs, later only a lower bound of the time."""

    def __init__(
        self,
        known: datetime | None = None,
        keep: Callable[[datetime], None] = lambda moment: None,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """`known` is what an earlier run has kept; `keep` is called at most once an hour."""
        self._moment = known
        self._keep = keep
        self._monotonic_s = monotonic_s
        self._heard_s: float | None = None
        self._kept = known

    def hear(self, moment: datetime) -> None:
        """A moment from an answer that was believed, aware UTC."""
        self._moment, self._heard_s = moment, self._monotonic_s()
        if self._kept is None or abs(moment - self._kept) > timedelta(hours=1):
            self._kept = moment
            self._keep(moment)

    def is_clock_wrong(self, seen: Seen, wall: datetime) -> bool:
        """Whether the date of this computer, not the certificate, is what is wrong (F29).

        A date behind what the store has said is wrong for certain; one ahead is judged by the time that has passed
        since, or, where nothing is known, by a certificate that would have been dead for more than a year.
        """
        if self._moment is not None and wall < self._moment - _DAY:
            return True
        if self._moment is not None and self._heard_s is not None:
            real = self._moment + timedelta(seconds=self._monotonic_s() - self._heard_s)
            return abs(wall - real) > _DAY
        if wall < seen.not_before:
            # nobody puts a certificate to work before its time, but for a slip of hours
            return seen.not_before - wall > _DAY
        if self._moment is not None:
            return self._moment <= seen.not_after and wall - self._moment > _LONG_AWAY
        return wall - seen.not_after > _YEAR


def dated(trouble: SyncTrouble, seen: Seen, wall: datetime, heard: LastHeard) -> SyncTrouble:
    """An expired or not yet valid certificate with its dates, or the computer's own clock as the cause."""
    moments = {"wall": wall, "not_before": seen.not_before, "not_after": seen.not_after}
    params = {name: one.astimezone(UTC).isoformat() for name, one in moments.items()}
    return SyncTrouble("certificate", params | {"code": "clock" if heard.is_clock_wrong(seen, wall) else trouble.code})
