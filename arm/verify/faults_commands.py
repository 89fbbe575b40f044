"""Faults of commands on their way: F04–F10, F19, F44, F51, F68."""

from __future__ import annotations

import resource
import shutil
import subprocess
import threading
import time
from dataclasses import replace

from sqlalchemy import select

from arm.central import tables as t
from arm.central.engine import reading
from arm.desk.desk import Desk
from arm.domain.commands import Approve, Comment, Start, Submit
from arm.domain.identity import MessageId, UserId
from arm.domain.message import Result, text_hash
from arm.local.held_keys import HeldKeys
from arm.sync.troubles import SyncTrouble
from arm.verify.faults_registry import Skip, case, holds
from arm.verify.power_desk import ACK, Job
from arm.verify.power_trace import desk_command
from arm.verify.proxy import Toxics
from arm.verify.rig import Client, Rig, Scene
from arm.verify.rig_desk import desk_on
from arm.verify.rig_server import program_environment
from arm.verify.rig_town import call, new_message_id
from arm.wire import Envelope, PushAnswer, Verdict, from_json, plain

PATIENCE_S = 30.0
LOST_ANSWERS = 40


def _code_of(client: Client, *envelopes: Envelope) -> str:
    """«offline», or the code of the trouble that a push met; empty when it was decided."""
    try:
        client.push(*envelopes)
    except SyncTrouble as trouble:
        return trouble.kind if trouble.kind == "offline" else trouble.code or trouble.kind
    return ""


@case("F04", "one command twice at once to two workers: one effect, equal answers", quick=True)
def twice_at_once(rig: Rig) -> None:
    with rig.scene(workers=2) as scene:
        proxy = scene.proxy()
        client = scene.client("operator-1", proxy.url)
        told = []
        with proxy.suffering(Toxics(duplicate=True)):
            for number in range(10):
                told += client.push(client.envelope(new_message_id(), call(f"Звонок {number}")))
        end = time.monotonic() + PATIENCE_S
        while len(proxy.tally.duplicates) < len(told) and time.monotonic() < end:
            time.sleep(0.02)
        again = [_decisions(answer) for answer in proxy.tally.duplicates]
        journal = scene.journal()
        rig.figures.commands += len(told)
        rig.figures.duplicated += sum(count > 1 for count in journal.values())
        rig.figures.lost += sum(one.command_id not in journal for one in told)
        wrong = [one for one in again if one and one[0] not in told]
        holds(not wrong, "the two sendings were answered differently")
        holds(sum(bool(one) for one in again) >= len(told) // 2, "the second sendings were not answered")


def _decisions(answer: bytes) -> list[object]:
    """Those of a raw HTTP answer; a 503 has none."""
    head, _, body = answer.partition(b"\r\n\r\n")
    return list(from_json(body, PushAnswer).decisions) if b" 200 " in head.split(b"\r\n")[0] + b" " else []


@case("F05", "the server is killed after COMMIT, before its answer: the repeat gets the stored decision", quick=True)
def killed_after_commit(rig: Rig) -> None:
    with rig.scene() as scene:
        proxy = scene.proxy()
        client = scene.client("operator-1", proxy.url)
        envelope = client.envelope(new_message_id(), call())
        with proxy.suffering(Toxics(drop_answer=True)):
            holds(_code_of(client, envelope) == "offline", "the answer came though it was dropped")
        scene.server.kill()
        scene.server.start()
        seq = _seq_of(scene, envelope)
        (decision,) = client.push(envelope)
        holds(decision.result_seq == seq == scene.central.head(), "the repeat had an effect of its own")


def _seq_of(scene: Scene, envelope: Envelope) -> int | None:
    with reading(scene.central.store.engine) as connection:
        return connection.scalar(select(t.journal.c.seq).where(t.journal.c.command_id == envelope.command_id))


@case("F06", "the server is killed before COMMIT: nothing is applied, the repeat applies once", quick=True)
def killed_before_commit(rig: Rig) -> None:
    import psycopg

    with rig.scene() as scene:
        client = scene.client("operator-1", scene.server.address)
        envelope = client.envelope(new_message_id(), call())
        with psycopg.connect(scene.cluster.dsn(scene.database)) as holder:
            # the head is the last lock: whoever waits for it has written all the rest
            holder.execute("SELECT 1 FROM journal_head FOR UPDATE")
            pushing = threading.Thread(target=_code_of, args=(client, envelope))
            pushing.start()
            end = time.monotonic() + PATIENCE_S
            waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = "
            while not scene.cluster.asked(f"{waiting}'{scene.database}'")[0][0]:
                holds(time.monotonic() < end, "the command never came to the head")
                time.sleep(0.02)
            scene.server.kill()
            pushing.join(PATIENCE_S)
        holds(scene.central.head() == 0, "a killed transaction left an entry")
        scene.server.start()
        (decision,) = client.push(envelope)
        holds((decision.verdict, scene.central.head()) == (Verdict.ACCEPTED, 1), "the repeat was not applied once")


@case("F07", "a used id with another body: 409, no effect, a security event", quick=True)
def forged_repeat(rig: Rig) -> None:
    with rig.scene() as scene:
        client = scene.client("operator-1", scene.server.address)
        envelope = client.envelope(new_message_id(), call())
        client.push(envelope)
        forged = replace(envelope, payload=envelope.payload | {"text": "Другой текст"})
        holds(_code_of(client, forged) == "id_reused", "a forged repeat was not refused as such")
        stranger = scene.client("stranger", scene.server.address)
        theirs = replace(envelope, device_seq=1)
        holds(_code_of(stranger, theirs) == "id_reused", "another user got the decision of a foreign command")
        holds(scene.central.head() == 1, "a forged repeat had an effect")
        holds(scene.events("id_reused") == 2, "no security event was noted")


def _submit(text: str) -> Submit:
    return Submit(
        result=Result.SOLVED, text=text, approver=UserId("manager"), signer_name="Рогов", signer_position="глава"
    )


def _two_desks(scene: Scene) -> tuple[MessageId, Desk, Desk]:
    message_id = scene.assigned()
    scene.central.act("executor", message_id, Start())
    return message_id, scene.desk("executor", "office"), scene.desk("executor", "home")


def _texts_at(scene: Scene, message_id: MessageId) -> str:
    """Everything the store keeps of a message, as text."""
    with reading(scene.central.store.engine) as connection:
        return "\n".join(connection.scalars(select(t.journal.c.payload).where(t.journal.c.message_id == message_id)))


def _pending_texts(desk: Desk) -> str:
    storage = desk.sync.storage
    entries = storage._core.store.work.outbox.open_entries()
    return "\n".join(one.payload.decode() for one in entries)


@case("F08", "two answers written offline: the first holds, the second is kept and shown beside it", quick=True)
def two_answers(rig: Rig) -> None:
    with rig.scene() as scene:
        message_id, office, home = _two_desks(scene)
        first, second = "Яма засыпана первой бригадой, работы приняты.", "Яма засыпана второй бригадой, проверено."
        for desk, text in ((office, first), (home, second)):
            done = desk.commands.do(message_id, _submit(text))
            holds(hasattr(done, "command_id"), f"the desk refused the answer: {done}")
        office.sync.run_now()
        home.sync.run_now()
        message = scene.central.message(message_id)
        holds(message is not None and first in str(message), "the first answer does not stand")
        (lost,) = home.commands.pending()
        holds(lost.state in ("conflict", "refused"), f"the second answer is «{lost.state}»")
        holds(second in _pending_texts(home), "the second text is gone from its author's desk")
        holds(second in _texts_at(scene, message_id), "the second text is not at the central store")


@case("F09", "two on different parts of a message: both hold, in one timeline", quick=True)
def disjoint_parts(rig: Rig) -> None:
    with rig.scene() as scene:
        message_id = scene.assigned()
        executor, coordinator = scene.desk("executor"), scene.desk("coordinator")
        holds(hasattr(executor.commands.do(message_id, Start()), "command_id"), "start was refused")
        holds(hasattr(coordinator.commands.do(message_id, Comment(text="Ускорьтесь")), "command_id"), "comment refused")
        coordinator.sync.run_now()
        executor.sync.run_now()
        coordinator.sync.run_now()
        for desk in (executor, coordinator):
            holds(not desk.commands.pending(), "one of the two was not taken")
            card = desk.messages.card(message_id)
            holds(card is not None and len(card.timeline) == 5, "the timelines differ")


@case("F10", "the answer is approved while its executor edits offline: refused, the text kept", quick=True)
def approved_meanwhile(rig: Rig) -> None:
    with rig.scene() as scene:
        message_id, office, home = _two_desks(scene)
        home.commands.do(message_id, _submit(late := "Поздний текст, набранный без сети."))
        text = "Яма засыпана, работы приняты заказчиком."
        office.commands.do(message_id, _submit(text))
        office.sync.run_now()
        decision = scene.central.act("manager", message_id, Approve(seen_hash=text_hash(text)))
        holds(decision.verdict is Verdict.ACCEPTED, f"approval: {decision.reason} {decision.field}")
        home.sync.run_now()
        (lost,) = home.commands.pending()
        holds(lost.state in ("conflict", "refused"), f"the late answer is «{lost.state}»")
        holds(late in _pending_texts(home), "the late text is gone")


@case("F19", "answers lost again and again: nothing is done twice", quick=True)
def lost_answers(rig: Rig) -> None:
    with rig.scene() as scene:
        proxy = scene.proxy()
        client = scene.client("operator-1", proxy.url)
        made = []
        for number in range(LOST_ANSWERS):
            envelope = client.envelope(new_message_id(), call(f"Звонок {number}"))
            made.append(envelope.command_id)
            with proxy.suffering(Toxics(drop_answer=True)):
                holds(_code_of(client, envelope) == "offline", "the answer came though it was dropped")
            client.push(envelope)
        journal = scene.journal()
        rig.figures.commands += len(made)
        rig.figures.lost += sum(one not in journal for one in made)
        rig.figures.duplicated += sum(count > 1 for count in journal.values())


@case("F44", "5000 commands queued in two weeks offline: sent in order within 5 minutes, memory bounded")
def long_queue(rig: Rig) -> None:
    with rig.scene() as scene:
        desk = scene.desk("operator-1")
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        made = [getattr(desk.commands.do(None, call(f"Звонок {n}")), "command_id", "") for n in range(5000)]
        began = time.monotonic()
        desk.sync.run_now()
        seconds = time.monotonic() - began
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        rig.figures.more["F44"] = f"{seconds:.0f} s, {grown:.0f} MB more"
        rig.figures.commands += len(made)
        journal = scene.journal()
        rig.figures.lost += sum(one not in journal for one in made)
        known = t.journal.c
        with reading(scene.central.store.engine) as connection:
            order = list(connection.scalars(select(known.command_id).order_by(known.seq)))
        holds([one for one in order if one in set(made)] == made, "the order was not kept")
        holds(seconds <= 300 and grown <= 200, rig.figures.more["F44"])


@case("F51", "fields that are not the caller's to set are refused", quick=True)
def mass_assignment(rig: Rig) -> None:
    import msgspec
    import requests

    with rig.scene() as scene:
        client = scene.client("operator-1", scene.server.address)
        headers = {"Authorization": f"Bearer {client.token}", "Arm-Device": client.who.device_id}
        envelope = client.envelope(new_message_id(), call())
        plain_envelope = msgspec.to_builtins(envelope)
        for name in ("org_id", "stage", "deadline", "role", "number", "executor", "ver", "rev", "user_id", "at"):
            for wrong in (
                plain_envelope | {"payload": plain(call()) | {name: "x"}},
                plain_envelope | {name: "x"},
            ):
                body = {"device_id": client.who.device_id, "commands": [wrong]}
                answer = requests.post(
                    f"{scene.server.address}/api/v1/commands", json=body, headers=headers, timeout=PATIENCE_S
                )
                holds(answer.status_code == 422, f"«{name}» was answered with {answer.status_code}")
        holds(scene.central.head() == 0, "something was applied")


@case("F68", "workstation clocks a year off: decisions, order and terms are the store's")
def wrong_clocks(rig: Rig) -> None:
    program = shutil.which("faketime")
    if program is None:
        raise Skip("no faketime here")
    with rig.scene() as scene:
        for number, shift in enumerate(("-400d", "+400d"), 1):
            login = f"operator-{number}"
            profile, keys = scene.folder / login, HeldKeys()
            desk_on(profile, scene.server.address, login, keys).close()
            job = scene.folder / f"{login}.json"
            Job(str(profile), "desk", 3, sync_every=3, sync_first=True, secrets=keys.secrets).write(job)
            done = subprocess.run(  # noqa: S603
                [program, "-f", shift, *desk_command(job)],
                env=program_environment(scene.folder),
                capture_output=True,
                timeout=120,
                check=False,
            )
            said = [line for line in done.stdout.splitlines() if line.startswith(ACK)]
            holds(done.returncode == 0 and len(said) == 3, f"{shift}: {done.stderr[-200:]!r}")
        now = scene.central.now()
        with reading(scene.central.store.engine) as connection:
            moments = list(connection.scalars(select(t.journal.c.ts).order_by(t.journal.c.seq)))
        holds(len(moments) == 6, f"{len(moments)} of 6 commands arrived")
        holds(moments == sorted(moments), "the journal's moments go back")
        holds(all(abs((now - one).total_seconds()) < 600 for one in moments), "a workstation's clock came through")
