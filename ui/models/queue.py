"""`QueueModel`: a queue as pages of frozen rows, changed in place so that the choice stays where it was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from arm.desk.values import QueuePage, QueueQuery, QueueRow, RowMark
from arm.domain.identity import MessageId
from arm.domain.message import Stage
from ui.bridge import Bridge
from ui.delegates.queue_row import FACE_ROLE, QueueFace
from ui.formats import deadline_face, initials, number_sign
from ui.wording import mark_name, result_name, stage_name

PAGE = 100
MOST_KEPT = 2_000
ROW_ROLE = Qt.ItemDataRole.UserRole + 2
MARK_ICONS: dict[RowMark, str] = {
    RowMark.CONFLICT: "alert-triangle",
    RowMark.LOW_MARK: "thumb-down",
    RowMark.REWORK: "history",
    RowMark.RETURNED: "arrow-back-up",
    RowMark.REPEAT: "repeat",
    RowMark.REDIRECT: "arrow-forward-up",
    RowMark.INQUIRY: "file-text",
    RowMark.POSTPONED: "player-pause",
    RowMark.WARNED: "bell",
    RowMark.FAST_TRACK: "clock",
    RowMark.FILES: "paperclip",
}
"""In the order in which they are shown; a draft and what isn't sent have a look of their own."""

_AnyIndex = QModelIndex | QPersistentModelIndex
QueueText = Callable[[QueueRow], tuple[str, str] | None]


class QueueModel(QAbstractListModel):
    """Reads pages through the bridge; `loaded` after each answer, `troubled` when the desk couldn't give one."""

    loaded = Signal()
    troubled = Signal(object)

    def __init__(self, bridge: Bridge, now: Callable[[], datetime], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._now = now
        self._query: QueueQuery | None = None
        self._rows: list[QueueRow] = []
        self._faces: list[QueueFace] = []
        self._places: dict[MessageId, int] = {}
        self._next_key = ""
        self._total = 0
        self._is_fetching = False
        self._text_of: QueueText | None = None
        self._marked: frozenset[MessageId] = frozenset()
        self.is_loading = False
        self.newcomers: frozenset[MessageId] = frozenset()

    @property
    def bridge(self) -> Bridge:
        return self._bridge

    @property
    def total(self) -> int:
        return self._total

    @property
    def query(self) -> QueueQuery | None:
        return self._query

    def rows(self) -> tuple[QueueRow, ...]:
        return tuple(self._rows)

    def row_at(self, index: _AnyIndex) -> QueueRow | None:
        return self._rows[index.row()] if index.isValid() and index.row() < len(self._rows) else None

    def index_of(self, message_id: MessageId) -> QModelIndex:
        place = self._places.get(message_id)
        return self.index(place) if place is not None else QModelIndex()

    def set_marked(self, marked: frozenset[MessageId]) -> None:
        """Which rows bear the tick."""
        changed, self._marked = self._marked ^ marked, marked
        places = sorted(self._places[one] for one in changed if one in self._places)
        for place in places:
            self._faces[place] = self._face(self._rows[place])
        if places:
            self.dataChanged.emit(self.index(places[0]), self.index(places[-1]))

    def show_query(self, query: QueueQuery, text_of: QueueText | None = None) -> None:
        """Another queue: what was shown goes at once."""
        self._text_of = text_of
        if self._query is not None and self._query.workspace == query.workspace:
            self._query = query
            self.reload()
            return
        self._query = query
        self._put([], "", 0)
        self.reload()

    def reload(self) -> None:
        """Reads again as far as it was read; rows that stayed are not moved for the eye."""
        query = self._query
        if query is None:
            return
        self.is_loading = True
        wanted = min(max(len(self._rows), PAGE), MOST_KEPT)

        def work(desk: object) -> tuple[QueueQuery, QueuePage]:
            rows: list[QueueRow] = []
            after = ""
            while True:
                page: QueuePage = desk.messages.queue_page(query, after, PAGE)  # type: ignore[attr-defined]
                rows.extend(page.rows)
                after = page.next_key
                if not after or len(rows) >= wanted:
                    return query, replace(page, rows=tuple(rows))

        self._bridge.ask(self, work, self._on_page, self._on_failed, topic="queue")

    def rowCount(self, parent: _AnyIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: _AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        place = index.row()
        if not index.isValid() or place >= len(self._faces):
            return None
        if role == FACE_ROLE:
            return self._faces[place]
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._faces[place].sentence_text()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._faces[place].number
        return self._rows[place] if role == ROW_ROLE else None

    def canFetchMore(self, parent: _AnyIndex) -> bool:
        return not parent.isValid() and bool(self._next_key) and not self._is_fetching

    def fetchMore(self, parent: _AnyIndex) -> None:
        query, after = self._query, self._next_key
        if query is None or not after or self._is_fetching:
            return
        self._is_fetching = True
        self._bridge.ask(
            self,
            lambda desk: (query, after, desk.messages.queue_page(query, after, PAGE)),
            self._on_more,
            self._on_more_failed,
        )

    def _on_page(self, answer: tuple[QueueQuery, QueuePage]) -> None:
        query, page = answer
        if query != self._query:
            return
        self.is_loading = False
        before = set(self._places)
        self._put(list(page.rows), page.next_key, page.total)
        self.newcomers = frozenset(self._places) - before if before else frozenset()
        self.loaded.emit()

    def _on_failed(self, error: BaseException) -> None:
        self.is_loading = False
        self.troubled.emit(error)

    def _on_more(self, answer: tuple[QueueQuery, str, QueuePage]) -> None:
        query, after, page = answer
        self._is_fetching = False
        if query != self._query or after != self._next_key:
            return
        fresh = [row for row in page.rows if row.message_id not in self._places]
        self._next_key, self._total = page.next_key, page.total
        if fresh:
            first = len(self._rows)
            self.beginInsertRows(QModelIndex(), first, first + len(fresh) - 1)
            self._rows.extend(fresh)
            self._faces.extend(self._face(row) for row in fresh)
            self._index()
            self.endInsertRows()
        self.loaded.emit()

    def _on_more_failed(self, error: BaseException) -> None:
        self._is_fetching = False
        self.troubled.emit(error)

    def _put(self, rows: list[QueueRow], next_key: str, total: int) -> None:
        """Brings the model to `rows` by removing, moving and inserting, never by a reset."""
        self._next_key, self._total = next_key, total
        if not self._rows:
            self._fill(rows)
            return
        wanted = {row.message_id for row in rows}
        self._remove_all_but(wanted)
        self._order_as([row.message_id for row in rows if row.message_id in self._places])
        for place, row in enumerate(rows):
            if row.message_id not in self._places:
                self.beginInsertRows(QModelIndex(), place, place)
                self._rows.insert(place, row)
                self._faces.insert(place, self._face(row))
                self.endInsertRows()
        faces = [self._face(row) for row in rows]
        changed = [place for place, face in enumerate(faces) if face != self._faces[place]]
        self._rows, self._faces = rows, faces
        self._index()
        if changed:
            self.dataChanged.emit(self.index(changed[0]), self.index(changed[-1]))

    def _fill(self, rows: list[QueueRow]) -> None:
        """An empty queue takes its first rows in one step."""
        if not rows:
            return
        self.beginInsertRows(QModelIndex(), 0, len(rows) - 1)
        self._rows, self._faces = rows, [self._face(row) for row in rows]
        self._index()
        self.endInsertRows()

    def _remove_all_but(self, wanted: set[MessageId]) -> None:
        last = len(self._rows) - 1
        while last >= 0:
            if self._rows[last].message_id in wanted:
                last -= 1
                continue
            first = last
            while first > 0 and self._rows[first - 1].message_id not in wanted:
                first -= 1
            self.beginRemoveRows(QModelIndex(), first, last)
            del self._rows[first : last + 1]
            del self._faces[first : last + 1]
            self._index()
            self.endRemoveRows()
            last = first - 1

    def _order_as(self, ids: list[MessageId]) -> None:
        if ids == [row.message_id for row in self._rows]:
            return
        self.layoutAboutToBeChanged.emit()
        held = self.persistentIndexList()
        held_ids = [self._rows[index.row()].message_id for index in held]
        by_id = {row.message_id: (row, face) for row, face in zip(self._rows, self._faces, strict=True)}
        self._rows = [by_id[one][0] for one in ids]
        self._faces = [by_id[one][1] for one in ids]
        self._index()
        self.changePersistentIndexList(held, [self.index(self._places[one]) for one in held_ids])
        self.layoutChanged.emit()

    def _index(self) -> None:
        self._places = {row.message_id: place for place, row in enumerate(self._rows)}

    def _face(self, row: QueueRow) -> QueueFace:
        face = queue_face(row, self._now(), self._text_of(row) if self._text_of else None)
        return replace(face, marked=True) if row.message_id in self._marked else face


def queue_face(row: QueueRow, now: datetime, text: tuple[str, str] | None = None) -> QueueFace:
    """What a row shows: number, first words, topic, who has it, deadline and marks."""
    shown = [mark for mark in MARK_ICONS if mark in row.marks]
    second, third = text or _usual_text(row)
    chip = deadline_face(
        row.level, row.lead_due_at, row.stage_due_at, now, closed_at=row.closed_at, late_by_s=row.late_by_s
    )
    return QueueFace(
        key=row.message_id,
        number=number_sign(row.number),
        title=row.first_line,
        second=second,
        third=third,
        chip=chip,
        marks=tuple(MARK_ICONS[mark] for mark in shown[:4]),
        mark_words=tuple(mark_name(mark) for mark in shown),
        unread=row.is_unread,
        unsent=RowMark.UNSENT in row.marks,
        draft=RowMark.DRAFT in row.marks,
    )


def _usual_text(row: QueueRow) -> tuple[str, str]:
    state = result_name(row.result) if row.result is not None else stage_name(row.stage)
    holder = initials(row.holder) if row.stage is Stage.EXECUTION else row.holder or row.organisation
    return row.topic, " · ".join(part for part in (state, holder) if part)
