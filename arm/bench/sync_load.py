"""Desks without windows and files: many connections that say what they must and wait for the answer, at little cost."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from arm.bench.sync_stores import LOGIN, Served
from arm.domain.identity import CommandId, DeviceId, MessageId
from arm.sync.transport import HttpTransport
from arm.wire import Base, Envelope, PushAnswer, PushRequest, SignInRequest, Verdict, from_json, plain, to_json


class Refusal(Exception):
    """The central store answered otherwise than a desk in order would be answered."""


@dataclass
class Caller:
    """One signed-in device: its headers, and the last number it gave to a command."""

    device_id: str
    token: str
    seq: int = 0

    def request(self, method: str, path: str, body: bytes = b"") -> bytes:
        head = (
            f"{method} /api/v1{path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {self.token}\r\n"
            f"Arm-Device: {self.device_id}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    def command(self, verb: str, message_id: str, command: object) -> bytes:
        """A push of one command under the next number."""
        self.seq += 1
        envelope = Envelope(
            command_id=CommandId(str(uuid.uuid4())),
            device_seq=self.seq,
            verb=verb,
            message_id=MessageId(message_id),
            base=Base(),
            payload=plain(command),
        )
        return self.request(
            "POST", "/commands", to_json(PushRequest(device_id=DeviceId(self.device_id), commands=[envelope]))
        )


def callers(served: Served, count: int) -> list[Caller]:
    """So many devices of one person, signed in one after another."""
    made = []
    for _ in range(count):
        device_id = str(uuid.uuid4())
        transport = HttpTransport(served.address, lambda device_id=device_id: device_id, lambda: "")  # type: ignore[misc]
        asked = SignInRequest(login=LOGIN, password=served.password, device_id=DeviceId(device_id))
        made.append(Caller(device_id, transport.sign_in(asked).token))
        transport.close()
    return made


class Line:
    """One connection, opened anew when the other side has closed it in a pause."""

    def __init__(self, address: str) -> None:
        place = urlsplit(address)
        self._host, self._port = place.hostname, place.port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def ask(self, request: bytes) -> bytes:
        """The body of a 200. Raises Refusal."""
        try:
            return await self._asked(request)
        except (asyncio.IncompleteReadError, ConnectionError):
            self.close()
            return await self._asked(request)

    async def _asked(self, request: bytes) -> bytes:
        if self._reader is None or self._writer is None:
            self._reader, self._writer = await asyncio.open_connection(self._host, self._port, limit=1 << 26)
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        lines = head.split(b"\r\n")
        size = next(int(one.split(b":")[1]) for one in lines if one.lower().startswith(b"content-length:"))
        body = await self._reader.readexactly(size)
        if b" 200 " not in lines[0] + b" ":
            raise Refusal(f"{lines[0].decode()}: {body[:200].decode(errors='replace')}")
        return body

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None


def together(served: Served, talks: Sequence[Callable[[Line], Awaitable[None]]]) -> None:
    """All conversations at once, each on its own connection, to their end."""

    async def one(talk: Callable[[Line], Awaitable[None]]) -> None:
        line = Line(served.address)
        try:
            await talk(line)
        finally:
            line.close()

    async def every() -> None:
        await asyncio.gather(*(one(talk) for talk in talks))

    asyncio.run(every())


def rate(served: Served, desks: Sequence[Caller], make: Callable[[Caller], bytes], seconds: float) -> float:
    """Accepted commands a second when each desk sends one, waits for its decision and sends the next."""
    accepted = 0
    until = time.perf_counter() + seconds

    def talk_of(desk: Caller) -> Callable[[Line], Awaitable[None]]:
        async def talk(line: Line) -> None:
            nonlocal accepted
            while time.perf_counter() < until:
                made = from_json(await line.ask(make(desk)), PushAnswer).decisions
                if [one.verdict for one in made] != [Verdict.ACCEPTED]:
                    raise Refusal(str(made))
                accepted += 1

        return talk

    began = time.perf_counter()
    together(served, [talk_of(one) for one in desks])
    return accepted / (time.perf_counter() - began)
