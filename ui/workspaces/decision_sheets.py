"""Sheets of a manager: the return for rework with his last reasons by digit, and passing the decision on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QListWidget, QListWidgetItem, QWidget

from arm.desk.values import Draft
from arm.domain.message import Stage, Subject
from arm.i18n import _
from ui.theme import em
from ui.widgets import PlainLabel
from ui.workspaces.base import Opened, Shell
from ui.workspaces.fields import LongTextField
from ui.workspaces.sheets import CommandSheet

if TYPE_CHECKING:
    from arm.domain.actions import ActionState

RECENT_FORM = "recent:reject"
RECENT = 5


class RejectSheet(CommandSheet):
    """A digit puts one of one's own last reasons into the text, any letter begins a new one."""

    def __init__(self, shell: Shell, opened: Opened, state: ActionState, parent: QWidget | None = None) -> None:
        is_redirect = opened.message.subject is Subject.REDIRECT
        note = (
            _("The message goes back to the coordinator who proposed it")
            if is_redirect
            else _("The answer goes back to its executor; all will have to endorse it again")
        )
        super().__init__(shell, opened, state, note=note, fields=("reason",), parent=parent)
        self._recent_id = ""
        self._reasons: list[str] = []
        self._list = RecentReasons()
        self._label = PlainLabel(_("Your last reasons"), tone="text2")
        self._label.setBuddy(self._list)
        self.body.insertWidget(0, self._label)
        self.body.insertWidget(1, self._list)
        self._label.hide()
        self._list.hide()
        self._list.chosen.connect(self._on_reason_chosen)
        self._list.left.connect(self._on_list_left)
        shell.bridge.ask(self, lambda desk: desk.drafts.load(RECENT_FORM), self._on_recent_loaded)

    def open_sheet(self) -> None:
        super().open_sheet()
        self._focus_list()

    def _reason(self) -> LongTextField:
        field = self.field("reason")
        assert isinstance(field, LongTextField)
        return field

    def _focus_list(self) -> None:
        if self._reasons and self._reason().is_empty() and self.is_open():
            self._list.setCurrentRow(0)
            self._list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_recent_loaded(self, draft: Draft | None) -> None:
        if draft is None:
            return
        self._recent_id = draft.draft_id
        self._reasons = [draft.fields[key] for key in sorted(draft.fields) if draft.fields[key]][:RECENT]
        self._list.set_reasons(tuple(self._reasons))
        self._label.setVisible(bool(self._reasons))
        self._list.setVisible(bool(self._reasons))
        self._focus_list()

    def _on_reason_chosen(self, place: object) -> None:
        if isinstance(place, int) and place < len(self._reasons):
            edit, was_empty = self._reason().edit, self._reason().is_empty()
            edit.selectAll()
            # one step of undo: words of one's own come back by Ctrl+Z
            edit.insertPlainText(self._reasons[place])
            edit.setFocus()
            if was_empty and self.shell.holds(self.state.verb):
                self.confirmed.emit()

    def _on_list_left(self, event: QKeyEvent) -> None:
        edit = self._reason().edit
        edit.setFocus()
        QApplication.sendEvent(edit, event)

    def _on_done(self, done: object) -> None:
        said = self._reason().value()
        kept = [said, *(one for one in self._reasons if one != said)][:RECENT]
        fields = {str(place): reason for place, reason in enumerate(kept)}
        draft = Draft(draft_id=self._recent_id, message_id=None, form=RECENT_FORM, fields=fields)
        self.shell.bridge.tell(self.shell.bridge, lambda desk: desk.drafts.save(draft))
        super()._on_done(done)


class RecentReasons(QListWidget):
    """`chosen` tells the place of a reason; `left` passes on a key that begins another text."""

    chosen = Signal(object)
    left = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("reject-recent")
        self.setAccessibleName(_("Your last reasons"))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.itemClicked.connect(self._on_item_clicked)

    def set_reasons(self, reasons: tuple[str, ...]) -> None:
        self.clear()
        height = round(em() * 1.75)
        for place, reason in enumerate(reasons, 1):
            item = QListWidgetItem(f"{place}   {' '.join(reason.split())}")
            item.setData(Qt.ItemDataRole.AccessibleTextRole, reason)
            item.setSizeHint(QSize(10, height))
            self.addItem(item)
        self.setFixedHeight(height * len(reasons) + 6)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        bare = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        text = event.text()
        plain = bare in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)
        if event.isAutoRepeat() and (text.isdigit() or event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)):
            return
        if plain and text.isdigit() and 1 <= int(text) <= self.count():
            self.chosen.emit(int(text) - 1)
        elif plain and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentRow() >= 0:
            self.chosen.emit(self.currentRow())
        elif plain and text.isprintable() and text.strip():
            self.left.emit(event)
        else:
            super().keyPressEvent(event)

    def _on_item_clicked(self, item: QListWidgetItem) -> None:
        self.chosen.emit(self.row(item))


def pass_on_sheet(shell: Shell, opened: Opened, state: ActionState) -> CommandSheet:
    """An endorser gives a reason, an approver a cause (D 3.7 в, 3.9 в); a coordinator says for whom as well."""
    if "instead_of" in state.optional:
        said = _("The one who decides can't now: the decision goes to whomever you name")
        return CommandSheet(shell, opened, state, note=said, fields=("instead_of", "to", "cause", "reason"))
    is_endorsing = opened.message.stage is Stage.ENDORSEMENT
    asked = ("to", "reason") if is_endorsing else ("to", "cause", "reason")
    required = ("to", "reason") if is_endorsing else ("to", "cause")
    note = _("Only those may be named who may decide on this topic in this organisation")
    return CommandSheet(shell, opened, replace(state, required=required), note=note, fields=asked)
