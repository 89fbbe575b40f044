"""Keys that work in every keyboard layout: the layout filter, bindings for both Enter keys, layout-blind search."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import QEvent, QKeyCombination, QObject, Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QComboBox, QLineEdit, QPlainTextEdit, QTextEdit, QWidget
from shiboken6 import isValid

_CYRILLIC = "йцукенгшщзхъфывапролджэячсмитьбюё"
_LATIN = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
_TO_LATIN = str.maketrans(_CYRILLIC + _CYRILLIC.upper(), _LATIN + _LATIN.upper())
_TO_CYRILLIC = str.maketrans(_LATIN + _LATIN.upper(), _CYRILLIC + _CYRILLIC.upper())
_TEXT_WIDGETS = (QLineEdit, QPlainTextEdit, QTextEdit, QAbstractSpinBox)


def to_latin(text: str) -> str:
    """The same keys pressed with a Latin layout: «просмотр» gives ghjcvjnh."""
    return text.translate(_TO_LATIN)


def to_cyrillic(text: str) -> str:
    """The same keys pressed with the Russian layout: ghjcvjnh gives «просмотр»."""
    return text.translate(_TO_CYRILLIC)


def fold(text: str) -> str:
    """Text for comparing: no capitals, ё as е, no-break spaces as spaces."""
    return text.casefold().replace("ё", "е").replace("\u00a0", " ")


def rank(query: str, text: str) -> int | None:
    """How well `text` answers `query`: 0 begins with it, 1 a word begins with it, 2 it is inside, None not at all.

    The query is tried as typed and as if typed in the other layout; its words may come in any order.
    """
    inside = fold(text)
    best: int | None = None
    for asked in {fold(query), fold(to_cyrillic(query)), fold(to_latin(query))}:
        words = asked.split()
        if not all(word in inside for word in words):
            continue
        if inside.startswith(asked.strip()):
            return 0
        found = 1 if all(f" {word}" in f" {inside}" for word in words) else 2
        best = found if best is None else min(best, found)
    return best


def matches(query: str, text: str) -> bool:
    return rank(query, text) is not None


def bind(
    widget: QWidget,
    sequence: str | QKeySequence,
    slot: Callable[[], object],
    *,
    context: Qt.ShortcutContext = Qt.ShortcutContext.WidgetWithChildrenShortcut,
) -> tuple[QShortcut, ...]:
    """Binds a key to a slot; a sequence with Return is bound with the Enter of the keypad as well."""
    first = QKeySequence(sequence)
    sequences = [first]
    text = first.toString(QKeySequence.SequenceFormat.PortableText)
    for one, other in (("Return", "Enter"), ("Enter", "Return")):
        if text.endswith(one):
            sequences.append(QKeySequence(text[: -len(one)] + other))
    made = []
    for each in sequences:
        shortcut = QShortcut(each, widget)
        shortcut.setContext(context)
        shortcut.activated.connect(slot)
        made.append(shortcut)
    return tuple(made)


class LayoutFilter(QObject):
    """Gives Cyrillic keys the work of the Latin keys in the same place.

    With a Russian layout alone every Ctrl+letter is dead in Qt. The filter sits on whatever widget has the focus,
    turns such a key into the Latin one and sends it on: first to shortcuts, then to the widget. Letters typed
    into a text are never touched.
    """

    def __init__(self, app: QGuiApplication) -> None:
        super().__init__(app)
        self._watched: QObject | None = None
        app.focusObjectChanged.connect(self._on_app_focus_object_changed)
        self._watch(app.focusObject())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if not isinstance(watched, QWidget):
            return False
        latin = _latin_key(event)
        if latin is None or not _is_command(watched, event.modifiers()):
            return False
        return _send_on(watched, event, latin)

    def _watch(self, target: QObject | None) -> None:
        if self._watched is not None and isValid(self._watched):
            self._watched.removeEventFilter(self)
        self._watched = target
        if target is not None:
            target.installEventFilter(self)

    def _on_app_focus_object_changed(self, target: QObject | None) -> None:
        self._watch(target)


def install_layout_filter(app: QGuiApplication) -> LayoutFilter:
    """Puts the layout filter to work for the whole application."""
    return LayoutFilter(app)


def _latin_key(event: QKeyEvent) -> Qt.Key | None:
    code = event.key()
    letter = chr(code) if 0x400 <= code <= 0x4FF else ""
    latin = to_latin(letter.lower()) if letter else ""
    return Qt.Key(ord(latin.upper())) if latin and latin != letter.lower() else None


def _is_command(widget: QWidget, modifiers: Qt.KeyboardModifier) -> bool:
    """Ctrl with a letter is one, unless Alt is down (AltGr types); a bare letter only where nobody types."""
    if modifiers & (Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier):
        return False
    if modifiers & Qt.KeyboardModifier.ControlModifier:
        return True
    takes_text = isinstance(widget, _TEXT_WIDGETS) or (isinstance(widget, QComboBox) and widget.isEditable())
    return not takes_text and not widget.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)


def _send_on(widget: QWidget, event: QKeyEvent, latin: Qt.Key) -> bool:
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    override = QKeyEvent(QEvent.Type.ShortcutOverride, latin, modifiers, to_latin(event.text()))
    override.ignore()
    QApplication.sendEvent(widget, override)
    if not override.isAccepted():
        found = _shortcut_for(widget, QKeySequence(QKeyCombination(modifiers, latin)))
        if isinstance(found, QAction):
            found.trigger()
            return True
        if found is not None:
            found.activated.emit()
            return True
    again = QKeyEvent(
        QEvent.Type.KeyPress, latin, modifiers, to_latin(event.text()), event.isAutoRepeat(), event.count()
    )
    QApplication.sendEvent(widget, again)
    return True


def _shortcut_for(focus: QWidget, sequence: QKeySequence) -> QShortcut | QAction | None:
    """The enabled shortcut or action that this key would fire with `focus` focused; the nearest one wins."""
    best: tuple[int, QShortcut | QAction] | None = None
    for near, candidate in _candidates(focus, sequence):
        if best is None or near < best[0]:
            best = (near, candidate)
    return best[1] if best is not None else None


def _candidates(focus: QWidget, sequence: QKeySequence) -> Iterator[tuple[int, QShortcut | QAction]]:
    window = focus.window()
    roots = [window, *(top for top in QApplication.topLevelWidgets() if top is not window)]
    for root in roots:
        for shortcut in root.findChildren(QShortcut):
            owner = shortcut.parent()
            keys = list(shortcut.keys())
            if shortcut.isEnabled() and sequence in keys and isinstance(owner, QWidget):
                near = _nearness(focus, owner, shortcut.context())
                if near is not None:
                    yield near, shortcut
        for action in root.findChildren(QAction):
            if not action.isEnabled() or sequence not in action.shortcuts():
                continue
            for owner in action.associatedObjects():
                near = _nearness(focus, owner, action.shortcutContext()) if isinstance(owner, QWidget) else None
                if near is not None:
                    yield near, action


def _nearness(focus: QWidget, owner: QWidget, context: Qt.ShortcutContext) -> int | None:
    if not owner.isVisible() or not owner.isEnabled():
        return None
    if owner is focus and context != Qt.ShortcutContext.ApplicationShortcut:
        return 0
    if context == Qt.ShortcutContext.WidgetWithChildrenShortcut and owner.isAncestorOf(focus):
        return 1
    if context == Qt.ShortcutContext.WindowShortcut and owner.window() is focus.window():
        return 2
    return 3 if context == Qt.ShortcutContext.ApplicationShortcut else None
