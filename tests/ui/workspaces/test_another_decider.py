"""Tests of the coordinator's sheet that names another decider, and of clauses as people cite them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from pytestqt.qtbot import QtBot

from arm.domain.commands import Cause, PassOn, Verb
from arm.domain.identity import MessageId, Substitution, UserId
from arm.domain.refusals import Reason, Refused
from tests.domain.builders import regulation
from tests.ui.workspaces import scene
from tests.ui.workspaces.work_fakes import START, Town, Window, open_window, settle
from ui.timeline_words import event_detail, event_title
from ui.wording import cited_clause, refusal_with_clause
from ui.workspaces.coordination import CoordinationWorkspace
from ui.workspaces.sheets import CommandSheet


def away(town: Town, *names: str) -> Town:
    day = START.date()
    there = tuple(
        Substitution(UserId(one), UserId("curator"), scene.TOWN, day, day + timedelta(days=30)) for one in names
    )
    town.directory = replace(town.directory, substitutions=there)
    return town


def two_endorsers() -> Town:
    town = scene.town()
    people = town.directory.people
    third = replace(people[UserId("petrov")], user_id=UserId("zorin"), full_name="Зорин Илья Львович")
    town.directory = replace(town.directory, people={**people, third.user_id: third})
    submit = replace(scene.SUBMIT, endorsers=(UserId("petrov"), UserId("nikitin")))
    scene.on_endorsement(town, "m-1", submit)
    return town


def the_sheet(qtbot: QtBot, town: Town) -> tuple[Window, CommandSheet]:
    window, workspace = open_window(qtbot, town, "coordinator", CoordinationWorkspace)
    window.show_message("m-1")
    settle(qtbot, window)
    assert window.opened is not None
    state = window.opened.action(Verb.PASS_ON)
    assert state is not None and state.enabled
    sheet = workspace.make_sheet(state, window.opened)
    assert sheet is not None
    settle(qtbot, window)
    return window, sheet


def offered(sheet: CommandSheet, name: str) -> list[object]:
    return [row.key for row in sheet.field(name).picker.rows()]  # type: ignore[attr-defined]


def test_the_coordinator_names_another_for_the_endorser_who_is_away(qtbot: QtBot) -> None:
    town = away(two_endorsers(), "nikitin")
    window, sheet = the_sheet(qtbot, town)
    assert [field.name for field in sheet.fields()] == ["instead_of", "to", "cause", "reason"]
    assert sheet.field("instead_of").value() == "nikitin"
    assert offered(sheet, "to") == ["curator", "zorin"]
    sheet.field("to").set_value("zorin")
    sheet.field("cause").set_value(Cause.VACATION.value)
    sheet.confirmed.emit()
    settle(qtbot, window)
    _message, given = window.desk.given[-1]
    assert given == PassOn(to=UserId("zorin"), instead_of=UserId("nikitin"), cause=Cause.VACATION)
    event = town.timelines[MessageId("m-1")][-1]
    assert event_title(event, town.directory) == "Право решения передано: Зорин Илья Львович"
    assert "Вместо: Никитин Роман Сергеевич" in event_detail(event, town.directory)




def test_of_the_approver_it_is_not_asked_whom_he_replaces(qtbot: QtBot) -> None:
    town = scene.town()
    scene.on_endorsement(town, "m-1", replace(scene.SUBMIT, endorsers=()))
    _window, sheet = the_sheet(qtbot, away(town, "sidorova"))
    assert [field.name for field in sheet.fields()] == ["to", "cause", "reason"]
    assert sheet.missing() == ("to", "cause")
    assert "sidorova" not in offered(sheet, "to") and "nikitin" in offered(sheet, "to")


def test_a_refusal_cites_the_act_as_people_do() -> None:
    act = regulation("krasnodar-2023")
    refused = Refused(Reason.CLOSED, "K 9")
    assert refusal_with_clause(refused, act) == "Сообщение закрыто (п. 9 Порядка (приказ № 54, приложение 1))"
    assert refusal_with_clause(refused) == "Сообщение закрыто"
    assert refusal_with_clause(Refused(Reason.CLOSED), act) == "Сообщение закрыто (правило платформы)"
    assert cited_clause("", None) == "правило платформы"
