"""Faults of the store's surroundings: F74–F76."""

from __future__ import annotations

import hashlib
import os
import subprocess
import threading
import time

from sqlalchemy import select

from arm.bootstrap_central import open_central
from arm.central import tables as t
from arm.central.backup import BackupTrouble, backup, restore
from arm.central.engine import reading
from arm.central.problems import StoreTrouble, Trouble
from arm.sync.troubles import SyncTrouble
from arm.verify.faults_registry import Skip, case, holds
from arm.verify.rig import Rig
from arm.verify.rig_town import call, new_message_id, settle
from arm.wire import UploadRequest, Verdict


@case("F74", "more clients than the database has connections: «try again», and it recovers by itself")
def connections_exhausted(rig: Rig) -> None:
    with rig.scene() as scene:
        scene.cluster.order(f'CREATE ROLE "{scene.database}" LOGIN CONNECTION LIMIT 3')
        scene.cluster.order(f'GRANT ALL ON ALL TABLES IN SCHEMA public TO "{scene.database}"', scene.database)
        url = scene.url.replace("postgres@", f"{scene.database}@", 1)
        who = scene.client("moderator").who
        codes: list[str] = []
        with open_central(url, files=scene.folder / "files") as central:

            def ask() -> None:
                try:
                    central.handle_manifest(who)
                    codes.append("")
                except (Trouble, StoreTrouble) as trouble:
                    codes.append(getattr(trouble, "code", "") or getattr(trouble, "kind", ""))

            threads = [threading.Thread(target=ask) for _ in range(50)]
            for one in threads:
                one.start()
            for one in threads:
                one.join(60)
            holds(len(codes) == 50, f"{50 - len(codes)} of 50 requests ended without a trouble of ours")
            strange = set(codes) - {"", "busy", "unreachable"}
            holds(not strange, f"answered with {strange}")
            rig.figures.more["F74"] = f"{codes.count('')} of 50 answered, the others told to come again"
            central.handle_manifest(who)
        scene.cluster.order(f'DROP OWNED BY "{scene.database}"', scene.database)
        scene.cluster.order(f'DROP ROLE "{scene.database}"')


@case("F75", "no room for files at the store: the upload is refused, commands are still taken", quick=True)
def full_disk(rig: Rig) -> None:
    if os.geteuid() != 0:
        raise Skip("a tmpfs of one's own needs root")
    with rig.scene() as scene:
        place = scene.folder / "data" / "central-files"
        place.mkdir(parents=True, exist_ok=True)
        mounted = subprocess.run(  # noqa: S603
            ["/bin/mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(place)], capture_output=True, check=False
        )
        if mounted.returncode:
            raise Skip("no tmpfs can be mounted here")
        try:
            client = scene.client("operator-1", scene.server.address)
            content = b"\x89PNG\r\n\x1a\n" + bytes(1_000_000)
            asked = UploadRequest(size=len(content), sha256=hashlib.sha256(content).hexdigest(), name="a.png")
            code = ""
            try:
                begun = client.wire.begin_upload(asked)
                client.wire.send_piece(begun.upload_id, 0, content)
            except SyncTrouble as trouble:
                code = trouble.code
            holds(code == "disk_full", f"the upload ended with «{code}»")
            (decision,) = client.push(client.envelope(new_message_id(), call()))
            holds(decision.verdict is Verdict.ACCEPTED, "a command without a file was not taken")
        finally:
            scene.server.stop()
            subprocess.run(["/bin/umount", str(place)], check=False)  # noqa: S603


@case("F76", "a backup cut short or changed: refused before anything is touched", quick=True)
def bad_backup(rig: Rig) -> None:
    folder = rig.folder()
    url = f"sqlite:///{folder / 'central.db'}"
    with open_central(url) as central:
        settle(central)
        for number in range(20):
            central.act("operator-1", new_message_id(), call(f"Яма {number}"))
        backup(central, folder / "whole.tar")
        central.act("operator-1", new_message_id(), call("После копии"))
        head = central.head()
    whole = (folder / "whole.tar").read_bytes()
    for share in (0.0, 0.01, 0.3, 0.7, 0.95):
        _refused(rig, url, whole[: int(len(whole) * share)], f"{share:.0%} of a backup")
    changed = bytearray(whole)
    middle = whole.index(b"SQLite format 3") + 4096 * 3
    changed[middle : middle + 4096] = os.urandom(4096)
    _refused(rig, url, bytes(changed), "a backup with a changed page")
    with open_central(url) as central:
        holds(central.head() == head, "the present store was touched")
        with reading(central.store.engine) as connection:
            holds(len(connection.execute(select(t.message.c.message_id)).all()) == head, "messages are gone")


def _refused(rig: Rig, url: str, content: bytes, what: str) -> None:
    file = rig.folder() / "bad.tar"
    file.write_bytes(content)
    began = time.monotonic()
    kind = ""
    try:
        restore(file, url, replace=True)
    except BackupTrouble as trouble:
        kind = trouble.kind
    holds(kind in ("not_a_backup", "damaged"), f"{what}: «{kind or 'restored'}» after {time.monotonic() - began:.1f} s")
