"""The store over real HTTP: shapes, problems, foreign hands, waiting, the portal."""

from __future__ import annotations

import hashlib
import json
import threading
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from arm import wire
from arm.central import admin
from arm.central.central import Central
from arm.central.security import noted
from arm.central.strays import MANY
from arm.domain.identity import Person, UserId
from arm.domain.message import Channel
from tests.central.region import (
    PASSWORD,
    Desk,
    assigned,
    desk,
    done,
    new_id,
    phone_call,
    registered,
    small_picture,
)
from tests.central.served import serving, url_of

PROBLEM = "application/problem+json"


class Client:
    """A plain HTTP client with the headers of one desk."""

    def __init__(self, url: str, token: str = "", device: str = "") -> None:
        self.url, self.device = url, device
        self.headers = {"Authorization": f"Bearer {token}", "Arm-Device": device} if token else {}

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> requests.Response:
        raw = body if isinstance(body, bytes) or body is None else wire.to_json(body)
        with requests.Session() as session:
            session.trust_env = False
            return session.request(method, self.url + path, data=raw, headers=self.headers | headers, timeout=30)


@pytest.fixture
def url(central: Central) -> Iterator[str]:
    """A real server on a free port of the loopback."""
    with serving(central) as bound:
        yield url_of(bound)


def signed_in(url: str, login: str) -> Client:
    device = str(uuid.uuid4())
    asked = {"login": login, "password": PASSWORD, "device_id": device}
    answer = Client(url).ask("POST", "/api/v1/sessions", asked)
    assert answer.status_code == 200, answer.text
    return Client(url, answer.json()["token"], device)


def client_of(url: str, one: Desk, central: Central) -> Client:
    """The HTTP side of a desk that was signed in inside the store."""
    from arm.central.access import issue_token
    from arm.central.engine import writing

    with writing(central.store.engine) as connection:
        token, _ = issue_token(connection, one.who.user_id, one.who.device_id, "desk", central.now())
    return Client(url, token, one.who.device_id)


def problem(answer: requests.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == PROBLEM, answer.text
    found = wire.from_json(answer.content, wire.Problem)
    assert found.status == answer.status_code
    return found.status, found.code


def test_a_desk_works_over_http_from_sign_in_to_sign_out(url: str) -> None:
    operator, message_id = signed_in(url, "operator"), new_id()
    envelope = wire.Envelope(
        command_id=wire.CommandId(str(uuid.uuid4())),
        device_seq=1,
        verb="register",
        message_id=message_id,
        base=wire.Base(),
        payload=wire.plain(phone_call()),
    )
    request = wire.PushRequest(device_id=wire.DeviceId(operator.device), commands=[envelope])
    pushed = operator.ask("POST", "/api/v1/commands", request)
    decision = wire.from_json(pushed.content, wire.PushAnswer).decisions[0]
    assert decision.verdict is wire.Verdict.ACCEPTED
    manifest = wire.from_json(operator.ask("GET", "/api/v1/manifest").content, wire.Manifest)
    assert [row.rev for row in manifest.rows] == [decision.result_rev]
    fetched = operator.ask("POST", "/api/v1/cards:fetch", {"message_ids": [message_id]})
    assert wire.from_json(fetched.content, wire.FetchAnswer).cards[0].state["number"] == decision.number
    page = operator.ask("GET", f"/api/v1/changes?cursor={manifest.cursor}&limit=5")
    assert wire.from_json(page.content, wire.PullAnswer).items == []
    own = operator.ask("GET", "/api/v1/devices/self/decisions?after=0").json()
    assert [one["command_id"] for one in own] == [envelope.command_id]
    assert operator.ask("DELETE", "/api/v1/sessions/self").status_code == 204
    assert problem(operator.ask("GET", "/api/v1/manifest")) == (401, "unauthorised")


def test_the_directory_is_sent_once_per_version(url: str, central: Central) -> None:
    executor = client_of(url, desk(central, "executor"), central)
    first = executor.ask("GET", "/api/v1/directory")
    tag = first.headers["ETag"]
    assert wire.from_json(first.content, wire.DirectoryAnswer).version == tag.strip('"')
    again = executor.ask("GET", "/api/v1/directory", **{"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    admin.set_active(central.store, UserId("second"), False)
    assert executor.ask("GET", "/api/v1/directory", **{"If-None-Match": tag}).status_code == 200


def test_large_answers_are_packed_for_whoever_asks(url: str, central: Central) -> None:
    executor = client_of(url, desk(central, "executor"), central)
    packed = executor.ask("GET", "/api/v1/directory", **{"Accept-Encoding": "gzip"})
    plain = executor.ask("GET", "/api/v1/directory", **{"Accept-Encoding": "identity"})
    assert packed.headers["Content-Encoding"] == "gzip" and "Content-Encoding" not in plain.headers
    assert packed.content == plain.content
    assert int(packed.headers["Content-Length"]) * 2 < int(plain.headers["Content-Length"])
    short = executor.ask("GET", "/api/v1/manifest", **{"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in short.headers and short.json()["rows"] == []


ROUTES = [
    ("GET", "/api/v1/directory", None),
    ("POST", "/api/v1/commands", b"{}"),
    ("GET", "/api/v1/changes", None),
    ("GET", "/api/v1/manifest", None),
    ("POST", "/api/v1/cards:fetch", b"{}"),
    ("GET", "/api/v1/wait", None),
    ("GET", "/api/v1/devices/self/decisions", None),
    ("PUT", "/api/v1/devices/self/report", b"{}"),
    ("POST", "/api/v1/uploads", b"{}"),
    ("PATCH", f"/api/v1/uploads/{uuid.uuid4()}", b"x"),
    ("GET", f"/api/v1/files/{uuid.uuid4()}", None),
    ("GET", "/api/v1/notices", None),
    ("DELETE", "/api/v1/sessions/self", None),
    ("POST", "/api/v1/portal/messages", b"{}"),
    ("GET", "/api/v1/portal/messages/7041-6253", None),
    ("POST", "/api/v1/portal/messages/7041-6253/mark", b"{}"),
]


def test_no_route_answers_without_a_token_of_its_kind(url: str, central: Central) -> None:
    tried = [Client(url), Client(url, "forged", str(uuid.uuid4()))]
    for method, path, body in ROUTES:
        for one in tried:
            answer = one.ask(method, path, body, **{"Upload-Offset": "0"})
            assert problem(answer) == (401, "unauthorised"), (method, path)
    executor = client_of(url, desk(central, "executor"), central)
    for method, path, body in ROUTES:
        if "/portal/" in path:
            assert problem(executor.ask(method, path, body)) == (401, "unauthorised")


def test_whoever_tries_many_doors_is_noted_once(url: str, central: Central) -> None:
    """A card that closes under its reader makes one or two; the same door twice is one."""
    stranger = client_of(url, desk(central, "stranger"), central)
    doors = [new_id() for _ in range(MANY + 5)]
    for one in (doors[0], *doors[: MANY - 1]):
        assert problem(stranger.ask("GET", f"/api/v1/files/{one}")) == (404, "not_found")
    assert noted(central.store, "foreign_ids") == []
    for one in doors[MANY - 1 :]:
        assert problem(stranger.ask("GET", f"/api/v1/files/{one}")) == (404, "not_found")
    assert [(one["user_id"], one["details"]) for one in noted(central.store, "foreign_ids")] == [
        ("stranger", f'{{"places": "{MANY}"}}')
    ]


def test_foreign_ids_lead_nowhere(url: str, central: Central) -> None:
    message_id = assigned(central)
    stranger = client_of(url, desk(central, "stranger"), central)
    executor = client_of(url, desk(central, "executor"), central)
    foreign = executor.ask("GET", "/api/v1/manifest").json()["cursor"]
    fetched = stranger.ask("POST", "/api/v1/cards:fetch", {"message_ids": [message_id], "cursor": foreign})
    assert fetched.json() == {"cards": [], "cursor": ""}, "another desk's cursor bears witness to nothing here"
    own = stranger.ask("GET", "/api/v1/manifest").json()["cursor"]
    again = stranger.ask("POST", "/api/v1/cards:fetch", {"message_ids": [message_id], "cursor": own}).json()
    assert again["cards"] == [] and again["cursor"]
    for path in ("files/../../etc/passwd", "files/%2e%2e%2fetc%2fpasswd", f"files/{message_id}"):
        assert problem(stranger.ask("GET", f"/api/v1/{path}")) == (404, "not_found")
    assert problem(stranger.ask("PATCH", f"/api/v1/uploads/{message_id}", b"x", **{"Upload-Offset": "0"})) == (
        404,
        "not_found",
    )
    page = stranger.ask("GET", "/api/v1/manifest")
    assert message_id not in page.text


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("GET", "/nowhere", None, (404, "not_found")),
        ("PUT", "/api/v1/sessions", b"{}", (405, "method_not_allowed")),
        ("POST", "/api/v1/sessions", b"", (422, "bad_wire")),
        ("POST", "/api/v1/sessions", b"\xff\xfe", (422, "bad_wire")),
        ("POST", "/api/v1/sessions", b"[" * 5000, (422, "bad_wire")),
        ("POST", "/api/v1/sessions", {"login": 1, "password": "", "device_id": ""}, (422, "bad_wire")),
        ("POST", "/api/v1/sessions", {"login": "a", "password": "b", "device_id": "c"}, (422, "bad_wire")),
        ("POST", "/api/v1/sessions", b"x" * 300_000, (413, "too_large")),
    ],
)
def test_bad_requests_get_problem_details(
    url: str, method: str, path: str, body: object, expected: tuple[int, str]
) -> None:
    assert problem(Client(url).ask(method, path, body)) == expected


def test_fields_that_the_protocol_does_not_know_are_refused(url: str, central: Central) -> None:
    operator = client_of(url, desk(central, "operator"), central)
    payload = wire.plain(phone_call())
    envelope: dict[str, Any] = {
        "command_id": str(uuid.uuid4()),
        "device_seq": 1,
        "verb": "register",
        "message_id": str(uuid.uuid4()),
        "base": {},
        "payload": payload | {"applicant": payload["applicant"] | {"salary": "1"}},
    }
    request = {"device_id": operator.device, "commands": [envelope]}
    answer = operator.ask("POST", "/api/v1/commands", request)
    assert problem(answer) == (422, "bad_wire")
    assert answer.json()["field"] == "applicant.salary"
    request["commands"] = [envelope | {"payload": payload, "admin": True}]
    assert problem(operator.ask("POST", "/api/v1/commands", request)) == (422, "bad_wire")
    assert problem(operator.ask("GET", "/api/v1/changes?limit=1000")) == (422, "bad_wire")
    assert central.head() == 0


def test_a_wrong_password_is_said_with_a_problem_and_a_pause(url: str) -> None:
    asked = {"login": "nobody", "password": "x", "device_id": str(uuid.uuid4())}
    answers = [Client(url).ask("POST", "/api/v1/sessions", asked) for _ in range(7)]
    assert problem(answers[0]) == (401, "wrong_password")
    assert problem(answers[-1]) == (429, "throttled")
    assert int(answers[-1].headers["Retry-After"]) >= 1


def test_waiting_ends_with_somebody_elses_change(url: str, central: Central) -> None:
    moderator = desk(central, "moderator")
    client = client_of(url, moderator, central)
    cursor = moderator.reconcile().cursor
    answers: list[wire.WaitAnswer] = []

    def wait() -> None:
        answer = client.ask("GET", f"/api/v1/wait?cursor={cursor}")
        answers.append(wire.from_json(answer.content, wire.WaitAnswer))

    thread = threading.Thread(target=wait)
    thread.start()
    registered(central)
    thread.join(20)
    assert answers == [wire.WaitAnswer(head_moved=True, head=1)]


def test_waiting_in_vain_ends_by_itself(url: str, central: Central) -> None:
    moderator = desk(central, "moderator")
    client = client_of(url, moderator, central)
    moderator.reconcile()
    still = client.ask("GET", f"/api/v1/wait?cursor={moderator.cursor}&timeout_s=0.3").json()
    assert still == {"head_moved": False, "head": 0}
    assert client.ask("GET", "/api/v1/wait?cursor=").json()["head_moved"] is True


def test_a_file_goes_up_in_pieces_and_comes_down(url: str, central: Central) -> None:
    operator = desk(central, "operator")
    client, content = client_of(url, operator, central), small_picture()
    asked = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest(), "name": "яма.png"}
    begun = client.ask("POST", "/api/v1/uploads", asked)
    path = begun.headers["Location"]
    assert (begun.status_code, begun.headers["Upload-Offset"]) == (201, "0")
    assert client.ask("PATCH", path, content[:500], **{"Upload-Offset": "0"}).json()["offset"] == 500
    assert client.ask("HEAD", path).headers["Upload-Offset"] == "500"
    assert problem(client.ask("PATCH", path, content, **{"Upload-Offset": "0"})) == (409, "offset")
    assert client.ask("PATCH", path, content[500:], **{"Upload-Offset": "500"}).json()["complete"]
    upload_id = path.rpartition("/")[2]
    assert problem(client.ask("GET", f"/api/v1/files/{upload_id}")) == (404, "not_found")
    attachment = {"upload_id": upload_id, **{k: asked[k] for k in ("name", "size", "sha256")}}
    call = wire.command_from("register", wire.plain(phone_call()) | {"files": [attachment]})
    done(central, "operator", new_id(), call)
    down = client.ask("GET", f"/api/v1/files/{upload_id}")
    assert down.content == content
    assert down.headers["content-type"] == "image/png"
    assert down.headers["content-disposition"].startswith("attachment")


def test_the_portal_registers_looks_and_rates(url: str, central: Central) -> None:
    admin.add_person(central.store, Person(UserId("portal"), "Портал", ""), service="portal")
    portal = Client(url, admin.issue_service_token(central.store, UserId("portal")))
    message_id = new_id()
    payload = wire.plain(phone_call(rules_version="1", rules_accepted_at=central.now()))
    asked = {"message_id": message_id, "message": payload | {"channel": Channel.SITE.value}}
    first = portal.ask("POST", "/api/v1/portal/messages", asked)
    assert first.status_code == 201, first.text
    assert portal.ask("POST", "/api/v1/portal/messages", asked).json() == first.json()
    number = first.json()["number"]
    status = portal.ask("GET", f"/api/v1/portal/messages/{number}").json()
    assert (status["stage"], [one["kind"] for one in status["notices"]]) == ("moderation", ["registered"])
    early = portal.ask("POST", f"/api/v1/portal/messages/{number}/mark", {"mark": 1})
    assert problem(early)[0] == 409
    assert problem(portal.ask("GET", "/api/v1/portal/messages/0000-0001")) == (404, "not_found")
    assert problem(portal.ask("GET", "/api/v1/manifest")) == (403, "wrong_account")
    forged = asked | {"message": payload | {"channel": "phone"}}
    assert problem(portal.ask("POST", "/api/v1/portal/messages", forged)) == (422, "bad_wire")


def test_notices_reach_the_role_they_are_for(url: str, central: Central) -> None:
    assigned(central)
    executor = client_of(url, desk(central, "executor"), central)
    mine = executor.ask("GET", "/api/v1/notices").json()["notices"]
    assert "assigned" in [one["kind"] for one in mine]
    stranger = client_of(url, desk(central, "stranger"), central)
    assert stranger.ask("GET", "/api/v1/notices").json() == {"notices": []}


def test_the_api_describes_itself_with_schemas(url: str) -> None:
    described = Client(url).ask("GET", "/api/v1/openapi.json").json()
    text = json.dumps(described)
    assert {"PushRequest", "Envelope", "Problem", "DirectoryAnswer"} <= set(described["components"]["schemas"])
    assert "/api/v1/commands" in described["paths"]
    named = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert named <= set(described["components"]["schemas"])


def test_health_and_readiness_need_no_account(url: str) -> None:
    assert Client(url).ask("GET", "/health").json() == {"status": "ok"}
    assert Client(url).ask("GET", "/ready").json() == {"status": "ready"}


@pytest.mark.parametrize("path", ["/api/v1/devices/self/decisions", "/api/v1/notices"])
def test_a_place_beyond_every_journal_is_a_shape_and_no_fault(url: str, path: str) -> None:
    client = signed_in(url, "operator")
    assert client.ask("GET", f"{path}?after={2**63 - 1}").status_code == 200
    assert problem(client.ask("GET", f"{path}?after={2**63}")) == (422, "bad_wire")


def test_no_redirect_names_a_host_that_the_asker_made_up(url: str) -> None:
    asked = requests.get(f"{url}/api/v1/manifest/", headers={"Host": "elsewhere.example"}, timeout=30)
    assert problem(asked) == (404, "not_found")


def test_every_answer_names_the_request_it_belongs_to(url: str) -> None:
    client = signed_in(url, "operator")
    version = client.ask("GET", "/api/v1/directory").headers["ETag"]
    asked = [
        ("GET", "/api/v1/directory", {"If-None-Match": version}, 304),
        ("HEAD", f"/api/v1/uploads/{new_id()}", {}, 404),
        ("GET", f"/api/v1/files/{new_id()}", {}, 404),
        ("GET", "/api/v1/changes?cursor=", {}, 200),
        ("GET", "/api/v1/changes?limit=0", {}, 422),
        ("GET", "/api/v1/nothing", {}, 404),
        ("GET", "/health", {}, 200),
    ]
    for method, path, headers, status in asked:
        nonce = uuid.uuid4().hex
        found = client.ask(method, path, **headers, **{"Arm-Request": nonce})
        assert (found.status_code, found.headers.get("Arm-Request")) == (status, nonce), path
    assert "Arm-Request" not in client.ask("GET", "/health").headers
    assert "Arm-Request" not in client.ask("GET", "/health", **{"Arm-Request": "<script>alert(1)</script>"}).headers


def test_rights_are_read_anew_with_each_wait_and_no_wait_is_longer_than_25_seconds(url: str) -> None:
    client = signed_in(url, "operator")
    cursor = client.ask("GET", "/api/v1/manifest").json()["cursor"]
    assert client.ask("GET", f"/api/v1/wait?cursor={cursor}&timeout_s=26").status_code == 422
    ended: list[int] = []

    def wait() -> None:
        ended.append(client.ask("GET", f"/api/v1/wait?cursor={cursor}&timeout_s=2").status_code)

    thread = threading.Thread(target=wait)
    thread.start()
    assert client.ask("DELETE", "/api/v1/sessions/self").status_code == 204
    thread.join(10)
    assert len(ended) == 1 and ended[0] in {200, 401}
    assert client.ask("GET", f"/api/v1/wait?cursor={cursor}&timeout_s=2").status_code == 401
