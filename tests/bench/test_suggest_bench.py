"""`arm bench suggest`: figures on messages it was not taught by, and one sentence where there are none."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path
from random import Random

import pytest

from arm.__main__ import main
from arm.bench.suggest import FILE, PARTS, _parts, read, run
from tests.conftest import SHARED

WORDS = {
    "дороги": "яма дорога асфальт двор обочина тротуар разметка светофор знак бордюр ливень грейдер щебень трасса мост",
    "школы": "школа обед столовая класс учитель ремонт парта спортзал продлёнка каша дети кружок звонок урок директор",
}


def write(folder: Path, rows: list[tuple[str, str, str]]) -> Path:
    with gzip.open(folder / FILE, "wt", encoding="utf-8", newline="") as lines:
        table = csv.writer(lines)
        table.writerow(("id", "text", "topic", "responsible"))
        table.writerows((at, *row) for at, row in enumerate(rows))
    return folder


def messages() -> list[tuple[str, str, str]]:
    """Invented, each of other words, so that no two are near repeats."""
    rng = Random(5)
    return [
        (f"<p>{' '.join(rng.sample(words.split(), 9))}</p>", topic, "город")
        for _ in range(40)
        for topic, words in WORDS.items()
    ]


def test_it_tells_how_often_it_was_right_beside_the_commonest_guess(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bench", "suggest", "--data", str(write(tmp_path, messages())), "--json"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    found = {one["id"]: one for one in told["goals"]}
    assert set(found) == {f"suggest.{kind}.{place}" for kind in ("topic", "organisation") for place in (1, 3)}
    assert found["suggest.topic.1"]["value"] == 1.0 and found["suggest.organisation.3"]["value"] == 1.0
    assert "80 сообщений, вариантов 2" in found["suggest.topic.1"]["what"]


def test_near_repeats_stand_on_one_side(tmp_path: Path) -> None:
    same = "Прошу убрать мусор с площадки у дома на улице Садовой, третий месяц пишем и ответа нет"
    rows = [(f"{same} {'снова ' * at}", "мусор", "город") for at in range(PARTS)]
    parts = _parts(read(write(tmp_path, [*rows, *messages()])))
    assert sorted(at for part in parts for at in part) == list(range(PARTS + 80))
    assert [part for part in parts if set(range(PARTS)) & set(part)] == [
        part for part in parts if set(range(PARTS)) <= set(part)
    ]


def test_without_messages_there_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "suggest", "--data", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert FILE in said and "вне проекта" in said and "Traceback" not in said


def test_real_messages_are_suggested_better_than_by_the_commonest() -> None:
    folder = SHARED / "data"
    if not (folder / FILE).is_file():
        pytest.skip("no shared folder with real messages here")
    goals = run(folder, lambda line: None).goals
    assert len(goals) == 4 and all(one.holds for one in goals), [one.as_line() for one in goals]
