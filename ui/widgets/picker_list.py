"""The list that drops from a picker: rows in columns, the header above them, the search over them."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QVBoxLayout, QWidget

from arm.i18n import _
from ui.keys import rank
from ui.theme import font as type_font
from ui.theme import theme
from ui.widgets.text import PlainLabel, show_if

_ROW = 32
_PAD = 12
_LEAST_NOTE = 60
_SHOWN = 200
_LINES = 9
ROW_ROLE = Qt.ItemDataRole.UserRole + 1
_AnyIndex = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class PickerRow:
    """One choice. The first column is its name; `search` holds more words to find it by.

    A row with `dimmed_reason` is shown dimmed and refuses with that reason; `note` stands in place of the columns.
    """

    key: object
    columns: tuple[str, ...]
    search: str = ""
    dimmed_reason: str = ""
    note: str = ""

    def sentence(self) -> str:
        return ", ".join(part for part in (*self.columns, self.note, self.dimmed_reason) if part)


class PickerModel(QAbstractListModel):
    """The rows that answer the query, best first; without a query all rows in their given order."""

    def __init__(self) -> None:
        super().__init__()
        self._all: tuple[PickerRow, ...] = ()
        self._shown: tuple[PickerRow, ...] = ()

    def set_rows(self, rows: tuple[PickerRow, ...], query: str) -> None:
        self._all = rows
        self.search(query)

    def all_rows(self) -> tuple[PickerRow, ...]:
        return self._all

    def search(self, query: str) -> None:
        self.beginResetModel()
        if not query.strip():
            self._shown = self._all[:_SHOWN]
        else:
            ranked = [
                (found, place)
                for place, row in enumerate(self._all)
                if (found := rank(query, " ".join((*row.columns[:1], row.search)))) is not None
            ]
            self._shown = tuple(self._all[place] for _found, place in sorted(ranked)[:_SHOWN])
        self.endResetModel()

    def row_at(self, place: int) -> PickerRow | None:
        return self._shown[place] if 0 <= place < len(self._shown) else None

    def first_open(self) -> int:
        """The place of the first row that may be picked, or 0."""
        return next((place for place, row in enumerate(self._shown) if not row.dimmed_reason), 0)

    def rowCount(self, parent: _AnyIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._shown)

    def data(self, index: _AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self.row_at(index.row())
        if row is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return row.columns[0]
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return row.sentence()
        return row if role == ROW_ROLE else None


def column_places(rect: QRect, widths: tuple[int, ...]) -> tuple[QRect, ...]:
    """The first column takes what the others leave."""
    places = []
    right = rect.right() + 1 - _PAD
    for width in reversed(widths[1:]):
        places.append(QRect(right - width, rect.top(), width, rect.height()))
        right -= width + 16
    first = QRect(rect.left() + _PAD, rect.top(), max(20, right - rect.left() - _PAD), rect.height())
    return (first, *reversed(places))


class PickerDelegate(QStyledItemDelegate):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.widths: tuple[int, ...] = ()

    def sizeHint(self, option: QStyleOptionViewItem, index: _AnyIndex) -> QSize:
        return QSize(200, row_height())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _AnyIndex) -> None:
        row = index.data(ROW_ROLE)
        if not isinstance(row, PickerRow):
            return
        tokens = theme().tokens
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        is_current = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        if is_current:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(tokens.colour("accent"), 1.5))
            painter.setBrush(tokens.colour("selection"))
            painter.drawRoundedRect(QRectF(rect).adjusted(3, 1, -3, -1), 5, 5)
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, tokens.colour("hover"))
        painter.setFont(type_font("body"))
        ink = "muted" if row.dimmed_reason else ("on_selection" if is_current else "text")
        rest = row.note or row.dimmed_reason
        places = column_places(rect, self.widths)
        metrics = QFontMetrics(type_font("body"))
        cells = [(text, box, bool(place)) for place, (text, box) in enumerate(zip(row.columns, places, strict=False))]
        if rest:
            left = rect.left() + _PAD + metrics.horizontalAdvance(row.columns[0]) + 20
            right = places[0].right() if len(row.columns) > 1 else rect.right() - _PAD
            if right - left >= _LEAST_NOTE:
                cells.append((rest, QRect(left, rect.top(), right - left, rect.height()), False))
        for place, (text, box, is_right) in enumerate(cells):
            painter.setPen(tokens.colour(ink if place == 0 else ("on_selection" if is_current else "text2")))
            side = Qt.AlignmentFlag.AlignRight if is_right else Qt.AlignmentFlag.AlignLeft
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width())
            painter.drawText(box, side | Qt.AlignmentFlag.AlignVCenter, shown)
        painter.restore()


class _Header(QWidget):
    def __init__(self, headers: tuple[str, ...]) -> None:
        super().__init__()
        self.headers = headers
        self.widths: tuple[int, ...] = ()
        self.setFixedHeight(QFontMetrics(type_font("caption")).height() + 10)
        show_if(self, any(headers))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(type_font("caption"))
        painter.setPen(theme().tokens.colour("muted"))
        for place, (text, box) in enumerate(zip(self.headers, column_places(self.rect(), self.widths), strict=False)):
            side = Qt.AlignmentFlag.AlignLeft if place == 0 else Qt.AlignmentFlag.AlignRight
            painter.drawText(box, side | Qt.AlignmentFlag.AlignVCenter, text)
        painter.end()


class PickerPopup(QFrame):
    """A panel over the window, not a window of its own: the caret stays in the line above it."""

    chosen = Signal(object)

    def __init__(self, headers: tuple[str, ...], parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("picker_popup")
        self.setProperty("surface", "card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.model = PickerModel()
        self.view = QListView()
        self.view.setModel(self.model)
        self._delegate = PickerDelegate(self.view)
        self.view.setItemDelegate(self._delegate)
        self.view.setUniformItemSizes(True)
        self.view.setMouseTracking(True)
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.setFrameShape(QFrame.Shape.NoFrame)
        self.view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setAccessibleName(_("Choices"))
        self.view.clicked.connect(self._on_view_clicked)
        self._header = _Header(headers)
        self._nothing = PlainLabel(_("Nothing found"), tone="muted")
        self._nothing.setContentsMargins(_PAD, 6, _PAD, 6)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 4, 1, 4)
        column.setSpacing(0)
        column.addWidget(self._header)
        column.addWidget(self.view)
        column.addWidget(self._nothing)
        self.hide()

    def fit(self, headers: tuple[str, ...]) -> None:
        """Measures the columns after the rows changed."""
        metrics = QFontMetrics(type_font("body"))
        count = max([len(headers), *(len(row.columns) for row in self.model.all_rows()[:_SHOWN])], default=1)
        widths = []
        for column in range(count):
            texts = [row.columns[column] for row in self.model.all_rows()[:_SHOWN] if column < len(row.columns)]
            heading = headers[column] if column < len(headers) else ""
            widest = max((metrics.horizontalAdvance(text) for text in texts), default=0)
            widths.append(max(widest, _heading_width(heading)) + 2)
        self._delegate.widths = self._header.widths = tuple(widths)

    def wanted_size(self, width: int) -> QSize:
        rows = self.model.rowCount()
        show_if(self._nothing, rows == 0)
        self.view.setVisible(rows > 0)
        widths = self._delegate.widths
        needed = sum(widths) + 16 * max(0, len(widths) - 1) + 2 * _PAD + 24
        height = (min(rows, _LINES) * row_height()) if rows else row_height()
        head = self._header.height() if not self._header.isHidden() else 0
        return QSize(max(width, min(needed, 760)), height + head + 10)

    def move_current(self, step: int) -> None:
        last = self.model.rowCount() - 1
        self.set_current(min(last, max(0, self.view.currentIndex().row() + step)))

    def set_current(self, place: int) -> None:
        self.view.setCurrentIndex(self.model.index(place))

    def current_row(self) -> PickerRow | None:
        return self.model.row_at(self.view.currentIndex().row())

    def _on_view_clicked(self, index: QModelIndex) -> None:
        self.chosen.emit(self.model.row_at(index.row()))


def row_height() -> int:
    return max(_ROW, QFontMetrics(type_font("body")).height() + 12)


def _heading_width(text: str) -> int:
    made: QFont = type_font("caption")
    return QFontMetrics(made).horizontalAdvance(text)
