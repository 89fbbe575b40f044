"""What a list shows while it has no rows: a sentence with an action, or grey rows that will come."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from arm.i18n import _
from ui.theme import icon_pixmap, theme
from ui.widgets.buttons import Button
from ui.widgets.text import PlainLabel, show_if

_ICON = 40


class EmptyState(QWidget):
    """An icon, one sentence and at most one action, in the middle of the place it is given."""

    acted = Signal()

    def __init__(
        self, icon_name: str = "", sentence: str = "", action: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._icon_name = ""
        self._picture = QLabel()
        self._picture.setTextFormat(Qt.TextFormat.PlainText)
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._sentence = PlainLabel(tone="text2", wrap=True)
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._action = Button("")
        self._action.clicked.connect(self.acted)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(12)
        column.addStretch(2)
        column.addWidget(self._picture)
        column.addWidget(self._sentence)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self._action)
        row.addStretch(1)
        column.addLayout(row)
        column.addStretch(3)
        theme().themeChanged.connect(self._on_theme_changed)
        self.set_face(icon_name, sentence, action)

    def set_face(self, icon_name: str, sentence: str, action: str = "") -> None:
        self._icon_name = icon_name
        self._sentence.setText(sentence)
        self.setAccessibleName(sentence)
        self._action.set_verb(action)
        show_if(self._action, bool(action))
        self._show_picture()

    def _show_picture(self) -> None:
        show_if(self._picture, bool(self._icon_name))
        if self._icon_name:
            self._picture.setPixmap(icon_pixmap(self._icon_name, theme().tokens.colour("edge"), _ICON))

    def _on_theme_changed(self, _tokens: object) -> None:
        self._show_picture()


class SkeletonRows(QWidget):
    """Grey rows in place of rows on their way; they appear only after `delay_ms`."""

    def __init__(
        self, rows: int = 6, row_height: int = 64, delay_ms: int = 200, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._rows = rows
        self._row_height = row_height
        self._is_shown = False
        self._delay = QTimer(self)
        self._delay.setSingleShot(True)
        self._delay.setInterval(delay_ms)
        self._delay.timeout.connect(self._on_delay_timeout)
        self.setAccessibleName(_("Loading the list"))

    def start(self) -> None:
        self._delay.start()

    def stop(self) -> None:
        self._delay.stop()
        self._is_shown = False
        self.update()

    def is_showing_rows(self) -> bool:
        return self._is_shown

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme().tokens
        painter = QPainter(self)
        painter.fillRect(self.rect(), tokens.colour("surface"))
        if self._is_shown:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tokens.colour("tag"))
            for row in range(self._rows):
                top = row * self._row_height + 12
                wide = self.width() - 32
                painter.drawRoundedRect(QRectF(16, top, wide * 0.22, 10), 4, 4)
                painter.drawRoundedRect(QRectF(16 + wide * 0.74, top - 3, wide * 0.26, 16), 8, 8)
                painter.drawRoundedRect(QRectF(16, top + 20, wide * (0.92, 0.78, 0.86)[row % 3], 10), 4, 4)
        painter.end()

    def _on_delay_timeout(self) -> None:
        self._is_shown = True
        self.update()
