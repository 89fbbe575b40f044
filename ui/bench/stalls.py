"""The screen's event loop while a desk makes its first sync: how late its ticks come (S14)."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget

from ui.application import make_application
from ui.bridge import Bridge

if TYPE_CHECKING:
    from arm.desk.desk import Desk

TICK_MS = 4
PAINT_EVERY = 4
SWITCH_INTERVAL_S = 0.0005


class Ticks(QObject):
    """A precise timer; `late_ms` holds by how much each gap between ticks was longer than it should be."""

    def __init__(self, painted: QWidget, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.late_ms: list[float] = []
        self._painted = painted
        self._last = time.perf_counter()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_tick)

    def start(self) -> None:
        self._last = time.perf_counter()
        self._timer.start(TICK_MS)

    def stop(self) -> None:
        self._timer.stop()

    def _on_tick(self) -> None:
        now = time.perf_counter()
        self.late_ms.append(max(0.0, (now - self._last) * 1000 - TICK_MS))
        self._last = now
        if len(self.late_ms) % PAINT_EVERY == 0:
            self._painted.update()


class Watched(QWidget):
    """What the sign-in shows meanwhile: a line that tells how far it has come, painted over and over."""

    def __init__(self) -> None:
        super().__init__()
        self.label = QLabel("0", self)
        QVBoxLayout(self).addWidget(self.label)
        self.resize(600, 300)

    def tell(self, done: int, total: int) -> None:
        self.label.setText(f"{done} / {total}")


class Measured(QObject):
    """Idle ticks first, then a first sync through the real bridge; tells both and ends the loop."""

    def __init__(self, desk: Desk, entry: dict[str, str], idle_s: float) -> None:
        super().__init__()
        self._window = Watched()
        self._bridge = Bridge(desk, self)
        self._idle, self._busy = Ticks(self._window, self), Ticks(self._window, self)
        self._entry, self._idle_s = entry, idle_s
        self.failed: BaseException | None = None
        self._progress: list[tuple[float, int]] = []
        self._window.show()

    def start(self) -> None:
        self._idle.start()
        QTimer.singleShot(round(self._idle_s * 1000), self._begin)

    def _begin(self) -> None:
        self._idle.stop()
        entry = self._entry

        def enter(desk: Desk) -> None:
            desk.session.sign_in(entry["address"], entry["login"], entry["password"])

        self._bridge.call_out(self, enter, self._on_signed_in, self._on_failed)

    def _on_signed_in(self, _nothing: None) -> None:
        self._busy.start()

        def fetch(desk: Desk) -> None:
            began = time.perf_counter()

            def count(done: int, total: int) -> None:
                self._progress.append((time.perf_counter() - began, done))

            desk.sync.first_sync(count)

        self._bridge.call_out(self, fetch, self._on_fetched, self._on_failed)

    def _on_fetched(self, _nothing: None) -> None:
        self._busy.stop()
        self._leave()

    def _on_failed(self, error: BaseException) -> None:
        self.failed = error
        self._leave()

    def _leave(self) -> None:
        self._bridge.close()
        QCoreApplication.quit()

    def told(self) -> str:
        told = {"progress": self._progress, "idle": self._idle.late_ms, "busy": self._busy.late_ms}
        return json.dumps(told)


def main(open_desk: Callable[[Path], Desk]) -> int:
    """Reads where to sign in from the standard input, writes one line of JSON; 1 when the sync failed."""
    entry = json.loads(sys.stdin.read())
    app = make_application(["stalls"])
    assert isinstance(app, QApplication)
    desk = open_desk(Path(entry["place"]))
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    try:
        measured = Measured(desk, entry, float(entry["idle_s"]))
        QTimer.singleShot(0, measured.start)
        app.exec()
    finally:
        desk.close()
    if measured.failed is not None:
        sys.stderr.write(f"{type(measured.failed).__name__}\n")
        return 1
    sys.stdout.write(f"{measured.told()}\n")
    return 0
