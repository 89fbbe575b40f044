"""Tests of the manager's place: deciding on the text one has seen, editing it, returning it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from arm.desk.values import Draft
from arm.domain.commands import Approve, Endorse, ProposeRedirect, Reject, Submit, Verb
from arm.domain.identity import MessageId, UserId
from arm.domain.message import Closed, Stage, text_hash
from tests.typing_keys import type_text
from tests.ui.workspaces import scene
from tests.ui.workspaces.work_fakes import Town, Window, open_window, settle
from ui.widgets import Sheet
from ui.workspaces.decision_sheets import RECENT_FORM, RejectSheet
from ui.workspaces.decisions import DecisionsWorkspace, deciding

M1 = MessageId("m-1")
NO_ENDORSERS: Submit = replace(scene.SUBMIT, endorsers=())


@pytest.fixture
def town() -> Town:
    place = scene.town()
    scene.on_endorsement(place, "m-1")
    return place


def at_desk(
    qtbot: QtBot, town: Town, user_id: str = "petrov", message_id: str = "m-1"
) -> tuple[Window, DecisionsWorkspace]:
    window, workspace = open_window(qtbot, town, user_id, DecisionsWorkspace)
    assert isinstance(workspace, DecisionsWorkspace)
    window.show_message(message_id)
    settle(qtbot, window)
    return window, workspace


def edit(workspace: DecisionsWorkspace, before: str, after: str) -> None:
    assert workspace.edit()
    text = workspace.answer.text
    text.setPlainText(text.text().replace(before, after))


def test_endorsing_sends_the_hash_of_the_text_on_the_screen(qtbot: QtBot, town: Town) -> None:
    window, _workspace = at_desk(qtbot, town)
    window.act(Verb.ENDORSE)
    settle(qtbot, window)
    assert window.desk.given == [(M1, Endorse(seen_hash=text_hash(scene.ANSWER)))]
    assert town.messages[M1].stage is Stage.APPROVAL


def test_approving_sends_the_answer_to_the_applicant(qtbot: QtBot) -> None:
    town = scene.town()
    scene.on_endorsement(town, "m-1", NO_ENDORSERS)
    window, workspace = at_desk(qtbot, town, "sidorova")
    workspace.decide()
    settle(qtbot, window)
    assert town.messages[M1].closed_as is Closed.ANSWERED
    assert "уходит заявителю" in window.toasts[-1]


def test_an_edited_text_goes_with_the_decision_and_its_difference_is_shown(qtbot: QtBot, town: Town) -> None:
    window, workspace = at_desk(qtbot, town)
    edit(workspace, "3 марта", "4 марта")
    assert workspace.answer.diff.isVisible()
    assert "добавлено" in workspace.answer._diff_words.text()
    state = deciding(window.opened)
    assert state is not None
    assert window.opened is not None
    assert workspace.label_of(state, window.opened) == "Согласовать с правками"
    workspace.decide()
    settle(qtbot, window)
    answer = town.messages[M1].answer
    assert answer is not None
    assert "4 марта" in answer.text
    assert answer.text_before_edit == scene.ANSWER


def test_dropping_the_edits_brings_the_authors_text_back(qtbot: QtBot, town: Town) -> None:
    _window, workspace = at_desk(qtbot, town)
    edit(workspace, "3 марта", "4 марта")
    workspace.answer.drop_edits()
    assert workspace.answer.edited_text() is None
    assert not workspace.answer.diff.isVisible()


def test_edits_survive_a_look_at_another_message(qtbot: QtBot, town: Town) -> None:
    scene.on_endorsement(town, "m-2")
    window, workspace = at_desk(qtbot, town)
    edit(workspace, "3 марта", "4 марта")
    window.show_message("m-2")
    settle(qtbot, window)
    assert workspace.answer.edited_text() is None
    window.show_message("m-1")
    settle(qtbot, window)
    assert "4 марта" in (workspace.answer.edited_text() or "")


def test_a_text_changed_meanwhile_is_shown_and_asked_again(qtbot: QtBot, town: Town) -> None:
    both = replace(scene.SUBMIT, endorsers=(UserId("petrov"), UserId("nikitin")))
    scene.on_endorsement(town, "m-2", both)
    window, workspace = at_desk(qtbot, town, message_id="m-2")
    seen = text_hash(scene.ANSWER)
    town.must("m-2", Endorse(seen_hash=seen, text=scene.ANSWER.replace("3 марта", "5 марта")), "nikitin")
    window.reread()
    settle(qtbot, window)
    assert workspace._changes.isVisible()
    assert "Никитин" in window.said[-1]
    workspace.decide()
    settle(qtbot, window)
    assert window.desk.given == []
    workspace._notice.acted.emit("seen")
    workspace.decide()
    settle(qtbot, window)
    (given,) = window.desk.given
    assert isinstance(given[1], Endorse)
    assert given[1].seen_hash != seen
    assert town.messages[MessageId("m-2")].stage is Stage.APPROVAL


def test_ones_own_edit_is_not_taken_for_a_change_by_others(qtbot: QtBot, town: Town) -> None:
    window, workspace = at_desk(qtbot, town)
    edit(workspace, "3 марта", "4 марта")
    workspace.decide()
    settle(qtbot, window)
    assert not workspace._changes.isVisible()


def test_the_route_says_who_has_agreed_and_whose_turn_it_is(qtbot: QtBot, town: Town) -> None:
    _window, workspace = at_desk(qtbot, town)
    assert workspace._route.words() == "Кузнецов\u00a0И.\u00a0И. → вы → Сидорова\u00a0А.\u00a0А. → заявителю"


def test_the_comment_of_the_executor_is_shown_apart(qtbot: QtBot, town: Town) -> None:
    _window, workspace = at_desk(qtbot, town)
    assert workspace.answer._comment.text() == scene.SUBMIT.comment
    assert scene.SUBMIT.comment not in workspace.answer.text.text()


def rejecting(window: Window) -> RejectSheet:
    window.act(Verb.REJECT)
    (sheet,) = [one for one in window.findChildren(Sheet) if isinstance(one, RejectSheet)]
    return sheet


def test_a_return_needs_its_reason(qtbot: QtBot, town: Town) -> None:
    window, _workspace = at_desk(qtbot, town)
    sheet = rejecting(window)
    settle(qtbot, window)
    sheet.confirmed.emit()
    settle(qtbot, window)
    assert window.desk.given == []
    assert "Заполните" in sheet._problem.text() or "Fill in" in sheet._problem.text()


def test_a_digit_takes_one_of_the_last_reasons(qtbot: QtBot, town: Town) -> None:
    window, _workspace = at_desk(qtbot, town)
    fields = {"0": "Нет срока гарантии", "1": "Не назван исполнитель работ"}
    window.desk.save(Draft(draft_id="", message_id=None, form=RECENT_FORM, fields=fields))
    sheet = rejecting(window)
    settle(qtbot, window)
    QTest.keyClick(sheet._list, Qt.Key.Key_2)
    sheet.confirmed.emit()
    settle(qtbot, window)
    assert window.desk.given == [(M1, Reject(reason="Не назван исполнитель работ"))]
    assert town.messages[M1].return_reason == "Не назван исполнитель работ"


def test_a_letter_typed_over_the_last_reasons_begins_a_new_one(qtbot: QtBot, town: Town) -> None:
    window, _workspace = at_desk(qtbot, town)
    window.desk.save(Draft(draft_id="", message_id=None, form=RECENT_FORM, fields={"0": "Нет срока"}))
    sheet = rejecting(window)
    settle(qtbot, window)
    type_text(sheet._list, "У")
    type_text(sheet._reason().edit, "точните")
    sheet.confirmed.emit()
    settle(qtbot, window)
    assert town.messages[M1].return_reason == "Уточните"
    kept = window.desk.load(RECENT_FORM)
    assert kept is not None
    assert list(kept.fields.values()) == ["Уточните", "Нет срока"]


def test_passing_on_asks_an_endorser_for_a_reason(qtbot: QtBot, town: Town) -> None:
    window, workspace = at_desk(qtbot, town)
    assert window.opened is not None
    state = window.opened.action(Verb.PASS_ON)
    assert state is not None
    sheet = workspace.make_sheet(state, window.opened)
    assert sheet is not None
    assert sheet.missing() == ("to", "reason")


def test_an_answer_already_decided_offers_no_decision(qtbot: QtBot, town: Town) -> None:
    window, workspace = at_desk(qtbot, town)
    workspace.decide()
    settle(qtbot, window)
    window.desk.given.clear()
    workspace.decide()
    assert window.desk.given == []
    assert window.said[-1] == "Здесь сейчас нечего решать"
    assert not workspace.edit()


def test_a_redirect_shows_where_to_and_why_and_is_approved_without_a_text(qtbot: QtBot) -> None:
    town = scene.town()
    scene.assigned(town, "m-1")
    from arm.domain.commands import SendBack

    town.must("m-1", SendBack(reason="Не наш участок"), "kuznetsov")
    redirect = ProposeRedirect(organisation=scene.REGION, approver=UserId("sidorova"), reason="Дорога краевая")
    town.must("m-1", redirect, "coordinator")
    window, workspace = at_desk(qtbot, town, "sidorova")
    assert workspace._title.text() == "Утверждение перенаправления"
    assert "Правительство" in workspace.redirect._target.text()
    assert workspace.redirect._reason.text() == "Дорога краевая"
    assert not workspace.edit()
    workspace.decide()
    settle(qtbot, window)
    assert window.desk.given == [(M1, Approve())]
    assert town.messages[M1].organisation == scene.REGION
