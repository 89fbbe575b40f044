"""How far each invented message has come: moves at fractions of its term, and its age as such a fraction."""

from __future__ import annotations

from arm.central.story import Plan
from arm.domain.message import Result


def _moves(line: str) -> tuple[tuple[float, str], ...]:
    """`accept@.01 down@.02` as moves."""
    return tuple((float(at), name) for name, _, at in (word.partition("@") for word in line.split()))


_COORDINATED = "accept@.012 down@.02"
_ASSIGNED = f"{_COORDINATED} assign@.04"
_STARTED = f"{_ASSIGNED} start@.06"
_ANSWERED = f"{_STARTED} comment@.12 submit@.32 endorse@.36 endorse@.37 approve@.41"


def _plan(age: float, line: str, **more: object) -> Plan:
    return Plan(age=age, moves=_moves(line), **more)  # type: ignore[arg-type]


PLANS: dict[str, Plan] = {
    "new": _plan(0.018, ""),
    "moderated": _plan(0.04, "accept@.015"),
    "coord": _plan(0.05, _COORDINATED),
    "coord_old": _plan(0.3, _COORDINATED),
    "assigned": _plan(0.09, _ASSIGNED),
    "work": _plan(0.26, f"{_STARTED} comment@.15"),
    "near": _plan(0.63, f"{_STARTED} comment@.3"),
    "stage_over": _plan(0.86, f"{_STARTED} comment@.4 warn@.78"),
    "over": _plan(1.12, f"{_STARTED} comment@.5 warn@1.04"),
    "inquiry": _plan(0.35, f"{_STARTED} inquire@.2"),
    "endorse": _plan(0.44, f"{_STARTED} comment@.1 submit@.36 endorse_edited@.4", endorsers=2),
    "approve": _plan(0.5, f"{_STARTED} submit@.36 endorse@.42"),
    "rework": _plan(0.55, f"{_STARTED} submit@.34 reject@.42"),
    "solved": _plan(0.7, f"{_ANSWERED} rate@.55"),
    "solved_late": _plan(1.3, f"{_STARTED} comment@.2 submit@.98 endorse@1.03 warn@1.04 approve@1.1"),
    "not_solved": _plan(0.8, f"{_ANSWERED} rate@.6", result=Result.NOT_SOLVED, mark=3),
    "declined_answer": _plan(0.7, _ANSWERED, result=Result.DECLINED),
    "postponed": _plan(0.6, _ANSWERED, result=Result.POSTPONED, until=1.45),
    "postponed_over": _plan(1.25, _ANSWERED, result=Result.POSTPONED, until=0.95),
    "declined_mod": _plan(0.3, "decline_moderation@.02"),
    "declined_coord": _plan(0.4, f"{_COORDINATED} decline_coordination@.05"),
    "handed_up": _plan(0.06, f"{_COORDINATED} up@.045"),
    "redirect_wait": _plan(0.08, "accept@.012 propose_redirect@.04"),
    "redirected": _plan(0.12, "accept@.012 propose_redirect@.04 approve@.07"),
    "repeat": _plan(0.6, f"{_ANSWERED} rate@.55", mark=1),
    "repeat_stopable": _plan(0.6, f"{_ANSWERED} rate@.56", result=Result.NOT_SOLVED, mark=1),
    "deliver": _plan(0.5, _ANSWERED),
}
"""Plans by the word that stands in `resources/demo/messages.toml`."""
