"""The real clock, ids, randomness and second thread that a desk is given by its wiring."""

from __future__ import annotations

import random
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime

from arm.sync.ahead import Ahead, OneAhead
from arm.sync.ports import Clock, IdGen, Rng


class SystemClock:
    def wall(self) -> datetime:
        return datetime.now(UTC)

    def monotonic_s(self) -> float:
        return time.monotonic()


class RandomIds:
    def new(self) -> str:
        return str(uuid.uuid4())


@dataclass(frozen=True)
class Surroundings:
    """Everything that a simulation replaces."""

    clock: Clock = field(default_factory=SystemClock)
    ids: IdGen = field(default_factory=RandomIds)
    rng: Rng = field(default_factory=random.SystemRandom)
    ahead: Ahead = field(default_factory=OneAhead)
    """A simulation, which has one thread, takes `InTurn`."""
