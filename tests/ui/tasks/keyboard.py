"""Hands on a keyboard: keys that lie in a place, whatever letters a layout gives them, counted as ux.md §4.1 counts.

An operation is one chord; the letters of a filter are counted beside; what is said to the citizen is not counted.
"""

from __future__ import annotations

import os
import subprocess
from typing import Protocol

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QKeySequence, QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.typing_keys import type_text
from ui.keys import to_latin

BY_XTEST = "ARM_TASKS_LAYOUT"
"""Set for a run under an X server of its own: the layout that setxkbmap has given it, the active one first."""
_LATIN_PLACES = {"us": True, "ru,us": False, "ru": False}
_ROWS = ("1234567890", "йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю")
_FIRST_CODES = (10, 24, 38, 52)
_CODES = {letter: code + at for row, code in zip(_ROWS, _FIRST_CODES, strict=True) for at, letter in enumerate(row)}
_CODES |= {to_latin(letter): code for letter, code in _CODES.items()} | {" ": 65, "ё": 49, "-": 20}
_NAMED = {"Esc": 9, "Tab": 23, "Return": 36, "Ins": 118, "Down": 116, "Up": 111, "Home": 110, "Space": 65}
_NAMED |= {f"F{at}": 66 + at for at in range(1, 11)}
_MODIFIERS = {"Ctrl": 37, "Shift": 50, "Alt": 64}


class Strokes(Protocol):
    """How keys reach the window."""

    def press(self, chord: str) -> None: ...

    def type(self, text: str) -> None: ...


class Counted:
    """What was done so far: chords, letters of filters, presses of the mouse anywhere in the program."""

    def __init__(self, strokes: Strokes) -> None:
        self._strokes = strokes
        self.ops = self.letters = 0
        self._mouse = MouseWatch()

    @property
    def mouse(self) -> int:
        return self._mouse.presses

    def press(self, *chords: str) -> None:
        for chord in chords:
            self.ops += 1
            self._strokes.press(chord)

    def find(self, letters: str) -> None:
        """Letters that look for something, as the keys of the Russian layout lie."""
        self.letters += len(letters)
        self._strokes.type(letters)

    def say(self, text: str) -> None:
        """What would be typed in any program: a text, a name, a phone."""
        self._strokes.type(text)

    def forget(self) -> None:
        self.ops = self.letters = 0

    def close(self) -> None:
        """Nothing goes on watching the program: every event of every later test would pass through here."""
        app = QApplication.instance()
        assert app is not None
        app.removeEventFilter(self._mouse)
        if isinstance(self._strokes, QObject):
            app.removeEventFilter(self._strokes)


class MouseWatch(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.presses = 0
        app = QApplication.instance()
        assert app is not None
        app.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.presses += event.type() == QEvent.Type.MouseButtonPress and event.spontaneous()
        return False


class SentStrokes:
    """Key events made here and sent to whatever has the focus, with the letters that the layout gives."""

    def __init__(self, layout: str) -> None:
        self._is_latin = _LATIN_PLACES[layout]

    def press(self, chord: str) -> None:
        keys = QKeySequence(chord)[0]
        QTest.keyClick(_focus(), keys.key(), keys.keyboardModifiers())

    def type(self, text: str) -> None:
        for letter in text:
            type_text(_focus(), to_latin(letter) if self._is_latin else letter)


class RealStrokes(QObject):
    """XTEST events of the X server: the keys go the way that a keyboard's go, layout and all."""

    def __init__(self, qtbot: QtBot) -> None:
        super().__init__()
        self._qtbot = qtbot
        self._released = 0
        app = QApplication.instance()
        assert app is not None
        app.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyRelease and isinstance(watched, QWindow):
            self._released += 1
        return False

    def press(self, chord: str) -> None:
        *modifiers, name = chord.split("+")
        code = _NAMED.get(name) or _CODES[name.casefold()]
        self._send([_MODIFIERS[one] for one in modifiers], code)

    def type(self, text: str) -> None:
        for letter in text:
            shift = [_MODIFIERS["Shift"]] if letter.isupper() else []
            self._send(shift, _CODES[letter.casefold()])

    def _send(self, held: list[int], code: int) -> None:
        _focus().window().activateWindow()
        wanted = self._released + len(held) + 1
        down = [part for one in held for part in ("keydown", str(one))]
        up = [part for one in reversed(held) for part in ("keyup", str(one))]
        subprocess.run(["xdotool", *down, "key", str(code), *up], check=True)
        self._qtbot.waitUntil(lambda: self._released >= wanted)


def strokes_of(qtbot: QtBot, layout: str) -> Strokes:
    return RealStrokes(qtbot) if os.environ.get(BY_XTEST) else SentStrokes(layout)


def _focus() -> QWidget:
    target = QApplication.focusWidget() or QApplication.activeWindow()
    assert target is not None
    return target
