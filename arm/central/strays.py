"""Desks that ask for one id after another that isn't theirs to know: somebody is trying doors (F50)."""

from __future__ import annotations

import threading
from collections import OrderedDict

from arm.central.access import Principal
from arm.central.security import note
from arm.central.store import Store

MANY = 20
"""Different places answered «not found» within an hour; a card that closes under a reader makes one or two."""
WITHIN_S = 3600.0
MOST_DESKS = 1000


class Strays:
    """Counts by desk in this process alone: an alarm, not an account. Asking for cards that went away is no attempt."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._places: OrderedDict[str, dict[str, float]] = OrderedDict()

    def count(self, who: Principal, place: str) -> None:
        """One answer «not found» on that path; the last of many is noted for the administrator, once an hour."""
        now = self._store.clock().timestamp()
        desk = who.device_id or who.user_id
        with self._lock:
            places = self._places.setdefault(desk, {})
            self._places.move_to_end(desk)
            if len(self._places) > MOST_DESKS:
                self._places.popitem(last=False)
            for old in [one for one, at in places.items() if not 0 <= now - at < WITHIN_S]:
                del places[old]
            is_known = place in places
            if len(places) < MANY:
                places[place] = now
            is_many = not is_known and len(places) == MANY and place in places
        if is_many:
            note(self._store, "foreign_ids", who, places=str(MANY))
