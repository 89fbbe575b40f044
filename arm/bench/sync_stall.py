"""The longest stall of the screen's event loop during a first sync, beside the same loop idle (S14)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from arm.bench.goals import Report, number, percentile
from arm.bench.sync_stores import LOGIN, Served

IDLE_S = 60.0
MOST_IDLE_MS = 5.0
LEAST_TICKS = 3_000
PROGRAM = (
    "import sys; from arm.local.held_keys import HeldKeys; from arm.bootstrap import open_desk;"
    " from ui.bench.stalls import main; keys = HeldKeys();"
    " sys.exit(main(lambda place: open_desk(place, key_store=lambda: keys)))"
)
"""Put together here, since windows know nothing of the bench and `arm` nothing of windows."""
WHAT = "задержка цикла событий окна при первой сверке с указателем слов"


def measure(report: Report, served: Served, rows: int, idle_s: float, folder: Path) -> None:
    """One first sync: it lasts as long as it lasts; p99.9 needs some minutes of ticks, which the report tells."""
    with tempfile.TemporaryDirectory(dir=folder) as place:
        told = watched_first_sync(Path(place) / "desk", served.address, LOGIN, served.password, idle_s)
    if told is None:
        for goal_id, goal in (("S14.p999", 16.0), ("S14.max", 50.0)):
            report.miss(goal_id, goal, f"{WHAT}, мс", "окно не запустилось или сверка не удалась")
        return
    idle, busy = told["idle"], told["busy"]
    calm = percentile(idle, 0.999)
    disturbed = (
        f"пустой цикл сам задерживался: p99.9 {number(calm)} мс (можно {number(MOST_IDLE_MS)})"
        if calm > MOST_IDLE_MS
        else ""
    )
    came = told["progress"][-1][1]
    if came < rows:
        disturbed = f"получено сообщений {came} из {rows}"
    few = "" if len(busy) >= LEAST_TICKS else f"; тиков всего {len(busy)}, p99.9 держится на одном-двух"
    spread = f"p99 {number(percentile(busy, 0.99))}; пустой цикл p99.9 {number(calm)}, max {number(max(idle))}{few}"
    report.judge("S14.p999", 16.0, f"{WHAT}, p99.9, мс; {spread}", percentile(busy, 0.999), disturbed)
    report.judge("S14.max", 50.0, f"{WHAT}, самая долгая, мс", max(busy), disturbed)


def watched_first_sync(place: Path, address: str, login: str, password: str, idle_s: float) -> dict[str, Any] | None:
    """A first sync under the eyes of a window in a process of its own; None when it fails.

    `idle` and `busy`: how late each tick of the event loop came, ms; `progress`: [seconds since the beginning, rows
    done], once at least.
    """
    entry = {"place": str(place), "address": address, "login": login, "password": password, "idle_s": idle_s}
    ran = subprocess.run(  # noqa: S603
        [sys.executable, "-c", PROGRAM],
        input=json.dumps(entry).encode(),
        stdout=subprocess.PIPE,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        cwd=Path(__file__).resolve().parents[2],
        check=False,
    )
    found: dict[str, Any] | None = None if ran.returncode else json.loads(ran.stdout.splitlines()[-1])
    return found
