"""«Требует решения»: nothing typed goes without a choice; two texts side by side, by keys alone (P19)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from arm.desk.values import Choice, Pending, PendingState, StandingText
from arm.domain.identity import CommandId, MessageId
from arm.domain.message import Stage
from arm.domain.refusals import Reason, Refused
from tests.typing_keys import type_text
from tests.ui.conftest import OpenWindow
from tests.ui.fakes import FakeDesk
from ui.main_window import MainWindow
from ui.pending_words import Case, case_of, pending_face
from ui.widgets import PlainLabel
from ui.workspaces.pending_rows import verbs_of

MINE = "Ремонт выполнен 2 июня силами службы."
THEIRS = "Ремонт будет выполнен до 10 июня."
NOW = datetime(2025, 6, 5, 12, 0).astimezone()


def entry(name: str, message_id: str, state: PendingState = PendingState.CONFLICT, **more: object) -> Pending:
    given: dict[str, object] = {
        "verb": "submit",
        "refused": Refused(Reason.STALE),
        "command_json": json.dumps({"verb": "submit", "text": MINE}),
        **more,
    }
    return Pending(
        command_id=CommandId(name),
        message_id=MessageId(message_id),
        number="4811",
        state=state,
        saved_at=datetime.now(UTC) - timedelta(minutes=5),
        **given,  # type: ignore[arg-type]
    )


def standing() -> StandingText:
    return StandingText(text=THEIRS, by="Петров Пётр Павлович", at=datetime.now(UTC))


def focused() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(focused(), key, modifier)


def words(window: MainWindow) -> str:
    return " ".join(label.text() for label in window.outbox.findChildren(PlainLabel) if label.isVisible())


def open_on(open_window: OpenWindow, qtbot: QtBot, *more: Pending, **changes: object) -> tuple[FakeDesk, MainWindow]:
    """The page with one conflict of texts, opened by F8."""
    desk, window = open_window("u-exec", Stage.EXECUTION)
    window.resize(1366, 768)
    message_id = str(next(iter(desk.kept)))
    first = replace(entry("c1", message_id, standing=standing()), **changes)  # type: ignore[arg-type]
    desk.refused = [first, *(replace(one, message_id=MessageId(message_id)) for one in more)]
    desk.status_now = replace(desk.status_now, refused=1 + len(more))
    press(Qt.Key.Key_F8)
    qtbot.waitUntil(lambda: focused().objectName().startswith("pending-") and not window.bridge.jobs.is_busy())
    return desk, window


def compare(window: MainWindow, qtbot: QtBot) -> None:
    press(Qt.Key.Key_Space)
    qtbot.waitUntil(window.outbox.conflict.isVisible)


def test_f8_puts_the_focus_on_the_first_choice_and_enter_compares(open_window: OpenWindow, qtbot: QtBot) -> None:
    _desk, window = open_on(open_window, qtbot)
    assert focused().objectName() == "pending-compare"
    compare(window, qtbot)
    said = words(window)
    assert "Ваш текст" in said and "В хранилище (Петров\u00a0П.\u00a0П., " in said and "Итог: как у вас" in said
    assert window.outbox.conflict.hasFocus()


def test_one_takes_mine_and_the_entry_is_gone(open_window: OpenWindow, qtbot: QtBot) -> None:
    desk, window = open_on(open_window, qtbot)
    compare(window, qtbot)
    press(Qt.Key.Key_1)
    qtbot.waitUntil(lambda: desk.choices.resolved == [(CommandId("c1"), Choice.MINE, "")])
    qtbot.waitUntil(lambda: "решений не требуется" in words(window))
    assert "снова отправляется" in window.toast.face().text
    qtbot.waitUntil(lambda: not window.status.decisions.isVisible())


def test_two_leaves_what_stands(open_window: OpenWindow, qtbot: QtBot) -> None:
    desk, window = open_on(open_window, qtbot)
    compare(window, qtbot)
    press(Qt.Key.Key_2)
    qtbot.waitUntil(lambda: desk.choices.resolved == [(CommandId("c1"), Choice.THEIRS, "")])
    qtbot.waitUntil(lambda: window.outbox.lists.isVisible())


def test_three_opens_the_result_and_ctrl_enter_sends_it(open_window: OpenWindow, qtbot: QtBot) -> None:
    desk, window = open_on(open_window, qtbot)
    compare(window, qtbot)
    press(Qt.Key.Key_3)
    result = window.outbox.conflict.result
    assert result.hasFocus() and result.toPlainText() == MINE
    press(Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    type_text(result, " Гарантия 3 года.")
    assert "Итог: собран вручную" in words(window) and desk.choices.resolved == []
    press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    wanted = (CommandId("c1"), Choice.ASSEMBLED, f"{MINE} Гарантия 3 года.")
    qtbot.waitUntil(lambda: desk.choices.resolved == [wanted])


def test_what_is_put_together_outlives_going_away(open_window: OpenWindow, qtbot: QtBot) -> None:
    desk, window = open_on(open_window, qtbot)
    compare(window, qtbot)
    press(Qt.Key.Key_3)
    type_text(window.outbox.conflict.result, "Начато. ")
    press(Qt.Key.Key_Escape)
    assert window.outbox.conflict.hasFocus()
    press(Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: focused().objectName() == "pending-compare" and not window.bridge.jobs.is_busy())
    assert desk.choices.resolved == [] and len(desk.saved_drafts) == 1
    compare(window, qtbot)
    assert window.outbox.conflict.result.toPlainText() == f"Начато. {MINE}"
    press(Qt.Key.Key_1)
    qtbot.waitUntil(lambda: desk.saved_drafts == {})


def test_ctrl_enter_without_a_choice_sends_nothing(open_window: OpenWindow, qtbot: QtBot) -> None:
    desk, window = open_on(open_window, qtbot)
    compare(window, qtbot)
    press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert desk.choices.resolved == [] and "Сначала выберите" in words(window)


def test_f8_walks_the_differences_round(open_window: OpenWindow, qtbot: QtBot) -> None:
    _desk, window = open_on(open_window, qtbot)
    compare(window, qtbot)
    assert "3 различия" in words(window)
    for place in (1, 2, 3, 1):
        press(Qt.Key.Key_F8)
        assert f"Различие {place} из 3" in words(window)


def test_four_takes_the_stores_words_at_one_difference(open_window: OpenWindow, qtbot: QtBot) -> None:
    desk, window = open_on(open_window, qtbot)
    compare(window, qtbot)
    result = window.outbox.conflict.result
    for key in (Qt.Key.Key_F8, Qt.Key.Key_4):
        press(key)
    assert result.toPlainText() == "Ремонт будет выполнен 2 июня силами службы."
    for key in (Qt.Key.Key_F8, Qt.Key.Key_4):
        press(key)
    assert result.toPlainText() == "Ремонт будет выполнен до 10 июня силами службы."
    press(Qt.Key.Key_4)
    assert result.toPlainText() == "Ремонт будет выполнен 2 июня силами службы."
    press(Qt.Key.Key_3)
    wanted = (CommandId("c1"), Choice.ASSEMBLED, "Ремонт будет выполнен 2 июня силами службы.")
    qtbot.waitUntil(lambda: desk.choices.resolved == [wanted])


def test_what_was_typed_into_the_result_is_never_written_over(open_window: OpenWindow, qtbot: QtBot) -> None:
    _desk, window = open_on(open_window, qtbot)
    compare(window, qtbot)
    pane = window.outbox.conflict
    press(Qt.Key.Key_3)
    type_text(pane.result, "Своё. ")
    pane.next_difference()
    pane.swap_here()
    assert pane.result.toPlainText() == f"Своё. {MINE}" and not pane._swap.isVisible()


def test_a_choice_that_the_rules_refuse_keeps_both_texts(open_window: OpenWindow, qtbot: QtBot) -> None:
    desk, window = open_on(open_window, qtbot)
    desk.choices.refusal = Refused(Reason.WRONG_STAGE)
    compare(window, qtbot)
    press(Qt.Key.Key_1)
    qtbot.waitUntil(lambda: "На этом этапе так сделать нельзя" in words(window))
    assert window.outbox.conflict.isVisible() and len(desk.refused) == 1
    press(Qt.Key.Key_2)
    qtbot.waitUntil(lambda: desk.refused == [])


def test_in_a_small_window_the_two_texts_become_one_with_marks(open_window: OpenWindow, qtbot: QtBot) -> None:
    _desk, window = open_on(open_window, qtbot)
    compare(window, qtbot)
    assert not window.outbox.conflict.is_narrow()
    window.resize(1024, 600)
    qtbot.waitUntil(window.outbox.conflict.is_narrow)
    assert "Что различается" in words(window) and "Ваш текст" not in words(window)
    press(Qt.Key.Key_F8)
    assert "Различие 1 из 3" in words(window)


def test_what_waits_is_calm_and_asks_for_nothing(open_window: OpenWindow, qtbot: QtBot) -> None:
    waiting = entry("w", "", PendingState.UNSENT, refused=None)
    _desk, window = open_on(open_window, qtbot, waiting)
    row = window.outbox.findChild(QWidget, "pending-w")
    assert row is not None
    assert [one.text() for one in row.findChildren(QPushButton)] == ["Открыть"]
    assert "Ждёт отправки" in words(window) and "Требует решения" in words(window)


def test_a_parked_entry_names_its_number_for_the_administrator(open_window: OpenWindow, qtbot: QtBot) -> None:
    parked = entry("p-77", "", PendingState.PARKED, refused=None)
    _desk, window = open_on(open_window, qtbot, parked)
    assert "уже у администратора. Назовите ему номер: p-77" in words(window)
    row = window.outbox.findChild(QWidget, "pending-p-77")
    quote = row.findChild(QPushButton, "pending-quote") if row is not None else None
    assert quote is not None
    quote.click()
    assert QGuiApplication.clipboard().text() == "p-77"


def test_a_refused_step_is_done_again_on_what_stands_now(open_window: OpenWindow, qtbot: QtBot) -> None:
    changes = {
        "standing": None,
        "state": PendingState.REFUSED,
        "verb": "reassign",
        "command_json": '{"reason": "отпуск"}',
    }
    desk, window = open_on(open_window, qtbot, **changes)
    assert focused().objectName() == "pending-repeat" and "Причина: отпуск" in words(window)
    desk.choices.refusal = Refused(Reason.WRONG_STAGE)
    press(Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: words(window).count("На этом этапе так сделать нельзя") == 1)
    desk.choices.refusal = None
    press(Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: desk.refused == [])


@pytest.mark.parametrize(
    ("one", "is_here", "case", "verbs"),
    [
        (entry("a", "m", standing=standing()), True, Case.COMPARE, ["compare", "copy", "open"]),
        (entry("a", "m"), True, Case.AGAIN, ["repeat", "copy", "redraft", "open", "dismiss"]),
        (entry("a", "m"), False, Case.GONE, ["copy", "dismiss"]),
        (
            entry("a", "m", PendingState.REFUSED, refused=Refused(Reason.ALREADY_DECIDED), command_json="{}"),
            True,
            Case.AGAIN,
            ["open", "dismiss"],
        ),
        (entry("a", "m", PendingState.PARKED), True, Case.PARKED, ["quote", "copy", "open", "dismiss"]),
        (entry("a", "m", PendingState.UNSENT), True, Case.WAITING, []),
    ],
    ids=["two texts", "again", "no longer shown", "hopeless", "parked", "unsent"],
)
def test_each_entry_offers_what_makes_sense(one: Pending, is_here: bool, case: Case, verbs: list[str]) -> None:
    face = pending_face(one, NOW, is_here=is_here)
    assert case_of(one, is_here=is_here) is case is face.case
    if case is not Case.WAITING:
        assert [key for key, _words, _icon, _kind in verbs_of(face)] == verbs


def test_a_text_whose_message_is_gone_says_until_when_it_is_kept() -> None:
    gone = replace(entry("a", "m", refused=Refused(Reason.UNKNOWN_MESSAGE)), saved_at=NOW)
    why = pending_face(gone, NOW, is_here=False).why
    assert why == "Сообщение вам больше не показывается. Ваш текст хранится здесь 30 дней, до 05.07.2025."
    no_text = pending_face(replace(gone, command_json="{}"), NOW, is_here=False).why
    assert no_text == "Сообщение вам больше не показывается."
