"""Two people at one answer: a soft lock with taking over, and drafts that others left, taken beside one's own."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication
from pytestqt.qtbot import QtBot

from arm.desk.companions import Companion, Doing, OtherDraft, TakenDraft
from arm.desk.values import Changes
from arm.domain.identity import MessageId
from tests.typing_keys import type_text
from tests.ui.company import companion, left
from tests.ui.workspaces import scene
from tests.ui.workspaces.work_fakes import Town, Window, open_window, settle
from ui.widgets import BannerBar
from ui.workspaces.decisions import DecisionsWorkspace
from ui.workspaces.execution import ExecutionWorkspace

M1 = MessageId("m-1")
PETROV = "Петров Пётр Павлович"


@pytest.fixture
def town() -> Town:
    place = scene.town()
    scene.assigned(place, "m-1")
    return place


def at_desk(qtbot: QtBot, town: Town) -> tuple[Window, ExecutionWorkspace]:
    window, workspace = open_window(qtbot, town, "kuznetsov", ExecutionWorkspace)
    assert isinstance(workspace, ExecutionWorkspace)
    window.show_message("m-1")
    settle(qtbot, window)
    return window, workspace


def words(bar: BannerBar) -> str:
    face = bar.face()
    return face.text if face is not None else ""


def buttons(bar: BannerBar, label: str) -> list[QAbstractButton]:
    shown = [one for one in bar.findChildren(QAbstractButton) if one.isVisible()]
    return [one for one in shown if label in (one.accessibleName(), one.text())]


def press(qtbot: QtBot, window: Window, bar: BannerBar, label: str) -> None:
    """By the keyboard: the button takes the focus, Space presses it."""
    qtbot.waitUntil(lambda: len(buttons(bar, label)) == 1)
    (target,) = buttons(bar, label)
    target.setFocus()
    QTest.keyClick(target, Qt.Key.Key_Space)
    settle(qtbot, window)


def known(qtbot: QtBot, window: Window, *people: Companion, is_known: bool = True) -> None:
    with qtbot.waitSignal(window.bridge.changed):
        window.desk.presence.become("m-1", *people, is_known=is_known)
    settle(qtbot, window)


def found(qtbot: QtBot, window: Window, *drafts: OtherDraft) -> None:
    with qtbot.waitSignal(window.bridge.changed):
        window.desk.handover.find(*drafts)
    settle(qtbot, window)


def somebody_writes(qtbot: QtBot, window: Window, is_me: bool = False) -> None:
    known(qtbot, window, companion(PETROV, since=window.now(), is_me=is_me))


def test_while_another_writes_one_reads_until_one_takes_over(qtbot: QtBot, town: Town) -> None:
    window, workspace = at_desk(qtbot, town)
    others, editor = workspace.pane.others, workspace.pane.editor
    somebody_writes(qtbot, window)
    qtbot.waitUntil(lambda: editor.is_read_only)
    assert words(others.writing) == "Правит: Петров\u00a0П.\u00a0П. (1\u00a0мин)"
    assert window.opened is not None
    main = workspace.main_action(window.opened)
    assert main is not None
    assert (main.enabled, main.why_not) == (False, words(others.writing))
    workspace.submit()
    assert window.said[-1] == words(others.writing)
    press(qtbot, window, others.writing, "Перехватить")
    assert not editor.is_read_only
    assert (M1, Doing.WRITING) in window.desk.presence.told
    assert "Сохраняются оба текста" in words(others.writing)


def test_f2_leads_to_the_bar_that_can_be_answered_by_keys(qtbot: QtBot, town: Town) -> None:
    window, workspace = at_desk(qtbot, town)
    somebody_writes(qtbot, window)
    qtbot.waitUntil(lambda: workspace.pane.editor.is_read_only)
    window.activateWindow()
    assert workspace.edit()
    focused = QApplication.focusWidget()
    assert isinstance(focused, QAbstractButton)
    assert workspace.pane.others.writing.isAncestorOf(focused)
    QTest.keyClick(focused, Qt.Key.Key_Space)
    settle(qtbot, window)
    assert not workspace.pane.editor.is_read_only


def test_who_is_already_typing_is_never_locked_out(qtbot: QtBot, town: Town) -> None:
    window, workspace = at_desk(qtbot, town)
    type_text(workspace.pane.editor.text, "Моё")
    somebody_writes(qtbot, window)
    others = workspace.pane.others
    qtbot.waitUntil(lambda: bool(words(others.writing)))
    assert not workspace.pane.editor.is_read_only
    press(qtbot, window, others.writing, "Только чтение")
    assert workspace.pane.editor.is_read_only
    assert workspace.pane.editor.text.text() == "Моё"


def test_the_lock_goes_when_the_other_stops_or_nobody_knows(qtbot: QtBot, town: Town) -> None:
    window, workspace = at_desk(qtbot, town)
    for is_known in (True, False):
        somebody_writes(qtbot, window)
        qtbot.waitUntil(lambda: workspace.pane.editor.is_read_only)
        known(qtbot, window, is_known=is_known)
        assert not workspace.pane.editor.is_read_only
        assert words(workspace.pane.others.writing) == ""


def test_oneself_at_another_desk_is_called_so(qtbot: QtBot, town: Town) -> None:
    window, workspace = at_desk(qtbot, town)
    somebody_writes(qtbot, window, is_me=True)
    qtbot.waitUntil(lambda: "вы, на другом рабочем месте" in words(workspace.pane.others.writing))


def test_the_first_keystroke_is_told_and_not_every_one(qtbot: QtBot, town: Town) -> None:
    window, workspace = at_desk(qtbot, town)
    type_text(workspace.pane.editor.text, "Уважаемая")
    settle(qtbot, window)
    assert window.desk.presence.told.count((M1, Doing.WRITING)) == 1


def test_a_left_draft_is_taken_and_one_s_own_text_stays_a_version(qtbot: QtBot, town: Town) -> None:
    window, workspace = at_desk(qtbot, town)
    others, editor = workspace.pane.others, workspace.pane.editor
    type_text(editor.text, "Моё начало")
    found(qtbot, window, left("m-1", "Начало Исаева", left_files=("акт.pdf",)))
    assert words(others.draft).startswith("Есть черновик: Исаев\u00a0И.\u00a0П., ")
    assert "Файлы остались у автора: акт.pdf" in words(others.draft)
    press(qtbot, window, others.draft, "Взять")
    assert editor.text.text() == "Начало Исаева"
    assert [one.fields["text"] for one in window.desk.handover.kept if not one.author] == ["Моё начало"]
    # the list is asked for anew once the version is kept
    qtbot.waitUntil(lambda: words(others.draft).startswith("Есть ваш прежний черновик"))
    settle(qtbot, window)
    (draft,) = window.desk.kept.values()
    assert draft.fields["text"] == "Начало Исаева"
    press(qtbot, window, others.draft, "Взять")
    assert editor.text.text() == "Моё начало"
    assert words(others.draft).startswith("Есть черновик: Исаев")


def test_the_difference_is_shown_before_one_takes(qtbot: QtBot, town: Town) -> None:
    window, workspace = at_desk(qtbot, town)
    others = workspace.pane.others
    type_text(workspace.pane.editor.text, "Яма засыпана вчера")
    found(qtbot, window, left("m-1", "Яма засыпана сегодня"))
    press(qtbot, window, others.draft, "Сравнить")
    assert others.diff.isVisible()
    qtbot.waitUntil(lambda: isinstance(window.focusWidget(), QAbstractButton))
    assert window.focusWidget() in buttons(others.draft, "Скрыть")
    assert others.diff.summary() == "добавлено в 1 месте, убрано в 1 месте"
    assert workspace.pane.editor.text.text() == "Яма засыпана вчера"
    press(qtbot, window, others.draft, "Скрыть")
    assert not others.diff.isVisible()


def test_a_draft_put_away_or_equal_to_one_s_own_is_not_offered(qtbot: QtBot, town: Town) -> None:
    window, workspace = at_desk(qtbot, town)
    others = workspace.pane.others
    type_text(workspace.pane.editor.text, "Одно и то же")
    found(qtbot, window, left("m-1", "Одно и то же"), left("m-1", "  ", draft_id="d-2"))
    assert words(others.draft) == ""
    found(qtbot, window, left("m-1", "Другое", draft_id="d-3"))
    press(qtbot, window, others.draft, "Скрыть полосу")
    assert words(others.draft) == ""
    others.refresh()
    settle(qtbot, window)
    assert words(others.draft) == ""


def test_a_draft_that_is_gone_meanwhile_is_said(qtbot: QtBot, town: Town) -> None:
    window, workspace = at_desk(qtbot, town)
    found(qtbot, window, left("m-1", "Начало Исаева"))
    window.desk.handover.others.clear()
    press(qtbot, window, workspace.pane.others.draft, "Взять")
    assert window.said[-1].startswith("Черновика уже нет")
    assert workspace.pane.editor.text.text() == ""


def test_the_author_is_told_who_goes_on(qtbot: QtBot, town: Town) -> None:
    window, _workspace = at_desk(qtbot, town)
    window.desk.handover.waiting_news = (
        TakenDraft(draft_id="d", message_id=M1, number="4790", by="Лебедева Ольга Викторовна", at=datetime.now(UTC)),
    )
    with qtbot.waitSignal(window.bridge.changed):
        window.desk.tell(Changes(drafts=frozenset({M1})))
    settle(qtbot, window)
    assert window.toasts == ["№\u00a04790: ваш черновик продолжает Лебедева\u00a0О.\u00a0В."]


def test_who_may_not_write_is_offered_nothing(qtbot: QtBot, town: Town) -> None:
    window, workspace = open_window(qtbot, town, "lebedeva", ExecutionWorkspace)
    assert isinstance(workspace, ExecutionWorkspace)
    window.desk.handover.find(left("m-1", "Начало Исаева"))
    window.show_message("m-1")
    settle(qtbot, window)
    assert window.desk.handover.wanted is None
    assert words(workspace.pane.others.draft) == ""


def test_an_endorser_s_edit_waits_for_the_one_who_edits_now(qtbot: QtBot, town: Town) -> None:
    town.must("m-1", scene.SUBMIT, "kuznetsov")
    window, workspace = open_window(qtbot, town, "petrov", DecisionsWorkspace)
    assert isinstance(workspace, DecisionsWorkspace)
    window.show_message("m-1")
    settle(qtbot, window)
    known(qtbot, window, companion("Никитин Роман Сергеевич", since=window.now()))
    assert workspace.edit()
    assert not workspace.answer.is_editable()
    press(qtbot, window, workspace.others.writing, "Перехватить")
    workspace.edit()
    assert workspace.answer.is_editable()
    found(qtbot, window, left("m-1", scene.ANSWER + " Гарантия год.", form="decision"))
    press(qtbot, window, workspace.others.draft, "Взять")
    assert workspace.answer.edited_text() == scene.ANSWER + " Гарантия год."
