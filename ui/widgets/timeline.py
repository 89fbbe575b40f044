"""The course of a message: when, who, what, in the order it happened."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QGuiApplication, QKeyEvent, QKeySequence, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from arm.i18n import _
from ui.theme import font as type_font
from ui.theme import theme

_ROLE = Qt.ItemDataRole.UserRole + 1
_DOT = 20
_PAD = 8
_WRAP = int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
_TONES = {"text": "edge", "accent": "accent", "warn": "warn_edge", "danger": "danger", "ok": "ok_ink"}
_AnyIndex = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class TimelineEntry:
    """One event in words; tones: text, accent, warn, danger, ok. An entry with a key can be opened."""

    when: str
    who: str
    what: str
    detail: str = ""
    tone: str = "text"
    key: object = None

    def sentence(self) -> str:
        return ". ".join(part for part in (f"{self.when} {self.what}", self.who, self.detail) if part)


class _Model(QAbstractListModel):
    def __init__(self) -> None:
        super().__init__()
        self.entries: tuple[TimelineEntry, ...] = ()

    def put(self, entries: tuple[TimelineEntry, ...]) -> None:
        self.beginResetModel()
        self.entries = entries
        self.endResetModel()

    def rowCount(self, parent: _AnyIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.entries)

    def data(self, index: _AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or not 0 <= index.row() < len(self.entries):
            return None
        entry = self.entries[index.row()]
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.DisplayRole):
            return entry.sentence()
        return entry if role == _ROLE else None


class _Delegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: _AnyIndex) -> QSize:
        view = self.parent()
        width = view.viewport().width() if isinstance(view, QListView) else 300
        boxes = _boxes(index.data(_ROLE), QRect(0, 0, width, 0))
        return QSize(width, boxes[-1].bottom() + 1 + _PAD)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _AnyIndex) -> None:
        entry = index.data(_ROLE)
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        tokens = theme().tokens
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(tokens.colour("accent"), 2))
            painter.drawRoundedRect(QRectF(rect).adjusted(2, 2, -2, -2), 5, 5)
        when, what, detail = _boxes(entry, rect)
        middle = when.top() + QFontMetrics(type_font("caption")).height() / 2
        x = rect.left() + _PAD + 6
        painter.setPen(QPen(tokens.colour("divider"), 2))
        rows = index.model().rowCount()
        painter.drawLine(x, rect.top() if index.row() else round(middle), x, round(middle))
        if index.row() < rows - 1:
            painter.drawLine(x, round(middle), x, rect.bottom() + 1)
        painter.setPen(QPen(tokens.colour("surface"), 2))
        painter.setBrush(tokens.colour(_TONES[entry.tone]))
        painter.drawEllipse(QRectF(x - 5, middle - 5, 10, 10))
        painter.setFont(type_font("caption"))
        painter.setPen(tokens.colour("muted"))
        line = "  ·  ".join(part for part in (entry.when, entry.who) if part)
        painter.drawText(when, Qt.AlignmentFlag.AlignLeft, _elided(line, when.width()))
        painter.setFont(type_font("body"))
        painter.setPen(tokens.colour("text"))
        painter.drawText(what, _WRAP, entry.what)
        if entry.detail:
            painter.setPen(tokens.colour("text2"))
            painter.drawText(detail, _WRAP, entry.detail)
        painter.restore()


def _elided(text: str, width: int) -> str:
    return QFontMetrics(type_font("caption")).elidedText(text, Qt.TextElideMode.ElideRight, width)


def _boxes(entry: TimelineEntry, rect: QRect) -> tuple[QRect, QRect, QRect]:
    """The places of time and person, of what happened, and of the detail."""
    left = rect.left() + _PAD + _DOT
    width = max(60, rect.right() - left - _PAD)
    metrics = QFontMetrics(type_font("body"))
    small = QFontMetrics(type_font("caption"))
    when = QRect(left, rect.top() + _PAD - 2, width, small.height())
    what = metrics.boundingRect(QRect(left, when.bottom() + 2, width, 10_000), _WRAP, entry.what)
    if not entry.detail:
        return when, what, QRect(left, what.bottom() + 1, width, 0)
    detail = metrics.boundingRect(QRect(left, what.bottom() + 2, width, 10_000), _WRAP, entry.detail)
    return when, what, detail


class Timeline(QListView):
    """Plain text only; Ctrl+C copies the entry in focus, Enter opens one that has a key."""

    opened = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = _Model()
        self.setModel(self._model)
        self.setItemDelegate(_Delegate(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QListView.SelectionMode.SingleSelection)
        self.setAccessibleName(_("Course of the message"))
        self.activated.connect(self._on_activated)

    def set_entries(self, entries: tuple[TimelineEntry, ...]) -> None:
        if entries != self._model.entries:
            self._model.put(entries)

    def entries(self) -> tuple[TimelineEntry, ...]:
        return self._model.entries

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy) and self.currentIndex().isValid():
            QGuiApplication.clipboard().setText(str(self.currentIndex().data()))
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()

    def _on_activated(self, index: QModelIndex) -> None:
        entry = index.data(_ROLE)
        if isinstance(entry, TimelineEntry) and entry.key is not None:
            self.opened.emit(entry.key)
