"""Queues read from the cache: keyset pages, positions and counters, one narrow query each (S13)."""

# ruff: noqa: S608 (every value is bound; what is put together are names of our own columns)

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from arm.local.cache import CacheFile, marks
from arm.local.facts import Facts, atom
from arm.local.folding import match_query
from arm.local.pages import decode_facts

MOST_MATCHES = 5000
"""A text inside a queue looks through the newest matches only."""
Key = tuple[int, int, int]
"""(band, due, pk): the whole order of a queue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which rows of which queue; `bands` empty = all, `due_upto` bounds the order key (microseconds)."""

    queue: int
    bands: tuple[int, ...] = ()
    due_upto: int | None = None
    text: str = ""
    organisation: str = ""
    executor: str = ""
    category: str = ""

    @property
    def is_plain(self) -> bool:
        """Whether the counters know its size."""
        return not (self.text or self.organisation or self.executor or self.category) and self.due_upto is None


@dataclass(frozen=True, slots=True)
class Line:
    """One row with its place in the order."""

    key: Key
    facts: Facts
    sight: str


def page(cache: CacheFile, chosen: Selection, after: Key | None, limit: int) -> list[Line]:
    """The next rows after a key, in order; a range of one index."""
    where, parameters = _where(chosen)
    if after is not None:
        where += " AND (q.band, q.due, q.pk) > (?, ?, ?)"
        parameters = [*parameters, *after]
    found = cache.rows(
        "SELECT q.band, q.due, q.pk, m.facts, m.sight FROM"
        f" (SELECT band, due, pk FROM place q WHERE {where} ORDER BY q.band, q.due, q.pk LIMIT ?) q"
        " JOIN message m ON m.pk = q.pk ORDER BY q.band, q.due, q.pk",
        [*parameters, limit],
    )
    return [Line((row[0], row[1], row[2]), decode_facts(row[3]), row[4]) for row in found]


def total(cache: CacheFile, chosen: Selection) -> int:
    """How many rows the whole selection has."""
    if chosen.is_plain:
        bands = f" AND band IN ({marks(chosen.bands)})" if chosen.bands else ""
        found = cache.rows(
            f"SELECT coalesce(sum(rows), 0) FROM tally WHERE queue = ?{bands}",
            (chosen.queue, *chosen.bands),
        )
        return int(found[0][0])
    where, parameters = _where(chosen)
    return int(cache.rows(f"SELECT count(*) FROM place q WHERE {where}", parameters)[0][0])


def key_of(cache: CacheFile, chosen: Selection, message_id: str) -> Key | None:
    """Where a message stands in the selection, or nothing when it isn't in it."""
    where, parameters = _where(chosen)
    found = cache.rows(
        f"SELECT q.band, q.due, q.pk FROM message m JOIN place q ON q.pk = m.pk WHERE m.message_id = ? AND {where}",
        [message_id, *parameters],
    )
    return (found[0][0], found[0][1], found[0][2]) if found else None


def rows_before(cache: CacheFile, chosen: Selection, key: Key) -> int:
    where, parameters = _where(chosen)
    found = cache.rows(
        f"SELECT count(*) FROM place q WHERE {where} AND (q.band, q.due, q.pk) < (?, ?, ?)",
        [*parameters, *key],
    )
    return int(found[0][0])


def tallies(cache: CacheFile) -> dict[tuple[int, int], int]:
    """(queue, band) → rows, of every queue at once."""
    return {(q, band): rows for q, band, rows in cache.rows("SELECT queue, band, rows FROM tally") if rows}


def lines_of(cache: CacheFile, message_ids: Iterable[str]) -> dict[str, tuple[int, Facts, str]]:
    """message → (pk, facts, sight) for those that are here."""
    wanted = list(message_ids)
    found: dict[str, tuple[int, Facts, str]] = {}
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        for pk, facts, sight in cache.rows(
            f"SELECT pk, facts, sight FROM message WHERE message_id IN ({marks(part)})",
            part,
        ):
            read = decode_facts(facts)
            found[read.message_id] = (pk, read, sight)
    return found


@dataclass(frozen=True, slots=True)
class StoredCard:
    """A card as it lies in the cache; `state` and `timeline` are JSON."""

    pk: int
    rev: str
    sight: str
    state: bytes
    timeline: bytes


def card(cache: CacheFile, message_id: str) -> StoredCard | None:
    found = cache.rows(
        "SELECT m.pk, m.rev, m.sight, k.state, k.timeline FROM message m JOIN card k ON k.pk = m.pk"
        " WHERE m.message_id = ?",
        (message_id,),
    )
    return StoredCard(*found[0]) if found else None


def held_by(cache: CacheFile, executor: str) -> list[Facts]:
    """Messages of this executor as far as they are here, newest first."""
    rows = cache.rows(
        f"SELECT facts FROM message WHERE executor = ? AND executor <> 0 ORDER BY pk DESC LIMIT {MOST_MATCHES}",
        (atom(executor),),
    )
    return [decode_facts(row[0]) for row in rows]


def places_held(cache: CacheFile, pks: Iterable[int]) -> dict[int, list[tuple[int, int, int]]]:
    """pk → (queue, band, due) of the rows as the cache has them."""
    held: dict[int, list[tuple[int, int, int]]] = {}
    wanted = list(pks)
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        for pk, queue, band, due in cache.rows(
            f"SELECT pk, queue, band, due FROM place WHERE pk IN ({marks(part)})", part
        ):
            held.setdefault(pk, []).append((queue, band, due))
    return held


def _where(chosen: Selection) -> tuple[str, list[Any]]:
    parts: list[str] = ["q.queue = ?"]
    parameters: list[Any] = [chosen.queue]
    if chosen.bands:
        parts.append(f"q.band IN ({marks(chosen.bands)})")
        parameters.extend(chosen.bands)
    if chosen.due_upto is not None:
        parts.append("q.due <= ?")
        parameters.append(chosen.due_upto)
    for column in ("organisation", "executor", "category"):
        value = getattr(chosen, column)
        if value:
            parts.append(f"q.{column} = ?")
            parameters.append(atom(value))
    if chosen.text:
        # a text of punctuation alone looks for nothing and finds nothing
        expression = match_query(chosen.text) or '"\u0001"'
        parts.append(f"q.pk IN (SELECT rowid FROM words WHERE words MATCH ? ORDER BY rowid DESC LIMIT {MOST_MATCHES})")
        parameters.append(expression)
    return " AND ".join(parts), parameters
