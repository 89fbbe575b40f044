"""The page of sending and decisions: what waits to be sent, calm, and what wants a choice, one by one (P19)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QStackedLayout, QWidget

from arm.desk.values import Choice, Done, Draft, Pending
from arm.domain.identity import CommandId, MessageId
from arm.domain.refusals import Refused
from arm.i18n import _
from ui.formats import number_sign
from ui.keys import bind
from ui.pending_words import OWN_FORMS, VERBS, PendingFace, pending_face, standing_title, typed_fields
from ui.widgets import Surface, ToastFace
from ui.wording import refusal_with_clause
from ui.workspaces.conflict_pane import Chosen, ConflictFace, ConflictPane
from ui.workspaces.pending_lists import PendingLists

if TYPE_CHECKING:
    from arm.desk.desk import Desk
    from ui.workspaces.base import Shell

KEEP_AFTER_MS = 1_000
ASSEMBLING = "assemble:"
"""Forms of the drafts in which a result put together by hand is kept until it is sent."""


class OutboxPage(Surface):
    """`left` asks to go back to the queue."""

    left = Signal()

    def __init__(self, shell: Shell, parent: QWidget | None = None) -> None:
        super().__init__("bg", parent)
        self.setObjectName("outbox-page")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._shell = shell
        self._compared: PendingFace | None = None
        self._draft: Draft | None = None
        self._wants_focus = False
        self.lists = PendingLists()
        self.lists.left.connect(self.left)
        self.lists.acted.connect(self._on_row_acted)
        self.conflict = ConflictPane()
        self.conflict.left.connect(self._on_conflict_left)
        self.conflict.chosen.connect(self._on_chosen)
        self.conflict.edited.connect(self._on_edited)
        self._layers = QStackedLayout(self)
        self._layers.addWidget(self.lists)
        self._layers.addWidget(self.conflict)
        self._keeping = QTimer(self)
        self._keeping.setSingleShot(True)
        self._keeping.setInterval(KEEP_AFTER_MS)
        self._keeping.timeout.connect(self.save_drafts)
        bind(self, "Esc", self._on_escape)

    def open_page(self) -> None:
        """What needs a decision has the focus as soon as it is read."""
        self._wants_focus = True
        self.setFocus()
        self.reload()

    def reload(self) -> None:
        self._shell.bridge.ask(self, _read, self._show, topic="pending")

    def reload_if_seen(self) -> None:
        if self.isVisible():
            self.reload()

    def next_difference(self) -> bool:
        """F8; False where no two texts are being compared."""
        if not self.conflict.isVisible():
            return False
        self.conflict.next_difference()
        return True

    def save_drafts(self) -> None:
        """The result that is being put together."""
        self._keeping.stop()
        face, text = self._compared, self.conflict.assembled()
        if face is None or not text:
            return
        pending = face.pending
        draft = Draft(
            draft_id=self._draft.draft_id if self._draft is not None else "",
            message_id=pending.message_id,
            form=ASSEMBLING + pending.command_id,
            fields={"text": text},
        )
        self._shell.bridge.tell(self, lambda desk: desk.drafts.save(draft), self._on_kept)

    def _show(self, read: tuple[tuple[Pending, ...], frozenset[MessageId]]) -> None:
        pending, here = read
        now = self._shell.now()
        faces = tuple(pending_face(one, now, is_here=one.message_id in here) for one in pending)
        self.lists.show_faces(faces)
        compared = self._compared
        if compared is not None and all(one.pending.command_id != compared.pending.command_id for one in faces):
            self._end_comparing()
        if self._wants_focus and self._compared is None:
            self._wants_focus = False
            (self.lists.first_choice() or self).setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_row_acted(self, what: tuple[str, PendingFace]) -> None:
        key, face = what
        runs: dict[str, Callable[[PendingFace], None]] = {
            "compare": self._compare,
            "repeat": partial(self._resolve, Choice.MINE),
            "dismiss": partial(self._resolve, Choice.THEIRS),
            "open": self._open,
            "copy": self._copy,
            "quote": self._quote,
            "redraft": self._redraft,
        }
        runs[key](face)

    def _open(self, face: PendingFace) -> None:
        self._shell.open_message(face.pending.message_id)

    def _copy(self, face: PendingFace) -> None:
        QGuiApplication.clipboard().setText("\n".join(text for _label, text in face.typed))
        self._shell.announce(_("The text is in the clipboard"))

    def _quote(self, face: PendingFace) -> None:
        QGuiApplication.clipboard().setText(str(face.pending.command_id))
        self._shell.announce(_("The number is in the clipboard"))

    def _compare(self, face: PendingFace) -> None:
        """A result that was begun before is gone on with."""
        form, message_id = ASSEMBLING + face.pending.command_id, face.pending.message_id
        show = partial(self._show_comparison, face)
        self._shell.bridge.ask(self, lambda desk: desk.drafts.load(form, message_id), show, topic="compare")

    def _show_comparison(self, face: PendingFace, draft: Draft | None) -> None:
        self._compared, self._draft = face, draft
        standing = face.pending.standing
        self.conflict.show_face(
            ConflictFace(
                title=face.title,
                why=face.why,
                mine=face.text,
                theirs=standing.text if standing is not None else "",
                theirs_title=standing_title(face.pending, self._shell.now()),
                assembled=draft.fields.get("text", "") if draft is not None else "",
            )
        )
        self._layers.setCurrentWidget(self.conflict)
        self.conflict.focus_first()

    def _end_comparing(self) -> None:
        self._keeping.stop()
        self._compared, self._draft = None, None
        self._layers.setCurrentWidget(self.lists)
        self._wants_focus = True

    def _on_conflict_left(self) -> None:
        self.save_drafts()
        self._end_comparing()
        self.reload()

    def _on_chosen(self, chosen: Chosen) -> None:
        if self._compared is not None:
            self._resolve(chosen.choice, self._compared, chosen.text)

    def _resolve(self, choice: Choice, face: PendingFace, text: str = "") -> None:
        command_id = face.pending.command_id
        answered = partial(self._on_resolved, choice, face)
        self._shell.bridge.tell(self, lambda desk: desk.commands.resolve(command_id, choice, text), answered)

    def _on_resolved(self, choice: Choice, face: PendingFace, answer: Done | Refused | None) -> None:
        if isinstance(answer, Refused):
            words = refusal_with_clause(answer)
            if self._compared is not None:
                self.conflict.show_problem(words)
            else:
                self.lists.show_problem(face.pending.command_id, words)
                self._shell.announce(words)
            return
        self._discard_assembled()
        number = number_sign(face.pending.number)
        said = {
            Choice.MINE: _("{number}: yours is on its way again"),
            Choice.ASSEMBLED: _("{number}: the text put together is on its way"),
            Choice.THEIRS: _("{number}: what stands in the store was left"),
        }
        words = said[choice].format(number=number).removeprefix(": ")
        self._shell.toast(ToastFace(words[:1].upper() + words[1:], "ok"))
        self._end_comparing()
        self.reload()

    def _discard_assembled(self) -> None:
        draft = self._draft
        if draft is not None and draft.draft_id:
            draft_id = draft.draft_id
            self._shell.bridge.tell(self, lambda desk: desk.drafts.discard(draft_id))

    def _redraft(self, face: PendingFace) -> None:
        pending = face.pending
        verb = VERBS.get(pending.verb)
        form = OWN_FORMS.get(verb, f"sheet:{pending.verb}") if verb else f"sheet:{pending.verb}"
        draft = Draft(draft_id="", message_id=pending.message_id, form=form, fields=typed_fields(pending.command_json))
        kept = partial(self._on_redrafted, face)
        self._shell.bridge.tell(self, lambda desk: desk.drafts.save(draft), kept)

    def _on_redrafted(self, face: PendingFace, _draft: Draft) -> None:
        self._shell.announce(_("The text is a draft of this message again"))
        command_id: CommandId = face.pending.command_id
        self._shell.bridge.tell(self, lambda desk: desk.commands.dismiss(command_id), self._on_dismissed)

    def _on_dismissed(self, _nothing: None) -> None:
        self._wants_focus = True
        self.reload()

    def _on_edited(self, _text: str) -> None:
        self._keeping.start()

    def _on_kept(self, draft: Draft) -> None:
        if self._compared is not None and draft.form == ASSEMBLING + self._compared.pending.command_id:
            self._draft = draft

    def _on_escape(self) -> None:
        if self._compared is not None:
            self.conflict.step_out()
        else:
            self.left.emit()


def _read(desk: Desk) -> tuple[tuple[Pending, ...], frozenset[MessageId]]:
    """Every own command on the page, and which of their messages are still shown to their author."""
    pending = desk.commands.pending()
    rows = desk.messages.rows(tuple({one.message_id for one in pending}))
    return pending, frozenset(row.message_id for row in rows)
