"""Commands a second with a durable commit: PostgreSQL against pgbench (S9), SQLite against single commits (S10)."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from statistics import median

from arm.bench.goals import Report, disturbance, median_ratio, number, steady_rounds
from arm.bench.sync_load import Caller, callers, rate
from arm.bench.sync_postgres import Cluster, NoPostgres, cluster
from arm.bench.sync_stores import Served, acts, served, settle
from arm.bootstrap_central import open_central
from arm.domain.commands import Comment

DESKS = (1, 8, 32)
MESSAGES = 2_000
SLOW_FLUSH_MS = 3.0
COMMENT = Comment(text="Проверено на месте: работы начаты, срок прежний. " * 4)
PEER = 32


@dataclass(frozen=True, slots=True)
class Round:
    """Commands a second by the number of desks, and what the control managed between them."""

    ours: tuple[float, ...]
    control: float


def measure_postgres(report: Report, seconds: float, rounds: int, told: Callable[[str], None]) -> None:
    what = "команд/с с надёжной записью (права, ключ повтора, журнал) при 32 рабочих местах, к pgbench TPC-B c=32"
    try:
        with cluster() as running, tempfile.TemporaryDirectory(prefix="arm-bench-") as folder:
            message_ids = _fill(running.url, Path(folder))
            workers = more_workers()
            with served(running.url, Path(folder), workers) as store:
                told(f"Команды на PostgreSQL{' (' + ' '.join(workers) + ')' if workers else ''}…")
                _judge_postgres(report, what, _postgres_rounds(running, store, message_ids, seconds, rounds))
    except NoPostgres as missing:
        report.miss("S9.pgbench", 0.10, what, str(missing), at_least=True)


def _postgres_rounds(
    running: Cluster, store: Served, message_ids: Sequence[str], seconds: float, rounds: int
) -> list[Round]:
    desks, make = callers(store, max(DESKS)), _maker(message_ids)

    def one_round() -> Round:
        ours = tuple(rate(store, desks[:count], make, seconds) for count in DESKS)
        return Round(ours, running.transactions(PEER, max(1, round(seconds))))

    return steady_rounds(one_round, lambda one: (one.control,), rounds)


def _judge_postgres(report: Report, what: str, done: Sequence[Round]) -> None:
    shown = ", ".join(f"{count}: {number(median(one.ours[at] for one in done))}" for at, count in enumerate(DESKS))
    said = f"{what}; по числу мест {shown}; pgbench {number(median(one.control for one in done))}"
    ratio = median_ratio([(one.ours[-1], one.control) for one in done])
    disturbed = disturbance([one.control for one in done], "pgbench, S9")
    report.judge("S9.pgbench", 0.10, said, ratio, disturbed, at_least=True)


def measure_sqlite(report: Report, place: Path, seconds: float, rounds: int, told: Callable[[str], None]) -> None:
    """The goal depends on the disk: where it flushes fast, SQL and Python count; where slowly, group commit."""
    folder = place / "durable"
    folder.mkdir()
    url = f"sqlite:///{folder / 'central.db'}"
    message_ids = _fill(url, folder)
    flush_ms = _flush_ms(folder)
    goal = 4.0 if flush_ms >= SLOW_FLUSH_MS else 0.15
    told("Команды на SQLite…")
    with served(url, folder) as store:
        desks, make = callers(store, max(DESKS)), _maker(message_ids)

        def one_round() -> Round:
            ours = tuple(rate(store, desks[:count], make, seconds) for count in DESKS)
            return Round(ours, single_commits(folder, seconds))

        done = steady_rounds(one_round, lambda one: (one.control,), rounds)
    shown = ", ".join(f"{count}: {number(median(one.ours[at] for one in done))}" for at, count in enumerate(DESKS))
    said = (
        f"команд/с на SQLite при 32 рабочих местах, к одиночным COMMIT (FULL); по числу мест {shown};"
        f" одиночных {number(median(one.control for one in done))}; fsync {number(flush_ms)} мс"
    )
    ratio = median_ratio([(one.ours[-1], one.control) for one in done])
    disturbed = disturbance([one.control for one in done], "одиночные COMMIT, S10")
    report.judge("S10", goal, said, ratio, disturbed, at_least=True)


def more_workers() -> tuple[str, ...]:
    """As many processes as processors, where the program can do that."""
    command = [sys.executable, "-m", "arm", "central", "serve", "--help"]
    told = subprocess.run(command, capture_output=True, check=False).stdout  # noqa: S603
    count = min(os.cpu_count() or 1, 4)
    return ("--workers", str(count)) if b"--workers" in told and count > 1 else ()


def _fill(url: str, folder: Path) -> list[str]:
    """A settled store with a few messages to comment upon; their ids."""
    with open_central(url, files=folder / "files") as central:
        settle(central)
        central.act_many(acts(MESSAGES, datetime.now(UTC)), batch=500)
        return [str(one) for one in central.message_ids()]


def _maker(message_ids: Sequence[str]) -> Callable[[Caller], bytes]:
    """One command after another, each on the next message: desks rarely meet on one."""
    turn = cycle(message_ids)
    return lambda desk: desk.command("comment", next(turn), COMMENT)


def single_commits(folder: Path, seconds: float) -> float:
    """One row of a kilobyte a transaction, WAL, synchronous=FULL."""
    path = folder / "single.db"
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE IF NOT EXISTS one (id INTEGER PRIMARY KEY, at REAL, body TEXT)")
    body, done, began = "ж" * 520, 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO one(at, body) VALUES (?, ?)", (began, body))
        connection.execute("COMMIT")
        done += 1
    took = time.perf_counter() - began
    connection.close()
    return done / took


def _flush_ms(folder: Path) -> float:
    """The median time of a write that has to reach the disk."""
    took = []
    with (folder / "flushed").open("wb", buffering=0) as file:
        for _ in range(50):
            began = time.perf_counter()
            file.write(b"x" * 4096)
            os.fsync(file.fileno())
            took.append((time.perf_counter() - began) * 1000)
    return median(took)
