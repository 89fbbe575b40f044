"""The strip of stages drawn to scale: what is done, where we are, what is over-run."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QHelpEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from ui.theme import Tokens, theme
from ui.theme import font as type_font
from ui.widgets.text import as_tooltip

_GAP = 3
_BAR = 8
_NARROWEST = 10


@dataclass(frozen=True)
class StageFace:
    """One stage of a message's own term.

    `share` is its part of the whole term (any unit), `filled` the part of it that is used (0 to 1; the mark
    "now" stands there when `state` is "now"), `over` the part, counted from the end, that was over-run.
    """

    label: str
    share: float
    state: str = "ahead"
    filled: float = 1.0
    over: float = 0.0
    hint: str = ""


def stage_rects(rect: QRect, stages: tuple[StageFace, ...]) -> tuple[QRectF, ...]:
    """The places of the stages, to scale but never narrower than a few pixels."""
    if not stages:
        return ()
    room = max(1.0, rect.width() - _GAP * (len(stages) - 1))
    whole = sum(stage.share for stage in stages) or 1.0
    widths = [max(_NARROWEST, room * stage.share / whole) for stage in stages]
    surplus = sum(widths) - room
    widest = widths.index(max(widths))
    widths[widest] = max(_NARROWEST, widths[widest] - surplus)
    places, x = [], float(rect.left())
    for width in widths:
        places.append(QRectF(x, rect.top(), width, rect.height()))
        x += width + _GAP
    return tuple(places)


def paint_stage_strip(
    painter: QPainter, rect: QRect, stages: tuple[StageFace, ...], *, labels: bool = False
) -> None:
    """Paints the strip; with `labels` the names that fit stand under their segments."""
    tokens = theme().tokens
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    metrics = QFontMetrics(type_font("caption"))
    text_height = metrics.height() + 1 if labels else 0
    top = rect.top() + 6
    places = stage_rects(QRect(rect.left(), top, rect.width(), _BAR), stages)
    for stage, place in zip(stages, places, strict=True):
        _paint_segment(painter, place, stage, tokens)
    if labels:
        painter.setFont(type_font("caption"))
        _paint_labels(painter, rect, stages, places, top + _BAR + 1, text_height, metrics)
    painter.restore()


def _paint_segment(painter: QPainter, place: QRectF, stage: StageFace, tokens: Tokens) -> None:
    painter.setPen(QPen(tokens.colour("edge"), 1))
    painter.setBrush(tokens.colour("sunken"))
    painter.drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), 2, 2)
    used = 1.0 if stage.state == "past" else (stage.filled if stage.state == "now" else 0.0)
    done = QRectF(place.x(), place.y(), place.width() * min(1.0, used), place.height())
    if used > 0:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tokens.colour("accent" if stage.state == "now" else "edge"))
        painter.drawRoundedRect(done, 2, 2)
    if stage.over > 0:
        late = QRectF(place)
        late.setLeft(place.right() - place.width() * min(1.0, stage.over))
        _paint_hatch(painter, late, tokens)
    if stage.state == "now":
        _paint_now(painter, done.right(), place, tokens.colour("text"))


def _paint_hatch(painter: QPainter, place: QRectF, tokens: Tokens) -> None:
    ink = tokens.deadline("stage_over")
    painter.save()
    painter.setClipRect(place)
    painter.fillRect(place, tokens.colour("surface"))
    painter.setPen(QPen(ink.edge, 1.6))
    x = place.left() - place.height()
    while x < place.right():
        painter.drawLine(QPointF(x, place.bottom()), QPointF(x + place.height(), place.top()))
        x += 4.5
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(ink.edge, 1))
    painter.drawRect(place.adjusted(0.5, 0.5, -0.5, -0.5))
    painter.restore()


def _paint_now(painter: QPainter, x: float, place: QRectF, ink: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    top = place.top() - 6
    painter.drawPolygon(QPolygonF((QPointF(x - 4.5, top), QPointF(x + 4.5, top), QPointF(x, top + 5))))
    painter.drawRect(QRectF(x - 0.75, top + 4, 1.5, place.height() + 2))


def _paint_labels(
    painter: QPainter,
    rect: QRect,
    stages: tuple[StageFace, ...],
    places: tuple[QRectF, ...],
    top: int,
    height: int,
    metrics: QFontMetrics,
) -> None:
    """The stage in force is always named; others only where their name does not run into a neighbour."""
    tokens = theme().tokens
    taken: list[QRectF] = []
    order = sorted(range(len(stages)), key=lambda index: (stages[index].state != "now", -places[index].width()))
    for index in order:
        width = metrics.horizontalAdvance(stages[index].label)
        left = places[index].left()
        left = max(float(rect.left()), min(left, rect.right() + 1.0 - width))
        box = QRectF(left, top, width + 1, height)
        if any(box.adjusted(-8, 0, 8, 0).intersects(other) for other in taken):
            continue
        taken.append(box)
        painter.setPen(tokens.colour("text" if stages[index].state == "now" else "muted"))
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, stages[index].label)


class StageStrip(QWidget):
    """The strip as a widget; hovering a segment tells its hint."""

    def __init__(self, *, labels: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stages: tuple[StageFace, ...] = ()
        self._labels = labels
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_stages(self, stages: tuple[StageFace, ...]) -> None:
        self._stages = stages
        self.setAccessibleName("; ".join(stage.hint or stage.label for stage in stages))
        self.update()

    def sizeHint(self) -> QSize:
        text = QFontMetrics(type_font("caption")).height() + 2 if self._labels else 2
        return QSize(320, 6 + _BAR + text)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_stage_strip(painter, self.rect(), self._stages, labels=self._labels)
        painter.end()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            places = stage_rects(self.rect(), self._stages)
            for stage, place in zip(self._stages, places, strict=True):
                if place.left() <= event.pos().x() <= place.right() + _GAP:
                    QToolTip.showText(event.globalPos(), as_tooltip(stage.hint or stage.label), self)
                    return True
        return super().event(event)
