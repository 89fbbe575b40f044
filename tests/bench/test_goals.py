"""What a run tells: the one line of JSON, the line for people, and when a run is void."""

import json
from itertools import repeat

import pytest

from arm.bench.goals import ROUNDS, TRIES, Report, disturbance, median_ratio, moved, percentile, steady_rounds


def test_the_json_is_one_line_with_goals_and_void() -> None:
    report = Report()
    report.judge("S11.warm", 2.0, "запуск", 1.7, "")
    line = report.as_json()
    assert "\n" not in line
    assert json.loads(line) == {
        "goals": [{"id": "S11.warm", "value": 1.7, "goal": 2.0, "holds": True, "what": "запуск"}],
        "void": None,
    }


def test_a_goal_that_is_missed_does_not_hold() -> None:
    report = Report()
    report.judge("S6", 50.0, "поиск", 50.5, "")
    assert json.loads(report.as_json())["goals"][0]["holds"] is False
    assert "НЕ выполнена" in report.as_text()


def test_a_disturbed_control_takes_the_value_away_and_makes_the_run_void() -> None:
    report = Report()
    why = disturbance([100.0, 126.0], "пустое окно")
    report.judge("S11.warm", 2.0, "запуск", 1.7, why)
    told = json.loads(report.as_json())
    assert told["void"] == why
    assert told["goals"][0]["value"] is None and told["goals"][0]["holds"] is None
    assert told["goals"][0]["why"] == why
    assert "1,7" in report.as_text()


def test_a_goal_without_its_peer_says_why_and_leaves_the_run_valid() -> None:
    report = Report()
    report.miss("S11.anki", 0.5, "запуск", "Anki не установлена")
    told = json.loads(report.as_json())
    assert told["void"] is None
    assert told["goals"][0] | {"value": None, "holds": None, "why": "Anki не установлена"} == told["goals"][0]


def test_one_disturbance_of_two_goals_is_told_once() -> None:
    report = Report()
    for goal_id in ("S13.ratio", "S13.first_ms"):
        report.judge(goal_id, 1.0, "страница", 1.0, "контроль гулял")
    assert json.loads(report.as_json())["void"] == "контроль гулял"


@pytest.mark.parametrize(("controls", "is_void"), [([4.0, 5.0], False), ([4.0, 5.1], True), ([3.0, 3.0, 3.0], False)])
def test_a_control_may_move_by_a_quarter(controls: list[float], is_void: bool) -> None:
    assert bool(disturbance(controls, "окно")) is is_void


def test_only_a_calm_stretch_of_the_control_is_taken() -> None:
    controls = iter([9.0, 4.0, 4.1, 4.2, 4.0, 4.3])
    assert steady_rounds(lambda: next(controls), lambda one: (one,)) == [4.0, 4.1, 4.2, 4.0, 4.3]


def test_a_run_that_never_calms_down_ends_with_its_calmest_stretch() -> None:
    controls = iter([1.0, 2.0] * TRIES * ROUNDS)
    taken = steady_rounds(lambda: next(controls), lambda one: (one,))
    assert len(taken) == 5 and moved(taken) == 1.0
    assert sum(1 for _ in controls) == TRIES * ROUNDS


def test_ratios_are_taken_round_by_round() -> None:
    assert median_ratio([(2.0, 1.0), (9.0, 3.0), (4.0, 1.0)]) == 3.0


def test_the_percentile_is_a_value_that_occurred() -> None:
    assert percentile(list(range(1, 101)), 0.95) == 96
    assert percentile(list(repeat(7.0, 3)), 0.95) == 7.0
