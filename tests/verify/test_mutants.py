"""The proofs have teeth: rules taken out of the program are noticed."""

import json
import os
import subprocess
import sys

import pytest

from arm.verify.mutations import MUTANTS


def test_there_are_enough_mutants_and_each_names_its_tier() -> None:
    assert len(MUTANTS) >= 18
    assert {one.tier for one in MUTANTS} == {"T2", "feed", "power"}
    assert all((one.apply is not None) == (one.tier == "T2") for one in MUTANTS)
    assert len({one.name for one in MUTANTS}) == len(MUTANTS)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", ["fields_not_withheld", "projection_dropped_at_ack"])
def test_a_mutant_is_noticed_within_a_few_histories(name: str) -> None:
    command = [sys.executable, "-m", "arm", "verify", "mutants", "--most", "20", "--json", name]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"PYTHONHASHSEED": "0"})
    told = json.loads(done.stdout.splitlines()[-1])
    assert (done.returncode, list(told["killed"]), told["survived"]) == (0, [name], []), done.stderr
