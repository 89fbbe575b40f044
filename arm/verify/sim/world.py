"""One world of a simulation: the store, the desks, the weather between them, and what the checks must remember."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from arm.central.problems import StoreTrouble, Trouble
from arm.domain import loading
from arm.domain.process import Process
from arm.domain.regulation import Regulation
from arm.domain.visibility import Sight
from arm.verify.sim.chance import Chance, NodeClock, Time, Trace, Violation, drawn_from
from arm.verify.sim.disk import Disk, watched
from arm.verify.sim.node import Node
from arm.verify.sim.oracle import Bird, Oracle
from arm.verify.sim.server import Server, ServerCrash
from arm.verify.sim.town import PEOPLE, move_in, workshop
from arm.verify.sim.wire import Weather
from arm.wire import Decision, PullAnswer, Verdict

DECIDED = {
    Verdict.ACCEPTED: "accepted",
    Verdict.ACCEPTED_MERGED: "accepted",
    Verdict.CONFLICT: "conflict",
    Verdict.REFUSED: "refused",
    Verdict.PARKED: "parked",
    Verdict.NOOP: "noop",
}


class World:
    """Everything of one history. Made in a `drawn_world`, which cleans up after it."""

    def __init__(self, folder: Path, chance: Chance, trace: Trace) -> None:
        self.folder, self.chance, self.trace = folder, chance, trace
        self.time = Time()
        self.disks: list[Disk] = []
        self.weather = Weather()
        self.server = Server(move_in(folder), NodeClock(self.time))
        self.oracle = Oracle(self.server.file)
        self.oracle.open()
        self.server.committed = self.look
        self.nodes: list[Node] = []
        self.step = 0
        self.requests = 0
        self.page_limit = 200
        self.counts: Counter[str] = Counter()
        self.told: dict[str, tuple[str, int]] = {}
        """command → (verdict, epoch) as some desk was told it."""
        self.pages: dict[str, tuple[str, dict[str, Sight]]] = {}
        """desk → (cursor, what its user saw then) of the last page that reached the head."""
        self.cursor_epochs: dict[str, int] = {}
        """cursor → the history of the store in which it was given"""
        self.rough_until = 0
        self.backed_up: set[str] = set()
        """Commands that the last backup holds."""
        self.excused: set[str] = set()
        """Commands whose desk lost its memory of them by a roll-back: a restored store can't get them again."""
        self.interlude: Callable[[Node], None] = lambda node: None
        self._depth = 0

    def count(self, what: str) -> None:
        self.counts[what] += 1

    @property
    def users(self) -> list[str]:
        return sorted({node.user for node in self.nodes})

    def look(self) -> None:
        if self.oracle.is_open:
            self.oracle.look(self.users, self.server.clock.wall())

    def meanwhile(self, node: Node) -> None:
        """What others do while a request of this desk is under way."""
        if self._depth:
            return
        self._depth += 1
        try:
            self.interlude(node)
        finally:
            self._depth -= 1

    def mint(self, kind: str, *messages: str) -> str:
        """A text with a canary that belongs to those messages."""
        letter, _, part = kind.partition(":")
        canary = f"zq{letter}{self.chance.bytes(5).hex()}"
        if part:
            for whole in messages:
                self.oracle.parts.setdefault(whole, set()).add(part)
        owners = frozenset((*messages, part) if part else messages)
        self.oracle.birds[canary.encode()] = Bird(letter, owners)
        return f"Текст {canary} о деле"

    def belongs(self, canaries: list[bytes], message_id: str) -> None:
        """A registration has got its id: its canaries are known by it."""
        for one in canaries:
            self.oracle.birds[one] = Bird(self.oracle.birds[one].kind, frozenset({message_id}))

    def sights_of(self, user: str) -> dict[str, Sight]:
        return self.oracle.visible(user, self.server.clock.wall())

    def was_readable(self, stranger: str, before: dict[str, Sight]) -> bool:
        """A command's own effect may take its message out of sight: what was seen before it may be answered."""
        bird = self.oracle.birds.get(stranger.partition(" ")[0].encode())
        return bird is not None and any(before.get(one) is Sight.FULL for one in bird.messages)

    # what the wire tells

    def heard_decisions(self, decisions: list[Decision]) -> None:
        """The verdicts an answer carried to a desk that is there to hear them (I2)."""
        for one in decisions:
            verdict = DECIDED[one.verdict]
            known = self.told.get(one.command_id)
            if known is not None and known[0] != verdict and known[1] == self.server.epoch:
                raise Violation("I2", f"command told {known[0]} and then {verdict} without a restore")
            self.told[one.command_id] = (verdict, self.server.epoch)

    def decided(self, decisions: list[Decision]) -> None:
        """I2: what an answer says was decided is what the log holds, and so will every repeat say it."""
        for one in decisions:
            stored = self.oracle.rows("SELECT verdict FROM command_log WHERE command_id = ?", (one.command_id,))
            if stored != [(one.verdict.value,)]:
                raise Violation("I2", f"a decision ({one.verdict.value}) was given that the log doesn't hold")

    def gave_page(self, node: Node, answer: PullAnswer, sights: dict[str, Sight]) -> None:
        self.gave_ids(node, "changes", [item.message_id for item in answer.items])
        if not answer.rescope:
            self.cursor_epochs[answer.to_cursor] = self.server.epoch
        if not answer.rescope and not answer.more:
            self.pages[node.name] = (answer.to_cursor, sights)
            node.reached_head = (node.life, node.clock.monotonic_s())

    def gave_ids(self, node: Node, call: str, ids: list[Any]) -> None:
        """I7: no id of a message that this user was never entitled to."""
        self.sights_of(node.user)
        unknown = set(ids) - self.oracle.ever.get(node.user, set())
        at = self.server.clock.wall()
        never = {one for one in unknown if not self.oracle.was_once_his(one, node.user, at)}
        if never:
            raise Violation("I7", f"{call} told {node.name} {len(never)} ids that he was never entitled to")

    def is_rough(self) -> float:
        """How likely an answer is lost now: most of them just after a restore, when accounts are settled."""
        return 0.4 if self.weather.lose and self.step < self.rough_until else self.weather.lose

    def in_store(self, what: str, do: Callable[[], Any]) -> Any:
        """Something done at the store itself; a crash of it is survived by a restart."""
        try:
            return do()
        except ServerCrash:
            self.count("crash of the store")
            self.trace.note(f"     the store crashed in {what}")
            self.server.restart()
            return None
        except (StoreTrouble, Trouble) as trouble:
            self.trace.note(f"     {what}: {type(trouble).__name__}")
            return None
        finally:
            self.look()

    def add_node(self, user: str, is_sealed: bool = False) -> Node:
        name = f"{chr(ord('A') + len(self.nodes))}:{user}"
        node = Node(self, name, user, is_sealed)
        self.nodes.append(node)
        return node

    def end(self) -> None:
        for node in self.nodes:
            node.crash()
        self.oracle.close()
        self.server.stop()


_READ_PROCESS, _READ_REGULATION = loading.load_process, loading.load_regulation
_processes: dict[str, Process] = {}
_regulations: dict[str, Regulation] = {}


def _process(text: str) -> Process:
    if text not in _processes:
        _processes[text] = _READ_PROCESS(text)
    return _processes[text]


def _regulation(text: str, process: Process) -> Regulation:
    if text not in _regulations:
        _regulations[text] = _READ_REGULATION(text, process)
    return _regulations[text]


@contextmanager
def rules_read_once() -> Iterator[None]:
    """Every start of a desk reads the same regulation anew, which is right there and a fifth of a history here."""
    vars(loading).update(load_process=_process, load_regulation=_regulation)
    try:
        yield
    finally:
        vars(loading).update(load_process=_READ_PROCESS, load_regulation=_READ_REGULATION)


@contextmanager
def drawn_world(seed: int, trace: Trace) -> Iterator[World]:
    """A world of its own in memory; whatever it left on the disk is removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix=f"arm-sim-{seed}-", dir=workshop()))
    chance = Chance(seed)
    disks: list[Disk] = []
    try:
        with drawn_from(chance), watched(disks), rules_read_once():
            world = World(folder, chance, trace)
            world.disks = disks
            try:
                yield world
            finally:
                world.end()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def everybody() -> list[str]:
    return sorted(PEOPLE)
