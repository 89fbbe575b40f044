"""A text to be read: plain, in reading size, with air between the lines."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, QSizeF, Qt
from PySide6.QtGui import QFontMetrics, QTextBlockFormat, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextEdit, QWidget

from ui.theme import font as type_font
from ui.theme import theme

_LINE_PERCENT = 118.0  # of the font's own line height of 1.21: together the 1.4 that reading wants


class ReadingView(QTextEdit):
    """Selectable, never edited, never markup. With `max_lines` its height follows the text up to that many lines."""

    def __init__(self, name: str = "", *, max_lines: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self._places: tuple[tuple[int, int], ...] = ()
        self._max_lines = max_lines
        self.setReadOnly(True)
        self.setAcceptRichText(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("plain", "true")
        self.setTabChangesFocus(True)
        self.setAccessibleName(name)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(0)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        if max_lines:
            self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            self.document().documentLayout().documentSizeChanged.connect(self._on_document_size_changed)
        theme().themeChanged.connect(self._on_theme_changed)

    def set_text(self, text: str) -> None:
        self._text, self._places = text, ()
        self.setExtraSelections([])
        self.clear()
        cursor = QTextCursor(self.document())
        spaced = QTextBlockFormat()
        spaced.setLineHeight(_LINE_PERCENT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        look = QTextCharFormat()
        look.setFont(type_font("reading"))
        look.setForeground(theme().tokens.colour("text"))
        cursor.setBlockFormat(spaced)
        cursor.insertText(text, look)
        self.moveCursor(QTextCursor.MoveOperation.Start)
        self._fit()

    def text(self) -> str:
        return self._text

    def mark(self, places: Sequence[tuple[int, int]]) -> None:
        """Parts of the text, (position, length), on a tinted ground and underlined; `set_text` takes them away."""
        self._places = tuple(places)
        look = QTextCharFormat()
        look.setBackground(theme().tokens.colour("warn_fill"))
        look.setForeground(theme().tokens.colour("warn_ink"))
        look.setUnderlineStyle(QTextCharFormat.UnderlineStyle.DashUnderline)
        selections = []
        for position, length in self._places:
            selection = QTextEdit.ExtraSelection()
            cursor = QTextCursor(self.document())
            cursor.setPosition(_units(self._text[:position]))
            cursor.setPosition(_units(self._text[: position + length]), QTextCursor.MoveMode.KeepAnchor)
            selection.cursor, selection.format = cursor, look
            selections.append(selection)
        self.setExtraSelections(selections)

    def sizeHint(self) -> QSize:
        if not self._max_lines:
            return super().sizeHint()
        return QSize(super().sizeHint().width(), self._wanted_height())

    def _wanted_height(self) -> int:
        return round(min(self.document().size().height(), self._most_height())) + 2 * self._edge()

    def _most_height(self) -> float:
        return self._max_lines * QFontMetrics(type_font("reading")).height() * _LINE_PERCENT / 100

    def _edge(self) -> int:
        return max(4, (self.height() - self.viewport().height()) // 2)

    def _fit(self) -> None:
        if not self._max_lines:
            return
        is_long = self.document().size().height() > self._most_height() + 1
        policy = Qt.ScrollBarPolicy.ScrollBarAsNeeded if is_long else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        if self.verticalScrollBarPolicy() != policy:
            self.setVerticalScrollBarPolicy(policy)
        if self.height() != self._wanted_height():
            self.setFixedHeight(self._wanted_height())

    def _on_document_size_changed(self, _size: QSizeF) -> None:
        self._fit()

    def _on_theme_changed(self, _tokens: object) -> None:
        places = self._places
        self.set_text(self._text)
        self.mark(places)


def _units(text: str) -> int:
    """Qt counts in UTF-16, where a smiling face is two, and makes one sign of a return with its line feed."""
    return len(text.replace("\r\n", "\n").encode("utf-16-le", "surrogatepass")) // 2
