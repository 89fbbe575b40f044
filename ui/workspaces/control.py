"""The curator's place of work: everything in the cabinet by deadline level, and warnings to one or many."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import QModelIndex, Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from arm.desk.values import Changes, Counter, Filter, QueueQuery, QueueRow
from arm.desk.values import Workspace as Space
from arm.domain.identity import MessageId, OrganisationId
from arm.domain.verbs import Verb
from arm.i18n import _, ngettext
from ui.formats import messages
from ui.keys import bind
from ui.models.queue import QueueModel
from ui.widgets import ActionFace, Divider, EmptyState, PickerEdit, PickerRow, PlainLabel, Surface
from ui.wording import trouble_sentence
from ui.workspaces.base import Opened, Shell, Workspace
from ui.workspaces.board_tiles import Tiles
from ui.workspaces.board_view import BoardDelegate, BoardHeader, BoardView
from ui.workspaces.choosing import organisation_rows
from ui.workspaces.warn_sheet import WarnSheet

if TYPE_CHECKING:
    from arm.desk.desk import Desk
    from arm.domain.actions import ActionState
    from arm.domain.regulation import Regulation

RELOAD_AFTER_MS = 120
SEARCH_AFTER_MS = 200
TICK_MS = 30_000
AT_ONCE = 500
MOST_MARKED = 5_000


class ControlWorkspace(Workspace):
    """F3 and a digit choose the level, Ctrl+A marks all of it, 1 warns: five keys for any number of messages."""

    space: ClassVar[Space] = Space.CONTROL
    icon_name: ClassVar[str] = "calendar-time"
    digits: ClassVar[Mapping[Verb, str]] = {Verb.WARN: "1", Verb.COMMENT: "2", Verb.STOP_RECONSIDERATION: "3"}
    replaces_all: ClassVar[bool] = True

    def __init__(self, shell: Shell, parent: QWidget | None = None) -> None:
        super().__init__(shell, parent)
        self._filter = Filter.ALL
        self._organisation: OrganisationId | None = None
        self._marked: dict[MessageId, QueueRow] = {}
        self._clause = ""
        self._sheet: WarnSheet | None = None
        self._is_marking = False
        self._warns_after = False
        self.tiles = Tiles()
        self.search = QLineEdit()
        self.organisations = PickerEdit(_("All organisations"), name=_("Organisation"))
        self.view = BoardView()
        self.model = QueueModel(shell.bridge, shell.now, self)
        self.delegate = BoardDelegate(self.view, shell.now)
        self._about = PlainLabel(tone="text2", elide=True)
        self._about.setObjectName("board-about")
        self._trouble = PlainLabel(tone="danger", wrap=True)
        self._empty = EmptyState("circle-check", _("Nothing here: that is good"))
        self._stack = QStackedWidget()
        self._build()
        self._reload = self._timer(RELOAD_AFTER_MS, self._on_reload_due)
        self._look = self._timer(SEARCH_AFTER_MS, self._show_query)
        self._tick = QTimer(self)
        self._tick.setInterval(TICK_MS)
        self._tick.timeout.connect(self.view.viewport().update)
        self._connect()

    def activated(self) -> None:
        self._tick.start()
        self.organisations.set_rows(_organisation_rows(self.shell))
        self.shell.bridge.ask(self, lambda desk: desk.people.regulation(), self._on_regulation, topic="regulation")
        self.tiles.set_current(self._filter)
        self._show_query()
        self._read_counters()

    def changed(self, changes: Changes) -> None:
        if changes.messages or changes.everything:
            self._reload.start()
        if changes.directory or changes.everything:
            self.organisations.set_rows(_organisation_rows(self.shell))

    def extra_actions(self, opened: Opened | None) -> tuple[ActionFace, ...]:
        """On the board; an open card has the actions of the process."""
        if opened is not None:
            return ()
        row, marked = self.view.current_row(), len(self._marked)
        nothing = _("Choose a message first")
        has_any = marked > 0 or row is not None
        label = ngettext("Warn: {n} marked…", "Warn: {n} marked…", marked).format(n=marked) if marked else _("Warn…")
        return (
            ActionFace("warn", label, "bell", "1", enabled=has_any, why_not="" if has_any else nothing, primary=True),
            ActionFace("open", _("Open"), "eye", "2", enabled=row is not None, why_not=nothing, shortcut_hint="Enter"),
            ActionFace(
                "unmark", _("Take the marks away"), "x", "3", enabled=marked > 0, why_not=_("Nothing is marked")
            ),
        )

    def run_extra(self, key: object) -> None:
        row = self.view.current_row()
        if key == "warn":
            self.warn()
        elif key == "open" and row is not None:
            self.shell.open_message(row.message_id)
        elif key == "unmark":
            self._set_marked({})

    def take_over(self, state: ActionState, opened: Opened) -> bool:
        """From an open card: the same sheet for this one message, at the card's side."""
        if state.verb is not Verb.WARN:
            return False
        message_id, clause = opened.message_id, opened.regulation.clause_of(state.row)

        def show(rows: tuple[QueueRow, ...]) -> None:
            if rows:
                self.shell.open_sheet(WarnSheet(self.shell, rows, clause))

        self.shell.bridge.ask(self, lambda desk: desk.messages.rows((message_id,)), show, topic="warn")
        return True

    def warn(self) -> None:
        """Warns of what is marked, else of the message under the cursor."""
        if self._is_marking:
            self._warns_after = True
            return
        row = self.view.current_row()
        rows = tuple(self._marked.values()) or ((row,) if row is not None else ())
        if not rows:
            self.shell.announce(_("Choose a message first"))
            return
        self._close_sheet()
        sheet = WarnSheet(self.shell, rows, self._clause, self._side)
        sheet.finished.connect(self._on_warned)
        sheet.cancelled.connect(self._on_sheet_cancelled)
        self._side_column.addWidget(sheet)
        self._sheet = sheet
        self._side.show()
        sheet.open_sheet()

    def marked(self) -> tuple[MessageId, ...]:
        return tuple(self._marked)

    def mark_all(self) -> None:
        """Every message of the filter, also those not yet read into the list."""
        query = self._query()
        self._is_marking = True

        def read(desk: Desk) -> tuple[QueueRow, ...]:
            rows: list[QueueRow] = []
            after = ""
            while len(rows) < MOST_MARKED:
                page = desk.messages.queue_page(query, after, AT_ONCE)
                rows.extend(page.rows)
                after = page.next_key
                if not after:
                    break
            return tuple(rows)

        self.shell.bridge.ask(self, read, self._on_all_read, self._on_all_failed, topic="all")

    def _timer(self, after_ms: int, slot: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(after_ms)
        timer.timeout.connect(slot)
        return timer

    def _build(self) -> None:
        self.setObjectName("workspace-control")
        self.search.setObjectName("board-search")
        self.search.setPlaceholderText(_("Search on the board"))
        self.search.setAccessibleName(_("Search on the board"))
        self.search.setClearButtonEnabled(True)
        self.organisations.setObjectName("board-organisation")
        self.view.setModel(self.model)
        self.view.setItemDelegate(self.delegate)
        self._header = BoardHeader(self.view)
        line = QHBoxLayout()
        line.setSpacing(10)
        line.addWidget(self.search, 3)
        line.addWidget(self.organisations, 3)
        line.addWidget(self._about, 4)
        top = QVBoxLayout()
        top.setContentsMargins(16, 12, 16, 10)
        top.setSpacing(10)
        top.addWidget(self.tiles)
        top.addLayout(line)
        top.addWidget(self._trouble)
        self._trouble.hide()
        self._stack.addWidget(self.view)
        self._stack.addWidget(self._empty)
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addWidget(self._header)
        left.addWidget(self._stack, 1)
        self._side = Surface()
        self._side.setFixedWidth(440)
        self._side_column = QVBoxLayout(self._side)
        self._side_column.setContentsMargins(0, 0, 0, 0)
        self._side.hide()
        below = QHBoxLayout()
        below.setSpacing(0)
        below.addLayout(left, 1)
        below.addWidget(Divider(vertical=True))
        below.addWidget(self._side)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(Divider())
        column.addLayout(below, 1)
        self.setFocusProxy(self.view)

    def _connect(self) -> None:
        self.tiles.chosen.connect(self._on_tile_chosen)
        self.tiles.left.connect(self.view.setFocus)
        self.search.textEdited.connect(self._on_search_edited)
        bind(self.search, "Return", self.view.setFocus, context=Qt.ShortcutContext.WidgetShortcut)
        self.organisations.picked.connect(self._on_organisation_picked)
        self.organisations.cleared.connect(self._on_organisation_cleared)
        self.view.mark_asked.connect(self._on_mark_asked)
        self.view.open_asked.connect(self._on_open_asked)
        self.view.all_asked.connect(self.mark_all)
        self.view.tiles_asked.connect(self.tiles.focus_current)
        self.view.search_asked.connect(self.search.setFocus)
        self.view.digit_pressed.connect(self._on_digit_pressed)
        self.view.selectionModel().currentChanged.connect(self._on_current_changed)
        self.model.loaded.connect(self._on_loaded)
        self.model.troubled.connect(self._on_troubled)

    def _query(self) -> QueueQuery:
        return QueueQuery(
            workspace=Space.CONTROL,
            filter=self._filter,
            text=self.search.text().strip(),
            organisation=self._organisation,
        )

    def _show_query(self) -> None:
        self.model.show_query(self._query())

    def _read_counters(self) -> None:
        self.shell.bridge.ask(self, lambda desk: desk.messages.counters(), self._on_counters, topic="counters")

    def _set_marked(self, marked: dict[MessageId, QueueRow]) -> None:
        self._marked = marked
        self.delegate.marked = set(marked)
        self.view.viewport().update()
        self._show_about()
        self.shell.refresh_actions()

    def _show_about(self) -> None:
        said = [messages(self.model.total)]
        if self._marked:
            said.append(ngettext("{n} marked", "{n} marked", len(self._marked)).format(n=len(self._marked)))
        self._about.setText(" · ".join(said))

    def _close_sheet(self) -> None:
        sheet, self._sheet = self._sheet, None
        if sheet is not None:
            self._side_column.removeWidget(sheet)
            sheet.hide()
            sheet.deleteLater()
        self._side.hide()

    def _on_regulation(self, regulation: Regulation) -> None:
        self.delegate.set_shares(dict(regulation.shares))
        self._clause = regulation.clause_of("24")
        self.view.viewport().update()

    def _on_counters(self, counters: tuple[Counter, ...]) -> None:
        mine = next((one for one in counters if one.workspace is Space.CONTROL), None)
        self.tiles.set_counts(dict(mine.by_filter) if mine is not None else {})

    def _on_reload_due(self) -> None:
        self.model.reload()
        self._read_counters()

    def _on_loaded(self) -> None:
        self._trouble.hide()
        is_empty = self.model.rowCount() == 0
        self._stack.setCurrentWidget(self._empty if is_empty else self.view)
        if not self.view.currentIndex().isValid() and not is_empty:
            self.view.setCurrentIndex(self.model.index(0, 0))
        fresh = {row.message_id: row for row in self.model.rows()}
        self._marked = {one: fresh.get(one, row) for one, row in self._marked.items()}
        self._show_about()
        self.shell.refresh_actions()

    def _on_troubled(self, error: BaseException) -> None:
        self._trouble.setText(trouble_sentence(error))
        self._trouble.show()

    def _on_tile_chosen(self, chosen: Filter) -> None:
        self._filter = chosen
        self._set_marked({})
        self._show_query()

    def _on_search_edited(self, _words: str) -> None:
        self._look.start()

    def _on_organisation_picked(self, key: object) -> None:
        self._organisation = OrganisationId(str(key)) if key else None
        self._show_query()

    def _on_organisation_cleared(self) -> None:
        self._organisation = None
        self._show_query()

    def _on_mark_asked(self, row: QueueRow) -> None:
        marked = dict(self._marked)
        if marked.pop(row.message_id, None) is None:
            marked[row.message_id] = row
        self._set_marked(marked)

    def _on_all_read(self, rows: tuple[QueueRow, ...]) -> None:
        self._set_marked({row.message_id: row for row in rows})
        self.shell.announce(ngettext("{n} marked", "{n} marked", len(rows)).format(n=len(rows)))
        self._is_marking = False
        if self._warns_after:
            self._warns_after = False
            self.warn()

    def _on_all_failed(self, error: BaseException) -> None:
        self._is_marking, self._warns_after = False, False
        self._on_troubled(error)

    def _on_open_asked(self, row: QueueRow) -> None:
        self.shell.open_message(row.message_id)

    def _on_digit_pressed(self, digit: str) -> None:
        face = next((one for one in self.extra_actions(None) if one.digit == digit), None)
        if face is not None and face.enabled:
            self.run_extra(face.key)
        elif face is not None:
            self.shell.announce(face.why_not)

    def _on_current_changed(self, now: QModelIndex, _before: QModelIndex) -> None:
        row = self.view.row_at(now)
        self.view.setAccessibleDescription(self.delegate.sentence(row) if row is not None else "")
        self.shell.refresh_actions()

    def _on_warned(self) -> None:
        self._close_sheet()
        self._set_marked({})
        self.view.setFocus()
        self._reload.start()

    def _on_sheet_cancelled(self) -> None:
        self._close_sheet()
        self.view.setFocus()


def _organisation_rows(shell: Shell) -> tuple[PickerRow, ...]:
    directory = shell.directory
    return organisation_rows(directory, tuple(directory.tree))
