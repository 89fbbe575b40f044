"""Worked examples of a regulation's file: how they are read, how they are run by the real clocks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from arm.domain import terms
from arm.domain.classifier import Classifier
from arm.domain.clocks import Clocks
from arm.domain.message import OPEN_STAGES, Stage
from arm.domain.reading import Table, Trouble
from arm.domain.regulation import Example, Regulation, Term

_SPAN = re.compile(r"(?:(\d{1,4}) d)? ?(?:(\d{1,4}) h)? ?(?:(\d{1,4}) m)? ?(?:(\d{1,4}) s)?")
_PLACES = frozenset({*(s.value for s in OPEN_STAGES), "total", "cap"})
_HERE = "example"


@dataclass(frozen=True, slots=True)
class Difference:
    """What an example expects and what the clocks say; both as ISO moments or seconds, empty = nothing."""

    example: Example
    what: str
    expected: str
    found: str


def example_of(table: Table) -> Example:
    """One `[[example]]`; its troubles are added to the file's."""
    zone = table.text("zone", limit=60)
    if zone and not known_zone(zone):
        table.trouble("zone", Trouble.UNKNOWN_ZONE, value=zone)
    due, span = table.table("due"), table.table("terms")
    registered_at = table.moment("registered_at", optional=False)
    found = Example(
        title=table.text("title", limit=300),
        registered_at=registered_at or datetime.fromisoformat("2000-01-01T00:00:00+00:00"),
        zone=zone or "UTC",
        clause=table.text("clause", "", limit=200),
        days=table.whole("days", 1, 3650),
        category=table.text("category", "", limit=300),
        subcategory=table.text("subcategory", "", limit=300),
        track=table.text("track", "", limit=60) if table.has("track") else None,
        coordination_from=table.moment("coordination_from"),
        postponed_at=table.moment("postponed_at"),
        postponed_until=table.day("postponed_until"),
        terms=_spans(span),
        due=_moments(due),
        line=table.line(),
    )
    table.finish()
    return found


def known_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _spans(table: Table) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for key in table.content:
        text = table.text(key, "", limit=60)
        parts = _SPAN.fullmatch(text)
        if key not in _PLACES:
            table.trouble(key, Trouble.UNKNOWN_WORD, kind="stage", value=key)
        elif not text or parts is None:
            table.trouble(key, Trouble.WRONG_TYPE, wanted="span")
        else:
            d, h, m, s = (int(part or 0) for part in parts.groups())
            found[key] = ((d * 24 + h) * 60 + m) * 60 + s
    return found


def _moments(table: Table) -> Mapping[str, datetime]:
    found: dict[str, datetime] = {}
    for key in table.content:
        moment = table.moment(key)
        if key not in _PLACES:
            table.trouble(key, Trouble.UNKNOWN_WORD, kind="stage", value=key)
        elif moment is not None:
            found[key] = moment
    return found


def run(regulation: Regulation, example: Example) -> tuple[Difference, ...]:
    """Plays the message through its stages, each entered when the one before it is due."""
    ruled = regulation if example.days is None else replace(regulation, total=Term(amount=example.days))
    found = _played(ruled, example)
    clocks = found["total"]
    budgets = {b.stage: b.seconds for b in clocks.budgets}
    if clocks.term_seconds is not None:
        budgets["total"] = clocks.term_seconds
    checks: list[tuple[str, str, str]] = []
    if example.track is not None:
        checks.append(("track", example.track, clocks.track))
    checks += [(stage, str(seconds), str(budgets.get(stage, ""))) for stage, seconds in example.terms.items()]
    for place, moment in example.due.items():
        at = _due_of(found, place)
        checks.append((place, moment.isoformat(), at.isoformat() if at else ""))
    return tuple(Difference(example, what, expected, got) for what, expected, got in checks if expected != got)


def _played(regulation: Regulation, example: Example) -> Mapping[str, Clocks]:
    """The clocks as they stood on entry into every stage, and under `total` at the end."""
    empty = Classifier()
    start = terms.on_register(regulation, example.registered_at, example.zone, _HERE)
    clocks = terms.fix_total(start, regulation, example.zone, example.category, example.subcategory, empty)
    moderation = clocks
    if example.postponed_at is not None and example.postponed_until is not None:
        clocks = terms.postpone(clocks, regulation, example.postponed_until, example.zone, example.postponed_at)
    found: dict[str, Clocks] = {"total": clocks}
    for stage, at in _entries(clocks, example):
        clocks = terms.enter_stage(clocks, regulation, stage, _HERE, None, at(clocks))
        found[stage.value] = clocks
    return {"moderation": moderation, **found}


class _At:
    """When a stage is entered: at a given moment, else when the one before is due."""

    def __init__(self, given: datetime | None) -> None:
        self.given = given

    def __call__(self, clocks: Clocks) -> datetime:
        if self.given is not None:
            return self.given
        return clocks.stage_due_at or clocks.stage_entered_at


def _entries(clocks: Clocks, example: Example) -> Iterator[tuple[Stage, _At]]:
    if example.postponed_until is not None:
        yield Stage.EXECUTION, _At(example.postponed_at)
    else:
        yield Stage.COORDINATION, _At(example.coordination_from)
        yield Stage.EXECUTION, _At(None)
    yield Stage.ENDORSEMENT, _At(None)
    yield Stage.APPROVAL, _At(None)


def _due_of(found: Mapping[str, Clocks], place: str) -> datetime | None:
    if place == "total":
        return found["total"].answer_due_at
    if place == "cap":
        return found["coordination"].cap_due_at if "coordination" in found else None
    return found[place].stage_due_at if place in found else None
