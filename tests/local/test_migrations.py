"""Migrations of work.db: killed at any write they lose nothing, and a newer file is not touched."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from itertools import count
from pathlib import Path

import pytest

from arm.local.database import connect
from arm.local.outbox import Entry
from arm.local.work import WorkFile
from arm.local.work_schema import MIGRATIONS, WORK_VERSION
from tests.conftest import ROOT
from tests.local.builders import KEY, stamp
from tests.local.old_work import contents, old_work

OPEN = (
    "import sys; from pathlib import Path; from arm.local.work import WorkFile;"
    "WorkFile(Path(sys.argv[1]), bytes(range(32)), lambda: 'now', False).close()"
)
WRITES = "pwrite64,fsync,ftruncate,rename,unlink"


def opened(folder: Path, was_clean: bool = False) -> tuple[dict[str, list[tuple[object, ...]]], int]:
    work = WorkFile(folder, KEY, stamp, was_clean)
    try:
        assert work.salvaged is None
        return contents(work._connection), int(work._connection.execute("PRAGMA user_version").fetchone()[0])
    finally:
        work.close()


def test_an_older_file_is_brought_up_with_all_that_is_in_it(tmp_path: Path) -> None:
    before = old_work(tmp_path)
    assert opened(tmp_path) == (before, WORK_VERSION)
    copy = connect(tmp_path / f"work.before-{2}.db", KEY, synchronous="FULL", read_only=True)
    assert contents(copy) == before and copy.execute("PRAGMA user_version").fetchone() == (1,)
    copy.close()


def test_the_copy_goes_after_a_whole_session_with_the_newer_file(tmp_path: Path) -> None:
    old_work(tmp_path)
    opened(tmp_path, was_clean=True)
    assert list(tmp_path.glob("work.before-*"))
    opened(tmp_path, was_clean=False)
    assert list(tmp_path.glob("work.before-*"))
    opened(tmp_path, was_clean=True)
    assert not list(tmp_path.glob("work.before-*"))


def test_commands_of_an_older_file_are_archived_and_numbered_on(tmp_path: Path) -> None:
    old_work(tmp_path)
    work = WorkFile(tmp_path, KEY, stamp, True)
    made = work.outbox.add(
        Entry(command_id="c13", verb="comment", message_id="m1", payload=b"{}", created_at="2026-11-24T06:00:00+00:00")
    )
    assert made == 13
    assert [one.device_seq for one in work.outbox.archived(0)] == list(range(1, 9))
    work.close()


@pytest.mark.parametrize("statement", range(sum(len(steps) for steps in MIGRATIONS[1:])))
def test_a_step_that_fails_in_the_middle_leaves_the_step_before(tmp_path: Path, statement: int) -> None:
    """The same by statement: the file's own error in place of a kill."""
    before = old_work(tmp_path)
    raw = connect(tmp_path / "work.db", KEY, synchronous="FULL")
    numbered = count()
    with pytest.raises(ZeroDivisionError):
        for version, steps in enumerate(MIGRATIONS[1:], 2):
            raw.execute("BEGIN IMMEDIATE")
            try:
                for one in steps:
                    if next(numbered) == statement:
                        raise ZeroDivisionError
                    raw.execute(one)
            except ZeroDivisionError:
                raw.execute("ROLLBACK")
                raise
            raw.execute(f"PRAGMA user_version = {version}")
            raw.execute("COMMIT")
    raw.close()
    assert opened(tmp_path) == (before, WORK_VERSION)


def killed_at(folder: Path, call: str, number: int) -> int:
    """Opens the folder's work.db in another process that is killed at its n-th call; returns how it ended."""
    command = ["strace", "-f", "-e", f"trace={call}", "-o", os.devnull]
    command += ["-e", f"inject={call}:signal=SIGKILL:when={number}", sys.executable, "-c", OPEN, str(folder)]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, env=environment, stderr=subprocess.DEVNULL, check=False, timeout=60).returncode


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("strace") is None, reason="kills at system calls are made by strace")
@pytest.mark.parametrize("call", WRITES.split(","))
def test_a_migration_killed_at_any_write_loses_nothing(tmp_path: Path, call: str) -> None:
    source = tmp_path / "source"
    source.mkdir()
    before = old_work(source)
    kills = 0
    for number in range(1, 400):
        folder = tmp_path / f"{call}-{number}"
        shutil.copytree(source, folder)
        ended = killed_at(folder, call, number)
        if ended == 0:
            break
        assert ended in (-signal.SIGKILL, 128 + signal.SIGKILL)
        kills += 1
        assert opened(folder) == (before, WORK_VERSION), f"killed at {call} {number}"
        assert not list(folder.glob("*.new*"))
        shutil.rmtree(folder)
    else:
        pytest.fail("the migration never came to its end")
    assert kills > 0
