"""The toast: one short news at the bottom of a window, with an action and a countdown if there is one."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from arm.i18n import _
from ui.theme import icon_pixmap, set_icon, theme
from ui.widgets.buttons import Button, IconButton
from ui.widgets.speech import announce
from ui.widgets.text import PlainLabel, show_if

_TICK_MS = 100
_MARGIN = 20
_WIDEST = 720
_WIDE = 1000
_ICONS = {"ok": "circle-check", "warn": "alert-triangle", "danger": "alert-circle"}


@dataclass(frozen=True)
class ToastFace:
    """A toast: with `countdown_s` it counts that long and then expires, else it stays `stay_s` seconds."""

    text: str
    tone: str = "plain"
    action: str = ""
    action_key: str = ""
    countdown_s: float = 0.0
    stay_s: float = 6.0
    key: object = None


class Toast(QWidget):
    acted = Signal(object)
    expired = Signal(object)

    def __init__(self, parent: QWidget, *, lift: int = 84, left: int = 100) -> None:
        """`lift`: pixels left free below; `left`: where it begins in a wide window, past the rail.

        So it covers neither the decisions and the status nor the buttons of a sheet in the work area.
        """
        super().__init__(parent)
        self.setObjectName("toast")
        self._lift = lift
        self._left = left
        self._face = ToastFace("")
        self._left_s = 0.0
        self._text = PlainLabel(tone="on_toast", wrap=True)
        self._count = PlainLabel(tone="on_toast", role="body_strong")
        self._action = Button("", kind="toast")
        self._close = IconButton("x", _("Hide the message"), role="on_toast")
        set_icon(self._close, "x", "on_toast")
        # it comes by itself: were the focus to fall into it, the next key would take back what was just done
        for button in (self._action, self._close):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(44, 8, 8, 10)
        row.setSpacing(8)
        row.addWidget(self._text, 1)
        row.addWidget(self._count)
        row.addWidget(self._action)
        row.addWidget(self._close)
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._on_timer_timeout)
        self._action.clicked.connect(self._on_action_clicked)
        self._close.clicked.connect(self.dismiss)
        parent.installEventFilter(self)
        self.hide()

    def show_toast(self, face: ToastFace) -> None:
        """Shows a toast; one already there gives way and counts as expired only if it had no countdown left."""
        self._face = face
        self._left_s = face.countdown_s or face.stay_s
        self._text.setText(face.text)
        show_if(self._count, face.countdown_s > 0)
        show_if(self._action, bool(face.action))
        self._action.set_verb(face.action)
        self._action.set_key_hint(face.action_key)
        self._show_left()
        self._timer.start()
        self.show()
        self.place()
        self.raise_()
        announce(self, face.text)

    def face(self) -> ToastFace:
        return self._face

    def dismiss(self) -> None:
        """Hides the toast; what it spoke of goes on."""
        self._timer.stop()
        self.hide()

    def place(self) -> None:
        """Puts the toast at the bottom left of a wide parent and in the middle of a narrow one."""
        around = self.parentWidget()
        if around is None:
            return
        width = max(160, min(_WIDEST, around.width() - 2 * _MARGIN, self.sizeHint().width() + 24))
        height = max(48, self._row.totalHeightForWidth(width))
        x = self._left if around.width() >= _WIDE else (around.width() - width) // 2
        self.setGeometry(x, around.height() - height - self._lift, width, height)

    def sizeHint(self) -> QSize:
        words = self._text.fontMetrics().horizontalAdvance(self._face.text)
        rest = 44 + 16 + 32 + 24
        for piece in (self._count, self._action):
            if not piece.isHidden():
                rest += piece.sizeHint().width() + 8
        return QSize(words + rest, 48)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and not self.isHidden():
            self.place()
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = theme().tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(tokens.colour("toast"))
        box = QRectF(self.rect())
        painter.drawRoundedRect(box, 10, 10)
        name = _ICONS.get(self._face.tone, "info-circle")
        colour = tokens.colour("on_toast")
        painter.drawPixmap(14, (self.height() - 20) // 2, icon_pixmap(name, colour, 20))
        if self._face.countdown_s > 0:
            painter.setBrush(tokens.colour("toast_accent"))
            part = max(0.0, self._left_s / self._face.countdown_s)
            painter.drawRoundedRect(QRectF(12, box.bottom() - 5, (box.width() - 24) * part, 3), 1.5, 1.5)
        painter.end()

    def _show_left(self) -> None:
        self._count.setText(_("{seconds} s").format(seconds=math.ceil(self._left_s)))

    def _on_timer_timeout(self) -> None:
        if self._face.countdown_s <= 0 and self.underMouse():
            return
        self._left_s -= _TICK_MS / 1000
        self._show_left()
        self.update()
        if self._left_s <= 0:
            self.dismiss()
            self.expired.emit(self._face.key)

    def _on_action_clicked(self) -> None:
        self.dismiss()
        self.acted.emit(self._face.key)
