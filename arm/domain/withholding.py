"""How a message and its timeline are cut for those who may not see all of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from arm.domain.clocks import Clocks
from arm.domain.commands import (
    AnswerInquiry,
    Command,
    CorrectApplicant,
    HandUp,
    Register,
    RequestDocuments,
    Submit,
    Verb,
)
from arm.domain.events import Event
from arm.domain.identity import OrganisationId
from arm.domain.message import Answer, Delivery, Inquiry, Message, Stage

INTERNAL = frozenset({Verb.COMMENT, Verb.WARN, Verb.REQUEST_DOCUMENTS, Verb.ANSWER_INQUIRY, Verb.RECALL})
"""Entries that are the cabinet's own business."""
OUTWARD = frozenset(
    {
        Verb.REGISTER,
        Verb.ACCEPT,
        Verb.DECLINE,
        Verb.SPLIT,
        Verb.CHANGE_ORGANISATION,
        Verb.RECLASSIFY,
        Verb.REDIRECT,
        Verb.HAND_DOWN,
        Verb.HAND_UP,
        Verb.APPROVE,
        Verb.RATE,
        Verb.STOP_RECONSIDERATION,
        Verb.DELIVER,
    }
)
"""Entries from which one learns where a message stands, and its answer."""
HANDED_ON = frozenset({Verb.ACCEPT, Verb.CHANGE_ORGANISATION})
"""A moderator's steps after which he only follows the message."""

Seen = tuple[Message, tuple[Event, ...]]


def cut(
    message: Message,
    timeline: tuple[Event, ...],
    sight: str,
    organisations: frozenset[OrganisationId] | None,
) -> Seen:
    """Below FULL: `history`, `status`, `inquiry` or `bare`, as `visibility.Sight` names them."""
    if sight == "inquiry":
        return _inquiry(message, timeline, organisations)
    if sight == "bare":
        return _bare(message), ()
    if sight == "history":
        return _history(message, timeline, organisations)
    return _status(message, timeline, organisations)


def _history(message: Message, timeline: tuple[Event, ...], organisations: frozenset[OrganisationId] | None) -> Seen:
    """Read-only; internal notes only up to the moment the message left these organisations (D 4.1).

    Of what others did with it since then one sees the steps, not the drafts, reasons and names given with them.
    """
    left_at, mine = _left_at(message, organisations), _asked(message, organisations)
    entries = []
    for event in timeline:
        if _is_about(event, mine):
            entries.append(replace(event, notices=()))
        elif left_at is not None and event.at <= left_at:
            entries.append(_without_applicant(event))
        elif event.verb not in INTERNAL:
            entries.append(_without_given(_without_applicant(event)))
    kept = _recallable(message, replace(message, applicant=None), HANDED_ON | {Verb.HAND_DOWN})
    return replace(kept, inquiries=mine), tuple(entries)


def _without_given(event: Event) -> Event:
    """The step alone; what goes out to the applicant, and where the message went, may be read by all who follow it."""
    if event.verb in OUTWARD and event.verb is not Verb.HAND_UP:
        return event
    return replace(event, command=type(event.command)())


def _asked(message: Message, organisations: frozenset[OrganisationId] | None) -> tuple[Inquiry, ...]:
    """The inquiries to these organisations: whoever is asked must see the question, whatever else he may see."""
    known = organisations or frozenset()
    return tuple(i for i in message.inquiries if i.organisation in known and not i.closed_unanswered)


def _recallable(message: Message, kept: Message, verbs: frozenset[Verb]) -> Message:
    """Whoever has just sent it on sees less of it already, and may still take it back (row 27)."""
    step, plain = message.last_step, _plain(kept)
    if step is None or step.verb not in verbs:
        return plain
    before = _plain(replace(step.before, applicant=kept.applicant))
    return replace(plain, last_step=replace(step, before=before))


def _left_at(message: Message, organisations: frozenset[OrganisationId] | None) -> datetime | None:
    if not organisations:
        return None
    elsewhere = organisations - {message.owner}
    stays = [v for v in message.clocks.visits if v.organisation in elsewhere]
    return max((v.left_at for v in stays if v.left_at is not None), default=None)


def _status(message: Message, timeline: tuple[Event, ...], organisations: frozenset[OrganisationId] | None) -> Seen:
    """Text, status and the given answer; contacts only where an operator has to bring the answer (D 2.1 ж)."""
    keeps = message.delivery is not Delivery.CABINET
    kept = _recallable(message, message if keeps else replace(message, applicant=None), HANDED_ON)
    mine = _asked(message, organisations)
    entries = tuple(
        replace(e, notices=()) if _is_about(e, mine) else _without_inner(e if keeps else _without_applicant(e))
        for e in timeline
        if e.verb in OUTWARD or _is_about(e, mine)
    )
    return replace(kept, inquiries=mine), entries


def _without_inner(event: Event) -> Event:
    command = replace(event.command, reason="") if isinstance(event.command, HandUp) else event.command
    born = _plain(event.born) if event.born is not None else None
    return replace(event, command=command, born=born, notices=())


def _plain(message: Message) -> Message:
    """Without inner notes, drafts of answers, routes and the way back; a given answer stays."""
    answer = message.answer
    given = answer is not None and answer.approved_at is not None
    return replace(
        message,
        answer=_for_outside(answer) if given and answer is not None else None,
        earlier_answers=tuple(_for_outside(a) for a in message.earlier_answers),
        route=None,
        last_route=None,
        redirect=None,
        inquiries=(),
        warnings=(),
        return_reason="",
        returned_by="",
        proposed_executor=None,
        last_step=None,
    )


def _for_outside(answer: Answer) -> Answer:
    return replace(answer, comment="", comment_files=(), text_before_edit=None, edited_by="")


def _without_applicant(event: Event) -> Event:
    """The entry without personal data and inner comments of what was given."""
    command: Command = event.command
    if isinstance(command, Register):
        command = replace(command, applicant=None)
    elif isinstance(command, CorrectApplicant):
        command = CorrectApplicant()
    elif isinstance(command, Submit):
        command = replace(command, comment="", comment_files=())
    born = _plain(replace(event.born, applicant=None)) if event.born is not None else None
    return replace(event, command=command, born=born, notices=())


def _empty(message: Message) -> Message:
    """Number, stage, place and clocks: nothing that the applicant wrote and nobody's name."""
    clocks = message.clocks
    return Message(
        message_id=message.message_id,
        number=message.number,
        text="",
        registered_at=message.registered_at,
        regulation=message.regulation,
        stage=message.stage,
        clocks=Clocks(started_at=clocks.started_at, stage_entered_at=clocks.stage_entered_at),
        top=message.top,
        closed_as=message.closed_as,
        closed_at=message.closed_at,
    )


def _bare(message: Message) -> Message:
    """What an administrator needs to move work off a dismissed person: place, topic, clocks, who does and decides."""
    is_deciding = message.stage in (Stage.ENDORSEMENT, Stage.APPROVAL)
    route = message.route if is_deciding else None
    tasks = tuple(replace(t, text_hash="") for t in route.endorsers) if route is not None else ()
    return replace(
        _empty(message),
        clocks=replace(message.clocks, visits=()),
        organisation=message.organisation,
        category=message.category,
        subcategory=message.subcategory,
        executor=message.executor,
        in_work=message.in_work,
        subject=message.subject,
        route=replace(route, endorsers=tasks) if route is not None else None,
    )


def _inquiry(message: Message, timeline: tuple[Event, ...], organisations: frozenset[OrganisationId] | None) -> Seen:
    """The question asked and its files, and the answer to it: neither applicant nor text (T 3.5)."""
    everybody = frozenset(i.organisation for i in message.inquiries)
    mine = _asked(message, everybody if organisations is None else organisations)
    kept = replace(_empty(message), organisation=message.organisation, inquiries=mine)
    entries = tuple(replace(e, clocks=kept.clocks, notices=(), born=None) for e in timeline if _is_about(e, mine))
    return kept, entries


def _is_about(event: Event, mine: tuple[Inquiry, ...]) -> bool:
    command = event.command
    return isinstance(command, RequestDocuments | AnswerInquiry) and any(
        i.inquiry_id == command.inquiry_id for i in mine
    )
