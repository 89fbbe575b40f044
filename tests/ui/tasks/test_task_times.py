"""What each job costs the hands (ux.md §4.1): counted keys, no mouse, whatever the layout and whatever the store does.

Each test says the keys one by one, as somebody who knows the program presses them.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from arm.central import admin
from arm.desk.values import Workspace as Space
from arm.domain import commands as c
from arm.domain.directory import Template
from arm.domain.identity import MessageId, OrganisationId, UserId
from arm.domain.message import Result, Stage
from arm.domain.organisations import Organisation
from tests.desk.steps import accepted, assigned, do, registered
from tests.desk_fixture import WORKS, Town
from tests.ui.tasks.office import Office

pytestmark = [pytest.mark.desks, pytest.mark.slow]
ANSWER = "Ваше сообщение рассмотрено. Яма засыпана, покрытие восстановлено, работы приняты комиссией. " * 3


def solved(approver: str) -> c.Submit:
    return c.Submit(
        result=Result.SOLVED,
        text=ANSWER,
        approver=UserId(approver),
        signer_name="Исаев И. П.",
        signer_position="инженер",
    )


def submitted(town: Town) -> MessageId:
    """An answer that waits for its approval."""
    message_id = assigned(town)
    town.central.act("executor", message_id, solved("manager"))
    found = town.central.message(message_id)
    assert found is not None and found.stage is Stage.APPROVAL
    return message_id


def template(template_id: str, title: str, text: str) -> Template:
    return Template(
        template_id=template_id, title=title, text=text, result="solved", organisation=WORKS, category="roads"
    )


def cost(office: Office) -> tuple[int, int, int]:
    return office.keys.ops, office.keys.letters, office.keys.mouse


def test_a_call_of_a_known_person_is_registered(office: Office, town: Town) -> None:
    """6 operations."""
    earlier = registered(town, address="ул. Ёлочная, 5")
    _desk, window = office.open("operator", Space.INTAKE)
    keys = office.keys
    keys.press("Ins")
    keys.say("8 900 000 11 22")
    assert window.calls is not None
    form = window.calls._form()
    assert form is not None
    office.until(form.matches.isVisible)
    keys.press("Return")
    keys.say("Во дворе дома на дороге снова яма")
    office.until(lambda: not form._look.isActive() and not window.bridge.jobs.is_busy())
    keys.press("Tab", "Return", "Return", "Ctrl+Return")
    command = office.given(c.Register)
    assert command.applicant is not None and command.applicant.name == "Сидоров Пётр Ильич"
    assert command.address == "ул. Ёлочная, 5"
    assert (command.category, command.subcategory) == ("roads", "pits") or not office.is_russian
    assert cost(office) == (6, 0, 0) and earlier


def test_a_call_of_somebody_new_is_registered(office: Office, town: Town) -> None:
    """8 operations and 4 letters."""
    office.open("operator", Space.INTAKE)
    keys = office.keys
    keys.press("Ins")
    keys.say("8 911 222 33 44")
    keys.press("Return")
    keys.say("Новикова Нина")
    keys.press("Return")
    keys.say("Третий день не чистят двор")
    keys.press("Tab")
    keys.say("Садовая 4")
    keys.press("Return")
    keys.find("снег")
    keys.press("Return", "Ctrl+Return")
    command = office.given(c.Register)
    assert command.applicant is not None and command.applicant.phone == "8 911 222 33 44"
    assert (command.category, command.subcategory) == ("roads", "snow")
    ops, letters, mouse = cost(office)
    assert ops <= 8 and letters <= 4 and mouse == 0


def test_a_message_is_accepted(office: Office, town: Town) -> None:
    """1 operation, and the next one is on the card."""
    ids = [registered(town, category="roads", subcategory="pits", organisation=WORKS) for _ in range(2)]
    _desk, window = office.open("moderator", Space.MODERATION)
    first = office.shown(window)
    office.keys.press("1")
    assert office.given(c.Accept).organisation == WORKS
    office.until(lambda: office.shown(window) != first)
    assert {first, office.shown(window)} == set(ids)
    assert cost(office) == (1, 0, 0)


def test_a_message_is_refused_with_a_ground(office: Office, town: Town) -> None:
    """2 operations."""
    registered(town, category="roads", subcategory="pits")
    _desk, _window = office.open("moderator", Space.MODERATION)
    office.keys.press("2", "1")
    assert office.given(c.Decline).reason
    assert cost(office) == (2, 0, 0)


def test_the_suggested_executor_is_named(office: Office, town: Town) -> None:
    """2 operations."""
    accepted(town)
    _desk, window = office.open("coordinator", Space.COORDINATION)
    office.keys.press("1")
    office.settle(window)
    office.keys.press("Return")
    assert office.given(c.Assign).executor in ("executor", "executor-2")
    assert cost(office) == (2, 0, 0)


def test_another_executor_is_found_by_three_letters(office: Office, town: Town) -> None:
    """2 operations and 3 letters."""
    accepted(town)
    _desk, window = office.open("coordinator", Space.COORDINATION)
    office.keys.press("1")
    office.settle(window)
    office.keys.find("иль")
    office.keys.press("Return")
    assert office.given(c.Assign).executor == "executor-2"
    assert cost(office) == (2, 3, 0)


def test_an_answer_is_made_from_a_template(office: Office, town: Town) -> None:
    """4 operations, 3 letters, and a Tab for each box."""
    admin.add_template(
        town.central.store,
        template("pits", "Ямочный ремонт", ANSWER + "Работы выполнены [дата работ], принял [кто принял]."),
    )
    admin.add_template(town.central.store, template("snow", "Уборка снега", ANSWER))
    before, _message_id = assigned(town), assigned(town)
    _desk, window = office.open("executor", Space.EXECUTION, lambda desk: do(desk, before, solved("manager-2")))
    keys = office.keys
    keys.press("F2")
    office.settle(window)
    keys.press("Ctrl+T")
    keys.find("ямо")
    keys.press("Return")
    keys.say("2 июня")
    keys.press("Tab")
    keys.say("Комиссия")
    keys.press("Ctrl+Return")
    command = office.given(c.Submit)
    assert command.text.startswith("Ваше сообщение") and "[" not in command.text
    assert command.result is Result.SOLVED and command.approver == "manager-2", "as in the answer before"
    assert cost(office) == (5, 3, 0)


def test_an_answer_is_approved_and_the_next_one_is_shown(office: Office, town: Town) -> None:
    """1 operation."""
    ids = {submitted(town), submitted(town)}
    _desk, window = office.open("manager", Space.DECISIONS)
    first = office.shown(window)
    office.keys.press("1")
    assert office.given(c.Approve).seen_hash
    office.until(lambda: office.shown(window) != first)
    assert {first, office.shown(window)} == ids and cost(office) == (1, 0, 0)


def test_an_answer_goes_back_with_a_reason(office: Office, town: Town) -> None:
    """2 operations and the words; the second time a digit stands for the words."""
    submitted(town)
    submitted(town)
    _desk, window = office.open("manager", Space.DECISIONS)
    first = office.shown(window)
    office.keys.press("2")
    office.keys.say("нет срока работ")
    office.keys.press("Ctrl+Return")
    said = office.given(c.Reject).reason
    assert said and cost(office) == (2, 0, 0)
    office.until(lambda: office.shown(window) != first)
    office.settle(window)
    office.keys.forget()
    office.keys.press("2")
    office.settle(window)
    office.keys.press("1")
    assert office.given(c.Reject, which=2).reason == said
    assert cost(office) == (2, 0, 0)


def test_a_message_is_redirected_outside_with_approval(office: Office, town: Town) -> None:
    """3 operations and 4 letters."""
    ministry = OrganisationId("ministry")
    admin.add_organisation(town.central.store, Organisation(ministry, "Министерство дорог", zone="Asia/Yekaterinburg"))
    before, _message_id = accepted(town), accepted(town)
    proposed = c.ProposeRedirect(organisation=ministry, approver=UserId("manager-2"), reason="Краевая дорога")
    _desk, window = office.open("coordinator", Space.COORDINATION, lambda desk: do(desk, before, proposed))
    keys = office.keys
    keys.press("4")
    office.settle(window)
    keys.find("мини")
    keys.press("Return")
    keys.say("Дорога краевого значения")
    keys.press("Ctrl+Return")
    command = office.given(c.ProposeRedirect)
    assert (command.organisation, command.approver) == (ministry, "manager-2") and command.reason
    assert cost(office) == (3, 4, 0)


def test_everyone_overdue_is_warned(office: Office, town: Town) -> None:
    """5 operations for any number."""
    ids = {assigned(town) for _ in range(12)}
    town.hands.pass_by(timedelta(days=29))
    desk, window = office.open("curator", Space.CONTROL)
    keys = office.keys
    keys.press("F3", "2")
    office.settle(window)
    keys.press("Ctrl+A", "1")
    office.settle(window)
    keys.press("Ctrl+Return")
    office.until(lambda: office.messages_of(c.Warn) == ids)
    assert cost(office) == (5, 0, 0) and desk.commands.pending()


def test_a_message_is_opened_by_its_number(office: Office, town: Town) -> None:
    """2 operations."""
    wanted, other = registered(town), registered(town)
    desk, window = office.open("moderator", Space.MODERATION)
    card = desk.messages.card(other if office.shown(window) == wanted else wanted)
    assert card is not None
    office.keys.press("Ctrl+K")
    office.keys.say(card.message.number)
    office.keys.press("Return")
    office.until(lambda: office.shown(window) == card.message.message_id)
    assert cost(office) == (2, 0, 0)
