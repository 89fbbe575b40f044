"""The mark of a painted window: one line on the standard output, and an end when the other side hangs up."""

from __future__ import annotations

import sys
import threading
import time

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

MARK = "arm-bench-painted"
LOOK_AFTER_MS = 50


class Marker:
    """Marks the first painting once it is on the screen."""

    def __init__(self) -> None:
        self.is_marked = False

    def painted(self) -> None:
        """To be called while painting; the event loop's next turn comes after the picture was handed over."""
        if not self.is_marked:
            self.is_marked = True
            QTimer.singleShot(0, self._mark)

    def _mark(self) -> None:
        sys.stdout.write(f"{MARK} {time.perf_counter_ns()}\n")
        sys.stdout.flush()
        hung_up = threading.Event()

        def listen() -> None:
            sys.stdin.read()
            hung_up.set()

        threading.Thread(target=listen, daemon=True).start()
        timer = QTimer(QApplication.instance())
        timer.timeout.connect(lambda: QApplication.closeAllWindows() if hung_up.is_set() else None)
        timer.start(LOOK_AFTER_MS)
