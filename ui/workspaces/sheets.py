"""Command sheets: panels generated from the fields that a row of the process asks for."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from arm.desk.values import Draft
from arm.domain.identity import MessageId
from arm.domain.message import Delivery, Inquiry
from arm.domain.refusals import Reason, Refused
from arm.domain.verbs import Cause, Verb, WarningChannel, WarningKind
from arm.i18n import _
from ui.formats import initials, number_sign
from ui.widgets import Sheet
from ui.wording import done_sentence, field_name, refusal_with_clause, sheet_title, verb_label
from ui.workspaces.choosing import PersonField
from ui.workspaces.drafting import DraftKeeper
from ui.workspaces.fields import FormField
from ui.workspaces.sheet_fields import field_for

if TYPE_CHECKING:
    from arm.domain.actions import ActionState
    from arm.domain.commands import Command
    from ui.workspaces.base import Opened, Shell

MERGED = {"subcategory": "category"}
"""Fields that another field covers."""
UNASKED = frozenset({"seen_hash", "late_acknowledged", "inquiry_id", "reached", "at"})
"""Fields that the program fills in itself."""


SENT_BY_CHOICE = frozenset(
    {Verb.ACCEPT, Verb.ASSIGN, Verb.CHANGE_ORGANISATION, Verb.DECLINE, Verb.HAND_DOWN, Verb.RECLASSIFY}
)


class CommandSheet(Sheet):
    """Asks what a verb needs, keeps it in the draft journal, gives the command, shows a refusal in place."""

    def __init__(
        self,
        shell: Shell,
        opened: Opened,
        state: ActionState,
        *,
        title: str = "",
        confirm: str = "",
        note: str = "",
        fields: tuple[str, ...] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        verb = state.verb
        super().__init__(
            title or f"{number_sign(opened.message.number)} · {sheet_title(verb)}",
            confirm or verb_label(verb),
            note=note,
            parent=parent,
        )
        self.setObjectName(f"sheet-{verb.value}")
        self.shell = shell
        self.opened = opened
        self.state = state
        self.late_acknowledged = False
        self._inquiry_id = uuid.uuid4().hex
        self._is_restoring = False
        self._fields: dict[str, FormField] = {}
        asked = fields if fields is not None else asked_fields(state)
        for name in asked:
            self._add(name, required=name in state.required)
        self._keeper = DraftKeeper(shell, f"sheet:{verb.value}", opened.message_id, self._words, parent=self)
        self.confirmed.connect(self._on_confirmed)
        if self._fields:
            self._keeper.load(self._on_draft_loaded)

    @property
    def message_id(self) -> MessageId:
        return self.opened.message_id

    def field(self, name: str) -> FormField:
        return self._fields[name]

    def fields(self) -> tuple[FormField, ...]:
        return tuple(self._fields.values())

    def has_field(self, name: str) -> bool:
        return name in self._fields

    def missing(self) -> tuple[str, ...]:
        """Required fields that are still empty."""
        return tuple(name for name, field in self._fields.items() if name in self.state.required and field.is_empty())

    def values(self) -> dict[str, Any]:
        """Values by the command's own field names."""
        found: dict[str, Any] = {}
        for name, field in self._fields.items():
            found |= typed_values(name, field)
        return found

    def build_command(self, values: dict[str, Any]) -> Command:
        return build_command(self.state.verb, values, self.opened, self)

    def command(self) -> Command:
        return self.build_command(self.values())

    def done_text(self) -> str:
        """What is told once it is done, with the person who was named."""
        said = done_sentence(self.state.verb).format(number=number_sign(self.opened.message.number))
        chosen = self._fields.get("executor")
        name = chosen.picker.text() if isinstance(chosen, PersonField) else ""
        return f"{said}: {initials(name)}" if name else said

    def inquiry_id(self) -> str:
        """For a new request its id, made once per sheet so that a second Ctrl+Enter is the same request."""
        return self._inquiry_id

    def save_now(self) -> None:
        self._keeper.save_now()

    def _add(self, name: str, *, required: bool) -> None:
        field = field_for(name, self.state.verb, self.shell, self.opened)
        if field is None:
            return
        self._fields[name] = field
        self.add_field(field_name(label_key(name, self.state.verb)), field, required=required)
        field.edited.connect(self._on_edited)
        field.decided.connect(partial(self._on_decided, field))

    def _words(self) -> dict[str, str]:
        return {name: field.remember() for name, field in self._fields.items()}

    def _on_edited(self) -> None:
        if not self._is_restoring:
            self.set_problem("")
            self._keeper.touch()

    def _on_decided(self, field: FormField) -> None:
        """Where one choice is all that is asked, it gives the command (F9 takes it back); else the next field is asked.
        """
        verb, every = self.state.verb, list(self._fields.values())
        if verb in SENT_BY_CHOICE and self.shell.holds(verb) and not self.missing():
            self.confirmed.emit()
        elif field is not every[-1]:
            every[every.index(field) + 1].setFocus(Qt.FocusReason.TabFocusReason)

    def _on_draft_loaded(self, draft: Draft | None) -> None:
        if draft is None:
            return
        self._is_restoring = True
        for name, words in draft.fields.items():
            field = self._fields.get(name)
            if field is not None and words and (field.is_empty() or field.is_default()):
                field.restore(words)
        self._is_restoring = False

    def _on_confirmed(self) -> None:
        gaps = self.missing()
        if gaps:
            names = ", ".join(field_name(name).lower() for name in gaps)
            self.set_problem(_("Fill in: {field}").format(field=names))
            self._fields[gaps[0]].setFocus()
            return
        # what was typed a moment ago comes back with the step, should it be taken back
        self._keeper.save_now()
        said, done, refused = self.done_text(), self._on_done, self._on_refused
        self.shell.do(self.message_id, self.command(), done_text=said, on_done=done, on_refused=refused)

    def _on_done(self, _done: object) -> None:
        self._keeper.discard()
        self.close_sheet()
        self.deleteLater()

    def _on_refused(self, refused: Refused) -> None:
        said = refusal_with_clause(refused, self.opened.regulation)
        if refused.reason is Reason.LATE_BY_NEW_TERM:
            self.late_acknowledged = True
            said = _("{why}. Press again to do it all the same").format(why=said)
        self.set_problem(said)
        field = self._fields.get(MERGED.get(refused.field, refused.field))
        if field is not None:
            field.setFocus()


def asked_fields(state: ActionState) -> tuple[str, ...]:
    """Required fields first, then the optional ones, each asked once."""
    seen: list[str] = []
    for name in (*state.required, *state.optional):
        shown = MERGED.get(name, name)
        if shown not in seen and shown not in UNASKED:
            seen.append(shown)
    return tuple(seen)


def needs_sheet(state: ActionState) -> bool:
    """Whether there is anything that must be asked; optional fields alone don't stop one key from deciding."""
    if state.verb in _ALWAYS_ASK:
        return True
    return any(MERGED.get(name, name) not in UNASKED for name in state.required)


_ALWAYS_ASK = frozenset(
    {Verb.DECLINE, Verb.WARN, Verb.COMMENT, Verb.CORRECT_APPLICANT, Verb.REQUEST_DOCUMENTS, Verb.REASSIGN}
)


def label_key(name: str, verb: Verb) -> str:
    """A field that is called otherwise in one verb."""
    return _OWN_LABELS.get((verb, name), name)


_OWN_LABELS = {
    (Verb.DECLINE, "text"): "text_to_applicant",
    (Verb.COMMENT, "text"): "note",
    (Verb.ANSWER_INQUIRY, "text"): "inquiry_answer",
    (Verb.CHANGE_ORGANISATION, "organisation"): "addressee",
    (Verb.ACCEPT, "organisation"): "addressee",
    (Verb.REQUEST_DOCUMENTS, "organisation"): "asked_body",
}


def typed_values(name: str, field: FormField) -> dict[str, Any]:
    from ui.workspaces.choosing import PeopleField, TopicField

    if isinstance(field, TopicField):
        category, subcategory = field.value() or ("", "")
        return {"category": category, "subcategory": subcategory}
    if isinstance(field, PeopleField):
        return {name: field.people()}
    value = field.value()
    kinds: dict[str, Any] = {"cause": Cause, "channel": WarningChannel, "kind": WarningKind, "how": Delivery}
    if name in kinds:
        return {name: kinds[name](value) if value else None}
    return {name: value}


def build_command(verb: Verb, values: dict[str, Any], opened: Opened, sheet: CommandSheet | None = None) -> Command:
    """The verb's command from values by field name, with what the program fills in itself."""
    from arm.domain.commands import COMMANDS

    given = dict(values)
    message = opened.message
    if verb in (Verb.ENDORSE, Verb.APPROVE) and message.answer is not None:
        given.setdefault("seen_hash", message.answer.text_hash)
    if verb is Verb.RECLASSIFY and sheet is not None:
        given["late_acknowledged"] = sheet.late_acknowledged
    if verb is Verb.REQUEST_DOCUMENTS and sheet is not None:
        given["inquiry_id"] = sheet.inquiry_id()
    if verb is Verb.ANSWER_INQUIRY and not given.get("inquiry_id") and sheet is not None:
        asked = inquiry_to_answer(opened, sheet.shell)
        given["inquiry_id"] = asked.inquiry_id if asked is not None else ""
    if verb is Verb.DELIVER:
        given.setdefault("at", sheet.shell.now() if sheet is not None else datetime.now(UTC))
        given["how"] = given.get("how") or message.delivery
    return COMMANDS[verb](**given)


def inquiry_to_answer(opened: Opened, shell: Shell) -> Inquiry | None:
    """The open request for documents that was put to an organisation of this person."""
    person = opened.directory.people.get(shell.me.user_id)
    mine = {grant.organisation for grant in person.grants} if person is not None else set()
    return next((one for one in opened.message.inquiries if one.is_open and one.organisation in mine), None)
