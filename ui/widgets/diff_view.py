"""The difference of two texts, word by word: added blue and underlined, removed amber and struck through."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QFrame, QTextEdit, QWidget

from arm.i18n import _, ngettext
from ui.theme import font as type_font
from ui.theme import theme

_THIN_SPACE = "\u2009"
_WORDS = re.compile(r"\s+|\w+(?:[.,:/-]\w+)*|[^\w\s]")


@dataclass(frozen=True)
class DiffPart:
    """A run of text that is "same", "added" or "removed"."""

    kind: str
    text: str


def word_diff(before: str, after: str) -> tuple[DiffPart, ...]:
    """The two texts as runs; removed runs stand before the added ones that replace them."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    parts: list[DiffPart] = []
    for tag, start, end, new_start, new_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            parts.append(DiffPart("same", "".join(old[start:end])))
            continue
        if end > start:
            parts.append(DiffPart("removed", "".join(old[start:end])))
        if new_end > new_start:
            parts.append(DiffPart("added", "".join(new[new_start:new_end])))
    return _joined(parts)


def blended(before: str, after: str, taken: frozenset[int]) -> str:
    """The later text, but with the earlier one's words at the differences with these numbers (from 0)."""
    made: list[str] = []
    number, is_inside = -1, False
    for part in word_diff(before, after):
        if part.kind == "same":
            is_inside = False
            made.append(part.text)
            continue
        if not is_inside:
            number, is_inside = number + 1, True
        if (part.kind == "removed") == (number in taken):
            made.append(part.text)
    return "".join(made)


def _joined(parts: list[DiffPart]) -> tuple[DiffPart, ...]:
    """Changes with nothing but a space between them read better as one change."""
    runs: list[list[str]] = []
    for place, part in enumerate(parts):
        between = part.kind == "same" and not part.text.strip() and 0 < place < len(parts) - 1
        if runs and runs[-1][0] == "change" and (part.kind != "same" or between):
            run = runs[-1]
        else:
            run = ["same" if part.kind == "same" else "change", "", ""]
            runs.append(run)
        if part.kind != "added":
            run[1] += part.text
        if part.kind != "removed":
            run[2] += part.text
    made: list[DiffPart] = []
    for kind, old, new in runs:
        if kind == "same":
            made.append(DiffPart("same", new))
        else:
            made.extend(DiffPart(each, text) for each, text in (("removed", old), ("added", new)) if text)
    return tuple(made)


class DiffView(QTextEdit):
    """Read-only; what changed is also told in words by `summary`.

    `side` "both" shows one text with what was removed and added; "before" and "after" show one of the two texts with
    what the other lacks marked: two such views stand side by side, and a difference has the same number in both.
    """

    def __init__(self, parent: QWidget | None = None, *, side: str = "both") -> None:
        super().__init__(parent)
        self._before = ""
        self._after = ""
        self._side = side
        self._places: list[tuple[int, int]] = []
        self._current = -1
        self.setReadOnly(True)
        self.setAcceptRichText(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("plain", "true")
        self.setTabChangesFocus(True)
        self.setAccessibleName(_("Changes"))
        theme().themeChanged.connect(self._on_theme_changed)

    def set_texts(self, before: str, after: str) -> None:
        self._before, self._after = before, after
        self._places, self._current = [], -1
        self.setExtraSelections([])
        self.clear()
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        is_inside, was = False, ""
        hidden = {"before": "added", "after": "removed"}.get(self._side, "")
        for part in word_diff(before, after):
            begin = cursor.position()
            if part.kind == "added" and was == "removed" and self._side == "both":
                # the two run into each other: «до 10» and «2» would read «до 102»
                cursor.insertText(_THIN_SPACE, _look("same"))
            was = part.kind
            if part.kind != hidden:
                cursor.insertText(part.text, _look(part.kind, is_struck=self._side == "both"))
            if part.kind != "same":
                if is_inside:
                    begin = self._places.pop()[0]
                self._places.append((begin, cursor.position()))
            is_inside = part.kind != "same"
        cursor.endEditBlock()
        self.moveCursor(QTextCursor.MoveOperation.Start)
        self.setAccessibleDescription(self.summary())

    def differences(self) -> int:
        """How many places differ: the same number on either side."""
        return len(self._places)

    def show_difference(self, number: int) -> str:
        """Marks the difference with this number (from 0), scrolls to it and returns its words on this side."""
        begin, end = self._places[number]
        self._current = number
        found = QTextCursor(self.document())
        found.setPosition(begin)
        found.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        mark = QTextEdit.ExtraSelection()
        mark.cursor = found
        look = QTextCharFormat()
        look.setBackground(theme().tokens.colour("accent"))
        look.setForeground(theme().tokens.colour("on_accent"))
        mark.format = look
        self.setExtraSelections([mark])
        place = QTextCursor(self.document())
        place.setPosition(begin)
        self.setTextCursor(place)
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() + self.cursorRect().top() - self.viewport().height() // 3)
        return found.selectedText()

    def summary(self) -> str:
        """How many places were added and removed."""
        kinds = [part.kind for part in word_diff(self._before, self._after)]
        added, removed = kinds.count("added"), kinds.count("removed")
        if not added and not removed:
            return _("No changes")
        gained = ngettext("added in {n} place", "added in {n} places", added).format(n=added)
        lost = ngettext("removed in {n} place", "removed in {n} places", removed).format(n=removed)
        return f"{gained}, {lost}"

    def _on_theme_changed(self, _tokens: object) -> None:
        current = self._current
        self.set_texts(self._before, self._after)
        if current >= 0:
            self.show_difference(current)


def _look(kind: str, *, is_struck: bool = True) -> QTextCharFormat:
    tokens = theme().tokens
    look = QTextCharFormat()
    look.setFont(type_font("reading"))
    look.setForeground(tokens.colour("text"))
    if kind == "added":
        look.setBackground(tokens.colour("diff_added"))
        look.setFontUnderline(True)
        look.setToolTip(_("added") if is_struck else _("only in this text"))
    elif kind == "removed":
        look.setBackground(tokens.colour("diff_removed"))
        look.setForeground(QColor(tokens.colour("text")))
        look.setFontStrikeOut(is_struck)
        look.setToolTip(_("removed") if is_struck else _("only in this text"))
    return look
