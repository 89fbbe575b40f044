"""Queues as the screens read them: cached rows with projected ones in their places, keyset pages, counters."""

from __future__ import annotations

import heapq
from datetime import datetime, time
from zoneinfo import ZoneInfo

from arm.desk.core import DeskCore
from arm.desk.projection import Projected, Projection
from arm.desk.rows import Rows
from arm.desk.values import FILTERS, Counter, Filter, QueuePage, QueueQuery, Workspace
from arm.domain.clocks import Level
from arm.local.facts import BAND_OF, EPOCH, MICROSECOND, Facts, words_of
from arm.local.folding import stem, words
from arm.local.membership import BY_DATE, QUEUE_OF
from arm.local.queues import Key, Line, Selection, key_of, page, places_held, rows_before, tallies, total

MOST_ROWS = 200
_LEVELS = {
    Filter.OVER: Level.OVER,
    Filter.STAGE_OVER: Level.STAGE_OVER,
    Filter.NEAR: Level.NEAR,
    Filter.CALM: Level.CALM,
}
_NEEDS_ACTION = {Workspace.INTAKE: (Filter.TO_DELIVER,), Workspace.CONTROL: (Filter.OVER, Filter.STAGE_OVER)}
"""Which filters count as «needs my action» where `ALL` holds more than that."""


class Queues:
    """Reads only; a page never waits for a page of the feed being applied."""

    def __init__(self, core: DeskCore, projection: Projection, rows: Rows) -> None:
        self._core = core
        self._projection = projection
        self._rows = rows

    def page(self, query: QueueQuery, after: str, limit: int) -> QueuePage:
        chosen = self._selection(query)
        if chosen is None:
            return QueuePage(rows=(), next_key="", total=0)
        limit = max(1, min(limit, MOST_ROWS))
        self._core.store.replica.tend(self._core.now())
        projected = self._projection.every()
        since = _key(after)
        own = sorted(self._own_lines(chosen, projected), key=lambda line: line.key)
        mine = [line for line in own if since is None or line.key > since]
        theirs = self._cached(chosen, since, limit + 1, {one.pk for one in projected.values()})
        merged = list(heapq.merge(theirs, mine, key=lambda line: line.key))
        shown = merged[:limit]
        next_key = ":".join(map(str, shown[-1].key)) if len(merged) > limit else ""
        rows = self._rows.of([line.facts for line in shown])
        return QueuePage(rows=rows, next_key=next_key, total=self._total(chosen, projected, len(own)))

    def position(self, query: QueueQuery, message_id: str) -> int | None:
        """How many rows stand before it; nothing when it isn't in this queue."""
        chosen = self._selection(query)
        if chosen is None:
            return None
        projected = self._projection.every()
        own = self._own_lines(chosen, projected)
        pks = {one.pk for one in projected.values()}
        if message_id in projected:
            key = next((line.key for line in own if line.facts.message_id == message_id), None)
        else:
            key = key_of(self._core.store.cache, chosen, message_id)
        if key is None:
            return None
        hidden = sum(1 for held in self._hidden(chosen, pks) if held < key)
        return rows_before(self._core.store.cache, chosen, key) - hidden + sum(1 for line in own if line.key < key)

    def fits(self, query: QueueQuery, message_id: str) -> bool:
        chosen = self._selection(query)
        if chosen is None:
            return False
        projected = self._projection.every()
        if message_id in projected:
            return any(line.facts.message_id == message_id for line in self._own_lines(chosen, projected))
        return key_of(self._core.store.cache, chosen, message_id) is not None

    def counters(self, workspaces: tuple[Workspace, ...]) -> tuple[Counter, ...]:
        """From tallies that move with the rows: nothing is counted here but today's registrations."""
        self._core.store.replica.tend(self._core.now())
        counts = tallies(self._core.store.cache)
        projected = self._projection.every()
        for held in places_held(self._core.store.cache, [one.pk for one in projected.values()]).values():
            for queue, band, _ in held:
                counts[(queue, band)] = counts.get((queue, band), 0) - 1
        for one in projected.values():
            for place in self._projection.places(one):
                counts[(place.queue, place.band)] = counts.get((place.queue, place.band), 0) + 1
        return tuple(self._counter(space, counts) for space in workspaces)

    def _counter(self, space: Workspace, counts: dict[tuple[int, int], int]) -> Counter:
        by_filter = {one: self._count(space, one, counts) for one in FILTERS[space]}
        parts = _NEEDS_ACTION.get(space, (Filter.ALL,))
        main = QUEUE_OF[f"{space.value}/all"]
        return Counter(
            workspace=space,
            needs_action=sum(by_filter[one] for one in parts),
            has_overdue=counts.get((main, BAND_OF[Level.OVER]), 0) > 0,
            by_filter=by_filter,
        )

    def _count(self, space: Workspace, chosen: Filter, counts: dict[tuple[int, int], int]) -> int:
        selection = self._selection(QueueQuery(workspace=space, filter=chosen))
        if selection is None:
            return 0
        if selection.due_upto is not None:
            projected = self._projection.every()
            return self._total(selection, projected, len(self._own_lines(selection, projected)))
        return sum(
            rows
            for (queue, band), rows in counts.items()
            if queue == selection.queue and (not selection.bands or band in selection.bands)
        )

    def _selection(self, query: QueueQuery) -> Selection | None:
        level = _LEVELS.get(query.filter)
        word = Filter.ALL.value if level is not None else query.filter.value
        queue = QUEUE_OF.get(f"{query.workspace.value}/{word}")
        if queue is None or (level is not None and query.workspace is not Workspace.CONTROL):
            return None
        return Selection(
            queue=queue,
            bands=(BAND_OF[level],) if level is not None else (),
            due_upto=self._today() if queue in BY_DATE else None,
            text=query.text.strip(),
            organisation=query.organisation or "",
            executor=query.executor or "",
            category=query.category,
        )

    def _today(self) -> int:
        """The bound of rows registered today in the user's own zone, as an order key."""
        now = self._core.now()
        grants = self._core.person().grants
        place = self._core.directory.organisation(grants[0].organisation) if grants else None
        zone = ZoneInfo(place.zone if place else "Europe/Moscow")
        midnight = datetime.combine(now.astimezone(zone).date(), time(), tzinfo=zone)
        return -((midnight - EPOCH) // MICROSECOND)

    def _cached(self, chosen: Selection, since: Key | None, wanted: int, hidden: set[int]) -> list[Line]:
        """Cached rows without those that are projected: their places may be others now."""
        found: list[Line] = []
        cache = self._core.store.cache
        while len(found) < wanted:
            lines = page(cache, chosen, since, wanted + min(len(hidden), MOST_ROWS))
            found += [line for line in lines if line.key[2] not in hidden]
            if len(lines) < wanted:
                break
            since = lines[-1].key
        return found[:wanted]

    def _own_lines(self, chosen: Selection, projected: dict[str, Projected]) -> list[Line]:
        lines: list[Line] = []
        for one in projected.values():
            if not _matches(chosen, one):
                continue
            for place in self._projection.places(one):
                if (
                    place.queue == chosen.queue
                    and (not chosen.bands or place.band in chosen.bands)
                    and (chosen.due_upto is None or place.due <= chosen.due_upto)
                ):
                    lines.append(Line((place.band, place.due, one.pk), one.facts, one.sight))
        return lines

    def _hidden(self, chosen: Selection, pks: set[int]) -> list[Key]:
        """Where the cache still has projected messages in this queue."""
        return [
            (band, due, pk)
            for pk, held in places_held(self._core.store.cache, pks).items()
            for queue, band, due in held
            if queue == chosen.queue and (not chosen.bands or band in chosen.bands)
        ]

    def _total(self, chosen: Selection, projected: dict[str, Projected], own: int) -> int:
        cache = self._core.store.cache
        hidden = 0
        if projected and chosen.is_plain:
            hidden = len(self._hidden(chosen, {one.pk for one in projected.values()}))
        elif projected:
            hidden = sum(1 for one in projected if key_of(cache, chosen, one) is not None)
        return max(0, total(cache, chosen) - hidden + own)


def _matches(chosen: Selection, one: Projected) -> bool:
    facts: Facts = one.facts
    if chosen.organisation and facts.organisation != chosen.organisation:
        return False
    if chosen.executor and facts.executor != chosen.executor:
        return False
    if chosen.category and facts.category != chosen.category:
        return False
    return not chosen.text or has_words(one, chosen.text)


def has_words(one: Projected, text: str) -> bool:
    """Whether a projected message would be found by a text; the index does not know it yet."""
    wanted = words(text)
    held = " ".join(words_of(one.message, one.facts.topic)).split()
    if not wanted:
        return False
    return all(stem(word) in held for word in wanted[:-1]) and any(
        word == stem(wanted[-1]) or word.startswith(wanted[-1]) for word in held
    )


def _key(text: str) -> Key | None:
    """A key is opaque to the screens; what isn't one begins the queue anew."""
    parts = text.split(":")
    try:
        return (int(parts[0]), int(parts[1]), int(parts[2])) if len(parts) == 3 else None
    except ValueError:
        return None
