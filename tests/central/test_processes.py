"""Several server processes of one store: killed, raced and ended while people work, and nothing is lost or doubled."""

from __future__ import annotations

import os
import signal
import socket
import threading
import uuid
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, insert, select

from arm.central import chain
from arm.central import tables as t
from arm.central.central import Central
from arm.central.engine import reading, writing
from arm.central.opening import open_central
from arm.central.serving import ServeTrouble, listener_at
from arm.central.workers import LONGEST_PAUSE_S, connections_each, supervise
from tests.central.region import HandClock, assigned, folder_of, new_id, phone_call
from tests.central.served import Caller, is_alive, served

pytestmark = pytest.mark.slow
SENDERS, EACH = 3, 20


def wait_for(condition: Any) -> None:
    """Within the test's own time limit."""
    turn = threading.Event()
    while not condition():
        turn.wait(0.05)


def test_a_killed_worker_costs_nobody_a_command_and_comes_back(filled_url: str, tmp_path: Path) -> None:
    """Kill -9 of workers while commands flow: each command has one effect, whoever's answer was lost is answered."""
    with served(filled_url, "--workers", "2", files=folder_of(tmp_path)) as server:
        callers = [Caller(server.url, "operator") for _ in range(SENDERS)]
        sent: dict[str, str] = {}
        faults: list[BaseException] = []

        def work(caller: Caller) -> None:
            try:
                for number in range(EACH):
                    message_id = new_id()
                    decision = caller.register(message_id, phone_call(f"Яма {number}"))
                    assert decision["verdict"] == "accepted"
                    sent[message_id] = decision["number"]
            except BaseException as wrong:
                faults.append(wrong)

        threads = [threading.Thread(target=work, args=(one,)) for one in callers]
        for one in threads:
            one.start()
        for done in (SENDERS * EACH // 5, SENDERS * EACH // 2):
            wait_for(lambda done=done: len(sent) >= done or faults)
            victim = server.workers()[0]
            os.kill(victim, signal.SIGKILL)
            wait_for(lambda gone=victim: gone not in (now := server.workers()) and len(now) == 2)
        for one in threads:
            one.join()
        assert faults == []
        code, said, complaints = server.end()
        assert (code, said) == (0, "")
        assert complaints.splitlines() == ["a worker ended and will be started again"] * 2
    with open_central(filled_url, files=folder_of(tmp_path)) as central:
        ids = central.message_ids()
        assert len(ids) == SENDERS * EACH == len(sent)
        assert {one: message.number for one, message in central.messages(ids).items()} == sent
        with reading(central.store.engine) as connection:
            rows = connection.execute(select(t.journal).order_by(t.journal.c.seq)).all()
    assert len(rows) == SENDERS * EACH
    assert chain.first_break(rows) is None


def test_workers_end_with_their_parent_however_it_dies(filled_url: str, tmp_path: Path) -> None:
    with served(filled_url, "--workers", "2", files=folder_of(tmp_path)) as server:
        workers = server.workers()
        server.process.kill()
        server.process.wait(30)
        wait_for(lambda: not any(is_alive(one) for one in workers))
        where = urlsplit(server.url)
        with closing(socket.create_server((str(where.hostname), where.port or 0))) as again:
            assert again.getsockname()[1] == where.port


@pytest.mark.parametrize("store_kind", ["sqlite"], indirect=True)
def test_the_one_who_started_the_workers_ends_them_by_closing_its_pipe(filled_url: str, tmp_path: Path) -> None:
    with served(filled_url, "--workers", "2", "--until-stdin-closes", files=folder_of(tmp_path)) as server:
        assert server.process.stdin is not None
        server.process.stdin.close()
        assert server.process.wait(30) == 0


@pytest.mark.parametrize("store_kind", ["sqlite"], indirect=True)
def test_a_desk_that_waits_is_let_go_when_the_workers_end(filled_url: str, tmp_path: Path) -> None:
    with served(filled_url, "--workers", "2", files=folder_of(tmp_path)) as server:
        caller = Caller(server.url, "operator")
        cursor = caller.ask("GET", "/manifest").json()["cursor"]
        answers: list[int] = []

        def wait() -> None:
            answers.append(caller.ask("GET", f"/wait?cursor={cursor}&timeout_s=25").status_code)

        waiting = threading.Thread(target=wait)
        waiting.start()
        Caller(server.url, "operator").ask("GET", "/directory")
        code, _, _ = server.end(signal.SIGINT)
        waiting.join(20)
        assert (code, answers) == (0, [200])


def test_a_worker_that_cannot_begin_is_told_and_nothing_is_served(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    listener = listener_at("127.0.0.1:0")
    with listener.socket, pytest.raises(ServeTrouble, match="worker_failed"):
        supervise(listener, 2, database=f"sqlite:///{tmp_path / 'no' / 'such' / 'x.db'}")
    assert "недоступна" in capfd.readouterr().err


def test_all_workers_together_stay_within_what_a_server_takes() -> None:
    assert [connections_each(one) * one for one in (2, 4, 6)] == [80, 80, 78]
    assert connections_each(64) == 12
    assert LONGEST_PAUSE_S == 30


def late_copies(central: Central, clock: HandClock, count: int) -> None:
    """So many messages whose terms ended long ago by any clock."""
    clock.moment = datetime(2020, 1, 6, 9, 0, tzinfo=UTC)
    first = assigned(central)
    with writing(central.store.engine) as connection:
        row = dict(connection.execute(select(t.message).where(t.message.c.message_id == first)).one()._mapping)
        copies = []
        for number in range(count):
            own = str(uuid.uuid4())
            state = row["state"].replace(first, own)
            copies.append(row | {"message_id": own, "number": f"{number}", "state": state})
        connection.execute(insert(t.message), copies)


def test_racing_timers_tell_each_term_once_though_one_is_killed_in_the_middle(
    filled_url: str, tmp_path: Path, clock: HandClock
) -> None:
    """Two hosts of one database (F72): every late message is told once, by whichever was alive."""
    count = 1600
    with open_central(filled_url, files=folder_of(tmp_path), clock=clock) as central:
        late_copies(central, clock, count)

        def told() -> int:
            with reading(central.store.engine) as connection:
                return connection.scalar(select(func.count()).where(t.notice.c.kind == "over")) or 0

        with (
            served(filled_url, "--workers", "2", files=folder_of(tmp_path)) as one,
            served(filled_url, files=folder_of(tmp_path)) as other,
        ):
            wait_for(lambda: told() > 0)
            os.kill(one.workers()[0], signal.SIGKILL)
            other.process.kill()
            wait_for(lambda: told() >= 2 * (count + 1))
            assert one.end()[0] == 0
        with reading(central.store.engine) as connection:
            known = t.notice.c
            rows = connection.execute(select(known.message_id, known.recipient).where(known.kind == "over")).all()
            remembered = connection.scalar(select(func.count()).select_from(t.timed))
        assert set(Counter(rows).values()) == {1}
        assert len(rows) == 2 * (count + 1)
        # near, stage and answer of each, the present one of which was told
        assert remembered == 3 * (count + 1)
