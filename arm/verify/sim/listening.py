"""A handler that reads every log line of a history as it would be written, and looks for canaries in it (I15)."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from arm.logs import DiscreetFormatter, DiscretionFilter
from arm.verify.sim.chance import Violation
from arm.verify.sim.oracle import CANARY


class Listener(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.addFilter(DiscretionFilter())
        self.setFormatter(DiscreetFormatter(with_places=True))
        self.words = 0
        self.lines = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.lines += 1
        if CANARY.search(self.format(record).encode()):
            self.words += 1

    def check(self) -> None:
        """I15: nobody's words in the stream of log lines."""
        if self.words:
            raise Violation("I15", f"{self.words} log lines hold somebody's words")


@contextmanager
def no_words_in_the_log() -> Iterator[Listener]:
    listener, root = Listener(), logging.getLogger()
    before, level = list(root.handlers), root.level
    root.handlers[:] = [listener]
    root.setLevel(logging.INFO)
    try:
        yield listener
    finally:
        root.handlers[:] = before
        root.setLevel(level)
