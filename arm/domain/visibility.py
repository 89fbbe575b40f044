"""Who may see what: tags that the central store filters the feed with, and levels of what is shown (P13)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from arm.domain.directory import Directory
from arm.domain.events import Event
from arm.domain.identity import OrganisationId, Person, Role, UserId
from arm.domain.message import Message, Stage
from arm.domain.withholding import cut

TAG_BITS = 63


class Sight(StrEnum):
    """How much of a message is shown, richest first.

    FULL all; HISTORY the curator of an organisation it has left and the coordinators above the present one: read-only,
    without later internal notes; STATUS the operator who registered it and the moderator who decided: text, status
    and answer; INQUIRY the organisation asked: question and its files, neither applicant nor text; BARE an
    administrator's row without content.
    """

    FULL = "full"
    HISTORY = "history"
    STATUS = "status"
    INQUIRY = "inquiry"
    BARE = "bare"


RICHEST_FIRST = tuple(Sight)


@dataclass(frozen=True, slots=True)
class Scope:
    """A user's tags at a moment; `tags` are 63-bit integers, sorted."""

    tags: tuple[int, ...]


@lru_cache(maxsize=65536)
def tag_of(key: str) -> int:
    """The 63-bit tag of a text key."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8]) >> (64 - TAG_BITS)


_FUNCTIONS: dict[Role, tuple[str, ...]] = {
    Role.MODERATOR: ("moderation",),
    Role.COORDINATOR: ("coordination", "coordination-above"),
    Role.CURATOR: ("control",),
    Role.ADMINISTRATOR: ("administration",),
}
"""The functions by which a role sees messages of its organisation, apart from being named on one."""


def _keys_of_message(message: Message, directory: Directory) -> Iterator[tuple[str, Sight]]:
    """Every key by which this message may be seen, with the level it gives: the one source of both."""
    owner = message.owner
    above = directory.tree.superiors(owner)
    topics = ["*"]
    if message.category:
        topics.append(message.category)
        if message.subcategory:
            topics.append(f"{message.category}/{message.subcategory}")
    for topic in topics:
        if message.stage is Stage.MODERATION:
            yield f"moderation@{message.top}#{topic}", Sight.FULL
        else:
            yield f"coordination@{owner}#{topic}", Sight.FULL
            for one in above:
                yield f"coordination-above@{one}#{topic}", Sight.HISTORY
        for one in (owner, *above):
            yield f"control@{one}#{topic}", Sight.FULL
            yield f"administration@{one}#{topic}", Sight.BARE
    for one in message.visited:
        yield f"control-history@{one}", Sight.HISTORY
    for user in _named(message):
        yield f"user:{user}@{owner}", Sight.FULL
    for follower in (message.registered_by, message.moderator):
        if follower is not None:
            yield f"status:{follower}", Sight.STATUS
            for one in dict.fromkeys((owner, *above, message.top)):
                yield f"status:{follower}@{one}", Sight.STATUS
    for inquiry in message.inquiries:
        if not inquiry.closed_unanswered:
            yield f"inquiry@{inquiry.organisation}", Sight.INQUIRY
    if message.is_repeat and message.is_open:
        yield f"stop@{message.top}", Sight.FULL


def _named(message: Message) -> set[UserId]:
    """Those who are named on it now; endorsers and approver only while they are."""
    route = message.route
    named: set[UserId | None] = {message.executor, message.coordinator}
    if route is not None:
        named |= {route.approver, *(t.user_id for t in route.endorsers)}
    return {user for user in named if user is not None}


def _keys_of_person(person: Person, directory: Directory, at: datetime) -> Iterator[str]:
    """Every key this person holds: by grants, by name where he holds a grant, and for those he stands in for."""
    if not person.active:
        return
    user = person.user_id
    yield f"status:{user}"
    for grant in person.grants:
        for function in _FUNCTIONS.get(grant.role, ()):
            for topic in grant.topics or ("*",):
                yield f"{function}@{grant.organisation}#{topic}"
        if grant.role is Role.CURATOR:
            yield f"control-history@{grant.organisation}"
        if grant.role in (Role.COORDINATOR, Role.EXECUTOR):
            yield f"inquiry@{grant.organisation}"
        if user in directory.stop_deciders:
            yield f"stop@{grant.organisation}"
    held = {grant.organisation for grant in person.grants}
    for one in held:
        yield f"user:{user}@{one}"
    for absent, one in _stands_in(user, directory, at):
        if _share_a_role(person, directory.people.get(absent), one):
            yield f"user:{absent}@{one}"
            yield f"status:{absent}@{one}"


def _share_a_role(person: Person, absent: Person | None, organisation: OrganisationId) -> bool:
    """A substitute must hold the role himself (K 5.2); two who share none there see nothing of each other's."""
    return absent is not None and any(
        g.organisation == organisation and absent.holds(g.role, organisation) for g in person.grants
    )


def _stands_in(user: UserId, directory: Directory, at: datetime) -> Iterator[tuple[UserId, OrganisationId]]:
    for one in directory.substitutions:
        if one.substitute == user and one.organisation in directory.tree:
            zone = ZoneInfo(directory.tree[one.organisation].zone)
            if one.first_day <= at.astimezone(zone).date() <= one.last_day:
                yield one.absent, one.organisation


def tags_of_message(message: Message, directory: Directory) -> frozenset[int]:
    """All tags by which a message may be seen (P13)."""
    return frozenset(tag_of(key) for key, _ in _keys_of_message(message, directory))


def tag_sights(message: Message, directory: Directory) -> dict[int, Sight]:
    """Every tag with the richest sight it gives: what the central store keeps beside a message for its manifest."""
    found: dict[int, Sight] = {}
    for key, sight in _keys_of_message(message, directory):
        tag = tag_of(key)
        if tag not in found or RICHEST_FIRST.index(sight) < RICHEST_FIRST.index(found[tag]):
            found[tag] = sight
    return found


def scope_of(person: Person, directory: Directory, at: datetime) -> Scope:
    """The tags of a person with his grants and the substitutions in force at `at` (P15)."""
    return Scope(tuple(sorted({tag_of(key) for key in _keys_of_person(person, directory, at)})))


def sight_of(message: Message, person: Person, directory: Directory, at: datetime) -> Sight | None:
    """The richest sight this person has, or None: not visible at all."""
    return Viewer(person, directory, at).sight(message)


class Viewer:
    """One person at one moment, for looking at many messages: his keys are worked out once."""

    def __init__(self, person: Person, directory: Directory, at: datetime) -> None:
        self.directory = directory
        self.organisations = frozenset(grant.organisation for grant in person.grants)
        self._keys = frozenset(_keys_of_person(person, directory, at))

    def sight(self, message: Message) -> Sight | None:
        """The richest sight he has of it, or None."""
        found = {sight for key, sight in _keys_of_message(message, self.directory) if key in self._keys}
        return next((sight for sight in RICHEST_FIRST if sight in found), None)

    def seen(self, message: Message, timeline: tuple[Event, ...]) -> tuple[Sight, Message, tuple[Event, ...]] | None:
        """What he sees, cut to his sight and his organisations; None: nothing at all."""
        sight = self.sight(message)
        if sight is None:
            return None
        return (sight, *shown(message, timeline, sight, self.organisations))


def shown(
    message: Message,
    timeline: tuple[Event, ...],
    sight: Sight,
    organisations: Iterable[OrganisationId] | None = None,
) -> tuple[Message, tuple[Event, ...]]:
    """The message and its timeline as that sight may see them: withheld fields are emptied, entries left out.

    `organisations` are those the viewer belongs to: an asked body then sees its own inquiries alone, a curator the
    internal notes made before the message left him. Without them: all inquiries, no notes.
    """
    if sight is Sight.FULL:
        return message, timeline
    return cut(message, timeline, sight.value, None if organisations is None else frozenset(organisations))


def seen_by(
    message: Message, timeline: tuple[Event, ...], person: Person, directory: Directory, at: datetime
) -> tuple[Sight, Message, tuple[Event, ...]] | None:
    """What this person sees, cut to his sight and his organisations; None: nothing at all."""
    return Viewer(person, directory, at).seen(message, timeline)
