"""«Connection and safety» (F12): what is kept where, since when there is no connection, why, and what happens next."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from arm.i18n import _
from ui.dialogs.overlay import OverlayPage
from ui.safety_words import SafetyFace, SafetyLine
from ui.theme import icon_pixmap, theme
from ui.widgets import Button, LinkMark, PlainLabel, Surface, announce, empty_layout

_HEAD_LOOKS = {
    "ok": ("shield-check", "ok_ink"),
    "offline": ("shield-check", "warn_ink"),
    "warn": ("alert-triangle", "warn_ink"),
    "error": ("alert-circle", "danger"),
}
_LINE_INKS = {"plain": "text2", "warn": "warn_ink", "error": "danger"}


class SafetyPage(OverlayPage):
    """Takes a face and tells what was pressed; it asks nobody anything itself."""

    check_asked = Signal()
    outbox_asked = Signal()
    gone = Signal()

    def __init__(self, window: QWidget, face: SafetyFace) -> None:
        super().__init__(window, _("Connection and safety"), 50, 40, fits_height=True)
        self.setObjectName("safety-page")
        self._face: SafetyFace | None = None
        self._said = ""
        self._icon = QLabel()
        self._icon.setTextFormat(Qt.TextFormat.PlainText)
        self._headline = PlainLabel("", role="title", wrap=True)
        self._headline.setObjectName("safety-headline")
        self._promise = PlainLabel("", tone="text2", wrap=True)
        self._here = _Place("device-floppy", _("On this computer"))
        self._there = _Place("building", _("In the central store"))
        self._link = LinkMark()
        self._lines = QGridLayout()
        self._note = PlainLabel("", role="body_strong", wrap=True)
        self._note.hide()
        self._build()
        self.show_face(face)

    def first_focus(self) -> QWidget:
        return self._check

    def after_closing(self) -> None:
        self.gone.emit()
        super().after_closing()

    def face(self) -> SafetyFace | None:
        return self._face

    def show_face(self, face: SafetyFace) -> None:
        """What has changed meanwhile is shown at once; the headline is said when it is another one."""
        if face == self._face:
            return
        is_news = self._face is not None and self._face.headline != face.headline
        self._face = face
        icon_name, ink = _HEAD_LOOKS[face.tone]
        self._icon.setPixmap(icon_pixmap(icon_name, theme().tokens.colour(ink), 32))
        self._headline.setText(face.headline)
        self._promise.setText(face.promise)
        self._here.show_lines(face.here)
        self._there.show_lines(face.there)
        self._link.set_link(face.link, is_linked=face.is_linked)
        self._fill(face.lines)
        self.panel.setAccessibleDescription(face.sentence())
        if is_news:
            announce(self, face.headline)
        if self.isVisible():
            self.cover()

    def show_check(self, words: str, *, is_over: bool) -> None:
        """What became of «check now»; empty: it is under way."""
        self._check.setEnabled(is_over)
        self._note.setText(words)
        self._note.setVisible(bool(words))
        announce(self, words)
        self.cover()

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(self._headline)
        words.addWidget(self._promise)
        head.addLayout(words, 1)
        self.column.addWidget(PlainLabel(_("Connection and safety"), role="caption", tone="muted"))
        self.column.addLayout(head)
        places = QHBoxLayout()
        places.setSpacing(4)
        places.addWidget(self._here, 1)
        places.addWidget(self._link)
        places.addWidget(self._there, 1)
        self.column.addSpacing(6)
        self.column.addLayout(places)
        self.column.addSpacing(6)
        self._lines.setHorizontalSpacing(10)
        self._lines.setVerticalSpacing(8)
        self._lines.setColumnStretch(2, 1)
        self.column.addLayout(self._lines)
        self.column.addWidget(self._note)
        self.column.addStretch(1)
        self._check = Button(_("Check the connection now"), "refresh", "primary", key_hint="F5")
        self._check.setObjectName("safety-check")
        self._check.clicked.connect(self.check_asked)
        outbox = Button(_("Show what isn't sent"), "send")
        outbox.setObjectName("safety-outbox")
        outbox.clicked.connect(self._on_outbox_clicked)
        close = Button(_("Close"), key_hint="Esc")
        close.setObjectName("safety-close")
        close.clicked.connect(self.close_page)
        row = QHBoxLayout()
        row.setSpacing(8)
        for button in (self._check, outbox):
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(close)
        self.column.addSpacing(4)
        self.column.addLayout(row)

    def _fill(self, lines: tuple[SafetyLine, ...]) -> None:
        empty_layout(self._lines)
        for place, line in enumerate(lines):
            icon = QLabel()
            icon.setTextFormat(Qt.TextFormat.PlainText)
            icon.setPixmap(icon_pixmap(line.icon_name, theme().tokens.colour(_LINE_INKS[line.tone]), 18))
            words = PlainLabel(line.words, tone="danger" if line.tone == "error" else "text", wrap=True)
            words.setMinimumWidth(1)
            label = PlainLabel(line.label, tone="text2")
            for each in (label, words):
                each.setAlignment(Qt.AlignmentFlag.AlignTop)
            self._lines.addWidget(icon, place, 0, Qt.AlignmentFlag.AlignTop)
            self._lines.addWidget(label, place, 1)
            self._lines.addWidget(words, place, 2)

    def _on_outbox_clicked(self) -> None:
        self.close_page()
        self.outbox_asked.emit()


class _Place(Surface):
    """One of the two places where work is kept."""

    def __init__(self, icon_name: str, title: str) -> None:
        super().__init__("card")
        self._icon_name = icon_name
        self._icon = QLabel()
        self._icon.setTextFormat(Qt.TextFormat.PlainText)
        self._column = QVBoxLayout()
        self._column.setSpacing(2)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._icon)
        head.addWidget(PlainLabel(title, role="body_strong", tone="text2", wrap=True), 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(14, 12, 14, 12)
        whole.setSpacing(8)
        whole.addLayout(head)
        whole.addLayout(self._column)
        whole.addStretch(1)

    def show_lines(self, lines: tuple[str, ...]) -> None:
        self._icon.setPixmap(icon_pixmap(self._icon_name, theme().tokens.colour("accent"), 20))
        empty_layout(self._column)
        for place, words in enumerate(lines):
            self._column.addWidget(PlainLabel(words, role="body" if place else "subtitle", wrap=True))
        self.setAccessibleName(". ".join(lines))
