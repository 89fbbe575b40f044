"""Tests of the executor's place: what may be sent, what stands in the way, where the answer goes."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from arm.domain.answers import FindingCode
from arm.domain.commands import RequestDocuments, Start, Submit, Verb
from arm.domain.identity import UserId
from arm.domain.message import Result, Stage
from arm.domain.refusals import Reason, Refused
from tests.typing_keys import type_text
from tests.ui.workspaces import scene
from tests.ui.workspaces.work_fakes import Window, open_window, settle
from ui.widgets import PlainLabel
from ui.workspaces.execution import ExecutionWorkspace


@pytest.fixture
def desk(qtbot: QtBot) -> tuple[Window, ExecutionWorkspace]:
    """Кузнецов's window with a message he has just been given."""
    town = scene.town()
    scene.assigned(town, "m-1")
    window, workspace = open_window(qtbot, town, "kuznetsov", ExecutionWorkspace)
    assert isinstance(workspace, ExecutionWorkspace)
    window.show_message("m-1")
    settle(qtbot, window)
    return window, workspace


def fill(workspace: ExecutionWorkspace, endorsers: tuple[str, ...] = ("petrov",)) -> None:
    """Everything that an answer needs, through the widgets."""
    editor = workspace.pane.editor
    editor.result.choice.choose(0)
    editor.text.setFocus()
    editor.text.setPlainText(scene.ANSWER)
    editor.route.set_route(tuple(UserId(one) for one in endorsers), UserId("sidorova"))
    editor.route.edited.emit()


def given(window: Window, kind: type) -> list[object]:
    return [command for _message_id, command in window.desk.given if isinstance(command, kind)]


def test_typing_takes_a_new_message_into_work_once(qtbot: QtBot, desk: tuple[Window, ExecutionWorkspace]) -> None:
    window, workspace = desk
    type_text(workspace.pane.editor.text, "Ува")
    settle(qtbot, window)
    assert given(window, Start) == [Start()]
    assert window.desk.town.messages["m-1"].in_work


def test_f2_takes_a_new_message_into_work_and_puts_the_caret_into_the_text(
    qtbot: QtBot, desk: tuple[Window, ExecutionWorkspace]
) -> None:
    window, workspace = desk
    assert workspace.edit()
    settle(qtbot, window)
    assert given(window, Start) == [Start()]
    assert workspace.pane.editor.text.hasFocus()


def test_an_unfinished_answer_stays_here_and_the_first_gap_is_named(desk: tuple[Window, ExecutionWorkspace]) -> None:
    window, workspace = desk
    workspace.submit()
    assert given(window, Submit) == []
    assert window.said[-1].startswith("Не отправлено: не выбран вид ответа")


def test_a_gap_in_the_text_gets_the_caret(desk: tuple[Window, ExecutionWorkspace]) -> None:
    _window, workspace = desk
    fill(workspace)
    editor = workspace.pane.editor
    editor.text.setPlainText("Уважаемая Мария! Ремонт 😀 выполнен [дата работ].")
    workspace.submit()
    assert editor.text.textCursor().selectedText() == "[дата работ]"


def test_a_complete_answer_goes_to_its_endorsers(qtbot: QtBot, desk: tuple[Window, ExecutionWorkspace]) -> None:
    window, workspace = desk
    fill(workspace)
    workspace.submit()
    settle(qtbot, window)
    message = window.desk.town.messages["m-1"]
    assert message.stage is Stage.ENDORSEMENT
    assert message.answer is not None
    assert message.answer.text == scene.ANSWER
    assert window.toasts[-1] == "№\u00a04790 направлено: Петров\u00a0П.\u00a0П."


def test_the_main_button_says_where_the_answer_goes(desk: tuple[Window, ExecutionWorkspace]) -> None:
    window, workspace = desk
    assert window.opened is not None
    labels = []
    for endorsers in ((), ("petrov",)):
        fill(workspace, endorsers)
        main = workspace.main_action(window.opened)
        assert main is not None
        labels.append(main.label)
    assert labels == ["На утверждение", "На согласование"]


def test_a_refusal_keeps_everything_typed_and_says_why(qtbot: QtBot, desk: tuple[Window, ExecutionWorkspace]) -> None:
    window, workspace = desk
    fill(workspace)
    settle(qtbot, window)
    window.desk.refuse_next = Refused(Reason.NOT_ENTITLED, "D 3.9", "approver")
    workspace.submit()
    settle(qtbot, window)
    editor = workspace.pane.editor
    assert editor.text.text() == scene.ANSWER
    assert editor.result.result() is Result.SOLVED
    assert editor.route.approver() == "sidorova"
    assert not editor.is_read_only
    face = workspace.pane._notice.face()
    assert face is not None
    assert "D 3.9" in face.text


def test_a_template_fills_its_fields_and_tab_walks_the_boxes(
    qtbot: QtBot, desk: tuple[Window, ExecutionWorkspace]
) -> None:
    _window, workspace = desk
    workspace.choose_template()
    sheet = workspace._sheet
    assert sheet is not None
    type_text(sheet._line, "ямочный")
    assert sheet.current() is not None
    QTest.keyClick(sheet._line, Qt.Key.Key_Return)
    text = workspace.pane.editor.text
    assert text.text().startswith("Уважаемая Мария Петровна!\n\nВаше сообщение № 4790 от 02.03.2026")
    assert text.textCursor().selectedText() == "[дата работ]"
    type_text(text, "3 марта")
    QTest.keyClick(text, Qt.Key.Key_Tab)
    assert text.textCursor().selectedText() == "[организация]"
    QTest.keyClick(text, Qt.Key.Key_Backtab)
    assert text.textCursor().selectedText() == "[организация]" or not text.hasFocus()
    assert workspace.pane.editor.result.result() is Result.SOLVED


def test_inserting_a_template_is_one_step_of_undo(desk: tuple[Window, ExecutionWorkspace]) -> None:
    _window, workspace = desk
    text = workspace.pane.editor.text
    type_text(text, "Начало. ")
    text.insert_template("Первая строка\n\nВторая [дата]")
    text.undo()
    assert text.text() == "Начало. "


def test_a_template_of_the_topic_comes_first(desk: tuple[Window, ExecutionWorkspace]) -> None:
    window, workspace = desk
    workspace.choose_template()
    assert workspace._sheet is not None
    assert workspace._sheet.current() is not None
    assert workspace._sheet.current().category == window.desk.town.messages["m-1"].category  # type: ignore[union-attr]


def test_postponing_asks_for_a_date_and_warns_beyond_the_term(
    qtbot: QtBot, desk: tuple[Window, ExecutionWorkspace]
) -> None:
    window, workspace = desk
    editor = workspace.pane.editor
    editor.result.choice.choose(2)
    assert editor.result.date.isVisible()
    assert FindingCode.NO_POSTPONED_DATE in [one.code for one in editor.findings()]
    editor.result.date.set_date(date(2027, 1, 10))
    editor.result.date.changed.emit(date(2027, 1, 10))
    settle(qtbot, window)
    assert "позже срока ответа" in editor.result.date.warning()
    assert FindingCode.DATE_BEYOND_TERM in [one.code for one in editor.findings()]


def test_declining_asks_for_a_reason(desk: tuple[Window, ExecutionWorkspace]) -> None:
    _window, workspace = desk
    editor = workspace.pane.editor
    editor.result.choice.choose(3)
    assert editor.result.reason_list.isVisible() or editor.result.reason_text.isVisible()
    assert FindingCode.NO_DECLINE_REASON in [one.code for one in editor.findings()]


def test_a_pasted_picture_becomes_a_file(qtbot: QtBot, desk: tuple[Window, ExecutionWorkspace]) -> None:
    window, workspace = desk
    picture = QImage(4, 4, QImage.Format.Format_RGB32)
    picture.fill(0)
    pasted = QMimeData()
    pasted.setImageData(picture)
    workspace.pane.editor.text.insertFromMimeData(pasted)
    settle(qtbot, window)
    (file,) = workspace.pane.editor.files.value()
    assert file.name.endswith(".png")
    assert workspace.pane.editor.text.text() == ""


def test_a_dropped_file_becomes_an_attachment_of_the_answer(
    qtbot: QtBot, desk: tuple[Window, ExecutionWorkspace], tmp_path: Path
) -> None:
    window, workspace = desk
    act = tmp_path / "акт.pdf"
    act.write_bytes(b"%PDF-1.7")
    dropped = QMimeData()
    dropped.setUrls([QUrl.fromLocalFile(str(act))])
    workspace.pane.editor.text.insertFromMimeData(dropped)
    settle(qtbot, window)
    fill(workspace)
    workspace.submit()
    settle(qtbot, window)
    answer = window.desk.town.messages["m-1"].answer
    assert answer is not None
    assert [one.name for one in answer.files] == ["акт.pdf"]


def test_pasted_text_stays_plain(desk: tuple[Window, ExecutionWorkspace]) -> None:
    _window, workspace = desk
    pasted = QMimeData()
    pasted.setHtml("<b>Ремонт</b> выполнен")
    pasted.setText("Ремонт выполнен")
    workspace.pane.editor.text.insertFromMimeData(pasted)
    assert workspace.pane.editor.text.text() == "Ремонт выполнен"


def test_rework_shows_the_reason_the_answer_and_the_people_of_before(qtbot: QtBot) -> None:
    town = scene.town()
    scene.returned(town, "m-1", "Нет срока гарантии")
    window, workspace = open_window(qtbot, town, "kuznetsov", ExecutionWorkspace)
    assert isinstance(workspace, ExecutionWorkspace)
    window.show_message("m-1")
    settle(qtbot, window)
    editor = workspace.pane.editor
    face = workspace.pane._returned.face()
    assert face is not None
    assert "Нет срока гарантии" in face.text
    assert editor.text.text() == scene.ANSWER
    assert editor.route.approver() == "sidorova"
    assert editor.route.endorsers() == ("petrov",)


def test_answers_to_requests_stand_beside_the_editor(qtbot: QtBot) -> None:
    town = scene.town()
    scene.assigned(town, "m-1")
    scene.asked(town, "m-1")
    window, workspace = open_window(qtbot, town, "kuznetsov", ExecutionWorkspace)
    assert isinstance(workspace, ExecutionWorkspace)
    window.show_message("m-1")
    settle(qtbot, window)
    inquiries = workspace.pane.inquiries
    assert inquiries.isVisible()
    assert inquiries._toggle.verb() == "1 запрос материалов"


def test_control_and_a_digit_choose_the_kind_of_answer(qtbot: QtBot, desk: tuple[Window, ExecutionWorkspace]) -> None:
    window, workspace = desk
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    workspace.pane.editor.text.setFocus()
    QTest.keyClick(workspace.pane.editor.text, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert workspace.pane.editor.result.result() is Result.NOT_SOLVED


def test_the_comment_goes_with_the_answer_and_not_into_it(
    qtbot: QtBot, desk: tuple[Window, ExecutionWorkspace]
) -> None:
    window, workspace = desk
    fill(workspace)
    editor = workspace.pane.editor
    QTest.mouseClick(editor._comment_button, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    type_text(editor.comment.edit, "акт у диспетчера")
    workspace.submit()
    settle(qtbot, window)
    answer = window.desk.town.messages["m-1"].answer
    assert answer is not None
    assert answer.comment == "акт у диспетчера"
    assert "диспетчера" not in answer.text


def test_somebody_elses_message_is_read_only(qtbot: QtBot) -> None:
    town = scene.town()
    scene.assigned(town, "m-1", executor="lebedeva")
    window, workspace = open_window(qtbot, town, "kuznetsov", ExecutionWorkspace)
    assert isinstance(workspace, ExecutionWorkspace)
    window.show_message("m-1")
    settle(qtbot, window)
    assert workspace.pane.editor.is_read_only
    assert window.opened is not None
    assert workspace.main_action(window.opened) is None
    assert not workspace.edit()
    assert json.dumps(window.desk.kept) == "{}"
    assert window.opened.action(Verb.SUBMIT) is None or not window.opened.action(Verb.SUBMIT).enabled  # type: ignore[union-attr]


def test_the_body_that_was_asked_sees_the_question_and_no_editor(qtbot: QtBot) -> None:
    town = scene.town()
    scene.assigned(town, "m-1")
    question = RequestDocuments(inquiry_id="i-1", organisation=scene.ROADS, question="Пришлите акт")
    town.must("m-1", question, "kuznetsov")
    window, workspace = open_window(qtbot, town, "road-coordinator", ExecutionWorkspace)
    assert isinstance(workspace, ExecutionWorkspace)
    window.show_message("m-1")
    settle(qtbot, window)
    assert not workspace.pane.editor.isVisible()
    assert any(label.text() == "Пришлите акт" and label.isVisible() for label in workspace.findChildren(PlainLabel))


def test_people_of_the_route_are_named_by_surname_and_enter(
    qtbot: QtBot, desk: tuple[Window, ExecutionWorkspace]
) -> None:
    window, workspace = desk
    route = workspace.pane.editor.route
    for name, field in (
        ("Петр", route.endorsers_field),
        ("Никит", route.endorsers_field),
        ("Сид", route.approver_field),
    ):
        field.picker.setFocus()
        type_text(field.picker, name)
        QTest.keyClick(field.picker, Qt.Key.Key_Return)
    settle(qtbot, window)
    assert route.endorsers() == ("petrov", "nikitin")
    assert route.approver() == "sidorova"
    dimmed = {row.key for row in route.approver_field.picker.rows() if row.dimmed_reason}
    assert dimmed == {"petrov", "nikitin"}
