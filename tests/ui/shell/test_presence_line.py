"""Chips of those at a message, in the card's header."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from arm.desk.companions import Doing
from arm.domain.message import Stage
from tests.ui.company import companion
from tests.ui.conftest import OpenWindow
from tests.ui.fakes import FakeDesk
from ui.main_window import MainWindow
from ui.widgets import Tag


def at_card(qtbot: QtBot, open_window: OpenWindow) -> tuple[FakeDesk, MainWindow, str]:
    desk, window = open_window("u-coord", Stage.COORDINATION)
    qtbot.waitUntil(lambda: window.conductor.opened is not None and not window.bridge.jobs.is_busy())
    assert window.conductor.opened is not None
    return desk, window, window.conductor.opened.message_id


def chips(window: MainWindow) -> list[Tag]:
    line = window.card.presence
    return [one for one in line.findChildren(Tag) if not one.isHidden()]


def settle(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: not window.bridge.jobs.is_busy())


def test_an_opened_card_is_told_and_another_one_after_it(qtbot: QtBot, open_window: OpenWindow) -> None:
    desk, window, first = at_card(qtbot, open_window)
    window.queue.list.setCurrentIndex(window.queue.list.model().index(1, 0))
    qtbot.waitUntil(lambda: window.conductor.opened is not None and window.conductor.opened.message_id != first)
    settle(qtbot, window)
    assert window.conductor.opened is not None
    assert desk.presence.told == [(first, Doing.LOOKING), (window.conductor.opened.message_id, Doing.LOOKING)]


def test_those_at_the_message_have_a_chip_a_sentence_and_a_name_for_screen_readers(
    qtbot: QtBot, open_window: OpenWindow
) -> None:
    desk, window, message_id = at_card(qtbot, open_window)
    assert window.card.presence.isHidden()
    desk.presence.become(message_id, companion("Петров Пётр Павлович"), companion("Кузнецов Иван Ильич", Doing.LOOKING))
    qtbot.waitUntil(lambda: window.card.presence.isVisible())
    writing, looking = chips(window)
    assert (writing.text(), looking.text()) == ("Петров\u00a0П.\u00a0П.", "Кузнецов\u00a0И.\u00a0И.")
    assert writing.accessibleName().startswith("Петров Пётр Павлович: правит с ")
    assert looking.toolTip().startswith("Кузнецов Иван Ильич: смотрит с ")
    assert writing.accessibleName() in window.card.presence.accessibleName()
    desk.presence.become(message_id)
    qtbot.waitUntil(lambda: window.card.presence.isHidden())


def test_a_crowd_is_counted(qtbot: QtBot, open_window: OpenWindow) -> None:
    desk, window, message_id = at_card(qtbot, open_window)
    desk.presence.become(message_id, *(companion(f"Иванов Иван {n}", Doing.LOOKING) for n in "АБВГДЕ"))
    qtbot.waitUntil(lambda: len(chips(window)) == 5)
    assert chips(window)[-1].text() == "ещё 2"
    assert "Иванов Иван Е" in chips(window)[-1].toolTip()


def test_without_the_central_store_it_is_unknown_and_no_dialog(qtbot: QtBot, open_window: OpenWindow) -> None:
    desk, window, message_id = at_card(qtbot, open_window)
    desk.presence.become(message_id, is_known=False)
    qtbot.waitUntil(lambda: [one.text() for one in chips(window)] == ["кто ещё здесь — неизвестно"])
    assert window.findChild(QWidget, "trouble") is None


def test_minutes_go_on(qtbot: QtBot, open_window: OpenWindow) -> None:
    desk, window, message_id = at_card(qtbot, open_window)
    began = window.conductor.now()
    desk.presence.become(message_id, companion("Петров Пётр Павлович", since=began))
    qtbot.waitUntil(lambda: window.card.presence.isVisible())
    window.card.tick()
    qtbot.waitUntil(lambda: len(chips(window)) == 1)
