"""Small changes against PouchDB: a hundred pulled, none, one from desk to desk (S4, S5); a drained queue (G8)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from arm.bench.goals import Report, disturbance, median_ratio, number, percentile, steady_rounds
from arm.bench.sync_pouch import Pouch
from arm.bench.sync_stores import LOGIN, TOP, Served, acts, texts
from arm.bootstrap import open_desk
from arm.bootstrap_central import open_central
from arm.desk.desk import Desk
from arm.desk.values import Changes, Done
from arm.domain.commands import Comment, Register
from arm.domain.identity import MessageId
from arm.domain.message import Applicant, Channel
from arm.local.held_keys import HeldKeys

AT_ONCE = 100
REPEATS = 5
"""How often a round asks; the calmest counts, as other programs only ever add time."""
PATIENCE_S = 10.0
GAP_S = 0.02
G8_S = 300.0


@contextmanager
def synced(folder: Path, served: Served) -> Iterator[Desk]:
    """A desk with an own encrypted profile, signed in over HTTP and in step; its threads are not started."""
    keys = HeldKeys()
    desk = open_desk(folder, key_store=lambda: keys)
    try:
        desk.session.sign_in(served.address, LOGIN, served.password)
        desk.sync.first_sync(lambda done, total: None)
        yield desk
    finally:
        desk.close()


@dataclass(frozen=True, slots=True)
class Pulled:
    """Milliseconds of one round."""

    changes: float
    noop: float
    pouch_changes: float
    pouch_noop: float


class Newcomers:
    """Registers messages beside the desks, a hundred at a time, each only once."""

    def __init__(self, database: str, first: int) -> None:
        self._database, self._next = database, first

    def come(self, count: int) -> None:
        with open_central(self._database) as central:
            central.act_many(acts(count, datetime.now(UTC), self._next, days=0))
        self._next += count


def measure_pulls(report: Report, desk: Desk, newcomers: Newcomers, peer: Pouch | None, why: str, rounds: int) -> None:
    """S4: both sides already hold everything; then what a hundred changes cost, and what nothing costs."""

    def one_round() -> Pulled:
        ours: list[float] = []
        theirs: list[float] = []
        for _ in range(REPEATS):
            newcomers.come(AT_ONCE)
            ours.append(_milliseconds(desk.sync.run_now))
            theirs.append(peer.do("changes", count=AT_ONCE)["ms"] if peer else 0.0)
        idle = [_milliseconds(desk.sync.run_now) for _ in range(REPEATS)]
        idle_theirs = [peer.do("pull")["ms"] if peer else 0.0 for _ in range(REPEATS)]
        return Pulled(min(ours), min(idle), min(theirs), min(idle_theirs))

    done = steady_rounds(one_round, lambda one: (one.pouch_changes, one.pouch_noop) if peer else (1.0,), rounds)
    for goal_id, goal, what, name in (
        ("S4.changes", 0.75, f"{AT_ONCE} изменений получены и записаны, мс, к PouchDB", "changes"),
        ("S4.noop", 1.0, "сверка, в которой нет ничего нового, мс, к PouchDB", "noop"),
    ):
        pairs = [(getattr(one, name), getattr(one, f"pouch_{name}")) for one in done]
        if peer is None:
            report.miss(goal_id, goal, f"{what}; у нас {number(median(one for one, _ in pairs))} мс", why)
            continue
        said = f"{what}: {number(median(one for one, _ in pairs))} и {number(median(two for _, two in pairs))} мс"
        disturbed = disturbance([two for _, two in pairs], f"PouchDB, {goal_id}")
        report.judge(goal_id, goal, said, median_ratio(pairs), disturbed)


@dataclass
class Seen:
    """When a desk first showed a message: noted on its own threads, as a window would be told."""

    desk: Desk
    _moments: dict[MessageId, float] = field(default_factory=dict)
    _told: threading.Condition = field(default_factory=threading.Condition)

    def heard(self, changes: Changes) -> None:
        visible = [row.message_id for row in self.desk.messages.rows(changes.messages)]
        now = time.perf_counter()
        with self._told:
            for one in visible:
                self._moments.setdefault(one, now)
            self._told.notify_all()

    def moment(self, message_id: MessageId) -> float | None:
        """Waits for it; None when it did not come."""
        with self._told:
            self._told.wait_for(lambda: message_id in self._moments, PATIENCE_S)
            return self._moments.get(message_id)


def measure_live(
    report: Report, writer: Desk, reader: Desk, peer: Pouch | None, why: str, changes: int, rounds: int
) -> None:
    """S5: from before the commit at one desk to a row of the other's model; both run their usual threads."""
    lost = 0
    p50: list[float] = []
    every = max(1, changes // rounds)

    def one_round() -> tuple[float, float]:
        nonlocal lost
        took = [_one_change(writer, seen, text) for text in texts(every)]
        came = [one for one in took if one is not None]
        lost += len(took) - len(came)
        theirs = [one for one in peer.do("live", count=every)["took"] if one is not None] if peer else [1.0]
        p50.append(median(came or [0.0]))
        return percentile(came or [0.0], 0.95), percentile(theirs, 0.95)

    seen = Seen(reader)
    stop = reader.listen(seen.heard)
    writer.sync.start()
    reader.sync.start()
    try:
        # the long poll has to be open before the first change is timed
        _one_change(writer, seen, next(texts(1)))
        done = steady_rounds(one_round, lambda one: (one[1],), rounds)
    finally:
        stop()
        writer.sync.stop()
        reader.sync.stop()
    what = "одно изменение, от записи на одном рабочем месте до строки на другом, p95, к PouchDB"
    ours = f"у нас p50 {number(median(p50))}, p95 {number(median(one for one, _ in done))} мс, потеряно {lost}"
    if peer is None:
        report.miss("S5", 1.0, f"{what}; {ours}", why)
        return
    said = f"{what}: {ours}; PouchDB p95 {number(median(two for _, two in done))} мс"
    report.judge("S5", 1.0, said, median_ratio(done), disturbance([two for _, two in done], "PouchDB, S5"))


def _one_change(writer: Desk, seen: Seen, text: str) -> float | None:
    """Milliseconds; None when it never came. Raises AssertionError when the rules refuse a registration."""
    began = time.perf_counter()
    done = writer.commands.do(None, _registration(text))
    assert isinstance(done, Done), done  # noqa: S101
    moment = seen.moment(done.message_id)
    time.sleep(GAP_S)
    return None if moment is None else (moment - began) * 1000


def _registration(text: str) -> Register:
    return Register(
        text=text,
        channel=Channel.PHONE,
        applicant=Applicant(name="Иванова Мария Петровна", phone="+7 900 0000000"),
        address="ул. Садовая, д. 1",
        organisation=TOP,
    )


def measure_drain(report: Report, desk: Desk, message_ids: list[MessageId], count: int) -> None:
    """G8: commands queued while there was no network, sent in batches, decided one by one, shown again."""
    began = time.perf_counter()
    for at in range(count):
        done = desk.commands.do(message_ids[at % len(message_ids)], Comment(text=f"Проверено на месте, выезд {at}."))
        assert isinstance(done, Done), done  # noqa: S101
    queued_s, before = time.perf_counter() - began, _resident_mb()
    began = time.perf_counter()
    left = desk.sync.run_now().unsent
    took = time.perf_counter() - began
    grown = f"; память выросла на {number(_resident_mb() - before)} МБ" if before else ""
    what = f"{count} команд из очереди отправлены, решены и показаны, с; записаны были за {number(queued_s)} с{grown}"
    if left:
        report.miss("G8.drain", G8_S, what, f"не отправлено {left}")
    else:
        report.judge("G8.drain", G8_S, what, took, "")


def _resident_mb() -> float:
    try:
        status = Path("/proc/self/status").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024


def _milliseconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000
