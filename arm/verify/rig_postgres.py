"""PostgreSQL servers of our own: made in a private folder, killed, followed by a standby, promoted."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

DEBIAN_VERSIONS = Path("/usr/lib/postgresql")
QUICK_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""For tests of meaning, not of durability."""
STANDBY = "standby"
"""The name by which a standby is waited for."""


class RigTrouble(Exception):
    """A proof that can't be set up on this machine; the text says what is missing."""


def debian_programs() -> Path | None:
    """The folder of the newest server's programs, where Debian has put them."""
    found = [path.parent for path in DEBIAN_VERSIONS.glob("*/bin/initdb") if path.parts[-3].isdigit()]
    return max(found, key=lambda path: int(path.parts[-2]), default=None)


def short_folder(prefix: str = "arm-pg-") -> Path:
    """A socket's path holds about a hundred characters, and the server's user must reach the folder."""
    place = "/tmp" if Path("/tmp").is_dir() else tempfile.gettempdir()  # noqa: S108
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=place))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    return folder


def children_of(pid: int) -> list[int]:
    """Ids of the processes that this one started, by /proc."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, ValueError, IndexError):
            after_name = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            if int(after_name[1]) == pid:
                found.append(int(stat.parent.name))
    return found


class Cluster:
    """One server over one store; `folder` holds the store, the socket and the log."""

    def __init__(self, folder: Path, settings: dict[str, str] | None = None) -> None:
        programs = debian_programs()
        if programs is None:
            raise RigTrouble("PostgreSQL server programs")
        self.folder = folder
        self._programs = programs
        self._settings = {"listen_addresses": "", "wal_keep_size": "256MB", **(settings or {})}

    @property
    def store(self) -> Path:
        return self.folder / "store"

    def url(self, database: str = "postgres", *others: Cluster) -> str:
        """Of the database on this server, or on whichever of these takes writes."""
        hosts = ",".join(str(one.folder) for one in (self, *others))
        which = "&target_session_attrs=read-write" if others else ""
        return f"postgresql+psycopg://postgres@/{database}?host={hosts}{which}"

    def dsn(self, database: str = "postgres") -> str:
        """For psycopg itself."""
        return f"host={self.folder} dbname={database} user=postgres"

    def make(self) -> None:
        self._run("initdb", "-D", str(self.store), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")

    def follow(self, primary: Cluster) -> None:
        """A fresh copy of a running primary that goes on following it."""
        shutil.rmtree(self.store, ignore_errors=True)
        self._run(
            "pg_basebackup",
            *("-d", f"host={primary.folder} user=postgres application_name={STANDBY}"),
            *("-D", str(self.store), "-R", "-X", "stream", "-c", "fast"),
        )

    def start(self) -> None:
        options = "".join(f" -c {name}='{value}'" for name, value in self._settings.items())
        log = str(self.folder / "server.log")
        # «-t»: a server killed in the middle of a load has its log to replay first
        arguments = ("-D", str(self.store), "-w", "-t", "120", "-l", log, "-o", f"-k {self.folder}{options}")
        self._run("pg_ctl", *arguments, "start")

    def stop(self) -> None:
        with suppress(subprocess.CalledProcessError):
            self._run("pg_ctl", "-D", str(self.store), "-w", "-m", "immediate", "stop")

    def promote(self) -> None:
        self._run("pg_ctl", "-D", str(self.store), "-w", "-t", "60", "promote")

    @property
    def pid(self) -> int | None:
        """The postmaster's, while its file says that it runs."""
        with suppress(OSError, ValueError, IndexError):
            return int((self.store / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])
        return None

    def kill(self) -> None:
        """SIGKILL to the postmaster and everything it started, as a machine that loses power would end them."""
        pid = self.pid
        if pid is None:
            return
        # the postmaster first: it would take the death of a child for a crash and tidy up
        every = (pid, *children_of(pid))
        for one in every:
            with suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        while any(_runs(one) for one in every):
            time.sleep(0.01)
        # a process that nobody has reaped yet would still count as the owner of these
        for name in ("store/postmaster.pid", ".s.PGSQL.5432", ".s.PGSQL.5432.lock"):
            (self.folder / name).unlink(missing_ok=True)

    @contextmanager
    def stalled_replication(self) -> Iterator[None]:
        """The primary's senders stand still, as on a link that hangs."""
        senders = [one for one in children_of(self.pid or 0) if b"walsender" in _command_line(one)]
        for one in senders:
            os.kill(one, signal.SIGSTOP)
        try:
            yield
        finally:
            for one in senders:
                with suppress(ProcessLookupError):
                    os.kill(one, signal.SIGCONT)

    def create_database(self, name: str, template: str = "template0") -> str:
        """Its URL."""
        self.order(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)

    def order(self, statement: str, database: str = "postgres") -> None:
        import psycopg

        with psycopg.connect(self.dsn(database), autocommit=True) as connection:
            connection.execute(statement.encode())

    def asked(self, question: str, database: str = "postgres") -> list[tuple[object, ...]]:
        import psycopg

        with psycopg.connect(self.dsn(database), autocommit=True) as connection:
            return connection.execute(question.encode()).fetchall()

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(  # noqa: S603
            [*_as_server_user(), str(self._programs / program), *arguments],
            check=True,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
        )


def _as_server_user() -> list[str]:
    """The server refuses to run as root."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]


def _command_line(pid: int) -> bytes:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def _runs(pid: int) -> bool:
    """A dead process whose parent has not asked for it yet counts as dead."""
    with suppress(OSError):
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        return not stat.rpartition(")")[2].lstrip().startswith("Z")
    return False


@contextmanager
def running_cluster(settings: dict[str, str] | None = None) -> Iterator[Cluster]:
    """A new server with every promise of durability kept, gone with its folder at the end."""
    folder = short_folder()
    cluster = Cluster(folder, settings)
    try:
        cluster.make()
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running_pair(*, synchronous: bool) -> Iterator[tuple[Cluster, Cluster]]:
    """A primary and a standby that follows it; with `synchronous` a commit waits for the standby's disk."""
    settings = {"synchronous_standby_names": f"ANY 1 ({STANDBY})"} if synchronous else {}
    folders = [short_folder(), short_folder()]
    first, second = (Cluster(one, settings) for one in folders)
    try:
        first.make()
        first.start()
        second.follow(first)
        second.start()
        yield first, second
    finally:
        first.stop()
        second.stop()
        for one in folders:
            shutil.rmtree(one, ignore_errors=True)


__all__ = [
    "QUICK_SETTINGS",
    "Cluster",
    "RigTrouble",
    "children_of",
    "debian_programs",
    "running_cluster",
    "running_pair",
    "short_folder",
]
