"""The status line of the window: the truth about sync, what waits to be sent, a wrong clock."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QTextEdit, QWidget

from arm.desk.values import SyncKind, SyncStatus
from arm.i18n import _
from ui.sync_words import outbox_words, skew_words, sync_words
from ui.widgets import PlainLabel, StatusLine, StatusPiece

_EDITORS = (QLineEdit, QPlainTextEdit, QTextEdit)
_ERASERS = (Qt.Key.Key_Backspace, Qt.Key.Key_Delete)
_WANT_SIGN_IN = frozenset({SyncKind.UNAUTHORISED, SyncKind.NOT_SIGNED_IN})


class SyncStatusLine(StatusLine):
    sync_pressed = Signal()
    sign_in_pressed = Signal()
    outbox_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("status")
        self._kind = SyncKind.BUSY
        self._trouble = ""
        self.sync = StatusPiece(_("Updating…"), "busy")
        self.sync.setObjectName("status-sync")
        self.sync.clicked.connect(self._on_sync_clicked)
        self.outbox = StatusPiece("", "plain")
        self.outbox.setObjectName("status-outbox")
        self.outbox.clicked.connect(self.outbox_pressed)
        self.skew = PlainLabel("", role="caption", tone="danger")
        self.add_piece(self.sync)
        self.add_piece(self.outbox)
        self.add_piece(self.skew, 1)
        self.add_piece(PlainLabel(_("A message is not an appeal by law 59-FZ"), role="caption", tone="muted"))

    def announce_trouble(self, text: str) -> None:
        """A trouble of the sync: it goes as soon as the two are in step again."""
        self._trouble = text
        self.announce(text)

    def announce(self, text: str, seconds: float = 8.0) -> None:
        """Goes after that many seconds, and before them with the next edit: its cause may be gone with it."""
        super().announce(text, seconds)
        app = QApplication.instance()
        if app is not None:
            app.installEventFilter(self)

    def clear_remark(self) -> None:
        super().clear_remark()
        app = QApplication.instance()
        if app is not None:
            app.removeEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Watches typing only while a remark is shown."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and self._is_edit(watched, event):
            self.clear_remark()
        return super().eventFilter(watched, event)

    def _is_edit(self, watched: QObject, event: QKeyEvent) -> bool:
        if not isinstance(watched, _EDITORS) or watched.window() is not self.window():
            return False
        return event.key() in _ERASERS or (event.text().isprintable() and bool(event.text()))

    def show_status(self, status: SyncStatus) -> None:
        if status.kind is SyncKind.IN_STEP and self._trouble and self.remark() == self._trouble:
            self.clear_remark()
        self._kind = status.kind
        self.sync.set_status(*sync_words(status))
        self.outbox.set_status(*outbox_words(status))
        self.skew.setText(skew_words(status))

    def _on_sync_clicked(self) -> None:
        if self._kind in _WANT_SIGN_IN:
            self.sign_in_pressed.emit()
        else:
            self.sync_pressed.emit()
