"""A primary and its synchronous standby, real servers of this machine, for the tests of failover and lag."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.postgres_server import _newest_debian_programs, _short_folder

SETTINGS = (
    "listen_addresses = ''",
    "fsync = off",
    "full_page_writes = off",
    "max_connections = 40",
    "wal_receiver_status_interval = 1s",
    "wal_retrieve_retry_interval = 200ms",
    "hot_standby_feedback = on",
)


@dataclass
class Node:
    """One server; its socket lies in its own folder."""

    folder: Path
    programs: Path
    user: list[str]

    @property
    def store(self) -> Path:
        return self.folder / "store"

    def run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [*self.user, str(self.programs / program), *arguments],
            check=True,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
        )

    def start(self) -> None:
        log = str(self.folder / "server.log")
        self.run("pg_ctl", "-D", str(self.store), "-w", "-l", log, "-o", f"-k {self.folder}", "start")

    def stop(self) -> None:
        with suppress(subprocess.CalledProcessError):
            self.run("pg_ctl", "-D", str(self.store), "-w", "-m", "immediate", "stop")

    def promote(self) -> None:
        self.run("pg_ctl", "-D", str(self.store), "-w", "promote")

    def kill(self) -> None:
        """SIGKILL of the whole server, as a power cut to it."""
        master = int((self.store / "postmaster.pid").read_text().split()[0])
        children = subprocess.run(["pgrep", "-P", str(master)], capture_output=True, text=True, check=False)
        for pid in (master, *map(int, children.stdout.split())):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def ask(self, statement: str) -> Any:
        with psycopg.connect(f"postgresql://postgres@/postgres?host={self.folder}", autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else None


@dataclass
class Cluster:
    primary: Node
    standby: Node

    def url(self, *nodes: Node, user: str = "postgres") -> str:
        hosts = ",".join(str(one.folder) for one in nodes or (self.primary, self.standby))
        return f"postgresql://{user}@/postgres?host={hosts}"

    def signal_receiver(self, number: signal.Signals) -> None:
        """To the standby's process that takes the log in: stopped, it confirms nothing."""
        os.kill(self._receiver, number)

    def find_receiver(self) -> None:
        self._receiver = int(self.standby.ask("SELECT pid FROM pg_stat_wal_receiver"))


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    programs = _newest_debian_programs()
    if programs is None:
        pytest.skip("no PostgreSQL of the system here: a standby needs its pg_basebackup")
    folder = Path(tempfile.mkdtemp(prefix="arm-pgc-", dir=_short_folder()))
    user: list[str] = []
    nodes = [Node(folder / name, programs, user) for name in ("a", "b")]
    for one in nodes:
        one.folder.mkdir()
    if os.geteuid() == 0:
        user += ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        for place in (folder, *(one.folder for one in nodes)):
            shutil.chown(place, "postgres", "postgres")
    made = Cluster(*nodes)
    try:
        primary, standby = nodes
        store = str(primary.store)
        primary.run("initdb", "-D", store, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        with (primary.store / "postgresql.auto.conf").open("a") as file:
            file.write("\n".join(SETTINGS) + "\n")
        primary.start()
        source = f"host={primary.folder} user=postgres application_name=b"
        standby.run("pg_basebackup", "-D", str(standby.store), "-R", "-X", "stream", "-c", "fast", "-N", "-d", source)
        standby.start()
        primary.ask("ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (*)'")
        primary.ask("SELECT pg_reload_conf()")
        made.find_receiver()
        yield made
    finally:
        for one in nodes:
            one.stop()
        shutil.rmtree(folder, ignore_errors=True)
