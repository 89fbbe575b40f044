"""The bench of queue and search on a few rows: real cache, real search, no times expected."""

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from arm.bench import cli, queue
from arm.bench.profile import build, still
from arm.bench.vocabulary import CLASSES, Vocabulary
from arm.bootstrap import open_desk
from arm.desk.values import Filter, QueueQuery, Workspace
from arm.local.held_keys import HeldKeys

ROWS = 230


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> queue.Filled:
    return queue.fill(tmp_path_factory.mktemp("bench") / "profile", ROWS, lambda _line: None)


def test_the_curator_sees_every_row_in_one_queue(filled: queue.Filled) -> None:
    desk = filled.open()
    try:
        page = desk.messages.queue_page(queue.WHOLE, "", queue.PAGE)
        first = desk.messages.queue_page(QueueQuery(workspace=Workspace.COORDINATION), "", queue.PAGE)
        late = desk.messages.queue_page(QueueQuery(workspace=Workspace.CONTROL, filter=Filter.OVER), "", 1)
    finally:
        desk.close()
    assert (page.total, len(page.rows)) == (ROWS, queue.PAGE)
    assert 0 < first.total < ROWS
    assert 0 < late.total < ROWS


def test_the_files_do_not_show_what_was_written(filled: queue.Filled) -> None:
    raw = (filled.folder / "cache.db").read_bytes()
    assert not raw.startswith(b"SQLite format 3")
    assert "Иванова".encode() not in raw


def test_the_searches_find_something_and_stay_the_same(filled: queue.Filled) -> None:
    queries = Vocabulary().queries()
    assert len(queries) == 40 * len(CLASSES) and queries == Vocabulary().queries()
    desk = filled.open()
    try:
        found = sum(bool(desk.search.search(text, 5)) for text in queries)
    finally:
        desk.close()
    assert found > len(queries) // 4


def test_the_same_moment_gives_the_same_messages(tmp_path: Path) -> None:
    around, keys = still(datetime(2026, 3, 1, tzinfo=UTC)), HeldKeys()
    firsts = []
    for name in ("one", "two"):
        build(tmp_path / name, 20, keys, lambda _done: None, around)
        desk = open_desk(tmp_path / name, key_store=lambda: keys, around=around)
        firsts.append(desk.messages.queue_page(queue.WHOLE, "", 20))
        desk.close()
    assert firsts[0] == firsts[1]


def test_the_run_tells_the_four_goals() -> None:
    report = queue.run(60, lambda _line: None, small_rows=20, per_class=1, rounds=1)
    told = json.loads(report.as_json())
    assert [one["id"] for one in told["goals"]] == ["S13.ratio", "S13.first_ms", "S6", "S7"]
    assert [one["goal"] for one in told["goals"]] == [1.3, 150.0, 50.0, 60.0]
    assert set(told) == {"goals", "void"}


def test_the_json_is_the_last_line_of_the_command(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = queue.run
    monkeypatch.setattr(queue, "run", lambda rows, told: real(rows, told, small_rows=20, per_class=1, rounds=1))
    assert _parsed("bench", "queue", "--rows", "40", "--json") == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out.splitlines()[-1])["goals"]
    assert "Кэш на 40 сообщений" in printed.err


@pytest.mark.parametrize("rows", ["0", "-5", "много", "1e5"])
def test_a_wrong_number_of_rows_is_refused(rows: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        _parsed("bench", "queue", "--rows", rows)
    assert "нужно целое число" in capsys.readouterr().err


def _parsed(*words: str) -> int:
    parser = argparse.ArgumentParser(prog="arm")
    cli.add_parsers(parser.add_subparsers())
    arguments = parser.parse_args(words)
    code: int = arguments.run(arguments)
    return code
