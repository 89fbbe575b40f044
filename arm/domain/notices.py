"""Who is told what of an event: the stored notices of the applicant, of users and of a role in an organisation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from arm.domain.cases import Case
from arm.domain.commands import Approve, Endorse, Verb, Warn
from arm.domain.events import Event, Notice, NoticeKind
from arm.domain.identity import OrganisationId, Role, UserId
from arm.domain.message import Message, Result, Stage

APPLICANT = "applicant"
_TO_APPLICANT = {
    Verb.REGISTER: NoticeKind.REGISTERED,
    Verb.DECLINE: NoticeKind.DECLINED,
    Verb.SPLIT: NoticeKind.SPLIT,
    Verb.REDIRECT: NoticeKind.REDIRECTED,
    Verb.HAND_DOWN: NoticeKind.HANDED_DOWN,
    Verb.STOP_RECONSIDERATION: NoticeKind.STOPPED,
    Verb.RATE: NoticeKind.REOPENED,
}
_TO_EXECUTOR = {
    Verb.ASSIGN: NoticeKind.ASSIGNED,
    Verb.REASSIGN: NoticeKind.ASSIGNED,
    Verb.REJECT: NoticeKind.RETURNED,
    Verb.WARN: NoticeKind.WARNED,
    Verb.ANSWER_INQUIRY: NoticeKind.INQUIRY_ANSWERED,
    Verb.APPROVE: NoticeKind.ANSWERED,
}
_TO_COORDINATORS = {
    Verb.SEND_BACK: NoticeKind.RETURNED,
    Verb.HAND_UP: NoticeKind.RETURNED,
    Verb.RATE: NoticeKind.REOPENED,
}

Told = tuple[str, NoticeKind]


def user(user_id: UserId) -> str:
    return f"user:{user_id}"


def role_at(role: Role, organisation: OrganisationId) -> str:
    return f"role:{role.value}@{organisation}"


def notices_of(case: Case, event: Event, before: Message | None, after: Message) -> tuple[Notice, ...]:
    """One notice per recipient and kind; nobody is told what he did himself."""
    told: dict[Told, None] = {}
    for name in case.row.tells:
        told.update(dict.fromkeys(_TELLS[name](case, event, before or after, after)))
    told.update(dict.fromkeys(_always(case, event, before, after)))
    if not told:
        return ()
    params = _params(case, event, after)
    himself = user(event.actor.user_id)
    return tuple(Notice(recipient=r, kind=k, params=params) for r, k in told if r != himself)


def _params(case: Case, event: Event, after: Message) -> dict[str, str]:
    here = case.directory.organisation(after.owner)
    params = {"number": after.number, "organisation": here.name if here is not None else ""}
    command = event.command
    if isinstance(command, Warn) and command.kind is not None and command.channel is not None:
        params |= {"kind": command.kind.value, "channel": command.channel.value}
    if event.verb is Verb.APPROVE and after.postponed_until is not None:
        params["date"] = after.postponed_until.isoformat()
    return params


def _applicant(case: Case, event: Event, before: Message, after: Message) -> Iterator[Told]:
    if event.verb is Verb.HAND_DOWN and not case.regulation.notice_on_hand_down:
        return
    if event.verb is Verb.RATE and after.stage is Stage.CLOSED:
        return
    if event.verb is Verb.APPROVE:
        yield APPLICANT, _of_approval(before)
    elif event.verb in _TO_APPLICANT:
        yield APPLICANT, _TO_APPLICANT[event.verb]


def _of_approval(before: Message) -> NoticeKind:
    if before.redirect is not None:
        return NoticeKind.REDIRECTED
    postponed = before.answer is not None and before.answer.result is Result.POSTPONED
    return NoticeKind.POSTPONED if postponed else NoticeKind.ANSWERED


def _executor(case: Case, event: Event, before: Message, after: Message) -> Iterator[Told]:
    if after.executor is not None and event.verb in _TO_EXECUTOR:
        kind = _TO_EXECUTOR[event.verb]
        if event.verb is Verb.APPROVE and after.is_open:
            kind = NoticeKind.POSTPONED
        yield user(after.executor), kind


def _former_executor(case: Case, event: Event, before: Message, after: Message) -> Iterator[Told]:
    if before.executor is not None and before.executor != after.executor:
        yield user(before.executor), NoticeKind.TASK_WITHDRAWN


def _coordinators(case: Case, event: Event, before: Message, after: Message) -> Iterator[Told]:
    if after.organisation is not None and after.stage is Stage.COORDINATION:
        kind = _TO_COORDINATORS.get(event.verb, NoticeKind.TASK)
        yield role_at(Role.COORDINATOR, after.organisation), kind


def _proposer(case: Case, event: Event, before: Message, after: Message) -> Iterator[Told]:
    if before.redirect is not None and after.redirect is None:
        returned = event.verb is Verb.REJECT
        yield user(before.redirect.proposer), NoticeKind.RETURNED if returned else NoticeKind.REDIRECTED


def _endorsers(case: Case, event: Event, before: Message, after: Message) -> Iterator[Told]:
    """New tasks; an edit is told to those who had endorsed; a rejection takes the others' tasks away."""
    was = {t.user_id: t for t in before.route.endorsers} if before.route is not None else {}
    now = {t.user_id: t for t in after.route.endorsers} if after.route is not None else {}
    for who, task in now.items():
        if who not in was and task.endorsed_at is None:
            yield user(who), NoticeKind.TASK
    for who, task in was.items():
        if who not in now and task.endorsed_at is None:
            yield user(who), NoticeKind.TASK_WITHDRAWN
    text = event.command.text if isinstance(event.command, Endorse | Approve) else None
    if text is not None and before.answer is not None and before.answer.text != text:
        yield from ((user(w), NoticeKind.TEXT_EDITED) for w, t in was.items() if t.endorsed_at is not None)


def _approver(case: Case, event: Event, before: Message, after: Message) -> Iterator[Told]:
    if after.stage is Stage.APPROVAL and after.route is not None:
        was = before.route.approver if before.stage is Stage.APPROVAL and before.route is not None else None
        if after.route.approver != was:
            yield user(after.route.approver), NoticeKind.TASK
            if was is not None:
                yield user(was), NoticeKind.TASK_WITHDRAWN


def _holder(case: Case, event: Event, before: Message, after: Message) -> Iterator[Told]:
    """Whoever has the message on his desk now; on closing, whoever had it."""
    kind = NoticeKind.WARNED if event.verb is Verb.WARN else NoticeKind.TASK
    held = after
    if not after.is_open:
        kind, held = NoticeKind.TASK_WITHDRAWN, before
    yield from ((recipient, kind) for recipient in holders(held))


def holders(message: Message) -> tuple[str, ...]:
    """Recipients who can act on a message now, by stage."""
    route = message.route
    if message.stage is Stage.MODERATION:
        return (role_at(Role.MODERATOR, message.top),)
    if message.stage is Stage.COORDINATION:
        return (role_at(Role.COORDINATOR, message.owner),)
    if message.stage is Stage.EXECUTION and message.executor is not None:
        return (user(message.executor),)
    if message.stage is Stage.ENDORSEMENT and route is not None:
        return tuple(user(t.user_id) for t in route.endorsers if t.endorsed_at is None)
    return (user(route.approver),) if message.stage is Stage.APPROVAL and route is not None else ()


def _curator(case: Case, event: Event, before: Message, after: Message) -> Iterator[Told]:
    if event.verb is not Verb.RATE or after.is_open:
        yield role_at(Role.CURATOR, after.owner), NoticeKind.CURATOR_TOLD


def _asked(case: Case, event: Event, before: Message, after: Message) -> Iterator[Told]:
    asked = getattr(event.command, "organisation", None)
    if asked is not None:
        yield role_at(Role.COORDINATOR, asked), NoticeKind.INQUIRY


def _always(case: Case, event: Event, before: Message | None, after: Message) -> Iterable[Told]:
    """Whatever the row says: a recall takes the task it gave away again, a withdrawn inquiry is told."""
    if before is None:
        return ()
    open_after = {i.inquiry_id for i in after.inquiries if i.is_open}
    lost = {
        role_at(Role.COORDINATOR, i.organisation)
        for i in before.inquiries
        if i.is_open and i.inquiry_id not in open_after and event.verb is not Verb.ANSWER_INQUIRY
    }
    if event.verb is Verb.RECALL:
        lost |= set(holders(before)) - set(holders(after))
    return ((recipient, NoticeKind.TASK_WITHDRAWN) for recipient in sorted(lost))


def split_notice(message: Message, born: tuple[Message, ...]) -> Notice:
    """The applicant is told all numbers (row 3a)."""
    numbers = ", ".join(one.number for one in born)
    return Notice(recipient=APPLICANT, kind=NoticeKind.SPLIT, params={"number": message.number, "numbers": numbers})


_TELLS = {
    "applicant": _applicant,
    "executor": _executor,
    "former_executor": _former_executor,
    "coordinators": _coordinators,
    "proposer": _proposer,
    "endorsers": _endorsers,
    "approver": _approver,
    "holder": _holder,
    "curator": _curator,
    "asked": _asked,
}
TELLS = frozenset(_TELLS)
"""Every recipient a row may tell."""
