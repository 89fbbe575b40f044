"""Each task is done under every layout and with a store that is late or away; under XTEST as the run says."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.desk_fixture import Town, open_town
from tests.ui.tasks.keyboard import BY_XTEST, Counted, strokes_of
from tests.ui.tasks.office import Office

_LAYOUT = os.environ.get(BY_XTEST)
_PLACES = [(_LAYOUT, "late")] if _LAYOUT else [("us", "late"), ("ru", "none")]


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with open_town(tmp_path) as made:
        yield made


@pytest.fixture(params=_PLACES, ids=["-".join(one) for one in _PLACES])
def office(qtbot: QtBot, town: Town, request: pytest.FixtureRequest) -> Iterator[Office]:
    layout, store = request.param
    keys = Counted(strokes_of(qtbot, layout))
    made = Office(qtbot, town, layout, store, keys)
    yield made
    made.close()
    keys.close()
