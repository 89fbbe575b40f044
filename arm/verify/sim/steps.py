"""The alphabet of a history: what users, the network, machines, administrators and bad luck may do in one step."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from arm.central import admin
from arm.central.acting import Act
from arm.central.problems import Trouble
from arm.desk.values import Done, Draft
from arm.domain.actions import actions
from arm.domain.cases import Setting
from arm.domain.identity import Actor, CommandId, Grant, MessageId, OrganisationId, Person, Role, Substitution, UserId
from arm.domain.message import Message, Stage
from arm.domain.organisations import Organisation
from arm.domain.verbs import Verb
from arm.verify.sim.oracle import CANARY
from arm.verify.sim.person import Hand
from arm.verify.sim.town import PEOPLE, PLACES, SPARE, TOWN, WORKS, ZONE
from arm.wire import plain, to_json

if TYPE_CHECKING:
    from arm.verify.sim.node import Node
    from arm.verify.sim.world import World

MOST_MESSAGES = 14
RARE_VERBS = frozenset(
    {
        *(Verb.COMMENT, Verb.DECLINE, Verb.SPLIT, Verb.RECLASSIFY, Verb.WARN),
        *(Verb.CORRECT_APPLICANT, Verb.DELIVER, Verb.RECALL),
    }
)


def act(world: World, node: Node) -> str:
    """A person at his desk does something that is open to him."""
    desk = node.open()
    if desk is None or not desk._core.is_open or not desk._core.has_directory:
        return f"{node.name} has nothing to act on"
    return node.guarded("act", lambda: _acted(world, node)) or f"{node.name} acts"


def _acted(world: World, node: Node) -> str:
    desk, rng = node.desk, world.chance.rng
    if desk is None or desk.session.me() is None:
        return f"{node.name} is signed out"
    if rng.random() < 0.06:
        return _drafted(world, node)
    if rng.random() < 0.04:
        return _put_away(world, node)
    is_operator = bool(desk._core.person().organisations(Role.OPERATOR))
    if is_operator and rng.random() < 0.3 and len(world.oracle.known) < MOST_MESSAGES:
        return _registered(world, node)
    known = [row[0] for row in node.rows("cache", "SELECT message_id FROM message ORDER BY message_id")]
    known += sorted(set(desk._projection.every()) - set(known))
    if not known:
        return f"{node.name} sees nothing"
    for message_id in map(MessageId, rng.sample(known, min(3, len(known)))):
        view = desk.messages.card(message_id)
        open_now = [one.verb for one in view.actions if one.enabled] if view is not None else []
        if open_now:
            break
    if view is None:
        return f"{node.name} sees nothing of {message_id[:8]}"
    dim = [one.verb for one in view.actions if not one.enabled]
    if dim and rng.random() < 0.05:
        open_now = dim
    if not open_now:
        return f"{node.name} may do nothing with {message_id[:8]}"
    verb = rng.choice(_weighed(open_now))
    command = _hand(world, message_id, desk._core.directory, node).command(verb, view.message)
    if command is None:
        return f"{node.name} can't fill in {verb.value}"
    done = desk.commands.do(message_id, command)
    if isinstance(done, Done):
        _promised(node, done, to_json(plain(command)))
        return f"{node.name} {verb.value} {message_id[:8]}: saved {done.command_id[:8]}"
    return f"{node.name} {verb.value} {message_id[:8]}: {done.reason.value}"


def _weighed(verbs: list[Verb]) -> list[Verb]:
    """Steps that move a message are likelier than those that end or multiply it."""
    return [one for one in verbs for _ in range(1 if one in RARE_VERBS else 4)]


def _promised(node: Node, done: Done, payload: bytes) -> None:
    node.promises.saved[done.command_id] = payload
    if node.desk is not None:
        node.seen.setdefault("forecast", {})[done.command_id] = node.desk._core.person().grants
    node.world.count("command")


def _hand(world: World, message_id: str, directory: object, node: Node | None = None) -> Hand:
    del node
    return Hand(
        world.chance.rng,
        directory,  # type: ignore[arg-type]
        lambda kind: world.mint(kind, message_id),
        world.chance.new,
        world.time.now.date(),
    )


def _registered(world: World, node: Node) -> str:
    desk = node.desk
    if desk is None:
        return ""
    command = _hand(world, "", desk._core.directory).register()
    payload = to_json(plain(command))
    done = desk.commands.do(None, command)
    if not isinstance(done, Done):
        return f"{node.name} registers: {done.reason.value}"
    world.belongs(CANARY.findall(payload), done.message_id)
    _promised(node, done, payload)
    return f"{node.name} registers {done.message_id[:8]}: saved {done.command_id[:8]}"


def _drafted(world: World, node: Node) -> str:
    if node.desk is None:
        return ""
    text = world.mint("n", "draft")
    saved = node.desk.drafts.save(Draft(draft_id="", message_id=None, form="answer", fields={"text": text}))
    node.promises.drafts[saved.draft_id] = text
    return f"{node.name} writes a draft"


def _put_away(world: World, node: Node) -> str:
    if node.desk is None:
        return ""
    waiting = [one for one in node.desk.commands.pending() if one.state.value in ("refused", "conflict", "parked")]
    if not waiting:
        return f"{node.name} has nothing to decide"
    chosen = world.chance.rng.choice(waiting)
    node.desk.commands.dismiss(chosen.command_id)
    node.promises.put_away[chosen.command_id] = node.clock.wall()
    return f"{node.name} puts away {chosen.command_id[:8]}"


def outside(world: World) -> str:
    """Somebody without a desk here acts in the store itself: a colleague elsewhere, the applicant."""
    return str(world.in_store("an act from outside", lambda: _outside(world)) or "an act from outside was cut off")


def _outside(world: World) -> str:
    rng, oracle = world.chance.rng, world.oracle
    at = world.server.clock.wall()
    if not oracle.known:
        return "nobody has anything to do"
    for _ in range(6):
        message_id = rng.choice(sorted(oracle.known))
        message = oracle.known[message_id].message
        user = rng.choice(sorted(PEOPLE))
        person = oracle.directory.people.get(UserId(user))
        if message.stage is Stage.CLOSED and rng.random() < 0.5:
            return _given(world, "applicant", message, Verb.RATE)
        if person is None or not person.active:
            continue
        setting = _setting(world, message)
        found = [one.verb for one in actions(message, Actor(person), setting) if one.enabled]
        if found:
            return _given(world, user, message, rng.choice(_weighed(found)))
    return f"nobody could do anything at {at:%H:%M}"


def _setting(world: World, message: Message) -> Setting:
    central = world.server.central
    return Setting(
        regulation=central.regulation(message.regulation),
        directory=world.oracle.directory,
        now=world.server.clock.wall(),
        command_id=CommandId(""),
        new_number=lambda: "",
    )


def _given(world: World, user: str, message: Message, verb: Verb) -> str:
    command = _hand(world, message.message_id, world.oracle.directory).command(verb, message)
    if command is None:
        return f"outside: {user} can't fill in {verb.value}"

    try:
        said = world.server.central.act(user, message.message_id, command).verdict.value
    except Trouble as trouble:
        said = trouble.code
    return f"outside: {user} {verb.value} {message.message_id[:8]}: {said}"


def begin(world: World, count: int) -> None:
    """The messages that are there before the first step."""
    acts = []
    for _ in range(count):
        message_id = MessageId(world.chance.new())
        command = _hand(world, message_id, world.oracle.directory).register()
        acts.append(Act(UserId("operator"), message_id, command))
    world.server.central.act_many(acts)
    world.look()
    for _ in range(2 * count):
        world.trace.note(f"     before: {outside(world)}")


# administration


def administer(world: World) -> str:
    """Rights, substitutions, the tree, dismissals: whatever changes who sees what."""
    rng = world.chance.rng
    kinds: tuple[Callable[[World], str], ...] = (_grant, _grant, _revoke, _substitute, _move, _dismiss, _take_back)
    return str(world.in_store("administration", lambda: rng.choice(kinds)(world)) or "administration was cut off")


def _some_user(world: World) -> UserId:
    """Mostly somebody who has a desk here."""
    rng = world.chance.rng
    return UserId(rng.choice(world.users) if rng.random() < 0.7 else rng.choice(sorted(PEOPLE)))


def _grants_of(world: World, user: UserId) -> tuple[Grant, ...]:
    person: Person | None = world.oracle.directory.people.get(user)
    return person.grants if person is not None else ()


def _grant(world: World) -> str:
    rng, user = world.chance.rng, _some_user(world)
    roles = (Role.COORDINATOR, Role.EXECUTOR, Role.MANAGER, Role.CURATOR, Role.MODERATOR, Role.ADMINISTRATOR)
    one = Grant(rng.choice(roles), rng.choice(PLACES), rng.choice(((), (), ("roads",))))
    admin.set_grants(world.server.central.store, user, (*_grants_of(world, user), one))
    return f"admin: {user} becomes {one.role.value} at {one.organisation}"


def _revoke(world: World) -> str:
    rng, user = world.chance.rng, _some_user(world)
    held = _grants_of(world, user)
    if not held:
        admin.set_grants(world.server.central.store, user, _first_grants(user))
        return f"admin: {user} has his roles again"
    lost = rng.choice(held)
    admin.set_grants(world.server.central.store, user, tuple(one for one in held if one != lost))
    return f"admin: {user} is no longer {lost.role.value} at {lost.organisation}"


def _first_grants(user: str) -> tuple[Grant, ...]:
    return tuple(Grant(role, place) for role, place in PEOPLE[user])


def _substitute(world: World) -> str:
    rng = world.chance.rng
    place = rng.choice(PLACES)
    people = world.oracle.directory.people.values()
    there = sorted(one.user_id for one in people if any(g.organisation == place for g in one.grants))
    if len(there) < 2:
        return "admin: nobody to stand in"
    absent, substitute = rng.sample(there, 2)
    day = (world.server.clock.wall() + timedelta(days=rng.choice((0, 0, 1)))).date()
    one = Substitution(absent, substitute, place, day, day + timedelta(days=rng.choice((0, 1, 5))))
    try:
        admin.add_substitution(world.server.central.store, one)
    except admin.AdminTrouble as trouble:
        return f"admin: {substitute} can't stand in for {absent}: {trouble.reason}"
    return f"admin: {substitute} stands in for {absent} at {place} till {one.last_day}"


def _move(world: World) -> str:
    above = world.chance.rng.choice((TOWN, WORKS, OrganisationId("school")))
    moved = SPARE if world.chance.rng.random() < 0.7 else OrganisationId("roads")
    name = world.oracle.directory.tree[moved].name
    try:
        admin.add_organisation(world.server.central.store, Organisation(moved, name, above, zone=ZONE))
    except admin.AdminTrouble as trouble:
        return f"admin: {moved} can't move below {above}: {trouble.reason}"
    return f"admin: {moved} moves below {above}"


def _dismiss(world: World) -> str:
    user = _some_user(world)
    admin.set_active(world.server.central.store, user, False)
    return f"admin: {user} is dismissed"


def _take_back(world: World) -> str:
    gone = sorted(u for u, p in world.oracle.directory.people.items() if not p.active)
    if not gone:
        return "admin: nobody to take back"
    user = world.chance.rng.choice(gone)
    admin.set_active(world.server.central.store, user, True)
    return f"admin: {user} works here again"


def take_all_back(world: World) -> None:
    """At the healing, so that everybody's work can be brought to its end."""
    for user, person in sorted(world.oracle.directory.people.items()):
        if not person.active:
            admin.set_active(world.server.central.store, user, True)
    world.look()


# machines


def crash_desk(world: World, node: Node) -> str:
    """The process ends at some call to its disk from now on; often in the very next turn."""
    what = world.chance.rng.choice(("crash_before", "crash_after"))
    node.disk.arm(what, world.chance.rng.randint(1, 40))
    return f"{node.name} is going to crash"


def kill_desk(world: World, node: Node) -> str:
    if node.desk is None:
        return f"{node.name} is not running"
    world.count("crash of a desk")
    node.crash()
    return f"{node.name} is killed"


def restart_desk(world: World, node: Node) -> str:
    node.close()
    node.open()
    return f"{node.name} is restarted"


def fill_disk(world: World, node: Node) -> str:
    world.count("full disk")
    node.disk.arm("full", world.chance.rng.randint(1, 30))
    return f"{node.name}'s disk is going to be full once"


def crash_server(world: World) -> str:
    what = world.chance.rng.choice(("crash_before", "crash_after", "unsure_before", "unsure_after"))
    world.server.arm(what, world.chance.rng.randint(1, 3))
    return f"the store is going to have a {what}"


def restart_server(world: World) -> str:
    world.server.restart()
    return "the store is restarted"


def jump(world: World, node: Node | None) -> str:
    rng = world.chance.rng
    span = timedelta(seconds=rng.choice((1, 60, 400, 3600, 86400, 9 * 86400, 400 * 86400)) * rng.choice((1, -1)))
    clock = node.clock if node is not None else world.server.clock
    if node is None:
        world.count("jump of the store")
    clock.offset += span
    return f"the clock of {node.name if node is not None else 'the store'} jumps by {span}"
