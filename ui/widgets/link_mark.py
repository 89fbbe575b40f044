"""The line between two places: whole with a tick while they talk, broken with a cloud while they don't."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.theme import font as type_font
from ui.theme import icon_pixmap, theme

_ICON = 28
_GAP = 8


class LinkMark(QWidget):
    """Words beneath say the same, so that nothing hangs on colour or shape alone."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = ""
        self._is_linked = True
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def set_link(self, words: str, *, is_linked: bool) -> None:
        self._words, self._is_linked = words, is_linked
        self.setAccessibleName(words)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(max(130, metrics.horizontalAdvance(self._words) + 24), _ICON + 2 * metrics.height() + 12)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme().tokens
        colour = tokens.colour("ok_ink" if self._is_linked else "warn_edge")
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.height() / 2 - 8
        left = (self.width() - _ICON) / 2
        painter.setPen(QPen(colour, 2, Qt.PenStyle.SolidLine if self._is_linked else Qt.PenStyle.DashLine))
        painter.drawLine(QLineF(6, middle, left - _GAP, middle))
        painter.drawLine(QLineF(left + _ICON + _GAP, middle, self.width() - 6, middle))
        name = "cloud-check" if self._is_linked else "cloud-off"
        painter.drawPixmap(round(left), round(middle - _ICON / 2), icon_pixmap(name, colour, _ICON))
        painter.setFont(type_font("caption"))
        painter.setPen(tokens.colour("text2"))
        words = self.rect().adjusted(0, round(middle + _ICON / 2 + 2), 0, 0)
        painter.drawText(words, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, self._words)
        painter.end()
