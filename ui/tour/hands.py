"""Hands and eyes for a real window: find, press, type, click, read, and take its picture."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QEvent, QModelIndex, QPoint, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QPainter, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)


class NotThere(Exception):
    """A widget or a row that the step speaks of is not on the screen."""


def wake() -> None:
    """Gives the window the keys when the screen has given them to another one (or to none)."""
    if QApplication.activeWindow() is None and QApplication.activePopupWidget() is None:
        tops = [w for w in QApplication.topLevelWidgets() if w.isVisible() and w.isWindow()]
        if tops:
            QApplication.setActiveWindow(max(tops, key=lambda w: (w.isModal(), w.width() * w.height())))


def find(name: str) -> QWidget:
    """The visible widget of that object name, in a dialog or popup before the window; NotThere otherwise."""
    tops = [w for w in QApplication.topLevelWidgets() if w.isVisible()]
    tops.sort(key=lambda w: (w is not QApplication.activePopupWidget(), not w.isModal(), not w.isActiveWindow()))
    for top in tops:
        if top.objectName() == name:
            return top
        for one in top.findChildren(QWidget, name):
            if one.isVisible():
                return one
    raise NotThere(name)


def words(widget: QWidget) -> str:
    """All words that a person reads on a widget and its visible children, a line each."""
    found: list[str] = []
    for one in [widget, *widget.findChildren(QWidget)]:
        if one is not widget and not one.isVisibleTo(widget):
            continue
        found.extend(_own_words(one))
    return "\n".join(line for line in found if line)


def _own_words(widget: QWidget) -> list[str]:
    if isinstance(widget, QLabel | QLineEdit | QAbstractButton):
        return [widget.text(), widget.accessibleName()]
    if isinstance(widget, QPlainTextEdit | QTextEdit):
        return [widget.toPlainText()]
    if isinstance(widget, QAbstractItemView):
        return [_row_words(widget, index) for index in _rows(widget)]
    return [widget.accessibleName()]


def _rows(view: QAbstractItemView) -> list[QModelIndex]:
    model: QAbstractItemModel | None = view.model()
    found: list[QModelIndex] = []
    if model is None:
        return found
    wave = [model.index(row, 0) for row in range(min(model.rowCount(), 500))]
    while wave:
        one = wave.pop(0)
        found.append(one)
        wave = [model.index(row, 0, one) for row in range(min(model.rowCount(one), 200))] + wave
    return found


def _row_words(view: QAbstractItemView, index: QModelIndex) -> str:
    model = view.model()
    columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount(index.parent())
    cells = [index.siblingAtColumn(column) for column in range(columns)]
    roles = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)
    said = [str(model.data(cell, role) or "") for cell in cells for role in roles]
    return " ".join(word for word in said if word)


def _view(name: str) -> QAbstractItemView:
    widget = find(name)
    if isinstance(widget, QAbstractItemView):
        return widget
    inner = next((v for v in widget.findChildren(QAbstractItemView) if v.isVisible()), None)
    if inner is None:
        raise NotThere(name)
    return inner


def press(keys: str, name: str = "") -> None:
    """One key chord such as `Ctrl+Return`, to the named widget or to whatever has the focus."""
    chord = QKeySequence.fromString(keys)[0]  # type: ignore[index]  # the stubs lack indexing
    QTest.keyClick(_target(name), chord.key(), chord.keyboardModifiers())


def type_text(text: str, name: str = "") -> None:
    """Text as key presses, letter by letter (QTest.keyClicks aborts the process on Russian letters)."""
    target = _target(name)
    for letter in text:
        if letter == "\n":
            QTest.keyClick(target, Qt.Key.Key_Return)
            continue
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(target, QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, letter))


def _target(name: str) -> QWidget:
    if name:
        widget = find(name)
        widget.setFocus(Qt.FocusReason.OtherFocusReason)
        proxy = widget.focusProxy()
        return proxy if isinstance(proxy, QWidget) else widget
    target = QApplication.activePopupWidget() or QApplication.focusWidget() or QApplication.activeWindow()
    if target is None:
        raise NotThere("focus")
    return target


def click(name: str, row: str = "") -> None:
    """A left click on a widget's middle, or on what holds these words in it: a button or the row of a list.

    The name `menu` is the menu that is open.
    """
    if not row:
        widget = find(name)
        if not widget.isEnabled():
            raise NotThere(f"{name} (disabled)")
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, widget.rect().center())
        return
    if name == "menu":
        _choose(row)
        return
    button = _button(name, row)
    if button is not None:
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        return
    view = _view(name)
    for index in _rows(view):
        if row in _row_words(view, index):
            view.scrollTo(index)
            spot = view.visualRect(index).center()
            QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, spot)
            return
    raise NotThere(f"{name}: {row}")


def _choose(said: str) -> None:
    """A click on the line of the open menu that holds these words."""
    menu = QApplication.activePopupWidget()
    if not isinstance(menu, QMenu):
        raise NotThere("menu")
    for action in menu.actions():
        if action.isEnabled() and said in action.text():
            spot = menu.actionGeometry(action).center()
            QTest.mouseClick(menu, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, spot)
            return
    raise NotThere(f"menu: {said}")


def _button(name: str, said: str) -> QAbstractButton | None:
    """The enabled button with these words among the children of that widget."""
    inside = find(name).findChildren(QAbstractButton)
    seen = (one for one in inside if one.isVisible() and one.isEnabled())
    return next((one for one in seen if said in (one.text().strip(), one.accessibleName())), None)


def picture() -> QPixmap:
    """The main window with the dialogs and popups that stand over it."""
    tops = [w for w in QApplication.topLevelWidgets() if w.isVisible() and w.width() > 1]
    if not tops:
        raise NotThere("window")
    base = max(tops, key=lambda w: w.width() * w.height())
    sheet = base.grab()
    painter = QPainter(sheet)
    for one in tops:
        if one is not base:
            at = one.mapToGlobal(QPoint(0, 0)) - base.mapToGlobal(QPoint(0, 0))
            painter.drawPixmap(at, one.grab())
    painter.end()
    return sheet
