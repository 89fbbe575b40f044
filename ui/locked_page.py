"""The page over everything while the copy is closed (P30): calm, with what is safe and the one thing to do."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from arm.desk.values import SyncStatus
from arm.i18n import _, ngettext
from ui.safety_words import unsent_words
from ui.sync_causes import cause_of
from ui.theme import em, icon_pixmap, theme
from ui.widgets import Button, PlainLabel, Surface, announce


class LockedPage(Surface):
    check_asked = Signal()
    safety_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("bg", parent)
        self.setObjectName("locked-page")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._icon = QLabel()
        self._icon.setTextFormat(Qt.TextFormat.PlainText)
        self.title = PlainLabel("", role="title", wrap=True)
        self._safe = PlainLabel("", role="reading", tone="text2", wrap=True)
        self._kept = PlainLabel("", tone="text2", wrap=True)
        self._problem = PlainLabel("", tone="text2", wrap=True)
        self.check = Button(_("Check the connection"), "refresh", "primary", key_hint="F5")
        self.check.setObjectName("locked-check")
        self.check.clicked.connect(self.check_asked)
        safety = Button(_("Connection and safety"), "shield-check", key_hint="F12")
        safety.clicked.connect(self.safety_asked)
        self._panel = Surface("card")
        column = QVBoxLayout(self._panel)
        column.setContentsMargins(28, 26, 28, 24)
        column.setSpacing(10)
        column.addWidget(self._icon)
        for label in (self.title, self._safe, self._kept, self._problem):
            column.addWidget(label)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.check)
        buttons.addWidget(safety)
        buttons.addStretch(1)
        column.addSpacing(8)
        column.addLayout(buttons)
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(self._panel)
        middle.addStretch(1)
        whole = QVBoxLayout(self)
        whole.addStretch(2)
        whole.addLayout(middle)
        whole.addStretch(3)

    def show_status(self, status: SyncStatus, now: datetime) -> None:
        self._panel.setFixedWidth(round(em() * 38))
        self._icon.setPixmap(icon_pixmap("lock", theme().tokens.colour("accent"), 40))
        self.title.setText(closed_words(status, now))
        self._safe.setText(_("What you typed is whole and goes as soon as there is a connection."))
        kept = _("On this computer: {what}.")
        words = unsent_words(status.unsent)
        self._kept.setText(kept.format(what=words[:1].lower() + words[1:]))
        cause = cause_of(status.trouble)
        self._problem.setText(cause.advice if cause is not None else "")
        self._problem.setVisible(cause is not None)
        self.setAccessibleName(f"{self.title.text()}. {self._safe.text()}")

    def show_check(self, words: str, *, is_over: bool) -> None:
        """What became of «check the connection»."""
        self.check.setEnabled(is_over)
        if words:
            self._problem.setText(words)
            self._problem.show()
            announce(self, words)


def closed_words(status: SyncStatus, now: datetime) -> str:
    """«Копия закрыта: 7 дней без связи»."""
    if status.since is None or now <= status.since:
        return _("The copy is closed until there is a connection")
    days = (now - status.since).days
    if not days:
        return _("The copy is closed: too long without a connection")
    return ngettext(
        "The copy is closed: {count} day without a connection",
        "The copy is closed: {count} days without a connection",
        days,
    ).format(count=days)
