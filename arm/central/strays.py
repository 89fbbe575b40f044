"""Desks that ask for one id after another that isn't theirs to know: somebody is trying doors (F50)."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from dataclasses import dataclass, field

from sqlalchemy.exc import SQLAlchemyError

from arm.central.access import Principal
from arm.central.problems import StoreTrouble, Trouble
from arm.central.security import note
from arm.central.store import Store

log = logging.getLogger(__name__)

MANY = 20
"""Different places answered «not found» within an hour; a card that closes under a reader makes one or two."""
WITHIN_S = 3600.0
MOST_DESKS = 1000


@dataclass(slots=True)
class _Tries:
    places: dict[str, float] = field(default_factory=dict)
    noted_at: float = 0.0


class Strays:
    """Counts by desk in this process alone: an alarm, not an account.

    Asking for cards that went away, taking a draft back and going on with an upload are no attempts: a desk that was
    away does that to many.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._desks: OrderedDict[str, _Tries] = OrderedDict()

    def count(self, who: Principal, method: str, place: str) -> None:
        """One answer «not found» on that path; when there were many it is noted for the administrator, once an hour."""
        if method == "DELETE" or "/uploads/" in place or not self._is_much(who.device_id or who.user_id, place):
            return
        try:
            note(self._store, "foreign_ids", who, places=str(MANY))
        except (SQLAlchemyError, StoreTrouble, Trouble):
            log.warning("a security event could not be kept", extra={"kind": "foreign_ids"})

    def _is_much(self, desk: str, place: str) -> bool:
        now = self._store.clock().timestamp()
        with self._lock:
            tries = self._desks.setdefault(desk, _Tries())
            self._desks.move_to_end(desk)
            if len(self._desks) > MOST_DESKS:
                self._desks.popitem(last=False)
            recent = {one: at for one, at in tries.places.items() if 0 <= now - at < WITHIN_S}
            tries.places = recent if len(recent) >= MANY else {**recent, place: now}
            is_much = len(tries.places) >= MANY and not 0 <= now - tries.noted_at < WITHIN_S
            if is_much:
                tries.noted_at = now
            return is_much
