"""The coordinator's place: name an executor, take, hand down, redirect, return, and answer inquiries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from arm.desk.values import Candidate, QueueRow
from arm.desk.values import Workspace as Space
from arm.domain.identity import UserId
from arm.domain.message import Stage
from arm.domain.verbs import Verb
from arm.i18n import _
from ui.delegates.two_lines import TwoLineDelegate
from ui.formats import initials, number_sign
from ui.widgets import Button, PlainLabel
from ui.wording import done_sentence
from ui.workspaces.base import Opened, Shell, Workspace
from ui.workspaces.decision_sheets import pass_on_sheet
from ui.workspaces.moderation import DeclineSheet
from ui.workspaces.sheets import CommandSheet

if TYPE_CHECKING:
    from arm.domain.actions import ActionState

SHOWN_CANDIDATES = 6


class CoordinationWorkspace(Workspace):
    space = Space.COORDINATION
    icon_name = "route"
    digits: ClassVar[Mapping[Verb, str]] = {
        Verb.ASSIGN: "1",
        Verb.TAKE: "2",
        Verb.HAND_DOWN: "3",
        Verb.PROPOSE_REDIRECT: "4",
        Verb.HAND_UP: "5",
        Verb.DECLINE: "6",
        Verb.REDIRECT: "7",
        Verb.RECLASSIFY: "8",
        Verb.REASSIGN: "9",
        Verb.ANSWER_INQUIRY: "0",
    }
    quiet: ClassVar[frozenset[Verb]] = frozenset({Verb.REASSIGN, Verb.ANSWER_INQUIRY, Verb.RECLASSIFY})
    has_pane = True
    pane_title = "Executor"

    def __init__(self, shell: Shell, parent: QWidget | None = None) -> None:
        super().__init__(shell, parent)
        self._opened: Opened | None = None
        self._candidates: tuple[Candidate, ...] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(8)
        self._title = PlainLabel(_("Suggested executors"), role="subtitle")
        self._hint = PlainLabel(
            _("By experience with the topic and by load. Enter names the chosen one, 1 opens the search"),
            role="caption",
            tone="muted",
            wrap=True,
        )
        self.list = QListWidget()
        self.list.setObjectName("candidates")
        self.list.setAccessibleName(_("Suggested executors"))
        self.list.itemActivated.connect(self._on_item_activated)
        self.list.setItemDelegate(TwoLineDelegate(self.list))
        self.button = Button(_("Assign the chosen one"), "user", key_hint="Enter")
        self.button.setObjectName("assign-chosen")
        self.button.clicked.connect(self._assign_chosen)
        row = QHBoxLayout()
        row.addWidget(self.button)
        row.addStretch(1)
        column.addWidget(self._title)
        column.addWidget(self._hint)
        column.addWidget(self.list, 100)
        column.addLayout(row)
        column.addStretch(1)

    def wants_pane(self, opened: Opened) -> bool:
        state = opened.action(Verb.ASSIGN)
        return state is not None and state.enabled

    def show_card(self, opened: Opened | None) -> None:
        is_same = self._opened is not None and opened is not None and opened.message_id == self._opened.message_id
        self._opened = opened
        if not is_same:
            self._candidates = ()
            self.list.clear()
        if opened is not None and self.wants_pane(opened):
            message_id = opened.message_id
            self.shell.bridge.ask(
                self, lambda desk: desk.people.executors(message_id), self._show_candidates, topic="executors"
            )

    def make_sheet(self, state: ActionState, opened: Opened) -> CommandSheet | None:
        if state.verb is Verb.DECLINE:
            return DeclineSheet(self.shell, opened, state)
        if state.verb is Verb.PROPOSE_REDIRECT:
            return RedirectSheet(self.shell, opened, state)
        return pass_on_sheet(self.shell, opened, state) if state.verb is Verb.PASS_ON else None

    def queue_text(self, row: QueueRow) -> tuple[str, str] | None:
        return row.topic, initials(row.holder) if row.stage is Stage.EXECUTION else row.organisation

    def empty_sentence(self) -> str:
        return _("All messages are handed out")

    def digit_places(self) -> tuple[QWidget, ...]:
        return self.list, self.button

    def edit(self) -> bool:
        if self._opened is None or not self.list.isVisible():
            return False
        self.list.setFocus(Qt.FocusReason.ShortcutFocusReason)
        return True

    def _show_candidates(self, candidates: tuple[Candidate, ...]) -> None:
        chosen = self.list.currentRow()
        self._candidates = candidates
        self.list.clear()
        for one in candidates[: SHOWN_CANDIDATES * 4]:
            item = QListWidgetItem(f"{one.name}\n{_load(one)}")
            item.setToolTip(one.position)
            self.list.addItem(item)
        self.list.setCurrentRow(max(0, chosen))
        # the button stands right beneath the last of them, not at the bottom of an empty pane
        self.list.setMaximumHeight(sum(self.list.sizeHintForRow(row) for row in range(self.list.count())) + 4)
        self.button.setVisible(bool(candidates))

    def _assign_chosen(self) -> None:
        from arm.domain.commands import Assign

        place, opened = self.list.currentRow(), self._opened
        if opened is None or not 0 <= place < len(self._candidates):
            return
        chosen = self._candidates[place]
        said = done_sentence(Verb.ASSIGN).format(number=number_sign(opened.message.number))
        self.shell.do(
            opened.message_id,
            Assign(executor=UserId(chosen.user_id)),
            done_text=_("{done}: {name}").format(done=said, name=initials(chosen.name)),
        )

    def _on_item_activated(self, _item: QListWidgetItem) -> None:
        self._assign_chosen()


class RedirectSheet(CommandSheet):
    """Organisation, reason, who endorses and who approves; says what happens then."""

    def __init__(self, shell: Shell, opened: Opened, state: ActionState) -> None:
        super().__init__(
            shell,
            opened,
            state,
            fields=("organisation", "reason", "approver", "endorsers"),
            note=_("The manager decides; the applicant is told after the approval"),
        )


def _load(one: Candidate) -> str:
    parts = [
        _("in work {count}").format(count=one.in_work),
        _("overdue {count}").format(count=one.overdue),
        _("with this topic {count}").format(count=one.with_topic),
    ]
    if one.absent_until:
        parts.append(_("absent until {date}").format(date=one.absent_until))
    elif one.is_proposed:
        parts.append(_("proposed by the rule"))
    return " · ".join(parts)
