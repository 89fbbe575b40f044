"""The role check of a row: which of the actor's grants lets him act, and where."""

from __future__ import annotations

from arm.domain.cases import Case, no
from arm.domain.identity import Grant, OrganisationId, Role
from arm.domain.message import Message
from arm.domain.refusals import Reason, Refused

OUTSIDE = frozenset({Role.APPLICANT, Role.SYSTEM})
UPWARD = frozenset({Role.CURATOR, Role.OPERATOR, Role.ADMINISTRATOR})
"""Roles that reach down the whole subtree; the others act in the owning organisation alone."""
WHEREVER = frozenset({"sees_message", "is_asked_body", "sent_last", "is_named_to_stop"})
"""Guards that judge the place themselves: the role may be held in any organisation."""
BY_NAME = frozenset({"is_named_endorser", "is_named_approver", "is_named_decider"})
"""Guards that judge the topic themselves, when a person was named and again when he decides."""


def find_role(case: Case) -> Refused | None:
    """Sets `case.role`, or says why none of the actor's roles fits this row."""
    row, actor = case.row, case.actor
    if not row.roles:
        return None
    if actor.role in OUTSIDE:
        case.role = actor.role
        return None if actor.role in row.roles else no(Reason.WRONG_ROLE, role=str(actor.role))
    if not actor.person.active:
        return no(Reason.WRONG_ROLE)
    held = [g for g in actor.person.grants if g.role in row.roles]
    if _acts_as_executor(case):
        case.role = Role.EXECUTOR
        return None
    if not held:
        return no(Reason.WRONG_ROLE, role=str(row.roles[0]))
    here = [g for g in held if _is_here(g, case)]
    if not here:
        return no(Reason.WRONG_ORGANISATION, role=str(held[0].role))
    covering = [g for g in here if _covers(g, case)]
    if not covering:
        return no(Reason.NOT_ENTITLED, role=str(here[0].role))
    case.role = min(covering, key=lambda g: row.roles.index(g.role)).role
    return None


def _acts_as_executor(case: Case) -> bool:
    """The named executor acts as one: also a coordinator who took the message himself (row 7)."""
    message = case.message
    if message is None or message.executor is None or Role.EXECUTOR not in case.row.roles:
        return False
    if case.row.guards[:1] != ("is_the_executor",) and "sees_message" not in case.row.guards:
        return False
    organisation = message.owner
    return message.executor in case.names() and any(
        g.organisation == organisation and g.role in (Role.EXECUTOR, Role.COORDINATOR) for g in case.actor.person.grants
    )


def _is_here(grant: Grant, case: Case) -> bool:
    message = case.message
    if message is None or not WHEREVER.isdisjoint(case.row.guards):
        return True
    if grant.organisation == place_of(grant.role, message):
        return True
    if grant.role is Role.OPERATOR and message.registered_by == case.user_id:
        return True
    return grant.role in UPWARD and case.directory.tree.is_subordinate(message.owner, grant.organisation)


def place_of(role: Role, message: Message) -> OrganisationId:
    """Where a role must be held: moderators belong to the top cabinet (T 3.2), all others to the owning one."""
    return message.top if role is Role.MODERATOR else message.owner


def _covers(grant: Grant, case: Case) -> bool:
    message = case.message
    if message is None or not grant.topics or grant.role in (Role.EXECUTOR, Role.OPERATOR):
        return True
    if not BY_NAME.isdisjoint(case.row.guards) or not WHEREVER.isdisjoint(case.row.guards):
        return True
    return grant.covers(message.category, message.subcategory)
