"""The feed's proof: a real PostgreSQL, writers in several processes, scoped readers, and the sets compared (G2)."""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from sqlalchemy import func, select

from arm.bootstrap_central import open_central
from arm.central import tables as t
from arm.central.central import Central
from arm.central.chain import first_break
from arm.central.engine import reading
from arm.verify.feed_readers import Reader
from arm.verify.feed_writers import Order, Told, start
from arm.verify.figures import Figures, begun, tell
from arm.verify.rig_postgres import running_cluster
from arm.verify.rig_town import settle

PROCESSES = 4
READERS = ("moderator", "coordinator", "works", "executor", "operator-1", "stranger")
PROGRESS_S = 10.0


def run(args: argparse.Namespace) -> int:
    figures = begun()
    prove(figures, args.events, args.writers, args.slow, args.broken, args.seed)
    return figures.finish(as_json=args.json)


def prove(
    figures: Figures,
    events: int,
    writers: int,
    slow: float = 0.05,
    broken: float = 0.05,
    seed: int = 1,
    say: Callable[[str], None] = tell,
    prepare: str = "",
) -> None:
    """Writes `events` journal entries from `writers` threads and notes what anybody missed.

    `prepare`, `module:function`, is called in each process of writers first: a mutant.
    """
    with running_cluster() as cluster, tempfile.TemporaryDirectory(prefix="arm-feed-") as made:
        url, files = cluster.create_database("feed"), Path(made)
        with open_central(url, files=files) as central:
            settle(central)
            orders = _orders(Order(url, str(files), (), -(-events // writers), slow, broken, seed, prepare), writers)
            readers = [Reader(central, login, seed) for login in READERS]
            began = time.monotonic()
            told = _played(central, orders, readers, events, say)
            figures.more["events_per_s"] = round(central.head() / (time.monotonic() - began))
            _judge(central, told, readers, figures)


def _orders(one: Order, writers: int) -> list[Order]:
    """The writers dealt out to the processes."""
    return [replace(one, writers=tuple(range(first, writers, PROCESSES))) for first in range(min(PROCESSES, writers))]


def _played(
    central: Central, orders: list[Order], readers: list[Reader], events: int, say: Callable[[str], None]
) -> list[Told]:
    stop = threading.Event()
    followers = [threading.Thread(target=one.follow, args=(stop,)) for one in readers]
    for one in followers:
        one.start()
    processes, answers = start(orders)
    told: list[Told] = []
    next_word = time.monotonic() + PROGRESS_S
    while len(told) < len(processes):
        if any(one.exitcode for one in processes):
            break
        if not answers.empty():
            told.append(answers.get())
            continue
        processes[0].join(0.1)
        if time.monotonic() > next_word:
            next_word += PROGRESS_S
            say(f"{central.head()} / {events}")
    stop.set()
    for one in followers:
        one.join()
    return told


def _judge(central: Central, told: list[Told], readers: list[Reader], figures: Figures) -> None:
    acknowledged = [one for part in told for one in part.acknowledged]
    figures.commands = len(acknowledged)
    figures.expect(all(one.is_whole for one in told), "a writer died")
    with reading(central.store.engine) as connection:
        known = t.journal.c
        count, highest = connection.execute(select(func.count(), func.max(known.seq)).select_from(t.journal)).one()
        rows = connection.execute(select(t.journal).order_by(known.seq).execution_options(yield_per=2000))
        broken_at = first_break(rows)
        entries = {
            row.command_id: (row.seq, row.rev)
            for row in connection.execute(select(known.command_id, known.seq, known.rev))
        }
        per_command = Counter(connection.scalars(select(known.command_id)))
    figures.expect(broken_at is None, f"the chain breaks at {broken_at}")
    figures.expect(count == highest == central.head(), f"the journal has holes: {count} entries up to {highest}")
    figures.lost += sum(entries.get(command_id) != (seq, rev) for command_id, seq, rev in acknowledged)
    figures.duplicated += sum(number > 1 for number in per_command.values())
    known_ids = {command_id for command_id, _, _ in acknowledged}
    figures.expect(set(per_command) == known_ids, "the journal holds what nobody was told of")
    missed, expected = 0, 0
    for one in readers:
        lost, of = one.missed()
        missed, expected = missed + lost, expected + of
        if differing := one.differences():
            figures.failed.append(f"{one.login}: {differing} messages differ at the end")
        figures.expect(not one.strays, f"{one.login}: a page began elsewhere")
        figures.expect(not one.rescopes, f"{one.login}: was told to reconcile")
    strangers = next(one for one in readers if one.login == "stranger")
    figures.strangers += len(strangers.replica)
    figures.lost += missed
    figures.more |= {
        "events": count,
        "missed": missed,
        "read_entries": expected,
        "pages": sum(len(one.pages) for one in readers),
        "slowed": sum(one.slowed for one in told),
        "broken_off": sum(len(one.broken_off) for one in told),
        "refused": sum(one.refused for one in told),
        "retried": sum(one.retried for one in told),
    }
    figures.faults = figures.more["slowed"] + figures.more["broken_off"]
