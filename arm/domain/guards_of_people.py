"""The guards that judge whom a command names: executors, endorsers, approvers, substitutes."""

from __future__ import annotations

from collections.abc import Callable

from arm.domain.cases import Case, no
from arm.domain.commands import PassOn, ProposeRedirect, Submit
from arm.domain.identity import Role, UserId
from arm.domain.message import Stage
from arm.domain.naming import entitled, may_execute, may_stand_in, own_answer_allowed
from arm.domain.refusals import Reason, Refused


def executor_there(case: Case) -> Refused | None:
    named = getattr(case.command, "executor", None)
    if named is None:
        return None
    person = case.directory.people.get(named)
    if person is None:
        return no(Reason.UNKNOWN_PERSON, "executor")
    if not may_execute(person, case.present.owner):
        return no(Reason.NOT_EXECUTOR_THERE, "executor", person=person.full_name)
    return None


def other_executor(case: Case) -> Refused | None:
    named = getattr(case.command, "executor", None)
    if named is not None and named == case.present.executor:
        return no(Reason.SAME_PERSON, "executor")
    return None


def route_nameable(case: Case) -> Refused | None:
    """Endorsers and approver are known and entitled; the approver is neither executor nor endorser of the answer."""
    command, message = case.command, case.present
    if not isinstance(command, Submit | ProposeRedirect):
        return None
    topic = (message.category, message.subcategory) if isinstance(command, Submit) else ("", "")
    regulation = case.regulation
    for named in command.endorsers:
        refused = _nameable(case, named, "endorsers", regulation.endorser_roles, topic)
        if refused is not None:
            return refused
        if isinstance(command, Submit) and named in (message.executor, case.user_id):
            return no(Reason.SAME_PERSON, "endorsers")
    if len(set(command.endorsers)) < len(command.endorsers):
        return no(Reason.SAME_PERSON, "endorsers")
    if command.approver is None:
        return None
    refused = _nameable(case, command.approver, "approver", regulation.approver_roles, topic)
    if refused is not None or not isinstance(command, Submit):
        return refused
    taken = (message.executor, case.user_id, *command.endorsers)
    if command.approver in taken and not own_answer_allowed(case.directory, message.organisation):
        return no(Reason.APPROVES_OWN_ANSWER, "approver")
    return None


def _nameable(case: Case, named: UserId, name: str, roles: tuple[Role, ...], topic: tuple[str, str]) -> Refused | None:
    person = case.directory.people.get(named)
    if person is None:
        return no(Reason.UNKNOWN_PERSON, name)
    owner = case.present.owner
    if not entitled(person, roles, owner):
        return no(Reason.NOT_NAMEABLE, name, person=person.full_name)
    if topic[0] and not entitled(person, roles, owner, *topic):
        return no(Reason.NOT_ENTITLED, name, person=person.full_name)
    return None


def substitute_entitled(case: Case) -> Refused | None:
    command, message = case.command, case.present
    if not isinstance(command, PassOn) or command.to is None:
        return None
    person = case.directory.people.get(command.to)
    if person is None:
        return no(Reason.UNKNOWN_PERSON, "to")
    if command.to == case.principal:
        return no(Reason.SAME_PERSON, "to")
    regulation, owner = case.regulation, message.owner
    at_approval = message.stage is Stage.APPROVAL
    roles = regulation.approver_roles if at_approval else regulation.endorser_roles
    if not entitled(person, roles, owner):
        return no(Reason.NOT_NAMEABLE, "to", person=person.full_name)
    if not entitled(person, roles, owner, message.category, message.subcategory):
        return no(Reason.NOT_ENTITLED, "to", person=person.full_name)
    if not may_stand_in(case.directory, regulation, message, person):
        return no(Reason.APPROVES_OWN_ANSWER if at_approval else Reason.SAME_PERSON, "to")
    return None


def cause_or_reason(case: Case) -> Refused | None:
    """An endorser gives a reason (D 3.7 в), an approver a cause: отпуск, болезнь, увольнение (D 3.9 в)."""
    command = case.command
    if not isinstance(command, PassOn):
        return None
    if case.present.stage is Stage.APPROVAL:
        return no(Reason.MISSING_FIELD, "cause") if command.cause is None else None
    return None if command.reason.strip() else no(Reason.MISSING_FIELD, "reason")


GUARDS_OF_PEOPLE: tuple[Callable[[Case], Refused | None], ...] = (
    executor_there,
    other_executor,
    route_nameable,
    substitute_entitled,
    cause_or_reason,
)
