"""Which queues a message stands in for this desk's user: the one place of these rules."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from arm.domain.directory import Directory
from arm.domain.identity import Grant, OrganisationId, Role, UserId
from arm.domain.message import Closed, Message, Stage
from arm.local.facts import BANDS, Facts, is_to_deliver

QUEUES = (
    "intake/all",
    "intake/mine_today",
    "intake/awaiting_answer",
    "intake/to_deliver",
    "moderation/all",
    "moderation/my_declined",
    "coordination/all",
    "coordination/new",
    "coordination/returned",
    "coordination/inquiries",
    "execution/all",
    "execution/new",
    "execution/in_work",
    "execution/rework",
    "execution/postponed",
    "execution/inquiries",
    "decisions/all",
    "decisions/endorse",
    "decisions/approve",
    "control/all",
    "control/postponed",
    "control/done",
)
QUEUE_OF = {name: number for number, name in enumerate(QUEUES)}
"""Numbers of the queues in the cache; the names are workspace/filter of the desk."""
BY_DATE = frozenset({QUEUE_OF["intake/mine_today"]})
"""Queues ordered newest first whatever the deadlines say."""
MEMBERSHIP_VERSION = 2
_DONE = len(BANDS) - 1


@dataclass(frozen=True)
class Viewer:
    """Who looks, by the directory of a moment: grants, the organisations they reach, and whom he stands in for."""

    user_id: UserId
    moderated: tuple[Grant, ...]
    coordinated: tuple[Grant, ...]
    curated: frozenset[OrganisationId]
    asked: frozenset[OrganisationId]
    executes_in: frozenset[OrganisationId]
    absentees: Mapping[OrganisationId, frozenset[UserId]]

    def is_self(self, user_id: UserId | None, organisation: OrganisationId) -> bool:
        """Himself, or an absent person whose work there is his now."""
        if user_id is None:
            return False
        return user_id == self.user_id or user_id in self.absentees.get(organisation, ())

    @property
    def fingerprint(self) -> str:
        """Changes with anything that moves messages between queues."""
        parts = (
            MEMBERSHIP_VERSION,
            self.user_id,
            *(sorted((g.organisation, g.topics) for g in kind) for kind in (self.moderated, self.coordinated)),
            *(sorted(kind) for kind in (self.curated, self.asked, self.executes_in)),
            sorted((place, tuple(sorted(people))) for place, people in self.absentees.items()),
        )
        return hashlib.sha256(repr(parts).encode()).hexdigest()


def viewer_of(user_id: UserId, directory: Directory, now: datetime) -> Viewer:
    """The viewer by his grants and the substitutions in force at `now`."""
    person = directory.people.get(user_id)
    grants = person.grants if person is not None else ()
    curated: set[OrganisationId] = set()
    for grant in grants:
        if grant.role is Role.CURATOR:
            curated.update((grant.organisation, *directory.tree.subordinates(grant.organisation)))
    places = {one.organisation for one in directory.substitutions if one.substitute == user_id}
    stands_in = {place: frozenset(directory.absentees(user_id, place, now)) for place in sorted(places)}
    return Viewer(
        user_id=user_id,
        moderated=tuple(g for g in grants if g.role is Role.MODERATOR),
        coordinated=tuple(g for g in grants if g.role is Role.COORDINATOR),
        curated=frozenset(curated),
        asked=frozenset(g.organisation for g in grants if g.role is Role.COORDINATOR),
        executes_in=frozenset(g.organisation for g in grants if g.role is Role.EXECUTOR),
        absentees={place: people for place, people in stands_in.items() if people},
    )


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a queue; `band` and `due` (microseconds) order it."""

    queue: int
    band: int
    due: int


def places_of(message: Message, facts: Facts, sight: str, viewer: Viewer, band: int, due: int) -> frozenset[Place]:
    """Every queue the message stands in for this viewer at its present band."""
    names: list[str] = []
    owner = message.owner
    if message.registered_by == viewer.user_id:
        names += _intake(message)
    if message.stage is Stage.MODERATION and _reaches(viewer.moderated, message.top, message):
        names.append("moderation/all")
    if message.closed_as is Closed.DECLINED and message.moderator == viewer.user_id:
        names.append("moderation/my_declined")
    if message.stage is Stage.COORDINATION and _reaches(viewer.coordinated, owner, message):
        is_returned = bool(message.return_reason) or message.is_repeat
        names += ["coordination/all", "coordination/returned" if is_returned else "coordination/new"]
    if message.stage is Stage.EXECUTION and viewer.is_self(message.executor, owner):
        names += ["execution/all", _state_of_work(message)]
    names += _inquiries(message, viewer)
    names += _decisions(message, viewer)
    if sight == "full" and owner in viewer.curated:
        names += _control(message)
    return frozenset(_place(QUEUE_OF[name], facts, band, due) for name in names)


def _place(queue: int, facts: Facts, band: int, due: int) -> Place:
    if queue in BY_DATE:
        return Place(queue, 0, -facts.registered)
    return Place(queue, band, due)


def _reaches(grants: tuple[Grant, ...], organisation: OrganisationId, message: Message) -> bool:
    """Before a message has a topic, a grant for some topics reaches it too."""
    return any(
        g.organisation == organisation and (not message.category or g.covers(message.category, message.subcategory))
        for g in grants
    )


def _intake(message: Message) -> list[str]:
    names = ["intake/mine_today"]
    if is_to_deliver(message):
        names += ["intake/all", "intake/to_deliver"]
    elif message.is_open:
        names += ["intake/all", "intake/awaiting_answer"]
    return names


def _state_of_work(message: Message) -> str:
    if message.is_rework:
        return "execution/rework"
    if message.postponed_until is not None:
        return "execution/postponed"
    return "execution/in_work" if message.in_work else "execution/new"


def _inquiries(message: Message, viewer: Viewer) -> list[str]:
    if not message.is_open:
        return []
    asked = {one.organisation for one in message.inquiries if one.is_open}
    names: list[str] = []
    if asked & viewer.asked:
        names += ["coordination/all", "coordination/inquiries"]
    elif asked & viewer.executes_in:
        names += ["execution/all", "execution/inquiries"]
    return names


def _decisions(message: Message, viewer: Viewer) -> list[str]:
    route, owner = message.route, message.owner
    if route is None:
        return []
    if message.stage is Stage.ENDORSEMENT:
        waiting = [t.user_id for t in route.endorsers if t.endorsed_at is None]
        if any(viewer.is_self(one, owner) for one in waiting):
            return ["decisions/all", "decisions/endorse"]
    if message.stage is Stage.APPROVAL and viewer.is_self(route.approver, owner):
        return ["decisions/all", "decisions/approve"]
    return []


def _control(message: Message) -> list[str]:
    if not message.is_open:
        return ["control/done"]
    return ["control/all", "control/postponed"] if message.postponed_until is not None else ["control/all"]
