"""Canaries: invented personal data looked for where nobody may find it: F52, F58, F59."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

from arm.desk.values import Draft
from arm.domain.commands import Comment, CorrectApplicant, Reassign
from arm.domain.identity import MessageId, UserId
from arm.domain.verbs import Cause
from arm.verify.faults_registry import case, holds
from arm.verify.rig import Rig, Scene
from arm.verify.rig_postgres import children_of
from arm.verify.rig_town import CANARY_NAME, CANARY_PHONE, CANARY_TEXT, PASSWORD, call, new_message_id
from arm.wire import FetchRequest, to_json

CANARIES = (CANARY_NAME, CANARY_PHONE, CANARY_TEXT)


def _canary_message(scene: Scene) -> MessageId:
    """A message of the canary's, from an operator of the city."""
    message_id = new_message_id()
    scene.central.act("operator-1", message_id, call(CANARY_TEXT, CANARY_NAME, CANARY_PHONE))
    return message_id


def hits(content: bytes, canaries: Iterable[str]) -> list[str]:
    """Those of the canaries that are in these bytes, in any of the encodings a text may take."""
    found = []
    for one in canaries:
        forms = [one.encode(), one.encode("utf-16-le"), json.dumps(one).strip('"').encode()]
        if any(form in content for form in forms):
            found.append(one)
    return found


def hits_in(folder: Path, canaries: Iterable[str]) -> list[str]:
    wanted = tuple(canaries)
    return [
        f"{one.name}: {found}"
        for one in folder.rglob("*")
        if one.is_file() and (found := hits(one.read_bytes(), wanted))
    ]


@case("F52", "field levels: what a role may not see is neither on its wire nor in its cache", quick=True)
def field_levels(rig: Rig) -> None:
    """The operator keeps the status, not his colleagues' notes; a stranger keeps nothing; nor does who left."""
    note = "Заметка только для своих: канарейка-заметка"
    with rig.scene() as scene:
        central, message_id = scene.central, _canary_message(scene)
        foreign = [scene.client("stranger"), scene.client("works"), scene.client("executor")]
        moved = scene.assigned()
        desk = scene.desk("executor")
        central.act("executor", moved, CorrectApplicant(name=CANARY_NAME, phone=CANARY_PHONE))
        central.act("executor", moved, Comment(text=note))
        desk.sync.run_now()
        for one in foreign:
            wire = [
                central.handle_manifest(one.who),
                central.handle_fetch(one.who, FetchRequest(message_ids=[message_id])),
                central.handle_pull(one.who, central.handle_manifest(one.who).cursor),
                central.handle_directory(one.who),
            ]
            found = hits(b"".join(map(to_json, wire)), (*CANARIES, message_id))
            rig.figures.strangers += len(found)
            holds(not found, f"{one.who.user_id} is sent {found}")
        operator = scene.client("operator-1")
        card = to_json(central.handle_fetch(operator.who, FetchRequest(message_ids=[moved])))
        holds(len(card) > 100 and not hits(card, [note]), "the operator is sent an internal note")
        central.act("coordinator", moved, Reassign(executor=UserId("second"), cause=Cause.VACATION, reason="Отпуск"))
        desk.sync.run_now()
        cache = desk.sync.storage._core.store.cache
        cache.checkpoint()
        left = b"".join(_decrypted(cache.rows(f"SELECT * FROM {table}")) for table in ("message", "card", "words"))  # noqa: S608
        found = hits(left, (CANARY_NAME, CANARY_PHONE, note, moved))
        rig.figures.strangers += len(found)
        holds(not found, f"after a message has left, its cache still holds {found}")


def _decrypted(rows: Iterable[tuple[object, ...]]) -> bytes:
    """Every value of the rows as bytes."""
    values = (value for row in rows for value in row)
    return b"\n".join(value if isinstance(value, bytes) else str(value).encode() for value in values)


@case("F58", "no personal data or secret in logs, addresses, arguments, temporary or plain files", quick=True)
def secrets_elsewhere(rig: Rig) -> None:
    with rig.scene() as scene:
        desk = scene.desk("operator-1")
        desk.commands.do(None, call(CANARY_TEXT, CANARY_NAME, CANARY_PHONE))
        desk.drafts.save(Draft(draft_id="", message_id=None, form="register", fields={"text": CANARY_TEXT}))
        desk.sync.run_now()
        desk.search.search(CANARY_NAME)
        desk.search.callers(CANARY_PHONE)
        token = desk.sync.storage._core.store.work.kept("token")
        wanted = (*CANARIES, token, PASSWORD)
        logs = [path for path in scene.folder.rglob("*.log*") if path.is_file()]
        holds(any(path.stat().st_size for path in logs), "no log was found to look into")
        found = [f"{path.name}: {hit}" for path in logs if (hit := hits(path.read_bytes(), wanted))]
        found += hits_in(scene.folder / "desks", wanted)
        process = scene.server.process
        for pid in (process.pid, *children_of(process.pid)) if process is not None else ():
            for name in ("cmdline", "environ"):
                found += hits(Path(f"/proc/{pid}/{name}").read_bytes(), wanted)
        rig.figures.strangers += len(found)
        holds(not found, f"found in {found}")


@case("F59", "line breaks and control signs in names make no lines of their own in a log", quick=True)
def log_injection(rig: Rig) -> None:
    import logging

    from arm import logs

    evil = "Иванов\r\n2026-11-24T00:00:00Z CRITICAL arm forged\x1b[31m"
    file = rig.folder() / "arm.log"
    logger = logging.getLogger("arm.verify.injection")
    root = logging.getLogger()
    before = list(root.handlers)
    logs.set_up(level="INFO", file=file)
    try:
        logger.warning("signed in as %s", evil, extra={"user_id": evil, "kind": evil})
        try:
            raise ValueError(evil)
        except ValueError:
            logger.exception("failed %s", evil)
    finally:
        for handler in [one for one in root.handlers if one not in before]:
            root.removeHandler(handler)
            handler.close()
    lines = file.read_text(encoding="utf-8").splitlines()
    holds(len(lines) == 2, f"two events gave {len(lines)} lines")
    holds(all(re.match(r"\S+Z (WARNING|ERROR) arm\.verify\.injection ", one) for one in lines), "a forged line")
    holds("\x1b" not in "".join(lines) and "\r" not in "".join(lines), "control signs are in the log")
