"""The keys of the window: one table, from which they are bound and the keys page is printed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from arm.desk.values import Workspace as Space
from arm.i18n import _
from ui.keys import bind
from ui.wording import workspace_name

if TYPE_CHECKING:
    from ui.main_window import MainWindow

ZOOM_STEP = 0.1


@dataclass(frozen=True, slots=True)
class KeyLine:
    """`shown` is what is printed; `sequences` are all bound (some keys have a second one on the keypad)."""

    shown: str
    sequences: tuple[str, ...]
    meaning: str
    run: Callable[[], object]


def key_lines(window: MainWindow) -> tuple[KeyLine, ...]:
    """Every key of the window in the present language, in the order of the keys page."""
    return (*_moving(window), *_doing(window), *_seeing(window))


PANE_KEYS = frozenset({"Esc", "Ctrl+Return"})
"""Bound to the panes and not to the window: sheets and overlays give them a meaning of their own."""


def bind_keys(window: MainWindow) -> None:
    for line in key_lines(window):
        for sequence in line.sequences:
            if sequence not in PANE_KEYS:
                run = partial(_run, window, line)
                bind(window, sequence, run, context=Qt.ShortcutContext.WindowShortcut)
    for pane in (window.queue, window.card, window.bar, window.rail):
        bind_pane(window, pane)
    from ui.dialogs.keys_page import KeysPage

    bind(window, "F1", lambda: KeysPage(window).open_page(), context=Qt.ShortcutContext.WindowShortcut)


CLOSED_KEYS = frozenset({"F5", "F12", "Ctrl +", "Ctrl −", "Ctrl+0"})
"""What still works over a closed copy (P30): none of it shows a message."""


def _run(window: MainWindow, line: KeyLine) -> None:
    if window.link.is_closed and line.shown not in CLOSED_KEYS:
        window.conductor.announce(_("The copy is closed until there is a connection. What you typed is whole"))
    else:
        line.run()


def bind_pane(window: MainWindow, pane: QWidget) -> None:
    """Esc and Ctrl+Enter inside a pane."""
    bind(pane, "Esc", window.go_back)
    bind(pane, "Ctrl+Return", window.conductor.press_main)


def _moving(window: MainWindow) -> tuple[KeyLine, ...]:
    go = window.conductor
    return (
        KeyLine("F6", ("F6",), _("Next pane"), partial(window.next_pane, 1)),
        KeyLine("Shift+F6", ("Shift+F6",), _("Previous pane"), partial(window.next_pane, -1)),
        KeyLine("Ctrl+↓", ("Ctrl+Down",), _("Next message"), partial(window.step, 1)),
        KeyLine("Ctrl+↑", ("Ctrl+Up",), _("Previous message"), partial(window.step, -1)),
        KeyLine("Esc", ("Esc",), _("Back to the queue"), window.go_back),
        KeyLine("Ctrl+F", ("Ctrl+F",), _("Search in the queue"), window.queue.focus_search),
        KeyLine("Ctrl+Shift+F", ("Ctrl+Shift+F",), _("Search everywhere"), partial(_palette, window)),
        KeyLine("Ctrl+K", ("Ctrl+K",), _("Commands; a number opens the message"), partial(_palette, window)),
        KeyLine("F3", ("F3",), _("Filters, then a digit"), window.queue.filters.setFocus),
        KeyLine("F2", ("F2",), _("Into the editor"), partial(_edit, window)),
        KeyLine("Ctrl+B", ("Ctrl+B",), _("Fold the queue"), window.area.fold_queue),
        KeyLine("Ins", ("Ins", "Ctrl+N"), _("New message (a call)"), go.new_call),
        KeyLine("F9", ("F9",), _("Take the last step back"), go.giver.take_back),
    )


def _doing(window: MainWindow) -> tuple[KeyLine, ...]:
    go = window.conductor
    return (
        KeyLine("Ctrl+Enter", ("Ctrl+Return",), _("Main action"), go.press_main),
        KeyLine("Ctrl+S", ("Ctrl+S",), _("Save the draft now"), partial(_save, window)),
        KeyLine("F5", ("F5",), _("Synchronise now"), window.sync_now),
        KeyLine("Ctrl+P", ("Ctrl+P",), _("Print or save as PDF"), partial(_print, window)),
        KeyLine("F8", ("F8",), _("What needs a decision; the next difference"), window.next_attention),
        KeyLine("F12", ("F12",), _("Connection and safety"), window.link.open_safety),
    )


def _seeing(window: MainWindow) -> tuple[KeyLine, ...]:
    scale = window.preferences
    return (
        KeyLine(
            "Ctrl +", ("Ctrl++", "Ctrl+="), _("Larger letters"), lambda: _zoom(window, scale.font_scale + ZOOM_STEP)
        ),
        KeyLine("Ctrl −", ("Ctrl+-",), _("Smaller letters"), lambda: _zoom(window, scale.font_scale - ZOOM_STEP)),
        KeyLine("Ctrl+0", ("Ctrl+0",), _("Letters as they were"), lambda: _zoom(window, 1.0)),
        KeyLine("Ctrl+Shift+D", ("Ctrl+Shift+D",), _("Row height"), window.queue.cycle_density),
    )


def shown_only(window: MainWindow) -> tuple[tuple[str, str], ...]:
    """Keys that widgets handle themselves, for the keys page."""
    places = tuple(
        (f"Alt+{number}", workspace_name(space))
        for number, space in enumerate(Space, 1)
        if space in window.me.workspaces
    )
    return (
        *places,
        ("1…9", _("Decision with this digit (list or card has the focus)")),
        ("↑ ↓ Home End", _("Message in the queue")),
        ("Enter", _("Into the message")),
        ("Space", _("Mark the message")),
        ("Shift+↑ ↓", _("Mark on")),
        ("Ctrl+A", _("Mark all that fit the filter")),
        ("F1", _("Keys and help")),
    )


def _palette(window: MainWindow) -> None:
    from ui.dialogs.palette import Palette

    Palette(window).open_page()


def _edit(window: MainWindow) -> None:
    workspace = window.conductor.workspace
    if workspace is None or not workspace.edit():
        window.conductor.announce(_("There is nothing to edit here"))
    else:
        window.area.show_side()


def _print(window: MainWindow) -> None:
    from ui.dialogs.print_page import PrintPage

    PrintPage(window).open_page()


def _save(window: MainWindow) -> None:
    window.save_drafts()
    window.conductor.announce(_("Drafts are saved"))


def _zoom(window: MainWindow, scale: float) -> None:
    window.zoom_asked.emit(scale)
