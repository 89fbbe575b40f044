"""Two executors, a curator of a left organisation and a stranger at one message, over a real server's sockets."""

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
import requests

from arm.bootstrap_central import open_central
from arm.central import admin
from arm.central.central import Central
from arm.desk.companions import Doing
from arm.desk.desk import Desk
from arm.desk.values import Draft
from arm.domain.commands import Accept, Approve, Assign, Cause, ProposeRedirect, Reassign
from arm.domain.identity import Grant, MessageId, Person, Role, UserId
from tests.desk.steps import do, registration
from tests.desk_fixture import PASSWORD, SCHOOL, WORKS
from tests.desk_to_desk.server import Server
from tests.desk_to_desk.test_desks_over_http import awaited, prepared

pytestmark = pytest.mark.desks
OpenDesk = Callable[..., Desk]


def pushed(desk: Desk, message_id: MessageId, command: object) -> None:
    desk.sync.run_now()
    do(desk, message_id, command)  # type: ignore[arg-type]
    desk.sync.run_now()
    assert desk.commands.pending() == ()


def assigned(desk_of: OpenDesk) -> tuple[MessageId, Desk]:
    message_id = prepared(desk_of)
    coordinator = desk_of("coordinator")
    pushed(coordinator, message_id, Assign(executor=UserId("executor")))
    return message_id, coordinator


def asked(server: Server, desk: Desk, method: str, path: str, body: object = None) -> requests.Response:
    """What the desk's own token gets from the bare API."""
    work = desk._core.store.work
    headers = {"Authorization": f"Bearer {work.kept('token')}", "Arm-Device": work.kept("device_id")}
    with requests.Session() as session:
        session.trust_env = False
        return session.request(method, f"{server.address}/api/v1{path}", json=body, headers=headers, timeout=30)


def test_one_looks_and_writes_and_the_other_sees_it(desk_of: OpenDesk) -> None:
    message_id, coordinator = assigned(desk_of)
    executor = desk_of("executor")
    executor.presence.look_at(message_id, Doing.WRITING)
    awaited(executor, lambda: executor.presence.people(message_id).is_known)
    coordinator.presence.look_at(message_id)
    awaited(coordinator, lambda: bool(coordinator.presence.people(message_id).people))
    (seen,) = coordinator.presence.people(message_id).people
    assert (seen.name, seen.doing) == ("Исаев Иван Петрович", Doing.WRITING)
    executor.presence.turn()
    assert [one.name for one in executor.presence.people(message_id).people] == ["Котов Кирилл Олегович"]
    executor.presence.look_at(None)
    executor.presence.turn()
    awaited(coordinator, lambda: not coordinator.presence.people(message_id).people)


def test_a_reassigned_executors_draft_is_taken_by_the_next_one(desk_of: OpenDesk) -> None:
    message_id, coordinator = assigned(desk_of)
    first, second = desk_of("executor"), desk_of("executor-2")
    first.handover.look_for(message_id)
    fields = {"text": "Начал Исаев", "number": "4790"}
    first.drafts.save(Draft(draft_id="", message_id=message_id, form="answer", fields=fields))
    pushed(coordinator, message_id, Reassign(executor=UserId("executor-2"), cause=Cause.ILLNESS, reason="Больничный"))
    first.sync.run_now()
    assert first.messages.card(message_id) is None
    first.handover.turn()
    second.sync.run_now()
    second.handover.look_for(message_id)
    awaited(second, lambda: bool(second.handover.drafts_of_others(message_id)))
    (found,) = second.handover.drafts_of_others(message_id)
    assert (found.author, found.fields["text"]) == ("Исаев Иван Петрович", "Начал Исаев")
    assert second.handover.take(found.draft_id) is not None
    assert [one.fields["text"] for one in second.handover.versions(message_id)] == ["Начал Исаев"]
    second.handover.turn()
    own = first.files.transport
    assert own is not None
    assert [one.taken_name for one in own.own_drafts().drafts] == ["Ильина Инна Сергеевна"]
    kept = first.drafts.load("answer", message_id)
    assert kept is not None and kept.fields == fields


def gone_from_school(central: Central) -> MessageId:
    """A message that the school had, redirected to the works department, with an executor there."""
    for login, role in (("school-curator", Role.CURATOR), ("school-manager", Role.MANAGER)):
        person = Person(UserId(login), f"{login} Выдуманный", login, (Grant(role, SCHOOL),))
        admin.add_person(central.store, person, login=login, password=PASSWORD)
    message_id = MessageId(str(uuid4()))
    for who, command in (
        ("operator", registration()),
        ("moderator", Accept(category="roads", subcategory="pits", organisation=SCHOOL)),
        ("teacher", ProposeRedirect(organisation=WORKS, approver=UserId("school-manager"), reason="Дорога не школы")),
        ("school-manager", Approve()),
        ("coordinator", Assign(executor=UserId("executor"))),
    ):
        decision = central.act(who, message_id, command)
        assert decision.verdict == "accepted", decision
    return message_id


def test_a_curator_of_a_left_organisation_a_stranger_and_the_unknown_have_one_answer(
    server: Server, desk_of: OpenDesk, tmp_path: Path
) -> None:
    with open_central(f"sqlite:///{server.database}", files=tmp_path / "files") as central:
        message_id = gone_from_school(central)
    executor, left = desk_of("executor"), desk_of("school-curator")
    stranger, follower = desk_of("school-manager"), desk_of("operator")
    card = left.messages.card(message_id)
    assert card is not None and card.sight == "history"
    executor.presence.look_at(message_id, Doing.WRITING)
    draft_id = "00000000-0000-4000-8000-000000000001"
    fields = {"text": "Начал Исаев"}
    share = {"form": "answer", "fields": fields, "saved_at": "2026-01-01T00:00:00Z"}
    path = f"/messages/{message_id}"
    assert asked(server, executor, "PUT", f"{path}/drafts/{draft_id}", share).status_code == 200
    unknown = "/messages/00000000-0000-4000-8000-0000000000ff"
    bodies = set()
    for desk in (left, stranger, follower):
        for where in (path, unknown):
            for method, rest, body in (
                ("PUT", "/presence", {"doing": "looking"}),
                ("GET", "/drafts", None),
                ("PUT", f"/drafts/{draft_id}", share),
                ("POST", f"/drafts/{draft_id}/take", None),
                ("DELETE", f"/drafts/{draft_id}", None),
            ):
                answer = asked(server, desk, method, where + rest, body)
                bodies.add((answer.status_code, answer.text))
    assert len(bodies) == 1
    assert bodies.pop()[0] == 404
    assert asked(server, executor, "GET", f"{path}/drafts").json()["drafts"][0]["fields"] == fields
