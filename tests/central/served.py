"""A central store served by real processes, for tests that kill some of them, or by a thread of this one."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from arm import wire
from arm.central.central import Central
from arm.central.serving import listening_socket, server_for
from arm.domain.commands import Command
from arm.domain.identity import CommandId, DeviceId, MessageId
from tests.central.region import PASSWORD
from tests.conftest import ROOT

PROGRAM = (
    "import argparse, sys; from arm.central.cli import add_parsers; p = argparse.ArgumentParser();"
    "add_parsers(p.add_subparsers(required=True)); a = p.parse_args(); sys.exit(a.run(a))"
)


@dataclass
class Served:
    process: subprocess.Popen[str]
    url: str

    def workers(self) -> list[int]:
        pid = self.process.pid
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def end(self, how: signal.Signals = signal.SIGTERM) -> tuple[int, str, str]:
        """Exit code and what it said since it listens, on both streams."""
        self.process.send_signal(how)
        said, complaints = self.process.communicate(timeout=30)
        return self.process.returncode, said, complaints


@contextmanager
def served(database: str, *more: str, files: Path | None = None) -> Iterator[Served]:
    place = ["--files", str(files)] if files is not None else []
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "serve", "--database", database, "--listen", "127.0.0.1:0", *place, *more],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    try:
        assert process.stdout is not None
        word, _, url = process.stdout.readline().strip().partition(" ")
        if word != "listening":
            process.kill()
            raise AssertionError(process.communicate(timeout=30))
        yield Served(process, url)
    finally:
        with process:
            if process.poll() is None:
                process.terminate()


@contextmanager
def serving(central: Central, longest_silence_s: float = 30.0) -> Iterator[socket.socket]:
    """The socket that a server listens on, in a thread of this process and as `arm central serve` has it."""
    bound, started = listening_socket("127.0.0.1", 0), threading.Event()
    server = server_for(central, started.set, longest_silence_s=longest_silence_s)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
    thread.start()
    try:
        assert started.wait(30)
        yield bound
    finally:
        server.handle_exit(signal.SIGTERM, None)
        thread.join(30)
        bound.close()


def url_of(bound: socket.socket) -> str:
    return f"http://127.0.0.1:{bound.getsockname()[1]}"


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


class Caller:
    """A user's device over HTTP; it repeats what got no decision, as a desk does."""

    def __init__(self, url: str, login: str) -> None:
        self.session = requests.Session()
        self.session.trust_env = False
        self.url, self.device_id, self.seq = url, DeviceId(str(uuid.uuid4())), 0
        asked = {"login": login, "password": PASSWORD, "device_id": self.device_id}
        token = self.session.post(f"{url}/api/v1/sessions", json=asked, timeout=60).json()["token"]
        self.session.headers.update({"Authorization": f"Bearer {token}", "Arm-Device": self.device_id})
        self.statuses: list[int] = []

    def ask(self, method: str, path: str, **more: Any) -> requests.Response:
        return self.session.request(method, f"{self.url}/api/v1{path}", timeout=60, **more)

    def register(self, message_id: MessageId, command: Command) -> dict[str, Any]:
        self.seq += 1
        envelope = wire.Envelope(
            command_id=CommandId(str(uuid.uuid4())),
            device_seq=self.seq,
            verb=command.verb.value,
            message_id=message_id,
            base=wire.Base(),
            payload=wire.plain(command),
        )
        body = wire.to_json(wire.PushRequest(device_id=self.device_id, commands=[envelope]))
        while True:
            try:
                answer = self.ask("POST", "/commands", data=body, headers={"Content-Type": "application/json"})
            except requests.ConnectionError:
                self.statuses.append(0)
                continue
            self.statuses.append(answer.status_code)
            if answer.status_code == 200:
                decision: dict[str, Any] = answer.json()["decisions"][0]
                return decision
            assert answer.status_code in (429, 503), answer.text
