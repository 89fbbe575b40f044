"""The peer of `arm bench sync`: pouchdb-server and a client of it under Node, fetched by npm into the cache folder."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from arm.bench.sync_stores import end
from arm.settings import cache_folder, resource_path

PACKAGES = ("pouchdb-server@4.2.0", "pouchdb-node@9.0.0")
INSTALL_S = 600
START_S = 30


class NoPeer(Exception):
    """Why PouchDB can't be had here, in a few Russian words."""


class Pouch:
    """A PouchDB client that does what it is told and answers with milliseconds."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def do(self, order: str, **values: int) -> dict[str, Any]:
        """Raises NoPeer when the peer has broken down."""
        assert self._process.stdin is not None and self._process.stdout is not None  # noqa: S101
        self._process.stdin.write(json.dumps({"order": order, **values}).encode() + b"\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        answer: dict[str, Any] = json.loads(line) if line else {"wrong": "ended"}
        if "wrong" in answer:
            raise NoPeer(f"PouchDB остановилась: {str(answer['wrong'])[:80]}")
        return answer


def installed(told: Callable[[str], None]) -> Path:
    """The folder of modules, fetched once. Raises NoPeer."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise NoPeer("нет Node.js и npm")
    folder = cache_folder() / "bench" / ("-".join(PACKAGES).replace("@", "-"))
    modules = folder / "node_modules"
    if (modules / "pouchdb-server").is_dir() and (folder / "whole").exists():
        return modules
    told("Ставлю PouchDB (один раз, потом берётся готовая)…")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text('{"private": true}', encoding="utf-8")
    command = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--save-exact", *PACKAGES]
    try:
        ran = subprocess.run(command, cwd=folder, capture_output=True, timeout=INSTALL_S, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise NoPeer("npm не ответил вовремя") from None
    if ran.returncode:
        raise NoPeer("npm не смог поставить PouchDB")
    (folder / "whole").touch()
    return modules


@contextmanager
def pouch(folder: Path, told: Callable[[str], None]) -> Iterator[Pouch]:
    """A server and a client in private folders, for the block. Raises NoPeer."""
    modules = installed(told)
    node = str(shutil.which("node"))
    port = _free_port()
    kept = folder / "remote"
    kept.mkdir(parents=True)
    server = subprocess.Popen(  # noqa: S603
        [
            *(node, str(modules / "pouchdb-server" / "bin" / "pouchdb-server")),
            *("--host", "127.0.0.1", "--port", str(port), "--dir", f"{kept}{os.sep}", "--no-stdout-logs"),
        ],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _await(port, server)
        environ = {"MODULES": str(modules), "REMOTE": f"http://127.0.0.1:{port}/messages", "PLACE": str(folder)}
        client = subprocess.Popen(  # noqa: S603
            [node, str(resource_path("bench", "pouch.js"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **environ},
        )
        try:
            yield Pouch(client)
        finally:
            end(client)
    finally:
        server.terminate()
        end(server)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _await(port: int, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_S
    while server.poll() is None and time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), 0.3).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise NoPeer("pouchdb-server не запустился")
