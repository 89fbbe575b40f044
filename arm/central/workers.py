"""Several server processes on one listening socket: started, watched, started again, and ended together."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from types import FrameType

import msgspec

from arm.central.serving import GRACE_S, LISTENING, Listener, ServeTrouble, end_with_stdin

log = logging.getLogger(__name__)

MAX_WORKERS = 64
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
STEADY_S = 60.0
"""A worker that lived this long begins with the shortest pause again."""
LAST_GRACE_S = GRACE_S + 5
WORKER_CONNECTIONS, LEAST_CONNECTIONS = 80, 12
"""Database connections of all workers of a host together, and of one at least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a worker reads as the first line of its standard input: no password stands among its arguments."""

    number: int
    socket: int
    url: str
    database: str
    files: str
    certificate: str
    key: str
    connections: int


@dataclass(frozen=True, slots=True)
class News:
    """What the watching threads tell: `listening`, `ended` (of that process) or `end` for all."""

    kind: str
    number: int = 0
    pid: int = 0


@dataclass(slots=True)
class _Place:
    """One worker's place; its processes come and go."""

    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    short_lives: int = 0
    due_at: float | None = None


def connections_each(workers: int) -> int:
    return max(LEAST_CONNECTIONS, WORKER_CONNECTIONS // workers)


def supervise(
    listener: Listener,
    workers: int,
    *,
    database: str,
    files: str = "",
    until_stdin_closes: bool = False,
    say: Callable[[str], None] = print,
) -> int:
    """Serves with so many processes until SIGTERM or SIGINT; the listening socket is the caller's to close.

    ServeTrouble(no_workers) where a socket can't be handed on, (worker_failed) when one can't begin.
    """
    if os.name != "posix":
        raise ServeTrouble("no_workers")

    def order(number: int) -> Order:
        return Order(
            number=number,
            socket=listener.socket.fileno(),
            url=listener.url,
            database=database,
            files=files,
            certificate=str(listener.certificate or ""),
            key=str(listener.key or ""),
            connections=connections_each(workers),
        )

    watch = _Watch(order, workers, lambda: say(f"{LISTENING}{listener.url}"))
    before = {one: signal.signal(one, watch.end_soon) for one in (signal.SIGTERM, signal.SIGINT)}
    if until_stdin_closes:
        threading.Thread(target=end_with_stdin, args=(watch.end_soon,), daemon=True).start()
    try:
        watch.run()
    finally:
        watch.end_all()
        for one, handler in before.items():
            signal.signal(one, handler)
    return 0


@dataclass
class _Watch:
    """The parent's one loop: everything reaches it as news, so nothing of it needs a lock."""

    order: Callable[[int], Order]
    count: int
    on_listening: Callable[[], None]
    news: SimpleQueue[News] = field(default_factory=SimpleQueue)
    places: dict[int, _Place] = field(default_factory=dict)
    listening: set[int] = field(default_factory=set)
    is_told: bool = False

    def end_soon(self, sig: int = 0, frame: FrameType | None = None) -> None:
        """For signal handlers and other threads."""
        self.news.put(News("end"))

    def run(self) -> None:
        for number in range(1, self.count + 1):
            self.places[number] = _Place()
            self._start(number)
        while True:
            try:
                one = self.news.get(timeout=self._until_next_start())
            except Empty:
                self._start_those_due()
                continue
            if one.kind == "end":
                return
            if one.kind == "listening":
                self._heard(one.number)
            else:
                self._lost(one)

    def _heard(self, number: int) -> None:
        self.listening.add(number)
        if len(self.listening) == self.count and not self.is_told:
            self.is_told = True
            self.on_listening()

    def _lost(self, news: News) -> None:
        place = self.places[news.number]
        if place.process is None or place.process.pid != news.pid:
            return
        code, lived_s = place.process.returncode, time.monotonic() - place.started_at
        _close_input(place.process)
        place.process = None
        if not self.is_told:
            raise ServeTrouble("worker_failed")
        place.short_lives = 0 if lived_s >= STEADY_S else place.short_lives + 1
        pause_s = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** min(max(place.short_lives - 1, 0), 10))
        place.due_at = time.monotonic() + pause_s
        log.warning("a worker ended and will be started again", extra={"process_id": news.pid, "code": code})

    def _until_next_start(self) -> float | None:
        due = [one.due_at for one in self.places.values() if one.due_at is not None]
        return max(0.0, min(due) - time.monotonic()) if due else None

    def _start_those_due(self) -> None:
        now = time.monotonic()
        for number, place in self.places.items():
            if place.due_at is not None and place.due_at <= now:
                self._start(number)

    def _start(self, number: int) -> None:
        place, order = self.places[number], self.order(number)
        process = subprocess.Popen(
            [sys.executable, "-m", "arm.central.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=(order.socket,),
        )
        place.process, place.started_at, place.due_at = process, time.monotonic(), None
        with suppress(BrokenPipeError):
            if process.stdin is not None:
                process.stdin.write(msgspec.json.encode(order) + b"\n")
                process.stdin.flush()
        threading.Thread(target=self._listen, args=(number, process), daemon=True).start()

    def _listen(self, number: int, process: subprocess.Popen[bytes]) -> None:
        """Until the worker's end; a thread of its own for each."""
        if process.stdout is not None:
            with process.stdout as said:
                for line in said:
                    if line.startswith(LISTENING.encode()):
                        self.news.put(News("listening", number, process.pid))
        process.wait()
        self.news.put(News("ended", number, process.pid))

    def end_all(self) -> None:
        """Told at once, waited for together; one that hangs is ended for it."""
        alive = [place.process for place in self.places.values() if place.process is not None]
        for one in alive:
            one.terminate()
        until = time.monotonic() + LAST_GRACE_S
        for one in alive:
            try:
                one.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                one.kill()
                one.wait()
            _close_input(one)


def _close_input(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        with suppress(BrokenPipeError):
            process.stdin.close()
