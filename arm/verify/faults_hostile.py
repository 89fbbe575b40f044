"""Hostile input at the store and at the desk: F62, F65, F66, F70."""

from __future__ import annotations

import json
import os
import pickle
import shutil

import requests

from arm.central.files import shown_name
from arm.desk.troubles import SyncTrouble
from arm.desk.values import QueueQuery, Workspace
from arm.local.troubles import CacheTrouble
from arm.settings import SettingsTrouble, load
from arm.verify.faults_registry import case, holds
from arm.verify.rig import Rig, Scene
from arm.verify.rig_town import PASSWORD
from arm.wire import BadWire, PushRequest, UploadRequest, from_json

NAMES = (
    "../../../etc/passwd.png",
    "..\\..\\windows\\system32\\a.png",
    "C:\\x.png",
    "/etc/cron.d/x.png",
    "a\x00b.png",
    "я" * 300 + ".png",
    "\u202egnp.exe.png",
    "con.png",
    "....//x.png",
    "%2e%2e%2fx.png",
    "a\n\r.png",
)
INJECTIONS = (
    "' OR '1'='1",
    "'; DROP TABLE journal; --",
    '" UNION SELECT password_hash FROM person --',
    "%",
    "_%_",
    "\\",
    "NEAR(a b)",
    '"" OR *',
    "applicant:* AND NOT x",
    "a\x00b",
    "\ud83d",
    "*" * 2000,
    "(" * 200,
    "-яма",
    "^яма",
    "{яма}",
)


@case("F62", "names of attachments lead nowhere: the folder holds internal names alone", quick=True)
def evil_names(rig: Rig) -> None:
    import hashlib

    with rig.scene() as scene:
        wire = scene.client("executor", scene.server.address).wire
        content = b"\x89PNG\r\n\x1a\n" + bytes(50)
        sha256 = hashlib.sha256(content).hexdigest()
        folder = scene.folder / "data" / "central-files"
        for name in NAMES:
            begun = wire.begin_upload(UploadRequest(size=len(content), sha256=sha256, name=name))
            wire.send_piece(begun.upload_id, 0, content)
            shown = shown_name(name)
            safe = len(shown) <= 120 and not set(shown) & set('/\\:*?"<>|\x00\n\r\u202e')
            holds(safe, f"shown as {shown!r}")
            for wrong in (name, f"../{name}"):
                answer = requests.get(f"{scene.server.address}/api/v1/files/{wrong[:200]!r}", timeout=30)
                holds(answer.status_code in (401, 404), f"a name was looked up: {answer.status_code}")
        stored = [one for one in folder.rglob("*") if one.is_file()]
        strange = [one.name for one in stored if len(one.name) != 36 or len(one.relative_to(folder).parts) != 2]
        holds(len(stored) == len(NAMES) and not strange, f"{len(stored)} files, strange ones: {strange}")
        holds(not (scene.folder / "etc").exists(), "something was written beside")


@case("F65", "SQL and search signs in everything that can be asked are words, not orders", quick=True)
def injections(rig: Rig) -> None:
    with rig.scene() as scene:
        kept = scene.registered("Во дворе большая яма")
        desk = scene.desk("moderator")
        head = scene.central.head()
        for text in INJECTIONS:
            desk.search.search(text)
            desk.search.callers(text)
            query = QueueQuery(workspace=Workspace.MODERATION, text=text) if hasattr(Workspace, "MODERATION") else None
            if query is not None:
                desk.messages.queue_page(query)
            scene.central.id_of_number(text.replace("\x00", "").encode("utf-8", "replace").decode())
            for body in (
                {"login": text, "password": PASSWORD, "device_id": scene.client("second").who.device_id},
                {"login": "moderator", "password": text, "device_id": scene.client("second").who.device_id},
            ):
                raw = json.dumps(body).encode()
                answer = requests.post(f"{scene.server.address}/api/v1/sessions", data=raw, timeout=30)
                holds(answer.status_code in (401, 403, 422, 429, 503), f"{text!r}: {answer.status_code}")
            for name in ("cursor", "limit", "sort", "filter"):
                client = scene.client("moderator")
                answer = requests.get(
                    f"{scene.server.address}/api/v1/changes",
                    params={name: text.encode("utf-8", "replace")},
                    headers={"Authorization": f"Bearer {client.token}", "Arm-Device": client.who.device_id},
                    timeout=30,
                )
                holds(answer.status_code in (200, 422), f"{name}={text!r}: {answer.status_code}")
        holds([row.message_id for row in desk.search.search("яма")] == [kept], "the search is broken")
        holds(scene.central.head() == head and scene.break_in_chain() is None, "the store was changed")


class _Bomb:
    """Whoever unpickles it has executed foreign code."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("touch pwned",)


@case("F66", "planted files and bodies: refused by their shape, nothing is executed", quick=True)
def planted(rig: Rig) -> None:
    with rig.scene() as scene:
        desk = scene.desk("moderator")
        desk.close()
        profile = scene.folder / "desks" / "moderator"
        evil = [pickle.dumps(_Bomb()), b"[" * 1_000_000, b'{"kind": ' * 100_000, b"\xff\xfe\x00", b"null", b"[]"]
        original = (profile / "key.json").read_bytes()
        for content in evil:
            (profile / "key.json").write_bytes(content)
            holds(_opening_trouble(scene) == "unreadable", "a planted key record was not refused by its shape")
        (profile / "key.json").write_bytes(original)
        for content in evil:
            for kind in (PushRequest, UploadRequest):
                refused = False
                try:
                    from_json(content, kind)
                except BadWire:
                    refused = True
                holds(refused, "a planted body was read")
            settings = scene.folder / "arm.toml"
            settings.write_bytes(content)
            reason = ""
            try:
                load(settings, {})
            except SettingsTrouble as trouble:
                reason = trouble.reason
            except RecursionError:
                reason = "RecursionError"
            holds(reason in ("unreadable", "unknown"), f"planted settings: {reason or 'read'}")
        holds(not list(scene.folder.rglob("pwned")) and not os.path.exists("pwned"), "planted code was executed")


def _opening_trouble(scene: Scene) -> str:
    from arm.bootstrap import open_desk

    copy = scene.folder / "copied"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(scene.folder / "desks" / "moderator", copy)
    try:
        open_desk(copy, key_store=lambda: None).close()
    except (CacheTrouble, SyncTrouble) as trouble:
        return trouble.kind
    return ""


@case("F70", "journal rows changed by SQL: the database refuses; what is forced is found at its row", quick=True)
def forced_journal(rig: Rig) -> None:
    import psycopg

    with rig.scene() as scene:
        for number in range(5):
            scene.registered(f"Яма {number}")
        tampering = (
            "UPDATE journal SET actor_id = 'other' WHERE seq = 3",
            "DELETE FROM journal WHERE seq = 3",
            "UPDATE journal SET payload = 'x' WHERE seq = 3",
            "INSERT INTO journal SELECT seq + 100, ts, message_id, kind, actor_id, device_id, command_id, ver, rev,"
            " salt, payload, commit_hash, hash FROM journal WHERE seq = 3",
        )
        for order in tampering:
            refused = False
            try:
                scene.cluster.order(order, scene.database)
            except psycopg.Error:
                refused = True
            holds(refused, f"taken: {order[:40]}")
        holds(scene.break_in_chain() is None, "a refused order has changed the journal")
        scene.cluster.order("ALTER TABLE journal DISABLE TRIGGER ALL", scene.database)
        scene.cluster.order(tampering[0], scene.database)
        holds(scene.break_in_chain() == 3, f"the chain breaks at {scene.break_in_chain()}, row 3 was changed")
