"""The list of the control board: a painted row per message, marks, and the header over the columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from arm.desk.values import QueueRow
from arm.domain.identity import MessageId
from arm.domain.message import Stage
from arm.i18n import _
from ui.formats import number_sign
from ui.models.queue import ROW_ROLE
from ui.theme import Tokens, icon_pixmap, theme
from ui.theme import font as type_font
from ui.widgets import DeadlineFace, StageFace, paint_deadline_chip, paint_stage_strip
from ui.workspaces.board_faces import chip_of, holder_of, row_sentence, stage_faces, warned_words

_AnyIndex = QModelIndex | QPersistentModelIndex
_TICK = 34
_PAD = 10
_BAR = 4


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the columns of a row stand; narrow boards give up the warning first, then the stages."""

    tick: QRect
    number: QRect
    topic: QRect
    holder: QRect
    deadline: QRect
    warned: QRect
    stages: QRect


def columns_of(rect: QRect) -> Columns:
    width = rect.width()
    number = QFontMetrics(type_font("body_strong")).horizontalAdvance(number_sign("0000-0000")) + 4
    holder, deadline = 128 if width < 1100 else 150, 124
    warned = 96 if width >= 980 else 0
    fixed = _BAR + _TICK + number + holder + deadline + warned + 6 * _PAD
    rest = max(60, width - fixed)
    stages = rest * 52 // 100 if rest >= 300 else 0
    topic = rest - stages
    x = rect.left() + _BAR
    places = []
    for wide in (_TICK, number, topic, holder, deadline, warned, stages):
        places.append(QRect(x, rect.top(), wide, rect.height()))
        x += wide + (_PAD if wide else 0)
    return Columns(*places)


class BoardDelegate(QStyledItemDelegate):
    """Paints rows of the queue's model; what a row shows is worked out once per row and minute."""

    def __init__(self, parent: QWidget, now: Callable[[], datetime]) -> None:
        super().__init__(parent)
        self.now = now
        self.marked: set[MessageId] = set()
        self.shares: dict[Stage, Fraction] = {}
        self._kept: dict[tuple[QueueRow, int], tuple[DeadlineFace | None, tuple[StageFace, ...]]] = {}

    def set_shares(self, shares: dict[Stage, Fraction]) -> None:
        self.shares = shares
        self._kept.clear()

    def sizeHint(self, option: QStyleOptionViewItem, index: _AnyIndex) -> QSize:
        return QSize(600, max(46, 2 * QFontMetrics(type_font("body")).height() + 12))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _AnyIndex) -> None:
        row = index.data(ROW_ROLE)
        if not isinstance(row, QueueRow):
            return
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        tokens = theme().tokens
        chip, stages = self._faces(row)
        painter.save()
        _paint_ground(painter, rect, state, tokens, chip)
        at = columns_of(rect)
        ink2 = "on_selection" if state & QStyle.StateFlag.State_Selected else "text2"
        self._paint_tick(painter, at.tick, row, tokens)
        _words(painter, at.number, number_sign(row.number), tokens.colour("text").name(), type_font("body_strong"))
        half = rect.height() // 2
        top = QRect(at.topic.left(), rect.top() + 5, at.topic.width(), half - 5)
        below = QRect(at.topic.left(), rect.top() + half, at.topic.width(), half - 5)
        _words(painter, top, row.topic or row.first_line, tokens.colour("text").name(), type_font("body"))
        _words(painter, below, row.first_line, tokens.colour(ink2).name(), type_font("caption"))
        _words(painter, at.holder, holder_of(row), tokens.colour("text").name(), type_font("body"))
        if chip is not None:
            paint_deadline_chip(painter, at.deadline, chip, _chip_font())
        if at.warned.width():
            _words(painter, at.warned, warned_words(row, self.now()), tokens.colour(ink2).name(), type_font("caption"))
        if stages and at.stages.width():
            height = 22
            strip = QRect(at.stages.left(), rect.center().y() - height // 2 - 1, at.stages.width() - 12, height)
            paint_stage_strip(painter, strip, stages)
        painter.restore()

    def sentence(self, row: QueueRow) -> str:
        return row_sentence(row, self.now(), is_marked=row.message_id in self.marked)

    def _faces(self, row: QueueRow) -> tuple[DeadlineFace | None, tuple[StageFace, ...]]:
        now = self.now()
        key = (row, int(now.timestamp() // 60))
        found = self._kept.get(key)
        if found is None:
            if len(self._kept) > 2000:
                self._kept.clear()
            found = self._kept[key] = (chip_of(row, now), stage_faces(row, self.shares, now))
        return found

    def _paint_tick(self, painter: QPainter, cell: QRect, row: QueueRow, tokens: Tokens) -> None:
        box = QRectF(cell.center().x() - 8, cell.center().y() - 8, 16, 16)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if row.message_id in self.marked:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tokens.colour("accent"))
            painter.drawRoundedRect(box, 4, 4)
            pixmap = icon_pixmap("check", tokens.colour("on_accent"), 14)
            painter.drawPixmap(QPoint(int(box.x()) + 1, int(box.y()) + 1), pixmap)
        else:
            painter.setPen(QPen(tokens.colour("edge"), 1))
            painter.setBrush(tokens.colour("surface"))
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)


class BoardView(QListView):
    """Space marks, Enter opens, Ctrl+A marks all of the filter, digits and other keys go to `key_pressed`."""

    mark_asked = Signal(object)
    open_asked = Signal(object)
    all_asked = Signal()
    digit_pressed = Signal(str)
    tiles_asked = Signal()
    search_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("board-list")
        self.setAccessibleName(_("Messages of the cabinet"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setSelectionMode(QListView.SelectionMode.SingleSelection)

    def row_at(self, index: _AnyIndex) -> QueueRow | None:
        row = index.data(ROW_ROLE) if index.isValid() else None
        return row if isinstance(row, QueueRow) else None

    def current_row(self) -> QueueRow | None:
        return self.row_at(self.currentIndex())

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and _is_ours(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        bare = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        is_control = bare == Qt.KeyboardModifier.ControlModifier
        row = self.current_row()
        if is_control and event.key() == Qt.Key.Key_A:
            self.all_asked.emit()
        elif is_control and event.key() == Qt.Key.Key_F:
            self.search_asked.emit()
        elif event.key() == Qt.Key.Key_F3:
            self.tiles_asked.emit()
        elif bare == Qt.KeyboardModifier.NoModifier and event.text().isdigit():
            self.digit_pressed.emit(event.text())
        elif event.key() == Qt.Key.Key_Space and row is not None:
            self.mark_asked.emit(row)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and row is not None and not is_control:
            self.open_asked.emit(row)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        row = self.row_at(self.indexAt(event.position().toPoint()))
        if row is not None and event.position().x() < _BAR + _TICK:
            self.mark_asked.emit(row)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        row = self.row_at(self.indexAt(event.position().toPoint()))
        if row is not None and event.position().x() >= _BAR + _TICK:
            self.open_asked.emit(row)


class BoardHeader(QWidget):
    """The names of the columns, in the same places as the rows."""

    def __init__(self, view: BoardView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view = view
        self.setFixedHeight(QFontMetrics(type_font("caption")).height() + 12)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme().tokens
        painter = QPainter(self)
        painter.fillRect(self.rect(), tokens.colour("surface"))
        painter.fillRect(QRect(0, self.height() - 1, self.width(), 1), tokens.colour("divider"))
        at = columns_of(QRect(0, 0, self._view.viewport().width(), self.height()))
        ink = tokens.colour("text2").name()
        named = (
            (at.number, _("No.")),
            (at.topic, _("Topic")),
            (at.holder, _("With whom")),
            (at.deadline, _("Due")),
            (at.warned, _("Warned at")),
            (at.stages, _("Stages of the term")),
        )
        for place, name in named:
            if place.width():
                _words(painter, place, name, ink, type_font("caption"))
        painter.end()


def _is_ours(event: QKeyEvent) -> bool:
    """Keys that the window gives another meaning where a queue is shown."""
    if event.key() == Qt.Key.Key_F3:
        return True
    is_control = event.modifiers() == Qt.KeyboardModifier.ControlModifier
    return is_control and event.key() in (Qt.Key.Key_A, Qt.Key.Key_F)


def _paint_ground(
    painter: QPainter, rect: QRect, state: QStyle.StateFlag, tokens: Tokens, chip: DeadlineFace | None
) -> None:
    ground = "surface"
    if state & QStyle.StateFlag.State_Selected:
        ground = "selection"
    elif state & QStyle.StateFlag.State_MouseOver:
        ground = "hover"
    painter.fillRect(rect, tokens.colour(ground))
    painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), tokens.colour("divider"))
    if chip is not None:
        painter.fillRect(QRect(rect.left(), rect.top(), _BAR, rect.height() - 1), tokens.deadline(chip.state).edge)
    if state & QStyle.StateFlag.State_HasFocus:
        painter.setPen(QPen(tokens.colour("accent"), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(rect.adjusted(1, 1, -1, -2))


def _words(painter: QPainter, box: QRect, text: str, ink: str, font: QFont) -> None:
    if not text or box.width() <= 0:
        return
    painter.setFont(font)
    painter.setPen(ink)
    shown = QFontMetrics(font).elidedText(" ".join(text[:200].split()), Qt.TextElideMode.ElideRight, box.width())
    painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)


def _chip_font() -> QFont:
    made = type_font("caption")
    made.setWeight(QFont.Weight.DemiBold)
    return made
