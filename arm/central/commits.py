"""COMMITs that take too long: cancelled, so that a standby that hangs holds up one answer and not the process (P8).

PostgreSQL's own statement_timeout ends before a commit begins to wait for its synchronous standby: without this
watch every thread that writes would wait there for ever. A cancelled wait comes back as a warning.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg

log = logging.getLogger(__name__)
LONGEST_COMMIT_S = 10.0
CANCEL_PATIENCE_S = 5.0


class CommitWatch:
    """One thread for all commits of an engine, running only while some commit runs."""

    def __init__(self, longest_s: float = LONGEST_COMMIT_S) -> None:
        self._longest_s = longest_s
        self._changed = threading.Condition()
        self._running: dict[int, tuple[float, Any]] = {}
        self._is_watching = False

    @contextmanager
    def watched(self, raw: Any) -> Iterator[None]:
        """Around one COMMIT of a psycopg connection; another driver's is let be."""
        if not isinstance(raw, psycopg.Connection):
            yield
            return
        with self._changed:
            self._running[id(raw)] = (time.monotonic() + self._longest_s, raw)
            if not self._is_watching:
                self._is_watching = True
                threading.Thread(target=self._watch, name="commit-watch", daemon=True).start()
        try:
            yield
        finally:
            with self._changed:
                self._running.pop(id(raw), None)

    def _watch(self) -> None:
        """Sleeps until the eldest commit is due; ends after a while without any."""
        while True:
            with self._changed:
                if not self._running:
                    self._changed.wait(self._longest_s)
                if not self._running:
                    self._is_watching = False
                    return
                due_at, raw = min(self._running.values(), key=lambda one: one[0])
                left = due_at - time.monotonic()
                if left > 0:
                    self._changed.wait(left)
                    continue
                # asked once a period: the cancel itself may get lost
                self._running[id(raw)] = (time.monotonic() + self._longest_s, raw)
            log.warning("a commit waits too long and is cancelled")
            with suppress(psycopg.Error):
                raw.cancel_safe(timeout=CANCEL_PATIENCE_S)
