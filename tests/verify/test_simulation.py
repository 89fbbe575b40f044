"""The simulation with every run of the tests: a hundred histories, and the seeds that once found something."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
BASE = 20_000


def simulate(*words: str) -> tuple[int, dict[str, object], str]:
    """In a process of its own: the simulation puts itself in the place of the system's chance."""
    command = [sys.executable, "-m", "arm", "verify", "simulate", "--json", *words]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"PYTHONHASHSEED": "0"})
    lines = done.stdout.splitlines()
    return done.returncode, json.loads(lines[-1]) if lines else {}, done.stderr


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_hundred_histories_hold_every_invariant() -> None:
    code, figures, errors = simulate("--seed", str(BASE), "--histories", "100", "--jobs", "2")
    assert (code, figures.get("failed")) == (0, []), errors
    assert figures["histories"] == 100
    assert (figures["lost"], figures["duplicated"], figures["strangers"]) == (0, 0, 0)


@pytest.mark.parametrize("seed", [line.split()[0] for line in (HERE / "seeds.txt").read_text().splitlines()[2:]])
def test_a_seed_that_once_found_something_holds_now(seed: str) -> None:
    code, figures, errors = simulate("--seed", seed, "--histories", "1")
    assert (code, figures.get("failed")) == (0, []), errors


def test_a_seed_played_twice_leaves_the_same_trace(tmp_path: Path) -> None:
    digests = []
    for name in ("one", "two"):
        simulate("--seed", "24", "--histories", "1", "--resume", str(tmp_path / name))
        digests.append(json.loads((tmp_path / name).read_text())["digest"])
    assert digests[0] == digests[1]


def test_finished_seeds_are_not_played_again(tmp_path: Path) -> None:
    file = tmp_path / "done"
    simulate("--seed", "7", "--histories", "1", "--resume", str(file))
    with file.open("a") as lines:
        lines.write('{"seed": 8, "cut o')
    _, figures, _ = simulate("--seed", "7", "--histories", "1", "--resume", str(file))
    assert figures["histories"] == 1
    assert len(file.read_text().splitlines()) == 2
