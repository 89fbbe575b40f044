"""Attacks on what one may see and do: F49, F50, F53, F54, F56, F57."""

from __future__ import annotations

import re
import statistics
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import requests

from arm.central import admin
from arm.central.http import make_app
from arm.central.strays import MANY
from arm.desk.troubles import SyncTrouble
from arm.domain.identity import Grant, Role, UserId
from arm.local.pages import local_revisions
from arm.verify.faults_registry import case, holds
from arm.verify.rig import Client, Rig, Scene
from arm.verify.rig_town import PASSWORD, TOWN
from arm.wire import Base, Envelope, UploadRequest, plain, to_json

PATIENCE_S = 30.0
NOBODYS = "3f0c8a52-6f0e-4a7f-9d53-0b7a3f1c9e11"
_VARYING = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{64}|\d{4}-\d\d-\d\dT[\d:.]+Z")
"""Ids, digests and moments, which differ from answer to answer."""
Asked = tuple[str, Any, dict[str, str]]
"""Path, body, headers."""


@dataclass(frozen=True)
class Probe:
    """How a route is asked about an id; `kind` says of what: message, upload, draft, number, device."""

    kind: str
    ask: Callable[[str], Asked]


def _json(path: str, body: Any) -> Asked:
    return path, to_json(body), {}


def _command(message_id: str) -> Asked:
    """A comment on the message; the numbers of both probes are the same, for each is on a device of its own."""
    from arm.domain.commands import Comment
    from arm.domain.identity import CommandId, MessageId

    envelope = Envelope(
        command_id=CommandId(str(uuid.uuid4())),
        device_seq=1,
        verb="comment",
        message_id=MessageId(message_id),
        base=Base(),
        payload=plain(Comment(text="?")),
    )
    return "/api/v1/commands", {"commands": [envelope]}, {}


_SHARE = {"form": "answer", "fields": {"text": "?"}, "saved_at": "2026-11-24T10:00:00Z"}
PROBES: dict[tuple[str, str], Probe] = {
    ("POST", "/api/v1/commands"): Probe("message", _command),
    ("POST", "/api/v1/cards:fetch"): Probe("message", lambda i: _json("/api/v1/cards:fetch", {"message_ids": [i]})),
    ("PATCH", "/api/v1/uploads/{upload_id}"): Probe(
        "upload", lambda i: (f"/api/v1/uploads/{i}", b"x", {"Upload-Offset": "0"})
    ),
    ("HEAD", "/api/v1/uploads/{upload_id}"): Probe("upload", lambda i: (f"/api/v1/uploads/{i}", None, {})),
    ("GET", "/api/v1/files/{upload_id}"): Probe("file", lambda i: (f"/api/v1/files/{i}", None, {})),
    ("PUT", "/api/v1/messages/{message_id}/presence"): Probe(
        "message", lambda i: _json(f"/api/v1/messages/{i}/presence", {"doing": "looking"})
    ),
    ("GET", "/api/v1/messages/{message_id}/drafts"): Probe(
        "message", lambda i: (f"/api/v1/messages/{i}/drafts", None, {})
    ),
    ("PUT", "/api/v1/messages/{message_id}/drafts/{draft_id}"): Probe(
        "message", lambda i: _json(f"/api/v1/messages/{i}/drafts/{NOBODYS}", _SHARE)
    ),
    ("POST", "/api/v1/messages/{message_id}/drafts/{draft_id}/take"): Probe(
        "message", lambda i: (f"/api/v1/messages/{i}/drafts/{NOBODYS}/take", None, {})
    ),
    ("DELETE", "/api/v1/messages/{message_id}/drafts/{draft_id}"): Probe(
        "message", lambda i: (f"/api/v1/messages/{i}/drafts/{NOBODYS}", None, {})
    ),
    ("GET", "/api/v1/portal/messages/{number}"): Probe("number", lambda i: (f"/api/v1/portal/messages/{i}", None, {})),
    ("POST", "/api/v1/portal/messages/{number}/mark"): Probe(
        "number", lambda i: _json(f"/api/v1/portal/messages/{i}/mark", {"mark": 5})
    ),
}
OWN_ALONE = {
    ("POST", "/api/v1/sessions"): "makes a session",
    ("DELETE", "/api/v1/sessions/self"): "one's own session",
    ("GET", "/api/v1/directory"): "the same for everybody",
    ("GET", "/api/v1/changes"): "the cursor is sealed: F54",
    ("GET", "/api/v1/wait"): "the cursor is sealed: F54",
    ("GET", "/api/v1/manifest"): "takes no id",
    ("GET", "/api/v1/manifest/digests"): "takes no id",
    ("GET", "/api/v1/devices/self/decisions"): "one's own device",
    ("PUT", "/api/v1/devices/self/report"): "one's own device",
    ("POST", "/api/v1/uploads"): "makes an upload",
    ("GET", "/api/v1/notices"): "one's own notices",
    ("GET", "/api/v1/drafts/self"): "one's own drafts",
    ("POST", "/api/v1/portal/messages"): "registers; the portal's own account",
    ("GET", "/health"): "nothing of anybody",
    ("GET", "/ready"): "nothing of anybody",
    ("GET", "/api/v1/openapi.json"): "the description",
    ("HEAD", "/api/v1/openapi.json"): "the description",
}
"""Routes that take no id of an object, and why that is so."""


def _routes(scene: Scene) -> set[tuple[str, str]]:
    """Every method and path that the application serves."""
    found: set[tuple[str, str]] = set()
    for one in make_app(scene.central).routes:
        path = getattr(one, "path", "")
        found |= {(method, path) for method in getattr(one, "methods", None) or ()}
        for inner in getattr(getattr(one, "original_router", None), "routes", ()):
            found |= {(method, inner.path) for method in getattr(inner, "methods", None) or ()}
    return found


def _foreign_ids(scene: Scene) -> dict[str, str]:
    """Things of the city that the coordinator of the settlement has nothing to do with."""
    from arm.domain.commands import Comment
    from arm.domain.identity import UploadId
    from arm.domain.message import Attachment

    message_id = scene.assigned()
    content = b"\x89PNG\r\n\x1a\n" + bytes(200)
    executor = scene.client("executor", scene.server.address)
    import hashlib

    sha256 = hashlib.sha256(content).hexdigest()
    begun = executor.wire.begin_upload(UploadRequest(size=len(content), sha256=sha256, name="foto.png"))
    done = executor.wire.send_piece(begun.upload_id, 0, content)
    file = Attachment(
        upload_id=UploadId(done.upload_id), name="foto.png", size=len(content), sha256=sha256, media_type="image/png"
    )
    (decision,) = executor.push(executor.envelope(message_id, Comment(text="Фото", files=(file,))))
    holds(decision.verdict.value == "accepted", f"the file was not taken: {decision.reason}")
    waiting = executor.wire.begin_upload(UploadRequest(size=10, sha256="0" * 64, name="a.png"))
    return {"message": message_id, "file": done.upload_id, "upload": waiting.upload_id}


def _asked(scene: Scene, who: Client, method: str, asked: Asked) -> requests.Response:
    path, body, headers = asked
    if isinstance(body, dict):
        body = to_json(body | {"device_id": who.who.device_id})
    sent = {"Authorization": f"Bearer {who.token}", "Arm-Device": who.who.device_id} | headers
    return requests.request(
        method, scene.server.address + path, data=body, headers=sent, timeout=PATIENCE_S, allow_redirects=False
    )


@case("F50", "ids of a foreign organisation on every route: answered as ids of nothing", quick=True)
def foreign_ids(rig: Rig) -> None:
    """Generated from the route table; a route that is not covered fails. Numbers are the portal's, not a desk's."""
    with rig.scene() as scene:
        routes = _routes(scene)
        holds(len(routes) > 15, f"only {len(routes)} routes were found")
        unknown = sorted(routes - set(PROBES) - set(OWN_ALONE))
        holds(not unknown, f"not covered: {unknown}")
        foreign = _foreign_ids(scene)
        for method, path in sorted(routes & set(PROBES)):
            probe = PROBES[method, path]
            real = foreign.get(probe.kind, "7041-6253")
            answers = [
                _asked(scene, scene.client("stranger"), method, probe.ask(one)) for one in (real, str(uuid.uuid4()))
            ]
            shown = [(one.status_code, _VARYING.sub("…", one.text)) for one in answers]
            rig.figures.strangers += shown[0] != shown[1]
            holds(shown[0] == shown[1], f"{method} {path}: {shown[0]} and {shown[1]}")
            allowed = {"number": {401, 403}, "message": {200, 404}}.get(probe.kind, {404})
            holds(shown[0][0] in allowed, f"{method} {path}: {shown[0][0]}")
        _check_times(scene, foreign, rig)
        prober, before = scene.client("stranger"), scene.events("foreign_ids")
        for _ in range(MANY):
            _asked(scene, prober, "GET", (f"/api/v1/files/{uuid.uuid4()}", None, {}))
        noted = scene.events("foreign_ids") - before
        holds(noted == 1, f"one who tried {MANY} ids was noted {noted} times")


def _check_times(scene: Scene, foreign: dict[str, str], rig: Rig) -> None:
    """The quickest of alternating requests, which other work on the machine does not lengthen.

    A difference counts when it is more than a fifth and more than 3 ms.
    """
    who = scene.client("stranger")
    times: dict[str, list[float]] = {"foreign": [], "nothing": []}
    for _ in range(30):
        for name, one in (("foreign", foreign["file"]), ("nothing", str(uuid.uuid4()))):
            began = time.perf_counter()
            _asked(scene, who, "GET", (f"/api/v1/files/{one}", None, {}))
            times[name].append(time.perf_counter() - began)
    real, none = (min(times[name]) for name in ("foreign", "nothing"))
    rig.figures.more["F50_ms"] = [round(real * 1000, 1), round(none * 1000, 1)]
    holds(abs(real - none) <= max(0.2 * none, 0.003), f"{real * 1000:.1f} and {none * 1000:.1f} ms")


@case("F49", "a role is taken, a person dismissed while online: rows go at the next turn, then no answer", quick=True)
def rights_taken(rig: Rig) -> None:
    with rig.scene() as scene:
        message_id = scene.assigned()
        desk = scene.desk("executor")
        cache = desk.sync.storage._core.store.cache
        holds(message_id in local_revisions(cache), "the executor does not see his message")
        admin.set_grants(scene.central.store, UserId("executor"), [Grant(Role.EXECUTOR, TOWN)])
        desk.sync.run_now()
        left = local_revisions(cache)
        rig.figures.strangers += len(left)
        holds(not left, "the rows of a role that was taken are still there")
        admin.set_active(scene.central.store, UserId("executor"), False)
        holds(_trouble_kind(desk.sync.run_now) == "unauthorised", "a dismissed person is still answered")


def _trouble_kind(ask: Callable[[], object]) -> str:
    try:
        ask()
    except SyncTrouble as trouble:
        return trouble.kind
    return ""


def _code(ask: Callable[[], object]) -> str:
    try:
        ask()
    except SyncTrouble as trouble:
        return trouble.code or trouble.kind
    return ""


@case("F53", "forged uploads: foreign ids, wrong offsets, false sizes; a known content tells nothing", quick=True)
def forged_uploads(rig: Rig) -> None:
    import hashlib

    with rig.scene() as scene:
        foreign = _foreign_ids(scene)
        stranger = scene.client("stranger", scene.server.address).wire
        own = scene.client("executor", scene.server.address).wire
        content = b"\x89PNG\r\n\x1a\n" + bytes(200)
        known = UploadRequest(size=len(content), sha256=hashlib.sha256(content).hexdigest(), name="foto.png")
        new = UploadRequest(size=len(content), sha256="ab" * 32, name="foto.png")
        answers = [stranger.begin_upload(one) for one in (known, new)]
        holds([(one.offset, one.complete) for one in answers] == [(0, False)] * 2, "a known content is told apart")
        for upload_id in (foreign["upload"], foreign["file"], str(uuid.uuid4())):
            holds(_code(lambda one=upload_id: stranger.send_piece(one, 0, b"x")) == "not_found", "a foreign upload")  # type: ignore[misc]
            holds(_code(lambda one=upload_id: stranger.upload_offset(one)) != "", "a foreign offset")  # type: ignore[misc]
        begun = own.begin_upload(known)
        holds(_code(lambda: own.send_piece(begun.upload_id, 5, b"x")) == "offset", "a wrong offset was taken")
        holds(
            _code(lambda: own.send_piece(begun.upload_id, 0, content + b"x")) == "too_large", "a false size was taken"
        )
        holds(_code(lambda: own.send_piece(begun.upload_id, 0, b"y" * len(content))) == "damaged", "another content")


@case("F54", "cursors tampered with or of another device: reconcile, and nothing else", quick=True)
def foreign_cursors(rig: Rig) -> None:
    with rig.scene() as scene:
        message_id = scene.assigned()
        coordinator, stranger = scene.client("coordinator"), scene.client("stranger")
        central = scene.central
        theirs = central.handle_manifest(coordinator.who).cursor
        own = central.handle_manifest(stranger.who).cursor
        forged = [theirs, "", "x" * 5000, theirs[::-1]]
        forged += [own[:at] + ("A" if own[at] != "A" else "B") + own[at + 1 :] for at in range(0, len(own), 3)]
        for one in forged:
            answer = central.handle_pull(stranger.who, one)
            rig.figures.strangers += len(answer.items)
            same_bits = one != theirs and _decodes_alike(one, own)
            holds(answer.rescope or same_bits, "a forged cursor was read")
            holds(central.handle_wait_mark(stranger.who, one) is None or same_bits, "a forged cursor may wait")
        holds(message_id not in str(central.handle_manifest(stranger.who)), "a foreign id was told")


def _decodes_alike(one: str, own: str) -> bool:
    """The last sign of base64 carries unused bits: another sign there is the same cursor."""
    from base64 import urlsafe_b64decode

    def raw(text: str) -> bytes:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))

    try:
        return raw(one) == raw(own)
    except ValueError:
        return False


@case("F56", "guessing passwords: a pause after the fifth, no way to tell unknown logins by words or time")
def guessing(rig: Rig) -> None:
    with rig.scene() as scene:
        address = f"{scene.server.address}/api/v1/sessions"

        def tried(login: str, password: str = "x") -> tuple[int, str, float]:  # noqa: S107
            body = {"login": login, "password": password, "device_id": str(uuid.uuid4())}
            began = time.perf_counter()
            answer = requests.post(address, json=body, timeout=PATIENCE_S)
            return answer.status_code, answer.json().get("code", ""), time.perf_counter() - began

        # one beside the other, so that the machine's other work weighs on both alike
        pairs = [(tried(f"operator-{1 + n % 16}"), tried(f"nobody-{n % 16}")) for n in range(32)]
        known, unknown = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        holds({one[:2] for one in known} == {one[:2] for one in unknown} == {(401, "wrong_password")}, "told apart")
        medians = [statistics.median(one[2] for one in some) for some in (known, unknown)]
        rig.figures.more["F56_ms"] = [round(one * 1000) for one in medians]
        holds(abs(medians[0] - medians[1]) <= max(0.25 * medians[1], 0.02), f"times differ: {medians}")
        answers = [tried("curator") for _ in range(10)]
        holds(answers[-1][0] == 429, "ten wrong passwords bring no pause")
        holds(tried("curator", PASSWORD)[0] == 429, "the right password is taken within the pause")


@case("F57", "a new token at each sign-in; old ones end with the password and with signing out", quick=True)
def tokens(rig: Rig) -> None:
    with rig.scene() as scene:
        desk = scene.desk("executor")
        work = desk.sync.storage._core.store.work
        first = work.kept("token")
        desk.session.sign_in(scene.server.address, "executor", PASSWORD)
        second = work.kept("token")
        holds(bool(first) and first != second, "a sign-in repeats the token")
        admin.set_password(scene.central.store, UserId("executor"), PASSWORD + "!")
        holds(_trouble_kind(desk.sync.run_now) == "unauthorised", "a token outlives its password")
        client = scene.client("second", scene.server.address)
        client.wire.sign_out()
        holds(_trouble_kind(client.wire.manifest) == "unauthorised", "a token outlives signing out")
