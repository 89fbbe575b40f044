"""The ring of panes that F6 walks through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from ui.main_window import MainWindow


def step_pane(window: MainWindow, by: int) -> None:
    """Queue, card, side, bar, and round again; what is hidden is passed over."""
    area = window.area
    panes: list[QWidget] = [window.queue.list, area.card, area.side, window.bar]
    if area.is_board_shown():
        panes = [area.pages.currentWidget() or area, window.bar]
    seen = [one for one in panes if one.isVisible()]
    focus = window.focusWidget()
    here = next((n for n, one in enumerate(seen) if focus and (focus is one or one.isAncestorOf(focus))), -1)
    _focus_into(seen[(here + by) % len(seen)])


def _focus_into(target: QWidget) -> None:
    candidates = [target, *target.findChildren(QWidget)]
    wanted = next(
        (one for one in candidates if one.isVisible() and one.focusPolicy() & Qt.FocusPolicy.TabFocus), target
    )
    wanted.setFocus(Qt.FocusReason.ShortcutFocusReason)
