"""The registry of the fault cases: those played here, those a test proves, those that can't be yet and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from arm.verify.rig import Rig

Play = Callable[["Rig"], None]


class Failed(Exception):
    """What should have held and did not, in words."""


class Skip(Exception):
    """Why a case can't be played here."""


@dataclass(frozen=True)
class Case:
    """One line of the catalogue: played by `run`, or proved by the pytest nodes in `node`, or left out for `reason`."""

    number: str
    title: str
    run: Play | None = None
    node: str = ""
    reason: str = ""
    is_quick: bool = False


CASES: dict[str, Case] = {}


def case(number: str, title: str, *, quick: bool = False) -> Callable[[Play], Play]:
    """Enters a function that plays the case; `quick` ones run with every test run."""

    def enter(run: Play) -> Play:
        _enter(Case(number, title, run, is_quick=quick))
        return run

    return enter


def by_test(number: str, title: str, node: str) -> None:
    """The case is proved by these pytest nodes (separated by blanks), which are really run."""
    _enter(Case(number, title, node=node))


def left_out(number: str, title: str, reason: str) -> None:
    _enter(Case(number, title, reason=reason))


def _enter(one: Case) -> None:
    if one.number in CASES:
        raise ValueError(one.number)
    CASES[one.number] = one


def holds(condition: bool, otherwise: str) -> None:
    """Failed(otherwise) where it does not hold."""
    if not condition:
        raise Failed(otherwise)
