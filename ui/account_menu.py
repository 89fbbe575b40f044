"""The account menu: who is at work, language, size of letters, signing out."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from arm.i18n import _, current_language
from ui.wording import role_name

if TYPE_CHECKING:
    from ui.main_window import MainWindow


def open_account_menu(window: MainWindow) -> None:
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
    menu.addSeparator()
    _entry(menu, _("Sign in again…"), window.sign_in_asked.emit)
    place = window.rail.mapToGlobal(QPoint(window.rail.width(), window.rail.height()))
    menu.popup(place - QPoint(0, menu.sizeHint().height()))


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
