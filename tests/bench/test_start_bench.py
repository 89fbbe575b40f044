"""The bench of starting: real programs are started once, nothing is expected of their times."""

import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from arm.bench import start
from arm.bench.goals import Report
from arm.bench.launching import NotPainted, can_forget, forget
from arm.bench.launching import start as launch
from arm.bench.profile import build
from arm.bench.surroundings import keyring, screen
from arm.local.keys import system_key_store

OFFSCREEN = {"QT_QPA_PLATFORM": "offscreen"}


def test_the_bare_window_tells_when_it_has_painted() -> None:
    painted = launch(start.BARE, OFFSCREEN)
    assert painted.painted_ms > 0 and painted.pss_mb is None


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process's proportional memory")
def test_a_window_is_weighed_while_it_stands() -> None:
    weighed = launch(start.BARE, OFFSCREEN, settle_s=0.0)
    assert weighed.pss_mb is not None and weighed.pss_mb > 5


def test_a_program_that_paints_nothing_is_told_from_one_that_does() -> None:
    with pytest.raises(NotPainted):
        launch("this", OFFSCREEN)


@pytest.mark.keyring
@pytest.mark.slow
def test_the_real_program_tells_when_a_message_is_painted(tmp_path: Path, keyring_session: dict[str, str]) -> None:
    with screen() as shown:
        store = system_key_store()
        assert store is not None
        folder = tmp_path / "data" / "profiles" / "default"
        folder.mkdir(parents=True)
        build(folder, 60, store, lambda _done: None)
        stage = start.Stage({**shown.environ, **start._private(tmp_path)}, folder)
        assert launch(start.REAL, stage.environ).painted_ms > 0
        # it went in peace: nothing has to be checked when it is started again
        assert not (folder / "open").exists()


@pytest.mark.keyring
def test_the_private_keyring_is_gone_after_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if any(shutil.which(one) is None for one in ("dbus-daemon", "gnome-keyring-daemon")):
        pytest.skip("no keyring daemon here: dbus-daemon or gnome-keyring-daemon is not installed")
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    with keyring(tmp_path / "keyring") as name:
        assert os.environ["DBUS_SESSION_BUS_ADDRESS"] != "unix:path=/nowhere"
    assert "gnome-keyring" in name
    assert os.environ["DBUS_SESSION_BUS_ADDRESS"] == "unix:path=/nowhere"


def test_without_a_keyring_the_goals_are_left_open_with_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start, "system_key_store", lambda: None)
    told = json.loads(start.run(10, lambda _line: None).as_json())
    by_id = {one["id"]: one for one in told["goals"]}
    assert set(by_id) == {"S11.warm", "S11.cold", "S11.anki", "S12"}
    assert all(one["value"] is None and one["holds"] is None and one["why"] for one in told["goals"])
    assert told["void"] is None


def test_a_ratio_is_told_with_both_figures() -> None:
    report = Report()
    start._tell(report, "S11.warm", 2.0, start.WARM, [start.Round(400.0, 200.0)] * 5, "мс")
    goal = report.goals[0]
    assert goal.value == 2.0 and goal.holds is True
    assert "400 и 200 мс" in goal.what


@pytest.mark.skipif(not can_forget(), reason="this system can't drop cached pages")
def test_forgetting_leaves_files_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("слова", encoding="utf-8")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    forget([tmp_path])
    assert (tmp_path / "file").read_text(encoding="utf-8") == "слова"
