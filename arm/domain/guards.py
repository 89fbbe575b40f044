"""The named guards of the table: each says nothing, or why this person may not do this to this message now.

A guard that judges what was given says nothing where the field is empty: the row's required fields speak of that,
and the action bar asks without a command.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from arm.domain import guards_of_fields as fields
from arm.domain.cases import Case, no
from arm.domain.clocks import Level
from arm.domain.commands import Cause, CorrectApplicant, Rate, Reassign, Verb, Warn, WarningChannel, WarningKind
from arm.domain.guards_of_people import GUARDS_OF_PEOPLE
from arm.domain.identity import Role, UserId
from arm.domain.message import Closed, Delivery, Message, Stage, Subject
from arm.domain.naming import answered_by, endorsed_by, entitled, may_replace_executor, own_answer_allowed
from arm.domain.refusals import Reason, Refused
from arm.domain.visibility import Sight, sight_of

Guard = Callable[[Case], Refused | None]


def new_message(case: Case) -> Refused | None:
    return None if case.message is None else no(Reason.ALREADY_REGISTERED)


def category_given(case: Case) -> Refused | None:
    return None if case.present.category else no(Reason.CATEGORY_EMPTY)


def handed_down_before(case: Case) -> Refused | None:
    stack = case.present.handed_down
    if not stack or stack[-1].sender not in case.directory.tree:
        return no(Reason.NOBODY_HANDED_DOWN)
    return None


def is_the_executor(case: Case) -> Refused | None:
    executor = case.present.executor
    if executor is None or executor not in case.names():
        return no(Reason.NOT_THE_EXECUTOR, executor=case.directory.name(executor))
    case.stands_for = None if executor == case.user_id else executor
    if case.stands_for is not None and not may_replace_executor(case.directory, case.present, case.actor.person):
        return no(Reason.WRONG_ROLE, role=Role.EXECUTOR.value)
    return None


def not_in_work(case: Case) -> Refused | None:
    return no(Reason.NOTHING_CHANGED) if case.present.in_work else None


def coordinator_or_dismissal(case: Case) -> Refused | None:
    """The administrator steps in on dismissal alone (K 5.2)."""
    command = case.command
    if case.role is Role.ADMINISTRATOR and isinstance(command, Reassign):
        return no(Reason.WRONG_ROLE, "cause") if command.cause not in (None, Cause.DISMISSAL) else None
    return None


def is_asked_body(case: Case) -> Refused | None:
    """A coordinator or executor of an organisation whose inquiry is open."""
    wanted = getattr(case.command, "inquiry_id", "")
    inquiries = [i for i in case.present.inquiries if not wanted or i.inquiry_id == wanted]
    if not inquiries:
        return no(Reason.UNKNOWN_INQUIRY, "inquiry_id")
    held = {g.organisation for g in case.actor.person.grants if g.role in case.row.roles}
    mine = [i for i in inquiries if i.organisation in held]
    if not mine:
        return no(Reason.WRONG_ORGANISATION)
    return None if any(i.is_open for i in mine) else no(Reason.ALREADY_DECIDED, "inquiry_id")


def is_named_endorser(case: Case) -> Refused | None:
    route = case.present.route
    tasks = {t.user_id: t for t in route.endorsers} if route is not None else {}
    named = [u for u in case.names() if u in tasks]
    if not named:
        return no(Reason.NOT_AN_ENDORSER)
    waiting = [u for u in named if tasks[u].endorsed_at is None]
    if route is None or not waiting:
        return no(Reason.ALREADY_DECIDED)
    refused = _decides(case, waiting[0], case.regulation.endorser_roles)
    if refused is not None or case.stands_for is None or case.present.subject is not Subject.ANSWER:
        return refused
    taken = {route.approver, *answered_by(case.present)}
    return _own_answer(case, taken)


def is_named_approver(case: Case) -> Refused | None:
    message = case.present
    route = message.route
    if route is None or route.approver not in case.names():
        return no(Reason.NOT_THE_APPROVER, approver=case.directory.name(route.approver if route else None))
    refused = _decides(case, route.approver, case.regulation.approver_roles)
    if refused is not None or message.subject is not Subject.ANSWER:
        return refused
    return _own_answer(case, {*answered_by(message), *endorsed_by(message)})


def _own_answer(case: Case, taken: set[UserId]) -> Refused | None:
    """Neither author, endorser nor approver takes a second part in an answer, unless the body has one manager (own)."""
    if case.user_id in taken and not own_answer_allowed(case.directory, case.present.organisation):
        return no(Reason.APPROVES_OWN_ANSWER)
    return None


def is_named_decider(case: Case) -> Refused | None:
    if case.present.stage is Stage.APPROVAL:
        return is_named_approver(case)
    return is_named_endorser(case)


def _decides(case: Case, named: UserId, roles: tuple[Role, ...]) -> Refused | None:
    """Entitlement again at the decision: the one who decides, and the absent one he stands in for (D 3.7 в, 3.9 в)."""
    message = case.present
    case.stands_for = None if named == case.user_id else named
    category = message.category if message.subject is Subject.ANSWER else ""
    absent = case.directory.people.get(named) if case.stands_for else None
    for person in (case.actor.person, absent):
        if person is None:
            continue
        if not entitled(person, roles, message.owner):
            return no(Reason.WRONG_ROLE, role=str(roles[0]) if roles else "")
        if category and not entitled(person, roles, message.owner, category, message.subcategory):
            return no(Reason.NOT_ENTITLED)
    return None


def rateable(case: Case) -> Refused | None:
    """One mark, 1–5, per final answer; declined in moderation, stopped or split: nothing to rate (A 1)."""
    message, command = case.present, case.command
    answer = message.answer
    if answer is None or answer.approved_at is None or message.closed_as in (Closed.STOPPED, Closed.SPLIT):
        return no(Reason.CANNOT_BE_RATED)
    if any(mark.at >= answer.approved_at for mark in message.marks):
        return no(Reason.ALREADY_RATED)
    if isinstance(command, Rate) and not 1 <= command.mark <= 5:
        return no(Reason.MARK_OUT_OF_RANGE, "mark")
    return None


def is_repeat(case: Case) -> Refused | None:
    return None if case.present.is_repeat else no(Reason.NOT_A_REPEAT)


def is_named_to_stop(case: Case) -> Refused | None:
    """A person of the top cabinet named for it (K 3)."""
    top = case.present.top
    if case.user_id in case.directory.stop_deciders and any(g.organisation == top for g in case.actor.person.grants):
        return None
    return no(Reason.NOT_NAMED_TO_STOP)


def kind_holds(case: Case) -> Refused | None:
    """The kind of warning must be true at this moment (D 4.1 а–в)."""
    message, now = case.present, case.setting.now
    kinds = (case.command.kind,) if isinstance(case.command, Warn) else tuple(WarningKind)
    if kinds == (None,) or any(k is not None and warning_holds(k, message, now) for k in kinds):
        return None
    return no(Reason.NOTHING_TO_WARN, "kind")


def warning_holds(kind: WarningKind, message: Message, now: datetime) -> bool:
    """Whether a list of the curator's day holds this message (D 4.1)."""
    clocks = message.clocks
    if kind is WarningKind.ANSWER_OVER:
        return clocks.is_over(now)
    if kind is WarningKind.STAGE_OVER:
        return clocks.is_stage_over(now)
    return message.stage in (Stage.EXECUTION, Stage.ENDORSEMENT) and clocks.level(now) is Level.NEAR


def channel_allowed(case: Case) -> Refused | None:
    """An overdue answer is warned of in writing: a call never ticks it off (D 4.1 в)."""
    command = case.command
    if (
        isinstance(command, Warn)
        and command.kind is WarningKind.ANSWER_OVER
        and command.channel is WarningChannel.PHONE
    ):
        return no(Reason.CHANNEL_NOT_ALLOWED, "channel")
    return None


def sees_message(case: Case) -> Refused | None:
    """Only what one may see whole or follows can be added to; contacts only by the operator who took them down."""
    sight = sight_of(case.present, case.actor.person, case.directory, case.setting.now)
    if sight is Sight.STATUS and case.row.verb is Verb.CORRECT_APPLICANT:
        took_it = case.present.registered_by
        return None if took_it is not None and took_it in case.names() else no(Reason.WRONG_ORGANISATION)
    return None if sight in (Sight.FULL, Sight.STATUS) else no(Reason.WRONG_ORGANISATION)


def for_delivery(case: Case) -> Refused | None:
    message = case.present
    if message.delivery is Delivery.CABINET or message.closed_as not in (Closed.ANSWERED, Closed.DECLINED):
        return no(Reason.NOT_FOR_DELIVERY)
    closed_at = message.closed_at
    if any(t.reached and (closed_at is None or t.at >= closed_at) for t in message.deliveries):
        return no(Reason.ALREADY_DECIDED)
    return None


def sent_last(case: Case) -> Refused | None:
    step = case.present.last_step
    if step is None:
        return no(Reason.NOTHING_TO_RECALL)
    return None if step.user_id == case.user_id else no(Reason.ACTED_UPON)


def something_changed(case: Case) -> Refused | None:
    command, message = case.command, case.present
    if isinstance(command, CorrectApplicant):
        known = message.applicant
        given = {n: getattr(command, n).strip() for n in ("name", "phone", "email", "address")}
        if not any(v and v != (getattr(known, n) if known else "") for n, v in given.items()):
            return no(Reason.NOTHING_CHANGED)
        return None
    return fields.topic_changed(case)


_OWN: tuple[Guard, ...] = (
    new_message,
    category_given,
    handed_down_before,
    is_the_executor,
    not_in_work,
    coordinator_or_dismissal,
    is_asked_body,
    is_named_endorser,
    is_named_approver,
    is_named_decider,
    rateable,
    is_repeat,
    is_named_to_stop,
    kind_holds,
    channel_allowed,
    sees_message,
    for_delivery,
    sent_last,
    something_changed,
)
GUARDS: dict[str, Guard] = {guard.__name__: guard for guard in (*_OWN, *fields.GUARDS_OF_FIELDS, *GUARDS_OF_PEOPLE)}
"""Every guard a table may name."""
