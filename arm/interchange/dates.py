"""Dates as tables write them, and the trap of day and month changing places."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from arm.interchange.tables import Cell

_SPLIT = re.compile(r"^(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?:[ T,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?$")
_ISO = re.compile(r"^\d{4}-\d{1,2}-\d{1,2}")
EMPTY = frozenset({"", "-", "—", "нет", "null", "none", "nan", "n/a"})


class BadDate(ValueError):
    """A value that is no date in any of the usual forms."""


@dataclass(frozen=True, slots=True)
class DayOrder:
    """How a column writes its dates: `is_month_first` where only that fits; `is_unsure` where both orders fit."""

    is_month_first: bool = False
    is_unsure: bool = False


def order_of(values: Iterable[Cell]) -> DayOrder:
    """Dates with points are always day first in Russian; with slashes or dashes the column itself must tell."""
    day_first = month_first = either = 0
    for value in values:
        found = _SPLIT.match(value.strip()) if isinstance(value, str) else None
        if found is None or found[2] == ".":
            continue
        first, second = int(found[1]), int(found[3])
        if first > 12:
            day_first += 1
        elif second > 12:
            month_first += 1
        elif first != second:
            either += 1
    if month_first and not day_first:
        return DayOrder(is_month_first=True)
    return DayOrder(is_unsure=bool(either and not day_first))


def is_empty(value: Cell) -> bool:
    return isinstance(value, str) and value.strip().casefold() in EMPTY


def moment_of(value: Cell, zone: ZoneInfo, order: DayOrder, *, ends: bool = False) -> datetime | None:
    """The moment in UTC, empty for an empty cell; a value without offset is local to `zone`.

    A bare date means its first instant, or with `ends` the instant after its last. Raises BadDate.
    """
    if is_empty(value):
        return None
    read = value if isinstance(value, datetime | date) else _read(value.strip(), order)
    if isinstance(read, datetime):
        local = read if read.tzinfo is not None else read.replace(tzinfo=zone)
        is_bare = isinstance(value, datetime) and read.time() == time(0) and read.tzinfo is None
        return (local + timedelta(days=1) if ends and is_bare else local).astimezone(UTC)
    day = read + timedelta(days=1) if ends else read
    return datetime.combine(day, time(0), zone).astimezone(UTC)


def _read(text: str, order: DayOrder) -> date | datetime:
    found = _SPLIT.match(text)
    try:
        if found is not None:
            return _of_parts(found, order)
        if _ISO.match(text):
            return date.fromisoformat(text) if len(text) <= 10 else datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise BadDate(text) from None
    raise BadDate(text)


def _of_parts(found: re.Match[str], order: DayOrder) -> date | datetime:
    first, second = int(found[1]), int(found[3])
    swapped = order.is_month_first and found[2] != "."
    day, month = (second, first) if swapped else (first, second)
    year = int(found[4]) + (2000 if len(found[4]) == 2 else 0)
    if found[5] is None:
        return date(year, month, day)
    return datetime(year, month, day, int(found[5]), int(found[6]), int(found[7] or 0))
