"""One step for many messages: marks by keys, who is left out and why, results one by one, one way back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from arm.desk.desk import Desk
from arm.desk.values import Workspace as Space
from arm.domain import commands as c
from arm.domain.identity import UserId
from arm.domain.message import Result, Stage
from arm.domain.verbs import Verb
from tests.desk.steps import accepted, assigned, registered
from tests.desk_fixture import WORKS, Town, open_town
from ui.bridge import Bridge
from ui.main_window import MainWindow
from ui.preferences import Preferences
from ui.widgets import PlainLabel
from ui.workspaces.bulk_sheet import BulkSheet


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with open_town(tmp_path) as place:
        yield place


@pytest.fixture
def opened() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def at_work(qtbot: QtBot, town: Town, opened: ExitStack, login: str, space: Space) -> tuple[Desk, MainWindow]:
    desk = town.desk(login)
    me = desk.session.me()
    assert me is not None
    window = MainWindow(Bridge(desk), me, Preferences())
    for last in (desk.close, window.bridge.close, window.close, window.conductor.giver.undo.forget):
        opened.callback(last)
    qtbot.addWidget(window)
    window.start()
    window.resize(1366, 728)
    window.show()
    window.activateWindow()
    settle(qtbot, window)
    if window.conductor.space is not space:
        window.conductor.enter(space)
        settle(qtbot, window)
    window.queue.focus_list()
    return desk, window


def settle(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: not window.queue._reload_timer.isActive() and not window.bridge.jobs.is_busy())


def press(key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    focus = QApplication.focusWidget()
    assert focus is not None
    QTest.keyClick(focus, key, held)


def sheet_of(qtbot: QtBot, window: MainWindow) -> BulkSheet:
    settle(qtbot, window)
    sheet = window.area.side.sheet()
    assert isinstance(sheet, BulkSheet)
    return sheet


def words(sheet: BulkSheet) -> str:
    return " ".join(one.text() for one in sheet.findChildren(PlainLabel))


def test_marks_by_space_shift_and_control_a(qtbot: QtBot, town: Town, opened: ExitStack) -> None:
    for _ in range(4):
        registered(town)
    _desk, window = at_work(qtbot, town, opened, "moderator", Space.MODERATION)
    marks = window.queue.marks
    press(Qt.Key.Key_Space)
    assert marks.count() == 1 and "отмечено" in window.queue.title.text()
    face = window.queue.model.index(window.queue.list.currentIndex().row()).data(Qt.ItemDataRole.AccessibleTextRole)
    assert "отмечено" in face
    press(Qt.Key.Key_Space)
    assert marks.count() == 0
    press(Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    press(Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert marks.count() == 3 and window.queue.list.currentIndex().row() == 2
    press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: marks.count() == 4)
    press(Qt.Key.Key_Escape)
    assert marks.count() == 0 and window.queue.list.hasFocus()


def test_many_are_accepted_and_what_lacks_a_topic_is_left_out(qtbot: QtBot, town: Town, opened: ExitStack) -> None:
    ready = {registered(town, category="roads", subcategory="pits", organisation=WORKS) for _ in range(3)}
    bare = registered(town)
    desk, window = at_work(qtbot, town, opened, "moderator", Space.MODERATION)
    press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.queue.marks.count() == 4)
    press(Qt.Key.Key_1)
    sheet = sheet_of(qtbot, window)
    assert "тема не выбрана" in words(sheet) and "Принять: 3" in sheet._confirm.text()
    press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(desk.commands.pending()) == 3 and not sheet.is_open())
    assert {one.message_id for one in desk.commands.pending()} == ready
    assert [one.message_id for one in window.queue.marks.rows()] == [bare]
    assert window.conductor.giver.undo.count() == 1
    press(Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: desk.commands.pending() == ())
    settle(qtbot, window)
    assert window.queue.model.total == 4


def test_one_executor_is_named_for_many(qtbot: QtBot, town: Town, opened: ExitStack) -> None:
    ids = {accepted(town) for _ in range(3)}
    desk, window = at_work(qtbot, town, opened, "coordinator", Space.COORDINATION)
    press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.queue.marks.count() == 3)
    press(Qt.Key.Key_1)
    sheet = sheet_of(qtbot, window)
    sheet.confirmed.emit()
    assert "Заполните" in sheet._problem.text() and desk.commands.pending() == ()
    sheet.field("executor").set_value("executor-2")
    sheet.confirmed.emit()
    qtbot.waitUntil(lambda: len(desk.commands.pending()) == 3)
    assert {one.message_id for one in desk.commands.pending()} == ids
    assert all('"executor-2"' in one.command_json for one in desk.commands.pending())


def test_only_answers_that_were_opened_are_approved_together(qtbot: QtBot, town: Town, opened: ExitStack) -> None:
    """The reading guard: nobody approves what he has not had on the screen, nor a text that is another by now."""
    for _ in range(3):
        message_id = assigned(town)
        answer = c.Submit(
            result=Result.SOLVED,
            text="Яма засыпана, покрытие восстановлено.",
            approver=UserId("manager"),
            signer_name="Исаев И. П.",
            signer_position="инженер",
        )
        town.central.act("executor", message_id, answer)
    desk, window = at_work(qtbot, town, opened, "manager", Space.DECISIONS)
    window.queue.step(1)
    settle(qtbot, window)
    changed = window.conductor.opened
    assert changed is not None
    window.conductor._seen[changed.message_id] = "another text"
    press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.queue.marks.count() == 3)
    press(Qt.Key.Key_1)
    sheet = sheet_of(qtbot, window)
    assert "вы его не открывали" in words(sheet) and "текст изменился" in words(sheet)
    sheet.confirmed.emit()
    qtbot.waitUntil(lambda: len(desk.commands.pending()) == 1)
    (given,) = desk.commands.pending()
    assert given.verb == Verb.APPROVE and given.message_id != changed.message_id


def test_what_is_about_one_message_is_not_done_to_many(qtbot: QtBot, town: Town, opened: ExitStack) -> None:
    ids = [registered(town) for _ in range(2)]
    desk, window = at_work(qtbot, town, opened, "moderator", Space.MODERATION)
    press(Qt.Key.Key_Space)
    with qtbot.waitSignal(window.conductor.announced) as said:
        window.conductor.act(Verb.SPLIT)
    assert "Esc" in str(said.args)
    assert window.area.side.sheet() is None and desk.commands.pending() == ()
    found = town.central.message(ids[0])
    assert found is not None and found.stage is Stage.MODERATION
