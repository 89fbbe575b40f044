"""A TCP proxy that does to a connection what bad networks do; toxics are named as in toxiproxy."""

from __future__ import annotations

import contextlib
import random
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

CHUNK = 65536
CONNECT_S = 5.0
MOST_GATHERED = 16 * 1024 * 1024
_LENGTH = re.compile(rb"\r\ncontent-length:\s*(\d+)", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Toxics:
    """What is done to bytes. Unset means nothing; `down` refuses connections.

    Towards the desk: `latency_s` before what has come (with `jitter_s` more by chance), `slicer_bytes` at a time with
    `bandwidth_bytes_s`, `slow_close_s` before a close is passed on, `limit_bytes` of an answer and then the end
    (`reset` ends it by RST, else it is closed), `timeout` lets nothing through and closes nothing, `drop_answer`
    forwards the request and closes instead of passing the answer on. Towards the store: `duplicate` sends each
    request twice at once, on two connections.
    """

    down: bool = False
    latency_s: float = 0.0
    jitter_s: float = 0.0
    bandwidth_bytes_s: int = 0
    slicer_bytes: int = 0
    slow_close_s: float = 0.0
    limit_bytes: int | None = None
    reset: bool = False
    timeout: bool = False
    drop_answer: bool = False
    duplicate: bool = False
    hold_request_s: float = 0.0


@dataclass
class Tally:
    """What has passed."""

    connections: int = 0
    requests: int = 0
    answers_dropped: int = 0
    duplicates: list[bytes] = field(default_factory=list)
    """Answers to the second sending of a request, whole."""
    request_at: list[float] = field(default_factory=list)
    """Monotonic moments of requests."""


class Proxy:
    """Listens on a free loopback port for one goal; toxics may be changed at any moment."""

    def __init__(self, host: str, port: int, seed: int = 1) -> None:
        self._goal = (host, port)
        self._rng = random.Random(seed)  # noqa: S311
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = self._listener.getsockname()[1]
        self._toxics = Toxics()
        self.tally = Tally()
        self._answered = threading.Event()
        self._open: set[socket.socket] = set()
        self._to_reset: set[socket.socket] = set()
        self._guard = threading.Lock()
        self._is_over = False
        self._thread = threading.Thread(target=self._listen, name="proxy", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def toxics(self) -> Toxics:
        return self._toxics

    @toxics.setter
    def toxics(self, value: Toxics) -> None:
        self._toxics = value
        if value.down:
            self.break_all()

    @contextmanager
    def suffering(self, toxics: Toxics) -> Iterator[None]:
        before, self.toxics = self._toxics, toxics
        try:
            yield
        finally:
            self.toxics = before

    def cut(self) -> None:
        """Closes what is open and whatever comes, until `mend`."""
        self.toxics = Toxics(down=True)

    def mend(self) -> None:
        self.toxics = Toxics()

    def break_all(self) -> None:
        with self._guard:
            every = list(self._open)
        for one in every:
            _shut(one)

    def await_answer(self, patience_s: float) -> bool:
        """Until the store has answered a request since the last call; so one knows that it was committed."""
        came = self._answered.wait(patience_s)
        self._answered.clear()
        return came

    def close(self) -> None:
        self._is_over = True
        # a connection of our own wakes the listener
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1.0):
            pass
        self._thread.join(5)
        self._listener.close()
        self.break_all()

    def _listen(self) -> None:
        while not self._is_over:
            near, _ = self._listener.accept()
            if self._is_over or self._toxics.down:
                near.close()
                continue
            threading.Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near: socket.socket) -> None:
        try:
            far = socket.create_connection(self._goal, CONNECT_S)
        except OSError:
            near.close()
            return
        far.settimeout(None)
        self.tally.connections += 1
        with self._guard:
            self._open |= {near, far}
        back = threading.Thread(target=self._pump, args=(far, near, self._towards_desk), daemon=True)
        back.start()
        self._pump(near, far, self._towards_store)
        back.join()
        with self._guard:
            self._open -= {near, far}
            self._to_reset.discard(near)
        near.close()
        far.close()

    def _pump(self, source: socket.socket, goal: socket.socket, pass_on: Callable[..., bool]) -> None:
        state = _Direction()
        with contextlib.suppress(OSError):
            while piece := source.recv(CHUNK):
                if not pass_on(goal, piece, state):
                    break
        time.sleep(self._toxics.slow_close_s)
        if self._toxics.timeout:
            self._stall()
        for one in (source, goal):
            # an orderly end first would leave nothing to reset
            _shut(one, socket.SHUT_RD if one in self._to_reset else socket.SHUT_RDWR)

    def _stall(self) -> None:
        while self._toxics.timeout and not self._is_over:
            time.sleep(0.02)

    def _towards_store(self, far: socket.socket, piece: bytes, state: _Direction) -> bool:
        toxics = self._toxics
        if not state.gathered:
            # only where something is done to whole requests are they waited for: other bytes are no requests
            state.is_held = toxics.duplicate or toxics.hold_request_s > 0
        if not state.is_held:
            far.sendall(piece)
        state.gathered = (state.gathered + piece)[-MOST_GATHERED:]
        while (request := _first_request(state.gathered)) is not None:
            state.gathered = state.gathered[len(request) :]
            self.tally.requests += 1
            self.tally.request_at.append(time.monotonic())
            if state.is_held:
                time.sleep(toxics.hold_request_s)
                if toxics.duplicate:
                    threading.Thread(target=self._send_again, args=(request,), daemon=True).start()
                far.sendall(request)
        return True

    def _send_again(self, request: bytes) -> None:
        with contextlib.suppress(OSError), socket.create_connection(self._goal, CONNECT_S) as other:
            other.settimeout(30)
            other.sendall(request)
            answer = b""
            while _first_request(answer) is None and (piece := other.recv(CHUNK)):
                answer += piece
            self.tally.duplicates.append(answer)

    def _towards_desk(self, near: socket.socket, piece: bytes, state: _Direction) -> bool:
        toxics = self._toxics
        self._answered.set()
        if toxics.timeout:
            return False
        if toxics.drop_answer:
            self.tally.answers_dropped += 1
            return False
        time.sleep(toxics.latency_s + self._rng.uniform(0.0, toxics.jitter_s))
        for part in _sliced(piece, toxics.slicer_bytes):
            if toxics.bandwidth_bytes_s:
                time.sleep(len(part) / toxics.bandwidth_bytes_s)
            room = len(part) if toxics.limit_bytes is None else max(0, toxics.limit_bytes - state.passed)
            near.sendall(part[:room])
            state.passed += room
            if room < len(part):
                if toxics.reset:
                    # closing with a linger of nothing sends RST
                    near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    self._to_reset.add(near)
                return False
        return True


@dataclass
class _Direction:
    """What one way of a connection has gathered and passed."""

    gathered: bytes = b""
    passed: int = 0
    is_held: bool = False


def _first_request(gathered: bytes) -> bytes | None:
    """The first whole HTTP message of these bytes, by its content length; None while it is not whole."""
    end = gathered.find(b"\r\n\r\n")
    if end < 0:
        return None
    found = _LENGTH.search(gathered[:end])
    length = end + 4 + (int(found[1]) if found else 0)
    return gathered[:length] if len(gathered) >= length else None


def _sliced(piece: bytes, size: int) -> Iterator[bytes]:
    if not size:
        yield piece
        return
    for at in range(0, len(piece), size):
        yield piece[at : at + size]


def _shut(one: socket.socket, how: int = socket.SHUT_RDWR) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(how)
