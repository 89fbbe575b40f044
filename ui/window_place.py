"""Where the window stands: restored as it was and always within a screen that is there."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from ui.preferences import Preferences

FIRST_WIDTH, FIRST_HEIGHT = 1366, 728


def restore_place(window: QWidget, preferences: Preferences) -> None:
    if len(preferences.place) == 4:
        window.setGeometry(QRect(*preferences.place))
    else:
        window.resize(FIRST_WIDTH, FIRST_HEIGHT)
    if preferences.is_maximised:
        window.setWindowState(window.windowState() | Qt.WindowState.WindowMaximized)


def clamp_to_screen(window: QWidget) -> None:
    """A window that would stand outside (a screen was unplugged) comes back, one too large is made smaller."""
    screen = QGuiApplication.screenAt(window.geometry().center()) or QGuiApplication.primaryScreen()
    if screen is None or window.isMaximized():
        return
    room = screen.availableGeometry()
    rect = window.geometry()
    rect.setWidth(min(rect.width(), max(room.width(), window.minimumWidth())))
    rect.setHeight(min(rect.height(), max(room.height(), window.minimumHeight())))
    rect.moveLeft(max(room.left(), min(rect.left(), room.right() - rect.width() + 1)))
    rect.moveTop(max(room.top(), min(rect.top(), room.bottom() - rect.height() + 1)))
    if rect != window.geometry():
        window.setGeometry(rect)
