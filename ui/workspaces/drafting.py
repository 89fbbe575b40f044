"""`DraftKeeper`: what is typed in a form goes to the draft journal within a second."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from arm.desk.values import Draft
from arm.domain.identity import MessageId

if TYPE_CHECKING:
    from ui.workspaces.base import Shell

SAVE_AFTER_MS = 700


def _nowhere() -> int:
    return 0


class DraftKeeper(QObject):
    """Saves one form of one message; a draft is never replaced by an older one, discarding is explicit."""

    saved = Signal(object)

    def __init__(
        self,
        shell: Shell,
        form: str,
        message_id: MessageId | None,
        collect: Callable[[], dict[str, str]],
        caret: Callable[[], int] = _nowhere,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._shell = shell
        self._form = form
        self._message_id = message_id
        self._collect = collect
        self._caret = caret
        self._draft_id = ""
        self._is_saving = False
        self._is_touched = False
        self._is_discarded = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SAVE_AFTER_MS)
        self._timer.timeout.connect(self.save_now)

    @property
    def draft_id(self) -> str:
        return self._draft_id

    def adopt(self, draft: Draft) -> None:
        """Go on writing into an existing draft."""
        self._draft_id = draft.draft_id

    def touch(self) -> None:
        """Something was typed."""
        self._is_touched = True
        self._is_discarded = False
        if not self._timer.isActive():
            self._timer.start()

    def save_now(self) -> None:
        """Writes what is there and not yet written; an empty form that was never kept is not kept."""
        self._timer.stop()
        if not self._is_touched or self._is_discarded:
            return
        if self._is_saving:
            self._timer.start()
            return
        fields = self._collect()
        if not any(fields.values()) and not self._draft_id:
            return
        self._is_touched, self._is_saving = False, True
        draft = Draft(
            draft_id=self._draft_id,
            message_id=self._message_id,
            form=self._form,
            fields=fields,
            caret=self._caret(),
        )
        self._shell.bridge.tell(self, lambda desk: desk.drafts.save(draft), self._on_saved, self._on_failed)

    def load(self, done: Callable[[Draft | None], None]) -> None:
        """The newest draft of this form and message; writing goes on in it."""

        def take(draft: Draft | None) -> None:
            if draft is not None and not self._draft_id:
                self._draft_id = draft.draft_id
            done(draft)

        form, message_id = self._form, self._message_id
        self._shell.bridge.ask(self, lambda desk: desk.drafts.load(form, message_id), take)

    def discard(self) -> None:
        """The work is done: the draft goes, also one that is being written at this moment."""
        self._timer.stop()
        self._is_touched, self._is_discarded = False, True
        self._throw_away()

    def _throw_away(self) -> None:
        draft_id, self._draft_id = self._draft_id, ""
        if draft_id:
            self._shell.bridge.tell(self, lambda desk: desk.drafts.discard(draft_id))

    def _on_saved(self, draft: Draft) -> None:
        self._is_saving = False
        self._draft_id = draft.draft_id
        if self._is_discarded:
            self._throw_away()
        elif draft.saved_at is not None:
            self.saved.emit(draft.saved_at)

    def _on_failed(self, error: BaseException) -> None:
        self._is_saving, self._is_touched = False, True
        self._shell.bridge.troubled.emit(error)
