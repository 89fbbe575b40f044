"""The account menu: who is at work, language, size of letters, signing out."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from arm.i18n import _, current_language
from ui.wording import role_name

if TYPE_CHECKING:
    from ui.main_window import MainWindow

HOLD_CHOICES = (5, 8, 15, 30, 0)


def open_account_menu(window: MainWindow) -> None:
    menu = account_menu(window)
    place = window.rail.mapToGlobal(QPoint(window.rail.width(), window.rail.height()))
    menu.popup(place - QPoint(0, menu.sizeHint().height()))


def account_menu(window: MainWindow) -> QMenu:
    """Made anew each time it opens: it goes with its window."""
    menu = QMenu(window)
    menu.setObjectName("account-menu")
    me = window.me
    for words in (me.full_name, me.position, me.organisation_name, ", ".join(role_name(one) for one in me.roles)):
        if words:
            _line(menu, words)
    menu.addSeparator()
    other = "По-русски" if current_language() == "en" else "In English"
    _entry(menu, other, window.language_asked.emit)
    _entry(menu, _("Light or dark"), window.theme_asked.emit)
    _entry(menu, _("Larger letters"), partial(window.zoom_asked.emit, window.preferences.font_scale + 0.1))
    _entry(menu, _("Smaller letters"), partial(window.zoom_asked.emit, window.preferences.font_scale - 0.1))
    _add_holding(menu, window)
    menu.addSeparator()
    _entry(menu, _("Sign in again…"), window.sign_in_asked.emit)
    return menu


def _add_holding(menu: QMenu, window: MainWindow) -> None:
    """How long a step waits before it goes out; the present choice bears the mark."""
    choices = QMenu(_("Time to undo a step"), menu)
    choices.setObjectName("hold-menu")
    group = QActionGroup(choices)
    for seconds in HOLD_CHOICES:
        words = _("{n} s").format(n=seconds) if seconds else _("Send at once")
        entry = QAction(words, choices, checkable=True, checked=seconds == window.preferences.hold_s)
        entry.triggered.connect(partial(window.preferences.choose_hold, seconds))
        group.addAction(entry)
        choices.addAction(entry)
    menu.addMenu(choices)


def _line(menu: QMenu, words: str) -> None:
    entry = QAction(words.replace("&", "&&"), menu)
    entry.setEnabled(False)
    menu.addAction(entry)


def _entry(menu: QMenu, words: str, slot: Callable[[], object]) -> None:
    entry = QAction(words, menu)

    def pressed(_checked: bool = False) -> None:
        slot()

    entry.triggered.connect(pressed)
    menu.addAction(entry)
