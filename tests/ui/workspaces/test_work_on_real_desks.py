"""One message goes from an executor's window to a manager's over a real central store, by keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from arm.desk.desk import Desk
from arm.desk.values import Done, PendingState
from arm.desk.values import Workspace as Space
from arm.domain.commands import Accept, Assign, Cause, Reassign, Register, Verb
from arm.domain.identity import MessageId, UserId
from arm.domain.message import Applicant, Closed, Stage
from tests.desk_fixture import WORKS, Town, open_town
from tests.typing_keys import type_text
from ui.bridge import Bridge
from ui.main_window import MainWindow
from ui.preferences import Preferences
from ui.widgets import ReadingView
from ui.workspaces.control import ControlWorkspace
from ui.workspaces.decisions import DecisionsWorkspace
from ui.workspaces.execution import ExecutionWorkspace

pytestmark = pytest.mark.slow

OpenPlace = Callable[[str, Space], tuple[Desk, MainWindow]]
ANSWER = (
    "Уважаемая Мария Петровна! Яма во дворе засыпана 20 ноября, покрытие восстановлено. Качество работ проверено "
    "комиссией, гарантия на работы один год. Благодарим за сообщение и просим сообщать о новых дефектах дороги."
)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with open_town(tmp_path) as place:
        yield place


@pytest.fixture
def open_place(qtbot: QtBot, town: Town) -> Iterator[OpenPlace]:
    """Opens a person's window on a real desk in one of the places."""
    with ExitStack() as opened:

        def make(login: str, space: Space) -> tuple[Desk, MainWindow]:
            desk = town.desk(login)
            opened.callback(desk.close)
            window = MainWindow(Bridge(desk), desk.session.me(), Preferences(hold_s=0))  # type: ignore[arg-type]
            opened.callback(window.bridge.close)
            opened.callback(window.close)
            qtbot.addWidget(window)
            window.start()
            window.show()
            window.resize(1366, 728)
            settle(qtbot, window)
            if window.conductor.space is not space:
                window.conductor.enter(space)
                settle(qtbot, window)
            return desk, window

        yield make


def settle(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: not window.queue._reload_timer.isActive() and not window.bridge.jobs.is_busy())


def press(key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    target = QApplication.focusWidget()
    assert isinstance(target, QWidget)
    QTest.keyClick(target, key, modifiers)


def assigned(town: Town) -> MessageId:
    """A message brought to the executor by three desks without windows."""
    operator, moderator, coordinator = (town.desk(one) for one in ("operator", "moderator", "coordinator"))
    register = Register(
        text="Во дворе яма, машины объезжают по газону",
        applicant=Applicant(name="Иванова Мария Петровна", phone="+7 900 000-00-01"),
        address="ул. Мира, 14",
    )
    message_id = operator.commands.do(None, register).message_id  # type: ignore[union-attr]
    operator.sync.run_now()
    for desk, command in (
        (moderator, Accept(category="roads", subcategory="pits", organisation=WORKS)),
        (coordinator, Assign(executor=UserId("executor"))),
    ):
        desk.sync.run_now()
        desk.commands.do(message_id, command)
        desk.sync.run_now()
    for desk in (operator, moderator, coordinator):
        desk.close()
    return message_id


def write_answer(qtbot: QtBot, window: MainWindow) -> ExecutionWorkspace:
    """F2, Ctrl+1, the text, the approver by surname."""
    workspace = window.conductor.workspace
    assert isinstance(workspace, ExecutionWorkspace)
    press(Qt.Key.Key_F2)
    settle(qtbot, window)
    press(Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    type_text(workspace.pane.editor.text, ANSWER)
    picker = workspace.pane.editor.route.approver_field.picker
    picker.setFocus()
    type_text(picker, "Рогов")
    QTest.keyClick(picker, Qt.Key.Key_Return)
    workspace.pane.editor.text.setFocus()
    settle(qtbot, window)
    return workspace


def test_an_answer_goes_from_the_executors_keys_to_the_managers_key(
    qtbot: QtBot, town: Town, open_place: OpenPlace
) -> None:
    message_id = assigned(town)
    desk, window = open_place("executor", Space.EXECUTION)
    write_answer(qtbot, window)
    press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: desk.commands.pending() != ())
    desk.sync.run_now()
    settle(qtbot, window)
    assert desk.commands.pending() == ()
    manager, place = open_place("manager", Space.DECISIONS)
    workspace = place.conductor.workspace
    assert isinstance(workspace, DecisionsWorkspace)
    assert workspace.answer.text.text() == ANSWER
    QTest.keyClick(place.queue.list, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: manager.commands.pending() != ())
    manager.sync.run_now()
    settle(qtbot, place)
    card = manager.messages.card(message_id)
    assert card is not None
    assert card.message.closed_as is Closed.ANSWERED
    assert card.message.answer is not None
    assert card.message.answer.text == ANSWER
    desk.sync.run_now()
    qtbot.waitUntil(lambda: desk.drafts.all("answer") == ())


def test_a_draft_is_there_after_the_window_was_closed_and_opened(
    qtbot: QtBot, town: Town, open_place: OpenPlace
) -> None:
    message_id = assigned(town)
    desk, window = open_place("executor", Space.EXECUTION)
    write_answer(qtbot, window)
    window.close()
    qtbot.waitUntil(lambda: desk.drafts.load("answer", message_id) is not None)
    again = MainWindow(Bridge(desk), desk.session.me(), Preferences(hold_s=0))  # type: ignore[arg-type]
    qtbot.addWidget(again, before_close_func=lambda one: one.bridge.close())
    again.start()
    again.show()
    settle(qtbot, again)
    workspace = again.conductor.workspace
    assert isinstance(workspace, ExecutionWorkspace)
    qtbot.waitUntil(lambda: workspace.pane.editor.text.text() == ANSWER)
    assert workspace.pane.editor.values().approver == "manager"


def test_a_warning_from_the_board_stands_in_its_row_and_at_the_central_store(
    qtbot: QtBot, town: Town, open_place: OpenPlace
) -> None:
    from datetime import timedelta

    message_id = assigned(town)
    town.hands.pass_by(timedelta(days=40))
    desk, window = open_place("curator", Space.CONTROL)
    workspace = window.conductor.workspace
    assert isinstance(workspace, ControlWorkspace)
    assert [one.message_id for one in workspace.model.rows()] == [message_id]
    press(Qt.Key.Key_1)
    press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: workspace._sheet is None)
    desk.sync.run_now()
    qtbot.waitUntil(lambda: workspace.model.rows()[0].warned_at is not None)
    card = desk.messages.card(message_id)
    assert card is not None
    assert card.message.stage is Stage.EXECUTION
    assert [one.kind for one in card.message.warnings] == ["answer_over"]


def test_the_loser_of_a_reassignment_made_while_offline_loses_nothing(
    qtbot: QtBot, town: Town, open_place: OpenPlace
) -> None:
    message_id = assigned(town)
    desk, window = open_place("executor", Space.EXECUTION)
    town.wire.is_cut = True
    workspace = write_answer(qtbot, window)
    press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: desk.commands.pending() != ())
    town.wire.is_cut = False
    coordinator = town.desk("coordinator")
    reassign = Reassign(executor=UserId("executor-2"), cause=Cause.ILLNESS, reason="Больничный")
    assert isinstance(coordinator.commands.do(message_id, reassign), Done)
    coordinator.sync.run_now()
    coordinator.close()
    desk.sync.run_now()
    settle(qtbot, window)
    refused = {one.verb: one.state for one in desk.commands.pending()}
    assert refused[Verb.SUBMIT] is PendingState.REFUSED
    qtbot.waitUntil(lambda: "сохранено" in window.toast.face().text)
    workspace.run_extra("orphans")
    sheet = window.area.side.sheet()
    assert sheet is not None
    assert [view.text() for view in sheet.findChildren(ReadingView)] == [ANSWER]
