"""The page before a window closes over steps that are still held: send, take back, or stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QWidget

from arm.domain.identity import CommandId
from arm.i18n import _, ngettext
from ui.dialogs.overlay import OverlayPage
from ui.widgets import Button, PlainLabel

if TYPE_CHECKING:
    from arm.desk.desk import Desk
    from arm.desk.values import Held
    from ui.main_window import MainWindow


def asks_before_leaving(window: MainWindow) -> bool:
    """Whether something is held, so that the window stays and its page asks; once that is settled it closes itself.

    At the end of the session there is no time to ask: what is held stays on the disk, and is asked about at the start.
    """
    giver, app = window.conductor.giver, QGuiApplication.instance()
    is_ending = isinstance(app, QGuiApplication) and app.isSavingSession()
    undo = giver.undo
    if is_ending:
        return False
    if giver.is_running():
        window.conductor.announce(_("Steps are still being written. F9 stops them; what is written stays"))
        return True
    if not undo.count():
        return False

    def leave() -> None:
        undo.forget()
        window.close()

    page = LeavingPage(window, undo.count())
    page.settled.connect(leave)
    page.open_page()
    return True


WHILE_ASKED_S = 3600.0
AGAIN_S = 8.0


class LeavingPage(OverlayPage):
    """`settled`: nothing is held any more, the window may go."""

    settled = Signal()

    def __init__(self, window: MainWindow, count: int) -> None:
        title = ngettext("{count} step can still be taken back", "{count} steps can still be taken back", count)
        super().__init__(window, title.format(count=count), 34, 20, fits_height=True)
        self.setObjectName("leaving-page")
        self._bridge, self._undo = window.bridge, window.conductor.giver.undo
        self._bridge.tell(self, lambda desk: desk.commands.holder.count_anew(_held_here(desk), WHILE_ASKED_S))
        self.column.addWidget(PlainLabel(self.accessibleName(), role="title"))
        said = _("Send now what was done, or take it back: the messages return to their queues, what was typed stays.")
        self.column.addWidget(PlainLabel(said, tone="text2", wrap=True))
        self.send = Button(_("Send now"), kind="primary")
        self.back = Button(_("Return them"))
        self.stay = Button(_("Don't close"), key_hint="Esc")
        self.send.clicked.connect(self._on_send_clicked)
        self.back.clicked.connect(self._on_back_clicked)
        self.stay.clicked.connect(self.close_page)
        row = QHBoxLayout()
        row.setSpacing(8)
        for button in (self.send, self.back, self.stay):
            row.addWidget(button)
        row.addStretch(1)
        self.column.addLayout(row)

    def after_closing(self) -> None:
        """Whoever stays has the usual time again: it stood still while the question was asked."""
        undo = self._undo

        def counted_anew(desk: Desk) -> tuple[Held, ...]:
            desk.commands.holder.count_anew(_held_here(desk), AGAIN_S)
            return desk.commands.holder.waiting()

        def show(waiting: tuple[Held, ...]) -> None:
            undo.forget()
            undo.resume(waiting)

        self._bridge.tell(undo, counted_anew, show)
        super().after_closing()

    def first_focus(self) -> QWidget:
        return self.send

    def _on_send_clicked(self) -> None:
        self._bridge.tell(self, lambda desk: desk.commands.holder.release(_held_here(desk)), self._on_settled)

    def _on_back_clicked(self) -> None:
        self._bridge.tell(self, lambda desk: desk.commands.holder.take_back(_held_here(desk)[::-1]), self._on_settled)

    def _on_settled(self, _nothing: object) -> None:
        self.settled.emit()


def _held_here(desk: Desk) -> list[CommandId]:
    """What an earlier run left over has its own question, and isn't answered by this one."""
    return [one.command_id for one in desk.commands.holder.waiting() if not one.is_left_over]
