"""Chips: the deadline chip with its shape, and the small tag."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.theme import font as type_font
from ui.theme import icon_pixmap, theme
from ui.widgets.text import as_tooltip, show_if

_PAD = 8
_SHAPE = 9
_GAP = 6


class DeadlineState(StrEnum):
    """The six looks of a term; SOON is the regulation's "near"."""

    OK = "ok"
    SOON = "soon"
    STAGE_OVER = "stage_over"
    OVER = "over"
    PAUSED = "paused"
    DONE = "done"


@dataclass(frozen=True)
class DeadlineFace:
    """What a chip shows: a state, a few words with sign and unit, and the sentence that is read aloud."""

    state: DeadlineState
    words: str
    sentence: str = ""


def paint_state_shape(painter: QPainter, rect: QRectF, state: str, ink: QColor) -> None:
    """Draws the shape of a state: circle, triangle, diamond, square, two bars or a tick."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(ink))
    x, y, w, h = rect.x(), rect.y(), rect.width(), rect.height()
    if state == DeadlineState.OK:
        painter.drawEllipse(rect.adjusted(0.5, 0.5, -0.5, -0.5))
    elif state == DeadlineState.SOON:
        corners = (QPointF(x + w / 2, y), QPointF(x + w, y + h), QPointF(x, y + h))
        painter.drawPolygon(QPolygonF(corners))
    elif state == DeadlineState.STAGE_OVER:
        centre = rect.center()
        half = w / 2 + 0.5
        corners4 = (
            QPointF(centre.x(), centre.y() - half),
            QPointF(centre.x() + half, centre.y()),
            QPointF(centre.x(), centre.y() + half),
            QPointF(centre.x() - half, centre.y()),
        )
        painter.drawPolygon(QPolygonF(corners4))
    elif state == DeadlineState.OVER:
        painter.drawRect(rect.adjusted(0.5, 0.5, -0.5, -0.5))
    elif state == DeadlineState.PAUSED:
        painter.drawRect(QRectF(x + w * 0.1, y, w * 0.27, h))
        painter.drawRect(QRectF(x + w * 0.62, y, w * 0.27, h))
    else:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(ink, 1.8, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        tick = (QPointF(x, y + h * 0.55), QPointF(x + w * 0.38, y + h * 0.9), QPointF(x + w, y + h * 0.12))
        painter.drawPolyline(QPolygonF(tick))
    painter.restore()


def deadline_chip_size(face: DeadlineFace, font: QFont | None = None) -> QSize:
    metrics = QFontMetrics(font if font is not None else _chip_font())
    return QSize(
        metrics.horizontalAdvance(face.words) + 2 * _PAD + _SHAPE + _GAP, max(20, metrics.height() + 4)
    )


def paint_deadline_chip(
    painter: QPainter, rect: QRect, face: DeadlineFace, font: QFont | None = None, *, right: bool = False
) -> QRect:
    """Paints a chip at the left (or right) end of `rect`, centred in height; returns the rectangle it took."""
    used_font = font if font is not None else _chip_font()
    size = deadline_chip_size(face, used_font)
    width = min(size.width(), rect.width())
    left = rect.right() + 1 - width if right else rect.left()
    chip = QRect(left, rect.top() + (rect.height() - size.height()) // 2, width, size.height())
    colours = theme().tokens.deadline(face.state)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colours.edge, 1))
    painter.setBrush(QBrush(colours.fill))
    radius = min(10.0, chip.height() / 2)
    painter.drawRoundedRect(QRectF(chip).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
    shape = QRectF(chip.left() + _PAD, chip.top() + (chip.height() - _SHAPE) / 2, _SHAPE, _SHAPE)
    paint_state_shape(painter, shape, face.state, colours.ink)
    painter.setPen(colours.ink)
    painter.setFont(used_font)
    words = QRect(chip.adjusted(_PAD + _SHAPE + _GAP, 0, 2 - _PAD, 0))
    shown = QFontMetrics(used_font).elidedText(face.words, Qt.TextElideMode.ElideRight, words.width())
    painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
    painter.restore()
    return chip


def _chip_font() -> QFont:
    made = type_font("caption")
    made.setWeight(QFont.Weight.DemiBold)
    return made


class Chip(QWidget):
    """A deadline chip as a widget; hidden without a face."""

    def __init__(self, face: DeadlineFace | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._face: DeadlineFace | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_face(face)

    def set_face(self, face: DeadlineFace | None) -> None:
        self._face = face
        show_if(self, face is not None)
        if face is not None:
            self.setAccessibleName(face.sentence or face.words)
            self.setToolTip(as_tooltip(face.sentence))
        self.updateGeometry()
        self.update()

    def face(self) -> DeadlineFace | None:
        return self._face

    def sizeHint(self) -> QSize:
        return deadline_chip_size(self._face) if self._face is not None else QSize(0, 20)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._face is not None:
            painter = QPainter(self)
            paint_deadline_chip(painter, self.rect(), self._face)
            painter.end()


_TAG_COLOURS = {
    "neutral": ("tag", "text2"),
    "accent": ("selection", "on_selection"),
    "warn": ("warn_fill", "warn_ink"),
    "danger": ("error_fill", "danger"),
    "ok": ("ok_fill", "ok_ink"),
}


class Tag(QWidget):
    """A small word on a tinted ground: "neutral", "accent", "warn", "danger" or "ok"."""

    def __init__(
        self, text: str = "", tone: str = "neutral", icon_name: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._text = text
        self._tone = tone
        self._icon_name = icon_name
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(text)

    def setText(self, text: str) -> None:
        self._text = text
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def text(self) -> str:
        return self._text

    def set_tone(self, tone: str) -> None:
        self._tone = tone
        self.update()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(type_font("caption"))
        icon_width = 18 if self._icon_name else 0
        return QSize(metrics.horizontalAdvance(self._text) + 2 * _PAD + icon_width, max(20, metrics.height() + 4))

    def minimumSizeHint(self) -> QSize:
        """A long word gives way before it makes its pane wider than it is; the whole stands in the tooltip."""
        whole = self.sizeHint()
        return QSize(min(whole.width(), 48), whole.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setToolTip(as_tooltip(self._text) if self.width() < self.sizeHint().width() else "")

    def paintEvent(self, event: QPaintEvent) -> None:
        fill, ink = (theme().tokens.colour(role) for role in _TAG_COLOURS[self._tone])
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawRoundedRect(QRectF(self.rect()), 5, 5)
        left = _PAD
        if self._icon_name:
            painter.drawPixmap(left - 2, (self.height() - 14) // 2, icon_pixmap(self._icon_name, ink, 14))
            left += 16
        painter.setPen(ink)
        painter.setFont(type_font("caption"))
        words = self.rect().adjusted(left, 0, 2 - _PAD, 0)
        shown = painter.fontMetrics().elidedText(self._text, Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, shown)
        painter.end()
