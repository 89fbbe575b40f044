"""Taking a call: keys only, nothing lost, several calls at once."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from arm.domain.commands import Register
from arm.domain.message import Channel, Stage
from tests.typing_keys import type_text
from tests.ui.conftest import OpenWindow
from ui.main_window import MainWindow
from ui.workspaces.intake_panel import IntakePanel
from ui.workspaces.topic_hints import suggest_topics


def open_calls(window: MainWindow) -> IntakePanel:
    QTest.keyClick(window.queue.list, Qt.Key.Key_Insert)
    assert window.calls is not None and window.calls.isVisible()
    return window.calls


def focus() -> QWidget:
    found = QApplication.focusWidget()
    assert found is not None
    return found


def test_a_known_caller_is_registered_by_six_keys(open_window: OpenWindow, qtbot: QtBot) -> None:
    desk, window = open_window("u-op")
    panel = open_calls(window)
    form = panel._form()
    assert form is not None and focus() is form.phone
    type_text(focus(), "8 900 000-11-22")
    qtbot.waitUntil(form.matches.isVisible)
    QTest.keyClick(focus(), Qt.Key.Key_Return)
    assert form.name.text() == "Иванова Мария Петровна" and focus() is form.text
    type_text(focus(), "Яма на дороге во дворе")
    qtbot.waitUntil(lambda: not form._look.isActive() and not window.bridge.jobs.is_busy())
    QTest.keyClick(focus(), Qt.Key.Key_Tab)
    assert focus() is form.address and form.address.text() == "ул. Мира, 14"
    QTest.keyClick(focus(), Qt.Key.Key_Return)
    QTest.keyClick(focus(), Qt.Key.Key_Return)
    assert form.topic.value() is not None
    QTest.keyClick(focus(), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: bool(desk.commands_given))
    given = desk.commands_given[-1]
    assert isinstance(given, Register) and given.channel is Channel.PHONE
    qtbot.waitUntil(lambda: panel._number.text().startswith("№"))
    assert QApplication.clipboard().text() == panel._number.text().removeprefix("№\u00a0")


def test_esc_keeps_the_call_and_goes_back_to_the_same_place(open_window: OpenWindow, qtbot: QtBot) -> None:
    desk, window = open_window("u-op")
    window.queue.focus_search()
    panel = open_calls_from(window, window.queue.search)
    type_text(focus(), "+7 900 000-33-44")
    QTest.keyClick(focus(), Qt.Key.Key_Escape)
    assert not panel.isVisible() and focus() is window.queue.search
    qtbot.waitUntil(lambda: [d.fields["phone"] for d in desk.saved_drafts.values()] == ["+7 900 000-33-44"])
    panel.open_page()
    assert panel.tabs.count() == 2


def open_calls_from(window: MainWindow, widget: QWidget) -> IntakePanel:
    QTest.keyClick(widget, Qt.Key.Key_Insert)
    assert window.calls is not None
    return window.calls


def test_an_empty_call_says_what_is_missing(open_window: OpenWindow) -> None:
    desk, window = open_window("u-op")
    panel = open_calls(window)
    panel.register()
    assert "телефон или ФИО" in panel._problem.text() and desk.commands_given == []


def test_a_chosen_topic_is_never_replaced_by_a_hint(open_window: OpenWindow, qtbot: QtBot) -> None:
    _desk, window = open_window("u-op")
    form = open_calls(window)._form()
    assert form is not None
    form.topic.set_value(("roads", "snow"))
    form.topic.picker.picked.emit(("roads", "snow"))
    type_text(form.text, "Мусор не вывозят, контейнеры переполнены")
    qtbot.waitUntil(lambda: not form._look.isActive())
    assert form.topic.value() == ("roads", "snow")


def test_the_addressee_follows_the_routing_rule(open_window: OpenWindow, qtbot: QtBot) -> None:
    _desk, window = open_window("u-op")
    qtbot.waitUntil(lambda: bool(window.conductor.directory.rules))
    form = open_calls(window)._form()
    assert form is not None
    form.topic.set_value(("roads", "potholes"))
    form.topic.picker.picked.emit(("roads", "potholes"))
    assert form.organisation.value() == "roads" and "по правилу" in form.by_rule.text()


def test_somebody_without_the_role_hears_why_ins_does_nothing(open_window: OpenWindow) -> None:
    _desk, window = open_window("u-coord", Stage.COORDINATION)
    QTest.keyClick(window.queue.list, Qt.Key.Key_Insert)
    assert window.calls is None and "роль оператора" in window.status.remark()


def test_words_of_a_text_find_their_topic(open_window: OpenWindow) -> None:
    desk, _window = open_window("u-op", texts=())
    first = suggest_topics(desk.directory_now.classifier, "глубокая яма на проезжей части")[0]
    assert first == ("roads", "potholes")


def filled(window: MainWindow) -> IntakePanel:
    panel = open_calls(window)
    form = panel._form()
    assert form is not None
    type_text(form.phone, "8 900 000-55-66")
    form.text.setPlainText("Шум во дворе")
    return panel


def test_the_addressee_chosen_by_enter_goes_with_the_message(open_window: OpenWindow, qtbot: QtBot) -> None:
    desk, window = open_window("u-op")
    panel = filled(window)
    form = panel._form()
    assert form is not None
    form.organisation.picker.setFocus(Qt.FocusReason.TabFocusReason)
    type_text(focus(), "дорожн")
    QTest.keyClick(focus(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not form._look.isActive())
    QTest.keyClick(focus(), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: bool(desk.commands_given))
    given = desk.commands_given[-1]
    assert isinstance(given, Register) and given.organisation == "roads"


def test_a_topic_typed_and_not_chosen_is_said_before_it_is_left_out(open_window: OpenWindow, qtbot: QtBot) -> None:
    desk, window = open_window("u-op")
    panel = filled(window)
    form = panel._form()
    assert form is not None
    form.topic.picker.setFocus(Qt.FocusReason.TabFocusReason)
    type_text(focus(), "крыш")
    QTest.keyClick(focus(), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert "Тема не выбрана: «крыш» нет в классификаторе" in panel._problem.text() and desk.commands_given == []
    QTest.keyClick(focus(), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: bool(desk.commands_given))


def test_what_is_missing_is_forgotten_after_an_edit_and_in_another_tab(open_window: OpenWindow) -> None:
    _desk, window = open_window("u-op")
    panel = open_calls(window)
    form = panel._form()
    assert form is not None
    type_text(form.phone, "8 900 000-55-66")
    panel.register()
    assert "суть" in panel._problem.text()
    form.text.setPlainText("Шум")
    assert panel._problem.text() == ""
    form.text.clear()
    panel.register()
    panel.new_form()
    assert panel._problem.text() == ""


def test_ins_in_the_panel_opens_one_blank_call_and_comes_back_to_it(open_window: OpenWindow) -> None:
    _desk, window = open_window("u-op")
    panel = filled(window)
    QTest.keyClick(focus(), Qt.Key.Key_Insert)
    blank = panel._form()
    assert blank is not None and blank.is_blank() and panel.tabs.count() == 2
    panel._next_form()
    QTest.keyClick(focus(), Qt.Key.Key_Insert)
    assert panel._form() is blank and panel.tabs.count() == 2


def test_esc_says_that_the_call_is_put_off(open_window: OpenWindow) -> None:
    _desk, window = open_window("u-op")
    filled(window)
    QTest.keyClick(focus(), Qt.Key.Key_Escape)
    face = window.toast.face()
    assert face is not None and "Звонок отложен: вернуться — Ins" in face.text
