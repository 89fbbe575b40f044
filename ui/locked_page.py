"""The page over everything while the copy is closed (P30): calm, with what is safe and the one thing to do."""

from __future__ import annotations

from datetime import datetime, timedelta

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from arm.desk.values import SyncStatus
from arm.i18n import _, ngettext
from ui.safety_words import unsent_words
from ui.sync_causes import cause_of
from ui.sync_words import is_revoked
from ui.theme import em, icon_pixmap, theme
from ui.widgets import Button, PlainLabel, Surface, announce


class LockedPage(Surface):
    check_asked = Signal()
    safety_asked = Signal()
    sign_in_asked = Signal()

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
        self._sign_in = Button(_("Sign in again"), "user", "primary")
        self._sign_in.setObjectName("locked-sign-in")
        self._sign_in.clicked.connect(self.sign_in_asked)
        self._sign_in.hide()
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
        buttons.addWidget(self._sign_in)
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
        is_gone = is_revoked(status)
        self.check.setVisible(not is_gone)
        self._sign_in.setVisible(is_gone)
        if is_gone:
            self._safe.setText(_("The copy of the messages is wiped. What was not sent can't be read any more."))
            self._kept.setText(_("If this is a mistake, tell the administrator, then sign in again."))
        else:
            self._safe.setText(_("What you typed is whole and goes as soon as there is a connection."))
            words = unsent_words(status.unsent)
            self._kept.setText(_("On this computer: {what}.").format(what=words[:1].lower() + words[1:]))
        cause = cause_of(status.trouble)
        self._problem.setText(cause.advice if cause is not None else "")
        self._problem.setVisible(cause is not None)
        self.setAccessibleName(f"{self.title.text()}. {self._safe.text()}")

    def focus_first(self) -> None:
        (self.check if self.check.isVisibleTo(self) else self._sign_in).setFocus()

    def show_check(self, words: str, *, is_over: bool) -> None:
        """What became of «check the connection»."""
        self.check.setEnabled(is_over)
        if words:
            self._problem.setText(words)
            self._problem.show()
            announce(self, words)


def closed_words(status: SyncStatus, now: datetime) -> str:
    """«Копия закрыта: 7 дней без связи»."""
    if is_revoked(status):
        return _("The administrator has revoked the access of this computer")
    if status.lease_ends_at is not None and status.lease_ends_at - now > timedelta(minutes=1):
        # the lease isn't over: the clock was set back, and nobody knows how long it has been (P30)
        return _("The copy is closed: the clock of this computer was set back")
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
