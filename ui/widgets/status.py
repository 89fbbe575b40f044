"""The status line: dots with words about connection, outbox and clock, and a place for passing remarks."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from ui.theme import font as type_font
from ui.theme import icon_pixmap, theme
from ui.widgets.speech import announce
from ui.widgets.text import PlainLabel, as_tooltip, show_if

_LOOKS = {
    "ok": ("circle-check", "ok_ink"),
    "busy": ("refresh", "accent"),
    "warn": ("alert-triangle", "warn_ink"),
    "error": ("alert-circle", "danger"),
    "offline": ("cloud-off", "warn_ink"),
    "undo": ("arrow-back-up", "accent"),
}


class StatusPiece(QWidget):
    """A mark whose shape tells the tone, and words. Tones: ok, busy, warn, error, offline, undo, plain (no mark).

    Only an `elastic` piece gives way where the window is narrow.
    """

    clicked = Signal()

    def __init__(
        self, text: str = "", tone: str = "plain", parent: QWidget | None = None, *, elastic: bool = True
    ) -> None:
        super().__init__(parent)
        self._elastic = elastic
        self._text = ""
        self._tone = "plain"
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Expanding)
        self.set_status(text, tone)
        show_if(self, bool(text))

    def set_status(self, text: str, tone: str = "plain") -> None:
        if (text, tone) == (self._text, self._tone):
            return
        self._text, self._tone = text, tone
        show_if(self, bool(text))
        self.setAccessibleName(text)
        self.setToolTip(as_tooltip(text))
        self.updateGeometry()
        self.update()

    def text(self) -> str:
        return self._text

    def tone(self) -> str:
        return self._tone

    def sizeHint(self) -> QSize:
        mark = 20 if self._tone in _LOOKS else 0
        metrics = QFontMetrics(type_font("caption"))
        return QSize(metrics.horizontalAdvance(self._text) + mark + 16, metrics.height() + 10)

    def minimumSizeHint(self) -> QSize:
        return QSize(48, self.sizeHint().height()) if self._elastic else self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme().tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left = 8
        if self._tone in _LOOKS:
            icon_name, role = _LOOKS[self._tone]
            painter.drawPixmap(left - 2, (self.height() - 16) // 2, icon_pixmap(icon_name, tokens.colour(role), 16))
            left += 18
        painter.setFont(type_font("caption"))
        painter.setPen(tokens.colour("text2" if self._tone in ("plain", "ok", "busy") else "text"))
        words = self.rect().adjusted(left, 0, -4, 0)
        shown = painter.fontMetrics().elidedText(self._text, Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, shown)
        if self.hasFocus():
            painter.setPen(QPen(tokens.colour("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(2, 2, -2, -2), 4, 4)
        painter.end()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.rect().contains(event.position().toPoint()):
            self.clicked.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.clicked.emit()
        else:
            super().keyPressEvent(event)


class StatusLine(QWidget):
    """Pieces from left to right and, when something was refused or done, a sentence for a few seconds."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(8, 0, 12, 0)
        self._row.setSpacing(8)
        self._remark = PlainLabel(role="caption", elide=True)
        self._remark.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._remark.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._row.addWidget(self._remark, 1)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._on_timer_timeout)
        self.setFixedHeight(max(26, QFontMetrics(type_font("caption")).height() + 10))

    def add_piece(self, piece: QWidget, stretch: int = 0) -> None:
        self._row.insertWidget(self._row.indexOf(self._remark), piece, stretch)

    def add_end(self, widget: QWidget) -> None:
        """At the right edge, after the passing remark."""
        self._row.addWidget(widget)

    def announce(self, text: str, seconds: float = 6.0) -> None:
        """Writes and says a sentence, for instance why a key did nothing."""
        self._remark.setText(text)
        self._timer.start(round(seconds * 1000))
        announce(self, text)

    def remark(self) -> str:
        return self._remark.text()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme().tokens
        painter = QPainter(self)
        painter.fillRect(self.rect(), tokens.colour("sunken"))
        painter.fillRect(0, 0, self.width(), 1, tokens.colour("divider"))
        painter.end()

    def clear_remark(self) -> None:
        self._timer.stop()
        self._remark.setText("")

    def _on_timer_timeout(self) -> None:
        self.clear_remark()
