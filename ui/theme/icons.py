"""Icons: monochrome drawings recoloured from the tokens for the device pixel ratio in use."""

from __future__ import annotations

from functools import cache, lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from arm.settings import resource_path
from ui.theme.tokens import Tokens


@cache
def _drawing(name: str) -> str:
    return resource_path("icons", f"{name}.svg").read_text(encoding="utf-8")


@lru_cache(maxsize=512)
def _pixmap(name: str, colour: str, size: int, ratio: float) -> QPixmap:
    renderer = QSvgRenderer(QByteArray(_drawing(name).replace("currentColor", colour).encode()))
    pixmap = QPixmap(round(size * ratio), round(size * ratio))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    renderer.render(painter, QRectF(pixmap.rect()))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def icon_pixmap(name: str, colour: QColor, size: int = 20, ratio: float | None = None) -> QPixmap:
    """One icon in one colour; `size` in logical pixels."""
    return _pixmap(name, colour.name(), size, ratio if ratio is not None else _screen_ratio())


def tinted_icon(name: str, tokens: Tokens, role: str, size: int) -> QIcon:
    """An icon with a normal and a disabled look."""
    made = QIcon()
    for ratio in sorted({1.0, _screen_ratio()}):
        made.addPixmap(_pixmap(name, tokens.hex_colours[role], size, ratio), QIcon.Mode.Normal)
        made.addPixmap(_pixmap(name, tokens.hex_colours["disabled"], size, ratio), QIcon.Mode.Disabled)
    return made


def _screen_ratio() -> float:
    app = QGuiApplication.instance()
    return app.devicePixelRatio() if isinstance(app, QGuiApplication) else 1.0
