"""`arm bench queue`: the first page of a long queue against a short one, and search against raw FTS5 (S13, S6, S7)."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from arm.bench.goals import ROUNDS, Report, disturbance, median_ratio, number, percentile, steady_rounds
from arm.bench.profile import build, still
from arm.bench.vocabulary import PER_CLASS, Vocabulary
from arm.bootstrap import open_desk
from arm.desk.clock import Surroundings
from arm.desk.desk import Desk
from arm.desk.values import QueueQuery, Workspace
from arm.local.cache import FILE_NAME, CacheFile
from arm.local.database import Connection, connect
from arm.local.folding import match_query
from arm.local.held_keys import HeldKeys
from arm.local.search import search_ranked

SMALL_ROWS = 10_000
OPENINGS = 7
"""How often a round opens each profile; the calmest opening counts, as other programs only ever add time."""
REPEATS = 3
"""How often a round asks each query; the calmest answer counts."""
PAGE = 100
FOUND = 50
WHOLE = QueueQuery(workspace=Workspace.CONTROL)
NEWEST = "SELECT rowid FROM words WHERE words MATCH ? ORDER BY rowid DESC LIMIT 50"
RANKED = "SELECT rowid FROM words WHERE words MATCH ? ORDER BY rank LIMIT 50"


@dataclass(frozen=True)
class Filled:
    """A profile full of messages, and what opens it."""

    folder: Path
    rows: int
    keys: HeldKeys
    key: bytes
    around: Surroundings

    def open(self) -> Desk:
        return open_desk(self.folder, key_store=lambda: self.keys, around=self.around)


@dataclass(frozen=True, slots=True)
class PageRound:
    """First pages of one round, milliseconds."""

    large_ms: float
    small_ms: float


@dataclass(frozen=True, slots=True)
class SearchRound:
    """95 % of the queries of one round took no longer than this, milliseconds; `slowest_ms` of ours."""

    newest_ms: float
    raw_ms: float
    ranked_ms: float
    all_ranked_ms: float
    slowest_ms: float


def run(
    rows: int,
    told: Callable[[str], None],
    *,
    small_rows: int = SMALL_ROWS,
    per_class: int = PER_CLASS,
    rounds: int = ROUNDS,
) -> Report:
    """Builds both profiles in a private folder, measures, and removes them."""
    report = Report()
    with tempfile.TemporaryDirectory(prefix="arm-bench-", ignore_cleanup_errors=True) as place:
        small = fill(Path(place) / "small", min(small_rows, rows), told)
        large = fill(Path(place) / "large", rows, told)
        told("Первые страницы…")
        pages = steady_rounds(lambda: page_round(large, small), lambda one: (one.small_ms,), rounds)
        _judge_pages(report, pages, large.rows, small.rows)
        told("Поиск…")
        queries = Vocabulary().queries(per_class)
        _judge_search(report, search_rounds(large, queries, rounds), large.rows, len(queries))
    return report


def fill(folder: Path, rows: int, told: Callable[[str], None]) -> Filled:
    """An encrypted profile of so many rows; the clock stands at the moment of its making."""
    began = time.perf_counter()
    keys, around = HeldKeys(), still(datetime.now(UTC))

    def count(done: int) -> None:
        if done % 20_000 == 0:
            told(f"Записано сообщений: {done} из {rows}")

    key = build(folder, rows, keys, count, around)
    told(f"Кэш на {rows} сообщений готов за {time.perf_counter() - began:.0f} с")
    return Filled(folder, rows, keys, key, around)


def page_round(large: Filled, small: Filled) -> PageRound:
    """Each profile is opened anew, in turn, so that no page of the file is in memory of the program yet."""
    taken: dict[int, list[float]] = {0: [], 1: []}
    for _ in range(OPENINGS):
        for which, filled in enumerate((large, small)):
            desk = filled.open()
            try:
                taken[which].append(_milliseconds(lambda desk=desk: desk.messages.queue_page(WHOLE, "", PAGE)))  # type: ignore[misc]
            finally:
                desk.close()
    return PageRound(min(taken[0]), min(taken[1]))


def search_rounds(filled: Filled, queries: Sequence[str], rounds: int) -> list[SearchRound]:
    desk = filled.open()
    raw = connect(filled.folder / FILE_NAME, filled.key, synchronous="NORMAL", read_only=True)
    cache = CacheFile(filled.folder, filled.key, lambda: "bench", was_clean=True)
    try:
        return steady_rounds(
            lambda: search_round(desk, cache, raw, queries), lambda one: (one.raw_ms, one.all_ranked_ms), rounds
        )
    finally:
        cache.close()
        raw.close()
        desk.close()


def search_round(desk: Desk, cache: CacheFile, raw: Connection, queries: Sequence[str]) -> SearchRound:
    """All queries, each four ways in turn, a few times over."""
    taken: list[list[float]] = [[], [], [], []]
    for text in queries:
        expression = match_query(text)
        ways: tuple[Callable[[], object], ...] = (
            lambda text=text: desk.search.search(text, FOUND),  # type: ignore[misc]
            lambda expression=expression: raw.execute(NEWEST, (expression,)).fetchall(),  # type: ignore[misc]
            lambda text=text: search_ranked(cache, text, FOUND),  # type: ignore[misc]
            lambda expression=expression: raw.execute(RANKED, (expression,)).fetchall(),  # type: ignore[misc]
        )
        times = [[_milliseconds(way) for way in ways] for _ in range(REPEATS)]
        for series, several in zip(taken, zip(*times, strict=True), strict=True):
            series.append(min(several))
    newest, plain, ranked, all_ranked = (percentile(series, 0.95) for series in taken)
    return SearchRound(newest, plain, ranked, all_ranked, max(*taken[0], *taken[2]))


def _judge_pages(report: Report, rounds: Sequence[PageRound], rows: int, small_rows: int) -> None:
    disturbed = disturbance([one.small_ms for one in rounds], f"первая страница при {small_rows} строках")
    ratio = median_ratio([(one.large_ms, one.small_ms) for one in rounds])
    what = f"первая страница при {rows} строках к ней же при {small_rows}"
    report.judge("S13.ratio", 1.3, what, ratio, disturbed)
    first_ms = median(one.large_ms for one in rounds)
    report.judge("S13.first_ms", 150.0, f"первая страница при {rows} строках, мс", first_ms, disturbed)


def _judge_search(report: Report, rounds: Sequence[SearchRound], rows: int, queries: int) -> None:
    disturbed = disturbance([one.raw_ms for one in rounds], "FTS5 без программы, новые первыми")
    newest, raw = median(one.newest_ms for one in rounds), median(one.raw_ms for one in rounds)
    what = f"поиск, новые первыми, p95 из {queries} запросов при {rows} строках, мс; сам FTS5 {number(raw)} мс"
    report.judge("S6", 50.0, what, newest, disturbed)
    disturbed = disturbance([one.all_ranked_ms for one in rounds], "FTS5 без программы, лучшие первыми")
    ranked, every = median(one.ranked_ms for one in rounds), median(one.all_ranked_ms for one in rounds)
    what = f"поиск, лучшие первыми, p95, мс; ORDER BY rank по всем совпадениям {number(every)} мс"
    report.judge("S7", 60.0, what, ranked, disturbed)
    slowest = max(one.slowest_ms for one in rounds)
    report.remarks.append(f"Самый долгий поиск: {number(slowest)} мс (можно 500 мс)")


def _milliseconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000
