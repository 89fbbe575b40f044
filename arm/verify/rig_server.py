"""A real central store in a process of its own, which a proof may kill and start again on the same port."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from arm.verify.rig_postgres import RigTrouble, children_of

ROOT = Path(__file__).resolve().parents[2]
LISTENING = "listening "
GRACE_S = 20


def program_environment(folder: Path, **more: str) -> dict[str, str]:
    """For a program of ours with folders of its own; nothing of the person's is read or written."""
    own = {f"ARM_{name}_FOLDER": str(folder / name.lower()) for name in ("DATA", "CONFIG", "CACHE")}
    inherited = os.environ.get("PYTHONPATH")
    path = os.pathsep.join([str(ROOT), inherited] if inherited else [str(ROOT)])
    return os.environ | own | {"PYTHONPATH": path, "PYTHONUTF8": "1"} | more


@dataclass
class CentralProcess:
    """`arm central serve` over a database; stored files and logs lie in `folder`, the port stays over restarts."""

    url: str
    folder: Path
    workers: int = 0
    words: tuple[str, ...] = ()
    """Put before the program: faketime, prlimit …"""
    environ: dict[str, str] = field(default_factory=dict)
    port: int = 0
    process: subprocess.Popen[str] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.folder / "central.log"

    def start(self) -> None:
        """Returns when it listens; RigTrouble when it does not come up."""
        self.port = self.port or free_port()
        command = [
            *(*self.words, sys.executable, "-m", "arm", "central", "serve"),
            *("--database", self.url, "--listen", f"127.0.0.1:{self.port}"),
            *(("--workers", str(self.workers)) if self.workers else ()),
        ]
        with self.log.open("ab") as errors:
            self.process = subprocess.Popen(  # noqa: S603
                command,
                stdout=subprocess.PIPE,
                stderr=errors,
                stdin=subprocess.DEVNULL,
                text=True,
                env=program_environment(self.folder, **self.environ),
            )
        out = self.process.stdout
        line = out.readline() if out is not None else ""
        if not line.startswith(LISTENING):
            self.kill()
            raise RigTrouble(f"central serve: {self.log}")

    def kill(self) -> None:
        """SIGKILL to it and to what it started."""
        process, self.process = self.process, None
        if process is None:
            return
        for one in (*children_of(process.pid), process.pid):
            with suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        _ended(process)

    def stop(self) -> None:
        process, self.process = self.process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            process.kill()
        _ended(process)


def _ended(process: subprocess.Popen[str]) -> None:
    process.wait(GRACE_S)
    if process.stdout is not None:
        process.stdout.close()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


@contextmanager
def running_server(
    url: str, folder: Path, *, workers: int = 0, words: tuple[str, ...] = (), before: Callable[[], None] | None = None
) -> Iterator[CentralProcess]:
    """Serving until the end of the block."""
    if before is not None:
        before()
    server = CentralProcess(url, folder, workers, words)
    server.start()
    try:
        yield server
    finally:
        server.stop()
