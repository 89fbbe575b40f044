"""`apply`: the message after an event, each named effect's part of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from arm.domain.apply_answers import (
    declined,
    give_answer,
    pass_on,
    propose_answer,
    propose_redirect,
    record_endorsement,
    record_mark,
    return_work,
    void_endorsements,
)
from arm.domain.commands import (
    Accept,
    AnswerInquiry,
    Assign,
    CorrectApplicant,
    Decline,
    Deliver,
    Reassign,
    Reclassify,
    RequestDocuments,
    Split,
    Verb,
    Warn,
)
from arm.domain.events import Event
from arm.domain.identity import OrganisationId, Role
from arm.domain.message import (
    Answer,
    Applicant,
    Closed,
    DeliveryTry,
    HandDown,
    Inquiry,
    LastStep,
    Message,
    Stage,
    Subject,
    Warning_,
)
from arm.domain.sketch import Sketch


def apply(message: Message | None, event: Event) -> Message:
    """The message after the event; pure, total for events that `decide` made."""
    if event.born is not None:
        return event.born
    if message is None:
        raise ValueError("an event of a message that is not there")
    sketch = Sketch(message, event)
    for name in event.effects:
        part = PARTS.get(name)
        if part is not None:
            part(sketch)
    if "restore" in event.effects:
        return replace(message.last_step.before if message.last_step else message, **sketch.changes)
    sketch.set(stage=event.stage_to, clocks=event.clocks)
    decided = event.stage_from is Stage.MODERATION and event.stage_to is not Stage.MODERATION
    if decided and event.actor.role is Role.MODERATOR:
        sketch.set(moderator=event.actor.user_id)
    if event.verb not in (Verb.COMMENT, Verb.WARN):
        sketch.set(last_step=_last_step(message, event))
    return replace(message, **sketch.changes)


def _last_step(message: Message, event: Event) -> LastStep | None:
    if not event.is_recallable or event.command_id is None or event.stage_to is Stage.CLOSED:
        return None
    return LastStep(
        command_id=event.command_id,
        user_id=event.actor.user_id,
        verb=event.verb,
        before=replace(message, last_step=None),
    )


def _came_into(sketch: Sketch, *organisations: OrganisationId | None) -> None:
    visited = list(sketch.now("visited"))
    visited.extend(dict.fromkeys(o for o in organisations if o is not None and o not in visited))
    sketch.set(visited=tuple(visited))


def place(sketch: Sketch) -> None:
    """Another organisation answers from now on: what the former one had under way stays with its timeline."""
    event = sketch.event
    first = event.hops[0].sender if event.hops else event.organisation_to
    _came_into(sketch, first, *(hop.receiver for hop in event.hops), event.organisation_to)
    sketch.set(
        organisation=event.organisation_to,
        coordinator=None,
        executor=None,
        in_work=False,
        proposed_executor=event.executor,
        answer=None,
        route=None,
        last_route=None,
        redirect=None,
        is_rework=False,
        return_reason="",
        returned_by="",
        handed_down=_stack(sketch),
    )


def _stack(sketch: Sketch) -> tuple[HandDown, ...]:
    """Unreturned hand-downs: they end with a redirect or a re-opening."""
    if "hand_up" in sketch.event.effects:
        return sketch.message.handed_down[:-1]
    if "hand_down" in sketch.event.effects:
        return (*sketch.message.handed_down, *sketch.event.hops)
    return sketch.event.hops


def hand_up(sketch: Sketch) -> None:
    place(sketch)
    sketch.set(return_reason=getattr(sketch.event.command, "reason", ""), returned_by=sketch.event.actor.name)


def set_topic(sketch: Sketch) -> None:
    command = sketch.event.command
    if isinstance(command, Accept | Reclassify):
        sketch.set(
            category=command.category or sketch.now("category"),
            subcategory=command.subcategory,
            fact=command.fact,
        )
    if isinstance(command, Accept) and command.address is not None:
        sketch.set(address=command.address)


def set_executor(sketch: Sketch) -> None:
    event = sketch.event
    named = event.command.executor if isinstance(event.command, Assign | Reassign) else event.actor.user_id
    sketch.set(executor=named, proposed_executor=None, in_work=False, return_reason="", returned_by="")
    if event.actor.role is Role.COORDINATOR:
        sketch.set(coordinator=event.actor.user_id)


def start_work(sketch: Sketch) -> None:
    sketch.set(in_work=True)


def clear_executor(sketch: Sketch) -> None:
    command = sketch.event.command
    sketch.set(
        executor=None,
        in_work=False,
        return_reason=getattr(command, "reason", ""),
        returned_by=sketch.event.actor.name,
    )


def open_inquiry(sketch: Sketch) -> None:
    command = sketch.event.command
    if isinstance(command, RequestDocuments) and command.organisation is not None:
        asked = Inquiry(
            inquiry_id=command.inquiry_id or str(sketch.event.command_id or ""),
            organisation=command.organisation,
            question=command.question,
            asked_by=sketch.principal,
            asked_at=sketch.event.at,
            files=command.files,
            due_on=command.due_on,
        )
        sketch.set(inquiries=(*sketch.now("inquiries"), asked))


def answer_inquiry(sketch: Sketch) -> None:
    command = sketch.event.command
    if isinstance(command, AnswerInquiry):
        sketch.set(
            inquiries=tuple(
                replace(
                    one,
                    answer=command.text,
                    answer_files=command.files,
                    answered_by=sketch.event.actor.user_id,
                    answered_at=sketch.event.at,
                )
                if one.inquiry_id == command.inquiry_id
                else one
                for one in sketch.now("inquiries")
            )
        )


def close_inquiries(sketch: Sketch) -> None:
    inquiries = sketch.now("inquiries")
    if any(one.is_open for one in inquiries):
        sketch.set(inquiries=tuple(replace(i, closed_unanswered=True) if i.is_open else i for i in inquiries))


def finish_redirect(sketch: Sketch) -> None:
    place(sketch)
    sketch.set(subject=Subject.MESSAGE)


def reopen(sketch: Sketch) -> None:
    """Row 22: the nearest superior coordinates, the old result is kept; nothing where the mark was not low."""
    if sketch.event.stage_to is Stage.CLOSED:
        return
    answer: Answer | None = sketch.now("answer")
    earlier = sketch.now("earlier_answers")
    place(sketch)
    sketch.set(
        earlier_answers=(*earlier, answer) if answer is not None else earlier,
        is_repeat=True,
        subject=Subject.MESSAGE,
        closed_as=None,
        closed_at=None,
        decline_reason="",
        postponed_until=None,
        warnings=(),
    )


_CLOSED_AS = {
    Verb.DECLINE: Closed.DECLINED,
    Verb.SPLIT: Closed.SPLIT,
    Verb.STOP_RECONSIDERATION: Closed.STOPPED,
}


def close(sketch: Sketch) -> None:
    event, command = sketch.event, sketch.event.command
    if event.stage_to is not Stage.CLOSED:
        return
    sketch.set(
        closed_as=_CLOSED_AS.get(event.verb, Closed.ANSWERED),
        closed_at=event.at,
        subject=Subject.MESSAGE,
        postponed_until=None,
        redirect=None,
    )
    close_inquiries(sketch)
    if event.verb is not Verb.APPROVE:
        sketch.set(route=None, answer=None)
    if isinstance(command, Decline):
        sketch.set(decline_reason=command.reason)
        if event.stage_from is Stage.COORDINATION:
            sketch.set(answer=declined(event, command), coordinator=event.actor.user_id)


def split_parts(sketch: Sketch) -> None:
    command = sketch.event.command
    if isinstance(command, Split):
        sketch.set(linked=(*sketch.now("linked"), *(p.message_id for p in command.parts)))
    close(sketch)


def record_warning(sketch: Sketch) -> None:
    command = sketch.event.command
    if isinstance(command, Warn) and command.kind is not None and command.channel is not None:
        others = tuple(w for w in sketch.now("warnings") if w.kind != command.kind)
        given = Warning_(kind=command.kind, channel=command.channel, at=sketch.event.at, by=sketch.event.actor.user_id)
        sketch.set(warnings=(*others, given))


def record_delivery(sketch: Sketch) -> None:
    command = sketch.event.command
    if isinstance(command, Deliver):
        at: datetime = command.at or sketch.event.at
        tried = DeliveryTry(reached=command.reached, how=command.how, at=at, retry_at=command.retry_at)
        sketch.set(deliveries=(*sketch.now("deliveries"), tried))


def correct_applicant(sketch: Sketch) -> None:
    command = sketch.event.command
    if isinstance(command, CorrectApplicant):
        known = sketch.now("applicant") or Applicant()
        given = {n: getattr(command, n).strip() for n in ("name", "phone", "email", "address")}
        sketch.set(applicant=replace(known, **{n: v for n, v in given.items() if v}))


def restore(sketch: Sketch) -> None:
    """Row 27: the message as before; what others have added meanwhile without acting on it stays."""
    before = sketch.message.last_step.before if sketch.message.last_step else sketch.message
    visited = tuple(dict.fromkeys((*before.visited, *sketch.message.visited)))
    sketch.set(warnings=sketch.message.warnings, visited=visited, last_step=None)


PARTS: dict[str, Callable[[Sketch], None]] = {
    part.__name__: part
    for part in (
        place,
        hand_up,
        set_topic,
        set_executor,
        start_work,
        clear_executor,
        open_inquiry,
        answer_inquiry,
        close_inquiries,
        propose_answer,
        propose_redirect,
        record_endorsement,
        void_endorsements,
        return_work,
        pass_on,
        give_answer,
        finish_redirect,
        record_mark,
        reopen,
        close,
        split_parts,
        record_warning,
        record_delivery,
        correct_applicant,
        restore,
    )
}
"""What each effect changes in the message; effects that only move clocks are not here."""
