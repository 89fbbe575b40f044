"""The manager's place of work: endorsing, approving, editing, returning and passing on what waits for him."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from arm.desk.companions import OtherDraft
from arm.desk.values import Changes, Done, Draft, QueueRow
from arm.desk.values import Workspace as Space
from arm.domain.identity import MessageId
from arm.domain.message import Answer, Result, Stage, Subject
from arm.domain.refusals import Reason, Refused
from arm.domain.verbs import Verb
from arm.i18n import _
from ui.formats import initials, number_sign
from ui.widgets import ActionFace, BannerBar, BannerFace, DiffView, PlainLabel, Tag
from ui.wording import refusal_sentence, refusal_with_clause, result_name, verb_label
from ui.workspaces.answer_journal import AnswerJournal, Swept, accepted, sweep
from ui.workspaces.base import Opened, Shell, Workspace
from ui.workspaces.decision_answer import AnswerUnderDecision
from ui.workspaces.decision_redirect import RedirectUnderDecision
from ui.workspaces.decision_route import RouteLine, steps_of
from ui.workspaces.decision_sheets import RejectSheet, pass_on_sheet
from ui.workspaces.others import OthersBar
from ui.workspaces.sheets import CommandSheet

if TYPE_CHECKING:
    from arm.domain.actions import ActionState
    from arm.domain.commands import Command

FORM = "decision"
DECIDING = (Verb.APPROVE, Verb.ENDORSE)


class DecisionsWorkspace(Workspace):
    """One decides on the text one has seen: when it changes meanwhile the difference is shown and asked again."""

    space: ClassVar[Space] = Space.DECISIONS
    icon_name: ClassVar[str] = "rubber-stamp"
    digits: ClassVar[Mapping[Verb, str]] = {
        Verb.APPROVE: "1",
        Verb.ENDORSE: "1",
        Verb.REJECT: "2",
        Verb.PASS_ON: "3",
    }
    quiet: ClassVar[frozenset[Verb]] = frozenset(DECIDING)
    has_pane: ClassVar[bool] = True
    pane_title: ClassVar[str] = "Answer"

    def __init__(self, shell: Shell, parent: QWidget | None = None) -> None:
        super().__init__(shell, parent)
        self._opened: Opened | None = None
        self._seen: Answer | None = None
        self._journals: dict[MessageId, AnswerJournal] = {}
        self._must_look = False
        self._was_deciding = False
        self._is_waiting = False
        self._body = QWidget()
        self._title = PlainLabel(role="subtitle")
        self._title.setObjectName("decision-title")
        self._kind = Tag("", "accent")
        self._kind.setObjectName("decision-kind")
        self._route = RouteLine()
        self._notice = BannerBar()
        self._notice.setObjectName("decision-notice")
        self._changes = DiffView()
        self._changes.setObjectName("decision-changes")
        self.answer = AnswerUnderDecision(shell)
        self.redirect = RedirectUnderDecision()
        self.others = OthersBar(shell, FORM, self.answer.text.text)
        self._stack = QStackedWidget()
        self._build()
        self.others.lock_changed.connect(self._on_lock_changed)
        self.others.picked.connect(self._on_version_picked)
        self.others.taken_over.connect(self.edit)
        self._notice.acted.connect(self._on_notice_acted)
        self.answer.edited.connect(self._on_edited)

    def show_card(self, opened: Opened | None) -> None:
        before, self._opened = self._opened, opened
        if before is not None and (opened is None or opened.message_id != before.message_id):
            self.save_drafts()
        self._body.setVisible(opened is not None)
        self.others.set_opened(opened, may_write=_may_edit(opened))
        if opened is None:
            return
        is_other = before is None or before.message_id != opened.message_id
        self._show_head(opened)
        is_deciding = deciding(opened) is not None
        if is_other or (is_deciding and not self._was_deciding):
            self._begin(opened)
        else:
            self._follow(opened)
        self._was_deciding = is_deciding

    def activated(self) -> None:
        sweep(self.shell.bridge, self, FORM, self._on_swept)

    def changed(self, changes: Changes) -> None:
        if self._is_waiting and (changes.everything or changes.messages):
            sweep(self.shell.bridge, self, FORM, self._on_swept)

    def label_of(self, state: ActionState, opened: Opened) -> str:
        if state.verb not in DECIDING or not state.enabled or not self._is_shown(opened):
            return ""
        if opened.message.subject is not Subject.ANSWER or self.answer.edited_text() is None:
            return ""
        return _("Approve as edited") if state.verb is Verb.APPROVE else _("Endorse as edited")

    def extra_actions(self, opened: Opened | None) -> tuple[ActionFace, ...]:
        if not _may_edit(opened):
            return ()
        return (ActionFace("edit", _("Edit"), "pencil", digit="4", shortcut_hint="F2"),)

    def run_extra(self, key: object) -> None:
        if key == "edit":
            self.edit()

    def take_over(self, state: ActionState, opened: Opened) -> bool:
        if state.verb not in DECIDING:
            return False
        self.decide()
        return True

    def make_sheet(self, state: ActionState, opened: Opened) -> CommandSheet | None:
        if state.verb is Verb.REJECT:
            return RejectSheet(self.shell, opened, state)
        return pass_on_sheet(self.shell, opened, state) if state.verb is Verb.PASS_ON else None

    def edit(self) -> bool:
        """F2: the text can be changed in place; result, date and route can't."""
        opened = self._opened
        if opened is None or not _may_edit(opened):
            return False
        if self.others.is_locked():
            self.shell.announce(self.others.locked_sentence())
            self.others.focus_bar()
            return True
        self.answer.set_editable(True)
        self.answer.text.setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def queue_text(self, row: QueueRow) -> tuple[str, str] | None:
        verb = Verb.ENDORSE if row.stage is Stage.ENDORSEMENT else Verb.APPROVE
        what = result_name(row.result) if row.result is not None else _("A redirect")
        return f"{verb_label(verb)} · {what}", row.topic

    def empty_sentence(self) -> str:
        return _("No decisions are waiting")

    def save_drafts(self) -> None:
        for journal in self._journals.values():
            journal.save_now()

    def decide(self) -> None:
        """Endorses or approves the text on the screen, with one's own edits if there are any."""
        opened = self._opened
        state = deciding(opened) if opened is not None else None
        if opened is None or state is None:
            self.shell.announce(_("There is nothing to decide here now"))
            return
        if self._must_look:
            self.shell.announce(_("The text has changed: look at the difference first"))
            self._changes.setFocus()
            return
        command = self._command(state.verb, opened)
        text = self.answer.edited_text() if opened.message.subject is Subject.ANSWER else None
        self.shell.do(
            opened.message_id,
            command,
            done_text=_done_text(state.verb, opened),
            on_done=partial(self._on_done, opened.message_id, text),
            on_refused=partial(self._on_refused, opened.message_id),
        )

    def _command(self, verb: Verb, opened: Opened) -> Command:
        from arm.domain.commands import Approve, Endorse

        if opened.message.subject is not Subject.ANSWER or self._seen is None:
            return Approve() if verb is Verb.APPROVE else Endorse()
        text, seen = self.answer.edited_text(), self._seen.text_hash
        if verb is Verb.APPROVE:
            return Approve(seen_hash=seen, text=text)
        files = self.answer.files.value() if text is not None and opened.regulation.files_with_edited_text else ()
        return Endorse(seen_hash=seen, text=text, files=files)

    def _is_shown(self, opened: Opened) -> bool:
        return self._opened is not None and self._opened.message_id == opened.message_id

    def _begin(self, opened: Opened) -> None:
        self._must_look = False
        self._notice.set_face(_refused_face(opened))
        self._changes.hide()
        self._show_subject(opened, None)
        if opened.message.subject is Subject.ANSWER and deciding(opened) is not None:
            message_id = opened.message_id
            self._journal_of(message_id).load(lambda draft: self._on_draft_loaded(message_id, draft))

    def _follow(self, opened: Opened) -> None:
        """A newer state of the message on the screen."""
        seen, answer = self._seen, opened.message.answer
        if answer is None or seen is None or answer.text_hash == seen.text_hash:
            self._show_details(opened)
            return
        if deciding(opened) is None:
            self._show_subject(opened, None)
            return
        self._must_look = True
        who = initials(answer.edited_by or answer.author_name)
        said = _("The answer was changed by {name} while you were reading. Your decision is asked again")
        text = said.format(name=who)
        self._notice.set_face(BannerFace(text, "warn", (("seen", _("I have read the difference")),)))
        self._changes.set_texts(seen.text, answer.text)
        self._changes.show()
        self._show_subject(opened, self.answer.edited_text())
        self.shell.announce(text)
        self.shell.refresh_actions()

    def _show_head(self, opened: Opened) -> None:
        message = opened.message
        is_redirect = message.subject is Subject.REDIRECT
        at_approval = message.stage is Stage.APPROVAL
        titles = {
            (True, True): _("Approval of a redirect"),
            (True, False): _("Endorsement of a redirect"),
            (False, True): _("Approval of an answer"),
            (False, False): _("Endorsement of an answer"),
        }
        is_open = message.stage in (Stage.ENDORSEMENT, Stage.APPROVAL)
        self._title.setText(titles[(is_redirect, at_approval)] if is_open else _("Answer"))
        result = message.answer.result if message.answer and not is_redirect else None
        self._kind.setVisible(result is not None)
        if result is not None:
            self._kind.setText(result_name(result))
            self._kind.set_tone("ok" if result is Result.SOLVED else "neutral")
        self._route.set_steps(steps_of(message, opened.directory, self.shell.me.user_id))

    def _show_subject(self, opened: Opened, kept_text: str | None) -> None:
        message = opened.message
        self._seen = message.answer
        if message.subject is Subject.REDIRECT:
            self.redirect.set_opened(opened)
            self._stack.setCurrentWidget(self.redirect)
        elif message.answer is not None:
            may_add = opened.regulation.files_with_edited_text and message.stage is Stage.ENDORSEMENT
            self.answer.set_answer(message.answer, kept_text, may_add_files=may_add)
            self._stack.setCurrentWidget(self.answer)
        self._stack.setVisible(message.subject is Subject.REDIRECT or message.answer is not None)
        self._show_details(opened)

    def _show_details(self, opened: Opened) -> None:
        if deciding(opened) is None:
            self.answer.set_editable(False)
        answer = opened.message.answer
        if answer is not None and answer.decline_reason:
            listed = opened.regulation.reasons_at(Stage.EXECUTION)
            found = next((one for one in listed if one.reason_id == answer.decline_reason), None)
            if found is not None:
                self.answer.set_decline_words(found.title or found.text)

    def _journal_of(self, message_id: MessageId) -> AnswerJournal:
        if message_id not in self._journals:
            self._journals[message_id] = AnswerJournal(self.shell, FORM, message_id, self)
        return self._journals[message_id]

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self._title)
        head.addWidget(self._kind)
        head.addStretch(1)
        self._stack.addWidget(self.answer)
        self._stack.addWidget(self.redirect)
        inside = QVBoxLayout(self._body)
        inside.setContentsMargins(16, 10, 16, 12)
        inside.setSpacing(8)
        inside.addLayout(head)
        inside.addWidget(self._route)
        inside.addWidget(self._changes)
        inside.addWidget(self._stack, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._notice)
        column.addWidget(self.others)
        column.addWidget(self._body, 1)
        self._changes.setMaximumHeight(220)
        self._changes.hide()

    def _on_draft_loaded(self, message_id: MessageId, draft: Draft | None) -> None:
        opened = self._opened
        if draft is None or opened is None or opened.message_id != message_id or opened.message.answer is None:
            return
        text, sent = draft.fields.get("text", ""), draft.fields.get("sent", "")
        if sent and accepted(opened.card, sent):
            self._journal_of(message_id).discard()
        elif text and text != opened.message.answer.text and self.answer.edited_text() is None:
            self._show_subject(opened, text)
            self.answer.set_editable(deciding(opened) is not None)
            self.shell.refresh_actions()

    def _on_edited(self) -> None:
        if self._opened is not None:
            text = self.answer.edited_text()
            if text is not None:
                self.others.typed()
            self._journal_of(self._opened.message_id).touch({"text": text or ""}, self.answer.text.caret())
            self.shell.refresh_actions()

    def _on_lock_changed(self) -> None:
        if self.others.is_locked():
            self.answer.set_editable(False)

    def _on_version_picked(self, taken: OtherDraft) -> None:
        """Another's edit of the text comes into the editor; one's own stays beside as a version."""
        opened = self._opened
        if opened is None or opened.message_id != taken.message_id or not _may_edit(opened):
            return
        own = self.answer.edited_text()
        if own is not None:
            self.others.keep_version({"text": own})
        self._show_subject(opened, taken.fields.get("text", ""))
        self.answer.set_editable(True)
        self._on_edited()
        self.save_drafts()
        self.answer.text.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_notice_acted(self, _key: object) -> None:
        self._must_look = False
        self._notice.set_face(None)
        self._changes.hide()
        self.shell.refresh_actions()

    def _on_done(self, message_id: MessageId, text: str | None, done: Done) -> None:
        """An edit stays in the journal, marked with its command, until the central store has accepted it."""
        journal = self._journal_of(message_id)
        self.others.stopped()
        if text is None:
            journal.discard()
            return
        self._is_waiting = True
        journal.touch({"text": text, "sent": done.command_id})
        journal.save_now()

    def _on_swept(self, swept: Swept) -> None:
        self._is_waiting = swept.waiting > 0

    def _on_refused(self, message_id: MessageId, refused: Refused) -> None:
        if self._opened is None or self._opened.message_id != message_id:
            self.shell.announce(refusal_sentence(refused))
            return
        if refused.reason is not Reason.TEXT_CHANGED or not self._must_look:
            why = refusal_with_clause(refused, self._opened.regulation)
            self._notice.set_face(BannerFace(why, "error", closable=True))


def _may_edit(opened: Opened | None) -> bool:
    return opened is not None and deciding(opened) is not None and opened.message.subject is Subject.ANSWER


def deciding(opened: Opened | None) -> ActionState | None:
    """The decision that this person may take now: approving or endorsing."""
    states = [opened.action(verb) for verb in DECIDING] if opened is not None else []
    return next((state for state in states if state is not None and state.enabled), None)


def _refused_face(opened: Opened) -> BannerFace | None:
    """A decision of one's own that the central store didn't accept."""
    for one in opened.card.pending:
        if one.verb in DECIDING and one.refused is not None:
            said = _("Your decision wasn't accepted: {why}. Your edits are kept")
            why = refusal_with_clause(one.refused, opened.regulation)
            return BannerFace(said.format(why=why), "error", closable=True)
    return None


def _done_text(verb: Verb, opened: Opened) -> str:
    message = opened.message
    number = number_sign(message.number)
    if verb is Verb.ENDORSE:
        return _("{number} is endorsed").format(number=number)
    if message.subject is Subject.REDIRECT:
        return _("{number} is approved and goes to the other organisation").format(number=number)
    return _("{number} is approved. The answer goes to the applicant").format(number=number)
