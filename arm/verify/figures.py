"""What a proof found: the figures, the one line of JSON that every proof ends with, and the exit code."""

from __future__ import annotations

import json
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Figures:
    """Counts of one run; `more` holds what only this proof measures, `failed` says in words what went wrong."""

    histories: int = 0
    commands: int = 0
    faults: int = 0
    lost: int = 0
    duplicated: int = 0
    strangers: int = 0
    failed: list[str] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)
    began: float = field(default_factory=time.monotonic)

    def expect(self, holds: bool, otherwise: str) -> None:
        """Notes a sentence for what should have held."""
        if not holds:
            self.failed.append(otherwise)

    @property
    def is_good(self) -> bool:
        return not (self.lost or self.duplicated or self.strangers or self.failed)

    def as_mapping(self) -> Mapping[str, Any]:
        return {
            "histories": self.histories,
            "commands": self.commands,
            "faults": self.faults,
            "lost": self.lost,
            "duplicated": self.duplicated,
            "strangers": self.strangers,
            "failed": self.failed,
            "skipped": self.skipped,
            "seconds": round(time.monotonic() - self.began, 1),
            **self.more,
        }

    def finish(self, *, as_json: bool) -> int:
        """Prints the figures; 0 when everything held."""
        for name, value in self.as_mapping().items():
            if value not in ([], {}):
                print(f"{name}: {value}")
        if as_json:
            print(json.dumps(self.as_mapping(), ensure_ascii=False), flush=True)
        return 0 if self.is_good else 1


def begun() -> Figures:
    """Figures of a command that, ended by SIGTERM, still takes its servers and folders away."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    return Figures()


def tell(line: str) -> None:
    """Progress goes beside the result."""
    print(line, file=sys.stderr, flush=True)
