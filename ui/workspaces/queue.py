"""The queue pane: search, ready filters with counters, the list, and what it says when it is empty or stale."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QListView, QStackedLayout, QVBoxLayout, QWidget

from arm.desk.values import FILTERS, Counter, Filter, QueueQuery, QueueRow
from arm.desk.values import Workspace as Space
from arm.domain.identity import MessageId
from arm.i18n import _, ngettext
from ui.delegates.queue_row import Density, QueueRowDelegate, prepare_queue_view
from ui.formats import count
from ui.marks import QueueMarks
from ui.models.queue import QueueModel, QueueText
from ui.widgets import (
    BannerBar,
    BannerFace,
    EmptyState,
    FilterChips,
    FilterFace,
    IconButton,
    PlainLabel,
    SkeletonRows,
    Surface,
)
from ui.wording import filter_name, trouble_sentence, workspace_name

SEARCH_AFTER_MS = 160
RELOAD_AFTER_MS = 60
_ENTERS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_DENSITIES = (Density.ROOMY, Density.NORMAL, Density.DENSE)


class QueuePane(Surface):
    """`chosen` tells the message under the cursor (or None), `entered` that Enter was pressed on it."""

    chosen = Signal(object)
    entered = Signal()
    search_everywhere = Signal(str)

    def __init__(self, model: QueueModel, parent: QWidget | None = None) -> None:
        super().__init__("bg", parent)
        self.setObjectName("queue-pane")
        self.model = model
        self._space: Space | None = None
        self._filter = Filter.ALL
        self._text_of: QueueText | None = None
        self._empty_sentence = ""
        self._wanted: MessageId | None = None
        self._told: MessageId | None = None
        self._leaving: set[MessageId] = set()
        self._held_place: int | None = None
        self._is_focus_wanted = self._is_asked = self._is_first_wanted = False
        # before the view takes the model: its own slot would move the cursor first
        model.rowsAboutToBeRemoved.connect(self._on_rows_about_to_be_removed)
        self._build()
        self._search_timer = _single_shot(self, SEARCH_AFTER_MS, self._on_search_due)
        self._reload_timer = _single_shot(self, RELOAD_AFTER_MS, model.reload)
        model.loaded.connect(self._on_loaded)
        model.troubled.connect(self._on_troubled)

    @property
    def current(self) -> MessageId | None:
        row = self.current_row()
        return row.message_id if row is not None else None

    def current_row(self) -> QueueRow | None:
        return self.model.row_at(self.list.currentIndex())

    def show_space(self, space: Space, text_of: QueueText | None, empty_sentence: str) -> None:
        """Another workspace's queue, on its first filter."""
        self._space, self._filter = space, FILTERS[space][0]
        self._text_of, self._empty_sentence = text_of, empty_sentence
        self._wanted = self._told = self._held_place = None
        self._leaving.clear()
        self.marks.clear()
        self._is_asked = self._is_first_wanted = False
        was_blocked = self.search.blockSignals(True)
        self.search.clear()
        self.search.blockSignals(was_blocked)
        self._newcomers.set_face(None)
        self._trouble.set_face(None)
        self.skeleton.start()
        self._layers.setCurrentWidget(self.skeleton)
        self._ask()

    def show_counter(self, counter: Counter | None) -> None:
        """Counts on the filters and in the title."""
        if self._space is None:
            return
        counts = counter.by_filter if counter is not None else {}
        faces = tuple(
            FilterFace(one, filter_name(one), counts.get(one), one is Filter.OVER and bool(counts.get(one)))
            for one in FILTERS[self._space]
        )
        self.filters.set_filters(faces)
        self.filters.set_current(self._filter)
        self._show_title()

    def reload_soon(self) -> None:
        """Several changes in a row are read once."""
        self._reload_timer.start()

    def choose(self, message_id: MessageId) -> bool:
        """Puts the cursor on a message; False if it isn't in this queue as read so far (it is taken when it comes)."""
        index = self.model.index_of(message_id)
        self._wanted = None if index.isValid() else message_id
        if index.isValid():
            self.list.setCurrentIndex(index)
            self.list.scrollTo(index)
        return index.isValid()

    def expect_leaving(self, message_id: MessageId, *, is_leaving: bool = True) -> None:
        """The person decided on it: when it goes, the cursor goes on; otherwise the card stays open."""
        if is_leaving:
            self._leaving.add(message_id)
        else:
            self._leaving.discard(message_id)

    def step(self, by: int) -> None:
        """Next or previous message; at the ends it stays."""
        place = self.list.currentIndex().row() + by
        if self._held_place is not None:
            place = self._held_place if by > 0 else self._held_place - 1
        if 0 <= place < self.model.rowCount():
            self.list.setCurrentIndex(self.model.index(place))

    def choose_filter(self, place: int) -> bool:
        return self.filters.choose(place)

    def focus_list(self) -> None:
        """Now, or as soon as the rows are there."""
        self._is_focus_wanted = self._layers.currentWidget() is not self.list
        self.list.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def focus_search(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def cycle_density(self) -> None:
        place = _DENSITIES.index(self.delegate.density)
        self.delegate.set_density(_DENSITIES[(place + 1) % len(_DENSITIES)])

    def retranslate(self) -> None:
        self.search.setPlaceholderText(_("Search in the queue   Ctrl+F"))
        self._show_title()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.search and _is_escape(event) and self.search.text():
            event.accept()
            return True
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and self._take_key(watched, event):
            return True
        return super().eventFilter(watched, event)

    def _take_key(self, watched: QObject, event: QKeyEvent) -> bool:
        key = event.key()
        is_bare = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier == Qt.KeyboardModifier.NoModifier
        if watched is self.list:
            if key in _ENTERS and is_bare:
                self.entered.emit()
                return True
        elif watched is self.filters:
            if event.text().isdigit() and self.filters.choose(int(event.text()) - 1):
                self.focus_list()
                return True
        elif key == Qt.Key.Key_Escape and self.search.text():
            self.search.clear()
            return True
        elif key in (Qt.Key.Key_Down, *_ENTERS):
            self._enter_results(is_first_wanted=key in _ENTERS and bool(self.search.text().strip()))
            return True
        return False

    def _build(self) -> None:
        self.title = PlainLabel("", role="subtitle", elide=True)
        self.title.setObjectName("queue-title")
        density = IconButton("list-check", _("Row height"))
        density.setObjectName("queue-density")
        density.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        density.clicked.connect(self.cycle_density)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(density)
        self.search = QLineEdit()
        self.search.setObjectName("queue-search")
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName(_("Search in the queue"))
        self.search.installEventFilter(self)
        self.search.textChanged.connect(self._on_search_edited)
        self.filters = FilterChips(_("Filters"))
        self.filters.setObjectName("queue-filters")
        self.filters.chosen.connect(self._on_filter_chosen)
        self.filters.installEventFilter(self)
        self._newcomers = BannerBar()
        self._newcomers.setObjectName("queue-newcomers")
        self._newcomers.acted.connect(self._on_newcomers_acted)
        self._trouble = BannerBar()
        self._trouble.acted.connect(self._on_retry)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 10, 0, 0)
        column.setSpacing(8)
        for part in (head, self.search, self.filters):
            box = QHBoxLayout()
            box.setContentsMargins(12, 0, 12, 0)
            if isinstance(part, QWidget):
                box.addWidget(part)
            else:
                box.addLayout(part)
            column.addLayout(box)
        column.addWidget(self._trouble)
        column.addWidget(self._newcomers)
        column.addWidget(self._build_list(), 1)
        self.retranslate()

    def _build_list(self) -> QWidget:
        self.list = QListView()
        self.list.setObjectName("queue-list")
        self.list.setAccessibleName(_("Queue"))
        self.delegate = QueueRowDelegate(self.list)
        prepare_queue_view(self.list, self.delegate)
        self.list.setModel(self.model)
        self.list.installEventFilter(self)
        self.marks = QueueMarks(self.list, self.model, self.model.bridge)
        self.marks.changed.connect(self._show_title)
        self.list.selectionModel().currentChanged.connect(self._on_current_changed)
        self.list.doubleClicked.connect(self.entered)
        self.empty = EmptyState()
        self.empty.setObjectName("queue-empty")
        self.empty.acted.connect(self._on_empty_acted)
        self.skeleton = SkeletonRows()
        holder = QWidget()
        self._layers = QStackedLayout(holder)
        for layer in (self.list, self.empty, self.skeleton):
            self._layers.addWidget(layer)
        return holder

    def _ask(self) -> None:
        if self._space is None:
            return
        query = QueueQuery(workspace=self._space, filter=self._filter, text=self.search.text().strip())
        self.model.show_query(query, self._text_of)

    def _show_title(self) -> None:
        if self._space is not None:
            marked = self.marks.count()
            said = " · " + ngettext("{n} marked", "{n} marked", marked).format(n=marked) if marked else ""
            self.title.setText(f"{workspace_name(self._space)} · {count(self.model.total)}{said}")

    def _show_layer(self) -> None:
        self.skeleton.stop()
        if self.model.rowCount():
            self._layers.setCurrentWidget(self.list)
            return
        asked = self.search.text().strip()
        if asked:
            said = _("Nothing found for “{query}”").format(query=asked)
            self.empty.set_face("search", said, _("Search everywhere"))
        elif self._space is not None and self._filter is not FILTERS[self._space][0]:
            self.empty.set_face("filter", _("Nothing fits this filter"), _("Remove the filter"))
        else:
            self.empty.set_face("inbox", self._empty_sentence or _("No messages"))
        self._layers.setCurrentWidget(self.empty)

    def _on_loaded(self) -> None:
        self._trouble.set_face(None)
        had_focus = self.list.hasFocus() or self.hasFocus() or self._is_focus_wanted
        self._show_layer()
        self._show_title()
        index = self.model.index_of(self._wanted) if self._wanted else QModelIndex()
        if self._is_asked:
            index = self._asked_place(index)
        if index.isValid():
            self._wanted = None
            self.list.setCurrentIndex(index)
        elif self._held_place is None and not self.list.currentIndex().isValid() and self.model.rowCount():
            self.list.setCurrentIndex(self.model.index(0))
        elif not self.model.rowCount() and self._told is not None and self._held_place is None:
            self._tell(None)
        self._is_focus_wanted = False
        if had_focus:
            empty = self.search if self.search.text() else self
            (self.list if self.model.rowCount() else empty).setFocus()
        self._show_newcomers()

    def _asked_place(self, wanted: QModelIndex) -> QModelIndex:
        """Where the cursor goes after a search or a filter: the card never stays on what the list doesn't hold."""
        is_first = self._is_first_wanted or not wanted.isValid()
        self._is_asked = self._is_first_wanted = False
        self._wanted = self._held_place = None
        return self.model.index(0) if is_first and self.model.rowCount() else wanted

    def _enter_results(self, *, is_first_wanted: bool) -> None:
        """Into the list; a search that is still to be asked or read comes first."""
        if self._search_timer.isActive():
            self._search_timer.stop()
            self._on_search_due()
        if is_first_wanted and self.model.is_loading:
            self._is_asked = self._is_first_wanted = True
        elif is_first_wanted and self.model.rowCount():
            self.list.setCurrentIndex(self.model.index(0))
        self.focus_list()

    def _show_newcomers(self) -> None:
        """New rows above what is seen are told, they don't move the list."""
        top = self.list.indexAt(self.list.viewport().rect().topLeft()).row()
        above = [one for one in self.model.newcomers if 0 <= self.model.index_of(one).row() < top]
        if above:
            said = ngettext("New: {count}", "New: {count}", len(above)).format(count=len(above))
            self._newcomers.set_face(BannerFace(said, "info", (("show", _("Show (Home)")),)))
        elif top <= 0:
            self._newcomers.set_face(None)

    def _tell(self, message_id: MessageId | None) -> None:
        self._told = message_id
        self.chosen.emit(message_id)

    def _on_current_changed(self, current: QModelIndex, _before: QModelIndex) -> None:
        row = self.model.row_at(current)
        if row is None:
            return
        self._held_place = None
        if row.message_id != self._told:
            self._tell(row.message_id)

    def _on_rows_about_to_be_removed(self, _parent: QModelIndex, first: int, last: int) -> None:
        """After an own decision the cursor goes on; what others took away stays on the card, the cursor waits."""
        place = self.list.currentIndex().row()
        if not first <= place <= last:
            return
        row = self.model.row_at(self.list.currentIndex())
        after = last + 1 if last + 1 < self.model.rowCount() else first - 1
        if row is not None and row.message_id in self._leaving:
            self._leaving.discard(row.message_id)
            if after >= 0:
                self.list.setCurrentIndex(self.model.index(after))
            else:
                self._told = None
                self.chosen.emit(None)
            return
        self._held_place = first
        self.list.clearSelection()
        self.list.setCurrentIndex(QModelIndex())

    def _on_troubled(self, error: object) -> None:
        if isinstance(error, BaseException):
            self.skeleton.stop()
            face = BannerFace(trouble_sentence(error), "error", (("retry", _("Try again")),))
            self._trouble.set_face(face)

    def _on_retry(self, _action: object) -> None:
        self.model.reload()

    def _on_newcomers_acted(self, _action: object) -> None:
        self._newcomers.set_face(None)
        if self.model.rowCount():
            self.list.setCurrentIndex(self.model.index(0))
            self.list.scrollToTop()
            self.focus_list()

    def _on_filter_chosen(self, key: object) -> None:
        self._filter = Filter(str(key))
        self._wanted = self.current
        self._is_asked = True
        self._ask()

    def _on_search_edited(self, _text: str) -> None:
        self._search_timer.start()

    def _on_search_due(self) -> None:
        self._wanted = self.current
        self._is_asked = True
        self._ask()

    def _on_empty_acted(self) -> None:
        asked = self.search.text().strip()
        if asked:
            self.search_everywhere.emit(asked)
        elif self._space is not None:
            self.filters.set_current(FILTERS[self._space][0])
            self._on_filter_chosen(FILTERS[self._space][0])


def _is_escape(event: QEvent) -> bool:
    """Esc on its way to the shortcuts."""
    is_override = event.type() == QEvent.Type.ShortcutOverride
    return is_override and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape


def _single_shot(parent: QObject, after_ms: int, slot: Callable[[], object]) -> QTimer:
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.setInterval(after_ms)
    timer.timeout.connect(slot)
    return timer
