"""Who and what may be named in a command: executors, endorsers, approvers, substitutes, organisations."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from arm.domain.directory import Directory
from arm.domain.identity import OrganisationId, Person, Role, UserId
from arm.domain.message import Message, Stage, Subject
from arm.domain.organisations import Organisation

if TYPE_CHECKING:
    from arm.domain.regulation import Regulation


def entitled(
    person: Person,
    roles: tuple[Role, ...],
    organisation: OrganisationId,
    category: str = "",
    subcategory: str = "",
) -> bool:
    """Whether he holds one of the roles there, for the category where one is named (D 3.7 в, 3.9 в)."""
    return person.active and any(
        g.organisation == organisation and g.role in roles and (not category or g.covers(category, subcategory))
        for g in person.grants
    )


def may_execute(person: Person, organisation: OrganisationId) -> bool:
    return person.active and person.holds(Role.EXECUTOR, organisation)


def may_replace_executor(directory: Directory, message: Message, person: Person) -> bool:
    """A substitute holds the executor's own role: a coordinator's (and topic) where one took the message himself."""
    absent = directory.people.get(message.executor) if message.executor else None
    took_it = absent is not None and not absent.holds(Role.EXECUTOR, message.owner)
    if took_it and absent is not None and absent.holds(Role.COORDINATOR, message.owner):
        return entitled(person, (Role.COORDINATOR,), message.owner, message.category, message.subcategory)
    return may_execute(person, message.owner)


def answered_by(message: Message) -> frozenset[UserId]:
    """Whose answer it is: the executor, and a substitute who wrote it in his place."""
    author = message.answer.author if message.answer is not None else None
    return frozenset(user for user in (message.executor, author) if user is not None)


def endorsed_by(message: Message) -> frozenset[UserId]:
    """The endorsers of an answer, and the substitutes who endorsed in their place."""
    tasks = message.route.endorsers if message.route is not None else ()
    return frozenset(user for t in tasks for user in (t.user_id, t.endorsed_by) if user is not None)


def executors(directory: Directory, organisation: OrganisationId) -> tuple[Person, ...]:
    """Executors of an organisation, by name."""
    return _by_name(directory.holders(Role.EXECUTOR, organisation))


def endorsers(
    directory: Directory,
    regulation: Regulation,
    organisation: OrganisationId,
    category: str = "",
    subcategory: str = "",
) -> tuple[Person, ...]:
    """Who may be named endorser there; without a category (a redirect) the role alone counts."""
    roles = regulation.endorser_roles
    return _by_name(p for p in directory.people.values() if entitled(p, roles, organisation, category, subcategory))


def approvers(
    directory: Directory,
    regulation: Regulation,
    organisation: OrganisationId,
    category: str = "",
    subcategory: str = "",
    executor: UserId | None = None,
    endorsing: tuple[UserId, ...] = (),
) -> tuple[Person, ...]:
    """Who may be named approver there: neither the executor nor an endorser, unless the body has one manager."""
    roles = regulation.approver_roles
    lax = own_answer_allowed(directory, organisation)
    return _by_name(
        p
        for p in directory.people.values()
        if entitled(p, roles, organisation, category, subcategory)
        and (lax or (p.user_id != executor and p.user_id not in endorsing))
    )


def own_answer_allowed(directory: Directory, organisation: OrganisationId | None) -> bool:
    """The administrator's switch for a body with one manager (own)."""
    one = directory.organisation(organisation) if organisation else None
    return organisation in directory.single_approvers or (one is not None and one.own_answer_may_be_approved)


def substitutes(directory: Directory, regulation: Regulation, message: Message) -> tuple[Person, ...]:
    """To whom the present endorser or approver may pass it on, or the coordinator give it (rows 19, 19a)."""
    return _by_name(p for p in directory.people.values() if may_stand_in(directory, regulation, message, p))


def may_stand_in(directory: Directory, regulation: Regulation, message: Message, person: Person) -> bool:
    """Entitled to decide at this stage, and with no part in it yet, unless the body has one manager."""
    route = message.route
    if route is None or person.user_id == route.approver:
        return False
    lax = message.stage is Stage.APPROVAL and own_answer_allowed(directory, message.organisation)
    if not lax and person.user_id in {*endorsed_by(message), *answered_by(message)}:
        return False
    return may_decide(regulation, message, person)


def may_decide(regulation: Regulation, message: Message, person: Person) -> bool:
    """Whether he is entitled to decide at this stage; for a redirect the role alone counts."""
    roles = regulation.approver_roles if message.stage is Stage.APPROVAL else regulation.endorser_roles
    if message.subject is not Subject.ANSWER:
        return entitled(person, roles, message.owner)
    return entitled(person, roles, message.owner, message.category, message.subcategory)


def awaited(message: Message) -> tuple[UserId, ...]:
    """Whose decision a message waits for: the endorsers who haven't decided yet, or the approver."""
    route = message.route
    if route is None or message.stage not in (Stage.ENDORSEMENT, Stage.APPROVAL):
        return ()
    if message.stage is Stage.APPROVAL:
        return (route.approver,)
    return tuple(t.user_id for t in route.endorsers if t.endorsed_at is None)


def unavailable(directory: Directory, regulation: Regulation, message: Message, at: datetime) -> tuple[UserId, ...]:
    """Those awaited who can't decide: dismissed, no longer entitled, or absent that day (row 19a); `at` aware UTC."""

    def is_here(user_id: UserId) -> bool:
        person = directory.people.get(user_id)
        return (
            person is not None
            and may_decide(regulation, message, person)
            and not directory.is_absent(user_id, message.owner, at)
        )

    return tuple(user_id for user_id in awaited(message) if not is_here(user_id))


def subordinates(directory: Directory, organisation: OrganisationId) -> tuple[Organisation, ...]:
    """Connected organisations of the subtree, breadth first: where a message may be handed down."""
    tree = directory.tree
    return tuple(tree[o] for o in tree.subordinates(organisation) if o in tree and tree[o].connected)


def redirect_targets(directory: Directory, organisation: OrganisationId) -> tuple[Organisation, ...]:
    """Connected organisations outside the subtree: where a message may be redirected."""
    below = {organisation, *directory.tree.subordinates(organisation)}
    return tuple(o for o in directory.tree if o.connected and o.organisation_id not in below)


def asked_bodies(directory: Directory, organisation: OrganisationId) -> tuple[Organisation, ...]:
    """Whom documents may be requested from: not courts, inquiry or investigation bodies (T 3.5)."""
    return tuple(o for o in directory.tree if o.connected and not o.investigative and o.organisation_id != organisation)


def _by_name(people: Iterable[Person]) -> tuple[Person, ...]:
    return tuple(sorted(people, key=lambda p: (p.full_name, p.user_id)))
