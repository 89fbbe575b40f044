"""Everything that a history draws: one seed, time that moves only by steps, clocks that may be wrong, the trace."""

from __future__ import annotations

import hashlib
import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

BEGINNING = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


class Chance:
    """One stream per step: a step that is left out draws nothing from the others."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.rng = random.Random()  # noqa: S311
        self._bytes = random.Random()  # noqa: S311
        self.enter("begin")

    def enter(self, step: object) -> None:
        self.rng.seed(f"{self.seed}/{step}")
        self._bytes.seed(f"{self.seed}/{step}/bytes")

    def bytes(self, count: int) -> bytes:
        return self._bytes.randbytes(count)

    def happens(self, probability: float) -> bool:
        return self.rng.random() < probability

    # what the desk is given

    def new(self) -> str:
        """A UUID of this history (`IdGen`)."""
        import uuid

        return str(uuid.UUID(bytes=self.bytes(16), version=4))

    def uniform(self, low: float, high: float) -> float:
        return self.rng.uniform(low, high)


@contextmanager
def drawn_from(chance: Chance) -> Iterator[None]:
    """Whatever asks the operating system for randomness (uuid4, secrets, keys) gets it from the seed."""
    before = os.urandom, vars(random)["_urandom"]
    os.urandom = chance.bytes
    vars(random)["_urandom"] = chance.bytes
    try:
        yield
    finally:
        os.urandom, vars(random)["_urandom"] = before


@dataclass
class Time:
    """True time, which nobody sees."""

    now: datetime = BEGINNING

    def pass_by(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class NodeClock:
    """What one machine believes: its wall clock may jump, its monotonic one begins anew at a restart."""

    time: Time
    offset: timedelta = timedelta(0)
    started: datetime = BEGINNING

    def wall(self) -> datetime:
        return self.time.now + self.offset

    def monotonic_s(self) -> float:
        return (self.time.now - self.started).total_seconds()

    def restart(self) -> None:
        self.started = self.time.now


@dataclass
class Trace:
    """What happened, one line a step, and the hash over all of it with every answer's bytes."""

    lines: list[str] = field(default_factory=list)
    prints: bool = False
    _hash: Any = field(default_factory=hashlib.sha256)

    def note(self, line: str) -> None:
        self.lines.append(line)
        self._hash.update(line.encode())
        if self.prints:
            print(line, flush=True)

    def take(self, raw: bytes) -> None:
        self._hash.update(raw)

    @property
    def digest(self) -> str:
        return str(self._hash.hexdigest())


class Violation(AssertionError):
    """An invariant that didn't hold: its number and what was seen, without anybody's words."""

    def __init__(self, invariant: str, seen: str) -> None:
        super().__init__(f"{invariant}: {seen}")
        self.invariant, self.seen = invariant, seen
