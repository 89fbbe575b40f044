"""The demonstration's store run beside this process, in a private folder that goes away with it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from arm.demo.account import Account
from arm.typed import from_json

LISTENING = "listening "
GRACE_S = 10


class DemoTrouble(Exception):
    """The store did not come up; `log` is the file where it said why, `code` its exit code."""

    def __init__(self, code: int, log: Path) -> None:
        super().__init__(f"exit code {code}")
        self.code, self.log = code, log


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """A running demonstration: where it answers, who may enter, and the folder for their profiles."""

    address: str
    accounts: tuple[Account, ...]
    profiles: Path


@contextmanager
def embedded_demo() -> Iterator[Embedded]:
    """Starts the store and yields when it answers; it ends with this block, and with this process whatever happens.

    Raises DemoTrouble; its log is then kept.
    """
    folder = Path(tempfile.mkdtemp(prefix="arm-demo-"))
    log = folder / "central.log"
    with log.open("wb") as errors:
        store = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "arm.demo.server", str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env={**os.environ, "PYTHONUTF8": "1"},
        )
    failed = False
    try:
        yield _heard(store, folder, log)
    except DemoTrouble:
        failed = True
        raise
    finally:
        _end(store)
        if not failed:
            _clear(folder)


def _heard(store: subprocess.Popen[bytes], folder: Path, log: Path) -> Embedded:
    out = store.stdout
    lines = iter(out.readline, b"") if out is not None else iter(())
    accounts: list[Account] = []
    for line in lines:
        text = line.decode("utf-8", "replace").strip()
        if text.startswith("["):
            accounts = from_json(text, list[Account])
        elif text.startswith(LISTENING):
            return Embedded(
                address=text.removeprefix(LISTENING), accounts=tuple(accounts), profiles=folder / "profiles"
            )
    raise DemoTrouble(store.wait(), log)


def _end(store: subprocess.Popen[bytes]) -> None:
    """Closing its standard input ends it; one that hangs is ended for it."""
    if store.stdin is not None:
        store.stdin.close()
    try:
        store.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        store.kill()
        store.wait()
    if store.stdout is not None:
        store.stdout.close()


def _clear(folder: Path) -> None:
    import shutil

    shutil.rmtree(folder, ignore_errors=True)
