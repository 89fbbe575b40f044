"""Reading the files of the rules: troubles by line, and typed access to a TOML text that remembers its lines."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from fractions import Fraction
from typing import Any, TypeVar

from arm.domain.lines import Path, key_lines

MAX_TEXT = 1_000_000
MAX_LINE = 5_000
MAX_WORDS = 2_000
MAX_ITEMS = 5_000
MIN_YEAR, MAX_YEAR = 1900, 2200
Word = TypeVar("Word", bound=StrEnum)


class Trouble(StrEnum):
    """What a file can hold that can't be expressed; each has one wording per language."""

    SYNTAX = "syntax"
    TOO_LARGE = "too_large"
    LINE_TOO_LONG = "line_too_long"
    TOO_DEEP = "too_deep"
    UNKNOWN_KEY = "unknown_key"
    MISSING_KEY = "missing_key"
    WRONG_TYPE = "wrong_type"
    OUT_OF_RANGE = "out_of_range"
    UNKNOWN_WORD = "unknown_word"
    UNKNOWN_ROW = "unknown_row"
    UNKNOWN_ZONE = "unknown_zone"
    DUPLICATE = "duplicate"
    SAME_STEP = "same_step"
    SHARE_SUM = "share_sum"
    UNIT_NOT_BUILT = "unit_not_built"
    NO_WAY_ON = "no_way_on"
    UNREACHABLE = "unreachable"
    TRACK_TOO_LONG = "track_too_long"
    FORMAT_TOO_NEW = "format_too_new"


@dataclass(frozen=True, slots=True)
class LineTrouble:
    """One thing that a file can't say, with the line (from 1) where it tries."""

    line: int
    code: Trouble
    params: Mapping[str, str] = field(default_factory=dict)


class RegulationTrouble(Exception):
    """A file that can't be loaded: every trouble found, by line; nothing of it is taken."""

    def __init__(self, lines: tuple[LineTrouble, ...]) -> None:
        super().__init__("; ".join(f"{one.line}: {one.code} {dict(one.params)}" for one in lines))
        self.lines = lines


class Troubles:
    """Collects what is wrong, so that a file's author sees all of it at once."""

    def __init__(self, lines: Mapping[Path, int]) -> None:
        self.lines = lines
        self.found: list[LineTrouble] = []

    def line_of(self, path: Path) -> int:
        """The line of a key, or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def add(self, path: Path, code: Trouble, **params: object) -> None:
        self.add_at(self.line_of(path), code, **params)

    def add_at(self, line: int, code: Trouble, **params: object) -> None:
        self.found.append(LineTrouble(max(1, line), code, {k: str(v)[:200] for k, v in params.items()}))

    def raise_if_any(self) -> None:
        if self.found:
            ordered = sorted(dict.fromkeys(self._hashable()), key=lambda one: one[0])
            raise RegulationTrouble(tuple(LineTrouble(line, code, dict(ps)) for line, code, ps in ordered))

    def _hashable(self) -> list[tuple[int, Trouble, tuple[tuple[str, str], ...]]]:
        return [(one.line, one.code, tuple(one.params.items())) for one in self.found]


class Table:
    """One table of the file; every key that nobody asked for is a trouble, told by `finish`."""

    def __init__(self, content: Mapping[str, Any], path: Path, troubles: Troubles) -> None:
        self.content, self.path, self.troubles = content, path, troubles
        self.asked: set[str] = set()

    def line(self, key: str = "") -> int:
        return self.troubles.line_of((*self.path, key) if key else self.path)

    def trouble(self, key: str, code: Trouble, **params: object) -> None:
        self.troubles.add((*self.path, key), code, **{"key": key, **params})

    def has(self, key: str) -> bool:
        return key in self.content

    def text(self, key: str, default: str | None = None, limit: int = MAX_WORDS) -> str:
        found: str | None = self._of(key, str, default)
        if found is None:
            return default or ""
        if len(found) > limit:
            self.trouble(key, Trouble.OUT_OF_RANGE, value=len(found), low=0, high=limit)
        if default is None and not found.strip():
            self.trouble(key, Trouble.MISSING_KEY)
        return found.strip()

    def flag(self, key: str, default: bool) -> bool:
        found: bool | None = self._of(key, bool, default)
        return default if found is None else found

    def whole(self, key: str, low: int, high: int, default: int | None = None, needed: bool = False) -> int | None:
        """A whole number within bounds; None where it is left out."""
        self.asked.add(key)
        if key not in self.content:
            if needed:
                self.trouble(key, Trouble.MISSING_KEY)
            return default
        found = self.content[key]
        if not isinstance(found, int) or isinstance(found, bool):
            self.trouble(key, Trouble.WRONG_TYPE, wanted="number")
            return default
        if not low <= found <= high:
            self.trouble(key, Trouble.OUT_OF_RANGE, value=found, low=low, high=high)
            return default
        return found

    def fraction(self, key: str) -> Fraction | None:
        """A per cent as an exact fraction of one."""
        self.asked.add(key)
        found = self.content.get(key)
        if found is None:
            return None
        if isinstance(found, bool) or not isinstance(found, int | Fraction):
            self.trouble(key, Trouble.WRONG_TYPE, wanted="number")
            return None
        if not 0 <= found <= 100:
            self.trouble(key, Trouble.OUT_OF_RANGE, value=printed(Fraction(found)), low=0, high=100)
            return None
        return Fraction(found) / 100

    def day(self, key: str) -> date | None:
        found: date | None = self._of(key, date, None, optional=True)
        if isinstance(found, datetime):
            self.trouble(key, Trouble.WRONG_TYPE, wanted="date")
            return None
        return found if found is None or self._sane(key, found.year) else None

    def moment(self, key: str, optional: bool = True) -> datetime | None:
        """An aware moment, as UTC."""
        found: datetime | None = self._of(key, datetime, None, optional=optional)
        if found is None or not self._sane(key, found.year):
            return None
        if found.tzinfo is None:
            self.trouble(key, Trouble.WRONG_TYPE, wanted="moment")
            return None
        return found.astimezone(UTC)

    def texts(self, key: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        found = self._of(key, list, None, optional=True)
        if found is None:
            return default
        if len(found) > MAX_ITEMS:
            self.trouble(key, Trouble.OUT_OF_RANGE, value=len(found), low=0, high=MAX_ITEMS)
            return default
        bad = [i for i, one in enumerate(found) if not isinstance(one, str)]
        for i in bad:
            self.troubles.add((*self.path, key, i), Trouble.WRONG_TYPE, key=key, wanted="text")
        return default if bad else tuple(found)

    def word(self, key: str, kind: type[Word], default: Word) -> Word:
        """One word of a list the program knows."""
        return known_word(self.text(key, default.value), kind, (*self.path, key), self.troubles) or default

    def words(self, key: str, kind: type[Word], default: tuple[Word, ...] = ()) -> tuple[Word, ...]:
        if not self.has(key):
            self.asked.add(key)
            return default
        found = (known_word(one, kind, (*self.path, key, i), self.troubles) for i, one in enumerate(self.texts(key)))
        return tuple(one for one in found if one is not None)

    def names(self, key: str, known: Collection[str], kind: str) -> tuple[str, ...]:
        """Names of guards, effects, fields: each must be known."""
        found = self.texts(key)
        for i, one in enumerate(found):
            if one not in known:
                self.troubles.add((*self.path, key, i), Trouble.UNKNOWN_WORD, kind=kind, value=one)
        return found

    def table(self, key: str) -> Table:
        found = self._of(key, dict, None, optional=True)
        return Table(found or {}, (*self.path, key), self.troubles)

    def tables(self, key: str) -> tuple[Table, ...]:
        found = self._of(key, list, None, optional=True) or []
        if len(found) > MAX_ITEMS:
            self.trouble(key, Trouble.OUT_OF_RANGE, value=len(found), low=0, high=MAX_ITEMS)
            return ()
        bad = [i for i, one in enumerate(found) if not isinstance(one, dict)]
        for i in bad:
            self.troubles.add((*self.path, key, i), Trouble.WRONG_TYPE, key=key, wanted="table")
        return () if bad else tuple(Table(one, (*self.path, key, i), self.troubles) for i, one in enumerate(found))

    def finish(self) -> None:
        for key in self.content:
            if key not in self.asked:
                self.trouble(key, Trouble.UNKNOWN_KEY)

    def _sane(self, key: str, year: int) -> bool:
        """Far years would overflow when a term is added."""
        if MIN_YEAR <= year <= MAX_YEAR:
            return True
        self.trouble(key, Trouble.OUT_OF_RANGE, value=year, low=MIN_YEAR, high=MAX_YEAR)
        return False

    def _of(self, key: str, kind: type[Any], default: Any, optional: bool = False) -> Any:
        self.asked.add(key)
        if key not in self.content:
            if default is None and not optional:
                self.trouble(key, Trouble.MISSING_KEY)
            return default
        found = self.content[key]
        if not isinstance(found, kind):
            self.trouble(key, Trouble.WRONG_TYPE, wanted=_KINDS[kind])
            return default
        return found


_KINDS: Mapping[type[Any], str] = {
    str: "text",
    bool: "flag",
    dict: "table",
    list: "list",
    date: "date",
    datetime: "moment",
}


def known_word(value: str, kind: type[Word], path: Path, troubles: Troubles) -> Word | None:
    if value in kind.__members__.values():
        return kind(value)
    troubles.add(path, Trouble.UNKNOWN_WORD, kind=kind.__name__.removeprefix("Term").lower(), value=value)
    return None


def no_doubles(tables: tuple[Table, ...], key: str, name_of: Callable[[int], str]) -> None:
    """The same id twice in one list is told at its second place."""
    seen: set[str] = set()
    for i, table in enumerate(tables):
        name = name_of(i)
        if name in seen:
            table.trouble(key, Trouble.DUPLICATE, value=name)
        seen.add(name)


def printed(number: Fraction) -> str:
    """A per cent as people write it: «100», «99.5»."""
    return str(number.numerator) if number.denominator == 1 else f"{float(number):g}"


def parse(text: str) -> Table:
    """The root table of a TOML text; raises RegulationTrouble where it isn't one."""
    if len(text) > MAX_TEXT:
        raise RegulationTrouble((LineTrouble(1, Trouble.TOO_LARGE, {"limit": str(MAX_TEXT)}),))
    # the parser's time grows with the square of a dotted key's length
    long = next((n for n, line in enumerate(text.split("\n"), 1) if len(line) > MAX_LINE), 0)
    if long:
        raise RegulationTrouble((LineTrouble(long, Trouble.LINE_TOO_LONG, {"limit": str(MAX_LINE)}),))
    try:
        content = tomllib.loads(text, parse_float=_exact)
    except tomllib.TOMLDecodeError as trouble:
        raise RegulationTrouble((_syntax(text, str(trouble)),)) from trouble
    except RecursionError as trouble:
        raise RegulationTrouble((LineTrouble(1, Trouble.TOO_DEEP),)) from trouble
    except ValueError as trouble:
        # a float or a date that the parser reads but Python can't hold
        raise RegulationTrouble((_syntax(text, str(trouble)),)) from trouble
    return Table(content, (), Troubles(key_lines(text)))


def _exact(digits: str) -> Fraction:
    # an exponent would let a short text ask for a number of any size
    if len(digits) > 40 or "e" in digits.lower():
        raise ValueError(digits[:40])
    return Fraction(digits.replace("_", ""))


def _syntax(text: str, message: str) -> LineTrouble:
    place = re.search(r"at line (\d+), column (\d+)", message)
    line = int(place[1]) if place else text.count("\n") + 1 if "end of document" in message else 1
    return LineTrouble(line, Trouble.SYNTAX, {"column": place[2] if place else ""})
