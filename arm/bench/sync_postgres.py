"""A PostgreSQL cluster of the benchmark's own, durable as in use, from the programs that this machine has."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

DEBIAN = Path("/usr/lib/postgresql")
SCALE = 50
DURABLE = "-c listen_addresses='' -c fsync=on -c synchronous_commit=on -c shared_buffers=512MB -c max_wal_size=4GB"
CONNECTIONS = "-c max_connections=200"


class NoPostgres(Exception):
    """Why there is no PostgreSQL to measure, in a few Russian words."""


@dataclass(frozen=True)
class Cluster:
    """A running server; `url` is of an empty database for a central store."""

    folder: Path
    programs: Path
    url: str

    def run(self, program: str, *words: str) -> str:
        """A program of PostgreSQL as its own user. Raises NoPostgres."""
        return _run(self.programs / program, *words, "-h", str(self.folder), "-U", "bench", cwd=self.folder)

    def transactions(self, clients: int, seconds: int) -> float:
        """Transactions a second of pgbench's TPC-B-like mix, prepared."""
        told = self.run("pgbench", "-M", "prepared", "-T", str(seconds), "-c", str(clients), "-j", "2", "pgbench")
        return _tps(told)


def _tps(told: str) -> float:
    found = re.search(r"^tps = ([\d.]+)", told, re.MULTILINE)
    if found is None:
        raise NoPostgres("pgbench не назвал числа")
    return float(found[1])


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Made in a private folder, with pgbench's tables; removed with the block. Raises NoPostgres."""
    programs = _programs()
    # a socket's path holds about a hundred characters, and the server's own user must reach the folder
    folder = Path(tempfile.mkdtemp(prefix="arm-bench-pg-", dir="/tmp" if Path("/tmp").is_dir() else None))  # noqa: S108
    try:
        if _is_root():
            shutil.chown(folder, "postgres", "postgres")
        store = str(folder / "store")
        _run(
            programs / "initdb", "-D", store, "-U", "bench", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", cwd=folder
        )
        options = f"{DURABLE} {CONNECTIONS} -k {folder}"
        _run(programs / "pg_ctl", "-D", store, "-w", "-l", str(folder / "log"), "-o", options, "start", cwd=folder)
        try:
            made = Cluster(folder, programs, f"postgresql+psycopg://bench@/arm?host={folder}")
            for name in ("arm", "pgbench"):
                made.run("createdb", name)
            made.run("pgbench", "-i", "-q", "-s", str(SCALE), "pgbench")
            yield made
        finally:
            _run(programs / "pg_ctl", "-D", store, "-w", "-m", "immediate", "stop", cwd=folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    found = [path.parent for path in DEBIAN.glob("*/bin/pgbench") if path.parts[-3].isdigit()]
    newest = max(found, key=lambda path: int(path.parts[-2]), default=None)
    if newest is not None:
        return newest
    beside = shutil.which("pgbench")
    if beside is None or not (Path(beside).parent / "initdb").exists():
        raise NoPostgres("нет PostgreSQL с pgbench")
    return Path(beside).parent


def _is_root() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0


def _run(program: Path, *words: str, cwd: Path) -> str:
    """The server refuses to run as root: then its programs run as the system's `postgres`."""
    as_owner = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if _is_root() else []
    out = cwd / f"out-{program.name}"
    with out.open("wb") as file:
        # a file and not a pipe: the server would keep the pipe open
        ran = subprocess.run(  # noqa: S603
            [*as_owner, str(program), *words], cwd=cwd, stdin=subprocess.DEVNULL, stdout=file, stderr=file, check=False
        )
    if ran.returncode:
        raise NoPostgres(f"{program.name} не запустилась")
    return out.read_text(encoding="utf-8", errors="replace")
