"""One history: 200 steps drawn from a seed over a swarm of faults, then healing, quiescence and the last checks."""

from __future__ import annotations

import shutil
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from types import TracebackType

from arm.central.access import LONGEST_PAUSE_S
from arm.verify.sim import checks, steps
from arm.verify.sim.chance import Trace, Violation
from arm.verify.sim.listening import no_words_in_the_log
from arm.verify.sim.node import Node
from arm.verify.sim.town import PEOPLE
from arm.verify.sim.wire import CROSSED, DOUBLED, HELD, LOST
from arm.verify.sim.world import World, drawn_world

STEPS = 200
HEALED_AT = 0.8
MOST_REQUESTS = 20
"""Of one desk from the healing to quiescence, per turn that had something to do (I14)."""
MOST_ROUNDS = 8
FAULTS = (
    *("lose", "double", "hold", "cross", "cut", "meanwhile", "small pages"),
    *("desk crash", "desk restart", "server crash", "disk", "desk clock", "store clock", "silence", "admin"),
    *("restore", "clone", "roll back", "cache back", "cache lost", "floor"),
)
"""Each seed leaves out a random half of them."""
RARE = ("restore", "clone", "roll back", "cache back", "cache lost", "floor")


@dataclass
class Outcome:
    """What came of one history."""

    seed: int
    digest: str = ""
    invariant: str = ""
    seen: str = ""
    step: int = 0
    last_lines: list[str] = field(default_factory=list)
    commands: int = 0
    faults: int = 0
    requests: int = 0

    @property
    def failed(self) -> bool:
        return bool(self.invariant)


def play(
    seed: int,
    *,
    masked: frozenset[int] = frozenset(),
    prints: bool = False,
    steps_count: int = STEPS,
    only: frozenset[str] | None = None,
) -> Outcome:
    """Plays a history; steps in `masked` are left out without changing what the others draw.

    `only` names the faults that may happen, instead of the half that the seed draws.
    """
    trace = Trace(prints=prints)
    outcome = Outcome(seed)
    with no_words_in_the_log() as told, drawn_world(seed, trace) as world:
        history = History(world, masked, steps_count, only)
        with Judged(outcome, prints):
            history.run()
            told.check()
        outcome.step = world.step
        outcome.commands = world.counts["command"]
        outcome.faults = sum(n for name, n in world.counts.items() if name not in ("command", "checked"))
        outcome.requests = world.requests
    outcome.digest = trace.digest
    outcome.last_lines = trace.lines[-15:]
    return outcome


@dataclass
class Judged:
    """Whatever comes out of a history is an outcome: a violated invariant, or an exception that escaped (I15)."""

    outcome: Outcome
    prints: bool

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if error is None or isinstance(error, KeyboardInterrupt):
            return False
        if isinstance(error, Violation):
            self.outcome.invariant, self.outcome.seen = error.invariant, error.seen
        else:
            self.outcome.invariant, self.outcome.seen = "I15", _where(error)
            if self.prints:
                traceback.print_exception(error)
        return True


def _where(bug: BaseException) -> str:
    places = [f"{one.filename.rpartition('arm/')[2]}:{one.lineno}" for one in traceback.extract_tb(bug.__traceback__)]
    own = [one for one in places if one.startswith(("central", "desk", "sync", "local", "domain", "wire"))]
    return f"{type(bug).__name__}({bug!s:.80}) at {' < '.join(reversed((own or places)[-4:]))}"


class History:
    """The scheduler: one step, one event."""

    def __init__(self, world: World, masked: frozenset[int], count: int, only: frozenset[str] | None = None) -> None:
        self.world, self._masked, self._count = world, masked, count
        rng = world.chance.rng
        drawn = frozenset(rng.sample(FAULTS, len(FAULTS) // 2))
        self.faults = only if only is not None else drawn
        self._rare_left = 2
        sealed = rng.random() < 0.1
        users = rng.sample(sorted(PEOPLE), rng.randint(2, 5))
        if rng.random() < 0.2:
            users[-1] = users[0]
        for user in users:
            world.add_node(user, is_sealed=sealed)
        world.trace.note(f"seed {world.chance.seed}: {' '.join(n.name for n in world.nodes)}; {sorted(self.faults)}")
        self._set_weather()
        self._table = self._weights()

    def _set_weather(self) -> None:
        weather = self.world.weather
        weather.lose = LOST if "lose" in self.faults else 0.0
        weather.double = DOUBLED if "double" in self.faults else 0.0
        weather.hold = HELD if "hold" in self.faults else 0.0
        weather.cross = CROSSED if "cross" in self.faults else 0.0
        self.world.page_limit = 2 if "small pages" in self.faults else 200
        if "meanwhile" in self.faults:
            self.world.interlude = self._interlude

    def _weights(self) -> list[tuple[int, Callable[[], str]]]:
        world, some = self.world, self._some
        table: list[tuple[str, int, Callable[[], str]]] = [
            ("", 26, lambda: steps.act(world, some())),
            ("", 12, lambda: steps.outside(world)),
            ("", 30, self._turn),
            ("cut", 6, self._cut),
            ("desk crash", 4, lambda: self._in_trouble(steps.crash_desk)),
            ("desk crash", 1, lambda: steps.kill_desk(world, some())),
            ("desk restart", 2, lambda: steps.restart_desk(world, some())),
            ("server crash", 3, self._server_crash),
            ("server crash", 1, lambda: steps.restart_server(world)),
            ("disk", 4, lambda: self._in_trouble(steps.fill_disk)),
            ("desk clock", 3, lambda: steps.jump(world, some())),
            ("store clock", 2, lambda: steps.jump(world, None)),
            ("silence", 1, self._silence),
            ("admin", 7, lambda: steps.administer(world)),
            *((name, 3, lambda name=name: self._rarely(name)) for name in RARE),
        ]
        return [(weight, do) for name, weight, do in table if not name or name in self.faults]

    def _some(self) -> Node:
        return self.world.chance.rng.choice(self.world.nodes)

    def run(self) -> None:
        world = self.world
        steps.begin(world, world.chance.rng.randint(3, 12))
        for node in world.nodes:
            world.chance.enter(f"first {node.name}")
            node.turn()
        for number in range(1, int(self._count * HEALED_AT) + 1):
            world.step = number
            if number in self._masked:
                continue
            self._one(number)
        self._heal()
        for number in range(int(self._count * HEALED_AT) + 1, self._count + 1):
            world.step = number
            if number not in self._masked:
                self._calm(number)
        self._quiesce()

    def _one(self, number: int) -> None:
        world = self.world
        world.chance.enter(number)
        rng = world.chance.rng
        world.time.pass_by(rng.choice((1, 5, 30, 120, 3600)) if rng.random() < 0.9 else rng.choice((40000, 90000)))
        self._deliver(number)
        weights = [weight for weight, _ in self._table]
        do = rng.choices([do for _, do in self._table], weights)[0]
        said = do()
        world.trace.note(f"{number:4d} {said}")
        self._check(every=number % 10 == 0)

    def _deliver(self, number: int) -> None:
        """Requests that were held back arrive, in no order."""
        held = self.world.weather.held
        self.world.weather.held = [one for one in held if one[0] > number]
        for arrive in (arrive for due, arrive in held if due <= number):
            arrive()

    def _check(self, every: bool) -> None:
        """After every step; the dearer ones are sampled."""
        world = self.world
        world.look()
        for node in world.nodes:
            if node.desk is None:
                continue
            with node.disk.quiet():
                checks.time_only_passes(world, node)
                checks.a_locked_copy_is_not_shown(world, node)
                if node.is_touched:
                    checks.saved_is_kept(node)
                    checks.nothing_goes_back(world, node)
                    checks.no_strangers_rows(world, node)
                    checks.own_writes_are_shown(world, node)
                node.is_touched = False
        checks.outward_once(world)
        if every:
            checks.one_effect_each(world)
            checks.accepted_is_in_the_journal(world)

    # steps with a will of their own

    def _turn(self) -> str:
        node = self._some()
        return f"{node.name} turns: {'whole' if node.turn() else 'broken off'}"

    def _in_trouble(self, trouble: Callable[[World, Node], str]) -> str:
        """Armed, and at once something to do, so that it is met."""
        node = self._some()
        said = trouble(self.world, node)
        if self.world.chance.happens(0.7):
            node.turn()
        else:
            steps.act(self.world, node)
        return said

    def _server_crash(self) -> str:
        said = steps.crash_server(self.world)
        self._some().turn()
        return said

    def _cut(self) -> str:
        node, cut = self._some(), self.world.weather.cut
        if node.name in cut:
            cut.discard(node.name)
            return f"{node.name} is on the net again"
        self.world.count("partition")
        cut.add(node.name)
        return f"{node.name} is cut off"

    def _silence(self) -> str:
        """Nobody does anything for longer than a lease lasts; somebody may set his clock back meanwhile."""
        self.world.time.pass_by(8 * 86400)
        if self.world.chance.happens(0.5):
            node = self._some()
            node.clock.offset -= timedelta(days=8)
            return f"eight days pass, {node.name} sets the clock back by as many"
        return "eight days pass"

    def _interlude(self, node: Node) -> None:
        """While one desk's request is under way, its own user types on and others act."""
        rng = self.world.chance.rng
        if rng.random() > 0.12:
            return
        if rng.random() < 0.5:
            if node.desk is not None and node.disk.armed == "" and node.desk._core.has_directory:
                said = node.guarded("act", lambda: steps._acted(self.world, node))
                self.world.trace.note(f"     meanwhile {said or node.name}")
            return
        self.world.trace.note(f"     meanwhile {steps.outside(self.world)}")

    def _rarely(self, name: str) -> str:
        world = self.world
        if not self._rare_left:
            return self._turn()
        node, rng = self._some(), self.world.chance.rng
        if name == "restore":
            if world.server.backup is None:
                world.in_store("a backup", world.server.back_up)
                world.backed_up = {row[0] for row in world.oracle.rows("SELECT command_id FROM command_log")}
                return "the store is backed up"
            self._rare_left -= 1
            world.count("restore")
            world.oracle.close()
            world.server.restore(is_told=rng.random() < 0.7)
            world.oracle.open()
            world.counts["checked"] = 0
            world.rough_until = world.step + 30
            world.look()
            for _ in range(5):
                world.trace.note(f"     after the restore {steps.outside(world)}")
            return "the store is restored"
        if name in ("roll back", "cache back") and node.snapshot is None:
            node.remember_profile()
            return f"{node.name}'s profile is copied"
        self._rare_left -= 1
        world.count(name)
        return self._rare_one(name, node)

    def _rare_one(self, name: str, node: Node) -> str:
        world = self.world
        if name == "floor":
            floor = world.chance.rng.randint(0, world.oracle.rows("SELECT seq FROM journal_head")[0][0])
            world.in_store("a compaction", lambda: world.server.raise_floor(floor))
            return "the journal is compacted"
        if name == "cache lost":
            node.lose_cache()
            return f"{node.name} lost its cache"
        if name == "clone":
            return self._cloned(node)
        kept = set(node.promises.saved)
        node.roll_back(only_cache=name == "cache back")
        world.excused |= kept - set(node.promises.saved)
        return f"{node.name} is rolled back ({name})"

    def _cloned(self, node: Node) -> str:
        """A copy of the profile begins a life of its own, under the same device."""
        world = self.world
        twin = world.add_node(node.user, is_sealed=node.disk.is_sealed)
        shutil.copytree(node.folder, twin.folder)
        twin.keyring = node.keyring
        twin.promises = node.promises.copy()
        twin.clock.offset = node.clock.offset
        twin.wants_sign_in = node.wants_sign_in
        return f"{node.name} is cloned into {twin.name}"

    # the end

    def _heal(self) -> None:
        world = self.world
        world.chance.enter("heal")
        world.weather.heal()
        self._deliver(1 << 30)
        world.interlude = lambda node: None
        world.server.disarm()
        world.server.restart()
        world.server.clock.offset *= 0
        for node in world.nodes:
            node.disk.disarm()
            node.clock.offset *= 0
            node.seen.pop("now", None)
        world.time.pass_by(86_500)
        steps.take_all_back(world)
        world.trace.note("     healed")

    def _calm(self, number: int) -> None:
        """After the healing only work goes on."""
        world, rng = self.world, self.world.chance.rng
        world.chance.enter(number)
        world.time.pass_by(rng.choice((1, 5, 30)))
        roll = rng.random()
        if roll < 0.45:
            said = steps.act(world, self._some())
        elif roll < 0.6:
            said = steps.outside(world)
        else:
            said = self._turn()
        world.trace.note(f"{number:4d} {said}")
        self._check(every=False)

    def _quiesce(self) -> None:
        """Bounded: every desk takes its turns until nobody has anything to say (I14)."""
        world = self.world
        world.chance.enter("quiesce")
        world.trace.note("     quiescing")
        for turn in range(MOST_ROUNDS):
            head = world.oracle.rows("SELECT seq FROM journal_head")
            # whoever was turned away too often waits as long as a store may ask
            world.time.pass_by(LONGEST_PAUSE_S)
            restless = 0
            for node in world.nodes:
                before = node.requests
                if not node.turn():
                    restless += 1
                if turn and node.requests - before > MOST_REQUESTS:
                    raise Violation("I14", f"{node.name} needed {node.requests - before} requests in one turn")
            self._check(every=True)
            if not restless and head == world.oracle.rows("SELECT seq FROM journal_head"):
                break
        else:
            raise Violation("I14", f"no rest after {MOST_ROUNDS} rounds")
        self._last_checks()

    def _last_checks(self) -> None:
        world = self.world
        for node in world.nodes:
            checks.saved_is_kept(node)
            checks.nothing_undecided(node)
            checks.cache_is_the_truth(world, node)
            checks.own_writes_are_shown(world, node)
        checks.one_effect_each(world)
        checks.accepted_is_in_the_journal(world)
        checks.restored_is_refilled(world)
        checks.journal_is_whole(world)
        checks.outward_once(world)
        checks.nothing_diverged(world)
        checks.numbers_are_one_desks(world)
        checks.sealed_for_others(world)
