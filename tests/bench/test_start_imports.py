"""What a start may load before the first messages are painted: the goal of starting is lost import by import."""

import subprocess
import sys

import pytest

from ui.workspaces.base import WORKSPACES

LATER = (
    "alembic",
    "arm.central",
    "arm.domain.commands",
    "arm.domain.decide",
    "arm.domain.regulation",
    "babel",
    "fastapi",
    "keyring",
    "requests",
    "sqlalchemy",
)


@pytest.mark.parametrize("place", sorted({one.partition(":")[0] for one in WORKSPACES.values()}))
def test_a_window_on_a_place_of_work_loads_no_rules_and_no_network(place: str) -> None:
    loads = f"import sys, arm.__main__, arm.bootstrap, arm.desk.desk, ui.application, {place}"
    told = f"print(*(one for one in {LATER!r} if one in sys.modules))"
    ran = subprocess.run([sys.executable, "-c", f"{loads}; {told}"], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == ""
