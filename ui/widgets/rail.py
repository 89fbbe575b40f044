"""The rail: the workspaces of the user at the left edge, each with icon, name, key and counter."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from arm.i18n import _, ngettext
from ui.keys import bind
from ui.theme import font as type_font
from ui.theme import icon_pixmap, theme
from ui.widgets.text import as_tooltip

_ICON = 22


@dataclass(frozen=True)
class RailFace:
    """One workspace; `number` is its fixed key (Alt+number), `count` what waits for the user's action.

    With `is_named` the label itself says what is counted.
    """

    key: object
    label: str
    icon_name: str
    number: int
    count: int = 0
    overdue: bool = False
    is_named: bool = False


class _RailButton(QAbstractButton):
    """Icon, label beneath, counter at the icon; a bar at the left when it is the current one."""

    def __init__(self, face: RailFace, *, is_small: bool, parent: QWidget) -> None:
        super().__init__(parent)
        self.face = face
        self._is_small = is_small
        self._is_hovered = False
        self.setCheckable(not is_small)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.show_face(face)

    def show_face(self, face: RailFace) -> None:
        self.face = face
        words = face.label
        if face.count and not face.is_named:
            waiting = ngettext("{count} message waits", "{count} messages wait", face.count)
            words = f"{words}, {waiting.format(count=face.count)}"
        if face.overdue:
            words = f"{words}, {_('some are overdue')}"
        self.setAccessibleName(words)
        self.setToolTip(as_tooltip(f"{words} (Alt+{face.number})" if face.number else words))
        self.update()

    def sizeHint(self) -> QSize:
        label = QFontMetrics(type_font("caption")).height()
        return QSize(rail_width(), 40 if self._is_small else _ICON + label + 22)

    def enterEvent(self, event: QEnterEvent) -> None:
        self._is_hovered = True
        self.update()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._is_hovered = False
        self.update()
        super().leaveEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme().tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(1.0 if self.isEnabled() else 0.4)
        box = QRectF(self.rect()).adjusted(6, 2, -6, -2)
        painter.setPen(Qt.PenStyle.NoPen)
        if self.isChecked() or self._is_hovered:
            painter.setBrush(tokens.colour("rail_current" if self.isChecked() else "rail_hover"))
            painter.drawRoundedRect(box, 8, 8)
        if self.isChecked():
            painter.setBrush(tokens.colour("rail_mark"))
            painter.drawRoundedRect(QRectF(0, box.top() + 8, 3, box.height() - 16), 1.5, 1.5)
        ink = tokens.colour("rail_text")
        top = (self.height() - _ICON) // 2 if self._is_small else 9
        left = (self.width() - _ICON - self._pill_overhang()) // 2
        painter.drawPixmap(left, top, icon_pixmap(self.face.icon_name, ink, _ICON))
        if not self._is_small:
            painter.setFont(type_font("caption"))
            painter.setPen(ink)
            words = QRect(3, top + _ICON, self.width() - 6, self.height() - top - _ICON - 5)
            shown = painter.fontMetrics().elidedText(self.face.label, Qt.TextElideMode.ElideRight, words.width())
            painter.drawText(words, Qt.AlignmentFlag.AlignCenter, shown)
        self._paint_count(painter, left + _ICON - 7, top - 4)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(tokens.colour("rail_mark"), 2))
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 7, 7)
        painter.end()

    def _paint_count(self, painter: QPainter, left: int, top: int) -> None:
        """The counter; a square in it says that something is overdue."""
        tokens = theme().tokens
        width = self._pill_width()
        if not width:
            return
        square = 10 if self.face.overdue else 0
        pill = QRectF(min(left, self.width() - width - 3), top, width, 17)
        painter.setPen(QPen(tokens.colour("rail"), 2))
        painter.setBrush(tokens.colour("rail_count"))
        painter.drawRoundedRect(pill.adjusted(-1, -1, 1, 1), 9.5, 9.5)
        if square:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tokens.colour("overdue_mark"))
            painter.drawRect(QRectF(pill.left() + 5, pill.top() + 5, 7, 7))
        painter.setFont(_count_font())
        painter.setPen(tokens.colour("on_rail_count"))
        painter.drawText(pill.adjusted(square, 0, 0, 0), Qt.AlignmentFlag.AlignCenter, self._count_text())

    def _count_text(self) -> str:
        if not self.face.count:
            return ""
        return str(self.face.count) if self.face.count < 1000 else "999+"

    def _pill_width(self) -> int:
        if not self.face.count and not self.face.overdue:
            return 0
        square = 10 if self.face.overdue else 0
        return max(17, QFontMetrics(_count_font()).horizontalAdvance(self._count_text()) + 10 + square)

    def _pill_overhang(self) -> int:
        """How far the counter sticks out beside the icon: both together stand in the middle."""
        return max(0, self._pill_width() - 7)


class Rail(QWidget):
    """Alt+number chooses a workspace from anywhere in the window."""

    chosen = Signal(object)
    bottom_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons: dict[object, _RailButton] = {}
        self._small: dict[object, _RailButton] = {}
        self._current: object = None
        self.setAccessibleName(_("Workspaces"))
        self.setFixedWidth(rail_width())
        self._top = QVBoxLayout()
        self._top.setSpacing(0)
        self._bottom = QVBoxLayout()
        self._bottom.setSpacing(0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 8)
        column.setSpacing(0)
        column.addLayout(self._top)
        column.addStretch(1)
        column.addLayout(self._bottom)
        for number in range(1, 10):
            bind(self, f"Alt+{number}", partial(self.press, number), context=Qt.ShortcutContext.WindowShortcut)

    def set_spaces(self, spaces: tuple[RailFace, ...]) -> None:
        """The workspaces in order; with the same keys only counters change and the focus stays."""
        if [face.key for face in spaces] == list(self._buttons):
            for face in spaces:
                self._buttons[face.key].show_face(face)
            return
        for button in self._buttons.values():
            self._top.removeWidget(button)
            button.deleteLater()
        self._buttons = {}
        for face in spaces:
            button = _RailButton(face, is_small=False, parent=self)
            button.clicked.connect(partial(self._on_button_clicked, face.key))
            self._top.addWidget(button)
            self._buttons[face.key] = button
        self.set_current(self._current)

    def set_current(self, key: object) -> None:
        self._current = key
        for each, button in self._buttons.items():
            button.setChecked(each == key)

    def current(self) -> object:
        return self._current

    def press(self, number: int) -> bool:
        """Chooses the workspace with this number; False if the user has none such."""
        for key, button in self._buttons.items():
            if button.face.number == number:
                self._on_button_clicked(key)
                return True
        return False

    def add_bottom(self, icon_name: str, name: str, key: object) -> None:
        """Adds a small button (theme, help, account) below."""
        button = _RailButton(RailFace(key, name, icon_name, 0), is_small=True, parent=self)
        button.clicked.connect(partial(self._on_bottom_clicked, key))
        self._bottom.addWidget(button)
        self._small[key] = button

    def set_bottom_face(self, face: RailFace) -> None:
        """Another name or a counter for one of the small buttons."""
        if self._small[face.key].face != face:
            self._small[face.key].show_face(face)

    def bottom_face(self, key: object) -> RailFace:
        return self._small[key].face

    def sizeHint(self) -> QSize:
        return QSize(rail_width(), 400)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme().tokens.colour("rail"))
        painter.end()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.ApplicationFontChange):
            self.setFixedWidth(rail_width())

    def _on_button_clicked(self, key: object, _checked: bool = False) -> None:
        self.set_current(key)
        self.chosen.emit(key)

    def _on_bottom_clicked(self, key: object, _checked: bool = False) -> None:
        self.bottom_chosen.emit(key)


def _count_font() -> QFont:
    made = type_font("caption")
    made.setPointSizeF(made.pointSizeF() * 0.92)
    made.setWeight(QFont.Weight.DemiBold)
    return made


def rail_width() -> int:
    """Wide enough for the longest usual name, at every font size."""
    return max(76, QFontMetrics(type_font("caption")).horizontalAdvance("Координация") + 10)
