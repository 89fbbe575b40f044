"""`arm bench sync`: first syncs, small changes, durable commands, the screen meanwhile, memory (S1–S5, S9–S16)."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from arm.bench import sync_commands, sync_crowd, sync_first, sync_small, sync_stall
from arm.bench.goals import ROUNDS, Report
from arm.bench.queue import WHOLE
from arm.bench.sync_pouch import NoPeer, Pouch, pouch
from arm.bench.sync_stores import copy_served, filled

ANKI = "первая сверка готовым снимком, к полной загрузке Anki"
NO_SNAPSHOT = "снимков у нас нет: первая сверка идёт страницами, чтобы права проверялись для каждой карточки"
PARTS = ("first", "small", "commands", "stall", "crowd")
"""What `--only` may name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How much of each thing a run does; the figures of the goals are for the whole."""

    rows: int
    rounds: int = ROUNDS
    seconds: float = 3.0
    changes: int = 1_000
    queued: int = 5_000
    idle_s: float = 60.0
    parts: tuple[str, ...] = PARTS

    @classmethod
    def of(cls, rows: int, parts: tuple[str, ...] = PARTS) -> Extent:
        """A trial on few rows is short in everything."""
        share = min(1.0, rows / 100_000)
        return cls(
            rows=rows,
            changes=max(50, round(1_000 * share)),
            queued=max(100, round(5_000 * share)),
            idle_s=max(10.0, 60.0 * share),
            seconds=3.0 if share == 1.0 else 2.0,
            parts=parts,
        )


def run(extent: Extent, told: Callable[[str], None]) -> Report:
    """Everything in one private folder, which goes with the run; the store and PouchDB stay in the cache folder."""
    report = Report()
    with tempfile.TemporaryDirectory(prefix="arm-bench-", ignore_cleanup_errors=True) as place:
        folder = Path(place)
        store = filled(extent.rows, told)
        if {"first", "small", "stall"} & set(extent.parts):
            _with_peer(report, store, folder, extent, told)
        if "commands" in extent.parts:
            sync_commands.measure_postgres(report, extent.seconds, extent.rounds, told)
            sync_commands.measure_sqlite(report, folder, extent.seconds, extent.rounds, told)
        if "crowd" in extent.parts:
            told("Пятьдесят первых сверок сразу…")
            sync_crowd.measure(report, store, folder, min(extent.rounds, 3))
    report.miss("S3", 0.5, ANKI, NO_SNAPSHOT, at_least=True)
    return report


def _with_peer(report: Report, store: Path, folder: Path, extent: Extent, told: Callable[[str], None]) -> None:
    with copy_served(store, folder / "served") as served, _peer(folder / "pouch", extent.rows, told) as (peer, why):
        if "first" in extent.parts:
            told("Первые сверки…")
            sync_first.measure(report, served, store, peer, why, extent.rows, extent.rounds, folder)
        if "stall" in extent.parts:
            told("Задержки окна…")
            sync_stall.measure(report, served, extent.rows, extent.idle_s, folder)
        if "small" not in extent.parts:
            return
        if peer is not None and "first" not in extent.parts:
            peer.do("first")
        told("Малые изменения…")
        with (
            sync_small.synced(folder / "writer", served) as writer,
            sync_small.synced(folder / "reader", served) as reader,
        ):
            newcomers = sync_small.Newcomers(served.database, 10 * extent.rows)
            sync_small.measure_pulls(report, writer, newcomers, peer, why, extent.rounds)
            sync_small.measure_live(report, writer, reader, peer, why, extent.changes, extent.rounds)
            told("Очередь команд…")
            ids = [row.message_id for row in writer.messages.queue_page(WHOLE, "", 200).rows]
            sync_small.measure_drain(report, writer, ids, extent.queued)


@contextmanager
def _peer(folder: Path, rows: int, told: Callable[[str], None]) -> Iterator[tuple[Pouch | None, str]]:
    """PouchDB with as many documents as the store has messages, or why there is none."""
    with ExitStack() as held:
        peer, why = None, ""
        try:
            peer = held.enter_context(pouch(folder, told))
            told("Наполняю PouchDB…")
            peer.do("load", count=rows)
        except NoPeer as missing:
            why = str(missing)
            peer = None
        yield peer, why
