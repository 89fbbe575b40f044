"""One short history per kind of fault, so that each word of the alphabet is spoken in every run of the tests."""

import os
import subprocess
import sys

import pytest

from arm.verify.sim.history import FAULTS

PROGRAM = """
import sys
from arm.verify.sim.history import FAULTS, play
one = play(int(sys.argv[2]), only=frozenset({sys.argv[1]}), steps_count=80)
print(one.invariant, one.seen)
sys.exit(1 if one.failed else 0)
"""


@pytest.mark.parametrize("fault", FAULTS)
def test_a_history_with_one_kind_of_fault_holds_every_invariant(fault: str) -> None:
    command = [sys.executable, "-c", PROGRAM, fault, "77"]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"PYTHONHASHSEED": "0"})
    assert (done.returncode, done.stdout) == (0, " \n"), done.stderr
