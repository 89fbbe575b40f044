"""The desk that is opened beside the loading of the windows."""

from pathlib import Path

import pytest

from arm.bootstrap import EarlyDesk, open_desk
from arm.local.troubles import CacheTrouble


def test_the_desk_begun_early_is_the_one_that_is_asked_for(tmp_path: Path) -> None:
    early = EarlyDesk(tmp_path / "desk")
    desk = early(tmp_path / "desk")
    assert desk.session.me() is None
    desk.close()


def test_a_second_call_opens_anew(tmp_path: Path) -> None:
    early = EarlyDesk(tmp_path / "desk")
    first = early(tmp_path / "desk")
    first.close()
    second = early(tmp_path / "desk")
    assert second is not first
    second.close()


def test_what_is_wrong_with_the_profile_is_told_when_the_desk_is_asked_for(tmp_path: Path) -> None:
    holder = open_desk(tmp_path / "desk")
    early = EarlyDesk(tmp_path / "desk")
    with pytest.raises(CacheTrouble) as caught:
        early(tmp_path / "desk")
    assert caught.value.kind == "in_use"
    holder.close()
    early(tmp_path / "desk").close()
