"""One step for many messages: what is asked once, who is left out and why, and what became of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout

from arm.desk.values import QueueRow
from arm.domain.identity import MessageId
from arm.domain.verbs import Verb
from arm.i18n import _, ngettext
from ui.formats import messages, number_sign
from ui.giving import Answered, BulkRun, Given, done_face
from ui.widgets import PlainLabel, Sheet, Surface, ToastFace, empty_layout
from ui.wording import field_name, refusal_with_clause, verb_label
from ui.workspaces.base import Opened, Shell, read_opened, subject_print
from ui.workspaces.fields import FormField
from ui.workspaces.sheet_fields import field_for
from ui.workspaces.sheets import MERGED, UNASKED, build_command, label_key, typed_values

if TYPE_CHECKING:
    from arm.desk.desk import Desk
    from arm.domain.actions import ActionState
    from arm.domain.commands import Command

IN_BULK = frozenset(
    {
        *(Verb.ACCEPT, Verb.DECLINE, Verb.RECLASSIFY, Verb.ASSIGN, Verb.TAKE, Verb.HAND_DOWN, Verb.START),
        *(Verb.ENDORSE, Verb.APPROVE, Verb.COMMENT),
    }
)
"""What may be done to many at once; everything else is about one message."""
DECIDING = frozenset({Verb.ENDORSE, Verb.APPROVE})
SHOWN_LINES = 10
SHOWN_NUMBERS = 8


class BulkSheet(Sheet):
    """`finished` carries the ids that were done, as soon as the run is over."""

    finished = Signal(object)

    def __init__(
        self, shell: Shell, verb: Verb, rows: tuple[QueueRow, ...], seen: Mapping[MessageId, str]
    ) -> None:
        """`seen`: message → what stood under decision when this person had it on the screen (`subject_print`)."""
        super().__init__(f"{verb_label(verb)}: {messages(len(rows))}", verb_label(verb))
        self.setObjectName("sheet-bulk")
        self._shell, self._verb, self._rows, self._seen = shell, verb, rows, seen
        self._able: list[Opened] = []
        self._left_out: list[tuple[str, str]] = []
        self._fields: dict[str, FormField] = {}
        self._run: BulkRun | None = None
        self._box = Surface("sunken")
        self._box.setObjectName("bulk-plan")
        self._lines = QVBoxLayout(self._box)
        self._lines.setContentsMargins(12, 8, 12, 8)
        self._lines.setSpacing(4)
        self.body.addWidget(self._box)
        self._say(_("Reading the messages…"))
        self.set_confirm_enabled(False, _("The messages are still being read"))
        self.confirmed.connect(self._on_confirmed)
        self.cancelled.connect(self._on_cancelled)
        ids = [row.message_id for row in rows]
        shell.bridge.ask(self, lambda desk: _read_all(desk, ids), self._on_read)

    def results(self) -> tuple[Answered, ...]:
        return self._run.results if self._run is not None else ()

    def field(self, name: str) -> FormField:
        return self._fields[name]

    def _on_read(self, found: tuple[Opened | None, ...]) -> None:
        for row, opened in zip(self._rows, found, strict=True):
            why = _("it isn't shown to you any more") if opened is None else self._why_not(opened)
            if opened is None or why:
                self._left_out.append((row.number, why))
            else:
                self._able.append(opened)
        if self._able:
            self._add_fields(self._able[0])
        self._show_plan()

    def _why_not(self, opened: Opened) -> str:
        """Empty where the step can be done to this message."""
        state, message = opened.action(self._verb), opened.message
        if state is None:
            return _("its regulation has no such action")
        if state.why_not is not None:
            return refusal_with_clause(state.why_not, opened.regulation)
        if self._verb is Verb.ACCEPT and not message.category:
            return _("no topic is chosen")
        if self._verb is Verb.ACCEPT and not (message.organisation or message.proposed_organisation):
            return _("no addressee is chosen")
        if self._verb in DECIDING:
            shown = self._seen.get(message.message_id)
            if shown is None:
                return _("you haven't opened it")
            if shown != subject_print(message):
                return _("its text has changed since you opened it")
        return ""

    def _add_fields(self, first: Opened) -> None:
        """What the process requires, asked once; the choices are those of the first message."""
        state = first.action(self._verb)
        if state is None or self._verb is Verb.ACCEPT:
            return
        for name in _asked(state):
            field = field_for(name, self._verb, self._shell, first)
            if field is not None:
                self._fields[name] = field
                self.add_field(field_name(label_key(name, self._verb)), field, required=True)

    def _show_plan(self) -> None:
        empty_layout(self._lines)
        numbers = [number_sign(one.message.number) for one in self._able]
        if numbers:
            more = len(numbers) - SHOWN_NUMBERS
            rest = _(" and {n} more").format(n=more) if more > 0 else ""
            self._say(_("To be done: {numbers}").format(numbers=", ".join(numbers[:SHOWN_NUMBERS]) + rest))
        for why, count in Counter(why for _number, why in self._left_out).most_common(SHOWN_LINES):
            own = [number_sign(number) for number, said in self._left_out if said == why]
            who = ", ".join(own) if count <= SHOWN_NUMBERS else str(count)
            self._say(_("Left out: {who} — {why}").format(who=who, why=why), "text2")
        self.set_confirm_text(f"{verb_label(self._verb)}: {len(numbers)}" if numbers else verb_label(self._verb))
        self.set_confirm_enabled(bool(numbers), _("This can't be done to any of the marked messages"))
        if self.is_open():
            # there was nothing to take the focus while the messages were being read
            next(iter(self._fields.values()), self._confirm).setFocus(Qt.FocusReason.PopupFocusReason)

    def _say(self, words: str, tone: str = "text") -> None:
        self._lines.addWidget(PlainLabel(words, tone=tone, wrap=True))

    def _on_confirmed(self) -> None:
        empty = next((one for one in self._fields.values() if one.is_empty()), None)
        if empty is not None:
            self.set_problem(_("Fill in: {field}").format(field=field_name(empty.name).lower()))
            empty.setFocus()
            return
        if self._run is not None or not self._able:
            return
        values: dict[str, Any] = {}
        for name, field in self._fields.items():
            values |= typed_values(name, field)
        given = [Given(one.message_id, one.message.number, self._command(one, values)) for one in self._able]
        self._run = self._shell.do_many(given)
        self._run.moved.connect(self._on_moved)
        self._run.ended.connect(self._on_ended)
        self.set_confirm_enabled(False, _("The steps are being written"))
        self._run.start()

    def _command(self, opened: Opened, values: Mapping[str, Any]) -> Command:
        message, own = opened.message, dict(values)
        if self._verb is Verb.ACCEPT:
            own["category"], own["subcategory"], own["fact"] = message.category, message.subcategory, message.fact
            own["organisation"] = message.organisation or message.proposed_organisation
        return build_command(self._verb, own, opened)

    def _on_moved(self) -> None:
        run = self._run
        if run is not None:
            self.set_confirm_text(_("Done: {done} of {total}").format(done=len(run.results), total=run.total))

    def _on_cancelled(self) -> None:
        if self._run is not None:
            self._run.cancel()

    def _on_ended(self) -> None:
        run = self._run
        assert run is not None
        refused = [one for one in run.results if one.done is None]
        done = frozenset(one.given.message_id for one in run.results if one.done is not None)
        if done:
            said = f"{verb_label(self._verb)}: {messages(len(done))}"
            self._shell.toast(done_face(said, run.hold_s))
        self.finished.emit(done)
        if not refused:
            self.close_sheet()
            return
        if not self.isVisible():
            # another message was chosen meanwhile, and the sheet with the results is out of sight
            words = ngettext("{n} message was not taken", "{n} messages were not taken", len(refused))
            said = f"{words.format(n=len(refused))}: {refused[0].why_not}"
            self._shell.toast(ToastFace(said, "danger", stay_s=20.0))
        empty_layout(self._lines)
        for one in refused[:SHOWN_LINES]:
            self._say(f"{number_sign(one.given.number)}: {one.why_not}", "danger")
        words = ngettext("{n} message was not taken", "{n} messages were not taken", len(refused))
        self.set_problem(words.format(n=len(refused)))
        self.set_confirm_text(verb_label(self._verb))


def _read_all(desk: Desk, message_ids: list[MessageId]) -> tuple[Opened | None, ...]:
    return tuple(read_opened(one, desk) for one in message_ids)


def _asked(state: ActionState) -> tuple[str, ...]:
    names = (MERGED.get(name, name) for name in state.required)
    return tuple(dict.fromkeys(name for name in names if name not in UNASKED))
