"""Marked messages of a queue: Space, Shift with the arrows, Ctrl+A for all that fit; a step goes to all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QListView

from arm.desk.values import QueuePage, QueueQuery, QueueRow
from arm.domain.identity import MessageId

if TYPE_CHECKING:
    from arm.desk.desk import Desk
    from ui.bridge import Bridge
    from ui.models.queue import QueueModel

MOST_MARKED = 5_000
PAGE = 200
_SHIFT, _CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
_STEPS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}


class QueueMarks(QObject):
    """`changed` after each change; marks live until the queue is another one or what they are for is done."""

    changed = Signal()

    def __init__(self, view: QListView, model: QueueModel, bridge: Bridge) -> None:
        super().__init__(view)
        self._view, self._model, self._bridge = view, model, bridge
        self._marked: dict[MessageId, QueueRow] = {}
        view.installEventFilter(self)

    def rows(self) -> tuple[QueueRow, ...]:
        """In the order in which they were marked."""
        return tuple(self._marked.values())

    def count(self) -> int:
        return len(self._marked)

    def clear(self) -> None:
        self._put({})

    def drop(self, message_ids: frozenset[MessageId]) -> None:
        """Those are done with."""
        self._put({one: row for one, row in self._marked.items() if one not in message_ids})

    def toggle_current(self) -> None:
        row = self._model.row_at(self._view.currentIndex())
        if row is not None:
            marked = dict(self._marked)
            if marked.pop(row.message_id, None) is None:
                marked[row.message_id] = row
            self._put(marked)

    def extend(self, by: int) -> None:
        """The current row and the next one that way; the cursor goes along."""
        here = self._view.currentIndex()
        there = self._model.index(here.row() + by)
        rows = [row for row in map(self._model.row_at, (here, there)) if row is not None]
        if there.isValid():
            self._view.setCurrentIndex(there)
        self._put(self._marked | {row.message_id: row for row in rows})

    def mark_all(self) -> None:
        """All that fit the filter and the search, not only those read so far."""
        query = self._model.query
        if query is not None:
            self._bridge.ask(self, lambda desk: (query, _every_row(desk, query)), self._on_all_read, topic="all")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or event.type() not in (
            QEvent.Type.KeyPress,
            QEvent.Type.ShortcutOverride,
        ):
            return False
        key, held = Qt.Key(event.key()), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        is_ours = (
            (key == Qt.Key.Key_Space and not held)
            or (key in _STEPS and held == _SHIFT)
            or (key == Qt.Key.Key_A and held == _CONTROL)
            or (key == Qt.Key.Key_Escape and not held and bool(self._marked))
        )
        if is_ours and event.type() == QEvent.Type.ShortcutOverride:
            # Esc would go to the window, which has another use for it
            event.accept()
        elif is_ours:
            self._take(key)
        return is_ours

    def _take(self, key: Qt.Key) -> None:
        if key == Qt.Key.Key_Space:
            self.toggle_current()
        elif key in _STEPS:
            self.extend(_STEPS[key])
        elif key == Qt.Key.Key_A:
            self.mark_all()
        else:
            self.clear()

    def _on_all_read(self, answer: tuple[QueueQuery, tuple[QueueRow, ...]]) -> None:
        query, rows = answer
        if query == self._model.query:
            self._put({row.message_id: row for row in rows})

    def _put(self, marked: dict[MessageId, QueueRow]) -> None:
        if marked != self._marked:
            self._marked = marked
            self._model.set_marked(frozenset(marked))
            self.changed.emit()


def _every_row(desk: Desk, query: QueueQuery) -> tuple[QueueRow, ...]:
    rows: list[QueueRow] = []
    after = ""
    while len(rows) < MOST_MARKED:
        page: QueuePage = desk.messages.queue_page(query, after, PAGE)
        rows.extend(page.rows)
        after = page.next_key
        if not after:
            break
    return tuple(rows[:MOST_MARKED])
