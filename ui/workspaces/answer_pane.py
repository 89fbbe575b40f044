"""The pane of an executor's answer: the editor with its draft, the reason of a return, the edits of others."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from arm.desk.companions import OtherDraft
from arm.desk.values import Draft
from arm.domain.identity import MessageId, Person, UserId
from arm.domain.message import Stage
from arm.domain.verbs import Verb
from arm.i18n import _
from ui.formats import initials
from ui.widgets import BannerBar, BannerFace, Button, DiffView, PlainLabel
from ui.wording import refusal_with_clause, stage_name, trouble_sentence
from ui.workspaces.answer_editor import AnswerEditor
from ui.workspaces.answer_journal import AnswerJournal, accepted
from ui.workspaces.answer_values import AnswerValues, first_values, from_answer, from_fields
from ui.workspaces.base import Opened, Shell
from ui.workspaces.inquiries import InquiryList
from ui.workspaces.others import OthersBar

if TYPE_CHECKING:
    from arm.desk.desk import Desk

FORM = "answer"
RoutePeople = tuple[tuple[Person, ...], tuple[Person, ...], UserId | None]
"""Who may endorse, who may approve, and who usually does."""


class AnswerPane(QWidget):
    """What is typed wins over whatever arrives: a newer state of the message never replaces the draft."""

    edited = Signal()

    def __init__(self, shell: Shell, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shell = shell
        self._opened: Opened | None = None
        self._journals: dict[MessageId, AnswerJournal] = {}
        self._is_loaded = False
        self._was_editable = False
        self._has_draft = False
        self.editor = AnswerEditor(shell)
        self.inquiries = InquiryList(shell)
        self._title = PlainLabel(_("Answer"), role="subtitle")
        self._saved = PlainLabel(role="caption", tone="muted", elide=True)
        self._saved.setObjectName("answer-saved")
        self._saved.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._changes = Button(_("Edits of the managers"), "git-merge", "ghost")
        self._changes.setObjectName("answer-changes")
        self._changes.setCheckable(True)
        self._returned = BannerBar()
        self._returned.setObjectName("answer-returned")
        self._notice = BannerBar()
        self._notice.setObjectName("answer-notice")
        self._diff = DiffView()
        self._diff.setObjectName("answer-diff")
        self.others = OthersBar(shell, FORM, self.editor.text.text)
        self._stack = QStackedWidget()
        self._build()
        self.editor.edited.connect(self._on_edited)
        self._changes.toggled.connect(self._on_changes_toggled)
        self.others.lock_changed.connect(self._on_lock_changed)
        self.others.picked.connect(self._on_version_picked)
        self.others.taken_over.connect(self.editor.text.setFocus)

    @property
    def opened(self) -> Opened | None:
        return self._opened

    @property
    def has_draft(self) -> bool:
        return self._has_draft

    def is_editable(self) -> bool:
        return self._is_loaded and self._opened is not None and self._is_open_to_me(self._opened)

    def _is_open_to_me(self, opened: Opened) -> bool:
        """By the process, and nobody else is writing it."""
        return may_write(opened) and not self.others.is_locked()

    def show_opened(self, opened: Opened | None) -> None:
        before, self._opened = self._opened, opened
        if before is not None and (opened is None or opened.message_id != before.message_id):
            self.save_now()
        self.others.set_opened(opened, may_write=opened is not None and may_write(opened))
        if opened is None:
            return
        is_other = before is None or before.message_id != opened.message_id
        self.editor.set_message(opened)
        self.inquiries.set_opened(opened)
        came_back = may_write(opened) and not self._was_editable
        if is_other or (came_back and self._is_loaded):
            self._load(opened)
        elif self._is_loaded:
            self._show_state(opened)
        self._was_editable = may_write(opened)

    def journal(self) -> AnswerJournal | None:
        return self._journals.get(self._opened.message_id) if self._opened else None

    def save_now(self) -> None:
        for journal in self._journals.values():
            journal.save_now()

    def keep(self, message_id: MessageId, values: AnswerValues, number: str) -> None:
        """Writes these values into the message's draft at once, also when another message is open by now."""
        journal = self._journal_of(message_id)
        journal.touch(values.to_fields() | {"number": number}, len(values.text))
        journal.save_now()

    def say(self, text: str, tone: str = "error") -> None:
        """A sentence above the editor that stays until the next edit or state."""
        self._notice.set_face(BannerFace(text, tone, closable=True) if text else None)

    def _load(self, opened: Opened) -> None:
        self._is_loaded = False
        self._usual: UserId | None = None
        self._saved.setText("")
        self.say("")
        message_id = opened.message_id
        self.editor.set_read_only(True)
        self._journal_of(message_id).load(lambda draft: self._on_draft_loaded(message_id, draft))
        self._shell.bridge.ask(
            self,
            partial(_people_for, message_id),
            lambda people: self._on_people_came(message_id, people),
            topic="route",
        )

    def _journal_of(self, message_id: MessageId) -> AnswerJournal:
        journal = self._journals.get(message_id)
        if journal is None:
            journal = AnswerJournal(self._shell, FORM, message_id, self)
            journal.saved.connect(self._on_journal_saved)
            journal.failed.connect(self._on_journal_failed)
            self._journals[message_id] = journal
        return journal

    def _on_draft_loaded(self, message_id: MessageId, draft: Draft | None) -> None:
        opened = self._opened
        if opened is None or opened.message_id != message_id:
            return
        kept = from_fields(draft.fields) if draft is not None else None
        if kept is not None and kept.sent and accepted(opened.card, kept.sent):
            self._journal_of(message_id).discard()
            kept = None
        me = self._shell.me
        values = kept or first_values(opened.message, me.full_name, me.position)
        if kept is None and not may_write(opened) and opened.message.answer is not None:
            values = self._given(opened) or values
        self._has_draft = kept is not None and bool(kept.text.strip())
        self._is_loaded = True
        self.editor.set_values(values, draft.caret if draft is not None and kept is not None else 0)
        if draft is not None and kept is not None and draft.saved_at is not None:
            self._on_journal_saved(draft.saved_at)
        self._show_state(opened)
        self.others.refresh()
        self._shell.refresh_actions()
        self._name_the_usual()

    def _given(self, opened: Opened) -> AnswerValues | None:
        answer, route = opened.message.answer, opened.message.route or opened.message.last_route
        if answer is None:
            return None
        endorsers = tuple(task.user_id for task in route.endorsers) if route else ()
        return from_answer(answer, endorsers, route.approver if route else None)

    def _on_people_came(self, message_id: MessageId, people: RoutePeople) -> None:
        if self._opened is not None and self._opened.message_id == message_id:
            endorsers, approvers, self._usual = people
            self.editor.route.set_people(endorsers, approvers, self._opened.directory)
            self._name_the_usual()

    def _name_the_usual(self) -> None:
        """Once both have come, the draft and the people, in whatever order."""
        if self.is_editable() and not self._has_draft:
            self.editor.route.set_default(self._usual)
            self.editor.show_check()
            self._shell.refresh_actions()

    def _show_state(self, opened: Opened) -> None:
        is_editable = may_write(opened)
        self.editor.set_read_only(not self._is_open_to_me(opened))
        self._saved.setVisible(is_editable or self._has_draft)
        message = opened.message
        is_bare = not is_editable and message.answer is None and not self._has_draft
        self._stack.setVisible(not is_bare)
        if is_bare:
            self.inquiries.unfold()
        self._returned.set_face(_return_face(opened))
        refused = _refused(opened)
        if refused:
            self.say(refused)
        elif not is_editable:
            face = _stranger_face(opened, has_draft=self._has_draft)
            self._notice.set_face(face)
        elif self._notice.face() is not None and not self._was_editable:
            self.say("")
        answer = message.answer
        before = answer.text_before_edit if answer is not None else None
        self._changes.setVisible(before is not None)
        if answer is not None and before is not None:
            self._diff.set_texts(before, answer.text)
            who = initials(answer.edited_by)
            self._changes.set_verb(_("Edits: {name}").format(name=who) if who else _("Edits of the managers"))
        else:
            self._changes.setChecked(False)

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(16, 10, 16, 2)
        head.setSpacing(10)
        head.addWidget(self._title)
        head.addWidget(self._changes)
        head.addWidget(self._saved, 1)
        self._stack.addWidget(self.editor)
        framed = QWidget()
        inside = QVBoxLayout(framed)
        inside.setContentsMargins(16, 8, 16, 12)
        inside.addWidget(self._diff)
        self._stack.addWidget(framed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._returned)
        column.addWidget(self._notice)
        column.addWidget(self.others)
        column.addWidget(self.inquiries)
        column.addWidget(self._stack, 1)
        column.addStretch(0)
        self._changes.hide()

    def _on_edited(self) -> None:
        opened = self._opened
        if opened is None or not self.is_editable():
            return
        self._has_draft = True
        self.others.typed()
        fields = self.editor.values().to_fields() | {"number": opened.message.number}
        self._journal_of(opened.message_id).touch(fields, self.editor.caret())
        self.edited.emit()

    def _on_lock_changed(self) -> None:
        if self._opened is not None and self._is_loaded:
            self.editor.set_read_only(not self._is_open_to_me(self._opened))
            self._shell.refresh_actions()

    def _on_version_picked(self, taken: OtherDraft) -> None:
        """Another's words come into the editor, one's own stay beside as a version; files remain one's own."""
        opened = self._opened
        if opened is None or opened.message_id != taken.message_id or not self.is_editable():
            return
        own, theirs = self.editor.values(), from_fields(taken.fields)
        if own.text.strip():
            self.others.keep_version(own.to_fields() | {"number": opened.message.number})
        values = replace(
            theirs,
            files=own.files,
            comment_files=own.comment_files,
            endorsers=theirs.endorsers or own.endorsers,
            approver=theirs.approver or own.approver,
            signer_name=own.signer_name,
            signer_position=own.signer_position,
            sent="",
        )
        self.editor.set_values(values, len(values.text))
        self._on_edited()
        self.save_now()
        self.editor.text.setFocus()
        self._shell.refresh_actions()

    def _on_changes_toggled(self, is_down: bool) -> None:
        self._stack.setCurrentIndex(1 if is_down else 0)

    def _on_journal_saved(self, saved_at: datetime) -> None:
        if self.sender() is None or self.sender() is self.journal():
            said = f"{saved_at.astimezone():%H:%M:%S}"
            self._saved.setText(_("Draft saved {time}").format(time=said))

    def _on_journal_failed(self, error: BaseException) -> None:
        self.say(_("The draft isn't kept yet. {why}").format(why=trouble_sentence(error)))


def _people_for(message_id: MessageId, desk: Desk) -> RoutePeople:
    people = desk.people
    return people.endorsers(message_id), people.approvers(message_id), people.usual_approver(message_id)


def may_write(opened: Opened) -> bool:
    """Whether an answer can be sent by this person from this state."""
    state = opened.action(Verb.SUBMIT)
    return state is not None and state.enabled


def _return_face(opened: Opened) -> BannerFace | None:
    message = opened.message
    if not message.return_reason or message.stage is not Stage.EXECUTION:
        return None
    who = initials(message.returned_by)
    return BannerFace(_("Returned for rework by {name}: “{why}”").format(name=who, why=message.return_reason), "warn")


def _stranger_face(opened: Opened, *, has_draft: bool) -> BannerFace | None:
    """Why nothing can be typed here, and what became of the draft."""
    message = opened.message
    if has_draft and message.stage is Stage.EXECUTION and message.executor is not None:
        who = initials(opened.directory.name(message.executor)) or _("another executor")
        said = _("The message was handed over: {name}. Your draft is kept, and whoever goes on with it can see it")
        return BannerFace(said.format(name=who), "warn")
    if message.answer is None and not has_draft:
        return None
    if not message.is_open:
        return BannerFace(_("The answer has been sent to the applicant"), "info")
    if has_draft and message.stage not in (Stage.ENDORSEMENT, Stage.APPROVAL):
        said = _("The message isn't yours any more: {stage}. Your draft is kept and can be copied from here")
        return BannerFace(said.format(stage=stage_name(message.stage).lower()), "warn")
    return BannerFace(_("The answer is at the stage: {stage}").format(stage=stage_name(message.stage).lower()), "info")


def _refused(opened: Opened) -> str:
    """The words of a refusal by the central store of an answer that was sent from this desk."""
    for one in opened.card.pending:
        if one.verb == Verb.SUBMIT and one.refused is not None:
            why = refusal_with_clause(one.refused, opened.regulation)
            return _("The answer wasn't accepted: {why}. Everything typed is here").format(why=why)
    return ""
