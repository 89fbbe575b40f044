"""The moderator's place: accept with one key, what is missing asked in a field, reasons by digit with a preview."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtWidgets import QWidget

from arm.desk.values import QueueRow
from arm.desk.values import Workspace as Space
from arm.domain.verbs import Verb
from arm.i18n import _
from ui.formats import moment, number_sign
from ui.theme import em
from ui.widgets import PlainLabel
from ui.wording import channel_name, done_sentence
from ui.workspaces.base import Opened, Shell, Workspace
from ui.workspaces.fields import FormField, LongTextField, ReasonField
from ui.workspaces.sheets import CommandSheet

if TYPE_CHECKING:
    from arm.domain.actions import ActionState


class ModerationWorkspace(Workspace):
    space = Space.MODERATION
    icon_name = "shield-check"
    digits: ClassVar[Mapping[Verb, str]] = {
        Verb.ACCEPT: "1",
        Verb.DECLINE: "2",
        Verb.CHANGE_ORGANISATION: "3",
        Verb.RECLASSIFY: "4",
        Verb.SPLIT: "5",
    }

    def __init__(self, shell: Shell, parent: QWidget | None = None) -> None:
        super().__init__(shell, parent)
        self._accepting = False

    def take_over(self, state: ActionState, opened: Opened) -> bool:
        """One key accepts when topic and addressee are there; the sheet asks for what is missing."""
        if state.verb is not Verb.ACCEPT:
            return False
        message = opened.message
        if not message.category:
            return False
        named = message.organisation or message.proposed_organisation
        if named is not None:
            self._accept(opened, named)
            return True
        message_id = opened.message_id

        def suggested(organisation: object) -> None:
            if self.shell.opened is None or self.shell.opened.message_id != message_id:
                return
            if organisation:
                self._accept(opened, organisation)
            else:
                self.shell.open_sheet(AcceptSheet(self.shell, opened, state))

        self.shell.bridge.ask(self, lambda desk: desk.people.suggest_route(message_id), suggested, topic="route")
        return True

    def asks(self, state: ActionState, opened: Opened) -> bool | None:
        return not opened.message.category if state.verb is Verb.ACCEPT else None

    def make_sheet(self, state: ActionState, opened: Opened) -> CommandSheet | None:
        if state.verb is Verb.DECLINE:
            return DeclineSheet(self.shell, opened, state)
        if state.verb is Verb.ACCEPT:
            return AcceptSheet(self.shell, opened, state)
        return None

    def queue_text(self, row: QueueRow) -> tuple[str, str] | None:
        return row.topic or _("topic not chosen"), row.proposed or row.organisation

    def empty_sentence(self) -> str:
        return _("No new messages to moderate")

    def _accept(self, opened: Opened, organisation: object) -> None:
        from arm.domain.commands import Accept
        from arm.domain.identity import OrganisationId

        message = opened.message
        command = Accept(
            category=message.category,
            subcategory=message.subcategory,
            organisation=OrganisationId(str(organisation)),
            fact=message.fact,
        )
        said = done_sentence(Verb.ACCEPT).format(number=number_sign(message.number))
        self.shell.do(opened.message_id, command, done_text=said)


class AcceptSheet(CommandSheet):
    """Topic and addressee, filled as far as rules know them; after the choice Ctrl+Enter goes on accepting."""

    def __init__(self, shell: Shell, opened: Opened, state: ActionState) -> None:
        super().__init__(shell, opened, state, fields=("category", "organisation"))
        message = opened.message
        words = ", ".join(
            part for part in (channel_name(message.channel), moment(message.registered_at, opened.card.zone)) if part
        )
        self.set_note(_("{words}. The term is counted from the registration").format(words=words))


class DeclineSheet(CommandSheet):
    """A reason chosen by its digit; beneath the reasons what the applicant will read."""

    def __init__(self, shell: Shell, opened: Opened, state: ActionState) -> None:
        super().__init__(shell, opened, state, fields=("reason", "text"), confirm=_("Decline"))
        self._is_own_text = False
        self._preview = PlainLabel("", role="caption", tone="text2", wrap=True)
        self._preview.setObjectName("decline-preview")
        self._preview.hide()
        self.body.insertWidget(1, self._preview)
        self.field("reason").edited.connect(self._on_reason_changed)
        text = self.field("text")
        if isinstance(text, LongTextField):
            text.edit.setFixedHeight(round(em() * 1.45 * 3))
            text.edit.set_placeholder(_("Add what the applicant should know (the reason is told anyway)"))

    def _on_decided(self, field: FormField) -> None:
        """A ground that needs words of one's own sends the caret to them."""
        chosen = str(self.field("reason").value())
        listed = self.opened.regulation.reasons_at(self.opened.message.stage)
        if any(one.reason_id == chosen and one.needs_explanation for one in listed) and self.field("text").is_empty():
            self.field("text").setFocus()
        else:
            super()._on_decided(field)

    def _on_reason_changed(self) -> None:
        reason = self.field("reason")
        if isinstance(reason, ReasonField):
            said = reason.full_text()
            self._preview.setText(_("The applicant will read: {text}").format(text=said))
            self._preview.setVisible(bool(said))
