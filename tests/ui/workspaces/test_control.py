"""Tests of the curator's board: levels as filters, marks, and warnings to one or many."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from arm.desk.values import Filter, QueueRow
from arm.domain.clocks import Level
from arm.domain.commands import Verb, Warn, WarningChannel, WarningKind
from arm.domain.identity import MessageId
from arm.domain.message import Stage
from arm.domain.refusals import Reason, Refused
from tests.ui.workspaces import scene
from tests.ui.workspaces.work_fakes import START, Town, Window, open_window, settle
from ui.workspaces.board_faces import stage_faces
from ui.workspaces.control import ControlWorkspace
from ui.workspaces.warn_plan import plan
from ui.workspaces.warn_sheet import WarnSheet

SHARES = {
    Stage.MODERATION: Fraction(5, 100),
    Stage.COORDINATION: Fraction(5, 100),
    Stage.EXECUTION: Fraction(65, 100),
    Stage.ENDORSEMENT: Fraction(15, 100),
    Stage.APPROVAL: Fraction(10, 100),
}


@pytest.fixture
def town() -> Town:
    return scene.board()


def at_board(qtbot: QtBot, town: Town) -> tuple[Window, ControlWorkspace]:
    window, workspace = open_window(qtbot, town, "curator", ControlWorkspace)
    assert isinstance(workspace, ControlWorkspace)
    workspace.setFocus()
    settle(qtbot, window)
    return window, workspace


def choose(qtbot: QtBot, window: Window, workspace: ControlWorkspace, one: Filter) -> None:
    workspace.tiles.chosen.emit(one)
    settle(qtbot, window)


def sheet_of(workspace: ControlWorkspace) -> WarnSheet:
    assert workspace._sheet is not None
    return workspace._sheet


def row(level: Level, stage: Stage = Stage.EXECUTION, **other: object) -> QueueRow:
    values: dict[str, object] = {
        "message_id": MessageId("m"),
        "number": "4811",
        "first_line": "Яма",
        "topic": "Дороги",
        "stage": stage,
        "organisation": "Город",
        "holder": "Кузнецов Иван Игоревич",
        "level": level,
        "lead_due_at": START + timedelta(days=30),
        "stage_due_at": START + timedelta(days=20),
        "registered_at": START,
    }
    return QueueRow(**(values | other))  # type: ignore[arg-type]


def test_the_worst_stands_first_and_the_tiles_count_the_levels(qtbot: QtBot, town: Town) -> None:
    _window, workspace = at_board(qtbot, town)
    levels = [one.level for one in workspace.model.rows()]
    assert levels == sorted(levels, key=[Level.OVER, Level.STAGE_OVER, Level.NEAR, Level.CALM].index)
    assert workspace.tiles._tiles[Filter.OVER]._count == levels.count(Level.OVER)


def test_a_tile_shows_its_level_alone(qtbot: QtBot, town: Town) -> None:
    window, workspace = at_board(qtbot, town)
    choose(qtbot, window, workspace, Filter.STAGE_OVER)
    assert {one.level for one in workspace.model.rows()} == {Level.STAGE_OVER}


def test_five_keys_warn_of_everything_at_a_level(qtbot: QtBot, town: Town) -> None:
    """F3, digit, Ctrl+A, 1, Ctrl+Enter (ux.md §4.1)."""
    window, workspace = at_board(qtbot, town)
    QTest.keyClick(workspace.view, Qt.Key.Key_F3)
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_2)
    settle(qtbot, window)
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_1)
    settle(qtbot, window)
    expected = {one.message_id for one in workspace.model.rows()}
    assert len(expected) > 1
    sheet = sheet_of(workspace)
    QTest.keyClick(window.focusWidget() or sheet, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: workspace._sheet is None)
    assert {message_id for message_id, _command in window.desk.given} == expected
    assert all(isinstance(command, Warn) for _message_id, command in window.desk.given)
    assert workspace.marked() == ()


def test_a_warning_is_shown_in_its_row(qtbot: QtBot, town: Town) -> None:
    window, workspace = at_board(qtbot, town)
    first = workspace.model.rows()[0]
    workspace.warn()
    sheet_of(workspace).confirmed.emit()
    qtbot.waitUntil(lambda: workspace._sheet is None)
    workspace.model.reload()
    settle(qtbot, window)
    (again,) = [one for one in workspace.model.rows() if one.message_id == first.message_id]
    assert again.warned_at == town.now


def test_a_row_is_marked_and_unmarked_with_space(qtbot: QtBot, town: Town) -> None:
    _window, workspace = at_board(qtbot, town)
    for expected in (1, 0):
        QTest.keyClick(workspace.view, Qt.Key.Key_Space)
        assert len(workspace.marked()) == expected


def test_enter_opens_the_card(qtbot: QtBot, town: Town) -> None:
    window, workspace = at_board(qtbot, town)
    window.workspace = None
    workspace.view.setCurrentIndex(workspace.model.index(1, 0))
    opened: list[object] = []
    window.open_message = opened.append  # type: ignore[method-assign,assignment]  # the shell's part
    QTest.keyClick(workspace.view, Qt.Key.Key_Return)
    assert opened == [workspace.model.rows()[1].message_id]


def test_a_call_never_ticks_off_an_overdue_answer(qtbot: QtBot, town: Town) -> None:
    """D 4.1 в."""
    window, workspace = at_board(qtbot, town)
    choose(qtbot, window, workspace, Filter.OVER)
    workspace.mark_all()
    workspace.warn()
    settle(qtbot, window)
    sheet = sheet_of(workspace)
    sheet.channel.choose(2)
    assert all(one.kind is None for one in sheet.planned())
    sheet.confirmed.emit()
    settle(qtbot, window)
    assert window.desk.given == []


def test_results_stand_by_each_message_when_one_is_refused(qtbot: QtBot, town: Town) -> None:
    window, workspace = at_board(qtbot, town)
    choose(qtbot, window, workspace, Filter.OVER)
    workspace.mark_all()
    workspace.warn()
    settle(qtbot, window)
    window.desk.refuse_next = Refused(Reason.NOTHING_TO_WARN, "D 4.1")
    sheet = sheet_of(workspace)
    sheet.confirmed.emit()
    qtbot.waitUntil(lambda: len(sheet.results()) == len(workspace.marked()))
    settle(qtbot, window)
    assert [bool(said) for _number, said in sheet.results()] == [True] + [False] * (len(sheet.results()) - 1)


def test_nobody_is_warned_twice_a_day_unasked() -> None:
    warned = row(Level.OVER, warned_at=START)
    (once,) = plan((warned,), WarningChannel.NOTIFICATION, START)
    (again,) = plan((warned,), WarningChannel.NOTIFICATION, START, again=True)
    assert (once.kind, again.kind) == (None, WarningKind.ANSWER_OVER)


@pytest.mark.parametrize(
    ("level", "stage", "kind"),
    [
        (Level.OVER, Stage.COORDINATION, WarningKind.ANSWER_OVER),
        (Level.STAGE_OVER, Stage.APPROVAL, WarningKind.STAGE_OVER),
        (Level.NEAR, Stage.EXECUTION, WarningKind.NEAR),
        (Level.NEAR, Stage.MODERATION, None),
        (Level.CALM, Stage.EXECUTION, None),
        (Level.DONE, Stage.CLOSED, None),
    ],
)
def test_the_kind_of_a_warning_follows_the_level(level: Level, stage: Stage, kind: WarningKind | None) -> None:
    (planned,) = plan((row(level, stage),), WarningChannel.EMAIL, START)
    assert planned.kind is kind
    assert bool(planned.why_not) == (kind is None)


def test_the_bar_is_to_the_scale_of_the_shares() -> None:
    faces = stage_faces(row(Level.CALM), SHARES, START + timedelta(days=10))
    assert [face.share for face in faces] == pytest.approx([0.05, 0.05, 0.65, 0.15, 0.10])
    assert [face.state for face in faces] == ["past", "past", "now", "ahead", "ahead"]
    budget_days = 30 * 0.65
    assert faces[2].filled == pytest.approx(1 - 10 / budget_days)


def test_an_over_run_is_hatched_at_the_end_of_its_stage() -> None:
    late = stage_faces(row(Level.STAGE_OVER), SHARES, START + timedelta(days=20 + 30 * 0.65 / 2))
    assert late[2].filled == 1.0
    assert late[2].over == pytest.approx(0.5)


def test_without_shares_one_segment_stands_for_the_term_and_without_a_term_nothing() -> None:
    (whole,) = stage_faces(row(Level.CALM), {}, START + timedelta(days=15))
    assert whole.filled == pytest.approx(0.5)
    assert stage_faces(row(Level.CALM, lead_due_at=None), SHARES, START) == ()


def test_an_open_card_is_warned_of_by_the_same_sheet(qtbot: QtBot, town: Town) -> None:
    window, workspace = at_board(qtbot, town)
    message_id = workspace.model.rows()[0].message_id
    window.show_message(message_id)
    window.act(Verb.WARN)
    settle(qtbot, window)
    (sheet,) = window.findChildren(WarnSheet)
    sheet.confirmed.emit()
    qtbot.waitUntil(lambda: bool(window.desk.given))
    assert window.desk.given[0][0] == message_id
