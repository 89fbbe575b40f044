"""The look applied to the application: Fusion, palette, font and the one style sheet; news of a change of theme."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QIcon
from PySide6.QtWidgets import QAbstractButton, QApplication

from arm.settings import resource_path
from ui.theme import fonts
from ui.theme.icons import tinted_icon
from ui.theme.palette import build_palette
from ui.theme.tokens import Tokens, load_tokens

_ICON_SIZE = 20
_PLACEHOLDER = re.compile(r"@([a-z_0-9]+?)(?=pt;|[^a-z_0-9])")


class Theme(QObject):
    """The theme in force. Widgets that paint themselves read `tokens` at every paint and need no signal."""

    themeChanged = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._tokens = load_tokens("light")
        self._wish = "light"
        self.font_scale = 1.0
        self._follows_system = False

    @property
    def tokens(self) -> Tokens:
        return self._tokens

    @property
    def name(self) -> str:
        return self._tokens.name

    @property
    def wish(self) -> str:
        """What the user asked for: "light", "dark" or "system"."""
        return self._wish

    def put_on(self, app: QApplication, wish: str, font_scale: float) -> None:
        self._wish = wish
        self.font_scale = font_scale
        self._tokens = load_tokens(_named(wish))
        _dress(app, self._tokens, font_scale)
        if not self._follows_system:
            self._follows_system = True
            app.styleHints().colorSchemeChanged.connect(self._on_system_scheme_changed)
        self.themeChanged.emit(self._tokens)

    def _on_system_scheme_changed(self, _scheme: Qt.ColorScheme) -> None:
        app = QApplication.instance()
        if self._wish == "system" and isinstance(app, QApplication) and _named("system") != self.name:
            self.put_on(app, "system", self.font_scale)


@cache
def theme() -> Theme:
    """The one theme of this process."""
    return Theme()


def apply_theme(app: QApplication, wish: str = "system", font_scale: float = 1.0) -> None:
    """Dresses the application in "light", "dark" or what the system prefers; `font_scale` from 0.8 to 2.0."""
    fonts.load_fonts()
    theme().put_on(app, wish, min(2.0, max(0.8, font_scale)))


def style_sheet(tokens: Tokens, body_pt: float) -> str:
    """The style sheet with every token put in; KeyError for an unknown token."""
    values = dict(tokens.hex_colours)
    values["theme"] = tokens.name
    values["dir"] = resource_path("style").as_posix()
    for role in fonts.roles():
        values[f"pt_{role}"] = f"{fonts.point_size(role, body_pt):.2f}"
    text = resource_path("style", "arm.qss").read_text(encoding="utf-8")
    return _PLACEHOLDER.sub(lambda found: values[found.group(1)], text)


def icon(name: str, role: str = "text", size: int = _ICON_SIZE) -> QIcon:
    """An icon in the colour of a token of the theme in force."""
    return tinted_icon(name, theme().tokens, role, size)


def set_icon(target: QAbstractButton | QAction, name: str, role: str = "text") -> None:
    """Gives a button or an action an icon that is recoloured whenever the theme changes."""
    target.setProperty("armIcon", f"{name}|{role}")
    target.setIcon(icon(name, role) if name else QIcon())


def _named(wish: str) -> str:
    if wish in ("light", "dark"):
        return wish
    return "dark" if QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark else "light"


def _dress(app: QApplication, tokens: Tokens, font_scale: float) -> None:
    QGuiApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)
    try:
        if app.style().name() != "fusion":
            app.setStyle("Fusion")
        base = fonts.base_font(font_scale)
        if app.font() != base:
            app.setFont(base)
        app.setPalette(build_palette(tokens))
        sheet = style_sheet(tokens, base.pointSizeF())
        if app.styleSheet() != sheet:
            app.setStyleSheet(sheet)
        _recolour_icons(app)
    finally:
        QGuiApplication.restoreOverrideCursor()


@contextmanager
def _no_collection() -> Iterator[None]:
    """A collection in the middle of a walk, on any thread, may delete widgets that the list of them still names."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _recolour_icons(app: QApplication) -> None:
    with _no_collection():
        _recolour_every_icon(app)


def _recolour_every_icon(app: QApplication) -> None:
    for widget in app.allWidgets():
        targets: list[QAbstractButton | QAction] = [*widget.actions()]
        if isinstance(widget, QAbstractButton):
            targets.append(widget)
        for target in targets:
            kept = target.property("armIcon")
            if isinstance(kept, str) and kept:
                name, _bar, role = kept.partition("|")
                set_icon(target, name, role)
