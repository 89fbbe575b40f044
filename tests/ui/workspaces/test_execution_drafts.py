"""Tests of the draft journal of an answer: what is typed is kept, restored, and replaced by nobody."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from arm.desk.values import Changes, Draft, Pending, PendingState
from arm.domain.commands import Endorse, Reassign, Reject, Verb
from arm.domain.identity import CommandId, MessageId, UserId
from arm.domain.message import Stage, text_hash
from arm.domain.refusals import Reason, Refused
from tests.typing_keys import type_text
from tests.ui.workspaces import scene
from tests.ui.workspaces.test_execution import fill
from tests.ui.workspaces.work_fakes import Town, Window, open_window, settle
from ui.workspaces.answer_values import AnswerValues, files_from_words, from_fields
from ui.workspaces.execution import ExecutionWorkspace
from ui.workspaces.orphans import OrphanSheet

M1, M2 = MessageId("m-1"), MessageId("m-2")


@pytest.fixture
def town() -> Town:
    place = scene.town()
    scene.assigned(place, "m-1")
    scene.assigned(place, "m-2", 1)
    return place


def at_desk(qtbot: QtBot, town: Town, user_id: str = "kuznetsov") -> tuple[Window, ExecutionWorkspace]:
    window, workspace = open_window(qtbot, town, user_id, ExecutionWorkspace)
    assert isinstance(workspace, ExecutionWorkspace)
    return window, workspace


def show(qtbot: QtBot, window: Window, message_id: str) -> None:
    window.show_message(message_id)
    settle(qtbot, window)


def draft_of(window: Window, message_id: MessageId) -> Draft:
    (found,) = [one for one in window.desk.kept.values() if one.message_id == message_id]
    return found


def test_typing_is_kept_within_a_second(qtbot: QtBot, town: Town) -> None:
    window, workspace = at_desk(qtbot, town)
    show(qtbot, window, "m-1")
    type_text(workspace.pane.editor.text, "Уважаемая")
    qtbot.waitUntil(lambda: bool(window.desk.kept), timeout=1000)
    draft = draft_of(window, M1)
    assert draft.fields["text"] == "Уважаемая"
    assert draft.caret == len("Уважаемая")


def test_the_moment_of_saving_is_shown(qtbot: QtBot, town: Town) -> None:
    window, workspace = at_desk(qtbot, town)
    show(qtbot, window, "m-1")
    type_text(workspace.pane.editor.text, "У")
    qtbot.waitUntil(lambda: workspace.pane._saved.text().startswith("Черновик сохранён "), timeout=1500)


def test_a_draft_comes_back_with_its_caret_and_all_fields(qtbot: QtBot, town: Town) -> None:
    window, workspace = at_desk(qtbot, town)
    show(qtbot, window, "m-1")
    fill(workspace)
    workspace.pane.editor.text.set_caret(9)
    workspace.pane.editor.edited.emit()
    workspace.save_drafts()
    settle(qtbot, window)
    again = ExecutionWorkspace(window)
    window.workspace = again
    window.column.addWidget(again)
    show(qtbot, window, "m-1")
    assert again.pane.editor.text.text() == scene.ANSWER
    assert again.pane.editor.text.caret() == 9
    assert again.pane.editor.values().approver == "sidorova"


def test_each_message_keeps_its_own_draft(qtbot: QtBot, town: Town) -> None:
    window, workspace = at_desk(qtbot, town)
    show(qtbot, window, "m-1")
    type_text(workspace.pane.editor.text, "Про яму")
    window.show_message("m-2")
    settle(qtbot, window)
    type_text(workspace.pane.editor.text, "Про фонарь")
    window.show_message("m-1")
    settle(qtbot, window)
    assert workspace.pane.editor.text.text() == "Про яму"
    assert draft_of(window, M2).fields["text"] == "Про фонарь"


def test_a_newer_state_of_the_message_leaves_the_typing_alone(qtbot: QtBot, town: Town) -> None:
    window, workspace = at_desk(qtbot, town)
    show(qtbot, window, "m-1")
    type_text(workspace.pane.editor.text, "Уважаемая Мар")
    scene.asked(town, "m-1")
    window.reread()
    settle(qtbot, window)
    assert workspace.pane.editor.text.text() == "Уважаемая Мар"
    assert workspace.pane.editor.caret() == len("Уважаемая Мар")


def test_a_message_reassigned_meanwhile_becomes_read_only_and_keeps_the_draft(qtbot: QtBot, town: Town) -> None:
    window, workspace = at_desk(qtbot, town)
    show(qtbot, window, "m-1")
    type_text(workspace.pane.editor.text, "Моя работа")
    settle(qtbot, window)
    town.must("m-1", Reassign(executor=UserId("lebedeva"), reason="Отпуск"), "kuznetsov")
    window.reread()
    workspace.save_drafts()
    settle(qtbot, window)
    face = workspace.pane._notice.face()
    assert workspace.pane.editor.is_read_only
    assert workspace.pane.editor.text.text() == "Моя работа"
    assert draft_of(window, M1).fields["text"] == "Моя работа"
    assert face is not None
    assert "Лебедева" in face.text


def test_a_sent_draft_is_dropped_once_the_central_store_has_it(qtbot: QtBot, town: Town) -> None:
    window, workspace = at_desk(qtbot, town)
    show(qtbot, window, "m-1")
    fill(workspace)
    workspace.submit()
    settle(qtbot, window)
    window.desk.listeners[0](Changes(messages=frozenset({M1})))
    qtbot.waitUntil(lambda: not [one for one in window.desk.kept.values() if one.message_id == M1])


def test_an_answer_refused_later_is_there_again_with_the_reason(qtbot: QtBot, town: Town) -> None:
    window, workspace = at_desk(qtbot, town)
    show(qtbot, window, "m-1")
    before, events = town.messages[M1], list(town.timelines[M1])
    fill(workspace)
    workspace.submit()
    settle(qtbot, window)
    town.messages[M1], town.timelines[M1] = before, events
    refused = Refused(Reason.NOT_THE_EXECUTOR, "D 3.3")
    window.desk.pendings[M1] = (
        Pending(
            command_id=CommandId("c"),
            message_id=M1,
            number="4790",
            verb=Verb.SUBMIT,
            state=PendingState.REFUSED,
            saved_at=town.now,
            refused=refused,
        ),
    )
    window.reread()
    settle(qtbot, window)
    face = workspace.pane._notice.face()
    assert workspace.pane.editor.text.text() == scene.ANSWER
    assert not workspace.pane.editor.is_read_only
    assert face is not None
    assert "D 3.3" in face.text


def test_rework_begins_with_the_answer_that_came_back_and_not_with_the_old_draft(qtbot: QtBot, town: Town) -> None:
    window, workspace = at_desk(qtbot, town)
    show(qtbot, window, "m-1")
    fill(workspace)
    workspace.submit()
    settle(qtbot, window)
    answer = town.messages[M1].answer
    assert answer is not None
    town.messages[M1] = replace(town.messages[M1], answer=replace(answer, text=answer.text + " Гарантия год."))
    town.must("m-1", Reject(reason="Добавьте подпись"), "petrov")
    window.reread()
    settle(qtbot, window)
    assert town.messages[M1].stage is Stage.EXECUTION
    assert workspace.pane.editor.text.text().endswith("Гарантия год.")


def test_a_full_disk_is_said_and_the_typing_stays(qtbot: QtBot, town: Town) -> None:
    window, workspace = at_desk(qtbot, town)
    window.desk.is_disk_full = True
    show(qtbot, window, "m-1")
    type_text(workspace.pane.editor.text, "Важное")
    workspace.save_drafts()
    settle(qtbot, window)
    face = workspace.pane._notice.face()
    assert face is not None
    assert face.text.startswith("Черновик пока не сохранён")
    window.desk.is_disk_full = False
    workspace.save_drafts()
    settle(qtbot, window)
    assert draft_of(window, M1).fields["text"] == "Важное"


def test_values_read_back_from_the_journal_are_the_same() -> None:
    values = AnswerValues(text="а\nб", comment="в", endorsers=(UserId("p"), UserId("q")), signer_name="Кузнецов")
    assert from_fields(values.to_fields()) == values


def test_words_of_files_that_make_no_sense_are_left_out() -> None:
    assert files_from_words("что-то не то\nu\tмного\tx\ty\tz") == ()
    assert from_fields({"result": "кое-что", "postponed_until": "вчера"}) == AnswerValues()


def test_a_draft_whose_message_went_away_can_still_be_read_and_copied(qtbot: QtBot, town: Town) -> None:
    window, workspace = at_desk(qtbot, town)
    show(qtbot, window, "m-1")
    type_text(workspace.pane.editor.text, "Моя работа")
    workspace.save_drafts()
    settle(qtbot, window)
    window.opened = None
    workspace.show_card(None)
    del town.messages[M1]
    window.desk.listeners[0](Changes(messages=frozenset({M1})))
    qtbot.waitUntil(lambda: bool(workspace.extra_actions(None)))
    assert window.toasts[-1].startswith("№\u00a04790")
    workspace.run_extra("orphans")
    (sheet,) = window.findChildren(OrphanSheet)
    QTest.mouseClick(sheet.findChild(QPushButton, "orphan-copy"), Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "Моя работа"
    sheet.dropped.emit(next(iter(window.desk.kept)))
    qtbot.waitUntil(lambda: workspace.extra_actions(None) == ())


def test_the_executor_sees_what_a_manager_has_edited(qtbot: QtBot, town: Town) -> None:
    town.must("m-1", scene.SUBMIT, "kuznetsov")
    edited = scene.ANSWER.replace("3 марта", "5 марта")
    town.must("m-1", Endorse(seen_hash=text_hash(scene.ANSWER), text=edited), "petrov")
    town.must("m-1", Reject(reason="Приложите акт"), "sidorova")
    window, workspace = at_desk(qtbot, town)
    show(qtbot, window, "m-1")
    assert workspace.pane.editor.text.text() == edited
    assert workspace.pane._changes.verb() == "Правки: Петров\u00a0П.\u00a0П."
    workspace.pane._changes.click()
    assert "3" in workspace.pane._diff.toPlainText()
    assert workspace.pane._diff.summary() == "добавлено в 1 месте, убрано в 1 месте"
