"""The shelf of sheets: what was typed in a sheet waits there until its message has moved on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shiboken6 import isValid

from arm.domain.identity import MessageId
from arm.domain.verbs import Verb
from ui.workspaces.base import Opened

if TYPE_CHECKING:
    from ui.workspaces.sheets import CommandSheet


class SheetShelf:
    """One sheet per message and verb."""

    def __init__(self) -> None:
        self._sheets: dict[tuple[MessageId, Verb], CommandSheet] = {}

    def put(self, sheet: CommandSheet) -> None:
        self._sheets[(sheet.message_id, sheet.state.verb)] = sheet

    def kept(self, verb: Verb, opened: Opened) -> CommandSheet | None:
        """A sheet of this message with what was typed in it, if the message is still where it was."""
        sheet = self._sheets.get((opened.message_id, verb))
        if sheet is None or not isValid(sheet):
            return None
        before, after = sheet.opened.message, opened.message
        if before.stage is not after.stage or before.subject is not after.subject:
            sheet.save_now()
            sheet.deleteLater()
            return None
        return sheet

    def save_drafts(self) -> None:
        self._sheets = {key: sheet for key, sheet in self._sheets.items() if isValid(sheet)}
        for sheet in self._sheets.values():
            sheet.save_now()
