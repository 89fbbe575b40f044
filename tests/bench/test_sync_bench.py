"""The bench of sync on a few rows: real server, real desks, no times expected, no peer fetched."""

import argparse
import json
from pathlib import Path

import pytest

from arm.bench import cli, sync, sync_crowd
from arm.bench.goals import Goal, Report
from arm.bench.sync_stores import filled

ROWS = 60


@pytest.fixture
def no_node(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without Node: the peer is named as missing, and nothing is fetched."""
    monkeypatch.setenv("PATH", "")


def told(report: Report) -> dict[str, dict[str, object]]:
    return {one["id"]: one for one in json.loads(report.as_json())["goals"]}


def extent(*parts: str) -> sync.Extent:
    return sync.Extent(rows=ROWS, rounds=1, seconds=0.2, changes=2, queued=5, idle_s=0.2, parts=parts)


def test_a_goal_to_be_reached_holds_from_its_figure_up() -> None:
    enough, short = (Goal(goal_id="S1", value=value, goal=0.5, what="доля", at_least=True) for value in (0.5, 0.49))
    assert (enough.holds, short.holds) == (True, False)
    assert "при цели ≥ 0,5" in short.as_line()


@pytest.mark.usefixtures("no_node")
def test_the_first_sync_is_measured_without_the_peer_and_says_so() -> None:
    goals = told(sync.run(extent("first", "small"), lambda _line: None))
    assert [one for one in goals] == ["S1.pouch", "S1.insert", "S2.pouch", "S2.build", *SMALL, "S3"]
    assert goals["S2.pouch"]["why"] == "нет Node.js и npm"
    assert goals["G8.drain"]["holds"] is True
    assert "потеряно 0" in str(goals["S5"]["what"])


SMALL = ("S4.changes", "S4.noop", "S5", "G8.drain")


@pytest.mark.usefixtures("no_node")
def test_the_window_and_the_crowd_get_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync_crowd, "CLIENTS", 2)
    goals = told(sync.run(extent("stall", "crowd"), lambda _line: None))
    assert list(goals) == ["S14.p999", "S14.max", "S16", "S3"]
    assert "не удалась" not in str(goals["S14.max"])
    assert goals["S16"]["value"] is not None


def test_the_store_is_made_once_and_taken_again(private_folders: Path) -> None:
    heard: list[str] = []
    first = filled(3, heard.append)
    assert first.is_relative_to(private_folders) and len(heard) == 1
    assert filled(3, heard.append) == first and len(heard) == 1


def test_an_unknown_part_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser(prog="arm")
    cli.add_parsers(parser.add_subparsers())
    arguments = parser.parse_args(["bench", "sync", "--only", "first,nothing"])
    assert arguments.run(arguments) == cli.USAGE
    assert "nothing" in capsys.readouterr().err
