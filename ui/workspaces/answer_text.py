"""The field an answer is written in: boxes to fill shown in amber, walked with Tab."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QTextEdit, QWidget

from arm.domain.answers import boxes
from ui.theme import theme
from ui.widgets import ComposeEdit


class AnswerText(ComposeEdit):
    """Plain text in reading size. Tab goes to the next unfilled box and selects it; without one it leaves the field."""

    def __init__(self, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self._paint_boxes)
        self.textChanged.connect(self._later.start)
        theme().themeChanged.connect(self._on_theme_changed)

    def text(self) -> str:
        return self.toPlainText()

    def set_text(self, text: str, caret: int = 0) -> None:
        """Another text, without a way back by undo; the caret counts in characters."""
        self.setPlainText(text)
        self.set_caret(caret)

    def caret(self) -> int:
        """The caret's place in characters of the text."""
        return from_units(self.text(), self.textCursor().position())

    def set_caret(self, place: int) -> None:
        text = self.text()
        cursor = self.textCursor()
        cursor.setPosition(to_units(text, min(max(place, 0), len(text))))
        self.setTextCursor(cursor)

    def select(self, position: int, length: int) -> None:
        """Selects characters of the text, as the check counts them."""
        text = self.text()
        cursor = self.textCursor()
        cursor.setPosition(to_units(text, position))
        cursor.setPosition(to_units(text, min(position + length, len(text))), QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)
        self.ensureCursorVisible()

    def insert_template(self, text: str) -> None:
        """At the caret, as one step of undo; then the first box inside it is selected."""
        cursor = self.textCursor()
        start = from_units(self.text(), cursor.selectionStart())
        cursor.beginEditBlock()
        cursor.insertText(text)
        cursor.endEditBlock()
        self.setTextCursor(cursor)
        inside = [found for found in boxes(self.text()) if found[0] >= start]
        if inside and inside[0][0] < start + len(text):
            self.select(*inside[0])

    def walk_boxes(self, *, forward: bool) -> bool:
        """Selects the next or the previous box; False where there is none that way."""
        text = self.text()
        cursor = self.textCursor()
        start, end = (from_units(text, place) for place in (cursor.selectionStart(), cursor.selectionEnd()))
        if forward:
            ahead = [found for found in boxes(text) if found[0] >= end]
            found = ahead[0] if ahead else None
        else:
            behind = [found for found in boxes(text) if sum(found) <= start]
            found = behind[-1] if behind else None
        if found is None or self.isReadOnly():
            return False
        self.select(*found)
        return True

    def focusNextPrevChild(self, forward: bool) -> bool:
        return self.walk_boxes(forward=forward) or super().focusNextPrevChild(forward)

    def _paint_boxes(self) -> None:
        text = self.text()
        tokens = theme().tokens
        look = QTextCharFormat()
        look.setBackground(QColor(tokens.colour("diff_removed")))
        look.setForeground(QColor(tokens.colour("text")))
        look.setUnderlineStyle(QTextCharFormat.UnderlineStyle.SingleUnderline)
        look.setUnderlineColor(QColor(tokens.colour("warn_edge")))
        marks = []
        for position, length in boxes(text):
            mark = QTextEdit.ExtraSelection()
            cursor = QTextCursor(self.document())
            cursor.setPosition(to_units(text, position))
            cursor.setPosition(to_units(text, position + length), QTextCursor.MoveMode.KeepAnchor)
            mark.cursor, mark.format = cursor, look
            marks.append(mark)
        self.setExtraSelections(marks)

    def _on_theme_changed(self, _tokens: object) -> None:
        self._later.start()


def to_units(text: str, place: int) -> int:
    """Qt counts UTF-16 units, Python characters: they differ where there are signs beyond the basic plane."""
    return place + sum(1 for sign in text[:place] if ord(sign) > 0xFFFF)


def from_units(text: str, units: int) -> int:
    place = 0
    while units > 0 and place < len(text):
        units -= 2 if ord(text[place]) > 0xFFFF else 1
        place += 1
    return place
