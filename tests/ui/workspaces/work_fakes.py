"""A desk and a shell of their own for tests of the back workspaces: real rules and windows, nothing on disk."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from arm.desk.values import (
    FILTERS,
    CardView,
    Changes,
    Counter,
    Done,
    Draft,
    Filter,
    Me,
    Pending,
    QueuePage,
    QueueQuery,
    QueueRow,
    RowMark,
    StoredFile,
    SyncKind,
    SyncStatus,
)
from arm.desk.values import Workspace as Space
from arm.domain import naming
from arm.domain.actions import actions
from arm.domain.clocks import Level
from arm.domain.commands import Command
from arm.domain.decide import Setting, apply, decide
from arm.domain.directory import Directory
from arm.domain.events import Event
from arm.domain.identity import Actor, CommandId, MessageId, Person, UploadId, UserId
from arm.domain.message import Attachment, Message, Stage
from arm.domain.refusals import Refused
from arm.domain.regulation import Regulation
from tests.domain.builders import regulation as demo_regulation
from tests.ui.choices_fakes import NOTHING_LEARNED
from tests.ui.company import FakeHandover, FakePresence
from ui.bridge import Bridge
from ui.giving import BulkRun, Given
from ui.widgets import Sheet, ToastFace
from ui.workspaces.base import Opened, Workspace

START = datetime(2026, 3, 2, 7, 15, tzinfo=UTC)
LEVELS = {
    Filter.OVER: Level.OVER,
    Filter.STAGE_OVER: Level.STAGE_OVER,
    Filter.NEAR: Level.NEAR,
    Filter.CALM: Level.CALM,
    Filter.DONE: Level.DONE,
}


class Town:
    """What the central store would know: messages with their timelines, decided by the real rules."""

    def __init__(self, directory: Directory, rules: Regulation | None = None) -> None:
        self.directory = directory
        self.rules = rules or demo_regulation()
        self.now = START
        self.messages: dict[MessageId, Message] = {}
        self.timelines: dict[MessageId, list[Event]] = {}
        self._numbers = itertools.count(4790)
        self._commands = itertools.count(1)

    def setting(self) -> Setting:
        return Setting(
            regulation=self.rules,
            directory=self.directory,
            now=self.now,
            command_id=CommandId(f"c-{next(self._commands)}"),
            new_number=lambda: str(next(self._numbers)),
        )

    def give(self, message_id: str, command: Command, who: str) -> Done | Refused:
        key, setting = MessageId(message_id), self.setting()
        person = self.directory.people[UserId(who)]
        events = decide(key, self.messages.get(key), command, Actor(person), setting)
        if isinstance(events, Refused):
            return events
        self.messages[key] = apply(self.messages.get(key), events[0])
        self.timelines.setdefault(key, []).append(events[0])
        return Done(command_id=setting.command_id, message_id=key)

    def must(self, message_id: str, command: Command, who: str, *, after: timedelta = timedelta(minutes=20)) -> Message:
        """An allowed step, later by `after`."""
        self.now += after
        done = self.give(message_id, command, who)
        assert isinstance(done, Done), f"{command.verb} by {who}: {done}"
        return self.messages[MessageId(message_id)]


class Desk:
    """The desk of one person in that town, with the names and signatures of arm.desk."""

    def __init__(self, town: Town, user_id: str, warned: Iterable[str] = ()) -> None:
        self.town = town
        self.person: Person = town.directory.people[UserId(user_id)]
        self.given: list[tuple[MessageId | None, Command]] = []
        self.pendings: dict[MessageId, tuple[Pending, ...]] = {}
        self.refuse_next: Refused | None = None
        self.listeners: list[Callable[[Changes], None]] = []
        self.kept: dict[str, Draft] = {}
        self.is_disk_full = False
        self._ids = itertools.count(1)
        self.messages = SimpleNamespace(
            card=self.card, queue_page=self.queue_page, rows=self.rows, counters=self.counters
        )
        self.commands = SimpleNamespace(do=self.do, pending=self.pending)
        self.drafts = SimpleNamespace(load=self.load, save=self.save, all=self.all, discard=self.discard)
        self.people = SimpleNamespace(
            usual_approver=lambda message_id: None,
            endorsers=self.endorsers, approvers=self.approvers, directory=self.directory, regulation=self.regulation
        )
        status = SyncStatus(kind=SyncKind.IN_STEP, since=START)
        self.sync, self.suggestions = SimpleNamespace(status=lambda: status), NOTHING_LEARNED
        self.presence, self.handover = FakePresence(self.tell), FakeHandover(self.tell)
        self.files = SimpleNamespace(add_path=self.add_path, add_bytes=self.add_bytes)

    def listen(self, listener: Callable[[Changes], None]) -> Callable[[], None]:
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)

    def tell(self, changes: Changes) -> None:
        for listener in tuple(self.listeners):
            listener(changes)

    def card(self, message_id: MessageId) -> CardView | None:
        message = self.town.messages.get(message_id)
        if message is None:
            return None
        return CardView(
            message=message,
            timeline=tuple(self.town.timelines[message_id]),
            sight="full",
            rev=str(len(self.town.timelines[message_id])),
            actions=actions(message, Actor(self.person), self.town.setting()),
            level=message.clocks.level(self.town.now),
            zone="Europe/Moscow",
            pending=self.pendings.get(message_id, ()),
        )

    def queue_page(self, query: QueueQuery, after: str = "", limit: int = 100) -> QueuePage:
        rows = [self.row(message) for message in self.town.messages.values()]
        found = [one for one in rows if _fits(one, query)]
        found.sort(key=lambda one: (list(Level)[::-1].index(one.level), one.lead_due_at or START, one.number))
        start = int(after or 0)
        end = start + limit
        return QueuePage(rows=tuple(found[start:end]), next_key=str(end) if end < len(found) else "", total=len(found))

    def counters(self) -> tuple[Counter, ...]:
        filters = FILTERS[Space.CONTROL]
        found = {one: self.queue_page(QueueQuery(workspace=Space.CONTROL, filter=one)).total for one in filters}
        return (Counter(workspace=Space.CONTROL, needs_action=found[Filter.OVER], has_overdue=True, by_filter=found),)

    def rows(self, message_ids: Iterable[MessageId]) -> tuple[QueueRow, ...]:
        return tuple(self.row(self.town.messages[one]) for one in message_ids)

    def row(self, message: Message) -> QueueRow:
        directory, clocks = self.town.directory, message.clocks
        here = directory.organisation(message.owner)
        marks = {RowMark.POSTPONED} if message.postponed_until else set()
        return QueueRow(
            message_id=message.message_id,
            number=message.number,
            first_line=message.text.split(".")[0],
            topic=directory.classifier.title(message.category, message.subcategory),
            stage=message.stage,
            organisation=here.name if here else "",
            holder=directory.name(message.executor) or (here.name if here else ""),
            level=clocks.level(self.town.now),
            lead_due_at=clocks.lead_due_at,
            stage_due_at=clocks.stage_lead_at,
            registered_at=message.registered_at,
            closed_at=message.closed_at,
            marks=frozenset(marks),
            result=message.answer.result if message.answer else None,
            warned_at=max((one.at for one in message.warnings), default=None),
            late_by_s=clocks.late_by_seconds(),
        )

    def do(self, message_id: MessageId | None, command: Command, hold_s: float = 0.0) -> Done | Refused:
        self.given.append((message_id, command))
        refused, self.refuse_next = self.refuse_next, None
        if refused is not None:
            return refused
        return self.town.give(str(message_id), command, self.person.user_id)

    def pending(self) -> tuple[Pending, ...]:
        return tuple(one for found in self.pendings.values() for one in found)

    def load(self, form: str, message_id: MessageId | None = None) -> Draft | None:
        found = [one for one in self.kept.values() if one.form == form and one.message_id == message_id]
        return found[-1] if found else None

    def save(self, draft: Draft) -> Draft:
        if self.is_disk_full:
            from arm.desk.troubles import CacheTrouble

            raise CacheTrouble("disk_full")
        kept = replace(draft, draft_id=draft.draft_id or f"d-{next(self._ids)}", saved_at=self.town.now)
        self.kept[kept.draft_id] = kept
        return kept

    def all(self, form: str) -> tuple[Draft, ...]:
        return tuple(one for one in self.kept.values() if one.form == form)

    def discard(self, draft_id: str) -> None:
        self.kept.pop(draft_id, None)

    def endorsers(self, message_id: MessageId) -> tuple[Person, ...]:
        one = self.town.messages[message_id]
        return naming.endorsers(self.town.directory, self.town.rules, one.owner, one.category, one.subcategory)

    def approvers(self, message_id: MessageId) -> tuple[Person, ...]:
        one = self.town.messages[message_id]
        found = naming.approvers(self.town.directory, self.town.rules, one.owner, one.category, one.subcategory)
        return tuple(person for person in found if person.user_id != one.executor)

    def directory(self) -> Directory:
        return self.town.directory

    def regulation(self, message: Message | None = None) -> Regulation:
        return self.town.rules

    def add_path(self, path: Path) -> StoredFile:
        return self.add_bytes(path.name, path.read_bytes())

    def add_bytes(self, name: str, content: bytes) -> StoredFile:
        upload_id = UploadId(f"u-{next(self._ids)}")
        attachment = Attachment(upload_id=upload_id, name=name, size=len(content), sha256="0" * 64)
        return StoredFile(attachment=attachment, is_sent=False)


def _fits(row: QueueRow, query: QueueQuery) -> bool:
    if query.filter is Filter.ALL:
        return row.stage is not Stage.CLOSED
    if query.filter is Filter.POSTPONED:
        return RowMark.POSTPONED in row.marks
    return row.level is LEVELS.get(query.filter)


class Window(QWidget):
    """The shell's part: shows one workspace, its sheets, and remembers what was said."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self.bridge = Bridge(desk, self)  # type: ignore[arg-type]  # the desk of this file
        self.said: list[str] = []
        self.toasts: list[str] = []
        self.bar_refreshed = 0
        self.opened: Opened | None = None
        self.entered: list[MessageId] = []
        self.workspace: Workspace | None = None
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.bridge.changed.connect(self._on_changed)

    @property
    def me(self) -> Me:
        person = self.desk.person
        grants = person.grants
        return Me(
            user_id=person.user_id,
            full_name=person.full_name,
            position=person.position,
            login=str(person.user_id),
            server="",
            roles=tuple(one.role for one in grants),
            workspaces=tuple(Space),
            organisation=grants[0].organisation if grants else None,
            organisation_name="",
        )

    @property
    def directory(self) -> Directory:
        return self.desk.town.directory

    def place(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.column.addWidget(workspace)

    def now(self) -> datetime:
        return self.desk.town.now

    def announce(self, text: str) -> None:
        self.said.append(text)

    def toast(self, face: ToastFace) -> None:
        self.toasts.append(face.text)

    def act(self, verb: object) -> None:
        """As the bar does: the workspace first, then its own sheet."""
        assert self.workspace is not None and self.opened is not None
        state = self.opened.action(verb)  # type: ignore[arg-type]
        assert state is not None
        if self.workspace.take_over(state, self.opened):
            return
        sheet = self.workspace.make_sheet(state, self.opened)
        if sheet is not None:
            self.open_sheet(sheet)

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
        def told(outcome: Done | Refused) -> None:
            if isinstance(outcome, Refused):
                if on_refused is not None:
                    on_refused(outcome)
                return
            self.toasts.append(done_text)
            if on_done is not None:
                on_done(outcome)
            self.reread()

        self.bridge.do(self, message_id, command, told)

    def holds(self, verb: object) -> bool:
        return False

    def do_many(self, given: Sequence[Given]) -> BulkRun:
        return BulkRun(self.bridge, tuple(given), 0.0, lambda step, hold_s: None)

    def open_sheet(self, sheet: Sheet) -> None:
        sheet.setParent(self)
        sheet.setGeometry(self.rect())
        sheet.open_sheet()

    def open_message(self, message_id: MessageId) -> None:
        self.entered.append(message_id)
        self.show_message(message_id)

    def refresh_actions(self) -> None:
        self.bar_refreshed += 1

    def focus_queue(self) -> None:
        self.said.append("queue")

    def show_message(self, message_id: str) -> None:
        card = self.desk.card(MessageId(message_id))
        assert card is not None and self.workspace is not None
        self.opened = Opened(card=card, regulation=self.desk.town.rules, directory=self.directory)
        self.workspace.show_card(self.opened)

    def reread(self) -> None:
        if self.opened is not None:
            self.show_message(self.opened.message_id)

    def _on_changed(self, changes: Changes) -> None:
        if self.workspace is not None:
            self.workspace.changed(changes)


def open_window(qtbot: QtBot, town: Town, user_id: str, kind: type[Workspace]) -> tuple[Window, Workspace]:
    """A shown window of that person with one workspace in it; closed with the test."""
    window = Window(Desk(town, user_id))
    qtbot.addWidget(window, before_close_func=_close_bridge)
    window.resize(1000, 700)
    workspace = kind(window)
    window.place(workspace)
    window.show()
    workspace.activated()
    settle(qtbot, window)
    return window, workspace


def settle(qtbot: QtBot, window: Window) -> None:
    """Until nothing is being read or written any more."""
    qtbot.waitUntil(lambda: not window.bridge.jobs.is_busy())


def _close_bridge(window: Window) -> None:
    window.bridge.close()
