"""Signing in, guessing, tokens and their end, devices and their owners."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from arm.central import admin
from arm.central import tables as t
from arm.central.access import GUESSES_A_DAY, count_guess, token_hash
from arm.central.central import Central
from arm.central.engine import reading, writing
from arm.central.problems import Trouble
from arm.central.security import noted
from arm.domain.identity import DeviceId, Grant, OrganisationId, Person, Role, UserId
from arm.wire import DeviceReport, SignInAnswer, SignInRequest
from tests.central.region import CITY, PASSWORD, TOWN, WORKS, HandClock, accepted

DEVICE = DeviceId("11111111-1111-4111-8111-111111111111")


def sign_in(central: Central, login: str = "executor", password: str = PASSWORD, device: str = DEVICE) -> str:
    return central.sign_in(SignInRequest(login=login, password=password, device_id=DeviceId(device))).token


def test_a_login_is_taken_however_it_is_typed(central: Central) -> None:
    assert central.principal(sign_in(central, "  Executor "), DEVICE).user_id == "executor"


@pytest.mark.parametrize(("login", "password"), [("executor", "wrong"), ("nobody", PASSWORD), ("", "")])
def test_a_wrong_login_and_a_wrong_password_answer_alike(central: Central, login: str, password: str) -> None:
    with pytest.raises(Trouble) as wrong:
        sign_in(central, login, password)
    assert (wrong.value.code, wrong.value.problem.status) == ("wrong_password", 401)


def test_who_has_no_password_cannot_sign_in(central: Central) -> None:
    admin.add_person(central.store, Person(UserId("new"), "Новый", ""), login="new")
    with pytest.raises(Trouble, match="wrong_password"):
        sign_in(central, "new", "")


def guess(central: Central) -> Trouble:
    with pytest.raises(Trouble) as wrong:
        sign_in(central, password="guess")
    return wrong.value


def test_guessing_becomes_slower_and_a_right_password_ends_it(central: Central, clock: HandClock) -> None:
    answers = [guess(central) for _ in range(7)]
    assert [one.code for one in answers] == ["wrong_password"] * 6 + ["throttled"]
    assert answers[-1].problem.retry_after_s is not None
    with pytest.raises(Trouble, match="throttled"):
        sign_in(central)
    clock.moment += timedelta(seconds=answers[-1].problem.retry_after_s)
    assert sign_in(central)
    assert guess(central).code == "wrong_password"


def test_tokens_are_kept_as_hashes_only(central: Central) -> None:
    token = sign_in(central)
    with reading(central.store.engine) as connection:
        rows = connection.execute(select(t.token)).all()
    assert token not in str(rows)


def test_a_token_serves_one_device_until_it_is_given_back(central: Central) -> None:
    token = sign_in(central)
    with pytest.raises(Trouble, match="unauthorised"):
        central.principal(token, str(uuid.uuid4()))
    central.sign_out(central.principal(token, DEVICE))
    with pytest.raises(Trouble, match="unauthorised"):
        central.principal(token, DEVICE)


def test_a_token_ends_by_the_stores_clock(central: Central, clock: HandClock) -> None:
    token = sign_in(central)
    clock.moment += timedelta(days=29)
    central.principal(token, DEVICE)
    clock.moment += timedelta(days=2)
    with pytest.raises(Trouble, match="unauthorised"):
        central.principal(token, DEVICE)


def test_a_new_password_and_a_dismissal_end_every_session(central: Central) -> None:
    token = sign_in(central)
    admin.set_password(central.store, UserId("executor"), "another password")
    with pytest.raises(Trouble, match="unauthorised"):
        central.principal(token, DEVICE)
    token = sign_in(central, password="another password")
    admin.set_active(central.store, UserId("executor"), False)
    with pytest.raises(Trouble, match="unauthorised"):
        central.principal(token, DEVICE)
    with pytest.raises(Trouble, match="wrong_password"):
        sign_in(central, password="another password")


def test_a_device_stays_with_its_user(central: Central) -> None:
    sign_in(central)
    with pytest.raises(Trouble, match="device_of_other_user"):
        sign_in(central, "second")


def test_a_service_account_has_no_desk(central: Central) -> None:
    portal = Person(UserId("portal"), "Портал", "")
    admin.add_person(central.store, portal, login="portal", password=PASSWORD, service="portal")
    with pytest.raises(Trouble, match="wrong_password"):
        sign_in(central, "portal")
    token = admin.issue_service_token(central.store, UserId("portal"))
    assert central.principal(token).kind == "portal"


def test_logins_are_unique_and_rights_need_an_organisation(central: Central) -> None:
    other = Person(UserId("other"), "Другой", "")
    with pytest.raises(admin.AdminTrouble, match="login_taken"):
        admin.add_person(central.store, other, login="EXECUTOR")
    wrong = Person(UserId("other"), "Другой", "", (Grant(Role.CURATOR, OrganisationId("nowhere")),))
    with pytest.raises(admin.AdminTrouble, match="unknown_organisation"):
        admin.add_person(central.store, wrong)
    assert "other" not in central.directory().people


def test_a_hundred_guesses_a_day_are_the_most(central: Central, clock: HandClock) -> None:
    clock.moment = clock.moment.replace(hour=0)
    with writing(central.store.engine) as connection:
        for _ in range(GUESSES_A_DAY):
            count_guess(connection, token_hash("executor"), clock(), right=False)
    clock.moment += timedelta(hours=1)
    last = guess(central)
    assert last.code == "throttled"
    assert last.problem.retry_after_s is not None
    assert last.problem.retry_after_s > 22 * 3600
    clock.moment += timedelta(days=1)
    assert sign_in(central)


def test_a_lost_workstation_is_shut_out(central: Central) -> None:
    token = sign_in(central)
    admin.revoke_device(central.store, DEVICE)
    with pytest.raises(Trouble, match="device_revoked") as told:
        central.principal(token, DEVICE)
    assert told.value.problem.status == 410
    with pytest.raises(Trouble, match="unauthorised"):
        central.principal(token, str(uuid.uuid4()))
    with pytest.raises(Trouble, match="device_revoked"):
        sign_in(central)


def answer_of(central: Central, device_id: str = DEVICE) -> SignInAnswer:
    return central.sign_in(SignInRequest(login="executor", password=PASSWORD, device_id=DeviceId(device_id)))


def test_each_workstation_has_an_escrow_key_of_its_own_that_stays(central: Central) -> None:
    first, again = answer_of(central), answer_of(central)
    other = answer_of(central, str(uuid.uuid4()))
    assert first.escrow_key == again.escrow_key and len(bytes.fromhex(first.escrow_key)) == 32
    assert other.escrow_key != first.escrow_key


def test_a_revocation_leaves_no_key_and_a_mistake_can_be_undone(central: Central) -> None:
    key = answer_of(central).escrow_key
    kept: list[str] = []
    admin.revoke_device(central.store, DEVICE, kept.append)
    assert kept == [key]
    with reading(central.store.engine) as connection:
        assert connection.scalar(select(t.device.c.escrow_key)) == ""
    with pytest.raises(admin.AdminTrouble, match="already_revoked"):
        admin.revoke_device(central.store, DEVICE, kept.append)
    with pytest.raises(admin.AdminTrouble, match="bad_key"):
        admin.readmit_device(central.store, DEVICE, "x")
    admin.readmit_device(central.store, DEVICE, key)
    assert answer_of(central).escrow_key == key
    with pytest.raises(admin.AdminTrouble, match="unknown_device"):
        admin.readmit_device(central.store, DEVICE, key)


def test_a_report_of_damage_is_kept_and_noted(central: Central) -> None:
    token = answer_of(central).token
    who = central.principal(token, DEVICE)
    central.handle_report(who, DeviceReport(kind="salvaged", at=central.now(), commands=7, missing=[3, 5]))
    (line,) = admin.devices(central.store, "executor")
    assert json.loads(line.report)["missing"] == [3, 5]
    (event,) = noted(central.store, "desk_salvaged")
    assert json.loads(event["details"]) == {"commands": "7", "missing": "2"}


def test_the_tree_has_no_loops_and_working_branches_stay(central: Central) -> None:
    tree = central.directory().tree
    with pytest.raises(admin.AdminTrouble, match="tree_loop"):
        admin.add_organisation(central.store, replace(tree[CITY], superior=WORKS))
    accepted(central)
    with pytest.raises(admin.AdminTrouble, match="has_messages"):
        admin.add_organisation(central.store, replace(tree[CITY], superior=TOWN))
    admin.add_organisation(central.store, replace(tree[WORKS], superior=TOWN))
    assert central.directory().tree[WORKS].superior == TOWN
