"""The palette (Ctrl+K): commands by words in any layout, messages by number and by full text."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QWidget

from arm.desk.values import QueueRow
from arm.i18n import _
from ui.delegates.two_lines import KEY_GAP, TwoLineDelegate
from ui.dialogs.overlay import OverlayPage
from ui.formats import number_sign
from ui.keys import rank
from ui.widgets import PlainLabel
from ui.window_keys import key_lines
from ui.wording import stage_name, workspace_name

if TYPE_CHECKING:
    from ui.main_window import MainWindow

SEARCH_AFTER_MS = 140
LEAST_LETTERS = 2
_STEPS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}


_NUMBER = re.compile(r"(?:[бb]-)?\d[\d\s./–-]*", re.IGNORECASE)
"""A number as it is written or said; «Б-17» is one that this computer has given for the time being."""


class Palette(OverlayPage):
    def __init__(self, window: MainWindow, text: str = "") -> None:
        super().__init__(window, _("Search everywhere"), 48, 30)
        self.setObjectName("palette")
        self._window = window
        self._runs: list[Callable[[], object]] = []
        self.edit = QLineEdit(text)
        self.edit.setObjectName("palette-edit")
        self.edit.setPlaceholderText(_("A number, words of a message, or a command"))
        self.edit.setAccessibleName(self.edit.placeholderText())
        self.edit.installEventFilter(self)
        self.list = QListWidget()
        self.list.setObjectName("palette-list")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setItemDelegate(TwoLineDelegate(self.list))
        self.list.itemClicked.connect(self._on_item_clicked)
        self._note = PlainLabel("", role="caption", tone="text2", wrap=True)
        self._note.setObjectName("palette-note")
        self.column.addWidget(self.edit)
        self.column.addWidget(self._note)
        self.column.addWidget(self.list, 1)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SEARCH_AFTER_MS)
        self._timer.timeout.connect(self._search)
        self.edit.textChanged.connect(self._on_text_changed)
        self._on_text_changed(text)

    def first_focus(self) -> QWidget:
        return self.edit

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.edit and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            key = Qt.Key(event.key())
            if key in _STEPS:
                last = self.list.count() - 1
                self.list.setCurrentRow(max(0, min(last, self.list.currentRow() + _STEPS[key])))
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._run(self.list.currentRow())
                return True
        return super().eventFilter(watched, event)

    def _on_text_changed(self, text: str) -> None:
        self.list.clear()
        self._runs = []
        asked = text.strip()
        number = asked.lstrip("№# ").strip()
        if _NUMBER.fullmatch(number):
            self._add(_("Open {number}").format(number=number_sign(number)), partial(self._open_number, number))
        for words, run in self._commands(asked):
            self._add(words, run)
        self.list.setCurrentRow(0)
        self._note.setText(
            ""
            if asked
            else _("Type the number of a message, words from it, a name or a street, or the name of a command")
        )
        if len(asked) >= LEAST_LETTERS:
            self._timer.start()

    def _commands(self, asked: str) -> list[tuple[str, Callable[[], object]]]:
        window = self._window
        known: list[tuple[str, Callable[[], object]]] = [
            (f"{workspace_name(one)}", partial(window.conductor.enter, one)) for one in window.me.workspaces
        ]
        known += [
            (f"{face.label}{KEY_GAP}{face.digit}", partial(window.bar.triggered.emit, face.key))
            for face in window.bar.actions_shown()
            if face.enabled
        ]
        known += [(f"{one.meaning}{KEY_GAP}{one.shown}", one.run) for one in key_lines(window)]
        known.append((_("Sending and decisions"), window.show_outbox))
        if not asked:
            return known
        ranked = [(place, words, run) for words, run in known if (place := rank(asked, words)) is not None]
        ranked.sort(key=lambda one: one[0])
        return [(words, run) for _place, words, run in ranked[:6]]

    def _add(self, words: str, run: Callable[[], object], hint: str = "") -> None:
        item = QListWidgetItem(words)
        if hint:
            item.setToolTip(hint)
        self.list.addItem(item)
        self._runs.append(run)

    def _search(self) -> None:
        asked = self.edit.text().strip()
        if len(asked) >= LEAST_LETTERS:
            self._window.bridge.ask(
                self, lambda desk: (asked, desk.search.search(asked, 50)), self._show_found, topic="search"
            )

    def _show_found(self, answer: tuple[str, tuple[QueueRow, ...]]) -> None:
        asked, rows = answer
        if asked != self.edit.text().strip():
            return
        for row in rows:
            words = f"{number_sign(row.number)} · {row.topic} · {stage_name(row.stage)}\n{row.first_line}"
            self._add(words, partial(self._window.conductor.open_message, row.message_id))
        if self.list.currentRow() < 0:
            self.list.setCurrentRow(0)
        self._note.setText(
            _("Messages found: {count}").format(count=len(rows))
            if rows
            else _("Nothing found for “{query}”").format(query=asked)
        )

    def _open_number(self, number: str) -> None:
        self._window.conductor.open_number(number)

    def _on_item_clicked(self, item: QListWidgetItem) -> None:
        self._run(self.list.row(item))

    def _run(self, place: int) -> None:
        if 0 <= place < len(self._runs):
            run = self._runs[place]
            self.close_page()
            run()
