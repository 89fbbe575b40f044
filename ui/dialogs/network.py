"""The way to the central store: proxy with its name and password, the authority's file, pins."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from arm.desk.network import NetworkWish
from arm.i18n import _
from ui.bridge import Bridge
from ui.dialogs.growing import grow_to_words
from ui.keys import bind
from ui.widgets import Button, PlainLabel, Segment, SegmentedChoice
from ui.wording import trouble_sentence

if TYPE_CHECKING:
    from arm.desk.desk import Desk

OWN = "own"
_BETWEEN = re.compile(r"[\s,;]+")


class NetworkDialog(QDialog):
    """`kept` says that the way was changed; a password once kept is never shown again.

    Enter in a line goes to the next one, Ctrl+Enter keeps, Esc leaves all as it was.
    """

    kept = Signal()

    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("network")
        self.setWindowTitle(_("Network"))
        self.setMinimumWidth(520)
        self._bridge = bridge
        self._had_password = False
        self._build()
        bind(self, "Ctrl+Return", self.submit)
        bridge.call_out(self, _known, self._on_known, self._on_failed)

    def wish(self) -> NetworkWish:
        """What stands in the fields."""
        mode = str(self.mode.current() or "none")
        return NetworkWish(
            proxy=self.proxy.text().strip() if mode == OWN else mode,
            proxy_user=self.user.text().strip() if mode != "none" else "",
            ca_file=self.authority.text().strip(),
            pins=tuple(one for one in _BETWEEN.split(self.pins.text()) if one),
        )

    def submit(self) -> None:
        wish, password = self.wish(), self._wished_password()
        if self.mode.current() == OWN and not wish.proxy:
            self._say(_("Fill in: {field}").format(field=self.proxy.accessibleName().lower()))
            self.proxy.setFocus()
            return
        self.keep_button.setEnabled(False)
        self._bridge.call_out(self, lambda desk: desk.network.keep(wish, password), self._on_kept, self._on_failed)

    def _wished_password(self) -> str | None:
        """None leaves the password that is kept; without a proxy or its name there is nothing to keep."""
        if self.mode.current() == "none" or not self.user.text().strip():
            return "" if self._had_password else None
        return self.password.text() or None

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(8)
        column.addWidget(PlainLabel(_("The way to the central store"), role="title"))
        column.addWidget(PlainLabel(_("Proxy"), tone="text2"))
        self.mode = SegmentedChoice(
            (
                Segment("none", _("No proxy")),
                Segment("system", _("As on this computer")),
                Segment(OWN, _("This address")),
            ),
            name=_("Proxy"),
        )
        self.mode.setObjectName("network-mode")
        self.mode.chosen.connect(self._on_mode_chosen)
        column.addWidget(self.mode)
        self.proxy = self._line(column, _("Address of the proxy"), "network-proxy", "proxy.example:3128")
        self.user = self._line(column, _("Name for the proxy"), "network-user", "")
        self.password = self._line(column, _("Password for the proxy"), "network-password", "")
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self._script = PlainLabel(
            _(
                "Scripts that choose a proxy (PAC) and SOCKS can't be used. The password is kept in the key store of "
                "this computer."
            ),
            tone="text2",
            wrap=True,
        )
        column.addWidget(self._script)
        column.addSpacing(8)
        self.authority = self._line(column, _("File of the authority (PEM)"), "network-authority", "", self._browse())
        self.pins = self._line(column, _("Pins of the central store's key"), "network-pins", "sha256//…")
        column.addWidget(
            PlainLabel(
                _("Both as the administrator gives them; with neither the public authorities count."),
                tone="text2",
                wrap=True,
            )
        )
        self._problem = PlainLabel("", tone="danger", wrap=True)
        self._problem.setObjectName("network-problem")
        self._problem.hide()
        column.addWidget(self._problem)
        column.addSpacing(8)
        column.addLayout(self._buttons())
        self._show_mode()
        grow_to_words(self)

    def _browse(self) -> Button:
        button = Button(_("Choose…"))
        button.setObjectName("network-browse")
        button.clicked.connect(self._on_browse_clicked)
        return button

    def _buttons(self) -> QHBoxLayout:
        self.keep_button = Button(_("Keep"), kind="primary")
        self.keep_button.setObjectName("network-keep")
        self.keep_button.clicked.connect(self.submit)
        leave = Button(_("Cancel"))
        leave.setObjectName("network-cancel")
        leave.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.addWidget(self.keep_button)
        row.addWidget(leave)
        row.addStretch(1)
        return row

    def _line(
        self, column: QVBoxLayout, label: str, name: str, example: str, beside: QWidget | None = None
    ) -> QLineEdit:
        words = PlainLabel(label, tone="text2")
        line = QLineEdit()
        line.setObjectName(name)
        line.setAccessibleName(label)
        line.setPlaceholderText(example)
        line.returnPressed.connect(self._on_return_pressed)
        words.setBuddy(line)
        column.addWidget(words)
        row = QHBoxLayout()
        row.addWidget(line, 1)
        if beside is not None:
            row.addWidget(beside)
        column.addLayout(row)
        return line

    def _show_mode(self) -> None:
        """What doesn't count now is dimmed, not hidden: nothing jumps under the hand."""
        mode = str(self.mode.current() or "none")
        self.proxy.setEnabled(mode == OWN)
        for line in (self.user, self.password):
            line.setEnabled(mode != "none")

    def _say(self, words: str) -> None:
        self._problem.setText(words)
        self._problem.setVisible(bool(words))
        grow_to_words(self)

    def _on_known(self, known: tuple[NetworkWish, bool]) -> None:
        wish, self._had_password = known
        is_own = wish.proxy not in ("none", "system")
        self.mode.set_current(OWN if is_own else wish.proxy)
        self.proxy.setText(wish.proxy if is_own else "")
        self.user.setText(wish.proxy_user)
        if self._had_password:
            self.password.setPlaceholderText(_("kept, not shown"))
        self.authority.setText(wish.ca_file)
        self.pins.setText(" ".join(wish.pins))
        self._show_mode()

    def _on_mode_chosen(self, _key: object) -> None:
        self._show_mode()
        self._say("")

    def _on_return_pressed(self) -> None:
        self.focusNextChild()

    def _on_browse_clicked(self) -> None:
        found, _filter = QFileDialog.getOpenFileName(
            self, _("File of the authority (PEM)"), str(Path.home()), "PEM (*.pem *.crt *.cer)"
        )
        if found:
            self.authority.setText(found)

    def _on_kept(self, is_safe: bool) -> None:
        self.keep_button.setEnabled(True)
        self.password.clear()
        if not is_safe:
            self._had_password = True
            self.password.setPlaceholderText(_("known until the program ends"))
            self._say(
                _("This computer has no key store: the password of the proxy will be asked again at the next start.")
            )
            self.keep_button.setFocus()
            self.kept.emit()
            return
        self.kept.emit()
        self.accept()

    def _on_failed(self, error: BaseException) -> None:
        self.keep_button.setEnabled(True)
        self._say(trouble_sentence(error))
        code = getattr(error, "code", "")
        field = {"bad_pin": self.pins, "bad_ca_file": self.authority}.get(code, self.proxy)
        field.setFocus()


def _known(desk: Desk) -> tuple[NetworkWish, bool]:
    return desk.network.wish(), desk.network.has_password
