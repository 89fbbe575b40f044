"""A page over the window: dims what is under it, closes by Esc, gives the focus back."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget
from shiboken6 import isValid

from ui.keys import bind
from ui.theme import em
from ui.widgets import Surface, announce

_SHADE = QColor(10, 16, 24, 110)


class OverlayPage(QWidget):
    """Covers its window; `panel` is the page itself, of at most the given size in em.

    With `fits_height` it is no higher than what stands on it.
    """

    def __init__(
        self, window: QWidget, title: str, width_em: float = 46.0, height_em: float = 30.0, *, fits_height: bool = False
    ) -> None:
        super().__init__(window)
        self._most = (width_em, height_em)
        self._fits_height = fits_height
        self._focus_before: QWidget | None = None
        self.panel = Surface("card", self)
        self.column = QVBoxLayout(self.panel)
        self.column.setContentsMargins(20, 16, 20, 16)
        self.column.setSpacing(10)
        self.setAccessibleName(title)
        window.installEventFilter(self)
        bind(self, "Esc", self.close_page)
        self.hide()

    def open_page(self) -> None:
        self._focus_before = self.window().focusWidget()
        self.cover()
        self.show()
        self.raise_()
        self.first_focus().setFocus(Qt.FocusReason.PopupFocusReason)
        announce(self, self.accessibleName())

    def close_page(self) -> None:
        before = self._focus_before
        self.hide()
        if before is not None and isValid(before) and before.isVisible():
            before.setFocus(Qt.FocusReason.PopupFocusReason)
        self.after_closing()

    def after_closing(self) -> None:
        """A page is made anew each time, unless it says otherwise."""
        self.deleteLater()

    def first_focus(self) -> QWidget:
        return self.panel

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.parent() and event.type() == QEvent.Type.Resize and self.isVisible():
            self.cover()
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), _SHADE)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self.panel.geometry().contains(event.position().toPoint()):
            self.close_page()

    def cover(self) -> None:
        """Takes the size of the window again."""
        around = self.parentWidget()
        if around is None:
            return
        self.setGeometry(around.rect())
        width = min(round(self._most[0] * em()), self.width() - 32)
        height = min(round(self._most[1] * em()), self.height() - 32)
        if self._fits_height:
            self.column.activate()
            height = min(height, self.column.totalHeightForWidth(width))
        self.panel.setGeometry((self.width() - width) // 2, (self.height() - height) // 2, width, height)
