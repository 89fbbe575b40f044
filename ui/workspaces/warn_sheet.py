"""The sheet of a warning: one message or many, by which channel, to whom, and what became of each."""

from __future__ import annotations

from collections import Counter

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from arm.desk.values import QueueRow
from arm.domain.verbs import WarningChannel
from arm.i18n import _, ngettext
from ui.formats import initials, number_sign
from ui.giving import Answered, BulkRun, Given, done_face
from ui.theme import em
from ui.widgets import PlainLabel, Segment, SegmentedChoice, Sheet, Surface, empty_layout
from ui.widgets.text import show_if
from ui.wording import field_name, warning_channel_name
from ui.workspaces.base import Shell
from ui.workspaces.fields import LongTextField
from ui.workspaces.warn_plan import Planned, by_holder, command_for, is_warned_today, plan

SHOWN_NUMBERS = 6
SHOWN_LINES = 12


class WarnSheet(Sheet):
    """`finished` when all have gone out; each message's own result stands in the sheet if any was refused."""

    finished = Signal()

    def __init__(
        self, shell: Shell, rows: tuple[QueueRow, ...], clause: str = "", parent: QWidget | None = None
    ) -> None:
        title = _("Warn") if len(rows) > 1 else f"{number_sign(rows[0].number)} · {_('Warn')}"
        super().__init__(title, _("Warn"), parent=parent)
        self.setObjectName("sheet-warn")
        self._shell = shell
        self._rows = rows
        self._clause = clause
        self._run: BulkRun | None = None
        self._results: tuple[Answered, ...] = ()
        channels = tuple(Segment(one, warning_channel_name(one)) for one in WarningChannel)
        self.channel = SegmentedChoice(channels, name=field_name("channel"))
        self.channel.setObjectName("warn-channel")
        self.channel.set_current(WarningChannel.NOTIFICATION)
        self._who = Surface("sunken")
        self._who.setObjectName("warn-recipients")
        self._who_lines = QVBoxLayout(self._who)
        self._who_lines.setContentsMargins(12, 8, 12, 8)
        self._who_lines.setSpacing(4)
        self.again = QCheckBox()
        self.again.setObjectName("warn-again")
        self.note = LongTextField("warn-note", lines=3)
        self.note.setMaximumHeight(round(em() * 7))
        self._result_title = PlainLabel(role="body_strong", wrap=True)
        self._lay_out()
        self.channel.chosen.connect(self._on_changed)
        self.again.toggled.connect(self._on_changed)
        self.confirmed.connect(self._on_confirmed)
        self._show_plan()

    def event(self, event: QEvent) -> bool:
        """On the board the sheet stands inside its workspace, which gives the same keys another meaning."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and _closes(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._on_cancel_asked()
        elif _closes(event):
            self._on_confirm_asked()
        else:
            super().keyPressEvent(event)

    def planned(self) -> tuple[Planned, ...]:
        return plan(self._rows, self._channel(), self._shell.now(), clause=self._clause, again=self.again.isChecked())

    def results(self) -> tuple[tuple[str, str], ...]:
        """Number and what became of it, in order."""
        return tuple((one.given.number, one.why_not) for one in self._results)

    def _channel(self) -> WarningChannel:
        return WarningChannel(str(self.channel.current()))

    def _lay_out(self) -> None:
        self.add_field(field_name("channel"), self.channel)
        self.body.addWidget(PlainLabel(_("Who is warned"), tone="text2"))
        self.body.addWidget(self._who)
        warned = sum(1 for row in self._rows if is_warned_today(row, self._shell.now()))
        self.again.setText(_("Also of those warned of today already: {n}").format(n=warned))
        self.body.addWidget(self.again)
        show_if(self.again, warned > 0)
        self.add_field(field_name("note"), self.note)

    def _show_plan(self) -> None:
        found = self.planned()
        going = [one for one in found if one.kind is not None]
        empty_layout(self._who_lines)
        if self._results:
            self._show_results()
        else:
            self._show_recipients(found)
        self.set_confirm_text(_("Warn: {n}").format(n=len(going)) if going else _("Warn"))
        self.set_confirm_enabled(bool(going) and self._run is None, _("There is nobody to warn this way"))

    def _show_recipients(self, found: tuple[Planned, ...]) -> None:
        groups = by_holder(found)
        for holder, rows in list(groups.items())[:SHOWN_LINES]:
            numbers = ", ".join(number_sign(row.number) for row in rows[:SHOWN_NUMBERS])
            rest = len(rows) - SHOWN_NUMBERS
            more = _(" and {n} more").format(n=rest) if rest > 0 else ""
            is_person = holder != rows[0].organisation
            name = (initials(holder) if is_person else holder) or "…"
            self._who_lines.addWidget(PlainLabel(f"{name}: {numbers}{more}", wrap=True))
        if len(groups) > SHOWN_LINES:
            rest = len(groups) - SHOWN_LINES
            self._who_lines.addWidget(PlainLabel(_("… and {n} more people").format(n=rest), tone="text2"))
        left_out = Counter(one.why_not for one in found if one.kind is None)
        for why, number in left_out.items():
            named = [number_sign(one.row.number) for one in found if one.kind is None and one.why_not == why]
            who = ", ".join(named) if number <= SHOWN_NUMBERS else str(number)
            said = _("Left out: {who} — {why}").format(who=who, why=why)
            self._who_lines.addWidget(PlainLabel(said, role="caption", tone="text2", wrap=True))

    def _show_results(self) -> None:
        for one in sorted(self._results, key=lambda one: one.done is not None)[:SHOWN_LINES]:
            tone = "danger" if one.done is None else "text"
            words = one.why_not or _("the warning is recorded")
            self._who_lines.addWidget(PlainLabel(f"{number_sign(one.given.number)}: {words}", tone=tone, wrap=True))

    def _on_changed(self, _value: object = None) -> None:
        if self._run is None:
            self._results = ()
            self._show_plan()

    def _on_confirmed(self) -> None:
        channel, note = self._channel(), str(self.note.value())
        going = [one for one in self.planned() if one.kind is not None]
        if self._run is not None or not going:
            return
        given = [Given(one.row.message_id, one.row.number, command_for(one, channel, note)) for one in going]
        self._results = ()
        self._run = self._shell.do_many(given)
        self._run.moved.connect(self._on_moved)
        self._run.ended.connect(self._on_ended)
        self.set_confirm_enabled(False, _("Warnings are going out"))
        self._run.start()

    def _on_moved(self) -> None:
        run = self._run
        if run is not None and run.total > SHOWN_NUMBERS:
            self.set_confirm_text(_("Warned: {done} of {total}").format(done=len(run.results), total=run.total))

    def _on_ended(self) -> None:
        run, self._run = self._run, None
        assert run is not None
        self._results, warned = run.results, run.saved()
        refused = len(run.results) - warned
        if warned:
            words = ngettext("Warned of {n} message", "Warned of {n} messages", warned).format(n=warned)
            self._shell.toast(done_face(words, run.hold_s))
        if refused:
            empty_layout(self._who_lines)
            self._show_results()
            self.set_confirm_text(_("Warn"))
            self.set_confirm_enabled(True)
            words = ngettext("{n} warning wasn't accepted", "{n} warnings weren't accepted", refused)
            self.set_problem(words.format(n=refused))
            return
        self.close_sheet()
        self.finished.emit()


def _closes(event: QKeyEvent) -> bool:
    """Esc, or Ctrl with one of the two Enters."""
    bare = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
    return event.key() == Qt.Key.Key_Escape or (is_enter and bare == Qt.KeyboardModifier.ControlModifier)
