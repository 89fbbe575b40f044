"""Tiles over the control board: how many messages stand at each level; a tile is a filter."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from arm.desk.values import Filter
from arm.i18n import _
from ui.formats import count
from ui.theme import font as type_font
from ui.theme import theme
from ui.widgets import DeadlineState, paint_state_shape
from ui.wording import filter_name

STATES = {
    Filter.OVER: DeadlineState.OVER,
    Filter.STAGE_OVER: DeadlineState.STAGE_OVER,
    Filter.NEAR: DeadlineState.SOON,
    Filter.CALM: DeadlineState.OK,
    Filter.POSTPONED: DeadlineState.PAUSED,
    Filter.DONE: DeadlineState.DONE,
}
ORDER = (Filter.OVER, Filter.STAGE_OVER, Filter.NEAR, Filter.CALM, Filter.POSTPONED, Filter.DONE, Filter.ALL)
NARROW = 142


class Tiles(QWidget):
    """One tile is down. With the focus in them, digits and arrows choose; `left` when a choice was made by key."""

    chosen = Signal(object)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("board-tiles")
        self.setAccessibleName(_("Filters by level"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self._tiles: dict[Filter, _Tile] = {}
        for place, one in enumerate(ORDER, 1):
            tile = _Tile(one, place)
            tile.clicked.connect(partial(self._on_tile_clicked, one))
            row.addWidget(tile)
            self._tiles[one] = tile

    def set_counts(self, counts: dict[Filter, int]) -> None:
        for one, tile in self._tiles.items():
            tile.set_count(counts.get(one))

    def set_current(self, chosen: Filter) -> None:
        for one, tile in self._tiles.items():
            tile.setChecked(one is chosen)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_narrow = self.width() // len(ORDER) < NARROW
        for tile in self._tiles.values():
            tile.set_lines(2 if is_narrow else 1)

    def focus_current(self) -> None:
        down = next((tile for tile in self._tiles.values() if tile.isChecked()), None)
        (down or self._tiles[Filter.ALL]).setFocus(Qt.FocusReason.ShortcutFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        at = next((place for place, one in enumerate(ORDER) if self._tiles[one].hasFocus()), None)
        if step and at is not None:
            self._tiles[ORDER[(at + step) % len(ORDER)]].setFocus(Qt.FocusReason.TabFocusReason)
        elif event.text().isdigit() and 1 <= int(event.text()) <= len(ORDER):
            self._on_tile_clicked(ORDER[int(event.text()) - 1])
            self.left.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and at is not None:
            self._on_tile_clicked(ORDER[at])
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _on_tile_clicked(self, one: Filter, _checked: bool = False) -> None:
        self.set_current(one)
        self.chosen.emit(one)


class _Tile(QPushButton):
    """A number in large type, the level's shape and its words; pressed in, it has the accent's edge."""

    def __init__(self, one: Filter, place: int) -> None:
        super().__init__()
        self._filter = one
        self._place = place
        self._count: int | None = None
        self._lines = 1
        self.setObjectName(f"tile-{one.value}")
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._name()

    def set_count(self, number: int | None) -> None:
        if number != self._count:
            self._count = number
            self._name()
            self.update()

    def set_lines(self, lines: int) -> None:
        """Where it is narrow the words take two lines."""
        if lines != self._lines:
            self._lines = lines
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        words_height = QFontMetrics(type_font("caption")).height() * self._lines
        height = QFontMetrics(type_font("tile")).height() + words_height + 18
        return QSize(130, height)

    def minimumSizeHint(self) -> QSize:
        return QSize(84, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme().tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        state = STATES.get(self._filter)
        edge = tokens.deadline(state).edge if state is not None else tokens.colour("edge")
        ground = "selection" if self.isChecked() else "hover" if self.underMouse() else "surface"
        frame = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        is_strong = self.isChecked() or self.hasFocus()
        painter.setPen(QPen(tokens.colour("accent" if is_strong else "divider"), 2 if is_strong else 1))
        painter.setBrush(tokens.colour(ground))
        painter.drawRoundedRect(frame, 8, 8)
        large, small = type_font("tile"), type_font("caption")
        words_height = QFontMetrics(small).height() * self._lines
        number = "…" if self._count is None else count(self._count)
        top = QRect(14, 5, self.width() - 22, self.height() - words_height - 12)
        painter.setFont(large)
        is_urgent = bool(self._count) and self._filter in (Filter.OVER, Filter.STAGE_OVER)
        painter.setPen(edge if is_urgent else tokens.colour("text"))
        painter.drawText(top, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, number)
        line = QRect(14, self.height() - words_height - 9, self.width() - 22, words_height + 2)
        left = line.left()
        if state is not None:
            first = line.top() + words_height / self._lines / 2
            paint_state_shape(painter, QRectF(left, first - 4, 9, 9), state, edge)
            left += 15
        painter.setFont(small)
        painter.setPen(tokens.colour("text2"))
        box = QRect(left, line.top(), line.right() - left, line.height())
        if self._lines > 1:
            flags = int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
            painter.drawText(box, flags, self._words())
        else:
            said = QFontMetrics(small).elidedText(self._words(), Qt.TextElideMode.ElideRight, box.width())
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, said)
        painter.end()

    def _words(self) -> str:
        return _("All open") if self._filter is Filter.ALL else filter_name(self._filter)

    def _name(self) -> None:
        number = "" if self._count is None else count(self._count)
        self.setAccessibleName(f"{self._words()}: {number}")
        self.setToolTip(f"{self._words()} (F3, {self._place})")
