"""A bare QMainWindow with a label: the control of S11 and S12."""

from __future__ import annotations

import sys

from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow

from ui.bench.marking import Marker


class Words(QLabel):
    """Tells the marker when it is painted."""

    def __init__(self, marker: Marker) -> None:
        super().__init__("Здравствуйте")
        self._marker = marker

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        self._marker.painted()


def main() -> int:
    app = QApplication(["bare"])
    window = QMainWindow()
    window.resize(1000, 700)
    window.setCentralWidget(Words(Marker()))
    window.show()
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())
