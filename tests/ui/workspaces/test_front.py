"""Moderation and coordination: reasons by digit, executors, hand-down and redirect through their sheets."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from arm.domain.commands import Assign, Decline, HandDownTo, ProposeRedirect, Submit
from arm.domain.identity import MessageId, UserId
from arm.domain.message import Result, Stage
from tests.typing_keys import type_text
from tests.ui.conftest import OpenWindow
from tests.ui.fakes import GARDEN, OUTSIDE
from ui.main_window import MainWindow
from ui.workspaces.fields import ReasonField
from ui.workspaces.sheets import CommandSheet


def the_sheet(window: object) -> CommandSheet:
    sheet = window.area.side.sheet()  # type: ignore[attr-defined]
    assert isinstance(sheet, CommandSheet)
    return sheet


def focus() -> QWidget:
    found = QApplication.focusWidget()
    assert found is not None
    return found


def shown(window: MainWindow) -> MessageId | None:
    opened = window.conductor.opened
    return opened.message_id if opened is not None else None


def test_a_digit_declines_on_a_ground_and_asks_for_words_where_it_needs_them(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    desk, window = open_window()
    QTest.keyClick(window.queue.list, Qt.Key.Key_2)
    sheet = the_sheet(window)
    field = sheet.field("reason")
    assert isinstance(field, ReasonField) and field.value() == ""
    listed = desk.regulation.reasons_at(Stage.MODERATION)
    (in_words,) = [place for place, one in enumerate(listed) if one.needs_explanation][:1]
    (plain,) = [place for place, one in enumerate(listed) if not one.needs_explanation][:1]
    QTest.keyClick(focus(), digit_of(in_words))
    assert field.value() == field._reasons[in_words][0] and sheet.is_open() and desk.commands_given == []
    assert focus() is sheet.field("text").edit  # type: ignore[attr-defined]
    field.setFocus()
    QTest.keyClick(focus(), digit_of(plain))
    qtbot.waitUntil(lambda: bool(desk.commands_given))
    given = desk.commands_given[-1]
    assert isinstance(given, Decline) and given.reason == field._reasons[plain][0]
    qtbot.waitUntil(lambda: window.queue.model.rowCount() == 4)


def test_where_steps_go_at_once_a_digit_only_chooses(open_window: OpenWindow, qtbot: QtBot) -> None:
    desk, window = open_window()
    window.preferences.hold_s = 0
    QTest.keyClick(window.queue.list, Qt.Key.Key_2)
    sheet = the_sheet(window)
    field = sheet.field("reason")
    assert isinstance(field, ReasonField)
    QTest.keyClick(focus(), Qt.Key.Key_1)
    assert field.value() == field._reasons[0][0] and field.list.selectedItems() == [field.list.item(0)]
    assert desk.commands_given == [] and sheet.is_open(), "what can't be taken back is sent by Ctrl+Enter alone"
    QTest.keyClick(focus(), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: bool(desk.commands_given))


def digit_of(place: int) -> Qt.Key:
    return Qt.Key(int(Qt.Key.Key_1) + place)


def test_nothing_is_declined_without_a_reason(open_window: OpenWindow) -> None:
    desk, window = open_window()
    QTest.keyClick(window.queue.list, Qt.Key.Key_2)
    sheet = the_sheet(window)
    sheet.confirmed.emit()
    assert desk.commands_given == [] and "причина" in sheet._problem.text()


def test_enter_assigns_the_first_suggested_executor(open_window: OpenWindow, qtbot: QtBot) -> None:
    desk, window = open_window("u-coord", Stage.COORDINATION)
    workspace = window.conductor.workspace
    assert workspace is not None
    qtbot.waitUntil(lambda: workspace.list.count() == 2)  # type: ignore[attr-defined]
    QTest.keyClick(window.queue.list, Qt.Key.Key_F2)
    workspace.list.itemActivated.emit(workspace.list.currentItem())  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: bool(desk.commands_given))
    assert desk.commands_given[-1] == Assign(executor="u-exec")  # type: ignore[arg-type]


def test_after_assigning_from_the_list_the_next_message_is_decided_by_its_digit(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    desk, window = open_window("u-coord", Stage.COORDINATION)
    window.resize(1500, 900)
    workspace = window.conductor.workspace
    assert workspace is not None
    qtbot.waitUntil(lambda: workspace.list.count() == 2)  # type: ignore[attr-defined]
    first = window.queue.current
    QTest.keyClick(focus(), Qt.Key.Key_Return)
    assert focus() is workspace.list  # type: ignore[attr-defined]
    workspace.list.itemActivated.emit(workspace.list.currentItem())  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: shown(window) not in (None, first))
    assert len(desk.commands_given) == 1 and window.toast.isVisible()
    assert focus() is window.queue.list
    QTest.keyClick(focus(), Qt.Key.Key_3)
    assert the_sheet(window).message_id == shown(window)


def test_after_a_sheet_has_sent_the_next_message_is_decided_by_its_digit(open_window: OpenWindow, qtbot: QtBot) -> None:
    _desk, window = open_window("u-coord", Stage.COORDINATION)
    first = window.queue.current
    bar_button = window.bar._buttons[0]
    bar_button.setFocus()
    bar_button.click()
    picker = the_sheet(window).field("executor").picker  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: len(picker.rows()) == 2)
    QTest.keyClick(focus(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: shown(window) not in (None, first) and window.area.side.sheet() is None)
    assert window.toast.isVisible() and focus() is window.queue.list
    QTest.keyClick(focus(), Qt.Key.Key_3)
    assert the_sheet(window).message_id == shown(window)


def test_after_an_answer_is_sent_the_caret_is_not_in_the_next_answer(open_window: OpenWindow, qtbot: QtBot) -> None:
    desk, window = open_window("u-exec", Stage.EXECUTION)
    window.resize(1500, 900)
    first = shown(window)
    QTest.keyClick(window.queue.list, Qt.Key.Key_F2)
    assert first is not None and window.area.side.isAncestorOf(focus())
    qtbot.waitUntil(lambda: not window.bridge.jobs.is_busy())
    sent = Submit(
        result=Result.SOLVED,
        text="Уважаемая Мария Петровна!\n\nЯма засыпана и заасфальтирована 3 марта силами дорожной службы города.",
        signer_name="Кузнецов Иван",
        signer_position="специалист",
        approver=UserId("u-boss"),
    )
    window.conductor.do(first, sent, done_text="отправлено")
    qtbot.waitUntil(lambda: shown(window) not in (None, first))
    assert desk.commands_given[-1] == sent and focus() is window.queue.list


def test_a_cancelled_sheet_gives_the_focus_back(open_window: OpenWindow) -> None:
    _desk, window = open_window("u-coord", Stage.COORDINATION)
    window.card.setFocus()
    QTest.keyClick(focus(), Qt.Key.Key_3)
    QTest.keyClick(focus(), Qt.Key.Key_Escape)
    if window.area.side.sheet() is not None:
        QTest.keyClick(focus(), Qt.Key.Key_Escape)
    assert window.area.side.sheet() is None and focus() is window.card


def test_digits_decide_while_the_list_of_executors_has_the_focus(open_window: OpenWindow, qtbot: QtBot) -> None:
    _desk, window = open_window("u-coord", Stage.COORDINATION)
    window.resize(1500, 900)
    workspace = window.conductor.workspace
    assert workspace is not None
    qtbot.waitUntil(lambda: workspace.list.count() == 2)  # type: ignore[attr-defined]
    assert workspace.edit()
    QTest.keyClick(focus(), Qt.Key.Key_3)
    assert the_sheet(window).objectName() == "sheet-hand_down"


def test_an_executor_is_found_by_the_beginning_of_the_name(open_window: OpenWindow, qtbot: QtBot) -> None:
    desk, window = open_window("u-coord", Stage.COORDINATION)
    QTest.keyClick(window.queue.list, Qt.Key.Key_1)
    sheet = the_sheet(window)
    picker = sheet.field("executor").picker  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: len(picker.rows()) == 2)
    type_text(picker, "тит")
    QTest.keyClick(picker, Qt.Key.Key_Return)
    QTest.keyClick(picker, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: bool(desk.commands_given))
    assert desk.commands_given[-1] == Assign(executor="u-exec2")  # type: ignore[arg-type]


def test_only_subordinates_are_offered_for_handing_down(open_window: OpenWindow, qtbot: QtBot) -> None:
    desk, window = open_window("u-coord", Stage.COORDINATION)
    QTest.keyClick(window.queue.list, Qt.Key.Key_3)
    sheet = the_sheet(window)
    picker = sheet.field("organisation").picker  # type: ignore[attr-defined]
    assert [row.key for row in picker.rows()] == [GARDEN]
    sheet.field("organisation").set_value(GARDEN)
    sheet.confirmed.emit()
    qtbot.waitUntil(lambda: bool(desk.commands_given))
    assert desk.commands_given[-1] == HandDownTo(organisation=GARDEN)


def test_a_redirect_names_its_approver_and_endorsers(open_window: OpenWindow, qtbot: QtBot) -> None:
    desk, window = open_window("u-coord", Stage.COORDINATION)
    QTest.keyClick(window.queue.list, Qt.Key.Key_4)
    sheet = the_sheet(window)
    approver = sheet.field("approver")
    qtbot.waitUntil(lambda: len(approver.picker.rows()) > 0)  # type: ignore[attr-defined]
    sheet.field("organisation").set_value(OUTSIDE)
    sheet.field("reason").set_value("Вопрос медицины")
    approver.set_value("u-boss")
    sheet.field("endorsers").restore("u-boss2")
    sheet.confirmed.emit()
    qtbot.waitUntil(lambda: bool(desk.commands_given))
    given = desk.commands_given[-1]
    assert isinstance(given, ProposeRedirect)
    assert (given.organisation, given.approver, given.endorsers) == (OUTSIDE, "u-boss", ("u-boss2",))


def test_the_applicants_phone_is_corrected_from_the_card(open_window: OpenWindow, qtbot: QtBot) -> None:
    desk, window = open_window()
    window.card.pencil.click()
    sheet = the_sheet(window)
    sheet.field("phone").set_value("+7 900 000-99-88")
    sheet.confirmed.emit()
    qtbot.waitUntil(lambda: bool(desk.commands_given))
    opened = window.conductor.opened
    qtbot.waitUntil(lambda: "99-88" in window.card.who.text())
    assert opened is not None
