"""Two answers of one executor, one of them written without a connection: both are shown, the choice is his (P19)."""

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
from arm.desk.values import Draft
from arm.domain.commands import Submit
from arm.domain.identity import UserId
from arm.domain.message import Result
from tests.desk.steps import assigned, do
from tests.desk_fixture import Town, open_town
from ui.bridge import Bridge
from ui.dialogs.safety import SafetyPage
from ui.main_window import MainWindow
from ui.preferences import Preferences
from ui.widgets import PlainLabel

pytestmark = pytest.mark.slow

HERE = "Яма засыпана 2 июня, покрытие восстановлено. Гарантия на работы один год."
THERE = "Яма будет засыпана до 10 июня. О завершении работ сообщим дополнительно."


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with open_town(tmp_path) as made:
        yield made


@pytest.fixture
def place(qtbot: QtBot, town: Town) -> Iterator[tuple[Desk, MainWindow]]:
    """The executor's window on a real desk."""
    with ExitStack() as opened:
        desk = town.desk("executor")
        opened.callback(desk.close)
        me = desk.session.me()
        assert me is not None
        window = MainWindow(Bridge(desk), me, Preferences(hold_s=0))
        opened.callback(window.bridge.close)
        opened.callback(window.close)
        qtbot.addWidget(window)
        window.start()
        window.show()
        window.resize(1366, 728)
        qtbot.waitUntil(lambda: not window.bridge.jobs.is_busy())
        yield desk, window


def answer(text: str) -> Submit:
    signer = {"signer_name": "Кузнецов И. И.", "signer_position": "инженер"}
    return Submit(result=Result.SOLVED, text=text, approver=UserId("manager"), **signer)  # type: ignore[arg-type]


def press(window: MainWindow, key: Qt.Key) -> None:
    QTest.keyClick(QApplication.focusWidget() or window, key)


def words(window: MainWindow) -> str:
    return " ".join(label.text() for label in window.outbox.findChildren(PlainLabel) if label.isVisible())


def test_the_cable_is_pulled_and_both_texts_are_there_afterwards(
    town: Town, place: tuple[Desk, MainWindow], qtbot: QtBot
) -> None:
    desk, window = place
    message_id = assigned(town)
    desk.sync.run_now()
    town.wire.is_cut = True
    do(desk, message_id, answer(HERE))
    desk.drafts.save(Draft(draft_id="", message_id=None, form="register", fields={"text": "начато"}))
    press(window, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: "отправим 1 действие" in window.status.sync.text(), timeout=20_000)
    press(window, Qt.Key.Key_F12)
    page = window.findChild(SafetyPage)
    assert isinstance(page, SafetyPage)
    qtbot.waitUntil(lambda: "1 черновик" in page.panel.accessibleDescription())
    assert "1 действие ждёт отправки здесь" in page.panel.accessibleDescription()
    page.close_page()

    town.central.act("executor", message_id, answer(THERE))
    town.wire.is_cut = False
    press(window, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: window.status.decisions.text() == "Требует решения: 1", timeout=20_000)
    press(window, Qt.Key.Key_F8)
    qtbot.waitUntil(lambda: window.outbox.lists.first_choice() is not None)
    qtbot.waitUntil(lambda: QApplication.focusWidget() is window.outbox.lists.first_choice())
    press(window, Qt.Key.Key_Space)
    qtbot.waitUntil(window.outbox.conflict.isVisible)
    assert window.outbox.conflict._mine.toPlainText() == HERE
    assert window.outbox.conflict._theirs.toPlainText() == THERE

    press(window, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: window.outbox.conflict._problem.isVisible())
    assert len(desk.commands.pending()) == 1, "the rules said no: the text still waits for a choice"
    press(window, Qt.Key.Key_2)
    qtbot.waitUntil(lambda: desk.commands.pending() == ())
    qtbot.waitUntil(lambda: "решений не требуется" in words(window))
    qtbot.waitUntil(lambda: not window.status.decisions.isVisible())
