"""The contract between the shell and its workspaces: `Workspace`, `Shell`, `Opened`, `MainAction`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Protocol

from PySide6.QtWidgets import QWidget

from arm.desk.values import CardView, Changes, Done, Me, QueueRow, TakenBack
from arm.desk.values import Workspace as Space
from arm.domain.directory import Directory
from arm.domain.identity import MessageId
from arm.domain.message import Message
from arm.domain.refusals import Refused
from arm.domain.verbs import Verb
from ui.bridge import Bridge
from ui.widgets import ActionFace, Sheet, ToastFace

if TYPE_CHECKING:
    from arm.desk.desk import Desk
    from arm.domain.actions import ActionState
    from arm.domain.commands import Command
    from arm.domain.regulation import Regulation
    from ui.giving import BulkRun, Given
    from ui.workspaces.sheets import CommandSheet


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The message on the card, read in one job: what is shown, the rules it lives by, the people of that moment."""

    card: CardView
    regulation: Regulation
    directory: Directory

    @property
    def message(self) -> Message:
        return self.card.message

    @property
    def message_id(self) -> MessageId:
        return self.card.message.message_id

    def action(self, verb: Verb) -> ActionState | None:
        """The enabled row of a verb, else any row of it (its `why_not` says why), else nothing: switched off."""
        found = [one for one in self.card.actions if one.verb is verb]
        return next((one for one in found if one.enabled), found[0] if found else None)


def subject_print(message: Message) -> str:
    """What a decision would be about: another redirect, text, result, date or file makes another."""
    answer, redirect = message.answer, message.redirect
    about: tuple[object, ...] = (message.stage, message.subject)
    if redirect is not None:
        about += (redirect,)
    if answer is not None:
        about += (answer.text_hash, answer.result, answer.postponed_until, answer.files)
    return repr(about)


def read_opened(message_id: MessageId, desk: Desk) -> Opened | None:
    """For a worker thread: the card with its rules and people; None where it isn't here any more."""
    card = desk.messages.card(message_id)
    if card is None:
        return None
    return Opened(card=card, regulation=desk.people.regulation(card.message), directory=desk.people.directory())


@dataclass(frozen=True, slots=True, kw_only=True)
class MainAction:
    """The filled button at the left of the action bar, run by Ctrl+Enter from anywhere in the card."""

    label: str
    run: Callable[[], None]
    enabled: bool = True
    why_not: str = ""
    verb: Verb | None = None


class Shell(Protocol):
    """What a workspace may ask of the shell. Everything here is called on the screen's thread."""

    @property
    def bridge(self) -> Bridge: ...

    @property
    def me(self) -> Me: ...

    @property
    def directory(self) -> Directory: ...

    @property
    def opened(self) -> Opened | None: ...

    def now(self) -> datetime:
        """Aware UTC by the central store's time."""

    def announce(self, text: str) -> None:
        """In the status bar and to a screen reader."""

    def toast(self, face: ToastFace) -> None: ...

    def act(self, verb: Verb) -> None:
        """As if the verb's button was pressed: workspace first, then its sheet, then the plain command."""

    def do(
        self,
        message_id: MessageId | None,
        command: Command,
        *,
        done_text: str = "",
        on_done: Callable[[Done], None] | None = None,
        on_refused: Callable[[Refused], None] | None = None,
        advance: bool | None = None,
    ) -> None:
        """Give a command. Without `on_refused` the refusal is shown in a toast.

        `advance`: go to the next message when this one left the queue (None: as the verb usually does).
        """

    def holds(self, verb: Verb) -> bool:
        """Whether a step of this kind waits so long that it can be taken back."""

    def do_many(self, given: Sequence[Given]) -> BulkRun:
        """The same kind of command to many messages; connect the run's signals, then start it."""

    def open_sheet(self, sheet: Sheet) -> None:
        """Shows a sheet over the work area; a sheet is kept until its message changes stage."""

    def open_message(self, message_id: MessageId) -> None: ...

    def refresh_actions(self) -> None:
        """The main action or what it may do has changed."""

    def focus_queue(self) -> None: ...

    def new_call(self) -> None:
        """Opens the form of a new message over whatever is being done."""


class Workspace(QWidget):
    """One role's place of work: the pane beside (or instead of) the card, living as long as the window.

    A subclass sets the class variables and overrides what it needs; nothing here may block.
    """

    space: ClassVar[Space]
    icon_name: ClassVar[str] = "inbox"
    digits: ClassVar[Mapping[Verb, str]] = {}
    """Digit of each verb in this workspace; verbs not named here stand in «Ещё» when they are enabled."""
    quiet: ClassVar[frozenset[Verb]] = frozenset()
    """Verbs of `digits` that are not shown at all while they can't be done (they belong to rare states)."""
    hidden: ClassVar[frozenset[Verb]] = frozenset()
    """Verbs that this workspace offers in its own way (an extra action, its pane) and never as a generated button."""
    has_pane: ClassVar[bool] = False
    """Whether this widget is shown beside the message as the work area."""
    pane_title: ClassVar[str] = ""
    """English msgid of the tab that the pane gets in a narrow window."""
    replaces_all: ClassVar[bool] = False
    """Whether this widget stands in place of the queue (control's board); it opens cards by `shell.open_message`."""

    def __init__(self, shell: Shell, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shell = shell
        self.setObjectName(f"workspace-{self.space.value}")

    def activated(self) -> None:
        """The person came to this workspace (or the window opened on it)."""

    def show_card(self, opened: Opened | None) -> None:
        """Another message, or a newer state of the same one (compare `message_id`); None: nothing is chosen.

        Text being typed must survive a newer state of the same message.
        """

    def wants_pane(self, opened: Opened) -> bool:
        """Whether the pane has anything to say on this message; by default always."""
        return self.has_pane

    def main_action(self, opened: Opened) -> MainAction | None:
        """What Ctrl+Enter does; None: the enabled verb with the smallest digit."""
        return None

    def label_of(self, state: ActionState, opened: Opened) -> str:
        """Another label for a verb's button; empty: the usual one."""
        return ""

    def asks(self, state: ActionState, opened: Opened) -> bool | None:
        """Whether the verb's label ends with an ellipsis because more is asked; None: as the command's fields say."""
        return None

    def extra_actions(self, opened: Opened | None) -> tuple[ActionFace, ...]:
        """Buttons that are no verbs of the process (e.g. «Открыть рядом»); keys are given back to `run_extra`."""
        return ()

    def run_extra(self, key: object) -> None:
        """An extra action was pressed."""

    def take_over(self, state: ActionState, opened: Opened) -> bool:
        """True: this workspace does the verb itself (its editor, its own sheet); the shell does nothing more."""
        return False

    def make_sheet(self, state: ActionState, opened: Opened) -> CommandSheet | None:
        """A sheet in place of the generated one."""
        return None

    def digit_places(self) -> tuple[QWidget, ...]:
        """Parts of the pane (lists, buttons) in which the digits of the action bar work too."""
        return ()

    def edit(self) -> bool:
        """F2: give the focus to the main editor of the pane; False: there is none."""
        return False

    def changed(self, changes: Changes) -> None:
        """Something changed at this desk (the card itself is re-read by the shell)."""

    def taken_back(self, taken: TakenBack) -> None:
        """A step of this window was taken back while it was held: as if it was never given."""

    def queue_text(self, row: QueueRow) -> tuple[str, str] | None:
        """Second and third line of a queue row in this workspace; None: the usual ones."""
        return None

    def empty_sentence(self) -> str:
        """Said where the queue is empty; empty: «Сообщений нет»."""
        return ""

    def save_drafts(self) -> None:
        """Write down at once what is typed and not yet kept (Ctrl+S, closing, a fault)."""

    def retranslate(self) -> None:
        """The language was switched."""


WORKSPACES: dict[Space, str] = {
    Space.INTAKE: "ui.workspaces.intake:IntakeWorkspace",
    Space.MODERATION: "ui.workspaces.moderation:ModerationWorkspace",
    Space.COORDINATION: "ui.workspaces.coordination:CoordinationWorkspace",
    Space.EXECUTION: "ui.workspaces.execution:ExecutionWorkspace",
    Space.DECISIONS: "ui.workspaces.decisions:DecisionsWorkspace",
    Space.CONTROL: "ui.workspaces.control:ControlWorkspace",
}
"""Where each workspace's class lives; imported when its place is first entered."""
