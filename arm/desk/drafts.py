"""Drafts at the desk: unsent typing, durable when a call returns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from arm.desk.core import DeskCore
from arm.desk.values import Changes, Draft
from arm.domain.identity import MessageId
from arm.local.drafts import SavedDraft


def _unheard(_form: str) -> None:
    pass


class DraftsDesk:
    def __init__(self, core: DeskCore, changed: Callable[[str], None] = _unheard) -> None:
        """`changed` hears the form of every draft that was saved or discarded."""
        self._core = core
        self._changed = changed

    def load(self, form: str, message_id: MessageId | None = None) -> Draft | None:
        """The newest draft of a form for a message, or of the form without a message."""
        self._core.check_lease()
        found = self._core.store.drafts.newest(form, message_id)
        return _draft(found) if found is not None else None

    def save(self, draft: Draft) -> Draft:
        """On the disk when it returns; an empty `draft_id` makes a new one. Raises CacheTrouble(disk_full)."""
        is_new = not draft.draft_id
        saved = replace(
            draft,
            draft_id=draft.draft_id or self._core.around.ids.new(),
            saved_at=self._core.around.clock.wall(),
        )
        self._core.store.drafts.save(
            SavedDraft(
                draft_id=saved.draft_id,
                message_id=saved.message_id,
                form=saved.form,
                fields=dict(saved.fields),
                caret=saved.caret,
                saved_at=self._core.wall_text(),
            )
        )
        if is_new and saved.message_id is not None:
            self._core.tell(Changes(messages=frozenset({saved.message_id})))
        self._changed(saved.form)
        return saved

    def all(self, form: str) -> tuple[Draft, ...]:
        """Every draft of a form, newest first."""
        self._core.check_lease()
        return tuple(_draft(one) for one in self._core.store.drafts.of_form(form))

    def count(self) -> int:
        """How many drafts there are, of every form."""
        return self._core.store.drafts.count()

    def discard(self, draft_id: str) -> None:
        form = self._core.store.drafts.discard(draft_id)
        self._changed(form)
        self._core.tell(Changes(outbox=True))


def _draft(saved: SavedDraft) -> Draft:
    return Draft(
        draft_id=saved.draft_id,
        message_id=MessageId(saved.message_id) if saved.message_id is not None else None,
        form=saved.form,
        fields=saved.fields,
        caret=saved.caret,
        saved_at=datetime.fromisoformat(saved.saved_at),
    )
