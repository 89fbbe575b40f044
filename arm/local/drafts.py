"""Drafts in work.db: unsent typing, durable when a call returns."""

from __future__ import annotations

import json
from dataclasses import dataclass

from arm.local.work import WorkFile


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedDraft:
    """One draft as it is stored; `saved_at` RFC 3339."""

    draft_id: str
    message_id: str | None
    form: str
    fields: dict[str, str]
    caret: int
    saved_at: str


class Drafts:
    def __init__(self, work: WorkFile) -> None:
        self._work = work

    def save(self, draft: SavedDraft) -> None:
        self._work.run(
            "INSERT INTO draft(draft_id, message_id, form, fields, caret, saved_at) VALUES (?,?,?,?,?,?)"
            " ON CONFLICT(draft_id) DO UPDATE SET fields = excluded.fields, caret = excluded.caret,"
            " saved_at = excluded.saved_at, message_id = excluded.message_id",
            (
                draft.draft_id,
                draft.message_id,
                draft.form,
                json.dumps(draft.fields, ensure_ascii=False),
                draft.caret,
                draft.saved_at,
            ),
        )

    def newest(self, form: str, message_id: str | None) -> SavedDraft | None:
        found = self._work.rows(
            f"SELECT {_COLUMNS} FROM draft WHERE form = ? AND message_id IS ? AND kept_for = ''"  # noqa: S608
            " ORDER BY saved_at DESC LIMIT 1",
            (form, message_id),
        )
        return _draft(found[0]) if found else None

    def of_form(self, form: str) -> tuple[SavedDraft, ...]:
        """Newest first."""
        found = self._work.rows(
            f"SELECT {_COLUMNS} FROM draft WHERE form = ? AND kept_for = '' ORDER BY saved_at DESC",  # noqa: S608
            (form,),
        )
        return tuple(_draft(row) for row in found)

    def discard(self, draft_id: str) -> str:
        """Returns the form it was of; empty when there was none.

        While a command on its message is held, the draft lies aside: with the command it comes back.
        """
        found = self._work.rows("SELECT form FROM draft WHERE draft_id = ?", (draft_id,))
        self._work.run(
            "UPDATE draft SET kept_for = coalesce((SELECT command_id FROM held WHERE held.message_id = draft.message_id"
            " ORDER BY place DESC LIMIT 1), '-') WHERE draft_id = ?",
            (draft_id,),
        )
        self._work.run("DELETE FROM draft WHERE draft_id = ? AND kept_for = '-'", (draft_id,))
        return str(found[0][0]) if found else ""

    def count(self) -> int:
        return int(self._work.rows("SELECT count(*) FROM draft WHERE kept_for = ''")[0][0])

    def messages(self) -> set[str]:
        """Messages that have a draft."""
        found = self._work.rows("SELECT DISTINCT message_id FROM draft WHERE message_id IS NOT NULL AND kept_for = ''")
        return {row[0] for row in found}


_COLUMNS = "draft_id, message_id, form, fields, caret, saved_at"


def _draft(row: tuple[str, str | None, str, str, int, str]) -> SavedDraft:
    return SavedDraft(
        draft_id=row[0],
        message_id=row[1],
        form=row[2],
        fields=json.loads(row[3]),
        caret=row[4],
        saved_at=row[5],
    )
