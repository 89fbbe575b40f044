"""The same jobs by a keyboard's own key events, on an X server that has one layout or two (ux.md §0, fact 1)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from arm.bench.surroundings import screen
from tests.ui.tasks.keyboard import BY_XTEST

pytestmark = [pytest.mark.desks, pytest.mark.slow, pytest.mark.timeout(480)]
PROGRAMS = ("Xvfb", "setxkbmap", "xdotool")


@pytest.mark.parametrize("layout", ["us", "ru,us", "ru"])
def test_every_job_costs_as_little_by_real_keys(layout: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    missing = [one for one in PROGRAMS if shutil.which(one) is None]
    if missing:
        pytest.skip(f"no keyboard to press here: {', '.join(missing)} not installed")
    monkeypatch.delenv("DISPLAY", raising=False)
    with screen() as shown:
        environ = {**os.environ, **shown.environ, BY_XTEST: layout}
        subprocess.run(["setxkbmap", "-layout", layout], env=environ, check=True)
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
        command += [f"--basetemp={tmp_path}", "tests/ui/tasks"]
        ran = subprocess.run(
            command,
            env=environ,
            cwd=Path(__file__).resolve().parents[2],
            capture_output=True,
            text=True,
            check=False,
        )
    assert ran.returncode == 0, ran.stdout[-4000:]
    assert " passed" in ran.stdout and "skipped" not in ran.stdout
