"""Many hands on few cards, and a line on which nothing ever seems to come: F11, F21."""

from __future__ import annotations

import random
import time
from itertools import pairwise

from arm.bench.sync_stall import watched_first_sync
from arm.central.acting import Act
from arm.domain.commands import Comment
from arm.domain.identity import MessageId, UserId
from arm.sync.troubles import SyncTrouble
from arm.verify.faults_registry import Failed, Skip, case, holds
from arm.verify.proxy import Toxics
from arm.verify.rig import Client, Rig
from arm.verify.rig_desk import started
from arm.verify.rig_town import PASSWORD, call, hard_to_pack, new_message_id
from arm.wire import Decision

OPERATOR = UserId("operator-1")
HANDS = (OPERATOR, "coordinator", "executor", "curator", "moderator")
WRITERS, CARDS, TURNS = 32, 3, 12
P95_S = 2.0
WORST_LINE = Toxics(latency_s=3.0, slicer_bytes=1, bandwidth_bytes_s=1000)
SLOW_ROWS = 120
MOST_BLOCKED_MS = 100.0
IDLE_S = 10.0
MOST_SILENT_S = 60.0


class _Writer:
    """A device whose every push touches all the cards, each time in another order; an operator makes one more."""

    def __init__(self, client: Client, cards: list[MessageId], seed: int) -> None:
        self.client = client
        self.decisions: list[Decision] = []
        self.sent = 0
        self.took_s: list[float] = []
        self.troubles: list[str] = []
        self._cards = cards
        self._rng = random.Random(seed)  # noqa: S311

    def run(self) -> None:
        for turn in range(TURNS):
            cards = self._rng.sample(self._cards, len(self._cards))
            commands = [self.client.envelope(one, Comment(text=f"Проверено, выезд {turn}")) for one in cards]
            if self.client.who.user_id == OPERATOR:
                commands.append(self.client.envelope(new_message_id(), call(f"Звонок {turn}")))
            self.sent += len(commands)
            began = time.monotonic()
            try:
                self.decisions += self.client.push(*commands)
            except SyncTrouble as trouble:
                self.troubles.append(f"{trouble.kind} {trouble.code}")
            self.took_s.append(time.monotonic() - began)


@case("F11", "32 writers on 3 cards, each in its own order: no deadlock, no fault, answered within two seconds")
def crowd_on_few_cards(rig: Rig) -> None:
    with rig.scene(workers=2) as scene:
        cards = [scene.assigned() for _ in range(CARDS)]
        address = scene.server.address
        made = [scene.client(HANDS[n % len(HANDS)], address) for n in range(WRITERS)]
        writers = [_Writer(one, cards, seed) for seed, one in enumerate(made)]
        for thread in started(*(one.run for one in writers)):
            thread.join()
        scene.server.stop()
        took = sorted(second for one in writers for second in one.took_s)
        p95 = took[int(len(took) * 0.95)]
        rig.figures.more["F11"] = f"p95 {p95 * 1000:.0f} ms, slowest {took[-1] * 1000:.0f} ms, {len(took)} pushes"
        troubles = [trouble for one in writers for trouble in one.troubles]
        holds(not troubles, f"{len(troubles)} pushes failed: {sorted(set(troubles))}")
        ((deadlocks,),) = scene.cluster.asked(
            f"SELECT deadlocks FROM pg_stat_database WHERE datname = '{scene.database}'"  # noqa: S608
        )
        holds(deadlocks == 0, f"{deadlocks} deadlocks")
        decisions = [decision for one in writers for decision in one.decisions]
        turned_down = [one for one in decisions if one.result_seq is None]
        holds(not turned_down, f"{len(turned_down)} commands were not taken: {turned_down[:1]}")
        journal = scene.journal()
        rig.figures.commands += len(decisions)
        rig.figures.lost += sum(one.command_id not in journal for one in decisions)
        rig.figures.duplicated += sum(count > 1 for count in journal.values())
        holds(len(decisions) == sum(one.sent for one in writers), f"{len(decisions)} decisions")
        holds(scene.break_in_chain() is None, "the chain is broken")
        holds(p95 <= P95_S, rig.figures.more["F11"])


@case("F21", "one byte at a time, 1 KB/s, 3 s late: the window lives, progress is told, nothing is repeated")
def line_of_single_bytes(rig: Rig) -> None:
    with rig.scene() as scene:
        rng = random.Random(21)  # noqa: S311
        # a first sync of a minute or two
        texts = [hard_to_pack(rng, 200) for _ in range(SLOW_ROWS)]
        scene.central.act_many([Act(UserId("operator-1"), new_message_id(), call(text)) for text in texts])
        proxy = scene.proxy()
        requests = proxy.tally.request_at
        with proxy.suffering(WORST_LINE):
            told = watched_first_sync(scene.folder / "slow", proxy.url, "moderator", PASSWORD, IDLE_S)
        if told is None:
            raise Failed("the first sync did not get through")
        blocked, idle = max(told["busy"]), max(told["idle"])
        moments = [0.0, *(moment for moment, _ in told["progress"])]
        silent = max(later - earlier for earlier, later in pairwise(moments))
        rig.figures.more["F21"] = (
            f"window blocked {blocked:.0f} ms at most (idle {idle:.0f}), {moments[-1]:.0f} s, {len(requests)} requests,"
            f" {silent:.0f} s between two steps of progress"
        )
        if idle > MOST_BLOCKED_MS:
            raise Skip(f"the idle window itself was blocked {idle:.0f} ms: this machine is too busy")
        came = told["progress"][-1][1]
        holds(came == SLOW_ROWS, f"{came} rows have come")
        holds(blocked <= MOST_BLOCKED_MS, rig.figures.more["F21"])
        holds(silent <= MOST_SILENT_S, rig.figures.more["F21"])
        # signing in, the directory, manifest, pages, one look for changes; nothing is asked for again
        holds(len(requests) <= 8 + SLOW_ROWS // 10, rig.figures.more["F21"])
