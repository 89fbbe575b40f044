"""Undo by holding, in real windows on a real desk: F9 brings back row, card and typed text; nothing goes by itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from arm.desk.desk import Desk
from arm.desk.values import Draft, PendingState
from arm.desk.values import Workspace as Space
from arm.domain.commands import Comment, Start
from arm.domain.identity import MessageId
from arm.domain.message import Stage
from arm.domain.verbs import Verb
from tests.desk.steps import assigned, do, registered
from tests.desk_fixture import Town, open_town
from ui.account_menu import account_menu
from ui.bridge import Bridge
from ui.giving import Given
from ui.main_window import MainWindow
from ui.preferences import Preferences
from ui.undo import DECIDING_S, LONGEST_S, SHORTEST_S, hold_seconds
from ui.workspaces.answer_journal import Swept, sweep


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with open_town(tmp_path) as place:
        yield place


class Places:
    """Windows on real desks, closed at the end whatever is held in them."""

    def __init__(self, qtbot: QtBot, town: Town) -> None:
        self._qtbot, self._town = qtbot, town
        self._opened = ExitStack()

    def open(self, login: str, space: Space, *, is_known: bool = False) -> tuple[Desk, MainWindow]:
        desk = self._town.bare_desk(login) if is_known else self._town.desk(login)
        me = desk.session.me()
        assert me is not None
        window = MainWindow(Bridge(desk), me, Preferences())
        for last in (desk.close, window.bridge.close, window.close, window.conductor.giver.undo.forget):
            self._opened.callback(last)
        self._qtbot.addWidget(window)
        window.start()
        window.show()
        window.resize(1366, 728)
        self.settle(window)
        if window.conductor.space is not space:
            window.conductor.enter(space)
            self.settle(window)
        return desk, window

    def settle(self, window: MainWindow) -> None:
        self._qtbot.waitUntil(lambda: not window.queue._reload_timer.isActive() and not window.bridge.jobs.is_busy())

    def close(self) -> None:
        self._opened.close()


@pytest.fixture
def places(qtbot: QtBot, town: Town) -> Iterator[Places]:
    made = Places(qtbot, town)
    yield made
    made.close()


def press(key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    target = QApplication.focusWidget()
    assert isinstance(target, QWidget)
    QTest.keyClick(target, key, modifiers)


def declined(window: MainWindow, places: Places, qtbot: QtBot) -> None:
    """The moderator refuses the chosen message with a ground and words of his own."""
    window.conductor.act(Verb.COMMENT)
    sheet = window.area.side.sheet()
    assert sheet is not None
    sheet.field("text").set_value("Позвонить в управление")  # type: ignore[attr-defined]
    sheet.save_now()  # type: ignore[attr-defined]
    places.settle(window)
    sheet.confirmed.emit()
    qtbot.waitUntil(lambda: window.conductor.giver.undo.count() == 1)
    places.settle(window)


def test_a_decision_is_counted_down_and_f9_brings_it_back(places: Places, town: Town, qtbot: QtBot) -> None:
    message_id = registered(town, category="roads", subcategory="pits")
    desk, window = places.open("moderator", Space.MODERATION)
    assert window.queue.current_row() is not None
    window.queue.focus_list()
    declined(window, places, qtbot)
    face = window.toast.face()
    assert (face.countdown_s, face.action_key, face.key) == (8.0, "F9", "take-back")
    assert "F9" in window.status.undo.text() and "комментарий" in window.status.undo.text().lower()
    assert [one.state for one in desk.commands.pending()] == [PendingState.HELD]
    press(Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: "Возвращено" in window.toast.face().text)
    places.settle(window)
    assert desk.commands.pending() == () and window.status.undo.text() == ""
    assert window.conductor.opened is not None and window.conductor.opened.message_id == message_id
    window.conductor.act(Verb.COMMENT)
    sheet = window.area.side.sheet()
    assert sheet is not None
    qtbot.waitUntil(lambda: sheet.field("text").value() == "Позвонить в управление")  # type: ignore[attr-defined]


def test_a_window_does_not_close_over_what_is_held(places: Places, town: Town, qtbot: QtBot) -> None:
    message_id = registered(town, category="roads", subcategory="pits")
    desk, window = places.open("moderator", Space.MODERATION)
    declined(window, places, qtbot)
    window.close()
    assert window.isVisible()
    page = window.findChild(QWidget, "leaving-page")
    assert page is not None and "1 действие ещё можно вернуть" in page.accessibleName()
    press(Qt.Key.Key_Escape)
    assert window.isVisible() and window.conductor.giver.undo.count() == 1
    window.close()
    page = next(one for one in window.findChildren(QWidget, "leaving-page") if one.isVisible())
    page.send.click()  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: not window.isVisible())
    assert [one.state for one in desk.commands.pending()] == [PendingState.UNSENT]
    desk.sync.run_now()
    found = town.central.message(message_id)
    assert found is not None and found.stage is Stage.MODERATION


@pytest.mark.parametrize("is_sent", [True, False])
def test_after_a_crash_a_bar_asks_and_nothing_goes_by_itself(
    places: Places, town: Town, qtbot: QtBot, is_sent: bool
) -> None:
    message_id = registered(town, category="roads", subcategory="pits")
    first, window = places.open("moderator", Space.MODERATION)
    declined(window, places, qtbot)
    window.conductor.giver.undo.forget()
    window.close()
    window.bridge.close()
    first.close()
    desk, again = places.open("moderator", Space.MODERATION, is_known=True)
    qtbot.waitUntil(lambda: again.left_over.face() is not None)
    face = again.left_over.face()
    assert face is not None and "не отправлено" in face.text
    desk.sync.run_now()
    assert [one.state for one in desk.commands.pending()] == [PendingState.HELD]
    again.left_over.acted.emit("send" if is_sent else "back")
    qtbot.waitUntil(lambda: again.left_over.face() is None)
    desk.sync.run_now()
    assert desk.commands.pending() == ()
    said = [one for one in town.central.timeline(message_id) if one.command.verb is Verb.COMMENT]
    assert len(said) == is_sent


def test_many_given_together_are_taken_back_together(places: Places, town: Town, qtbot: QtBot) -> None:
    first, second = registered(town), registered(town)
    desk, window = places.open("moderator", Space.MODERATION)
    given = [Given(one, "", Comment(text=text)) for one, text in ((first, "А"), (second, ""), (second, "Б"))]
    run = window.conductor.do_many(given)
    with qtbot.waitSignal(run.ended):
        run.start()
    # a command without its text is refused by itself and stops no other
    assert [bool(one.why_not) for one in run.results] == [False, True, False] and run.saved() == 2
    qtbot.waitUntil(lambda: all(one.left_s <= DECIDING_S for one in desk.commands.holder.waiting()))
    assert len(desk.commands.holder.waiting()) == 2 and window.conductor.giver.undo.count() == 1
    assert "2 сообщения" in window.status.undo.text()
    press(Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: desk.commands.holder.waiting() == ())
    assert desk.commands.pending() == () and window.conductor.giver.undo.count() == 0


def test_a_run_of_many_stops_where_it_is_cancelled(places: Places, town: Town, qtbot: QtBot) -> None:
    first, second = registered(town), registered(town)
    desk, window = places.open("moderator", Space.MODERATION)
    run = window.conductor.do_many([Given(one, "", Comment(text="Проверяю")) for one in (first, second)])
    run.moved.connect(run.cancel)
    with qtbot.waitSignal(run.ended):
        run.start()
    assert (len(run.results), run.total) == (1, 2)
    assert [one.message_id for one in desk.commands.pending()] == [first]


def test_a_message_taken_into_work_by_mistake_is_new_again(places: Places, town: Town, qtbot: QtBot) -> None:
    message_id = assigned(town)
    desk, window = places.open("executor", Space.EXECUTION)
    qtbot.waitUntil(lambda: window.conductor.opened is not None)

    def is_in_work() -> bool:
        opened = window.conductor.opened
        return opened is not None and opened.message.in_work

    for _ in range(2):
        # the second time as the first: whoever took it back by F9 may take it into work again
        workspace = window.conductor.workspace
        assert workspace is not None
        qtbot.waitUntil(workspace.edit)
        qtbot.waitUntil(is_in_work)
        press(Qt.Key.Key_F9)
        qtbot.waitUntil(lambda: not is_in_work())
        places.settle(window)
    assert desk.commands.pending() == () and not desk.messages.card(message_id).message.in_work  # type: ignore[union-attr]


def test_the_time_to_undo_is_chosen_in_the_menu(places: Places, town: Town, qtbot: QtBot) -> None:
    registered(town, category="roads", subcategory="pits")
    desk, window = places.open("moderator", Space.MODERATION)
    menu = account_menu(window).findChild(QMenu, "hold-menu")
    assert menu is not None
    assert [one.text() for one in menu.actions() if one.isChecked()] == ["8 с"]
    menu.actions()[-1].trigger()
    assert window.preferences.hold_s == 0
    window.conductor.act(Verb.COMMENT)
    sheet = window.area.side.sheet()
    assert sheet is not None
    sheet.field("text").set_value("Позвонить")  # type: ignore[attr-defined]
    sheet.confirmed.emit()
    qtbot.waitUntil(lambda: [one.state for one in desk.commands.pending()] == [PendingState.UNSENT])
    assert desk.commands.holder.waiting() == ()


def test_an_answer_taken_back_is_nobodys_answer_yet(places: Places, town: Town, qtbot: QtBot) -> None:
    """Its draft bears the mark of a command that was never given: gone from the desk, the words must stay."""
    message_id = assigned(town)
    desk, window = places.open("executor", Space.EXECUTION)
    kept = Draft(draft_id="", message_id=MessageId("gone"), form="answer", fields={"text": "Набрано", "sent": "c-1"})
    desk.drafts.save(kept)
    found: list[Swept] = []
    sweep(window.bridge, window, "answer", found.append)
    qtbot.waitUntil(lambda: len(found) == 1)
    assert [one.fields["text"] for one in found[0].orphans] == ["Набрано"]
    given = do(desk, message_id, Start())
    desk.drafts.save(replace(kept, message_id=MessageId("too"), fields={"text": "Ушло", "sent": given.command_id}))
    desk.sync.run_now()
    sweep(window.bridge, window, "answer", found.append)
    qtbot.waitUntil(lambda: len(found) == 2)
    assert [one.fields["text"] for one in desk.drafts.all("answer")] == ["Набрано"]


def test_how_long_a_step_is_held() -> None:
    assert hold_seconds(Verb.ASSIGN, 8) == 8
    assert hold_seconds(Verb.APPROVE, 8) == DECIDING_S
    assert hold_seconds(Verb.APPROVE, 20) == 20
    assert hold_seconds(Verb.WARN, 8, is_bulk=True) == DECIDING_S
    assert (hold_seconds(Verb.ASSIGN, 1), hold_seconds(Verb.ASSIGN, 99)) == (SHORTEST_S, LONGEST_S)
    assert hold_seconds(Verb.APPROVE, 0) == hold_seconds(Verb.REGISTER, 8) == 0
