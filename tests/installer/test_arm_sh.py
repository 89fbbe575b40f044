"""Tests of the bootstrap on machines that lack something."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.house.sources import ROOT

SCRIPT = ROOT / "installer" / "arm.sh"
KEPT_PROGRAMS = ("sh", "dirname", "cut", "env", "cat")

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the shell script is not for Windows")


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder that is the whole PATH: a Debian with nothing installed and a person without rights."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in KEPT_PROGRAMS:
        found = next(path for place in ("/usr/bin", "/bin") if (path := Path(place) / name).exists())
        (folder / name).symlink_to(found)
    write_program(folder, "dpkg-query", "exit 1")
    write_program(folder, "id", "echo 1000")
    return folder


def write_program(folder: Path, name: str, lines: str) -> None:
    program = folder / name
    program.write_text(f"#!/bin/sh\n{lines}\n", encoding="utf-8")
    program.chmod(0o755)


def start(programs: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", str(SCRIPT), *words],
        env={"PATH": str(programs)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_packages_that_cannot_be_installed_are_named(programs: Path) -> None:
    ended = start(programs, "run")
    assert ended.returncode == 3
    assert "python3-venv" in ended.stderr and "libegl1" in ended.stderr
    assert "postgresql" not in ended.stderr


def test_the_tests_ask_for_their_own_packages_too(programs: Path) -> None:
    write_program(programs, "dpkg-query", 'case "$4" in postgresql*|xvfb*) exit 1;; esac; echo "ii "')
    ended = start(programs, "test")
    assert ended.returncode == 3
    assert "Не хватает пакетов: xvfb postgresql\n" in ended.stderr


def test_a_failing_package_system_ends_with_the_names_as_well(programs: Path) -> None:
    write_program(programs, "sudo", 'exec "$@"')
    write_program(programs, "apt-get", '[ "$1" = update ]')
    ended = start(programs, "setup")
    assert ended.returncode == 3
    assert "Не хватает пакетов: python3" in ended.stderr


def test_nothing_is_installed_where_nothing_is_missing(programs: Path) -> None:
    write_program(programs, "dpkg-query", '[ "$4" = libglib2.0-0 ] && exit 1; echo "ii "')
    write_program(programs, "python3", 'echo "started $*"')
    ended = start(programs, "doctor", "--json")
    assert ended.stderr == ""
    assert (ended.returncode, ended.stdout) == (0, "started installer/bootstrap.py doctor --json\n")
