"""The place of the keyboard focus while messages come and go: never by chance in what comes next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shiboken6 import isValid

if TYPE_CHECKING:
    from ui.widgets import ActionBar
    from ui.workspaces.area import WorkArea
    from ui.workspaces.queue import QueuePane


class FocusPlace:
    """Taken before another card is shown, judged after it."""

    def __init__(self, queue: QueuePane, area: WorkArea, bar: ActionBar) -> None:
        self._queue, self._area = queue, area
        self._focus = area.window().focusWidget()
        self._was_beside = self._focus is None or any(part.isAncestorOf(self._focus) for part in (area.side, bar))

    def judge(self, *, is_decided: bool) -> None:
        """After an own decision, or where the focus was in something that is gone, it goes to the list."""
        focus = self._focus
        is_gone = focus is not None and not (isValid(focus) and focus.isVisible() and focus.isEnabled())
        if self._was_beside and (is_decided or is_gone):
            focus_the_work(self._queue, self._area)


def focus_the_work(queue: QueuePane, area: WorkArea) -> None:
    """Into the list of messages; on a message that a board opened, into its card."""
    if queue.isVisible():
        queue.focus_list()
    elif area.card.isVisible():
        area.card.setFocus()
