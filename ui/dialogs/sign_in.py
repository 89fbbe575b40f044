"""Signing in: server, login and password, then the first sync with its progress and a way to stop it.

The same dialog goes on with a first sync that was broken off (`resume`).
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QProgressBar, QVBoxLayout, QWidget

from arm.desk.values import Me
from arm.i18n import _
from ui.bridge import Bridge
from ui.dialogs.growing import grow_to_words
from ui.formats import count
from ui.keys import bind
from ui.widgets import Button, PlainLabel
from ui.wording import trouble_sentence

if TYPE_CHECKING:
    from arm.desk.desk import Desk


class SignInDialog(QDialog):
    """`signed_in` carries `Me`, or None where the files were unlocked and nobody is signed in.

    A wrong password leaves everything typed; a first sync that was stopped is gone on with at the next start.
    """

    signed_in = Signal(object)
    _progressed = Signal(object)

    def __init__(
        self,
        bridge: Bridge,
        server: str = "",
        *,
        login: str = "",
        unlock: bool = False,
        resume: Me | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("sign-in")
        self.setWindowTitle(_("Signing in"))
        self.setMinimumWidth(420)
        self._bridge = bridge
        self._unlock = unlock
        self._resume = resume
        self._me: Me | None = resume
        self._stop = threading.Event()
        self._build(server, login)
        self._progressed.connect(self._on_progressed, Qt.ConnectionType.QueuedConnection)
        bind(self, "Ctrl+Return", self.submit)
        if resume is not None:
            self.submit()

    def submit(self) -> None:
        """Enter in the last field, or the button; with nothing to ask the loading begins at once."""
        if self._resume is not None:
            self._set_busy(is_busy=True)
            self.progress.show()
            self._on_signed_in(self._resume)
            return
        server, login, password = self.server.text().strip(), self.login.text().strip(), self.password.text()
        empty = next((one for one in self._asked() if not one.text().strip()), None)
        if empty is not None:
            self._say(_("Fill in: {field}").format(field=empty.accessibleName().lower()))
            empty.setFocus()
            return
        self._set_busy(is_busy=True)
        self.progress.show()
        self._note.setText(_("Signing in…"))
        if self._unlock:
            self._bridge.call_out(self, lambda desk: _unlocked(desk, password), self._on_signed_in, self._on_failed)
        else:
            self._bridge.call_out(
                self, lambda desk: desk.session.sign_in(server, login, password), self._on_signed_in, self._on_failed
            )

    def explain(self, error: BaseException) -> None:
        """Why one has to sign in: what is safe, what to do."""
        self._say(trouble_sentence(error))

    def closeEvent(self, event: QCloseEvent) -> None:
        self._stop.set()
        super().closeEvent(event)

    def reject(self) -> None:
        self._stop.set()
        super().reject()

    def _build(self, server: str, login: str) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(8)
        column.addWidget(PlainLabel(self._title(), role="title"))
        self.server = self._line(column, _("Address of the central store"), "sign-in-server", server)
        self.login = self._line(column, _("Login"), "sign-in-login", login)
        self.password = self._line(column, _("Password"), "sign-in-password", "")
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        for line in (self.server, self.login, self.password):
            line.returnPressed.connect(self._on_return_pressed)
        self._problem = PlainLabel("", tone="danger", wrap=True)
        self._problem.setObjectName("sign-in-problem")
        self._problem.hide()
        self._note = PlainLabel("", tone="text2", wrap=True)
        self._note.setObjectName("sign-in-note")
        self.progress = QProgressBar()
        self.progress.setObjectName("sign-in-progress")
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.progress.hide()
        self.button = Button(self._verb(), kind="primary")
        self.button.setObjectName("sign-in-submit")
        self.button.setDefault(True)
        self.button.clicked.connect(self.submit)
        self.stop_button = Button(_("Stop loading, go on later"))
        self.stop_button.setObjectName("sign-in-stop")
        self.stop_button.clicked.connect(self._on_stop_clicked)
        self.stop_button.hide()
        self.network_button = Button(_("Network…"), kind="ghost", tooltip=_("Proxy, authority and pins"))
        self.network_button.setObjectName("sign-in-network")
        self.network_button.clicked.connect(self._on_network_clicked)
        self.network_button.setVisible(not self._unlock)
        for part in (self._problem, self._note, self.progress, self.button, self.stop_button, self.network_button):
            column.addWidget(part)
        (self.password if server and login else self.login if server else self.server).setFocus()

    def _line(self, column: QVBoxLayout, label: str, name: str, text: str) -> QLineEdit:
        words = PlainLabel(label, tone="text2")
        line = QLineEdit(text)
        line.setObjectName(name)
        line.setAccessibleName(label)
        words.setBuddy(line)
        is_hidden = self._resume is not None or (self._unlock and name != "sign-in-password")
        words.setVisible(not is_hidden)
        line.setVisible(not is_hidden)
        column.addWidget(words)
        column.addWidget(line)
        return line

    def _title(self) -> str:
        if self._resume is not None:
            return _("Loading the messages to this computer")
        return _("Unlock the files of this computer") if self._unlock else _("Sign in to the central store")

    def _verb(self) -> str:
        if self._resume is not None:
            return _("Try again")
        return _("Unlock") if self._unlock else _("Sign in")

    def _asked(self) -> tuple[QLineEdit, ...]:
        return (self.password,) if self._unlock else (self.server, self.login, self.password)

    def _set_busy(self, *, is_busy: bool) -> None:
        for part in (self.server, self.login, self.password, self.button, self.network_button):
            part.setEnabled(not is_busy)
        self.button.setVisible(self._resume is None or not is_busy)
        self._problem.hide()
        if not is_busy:
            self.progress.hide()
            self._note.setText("")
            self.stop_button.hide()

    def _say(self, words: str) -> None:
        self._problem.setText(words)
        self._problem.show()
        grow_to_words(self)

    def _on_return_pressed(self) -> None:
        fields = list(self._asked())
        sender = self.sender()
        place = next((n for n, one in enumerate(fields) if one is sender), len(fields) - 1)
        if place + 1 < len(fields) and not all(one.text().strip() for one in fields):
            fields[place + 1].setFocus()
        else:
            self.submit()

    def _on_signed_in(self, me: Me | None) -> None:
        self._me = me
        if me is None:
            self._finish()
            return
        self._stop.clear()
        self.password.clear()
        self._note.setText(_("Loading the messages…"))
        self.stop_button.setEnabled(True)
        self.stop_button.show()
        stop, tell = self._stop, self._progressed.emit

        def load(desk: Desk) -> Me | None:
            desk.sync.first_sync(lambda done, total: tell((done, total)), stop.is_set)
            return desk.session.me()

        self._bridge.call_out(self, load, self._on_loaded, self._on_load_failed)

    def _on_progressed(self, pair: tuple[int, int]) -> None:
        done, total = pair
        if total > 0:
            self.progress.setRange(0, total)
            self.progress.setValue(done)
            self._note.setText(
                _("Loading the messages: {done} of {total}").format(done=count(done), total=count(total))
            )

    def _on_loaded(self, me: Me | None) -> None:
        """The places of a person may be known only now, from the directory that came first."""
        self._me = me or self._me
        self._finish()

    def _on_load_failed(self, error: BaseException) -> None:
        """Signed in, but the network went: the window opens with what is here, the rest comes by itself.

        Without a directory there is nothing to open: the trouble is said and can be tried again.
        """
        if self._me is not None and not self._me.workspaces:
            self._resume = self._me
            for part in (self.server, self.login, self.password):
                part.hide()
            self.button.set_verb(self._verb())
            self._set_busy(is_busy=False)
            self._say(trouble_sentence(error))
            self.button.setFocus()
            return
        self._note.setText(trouble_sentence(error))
        self._finish()

    def _on_network_clicked(self) -> None:
        from ui.dialogs.network import NetworkDialog

        dialog = NetworkDialog(self._bridge, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.kept.connect(self._problem.hide)
        dialog.open()

    def _on_stop_clicked(self) -> None:
        self._stop.set()
        self.stop_button.setEnabled(False)
        self._note.setText(_("Stopping; the rest will be loaded later"))

    def _finish(self) -> None:
        self.signed_in.emit(self._me)
        self.accept()

    def _on_failed(self, error: BaseException) -> None:
        self._set_busy(is_busy=False)
        self._say(trouble_sentence(error))
        self.password.setFocus()
        self.password.selectAll()


def _unlocked(desk: Desk, password: str) -> Me | None:
    desk.session.unlock(password)
    return desk.session.me()
