"""The draft journal of one answer: what is typed is kept within a second, and never under another message."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from arm.desk.values import CardView, Draft, PendingState
from arm.domain.identity import CommandId, MessageId

if TYPE_CHECKING:
    from arm.desk.desk import Desk
    from ui.bridge import Bridge
    from ui.workspaces.base import Shell

SAVE_AFTER_MS = 600
TRY_AGAIN_MS = 5000


class AnswerJournal(QObject):
    """Each edit hands over its whole snapshot, so that a late write can't take the fields of the next message.

    `saved` carries the moment (aware UTC); `failed` the error of a write that will be tried again.
    """

    saved = Signal(object)
    failed = Signal(object)

    def __init__(self, shell: Shell, form: str, message_id: MessageId, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.form = form
        self.message_id = message_id
        self._shell = shell
        self._kept = _Kept()
        self._waiting: tuple[dict[str, str], int] | None = None
        self._is_over = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.save_now)

    def load(self, done: Callable[[Draft | None], None]) -> None:
        """The newest draft of this form and message; later writes go on in it."""
        form, message_id, kept = self.form, self.message_id, self._kept

        def read(desk: Desk) -> Draft | None:
            draft = desk.drafts.load(form, message_id)
            if draft is not None:
                kept.draft_id = kept.draft_id or draft.draft_id
            return draft

        self._shell.bridge.ask(self, read, done)

    def touch(self, fields: dict[str, str], caret: int = 0) -> None:
        """Something was typed: this is all of it."""
        self._waiting = (fields, caret)
        self._is_over = False
        if not self._timer.isActive():
            self._timer.start(SAVE_AFTER_MS)

    def save_now(self) -> None:
        self._timer.stop()
        if self._waiting is None:
            return
        (fields, caret), self._waiting = self._waiting, None
        form, message_id, kept = self.form, self.message_id, self._kept

        def write(desk: Desk) -> Draft:
            draft = Draft(draft_id=kept.draft_id, message_id=message_id, form=form, fields=fields, caret=caret)
            written = desk.drafts.save(draft)
            kept.draft_id = written.draft_id
            return written

        def failed(error: BaseException) -> None:
            self._on_failed(error, fields, caret)

        self._shell.bridge.tell(self, write, self._on_saved, failed)

    def discard(self) -> None:
        """The work is done. What is being written at this moment goes too: writes keep their order."""
        self._timer.stop()
        self._waiting, self._is_over = None, True
        kept = self._kept

        def throw_away(desk: Desk) -> None:
            if kept.draft_id:
                desk.drafts.discard(kept.draft_id)
                kept.draft_id = ""

        self._shell.bridge.tell(self, throw_away)

    def _on_saved(self, draft: Draft) -> None:
        if draft.saved_at is not None and not self._is_over:
            self.saved.emit(draft.saved_at)

    def _on_failed(self, error: BaseException, fields: dict[str, str], caret: int) -> None:
        if self._waiting is None and not self._is_over:
            self._waiting = (fields, caret)
        self._timer.start(TRY_AGAIN_MS)
        self.failed.emit(error)


@dataclass(frozen=True, slots=True)
class Swept:
    """What became of the drafts of a form: how many wait for a verdict, which ones have lost their message."""

    waiting: int = 0
    orphans: tuple[Draft, ...] = ()


def sweep(bridge: Bridge, owner: QObject, form: str, done: Callable[[Swept], None]) -> None:
    """Throws away drafts whose command the central store has accepted, and looks for those left alone."""

    def look(desk: Desk) -> Swept:
        waiting, orphans = 0, []
        is_in_step = desk.sync.status().since is not None
        undecided = {one.command_id: one.state for one in desk.commands.pending()}
        for draft in desk.drafts.all(form):
            sent = CommandId(draft.fields.get("sent", ""))
            card = desk.messages.card(draft.message_id) if draft.message_id is not None else None
            is_done = card is not None and sent and accepted(card, sent)
            # a card that is gone tells nothing more: but what was taken back before it went is nobody's answer yet
            is_gone = card is None and sent and sent not in undecided and desk.commands.was_given(sent)
            if is_done or is_gone:
                desk.drafts.discard(draft.draft_id)
            elif card is None and is_in_step and undecided.get(sent) not in (PendingState.HELD, PendingState.UNSENT):
                orphans.append(draft)
            elif sent:
                waiting += 1
        return Swept(waiting, tuple(orphans))

    bridge.tell(owner, look, done)


def accepted(card: CardView, command_id: str) -> bool:
    """Whether the central store has this command on the timeline."""
    return any(event.command_id == command_id and not event.is_forecast for event in card.timeline)


class _Kept:
    """The id under which the draft is written; changed on the writing thread, between one write and the next."""

    def __init__(self) -> None:
        self.draft_id = ""
