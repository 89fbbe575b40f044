"""A quiet thread of a desk: it takes a turn when woken and when the last turn asked for it, and ends with the desk."""

from __future__ import annotations

import threading
from collections.abc import Callable

PATIENCE_S = 2.0


class Beat:
    """`turn` returns after how many seconds the next one is due; it lets no trouble out."""

    def __init__(self, name: str, turn: Callable[[], float]) -> None:
        self._name = name
        self._turn = turn
        self._wake = threading.Event()
        self._is_stopped = False
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None

    def wake(self) -> None:
        """A turn at once; the first wake starts the thread."""
        with self._guard:
            self._wake.set()
            if self._thread is None and not self._is_stopped:
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """No turn begins any more; one that hangs in the network is not waited for longer than a moment."""
        with self._guard:
            self._is_stopped = True
            self._wake.set()
            thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(PATIENCE_S)

    def _run(self) -> None:
        pause_s = 0.0
        while True:
            self._wake.wait(pause_s)
            self._wake.clear()
            if self._is_stopped:
                return
            pause_s = self._turn()
