"""The window: queue and card, keys, the bar, refusals, sync and the outbox."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from arm.desk.troubles import SyncTrouble
from arm.desk.values import Changes, Filter, Pending, PendingState, SyncKind, SyncStatus
from arm.domain.commands import Accept, Assign, Verb
from arm.domain.identity import CommandId, UserId
from arm.domain.message import Stage
from arm.domain.refusals import Reason, Refused
from tests.typing_keys import type_text
from tests.ui.conftest import OpenWindow
from tests.ui.fakes import ROADS, registered
from ui.main_window import MainWindow


def settle(qtbot: QtBot, window: MainWindow) -> None:
    """Until nothing is being read or written and the queue has been read again."""
    qtbot.waitUntil(lambda: not window.queue._reload_timer.isActive() and not window.bridge.jobs.is_busy())


def test_the_first_message_of_the_queue_stands_on_the_card(open_window: OpenWindow) -> None:
    _desk, window = open_window()
    assert window.queue.model.rowCount() == 5
    assert window.card.title.text().startswith("№\u00a04811")
    assert "Дороги" in window.card.topic.text()


def test_the_windows_title_names_nobody(open_window: OpenWindow) -> None:
    _desk, window = open_window()
    assert "Иванова" not in window.windowTitle() and "4811" not in window.windowTitle()


def test_one_digit_accepts_and_the_next_message_comes(open_window: OpenWindow, qtbot: QtBot) -> None:
    desk, window = open_window()
    QTest.keyClick(window.queue.list, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: window.queue.model.rowCount() == 4)
    settle(qtbot, window)
    assert desk.commands_given[-1] == Accept(category="roads", subcategory="potholes", organisation=ROADS)
    assert window.card.title.text().startswith("№\u00a04812")
    assert "4811" in window.toast.face().text


def test_a_message_without_a_topic_asks_for_it_before_it_is_accepted(open_window: OpenWindow, qtbot: QtBot) -> None:
    desk, window = open_window(texts=())
    message = registered(desk, "Непонятно о чём, но очень нужно")
    desk.tell(Changes(messages=frozenset({message.message_id})))
    qtbot.waitUntil(lambda: window.queue.model.rowCount() == 1)
    settle(qtbot, window)
    QTest.keyClick(window.queue.list, Qt.Key.Key_1)
    sheet = window.area.side.sheet()
    assert sheet is not None and sheet.objectName() == "sheet-accept"


def test_a_dimmed_action_says_why_when_its_key_is_pressed(open_window: OpenWindow) -> None:
    _desk, window = open_window("u-coord", Stage.COORDINATION)
    QTest.keyClick(window.queue.list, Qt.Key.Key_5)
    assert "вернуть его некуда" in window.status.remark()


def test_an_action_of_another_role_is_not_on_the_bar(open_window: OpenWindow) -> None:
    _desk, window = open_window("u-coord", Stage.COORDINATION)
    keys = {face.key for face in window.bar.actions_shown()}
    assert Verb.ASSIGN in keys and Verb.ACCEPT not in keys


def test_a_refusal_stays_in_the_sheet_with_everything_typed(open_window: OpenWindow, qtbot: QtBot) -> None:
    desk, window = open_window("u-coord", Stage.COORDINATION)
    window.conductor.act(Verb.COMMENT)
    sheet = window.area.side.sheet()
    assert sheet is not None
    sheet.field("text").set_value("Позвонить в управление")  # type: ignore[attr-defined]
    desk.do = lambda message_id, command, hold_s=0.0: Refused(Reason.CLOSED, "Демо 1")  # type: ignore[method-assign]
    desk._build_nouns()
    sheet.confirmed.emit()
    settle(qtbot, window)
    assert window.area.side.sheet() is sheet
    assert sheet.field("text").value() == "Позвонить в управление"  # type: ignore[attr-defined]
    assert "Сообщение закрыто (п. 1 демонстрационного регламента)" in sheet._problem.text()


def test_what_is_typed_in_a_sheet_comes_back_when_it_is_opened_again(open_window: OpenWindow, qtbot: QtBot) -> None:
    desk, window = open_window("u-coord", Stage.COORDINATION)
    window.conductor.act(Verb.COMMENT)
    sheet = window.area.side.sheet()
    assert sheet is not None
    type_text(sheet.field("text").edit, "Не терять")  # type: ignore[attr-defined]
    window.save_drafts()
    settle(qtbot, window)
    assert [draft.fields["text"] for draft in desk.saved_drafts.values()] == ["Не терять"]
    sheet.cancelled.emit()
    window.conductor.act(Verb.COMMENT)
    again = window.area.side.sheet()
    assert again is not None and again.field("text").value() == "Не терять"  # type: ignore[attr-defined]


def test_a_new_message_does_not_move_the_choice(open_window: OpenWindow, qtbot: QtBot) -> None:
    desk, window = open_window()
    window.step(1)
    chosen = window.queue.current
    message = registered(desk, "Новое сообщение", category="roads")
    desk.tell(Changes(messages=frozenset({message.message_id})))
    qtbot.waitUntil(lambda: window.queue.model.rowCount() == 6)
    assert window.queue.current == chosen


def test_a_message_taken_away_by_others_stays_on_the_card(open_window: OpenWindow, qtbot: QtBot) -> None:
    desk, window = open_window("u-exec", Stage.EXECUTION)
    settle(qtbot, window)
    chosen = window.queue.current
    assert chosen is not None
    desk.kept[chosen] = replace(desk.kept[chosen], executor=UserId("u-exec2"))
    desk.tell(Changes(messages=frozenset({chosen})))
    qtbot.waitUntil(lambda: window.queue.model.rowCount() == 4)
    settle(qtbot, window)
    assert window.conductor.opened is not None and window.conductor.opened.message_id == chosen


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (SyncKind.IN_STEP, "Синхронизировано"),
        (SyncKind.OFFLINE, "Нет связи"),
        (SyncKind.UNAUTHORISED, "Вход истёк"),
        (SyncKind.TOO_OLD, "обновите программу"),
    ],
)
def test_the_status_bar_tells_the_truth_about_sync(
    kind: SyncKind, words: str, open_window: OpenWindow, qtbot: QtBot
) -> None:
    desk, window = open_window()
    desk.tell(Changes(sync=SyncStatus(kind=kind, since=datetime.now(UTC), unsent=3)))
    qtbot.waitUntil(lambda: words in window.status.sync.text() and "3" in window.status.outbox.text())


def test_a_wrong_clock_is_told_and_the_terms_go_by_the_central_store(open_window: OpenWindow, qtbot: QtBot) -> None:
    desk, window = open_window()
    desk.status_now = SyncStatus(kind=SyncKind.IN_STEP, since=datetime.now(UTC), skew_s=-420.0)
    desk.tell(Changes(sync=desk.status_now))
    qtbot.waitUntil(lambda: "отстают на 7\u00a0мин" in window.status.skew.text())
    assert window.conductor.now() - datetime.now(UTC) > timedelta(minutes=6)


def test_the_outbox_shows_a_refused_command_with_what_was_typed(open_window: OpenWindow, qtbot: QtBot) -> None:
    desk, window = open_window()
    message = next(iter(desk.kept.values()))
    desk.refused = [
        Pending(
            command_id=CommandId("c1"),
            message_id=message.message_id,
            number="4811",
            verb="comment",
            state=PendingState.REFUSED,
            saved_at=datetime.now(UTC),
            refused=Refused(Reason.STALE, "P 18"),
            command_json='{"verb": "comment", "text": "Важный текст"}',
        )
    ]
    window.show_outbox()
    settle(qtbot, window)
    words = " ".join(label.text() for label in window.outbox.findChildren(type(window.card.title)))
    assert "Важный текст" in words and "изменил кто-то другой" in words
    assert window.bar.actions_shown() == (), "nothing of the message behind the page may be decided on it"
    window.go_back()
    assert not window.area.is_board_shown() and window.bar.actions_shown()


def test_a_trouble_of_the_sync_is_not_told_any_more_once_in_step(open_window: OpenWindow, qtbot: QtBot) -> None:
    desk, window = open_window()
    window.status.announce_trouble("Сервер не отвечает")
    assert window.status.remark()
    window.status.show_status(desk.status_now)
    assert window.status.remark() == ""


def test_a_queue_that_cannot_be_read_says_so_and_keeps_what_was_shown(open_window: OpenWindow, qtbot: QtBot) -> None:
    desk, window = open_window()
    desk.trouble = SyncTrouble("offline")
    window.queue.model.reload()
    qtbot.waitUntil(lambda: window.queue._trouble.isVisible())
    assert window.queue.model.rowCount() == 5


def test_an_empty_search_offers_to_look_everywhere(open_window: OpenWindow, qtbot: QtBot) -> None:
    _desk, window = open_window()
    window.queue.focus_search()
    type_text(window.queue.search, "ёлка")
    qtbot.waitUntil(lambda: window.queue.model.rowCount() == 0)
    assert window.queue._layers.currentWidget() is window.queue.empty


def card_of(window: MainWindow) -> object:
    opened = window.conductor.opened
    return opened.message_id if opened is not None else None


def test_the_card_follows_a_search_that_no_longer_holds_its_message(open_window: OpenWindow, qtbot: QtBot) -> None:
    _desk, window = open_window()
    before = card_of(window)
    window.queue.focus_search()
    type_text(window.queue.search, "4813")
    qtbot.waitUntil(lambda: window.queue.model.rowCount() == 1)
    qtbot.waitUntil(lambda: card_of(window) == window.queue.current != before)
    assert "4813" in window.card.title.text() and window.queue.search.hasFocus()
    window.queue.search.setText("ёлка")
    qtbot.waitUntil(lambda: window.queue.model.rowCount() == 0 and card_of(window) is None)
    assert window.bar.actions_shown() == ()


def test_enter_in_the_search_goes_to_its_first_result(open_window: OpenWindow, qtbot: QtBot) -> None:
    _desk, window = open_window()
    window.queue.focus_search()
    type_text(window.queue.search, "4814")
    QTest.keyClick(window.queue.search, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "4814" in window.card.title.text())
    assert window.queue.list.hasFocus() and window.queue.list.currentIndex().row() == 0


def test_a_search_without_results_keeps_the_focus(open_window: OpenWindow, qtbot: QtBot) -> None:
    _desk, window = open_window()
    window.queue.focus_search()
    type_text(window.queue.search, "ёлка")
    QTest.keyClick(window.queue.search, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: card_of(window) is None)
    assert window.queue.search.hasFocus()


def test_a_number_typed_in_the_palette_opens_the_message(open_window: OpenWindow, qtbot: QtBot) -> None:
    from ui.dialogs.palette import Palette

    _desk, window = open_window()
    palette = Palette(window)
    palette.open_page()
    type_text(palette.edit, "4814")
    QTest.keyClick(palette.edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "4814" in window.card.title.text())


def test_the_keys_page_shows_the_digits_of_the_present_bar(open_window: OpenWindow) -> None:
    from ui.dialogs.keys_page import KeysPage
    from ui.widgets import PlainLabel

    _desk, window = open_window()
    page = KeysPage(window)
    page.open_page()
    words = [label.text() for label in page.findChildren(PlainLabel)]
    assert any(word.startswith("Принять") for word in words)
    page.close_page()


def test_a_mistake_of_the_program_is_apologised_for_and_drafts_are_saved(
    open_window: OpenWindow, qtbot: QtBot, qapp: QApplication
) -> None:
    _desk, window = open_window("u-coord", Stage.COORDINATION)
    window.show_trouble(ZeroDivisionError("секрет"))
    face = window.banner.face()
    assert face is not None and "Программа ошиблась" in face.text and "секрет" not in face.text


def test_the_last_step_can_be_taken_back_by_one_key(open_window: OpenWindow, qtbot: QtBot) -> None:
    desk, window = open_window("u-coord", Stage.COORDINATION)
    first = window.queue.current
    assert first is not None
    window.conductor.do(first, Assign(executor=UserId("u-exec")), done_text="назначено")
    qtbot.waitUntil(lambda: desk.kept[first].stage is Stage.EXECUTION)
    settle(qtbot, window)
    QTest.keyClick(window, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: desk.kept[first].stage is Stage.COORDINATION)


def test_tabs_stand_in_for_two_panes_in_a_small_window(open_window: OpenWindow, qtbot: QtBot) -> None:
    _desk, window = open_window("u-coord", Stage.COORDINATION)
    window.resize(1024, 600)
    qtbot.waitUntil(window.area.is_narrow)
    assert window.card.isVisible() and not window.area.side.isVisible()
    window.area.show_side()
    assert window.area.side.isVisible() and not window.card.isVisible()


def test_f3_and_a_digit_choose_a_filter(open_window: OpenWindow, qtbot: QtBot) -> None:
    _desk, window = open_window()
    QTest.keyClick(window.queue.list, Qt.Key.Key_F3)
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, Qt.Key.Key_2)
    settle(qtbot, window)
    assert window.queue.filters.current() == Filter.MY_DECLINED and window.queue.list.hasFocus()


def test_f6_walks_the_panes_and_esc_comes_back(open_window: OpenWindow) -> None:
    _desk, window = open_window()
    QTest.keyClick(window.queue.list, Qt.Key.Key_F6)
    assert window.card.hasFocus()
    QTest.keyClick(window.card, Qt.Key.Key_Escape)
    assert window.queue.list.hasFocus()


def test_a_letter_shortcut_works_under_a_russian_layout(open_window: OpenWindow) -> None:
    _desk, window = open_window()
    control = Qt.KeyboardModifier.ControlModifier
    event = QKeyEvent(QEvent.Type.KeyPress, 0x0410, control, "а")
    QApplication.sendEvent(window.queue.list, event)
    assert window.queue.search.hasFocus()
