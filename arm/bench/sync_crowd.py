"""Fifty first syncs at once: the server's peak memory against a bare server of the same rows (S16)."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from arm.bench.goals import Report, disturbance, median_ratio, number
from arm.bench.sync_load import Caller, Line, callers, together
from arm.bench.sync_stores import Served, copy_served, end, heard, peak_mb
from arm.domain.identity import MessageId
from arm.wire import MAX_PAGE, FetchRequest, to_json

CLIENTS = 50
FETCHES = 20
"""Pages that each client fetches, from a place of its own: the whole of a large store would only take longer."""
WHAT = f"память сервера в пике при {CLIENTS} первых сверках сразу, к пустому серверу на SQLAlchemy Core"


def measure(report: Report, store: Path, folder: Path, rounds: int) -> None:
    """Each round starts both servers anew: a peak is for life."""
    ids = _ids(store)
    pairs: list[tuple[float, float]] = []
    took: list[float] = []
    for at in range(rounds):
        with copy_served(store, folder / f"crowd-{at}") as running:
            began = time.perf_counter()
            together(
                running, [_first_sync(one, _pages(ids, place)) for place, one in enumerate(callers(running, CLIENTS))]
            )
            took.append(time.perf_counter() - began)
            ours = peak_mb(running.pid)
        bare = _bare(folder / f"crowd-{at}" / "central.db", ids)
        if ours is None or bare is None:
            report.miss("S16", 2.0, WHAT, "эта система не сообщает пик памяти")
            return
        pairs.append((ours, bare))
    ours_mb, bare_mb = (number(max(one[at] for one in pairs)) for at in (0, 1))
    said = f"{WHAT}: {ours_mb} и {bare_mb} МБ; сверки заняли {number(min(took))} с"
    report.judge("S16", 2.0, said, median_ratio(pairs), disturbance([bare for _, bare in pairs], "пустой сервер, S16"))


def _first_sync(desk: Caller, pages: list[list[MessageId]]) -> Callable[[Line], Awaitable[None]]:
    """The manifest is taken in full; reading it fifty times over would measure this process instead."""

    async def talk(line: Line) -> None:
        await line.ask(desk.request("GET", "/manifest"))
        for ids in pages:
            await line.ask(desk.request("POST", "/cards:fetch", to_json(FetchRequest(message_ids=ids))))

    return talk


def _ids(store: Path) -> list[MessageId]:
    connection = sqlite3.connect(f"{store.as_uri()}?mode=ro&immutable=1", uri=True)
    found = [MessageId(row[0]) for row in connection.execute("SELECT message_id FROM message ORDER BY registered_at")]
    connection.close()
    return found


def _bare(database: Path, ids: list[MessageId]) -> float | None:
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "arm.bench.sync_bare", str(database)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    nobody = Caller("", "")

    def first_sync(place: int) -> Callable[[Line], Awaitable[None]]:
        async def talk(line: Line) -> None:
            await line.ask(nobody.request("GET", "/manifest"))
            for page in _pages(ids, place):
                await line.ask(nobody.request("POST", "/cards:fetch", to_json(page)))

        return talk

    try:
        running = Served(heard(process), "", process.pid, "")
        together(running, [first_sync(place) for place in range(CLIENTS)])
        return peak_mb(process.pid)
    finally:
        end(process)


def _pages(ids: list[MessageId], place: int) -> list[list[MessageId]]:
    """Pages of 200 from another beginning for each client, round the end of the list."""
    starts = range(0, len(ids), MAX_PAGE)
    chosen = [starts[(place + at) % len(starts)] for at in range(min(FETCHES, len(starts)))]
    return [ids[start : start + MAX_PAGE] for start in chosen]
