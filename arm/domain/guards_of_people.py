"""The guards that judge whom a command names: executors, endorsers, approvers, substitutes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from arm.domain.cases import Case, no
from arm.domain.commands import PassOn, ProposeRedirect, Submit
from arm.domain.identity import Role, UserId
from arm.domain.message import Stage
from arm.domain.naming import awaited, entitled, may_decide, may_execute, may_stand_in, own_answer_allowed, unavailable
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
    if command.to == (command.instead_of or case.principal):
        return no(Reason.SAME_PERSON, "to")
    regulation, owner = case.regulation, message.owner
    at_approval = message.stage is Stage.APPROVAL
    roles = regulation.approver_roles if at_approval else regulation.endorser_roles
    if not entitled(person, roles, owner):
        return no(Reason.NOT_NAMEABLE, "to", person=person.full_name)
    if not may_decide(regulation, message, person):
        return no(Reason.NOT_ENTITLED, "to", person=person.full_name)
    if not may_stand_in(case.directory, regulation, message, person):
        return no(Reason.APPROVES_OWN_ANSWER if at_approval else Reason.SAME_PERSON, "to")
    return None


def decider_unavailable(case: Case) -> Refused | None:
    """Own: another decides only where the named one can't; the guard writes into the command whom he replaces."""
    message, command = case.present, case.command
    gone = unavailable(case.directory, case.regulation, message, case.setting.now)
    named = command.instead_of if isinstance(command, PassOn) else None
    if not gone or (named is not None and named not in gone):
        about = named if named is not None else next(iter(awaited(message)), None)
        return no(Reason.DECIDER_AVAILABLE, "instead_of" if named else "", person=case.directory.name(about))
    if not isinstance(command, PassOn) or named is not None:
        return None
    if len(gone) > 1:
        return no(Reason.MISSING_FIELD, "instead_of")
    case.command = replace(command, instead_of=gone[0])
    return None


def own_task_alone(case: Case) -> Refused | None:
    """A decider passes on what is asked of him, never of another (D 3.7 в)."""
    command = case.command
    if isinstance(command, PassOn) and command.instead_of not in (None, case.principal):
        return no(Reason.WRONG_ROLE, "instead_of")
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
    decider_unavailable,
    own_task_alone,
    substitute_entitled,
    cause_or_reason,
)
