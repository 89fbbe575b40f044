"""Real desks over HTTP for the proofs: SQLCipher files, a key store in memory, and clients that only push."""

from __future__ import annotations

import contextlib
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

from arm.bootstrap import open_desk
from arm.desk.desk import Desk
from arm.desk.troubles import SyncTrouble
from arm.domain.commands import Command, Comment
from arm.domain.identity import CommandId, DeviceId, MessageId
from arm.local.held_keys import HeldKeys
from arm.local.keys import key_from_store, load_record
from arm.local.outbox import Entry
from arm.local.work import WorkFile
from arm.sync.transport import HttpTransport
from arm.verify.rig_town import PASSWORD, call, new_message_id
from arm.wire import Base, Decision, Envelope, PushRequest, SignInRequest, plain

PAUSE_S = 0.2


def desk_on(folder: Path, server: str, login: str, keys: HeldKeys) -> Desk:
    """A desk of that person, signed in and synchronised."""
    desk = open_desk(folder, ca_file="", key_store=lambda: keys)
    desk.session.sign_in(server, login, PASSWORD)
    desk.sync.first_sync(lambda done, total: None)
    return desk


def entries_of(folder: Path, keys: HeldKeys) -> list[Entry]:
    """Everything in the outbox and its archive of a profile that nobody has open."""
    record = load_record(folder)
    if record is None:
        return []
    work = WorkFile(folder, key_from_store(record, keys), lambda: "verify", was_clean=True)
    try:
        return work.outbox.archived(-1_000_000, 1_000_000) + work.outbox.unsent(1_000_000)
    finally:
        work.close()


class Pusher:
    """A client with one command at a time, repeated until it is decided: the load of a proof, and its witness."""

    def __init__(self, server: str, login: str, keep_on: threading.Event) -> None:
        self.login = login
        self.acknowledged: list[Decision] = []
        self.acknowledged_at: list[float] = []
        """Monotonic moments."""
        self.repeated = 0
        self.broken = ""
        self._stop = keep_on
        self.device_id = DeviceId(str(uuid.uuid4()))
        answer = HttpTransport(server, lambda: "", lambda: "").sign_in(
            SignInRequest(login=login, password=PASSWORD, device_id=self.device_id)
        )
        self._transport = HttpTransport(server, lambda: self.device_id, lambda: answer.token)
        self._next = self._commands()

    def run(self) -> None:
        """Until told to stop, and until the command under way is decided."""
        for envelope in self._next:
            if not self._decided(envelope) or self._stop.is_set():
                break
        self._transport.close()

    def _decided(self, envelope: Envelope) -> bool:
        request = PushRequest(device_id=self.device_id, commands=[envelope])
        while True:
            try:
                (decision,) = self._transport.push(request).decisions
            except SyncTrouble as trouble:
                if trouble.kind not in {"offline", "server_fault", "throttled"}:
                    self.broken = f"{trouble.kind} {trouble.code}"
                    return False
                self.repeated += 1
                time.sleep(PAUSE_S)
                continue
            self.acknowledged.append(decision)
            self.acknowledged_at.append(time.monotonic())
            return True

    def _commands(self) -> Iterator[Envelope]:
        """Registrations, each with a comment that builds on it."""
        seq = 0
        while True:
            message_id, base = new_message_id(), Base()
            commands: list[Command] = [call(f"Звонок {seq}"), Comment(text=f"Уточнение {seq}")]
            for command in commands:
                seq += 1
                command_id = CommandId(str(uuid.uuid4()))
                yield Envelope(
                    command_id=command_id,
                    device_seq=seq,
                    verb=command.verb.value,
                    message_id=message_id,
                    base=base,
                    payload=plain(command),
                )
                base = Base(after=command_id)


class Typist:
    """A real desk at which somebody keeps on registering calls, its network threads running."""

    def __init__(self, folder: Path, server: str, login: str, keep_on: threading.Event, pause_s: float) -> None:
        self.folder = folder
        self.keys = HeldKeys()
        self.desk = desk_on(folder, server, login, self.keys)
        self.saved: list[tuple[CommandId, MessageId]] = []
        """What the desk has said to be saved on this computer."""
        self._stop = keep_on
        self._pause_s = pause_s
        self.desk.sync.start()

    def run(self) -> None:
        count = 0
        while not self._stop.wait(self._pause_s):
            count += 1
            done = self.desk.commands.do(None, call(f"Звонок {count}"))
            command_id = getattr(done, "command_id", None)
            if command_id is not None:
                self.saved.append((command_id, done.message_id))  # type: ignore[union-attr]

    def settle(self, patience_s: float) -> bool:
        """Until nothing is unsent, woken by the desk's own news; False when it takes too long."""
        woken = threading.Event()
        stop = self.desk.listen(lambda changes: woken.set())
        end = time.monotonic() + patience_s
        try:
            while self.desk.sync.status().unsent:
                if not woken.wait(max(0.0, end - time.monotonic())):
                    return False
                woken.clear()
            return True
        finally:
            stop()

    def run_until_whole(self, patience_s: float) -> bool:
        """One whole turn by hand, repeated over passing troubles."""
        end = time.monotonic() + patience_s
        while time.monotonic() < end:
            with contextlib.suppress(SyncTrouble):
                self.desk.sync.run_now()
                return True
            time.sleep(PAUSE_S)
        return False


def started(*works: Callable[[], None]) -> list[threading.Thread]:
    threads = [threading.Thread(target=one, daemon=True) for one in works]
    for one in threads:
        one.start()
    return threads
