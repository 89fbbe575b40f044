"""The demonstration's store beside its parent: it answers, and it goes with it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from arm.demo.embedded import DemoTrouble, embedded_demo
from tests.conftest import ROOT


@pytest.mark.slow
def test_the_store_answers_and_leaves_nothing_behind() -> None:
    with embedded_demo() as demo:
        assert requests.get(f"{demo.address}/health", timeout=10).status_code == 200
        first = demo.accounts[0]
        asked = {"login": first.login, "password": first.password, "device_id": "0b0e2f9a-3f4c-4a8e-9d1c-7c5f0d6a1b23"}
        answer = requests.post(f"{demo.address}/api/v1/sessions", json=asked, timeout=10)
        assert answer.status_code in (200, 201)
        folder = demo.profiles.parent
        assert folder.is_dir()
    assert not folder.exists()


@pytest.mark.slow
def test_the_store_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys\n"
        "from arm.demo.embedded import embedded_demo\n"
        "with embedded_demo() as demo:\n"
        "    print(demo.address, flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    address = ended.stdout.strip()
    assert address.startswith("http://127.0.0.1:")
    session = requests.Session()
    session.mount("http://", requests.adapters.HTTPAdapter(max_retries=0))
    with pytest.raises(requests.RequestException):
        while True:
            session.get(f"{address}/health", timeout=10)


def test_a_store_that_does_not_come_up_leaves_its_log(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(DemoTrouble) as trouble, embedded_demo():
        pass
    assert trouble.value.log.is_file()
