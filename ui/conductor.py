"""The conductor: which workspace and message are open, what may be done, and the doing; the shell of the workspaces."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from arm.desk.values import Changes, Counter, Done, Me, SyncStatus, TakenBack
from arm.desk.values import Workspace as Space
from arm.domain.directory import Directory
from arm.domain.identity import MessageId
from arm.domain.refusals import Refused
from arm.domain.verbs import Verb
from arm.i18n import _
from ui.action_faces import MAIN, action_faces, usual_main
from ui.bridge import Bridge
from ui.focus_place import FocusPlace, focus_the_work
from ui.formats import number_sign
from ui.giving import BulkRun, Given, Giver
from ui.rail_faces import first_place
from ui.sheet_shelf import SheetShelf
from ui.widgets import Sheet, ToastFace
from ui.wording import refusal_with_clause
from ui.workspaces.area import WorkArea
from ui.workspaces.base import WORKSPACES, Opened, Workspace, read_opened, subject_print
from ui.workspaces.queue import QueuePane

if TYPE_CHECKING:
    from arm.domain.commands import Command
    from ui.widgets import ActionBar

FIRST_CARD_AFTER_MS = 50
"""The queue is painted before the first card loads all the rules."""


class Conductor(QObject):
    """Implements `Shell`. It holds no widgets of its own: the window gives it queue, area and bar."""

    announced = Signal(str)
    toasted = Signal(object)
    counted = Signal(object)
    entered = Signal(object)
    synced = Signal(object)
    outbox_changed = Signal()
    call_asked = Signal()
    placed = Signal(object)

    def __init__(self, bridge: Bridge, me: Me, hold_s: Callable[[], int], parent: QObject | None = None) -> None:
        """`hold_s`: how long the person wants steps to be held."""
        super().__init__(parent)
        self._bridge = bridge
        self._me = me
        self.giver = Giver(self, hold_s)
        self._directory = Directory()
        self._opened: Opened | None = None
        self._wanted: MessageId | None = None
        self._places: dict[Space, Workspace] = {}
        self._space: Space | None = None
        self._last_space = ""
        self._sheets = SheetShelf()
        self._first_card_after_ms = FIRST_CARD_AFTER_MS
        self._seen: dict[MessageId, str] = {}
        self._counters: dict[Space, Counter] = {}

    def take_parts(self, queue: QueuePane, area: WorkArea, bar: ActionBar) -> None:
        self._queue, self._area, self._bar = queue, area, bar
        queue.chosen.connect(self._on_queue_chosen)
        queue.entered.connect(self._on_queue_entered)
        bar.triggered.connect(self._on_bar_triggered)
        bar.refused.connect(self.announce)
        area.side.focus_freed.connect(partial(focus_the_work, queue, area))
        area.card.correct_asked.connect(self._on_correct_asked)
        queue.model.loaded.connect(self._show_emptiness)
        self._bridge.changed.connect(self._on_changed)

    @property
    def bridge(self) -> Bridge:
        return self._bridge

    @property
    def me(self) -> Me:
        return self._me

    @property
    def directory(self) -> Directory:
        return self._directory

    @property
    def opened(self) -> Opened | None:
        return self._opened

    @property
    def space(self) -> Space | None:
        return self._space

    @property
    def workspace(self) -> Workspace | None:
        return self._places.get(self._space) if self._space is not None else None

    def now(self) -> datetime:
        return self._bridge.now()

    def start(self, last: str = "") -> None:
        """Enters a place; its messages come before everything else that is read. `last`: where one was before."""
        self._last_space = last
        if len(self._me.workspaces) == 1:
            self.enter(self._me.workspaces[0])
        self._read_counters()
        self._bridge.ask(self, lambda desk: desk.sync.status(), self._on_status)
        self._bridge.ask(self, lambda desk: desk.commands.holder.waiting(), self.giver.undo.resume)
        self._read_directory()

    def enter(self, space: Space) -> None:
        if space not in self._me.workspaces:
            return
        if space is self._space:
            self.focus_queue()
            return
        workspace = self.place(space)
        self._space = space
        self._show_opened(None)
        self._wanted = None
        self._area.show_workspace(workspace)
        self._area.show_board(workspace if workspace.replaces_all else None)
        self._queue.setVisible(not workspace.replaces_all)
        if not workspace.replaces_all:
            self._queue.show_space(space, workspace.queue_text, workspace.empty_sentence())
            self._queue.show_counter(self._counters.get(space))
        self.entered.emit(space)
        workspace.activated()
        self.refresh_actions()
        if workspace.replaces_all:
            workspace.setFocus()
        else:
            self._queue.focus_list()

    def place(self, space: Space) -> Workspace:
        """The workspace, made when it is first needed."""
        if space not in self._places:
            module, _colon, name = WORKSPACES[space].partition(":")
            kind: type[Workspace] = getattr(importlib.import_module(module), name)
            made = kind(self)
            self._places[space] = made
            for part in made.digit_places():
                self._bar.listen(part)
            self.placed.emit(made)
        return self._places[space]

    def places(self) -> tuple[Workspace, ...]:
        return tuple(self._places.values())

    def announce(self, text: str) -> None:
        self.announced.emit(text)

    def toast(self, face: ToastFace) -> None:
        self.toasted.emit(face)

    def focus_queue(self) -> None:
        workspace = self.workspace
        if workspace is not None and workspace.replaces_all:
            self._area.show_board(workspace)
            self._show_opened(None)
            workspace.setFocus()
        else:
            self._area.show_board(None)
            self._queue.show()
            self._queue.focus_list()

    def open_message(self, message_id: MessageId) -> None:
        workspace = self.workspace
        self._area.show_board(None)
        if workspace is not None and workspace.replaces_all:
            self._read_card(message_id)
            self._area.card.setFocus()
        elif not self._queue.choose(message_id) or self._wanted != message_id:
            self._read_card(message_id)

    def new_call(self) -> None:
        if Space.INTAKE in self._me.workspaces:
            self.call_asked.emit()
        else:
            self.announce(_("Taking calls needs the role of an intake operator"))

    def open_number(self, number: str) -> None:
        def opened(found: MessageId | None) -> None:
            if found is None:
                self.announce(_("There is no {number} on this computer").format(number=number_sign(number)))
            else:
                self.open_message(found)

        self._bridge.ask(self, lambda desk: desk.messages.by_number(number), opened)

    def refresh_actions(self) -> None:
        self._bar.set_actions(() if self._area.is_page_shown() else action_faces(self.workspace, self._opened))

    def press_main(self) -> None:
        """Ctrl+Enter where no sheet is open."""
        if not self._bar.press_primary():
            self.announce(_("There is nothing to decide here"))

    def act(self, verb: Verb) -> None:
        opened, workspace = self._opened, self.workspace
        if self._queue.marks.count():
            self._act_on_marked(verb)
            return
        if opened is None:
            self.announce(_("Choose a message first"))
            return
        state = opened.action(verb)
        if state is None:
            self.announce(_("The regulation of this message has no such action"))
            return
        if state.why_not is not None:
            self.announce(refusal_with_clause(state.why_not, opened.regulation))
            return
        if workspace is not None and workspace.take_over(state, opened):
            return
        from ui.workspaces.sheets import CommandSheet, build_command, needs_sheet

        made = workspace.make_sheet(state, opened) if workspace is not None else None
        if made is None and not needs_sheet(state):
            self.giver.do_plainly(build_command(verb, {}, opened), opened)
            return
        self.open_sheet(self._sheets.kept(verb, opened) or made or CommandSheet(self, opened, state))

    def _act_on_marked(self, verb: Verb) -> None:
        from ui.workspaces.bulk_sheet import IN_BULK, BulkSheet

        if verb not in IN_BULK:
            self.announce(_("This is done to one message at a time: take the marks away first (Esc)"))
            return
        sheet = BulkSheet(self, verb, self._queue.marks.rows(), self._seen)
        sheet.finished.connect(self._queue.marks.drop)
        self.open_sheet(sheet)

    def open_sheet(self, sheet: Sheet) -> None:
        from ui.workspaces.sheets import CommandSheet

        if isinstance(sheet, CommandSheet):
            self._sheets.put(sheet)
        self._area.side.open_sheet(sheet)
        self._area.show_side()

    def do(
        self,
        message_id: MessageId | None,
        command: Command,
        *,
        done_text: str = "",
        on_done: Callable[[Done], None] | None = None,
        on_refused: Callable[[Refused], None] | None = None,
        advance: bool | None = None,
    ) -> None:
        self.giver.do(message_id, command, done_text, on_done, on_refused, is_leaving=advance is not False)

    def holds(self, verb: Verb) -> bool:
        return self.giver.holds(verb)

    def do_many(self, given: Sequence[Given]) -> BulkRun:
        return self.giver.many(given)

    def expect_leaving(self, message_id: MessageId, *, is_leaving: bool = True) -> None:
        """Whether the queue goes on to the next message when this one is no longer in it."""
        self._queue.expect_leaving(message_id, is_leaving=is_leaving)

    def come_back_to(self, taken: Sequence[TakenBack]) -> None:
        """Steps were taken back: their messages are where they were before, the first of them is chosen."""
        for one in taken:
            self._queue.expect_leaving(one.message_id, is_leaving=False)
            for workspace in self._places.values():
                workspace.taken_back(one)
        self._queue.choose(taken[0].message_id)

    def save_drafts(self) -> None:
        for workspace in self._places.values():
            workspace.save_drafts()
        self._sheets.save_drafts()

    def tick(self) -> None:
        """Once a minute: clocks and levels go on."""
        self._area.card.tick()
        self._queue.reload_soon()
        self._read_counters()

    def _read_directory(self) -> None:
        self._bridge.ask(self, lambda desk: desk.people.directory(), self._on_directory, topic="directory")

    def _read_counters(self) -> None:
        self._bridge.ask(self, lambda desk: desk.messages.counters(), self._on_counters, topic="counters")

    def _read_card(self, message_id: MessageId) -> None:
        self._wanted = message_id
        wait_ms, self._first_card_after_ms = self._first_card_after_ms, 0
        work = partial(read_opened, message_id)
        self._bridge.ask(self, work, self._on_card, topic="card", after_ms=wait_ms)

    def _show_opened(self, opened: Opened | None) -> None:
        focus = FocusPlace(self._queue, self._area, self._bar)
        before, self._opened = self._opened, opened
        moved = before is not None and (opened is None or opened.message_id != before.message_id)
        is_decided = moved and before is not None and before.message_id == self.giver.decided
        if moved:
            self._area.side.close_sheet()
        self._area.card.show_card(opened)
        if opened is not None:
            self._seen[opened.message_id] = subject_print(opened.message)
        workspace = self.workspace
        if workspace is not None:
            if opened is not None:
                self._area.set_pane_wanted(workspace, is_wanted=workspace.wants_pane(opened))
            workspace.show_card(opened)
        self._show_emptiness()
        self.refresh_actions()
        focus.judge(is_decided=is_decided)

    def _show_emptiness(self) -> None:
        """Without a message nothing is asked and nothing offered: a pane has nothing to say."""
        workspace = self.workspace
        if self._opened is None and workspace is not None:
            is_empty = not self._queue.model.rowCount()
            self._area.card.tell_nothing_is_chosen(is_queue_empty=is_empty)
            if is_empty:
                self._area.set_pane_wanted(workspace, is_wanted=False)

    def _on_card(self, opened: Opened | None) -> None:
        if opened is None:
            if self._opened is not None and self._opened.message_id == self._wanted:
                self.announce(_("The message is no longer shown to you. What you typed is kept"))
            return
        if self._wanted is not None and opened.message_id != self._wanted:
            return
        self._show_opened(opened)
        row = self._queue.current_row()
        if row is not None and row.message_id == opened.message_id and row.is_unread:
            message_id = opened.message_id
            self._bridge.tell(self, lambda desk: desk.messages.mark_read(message_id))

    def _on_directory(self, directory: Directory) -> None:
        self._directory = directory

    def _on_counters(self, counters: tuple[Counter, ...]) -> None:
        self._counters = {one.workspace: one for one in counters}
        if self._space is None and self._me.workspaces:
            self.enter(first_place(self._me.workspaces, counters, self._last_space))
        if self._space is not None:
            self._queue.show_counter(self._counters.get(self._space))
        self.counted.emit(counters)

    def _on_status(self, status: SyncStatus) -> None:
        self.synced.emit(status)

    def _on_changed(self, changes: Changes) -> None:
        if changes.sync is not None:
            self._on_status(changes.sync)
        if changes.directory or changes.everything:
            self._read_directory()
        if changes.messages or changes.everything:
            self._queue.reload_soon()
            self._read_counters()
            shown = self._opened.message_id if self._opened is not None else None
            if shown is not None and shown == self._wanted and (changes.everything or shown in changes.messages):
                self._read_card(shown)
        if changes.outbox or changes.everything:
            self.outbox_changed.emit()
        for workspace in self._places.values():
            workspace.changed(changes)

    def _on_queue_chosen(self, message_id: MessageId | None) -> None:
        if message_id is None:
            self._wanted = None
            self._show_opened(None)
        else:
            self._read_card(message_id)

    def _on_queue_entered(self) -> None:
        workspace = self.workspace
        if workspace is None or not workspace.edit():
            self._area.card.setFocus()

    def _on_bar_triggered(self, key: object) -> None:
        opened, workspace = self._opened, self.workspace
        if isinstance(key, Verb):
            self.act(key)
        elif key == MAIN and opened is not None and workspace is not None:
            main = workspace.main_action(opened) or usual_main(workspace, opened, self.act)
            if main is not None:
                main.run()
        elif workspace is not None:
            workspace.run_extra(key)

    def _on_correct_asked(self) -> None:
        self.act(Verb.CORRECT_APPLICANT)
