"""Where the tasks are done: real windows on real desks of the invented town, with a store as slow as it likes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import TypeVar

from pytestqt.qtbot import QtBot

from arm.desk.desk import Desk
from arm.desk.values import Done
from arm.desk.values import Workspace as Space
from arm.domain.commands import Command
from arm.domain.identity import MessageId
from arm.domain.refusals import Refused
from tests.desk_fixture import Town
from tests.ui.tasks.keyboard import Counted
from ui.bridge import Bridge
from ui.main_window import MainWindow
from ui.preferences import Preferences

LATE_S = 0.8
C = TypeVar("C")


class Office:
    """`late`: each answer of the store takes 0.8 s; `none`: the cable is out. The network thread runs all the time."""

    def __init__(self, qtbot: QtBot, town: Town, layout: str, store: str, keys: Counted) -> None:
        self.town = town
        self.keys = keys
        self.is_russian = layout != "us"
        self._qtbot = qtbot
        self._store = store
        self._opened = ExitStack()
        self._leaving = threading.Event()
        self._given: list[tuple[MessageId, Command]] = []

    def open(
        self, login: str, space: Space, yesterday: Callable[[Desk], object] = lambda desk: None
    ) -> tuple[Desk, MainWindow]:
        """The window as its person finds it in the morning: the queue read, the first message on the card."""
        desk = self.town.desk(login)
        yesterday(desk)
        me = desk.session.me()
        assert me is not None
        window = MainWindow(Bridge(desk), me, Preferences())
        for last in (desk.close, window.bridge.close, window.close, window.conductor.giver.undo.forget):
            self._opened.callback(last)
        self._opened.callback(desk.sync.stop)
        self._opened.callback(self._leaving.set)
        self._qtbot.addWidget(window)
        window.start()
        window.resize(1366, 728)
        window.show()
        window.activateWindow()
        self._qtbot.waitActive(window)
        self.settle(window)
        if window.conductor.space is not space:
            window.conductor.enter(space)
            self.settle(window)
        self.town.wire.is_cut = self._store == "none"
        if self._store == "late":
            self.town.wire.before = lambda _name: self._be_late()
        self._listen(desk)
        desk.sync.start()
        self.keys.forget()
        return desk, window

    def settle(self, window: MainWindow) -> None:
        """Until the window has read all that it wanted to."""
        queue = window.queue
        self.until(lambda: not queue._reload_timer.isActive() and not window.bridge.jobs.is_busy())

    def until(self, is_so: Callable[[], bool]) -> None:
        self._qtbot.waitUntil(is_so, timeout=10_000)

    def shown(self, window: MainWindow) -> MessageId:
        """The message on the card."""
        self.until(lambda: window.conductor.opened is not None)
        assert window.conductor.opened is not None
        return window.conductor.opened.message_id

    def given(self, kind: type[C], which: int = 1) -> C:
        """The command of that kind once it is saved on this computer; the store may not have heard of it."""
        self.until(lambda: len(self._given_of(kind)) >= which)
        return self._given_of(kind)[which - 1]

    def messages_of(self, kind: type) -> set[MessageId]:
        return {message_id for message_id, command in self._given if isinstance(command, kind)}

    def _given_of(self, kind: type[C]) -> list[C]:
        return [command for _message_id, command in self._given if isinstance(command, kind)]

    def _listen(self, desk: Desk) -> None:
        do = desk.commands.do

        def noted(message_id: MessageId | None, command: Command, hold_s: float = 0.0) -> Done | Refused:
            answer = do(message_id, command, hold_s)
            if isinstance(answer, Done):
                self._given.append((answer.message_id, command))
            return answer

        setattr(desk.commands, "do", noted)  # noqa: B010

    def close(self) -> None:
        self._opened.close()

    def _be_late(self) -> None:
        self._leaving.wait(LATE_S)
