"""Failover: a real primary killed under load, its standby promoted, every acknowledged command looked for (G3)."""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from arm.bootstrap_central import open_central
from arm.central import tables as t
from arm.central.chain import first_break
from arm.central.engine import make_engine, reading
from arm.central.security import noted
from arm.verify.figures import Figures, begun, tell
from arm.verify.rig_desk import Pusher, Typist, entries_of, started
from arm.verify.rig_postgres import Cluster, running_pair
from arm.verify.rig_server import CentralProcess, running_server
from arm.verify.rig_town import settle

LOAD_S = 2.0
STALL_S = 1.0
TYPING_PAUSE_S = 0.5
FOLLOW_S = 60.0
PATIENCE_S = 120.0
DATABASE = "arm"
Entries = dict[str, list[tuple[int, str]]]
"""Command id → (seq, rev) of each of its journal entries."""


def run(args: argparse.Namespace) -> int:
    figures = begun()
    if args.is_async:
        prove_re_offer(figures, args.times, max(args.desks, 2))
    else:
        prove(figures, args.times, args.writers, args.desks)
    return figures.finish(as_json=args.json)


def prove(figures: Figures, times: int, writers: int, desks: int, say: Callable[[str], None] = tell) -> None:
    """With a synchronous standby: nothing acknowledged may be missing, nothing may be there twice."""
    with running_pair(synchronous=True) as (first, second), tempfile.TemporaryDirectory(prefix="arm-fo-") as made:
        folder = Path(made)
        url = _settled(first, second)
        with running_server(url, folder) as server:
            stage = _Stage(server, folder, writers, desks)
            primary, standby = first, second
            for turn in range(1, times + 1):
                seconds = _fail_over(primary, standby, stage, synchronous=True)
                primary, standby = standby, primary
                figures.faults += 1
                lost = stage.missing(primary)
                figures.lost += len(lost)
                figures.expect(seconds <= FOLLOW_S, f"{turn}: clients followed after {seconds:.1f} s")
                slowest = max(figures.more.get("slowest_follow_s", 0.0), round(seconds, 1))
                figures.more["slowest_follow_s"] = slowest
                say(f"{turn} / {times}: {len(stage.acknowledged())} acknowledged, {len(lost)} lost, {seconds:.1f} s")
            stage.finish(figures)
        _judge(primary, stage, figures)


def prove_re_offer(figures: Figures, times: int, desks: int, say: Callable[[str], None] = tell) -> None:
    """With an asynchronous one: what the new primary lacks is seen by each desk and offered again (F14)."""
    with running_pair(synchronous=False) as (first, second), tempfile.TemporaryDirectory(prefix="arm-fo-") as made:
        folder = Path(made)
        url = _settled(first, second)
        with running_server(url, folder) as server:
            stage = _Stage(server, folder, 0, desks)
            primary, standby = first, second
            gone = 0
            for turn in range(1, times + 1):
                _fail_over(primary, standby, stage, synchronous=False)
                primary, standby = standby, primary
                figures.faults += 1
                gone += stage.gone
                say(f"{turn} / {times}: {stage.gone} acknowledged commands were not on the standby")
            stage.finish(figures)
        figures.more["gone_at_promotion"] = gone
        figures.expect(gone > 0, "nothing was lost at promotion: the proof has proved nothing")
        with open_central(primary.url(DATABASE), files=folder) as central:
            figures.more["forks_seen"] = len(noted(central.store, "history_fork"))
        figures.expect(figures.more["forks_seen"] > 0, "no desk saw the fork")
        _judge(primary, stage, figures)


@dataclass
class _Stage:
    """The clients and what they were told."""

    server: CentralProcess
    folder: Path
    writers: int
    desks: int
    stop: threading.Event = field(default_factory=threading.Event)
    gone: int = 0

    def __post_init__(self) -> None:
        address = self.server.address
        self.pushers = [Pusher(address, f"operator-{n + 1}", self.stop) for n in range(self.writers)]
        self.typists = [
            Typist(self.folder / f"desk-{n}", address, f"operator-{n + 9}", self.stop, TYPING_PAUSE_S)
            for n in range(self.desks)
        ]
        self.threads = started(*(one.run for one in self.pushers), *(one.run for one in self.typists))

    def acknowledged(self) -> dict[str, tuple[int, str]]:
        """Command id → (seq, rev) as the central store told the pushing clients."""
        return {
            one.command_id: (one.result_seq or 0, one.result_rev) for push in self.pushers for one in push.acknowledged
        }

    def missing(self, primary: Cluster) -> list[str]:
        """Acknowledged commands that the journal does not have; what is acknowledged later is not asked for."""
        acknowledged = self.acknowledged()
        entries = entries_in(primary)
        return [key for key, place in acknowledged.items() if place not in entries.get(key, [])]

    def accepted_at_desks(self) -> set[str]:
        """Commands that the desks show as accepted or have put away as such."""
        found: set[str] = set()
        for one in self.typists:
            decided = one.desk.sync.storage.decided_after(0, 1_000_000)
            found |= {envelope.command_id for envelope in decided}
        return found

    def follow(self, since: float) -> float:
        """Seconds until each pushing client and each desk has got through again; FOLLOW_S at most, and a bit."""
        saved_then = {id(one): len(one.saved) for one in self.typists}
        end = since + FOLLOW_S + 1.0
        while time.monotonic() < end:
            pushed = all(one.acknowledged_at and one.acknowledged_at[-1] > since for one in self.pushers)
            sent = all(self._has_sent(one, saved_then[id(one)]) for one in self.typists)
            if pushed and sent:
                break
            time.sleep(0.1)
        return time.monotonic() - since

    def _has_sent(self, one: Typist, count: int) -> bool:
        """Whether what was saved before is decided by now."""
        unsent = {entry.command_id for entry in one.desk.sync.storage.unsent(1_000_000)}
        return not {command_id for command_id, _ in one.saved[:count]} & unsent

    def finish(self, figures: Figures) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join(PATIENCE_S)
        for one in self.pushers:
            figures.expect(not one.broken, f"{one.login}: {one.broken}")
        for number, desk in enumerate(self.typists):
            figures.expect(desk.settle(PATIENCE_S), f"desk {number}: commands stay unsent")
            desk.desk.sync.stop()
            figures.expect(desk.run_until_whole(PATIENCE_S), f"desk {number}: no whole turn")
            desk.desk.close()
        figures.more["repeated"] = sum(one.repeated for one in self.pushers)


def _settled(first: Cluster, second: Cluster) -> str:
    url = first.create_database(DATABASE)
    with tempfile.TemporaryDirectory(prefix="arm-fo-") as files, open_central(url, files=Path(files)) as central:
        settle(central)
    return first.url(DATABASE, second)


def _fail_over(primary: Cluster, standby: Cluster, stage: _Stage, *, synchronous: bool) -> float:
    """Load, a stall of the replication, the death of the primary, promotion, a new standby; seconds to follow."""
    time.sleep(LOAD_S)
    with primary.stalled_replication():
        time.sleep(STALL_S)
        told = stage.accepted_at_desks() if not synchronous else set()
        primary.kill()
        died = time.monotonic()
    standby.promote()
    if not synchronous:
        stage.gone = len(told - set(entries_in(standby)))
    primary.follow(standby)
    primary.start()
    seconds = stage.follow(died)
    _await_standby(standby)
    return seconds


def _await_standby(primary: Cluster) -> None:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if ("streaming",) in primary.asked("SELECT state FROM pg_stat_replication"):
            return
        time.sleep(0.1)


def entries_in(cluster: Cluster) -> Entries:
    """The journal as this server has it."""
    found: Entries = {}
    engine = make_engine(cluster.url(DATABASE))
    try:
        with reading(engine) as connection:
            known = t.journal.c
            for row in connection.execute(select(known.command_id, known.seq, known.rev)):
                found.setdefault(row.command_id, []).append((row.seq, row.rev))
    finally:
        engine.dispose()
    return found


def _judge(primary: Cluster, stage: _Stage, figures: Figures) -> None:
    entries = entries_in(primary)
    acknowledged = stage.acknowledged()
    figures.lost += len(stage.missing(primary))
    figures.duplicated += sum(len(places) > 1 for places in entries.values())
    states: Counter[str] = Counter()
    for one in stage.typists:
        kept = {entry.command_id: entry for entry in entries_of(one.folder, one.keys)}
        states.update(entry.state for entry in kept.values())
        figures.lost += sum(command_id not in kept for command_id, _ in one.saved)
        accepted = [key for key, entry in kept.items() if entry.state == "accepted"]
        figures.lost += sum(key not in entries for key in accepted)
        figures.commands += len(one.saved)
    figures.commands += len(acknowledged)
    figures.more |= {"acknowledged": len(acknowledged), "at_desks": dict(states)}
    figures.expect(not states.get("unsent"), f"unsent at the desks: {states.get('unsent')}")
    engine = make_engine(primary.url(DATABASE))
    try:
        with reading(engine) as connection:
            broken_at = first_break(connection.execute(select(t.journal).order_by(t.journal.c.seq)))
    finally:
        engine.dispose()
    figures.expect(broken_at is None, f"the chain breaks at {broken_at}")
