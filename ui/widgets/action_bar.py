"""The bar of decisions: buttons with their digits, the main one left, what does not fit under «Ещё»."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from arm.i18n import _
from ui.theme import set_icon, theme
from ui.widgets.buttons import Button
from ui.widgets.speech import announce
from ui.widgets.text import as_tooltip, repolish, show_if

_PAD = 12
_GAP = 8


@dataclass(frozen=True)
class ActionFace:
    """One decision. A dimmed one (`enabled` False) keeps its place and answers with `why_not`.

    `digit` is its fixed key in this workspace, `tooltip` the clause of the act, `shortcut_hint` replaces the digit
    in what is shown ("Ctrl+Enter").
    """

    key: object
    label: str
    icon_name: str = ""
    digit: str = ""
    enabled: bool = True
    why_not: str = ""
    primary: bool = False
    danger: bool = False
    tooltip: str = ""
    shortcut_hint: str = ""


class _ActionButton(Button):
    """A dimmed action stays focusable and clickable, so that it can say why it is dimmed."""

    def __init__(self, face: ActionFace) -> None:
        super().__init__(face.label, key_hint=face.shortcut_hint or face.digit)
        self.show_face(face)

    def show_face(self, face: ActionFace) -> None:
        kind = "primary" if face.primary else ("danger" if face.danger else "")
        self._icon_name = face.icon_name
        self._key_hint = face.shortcut_hint or face.digit
        self.setObjectName(f"action-{face.key}")
        self.set_verb(face.label)
        self.setProperty("dimmed", "false" if face.enabled else "true")
        self.set_kind(kind if face.enabled else "")
        if face.icon_name and not face.enabled:
            set_icon(self, face.icon_name, "disabled")
        parts = (face.label, face.tooltip) if face.enabled else (face.label, face.why_not)
        self.setToolTip(as_tooltip("\n".join(part for part in parts if part)))
        self.setAccessibleDescription(face.tooltip if face.enabled else face.why_not)
        repolish(self)


class ActionBar(QWidget):
    triggered = Signal(object)
    refused = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._faces: tuple[ActionFace, ...] = ()
        self._buttons: list[_ActionButton] = []
        self._listened: list[QWidget] = []
        self._menu = QMenu(self)
        self._more = Button(_("More"), "chevron-down", parent=self)
        self._more.clicked.connect(self._on_more_clicked)
        self._more.hide()
        self.setAccessibleName(_("Decisions"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_actions(self, faces: tuple[ActionFace, ...]) -> None:
        """Shows these decisions: the primary one first, then the others as given, dangerous ones never first."""
        ordered = _ordered(faces)
        if ordered == self._faces:
            return
        same_shape = [face.key for face in ordered] == [face.key for face in self._faces]
        self._faces = ordered
        if same_shape:
            for button, face in zip(self._buttons, ordered, strict=True):
                button.show_face(face)
        else:
            self._rebuild()
        self._arrange()

    def actions_shown(self) -> tuple[ActionFace, ...]:
        return self._faces

    def menu_actions(self) -> list[object]:
        """The keys of the decisions that stand under «Ещё» at this width."""
        return [action.property("armKey") for action in self._menu.actions()]

    def press_digit(self, digit: str) -> bool:
        """Does what the digit stands for, or says why not; False if no action has this digit."""
        for face in self._faces:
            if face.digit == digit:
                self._press(face)
                return True
        return False

    def press_primary(self) -> bool:
        """Does the main action, or says why not; False if there is none."""
        for face in self._faces:
            if face.primary:
                self._press(face)
                return True
        return False

    def listen(self, widget: QWidget) -> None:
        """Takes bare digits pressed while `widget` itself (a list, a card) has the focus."""
        self._listened.append(widget)
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            bare = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            if bare == Qt.KeyboardModifier.NoModifier and event.text().isdigit():
                # a key that is held down decides once, not on one message after another
                return event.isAutoRepeat() or self.press_digit(event.text())
        return False

    def sizeHint(self) -> QSize:
        widths = sum(button.sizeHint().width() + _GAP for button in self._buttons)
        return QSize(widths + 2 * _PAD, self._height())

    def minimumSizeHint(self) -> QSize:
        first = self._buttons[0].sizeHint().width() if self._buttons else 0
        return QSize(first + self._more.sizeHint().width() + 2 * _PAD + _GAP, self._height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self.updateGeometry()
            self._arrange()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme().tokens
        painter = QPainter(self)
        painter.fillRect(self.rect(), tokens.colour("surface"))
        painter.fillRect(QRect(0, 0, self.width(), 1), tokens.colour("divider"))
        painter.end()

    def _height(self) -> int:
        return self._more.sizeHint().height() + 14

    def _rebuild(self) -> None:
        for button in self._buttons:
            button.hide()
            button.deleteLater()
        self._buttons = []
        for face in self._faces:
            button = _ActionButton(face)
            button.setParent(self)
            button.clicked.connect(partial(self._on_button_clicked, face.key))
            button.ensurePolished()
            self._buttons.append(button)
        self.updateGeometry()

    def _arrange(self) -> None:
        """Lays the buttons out from the left; what does not fit goes under «Ещё» with its digit."""
        widths = [button.sizeHint().width() for button in self._buttons]
        room = self.width() - 2 * _PAD
        fitting = len(widths)
        if sum(widths) + _GAP * max(0, len(widths) - 1) > room:
            room -= self._more.sizeHint().width() + _GAP
            fitting, taken = 0, 0
            for width in widths:
                if taken + width > room and fitting > 0:
                    break
                taken += width + _GAP
                fitting += 1
        x = _PAD
        height = self._more.sizeHint().height()
        top = (self.height() - height) // 2 + 1
        for place, button in enumerate(self._buttons):
            button.setVisible(place < fitting)
            if place < fitting:
                button.setGeometry(x, top, widths[place], height)
                x += widths[place] + _GAP
        show_if(self._more, fitting < len(self._faces))
        self._more.setGeometry(x, top, self._more.sizeHint().width(), height)
        self._fill_menu(self._faces[fitting:])

    def _fill_menu(self, faces: tuple[ActionFace, ...]) -> None:
        self._menu.clear()
        for face in faces:
            hint = face.shortcut_hint or face.digit
            item = QAction(f"{face.label.replace('&', '&&')}\t{hint}", self._menu)
            if face.icon_name:
                set_icon(item, face.icon_name, "text" if face.enabled else "disabled")
            item.setProperty("armKey", face.key)
            item.setToolTip(as_tooltip(face.tooltip if face.enabled else face.why_not))
            item.triggered.connect(partial(self._on_button_clicked, face.key))
            self._menu.addAction(item)
        self._menu.setToolTipsVisible(True)

    def _press(self, face: ActionFace) -> None:
        if face.enabled:
            self.triggered.emit(face.key)
        else:
            reason = face.why_not or _("«{action}» is not possible now").format(action=face.label)
            announce(self, reason)
            self.refused.emit(reason)

    def _on_button_clicked(self, key: object, _checked: bool = False) -> None:
        for face in self._faces:
            if face.key == key:
                self._press(face)
                return

    def _on_more_clicked(self) -> None:
        size = self._menu.sizeHint()
        self._menu.popup(self._more.mapToGlobal(QPoint(0, -size.height() - 4)))


def _ordered(faces: tuple[ActionFace, ...]) -> tuple[ActionFace, ...]:
    """The primary one first, the rest as given; a dangerous one that would stand first goes last."""
    made = sorted(faces, key=_rest_after_primary)
    if len(made) > 1 and made[0].danger:
        made.append(made.pop(0))
    return tuple(made)


def _rest_after_primary(face: ActionFace) -> bool:
    return not face.primary
