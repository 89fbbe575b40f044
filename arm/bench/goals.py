"""Goals of the speed table: what one run found, whether it holds, when a run is void, and how both are told."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import TypeVar

MOST_MOVED = 0.25
"""A control that moved more than this between rounds makes the run void."""
ROUNDS = 5
TRIES = 3

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """One goal: `value` in the unit of `goal`, empty with a `why` where it could not be had.

    Smaller is better, unless the goal is a figure to be reached `at_least`.
    """

    goal_id: str
    value: float | None
    goal: float
    what: str
    why: str = ""
    at_least: bool = False

    @property
    def holds(self) -> bool | None:
        if self.value is None:
            return None
        return self.value >= self.goal if self.at_least else self.value <= self.goal

    def as_json(self) -> dict[str, object]:
        told: dict[str, object] = {
            "id": self.goal_id,
            "value": self.value,
            "goal": self.goal,
            "holds": self.holds,
            "what": self.what,
        }
        return told | ({"why": self.why} if self.why else {})

    def as_line(self) -> str:
        wanted = f"{'≥' if self.at_least else '≤'} {number(self.goal)}"
        if self.value is None:
            return f"{self.goal_id}: не измерено ({self.why}); цель {wanted}. {self.what}"
        verdict = "выполнена" if self.holds else "НЕ выполнена"
        return f"{self.goal_id}: {number(self.value)} при цели {wanted} — {verdict}. {self.what}"


@dataclass(slots=True)
class Report:
    """The goals of a run, remarks for people, and why the run is void, if it is."""

    goals: list[Goal] = field(default_factory=list)
    void: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def judge(
        self, goal_id: str, goal: float, what: str, value: float, disturbed: str, *, at_least: bool = False
    ) -> None:
        """Adds a goal; a control that moved too much takes its value away."""
        if disturbed:
            if disturbed not in self.void:
                self.void.append(disturbed)
            self.remarks.append(f"{goal_id}: получилось {number(value)}, но замер недействителен")
            self.goals.append(Goal(goal_id=goal_id, value=None, goal=goal, what=what, why=disturbed, at_least=at_least))
        else:
            self.goals.append(Goal(goal_id=goal_id, value=round(value, 3), goal=goal, what=what, at_least=at_least))

    def miss(self, goal_id: str, goal: float, what: str, why: str, *, at_least: bool = False) -> None:
        """A goal whose peer or control could not be had."""
        self.goals.append(Goal(goal_id=goal_id, value=None, goal=goal, what=what, why=why, at_least=at_least))

    def as_json(self) -> str:
        """The one line that `--json` ends with."""
        told = {"goals": [one.as_json() for one in self.goals], "void": "; ".join(self.void) or None}
        return json.dumps(told, ensure_ascii=False)

    def as_text(self) -> str:
        void = [f"Замер недействителен: {reason}." for reason in self.void]
        return "\n".join([*self.remarks, *(one.as_line() for one in self.goals), *void])


def number(value: float) -> str:
    """A figure as Russians write it, three significant places."""
    return f"{value:.3g}".replace(".", ",") if abs(value) < 1000 else f"{value:.0f}"


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that this share of all values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def moved(controls: Sequence[float]) -> float:
    """How far a control went from its smallest to its largest round, as a share of the smallest."""
    least = min(controls)
    return max(controls) / least - 1 if least > 0 else 0.0


def disturbance(controls: Sequence[float], name: str) -> str:
    """Why the run is void by this control, or nothing."""
    share = moved(controls)
    if share <= MOST_MOVED:
        return ""
    return f"контроль «{name}» менялся между кругами на {share:.0%} (можно {MOST_MOVED:.0%})"


def steady_rounds(
    one_round: Callable[[], T], controls: Callable[[T], Sequence[float]], rounds: int = ROUNDS
) -> list[T]:
    """As many rounds in a row as asked during which no control moved too much.

    Only the controls decide which rounds count, never the candidate. After three times as many the calmest stretch is
    given back, and `disturbance` will call it void.
    """
    done: list[T] = []
    while True:
        done.append(one_round())
        if len(done) >= rounds:
            last = done[-rounds:]
            if _worst(last, controls) <= MOST_MOVED:
                return last
        if len(done) >= TRIES * rounds:
            stretches = [done[at : at + rounds] for at in range(len(done) - rounds + 1)]
            return min(stretches, key=lambda stretch: _worst(stretch, controls))


def _worst(stretch: Sequence[T], controls: Callable[[T], Sequence[float]]) -> float:
    return max(moved(series) for series in zip(*(controls(one) for one in stretch), strict=True))


def median_ratio(pairs: Sequence[tuple[float, float]]) -> float:
    """The median of candidate / control, round by round."""
    return median(candidate / control for candidate, control in pairs)
