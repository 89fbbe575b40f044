"""The bar above stale or refused work: what happened, what is safe, what to do."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from arm.i18n import _
from ui.theme import icon_pixmap, theme
from ui.widgets.buttons import Button, IconButton
from ui.widgets.flow import empty_layout
from ui.widgets.speech import announce
from ui.widgets.text import PlainLabel, show_if

_LOOKS = {
    "info": ("info_fill", "accent", "info-circle"),
    "warn": ("warn_fill", "warn_edge", "alert-triangle"),
    "error": ("error_fill", "danger", "alert-circle"),
}


@dataclass(frozen=True)
class BannerFace:
    """A sentence, its tone ("info", "warn", "error") and pairs of action id and verb."""

    text: str
    tone: str = "info"
    actions: tuple[tuple[str, str], ...] = ()
    closable: bool = False


class BannerBar(QWidget):
    acted = Signal(object)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._face: BannerFace | None = None
        self._text = PlainLabel(wrap=True)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(8)
        self._close = IconButton("x", _("Hide the bar"))
        self._close.clicked.connect(self._on_close_clicked)
        row = QHBoxLayout(self)
        row.setContentsMargins(44, 6, 10, 6)
        row.setSpacing(12)
        row.addWidget(self._text, 1)
        row.addLayout(self._buttons)
        row.addWidget(self._close)
        self.setMinimumHeight(44)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.hide()

    def set_face(self, face: BannerFace | None) -> None:
        """Shows the bar, or hides it for None; an equal face changes nothing."""
        if face == self._face:
            return
        self._face = face
        empty_layout(self._buttons)
        if face is None:
            self.hide()
            return
        self._text.setText(face.text)
        for action_id, verb in face.actions:
            button = Button(verb)
            button.setProperty("size", "compact")
            button.clicked.connect(partial(self._on_action_clicked, action_id))
            self._buttons.addWidget(button)
        show_if(self._close, face.closable)
        self.setAccessibleName(face.text)
        show_if(self, True)
        self.update()
        announce(self, face.text)

    def face(self) -> BannerFace | None:
        return self._face

    def focus_action(self, place: int) -> None:
        """Keys go to the verb at that place: a new face has new buttons, and who works by keys stays where he was."""
        item = self._buttons.itemAt(place)
        button = item.widget() if item is not None else None
        if button is not None:
            button.show()
            button.setFocus()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._face is None:
            return
        fill, edge, icon_name = _LOOKS[self._face.tone]
        tokens = theme().tokens
        painter = QPainter(self)
        painter.fillRect(self.rect(), tokens.colour(fill))
        painter.fillRect(QRectF(0, 0, 4, self.height()), tokens.colour(edge))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawPixmap(14, (self.height() - 20) // 2, icon_pixmap(icon_name, tokens.colour(edge), 20))
        painter.end()

    def _on_action_clicked(self, action_id: str, _checked: bool = False) -> None:
        self.acted.emit(action_id)

    def _on_close_clicked(self) -> None:
        self.set_face(None)
        self.closed.emit()
