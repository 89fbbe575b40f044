"""A real central store in a process of its own, which a test may kill and start again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Server:
    """`port` stays the same over restarts, so that desks find it again."""

    database: Path
    port: int = 0
    running: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "arm", "central", "serve"),
                *("--database", f"sqlite:///{self.database}", "--listen", f"127.0.0.1:{self.port}"),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("listening "), line
        self.port = int(line.strip().rpartition(":")[2])
        self.running.append(process)

    def kill(self) -> None:
        """As a power cut would end it."""
        self._end(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, sign: int) -> None:
        while self.running:
            process = self.running.pop()
            process.send_signal(sign)
            process.wait(20)
            if process.stdout is not None:
                process.stdout.close()


@contextmanager
def running_server(database: Path) -> Iterator[Server]:
    server = Server(database)
    server.start()
    try:
        yield server
    finally:
        server.stop()
