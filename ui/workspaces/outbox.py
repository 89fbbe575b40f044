"""The outbox page: what isn't sent yet, what was not accepted and why, with everything that was typed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from arm.desk.values import Draft, Pending, PendingState
from arm.domain.verbs import Verb
from arm.i18n import _
from ui.formats import computer_clock, number_sign
from ui.keys import bind
from ui.widgets import Button, EmptyState, PlainLabel, Surface, Tag
from ui.wording import field_name, pending_name, refusal_with_clause, verb_label

if TYPE_CHECKING:
    from ui.workspaces.base import Shell

_TONES = {
    PendingState.UNSENT: "neutral",
    PendingState.PARKED: "warn",
    PendingState.REFUSED: "danger",
    PendingState.CONFLICT: "danger",
}
_VERBS = {one.value: one for one in Verb}
_OWN_FORMS = {Verb.SUBMIT: "answer", Verb.REGISTER: "register"}


class OutboxPage(Surface):
    """`left` asks to go back to the queue."""

    left = Signal()

    def __init__(self, shell: Shell, parent: QWidget | None = None) -> None:
        super().__init__("bg", parent)
        self.setObjectName("outbox-page")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._shell = shell
        head = QHBoxLayout()
        head.addWidget(PlainLabel(_("Outbox"), role="title"), 1)
        back = Button(_("Back"), "chevron-left", key_hint="Esc")
        back.setObjectName("outbox-back")
        back.clicked.connect(self.left)
        head.addWidget(back)
        self._inside = QWidget()
        self._rows = QVBoxLayout(self._inside)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(8)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(self._inside)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.addLayout(head)
        column.addWidget(area, 1)
        bind(self, "Esc", self.left.emit)

    def reload(self) -> None:
        self._shell.bridge.ask(self, lambda desk: desk.commands.pending(), self._show, topic="pending")

    def reload_if_seen(self) -> None:
        if self.isVisible():
            self.reload()

    def _show(self, pending: tuple[Pending, ...]) -> None:
        while self._rows.count():
            item = self._rows.takeAt(0)
            gone = item.widget() if item is not None else None
            if gone is not None:
                gone.deleteLater()
        if not pending:
            self._rows.addWidget(EmptyState("circle-check", _("Everything is sent")))
            return
        for one in pending:
            row = PendingRow(one, self._shell)
            row.gone.connect(self.reload)
            self._rows.addWidget(row)
        self._rows.addStretch(1)


class PendingRow(Surface):
    gone = Signal()

    def __init__(self, pending: Pending, shell: Shell, parent: QWidget | None = None) -> None:
        super().__init__("card", parent)
        self.setObjectName(f"pending-{pending.command_id}")
        self._pending = pending
        self._shell = shell
        self._typed = typed_fields(pending.command_json)
        verb = _VERBS.get(pending.verb)
        head = QHBoxLayout()
        title = f"{number_sign(pending.number)} · {verb_label(verb) if verb else pending.verb}"
        head.addWidget(PlainLabel(title, role="body_strong"))
        head.addWidget(Tag(pending_name(pending.state), _TONES[pending.state]))
        head.addWidget(PlainLabel(computer_clock(pending.saved_at), tone="muted"))
        head.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 10)
        column.addLayout(head)
        if pending.refused is not None:
            column.addWidget(PlainLabel(refusal_with_clause(pending.refused), tone="danger", wrap=True))
        for name, words in self._typed.items():
            column.addWidget(PlainLabel(f"{field_name(name)}: {words}", tone="text2", wrap=True, selectable=True))
        column.addLayout(self._buttons())

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        wanted = [(_("Open the message"), "eye", self._on_open, "open")]
        if self._typed:
            wanted.append((_("Copy the text"), "copy", self._on_copy, "copy"))
        if self._pending.state in (PendingState.REFUSED, PendingState.CONFLICT):
            if self._typed:
                wanted.append((_("Put back into a draft"), "pencil", self._on_redraft, "redraft"))
            wanted.append((_("Seen"), "check", self._on_dismiss, "dismiss"))
        for words, icon_name, slot, name in wanted:
            button = Button(words, icon_name)
            button.setObjectName(f"pending-{name}")
            button.clicked.connect(slot)
            row.addWidget(button)
        row.addStretch(1)
        return row

    def _on_open(self) -> None:
        self._shell.open_message(self._pending.message_id)

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText("\n".join(self._typed.values()))
        self._shell.announce(_("The text is in the clipboard"))

    def _on_redraft(self) -> None:
        verb = _VERBS.get(self._pending.verb)
        form = _OWN_FORMS.get(verb, f"sheet:{self._pending.verb}") if verb else f"sheet:{self._pending.verb}"
        draft = Draft(draft_id="", message_id=self._pending.message_id, form=form, fields=self._typed)
        self._shell.bridge.tell(self, lambda desk: desk.drafts.save(draft), self._on_redrafted)

    def _on_redrafted(self, _draft: Draft) -> None:
        self._shell.announce(_("The text is a draft of this message again"))
        self._on_dismiss()

    def _on_dismiss(self) -> None:
        command_id = self._pending.command_id
        self._shell.bridge.tell(self, lambda desk: desk.commands.dismiss(command_id), self._on_dismissed)

    def _on_dismissed(self, _nothing: None) -> None:
        self.gone.emit()


def typed_fields(command_json: str) -> dict[str, str]:
    """What a person typed, out of the command as it was kept: texts only, no references."""
    try:
        read = json.loads(command_json) if command_json else {}
    except ValueError:
        return {}
    given = read.get("command", read) if isinstance(read, dict) else {}
    wanted = ("text", "reason", "comment", "question", "note", "address", "name", "phone", "email")
    if not isinstance(given, dict):
        return {}
    return {name: str(given[name]) for name in wanted if isinstance(given.get(name), str) and given[name]}
