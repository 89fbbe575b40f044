"""The executor's place of work: writing an answer, sending it on its way, asking for documents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from arm.desk.companions import TakenDraft
from arm.desk.values import Changes, Done, Draft, TakenBack
from arm.desk.values import Workspace as Space
from arm.domain.answers import Weight, template_values
from arm.domain.directory import Template
from arm.domain.identity import MessageId
from arm.domain.message import Message, Result
from arm.domain.refusals import Refused
from arm.domain.verbs import Verb
from arm.i18n import _, ngettext
from ui.formats import initials, number_sign
from ui.keys import bind
from ui.widgets import ActionFace, ToastFace
from ui.wording import refusal_sentence, refusal_with_clause
from ui.workspaces.answer_check import said
from ui.workspaces.answer_journal import Swept, sweep
from ui.workspaces.answer_pane import FORM, AnswerPane, may_write
from ui.workspaces.answer_values import AnswerValues
from ui.workspaces.base import MainAction, Opened, Shell, Workspace
from ui.workspaces.orphans import OrphanSheet
from ui.workspaces.templates import TemplateSheet, fitting_templates

if TYPE_CHECKING:
    from arm.domain.actions import ActionState

RECENT = 8
SWEEP_AFTER_MS = 400


class ExecutionWorkspace(Workspace):
    """Ctrl+Enter sends the answer; the first edit of a new message takes it into work."""

    space: ClassVar[Space] = Space.EXECUTION
    icon_name: ClassVar[str] = "edit"
    digits: ClassVar[Mapping[Verb, str]] = {
        Verb.START: "1",
        Verb.SEND_BACK: "2",
        Verb.REASSIGN: "3",
        Verb.REQUEST_DOCUMENTS: "4",
        Verb.ANSWER_INQUIRY: "5",
    }
    quiet: ClassVar[frozenset[Verb]] = frozenset({Verb.START, Verb.ANSWER_INQUIRY})
    has_pane: ClassVar[bool] = True
    pane_title: ClassVar[str] = "Answer"

    def __init__(self, shell: Shell, parent: QWidget | None = None) -> None:
        super().__init__(shell, parent)
        self._started: set[MessageId] = set()
        self._orphans: tuple[Draft, ...] = ()
        self._recent: list[str] = []
        self._sheet: TemplateSheet | None = None
        self._shown_route: bool | None = None
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(SWEEP_AFTER_MS)
        self._later.timeout.connect(self._sweep)
        self.pane = AnswerPane(shell)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.pane)
        self.pane.edited.connect(self._on_pane_edited)
        self.pane.editor.template_asked.connect(self.choose_template)
        bind(self, "Ctrl+T", self.choose_template, context=Qt.ShortcutContext.WindowShortcut)

    def activated(self) -> None:
        """Looks after drafts of answers that were sent: those accepted meanwhile are done with."""
        self._sweep()
        self.shell.bridge.tell(self, lambda desk: desk.handover.wake())

    def show_card(self, opened: Opened | None) -> None:
        before = self.pane.opened
        if before is not None and (opened is None or opened.message_id != before.message_id):
            self._close_sheet()
        self.pane.show_opened(opened)
        self.pane.setVisible(opened is not None)

    def main_action(self, opened: Opened) -> MainAction | None:
        if not may_write(opened):
            return None
        endorsers = self._is_shown(opened) and self.pane.editor.route.endorsers()
        self._shown_route = bool(endorsers)
        label = _("Send for endorsement") if endorsers else _("Send for approval")
        others = self.pane.others
        is_locked = self._is_shown(opened) and others.is_locked()
        why_not = others.locked_sentence() if is_locked else ""
        return MainAction(label=label, run=self.submit, verb=Verb.SUBMIT, enabled=not is_locked, why_not=why_not)

    def extra_actions(self, opened: Opened | None) -> tuple[ActionFace, ...]:
        """Drafts whose message has gone to somebody else stay within reach."""
        if not self._orphans:
            return ()
        number = len(self._orphans)
        label = ngettext("{n} draft without its message…", "{n} drafts without their messages…", number)
        return (ActionFace("orphans", label.format(n=number), "pencil"),)

    def run_extra(self, key: object) -> None:
        if key == "orphans" and self._orphans:
            sheet = OrphanSheet(self._orphans, self)
            sheet.dropped.connect(self._on_orphan_dropped)
            self.shell.open_sheet(sheet)

    def take_over(self, state: ActionState, opened: Opened) -> bool:
        if state.verb is not Verb.SUBMIT:
            return False
        self.submit()
        return True

    def edit(self) -> bool:
        """F2: a new message is taken into work, the caret goes into the text."""
        opened = self.pane.opened
        if opened is not None and self.pane.others.is_locked():
            self.shell.announce(self.pane.others.locked_sentence())
            self.pane.others.focus_bar()
            return True
        if opened is None or not self.pane.is_editable():
            return False
        self._start_if_new(opened)
        self.pane.editor.text.setFocus()
        return True

    def changed(self, changes: Changes) -> None:
        if changes.drafts:
            self.shell.bridge.ask(self, lambda desk: desk.handover.news(), self._on_taken_news)
        if (changes.everything or changes.messages) and not self._later.isActive():
            self._later.start()

    def taken_back(self, taken: TakenBack) -> None:
        """A message that is new again is taken into work by the next edit."""
        if taken.command.verb is Verb.START:
            self._started.discard(taken.message_id)

    def save_drafts(self) -> None:
        self.pane.save_now()

    def empty_sentence(self) -> str:
        return _("No messages are assigned to you")

    def submit(self) -> None:
        """Sends the answer, or goes to the first thing that is missing and says what it is."""
        opened, editor = self.pane.opened, self.pane.editor
        if opened is None or not self.pane.is_editable():
            state = opened.action(Verb.SUBMIT) if opened else None
            why = state.why_not if state else None
            if why is None and self.pane.others.is_locked():
                self.shell.announce(self.pane.others.locked_sentence())
                return
            self.shell.announce(refusal_sentence(why) if why else _("The answer is still being read"))
            return
        editor.show_check()
        blocks = tuple(one for one in editor.findings() if one.weight is Weight.BLOCK)
        if blocks:
            editor.go_to(blocks[0])
            self.shell.announce(_("Not sent: {what}").format(what=said(blocks)))
            return
        values = editor.values()
        self.pane.save_now()
        self.shell.do(
            opened.message_id,
            values.command(),
            done_text=self._done_text(opened, values),
            on_done=partial(self._on_submitted, opened.message, values),
            on_refused=partial(self._on_refused, opened.message_id),
        )

    def choose_template(self) -> None:
        opened = self.pane.opened
        if opened is None or not self.pane.is_editable():
            return
        self._start_if_new(opened)
        self._close_sheet()
        directory, message = opened.directory, opened.message
        above = directory.tree.superiors(message.owner) if message.owner in directory.tree else ()
        fitting = fitting_templates(directory.templates, message, above, self._recent)
        here = directory.organisation(message.owner)
        values = template_values(
            message,
            zone=opened.card.zone,
            topic=directory.classifier.title(message.category, message.subcategory) if message.category else "",
            organisation=here.name if here else "",
            author=self.shell.me.full_name,
            position=self.shell.me.position,
        )
        sheet = TemplateSheet(fitting, values, directory.classifier.title, self)
        sheet.picked.connect(self._on_template_picked)
        self._sheet = sheet
        self.shell.open_sheet(sheet)

    def _is_shown(self, opened: Opened) -> bool:
        return self.pane.opened is not None and self.pane.opened.message_id == opened.message_id

    def _done_text(self, opened: Opened, values: AnswerValues) -> str:
        people = values.endorsers or ((values.approver,) if values.approver else ())
        names = ", ".join(initials(opened.directory.name(one)) for one in people)
        number = number_sign(opened.message.number)
        return _("{number} is sent to: {name}").format(number=number, name=names)

    def _start_if_new(self, opened: Opened) -> None:
        from arm.domain.commands import Start

        state = opened.action(Verb.START)
        message = opened.message
        if message.in_work or message.message_id in self._started or state is None or not state.enabled:
            return
        self._started.add(message.message_id)
        said_done = _("{number} is taken into work").format(number=number_sign(message.number))
        self.shell.do(message.message_id, Start(), done_text=said_done, advance=False)

    def _close_sheet(self) -> None:
        sheet, self._sheet = self._sheet, None
        if sheet is not None:
            sheet.close_sheet()
            sheet.deleteLater()

    def _on_pane_edited(self) -> None:
        opened = self.pane.opened
        if opened is None:
            return
        self._start_if_new(opened)
        if self._shown_route != bool(self.pane.editor.route.endorsers()):
            self.shell.refresh_actions()

    def _on_template_picked(self, template: Template, text: str) -> None:
        self._recent = [template.template_id, *(one for one in self._recent if one != template.template_id)][:RECENT]
        result = Result(template.result) if template.result in set(Result) else None
        self.pane.editor.insert_template(text, result, template.title)
        self._close_sheet()

    def _on_submitted(self, message: Message, values: AnswerValues, done: Done) -> None:
        """The draft stays, marked with its command, until the central store has accepted it."""
        self.pane.others.stopped()
        self.pane.keep(message.message_id, replace(values, sent=done.command_id), message.number)

    def _on_refused(self, message_id: MessageId, refused: Refused) -> None:
        opened = self.pane.opened
        is_shown = opened is not None and opened.message_id == message_id
        why = refusal_with_clause(refused, opened.regulation if opened is not None and is_shown else None)
        if is_shown:
            self.pane.say(_("Not sent: {what}").format(what=why))
        self.shell.announce(why)

    def _sweep(self) -> None:
        sweep(self.shell.bridge, self, FORM, self._on_swept)

    def _on_swept(self, swept: Swept) -> None:
        before = {one.draft_id for one in self._orphans}
        fresh = [one for one in swept.orphans if one.draft_id not in before]
        self._orphans = swept.orphans
        if fresh:
            numbers = ", ".join(number_sign(one.fields.get("number", "")) for one in fresh)
            said = _("{numbers}: the message is with somebody else now. What you wrote is kept")
            self.shell.toast(ToastFace(said.format(numbers=numbers), tone="warn", stay_s=15.0))
        if {one.draft_id for one in swept.orphans} != before:
            self.shell.refresh_actions()

    def _on_taken_news(self, news: tuple[TakenDraft, ...]) -> None:
        for one in news:
            said = _("{number}: your draft is continued by {name}")
            text = said.format(number=number_sign(one.number), name=initials(one.by) or one.by)
            self.shell.toast(ToastFace(text, tone="info", stay_s=15.0))

    def _on_orphan_dropped(self, draft_id: object) -> None:
        self.shell.bridge.tell(self, lambda desk: desk.drafts.discard(str(draft_id)), self._on_orphan_gone)

    def _on_orphan_gone(self, _nothing: object) -> None:
        self._sweep()
