"""A small town with desks for every test of the desk."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desk_fixture import Town, open_town


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with open_town(tmp_path) as opened:
        yield opened
