"""First syncs and their controls, each in a process of its own: `python -m arm.bench.sync_first desk|insert|build`."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from arm.bench.goals import Report, disturbance, median_ratio, number, steady_rounds
from arm.bench.sync_pouch import NoPeer, Pouch
from arm.bench.sync_stores import LOGIN, Served

READABLE = (
    "первая сверка до читаемых строк, к вставке тех же строк в SQLCipher с 3 индексами;"
    " у нас в это время входят HTTP, разбор, места в очередях и указатель слов: они в одной транзакции со строкой"
)
SEARCHABLE = "первая сверка до строк, находимых поиском, к постройке одного указателя FTS5 с основами в SQLCipher"
POUCH_READABLE = "первая сверка, строк/с, к PouchDB (у неё нет ни поиска, ни шифрования)"
POUCH_SEARCHABLE = "то же, но строки уже находимы поиском: читаемыми и находимыми они становятся вместе"


@dataclass(frozen=True, slots=True)
class Round:
    """Rows per second of one round; `pouch` 0 where there is none."""

    ours: float
    insert: float
    build: float
    pouch: float


def measure(
    report: Report, served: Served, store: Path, peer: Pouch | None, why: str, rows: int, rounds: int, folder: Path
) -> None:
    """S1 and S2; the peer holds as many documents as the store messages."""

    def one_round() -> Round:
        with tempfile.TemporaryDirectory(dir=folder) as place:
            asked = {"store": str(store), "rows": rows, "place": place}
            insert = _apart("insert", asked)
            build = _apart("build", asked)
            entry = {"address": served.address, "password": served.password, "place": place, "rows": rows}
            ours = _apart("desk", entry)
            told = peer.do("first") if peer is not None else {}
        return Round(ours, insert, build, told["docs"] / told["ms"] * 1000 if told else 0.0)

    done = steady_rounds(one_round, lambda one: (one.insert, one.build, *([one.pouch] if peer else ())), rounds)
    _judge(report, done, rows, why)


def _judge(report: Report, rounds: Sequence[Round], rows: int, why: str) -> None:
    shown = median(one.ours for one in rounds)
    kinds: tuple[tuple[str, float, str, str, Callable[[Round], float]], ...] = (
        ("S1.pouch", 0.5, POUCH_READABLE, "PouchDB", lambda one: one.pouch),
        ("S1.insert", 0.2, READABLE, "вставка", lambda one: one.insert),
        ("S2.pouch", 0.5, POUCH_SEARCHABLE, "PouchDB", lambda one: one.pouch),
        ("S2.build", 0.3, SEARCHABLE, "постройка указателя", lambda one: one.build),
    )
    for goal_id, goal, what, name, control in kinds:
        values = [control(one) for one in rounds]
        if not all(values):
            report.miss(goal_id, goal, what, why or "нет PouchDB", at_least=True)
            continue
        said = f"{what}: {number(shown)} и {number(median(values))} строк/с, {rows} строк"
        ratio = median_ratio([(one.ours, control(one)) for one in rounds])
        report.judge(goal_id, goal, said, ratio, disturbance(values, f"{name}, {goal_id}"), at_least=True)


class Failed(Exception):
    """A program of the bench ended without an answer."""


def _apart(kind: str, asked: dict[str, Any]) -> float:
    """Rows per second, from a process that did nothing else. Raises Failed."""
    ran = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "arm.bench.sync_first", kind],
        input=json.dumps(asked).encode(),
        stdout=subprocess.PIPE,
        check=False,
    )
    if ran.returncode:
        raise Failed(kind)
    return float(json.loads(ran.stdout.splitlines()[-1])["rows_s"])


def main(kind: str, asked: dict[str, Any]) -> float:
    place = Path(asked["place"])
    return _desk(asked, place) if kind == "desk" else _control(kind, asked, place)


def _desk(asked: dict[str, Any], place: Path) -> float:
    """From nothing to in step: manifest, cards, places, words, encrypted; signing in is not counted."""
    from arm.bootstrap import open_desk
    from arm.local.held_keys import HeldKeys

    keys = HeldKeys()
    desk = open_desk(place / "desk", key_store=lambda: keys)
    try:
        desk.session.sign_in(asked["address"], LOGIN, asked["password"])
        began = time.perf_counter()
        desk.sync.first_sync(lambda done, total: None)
        took = time.perf_counter() - began
    finally:
        desk.close()
    return int(asked["rows"]) / took


def _control(kind: str, asked: dict[str, Any], place: Path) -> float:
    """The same rows, read before the clock starts, in one transaction of one statement each."""
    from arm.local.database import connect

    rows = _rows(Path(asked["store"]), int(asked["rows"]))
    connection = connect(place / f"{kind}.db", bytes(range(32)), synchronous="NORMAL")
    try:
        return len(rows) / (_insert if kind == "insert" else _build)(connection, rows)
    finally:
        connection.close()


def _insert(connection: Any, rows: Sequence[tuple[Any, ...]]) -> float:
    connection.execute(
        "CREATE TABLE message (message_id TEXT NOT NULL, number TEXT, ver INTEGER, rev TEXT, stage TEXT,"
        " organisation TEXT, registered INTEGER, state BLOB, timeline BLOB)"
    )
    for index in ("message_id", "registered", "organisation, stage"):
        connection.execute(f"CREATE INDEX by_{index[:7]} ON message({index})")
    began = time.perf_counter()
    connection.execute("BEGIN")
    connection.executemany("INSERT INTO message VALUES (?,?,?,?,?,?,?,?,?)", rows)
    connection.execute("COMMIT")
    return time.perf_counter() - began


def _build(connection: Any, rows: Sequence[tuple[Any, ...]]) -> float:
    from arm.local.facts import words_of
    from arm.local.folding import stems
    from arm.wire import from_json, message_from

    connection.execute("CREATE VIRTUAL TABLE words USING fts5(body, who, content='')")
    told = [message_from(from_json(row[7], dict)) for row in rows]
    plain = [(f"{one.number} {one.text} {one.address}", one.applicant.name if one.applicant else "") for one in told]
    if words_of(told[0], "")[0].split()[-1] != stems(told[0].address).split()[-1]:
        raise Failed("the index holds other words than the control")
    began = time.perf_counter()
    connection.execute("BEGIN")
    connection.executemany(
        "INSERT INTO words(rowid, body, who) VALUES (?, ?, ?)",
        ((at, stems(body), stems(who)) for at, (body, who) in enumerate(plain)),
    )
    connection.execute("COMMIT")
    return time.perf_counter() - began


def _rows(store: Path, count: int) -> list[tuple[Any, ...]]:
    """What a desk keeps of each message, as the store has it."""
    from arm.central.states import plain_state
    from arm.wire import to_json

    connection = sqlite3.connect(f"{store.as_uri()}?mode=ro&immutable=1", uri=True)
    found = connection.execute(
        "SELECT m.message_id, m.number, m.ver, m.rev, m.stage, m.organisation, m.registered_at, m.state, m.applicant,"
        " j.payload FROM message m JOIN journal j ON j.message_id = m.message_id ORDER BY m.registered_at LIMIT ?",
        (count,),
    )
    return [(*row[:7], to_json(plain_state(row[7], row[8])), row[9].encode()) for row in found]


__all__ = ["Failed", "NoPeer", "measure"]

if __name__ == "__main__":
    print(json.dumps({"rows_s": main(sys.argv[1], json.loads(sys.stdin.read()))}))
