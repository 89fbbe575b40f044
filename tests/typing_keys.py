"""Typing of any text into a widget: pytest-qt's keyClicks aborts the interpreter on Cyrillic."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget


def type_text(widget: QWidget, text: str) -> None:
    """Send `text` character by character as key events, a line break as Return."""
    for character in text:
        key, character = (Qt.Key.Key_Return, "\r") if character == "\n" else (Qt.Key(0), character)
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(widget, QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, character))
