"""The status line of the window: the truth about sync, what waits to be sent, what wants a decision, a wrong clock."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QTextEdit, QWidget

from arm.desk.values import SyncKind, SyncStatus
from arm.i18n import _
from ui.sync_words import decision_words, lease_words, outbox_words, parked_words, skew_words, sync_words
from ui.widgets import PlainLabel, StatusLine, StatusPiece, announce

_EDITORS = (QLineEdit, QPlainTextEdit, QTextEdit)
_ERASERS = (Qt.Key.Key_Backspace, Qt.Key.Key_Delete)
_WANT_SIGN_IN = frozenset({SyncKind.UNAUTHORISED, SyncKind.NOT_SIGNED_IN})


class SyncStatusLine(StatusLine):
    """`safety_pressed`: «what is safe now?»; a changed state is also said to a screen reader, an equal one is not."""

    safety_pressed = Signal()
    sign_in_pressed = Signal()
    outbox_pressed = Signal()
    undo_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("status")
        self._kind = SyncKind.BUSY
        self._trouble = ""
        self._said = ""
        self.sync = StatusPiece(_("Updating…"), "busy")
        self.sync.setObjectName("status-sync")
        self.sync.clicked.connect(self._on_sync_clicked)
        self.outbox = StatusPiece("", "plain", elastic=False)
        self.outbox.setObjectName("status-outbox")
        self.decisions = StatusPiece("", "plain", elastic=False)
        self.decisions.setObjectName("status-decisions")
        self.parked = StatusPiece("", "plain", elastic=False)
        self.parked.setObjectName("status-parked")
        for piece in (self.outbox, self.decisions, self.parked):
            piece.clicked.connect(self.outbox_pressed)
        self.undo = StatusPiece("", "undo", elastic=False)
        self.undo.setObjectName("status-undo")
        self.undo.clicked.connect(self.undo_pressed)
        self.lease = StatusPiece("", "plain")
        self.lease.setObjectName("status-lease")
        self.skew = StatusPiece("", "plain")
        self.skew.setObjectName("status-skew")
        for piece in (self.lease, self.skew):
            piece.clicked.connect(self.safety_pressed)
        for piece in (self.sync, self.outbox, self.undo, self.decisions, self.parked, self.lease, self.skew):
            self.add_piece(piece)
        self._law = PlainLabel(_("A message is not an appeal by law 59-FZ"), role="caption", tone="muted")
        self.add_end(self._law)

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

    def show_status(self, status: SyncStatus, now: datetime | None = None) -> None:
        """`now`, aware UTC, by the central store's time."""
        now = now or datetime.now(UTC)
        if status.kind is SyncKind.IN_STEP and self._trouble and self.remark() == self._trouble:
            self.clear_remark()
        self._kind = status.kind
        self.sync.set_status(*sync_words(status, now))
        self.outbox.set_status(*outbox_words(status))
        self.decisions.set_status(*decision_words(status))
        self.parked.set_status(*parked_words(status))
        self.lease.set_status(*lease_words(status, now))
        self.skew.set_status(skew_words(status.skew_s), "warn")
        self._show_law()
        self._say(status)

    def show_undo(self, words: str) -> None:
        """What can be taken back, and for how long; nothing when nothing can."""
        was_shown = bool(self.undo.text())
        self.undo.set_status(words, "undo")
        if bool(words) != was_shown:
            self._show_law()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_law()

    def _show_law(self) -> None:
        """It gives way to what is said about the work."""
        pieces = (self.sync, self.outbox, self.undo, self.decisions, self.parked, self.lease, self.skew)
        taken = sum(one.sizeHint().width() + 8 for one in pieces if one.text())
        self._law.setVisible(taken + self._law.sizeHint().width() + 24 <= self.width())

    def _say(self, status: SyncStatus) -> None:
        """A turn that goes well is not worth a word each minute; what is new, or gone, is."""
        if status.kind is SyncKind.BUSY:
            return
        marks = (status.kind, status.trouble, status.stuck_since, status.is_locked, status.refused, status.parked)
        told = "|".join(str(one) for one in marks)
        if told == self._said:
            return
        is_first, self._said = not self._said, told
        if not is_first or status.kind is not SyncKind.IN_STEP:
            said = (self.sync, self.decisions, self.parked, self.lease)
            announce(self, ". ".join(one.text() for one in said if one.text()))

    def _on_sync_clicked(self) -> None:
        if self._kind in _WANT_SIGN_IN:
            self.sign_in_pressed.emit()
        else:
            self.safety_pressed.emit()
