"""What the effects of answers, redirects and marks change in a message."""

from __future__ import annotations

from dataclasses import replace

from arm.domain.commands import Approve, Decline, Endorse, PassOn, ProposeRedirect, Rate, Submit
from arm.domain.events import Event
from arm.domain.message import (
    Answer,
    EndorserTask,
    Mark,
    Redirect,
    Result,
    Route,
    Stage,
    Subject,
    text_hash,
)
from arm.domain.sketch import Sketch


def _new_route(command: Submit | ProposeRedirect) -> Route | None:
    if command.approver is None:
        return None
    named = dict.fromkeys(command.endorsers)
    return Route(approver=command.approver, endorsers=tuple(EndorserTask(user_id=u) for u in named))


def propose_answer(sketch: Sketch) -> None:
    command, event = sketch.event.command, sketch.event
    if isinstance(command, Submit) and command.result is not None:
        answer = Answer(
            result=command.result,
            text=command.text,
            author=event.actor.user_id,
            author_name=command.signer_name or event.actor.name,
            author_position=command.signer_position or event.actor.position,
            submitted_at=event.at,
            files=command.files,
            comment=command.comment,
            comment_files=command.comment_files,
            postponed_until=command.postponed_until if command.result is Result.POSTPONED else None,
            decline_reason=command.decline_reason if command.result is Result.DECLINED else "",
        )
        sketch.set(
            answer=answer,
            route=_new_route(command),
            subject=Subject.ANSWER,
            in_work=True,
            return_reason="",
            returned_by="",
        )


def propose_redirect(sketch: Sketch) -> None:
    command = sketch.event.command
    if isinstance(command, ProposeRedirect) and command.organisation is not None:
        who = sketch.event.actor.user_id
        sketch.set(
            redirect=Redirect(organisation=command.organisation, proposer=who, reason=command.reason),
            route=_new_route(command),
            subject=Subject.REDIRECT,
            coordinator=who,
            return_reason="",
            returned_by="",
        )


def _edit(sketch: Sketch, text: str | None) -> bool:
    """The answer with the text as the endorser or approver edited it; only the text can be edited."""
    answer: Answer | None = sketch.now("answer")
    if answer is None or text is None or text == answer.text:
        return False
    edited = replace(answer, text=text, text_before_edit=answer.text, edited_by=sketch.event.actor.name)
    sketch.set(answer=edited)
    return True


def record_endorsement(sketch: Sketch) -> None:
    command, route = sketch.event.command, sketch.now("route")
    if not isinstance(command, Endorse) or route is None:
        return
    edited = sketch.message.subject is Subject.ANSWER and _edit(sketch, command.text)
    answer: Answer | None = sketch.now("answer")
    if edited and command.files and answer is not None:
        answer = replace(answer, files=(*answer.files, *command.files))
        sketch.set(answer=answer)
    seen = text_hash(answer.text) if answer is not None and sketch.message.subject is Subject.ANSWER else ""
    who, actor = sketch.principal, sketch.event.actor.user_id
    tasks = tuple(
        replace(t, endorsed_at=sketch.event.at, text_hash=seen, edited=edited, endorsed_by=actor)
        if t.user_id == who
        else t
        for t in route.endorsers
    )
    sketch.set(route=replace(route, endorsers=tasks))


def void_endorsements(sketch: Sketch) -> None:
    """All endorse again after rework; the names are kept for the next time."""
    sketch.set(last_route=sketch.now("route"), route=None)


def return_work(sketch: Sketch) -> None:
    was_redirect = sketch.message.subject is Subject.REDIRECT
    sketch.set(
        subject=Subject.MESSAGE,
        return_reason=getattr(sketch.event.command, "reason", ""),
        returned_by=sketch.event.actor.name,
        is_rework=not was_redirect,
    )
    if was_redirect:
        proposed = sketch.message.redirect
        sketch.set(redirect=None, coordinator=proposed.proposer if proposed else None)


def pass_on(sketch: Sketch) -> None:
    command, route = sketch.event.command, sketch.now("route")
    if not isinstance(command, PassOn) or command.to is None or route is None:
        return
    replaced = command.instead_of or sketch.principal
    if sketch.message.stage is Stage.APPROVAL:
        sketch.set(route=replace(route, approver=command.to))
        return
    tasks = tuple(EndorserTask(user_id=command.to) if t.user_id == replaced else t for t in route.endorsers)
    sketch.set(route=replace(route, endorsers=tasks))


def give_answer(sketch: Sketch) -> None:
    command = sketch.event.command
    _edit(sketch, command.text if isinstance(command, Approve) else None)
    answer: Answer | None = sketch.now("answer")
    if answer is None:
        return
    given = replace(answer, approved_by=sketch.event.actor.user_id, approved_at=sketch.event.at)
    sketch.set(is_rework=False, subject=Subject.MESSAGE)
    if given.result is not Result.POSTPONED:
        sketch.set(answer=given)
        return
    sketch.set(
        answer=None,
        earlier_answers=(*sketch.now("earlier_answers"), given),
        last_route=sketch.now("route"),
        route=None,
        postponed_until=given.postponed_until,
        postponed_times=sketch.now("postponed_times") + 1,
        in_work=True,
        warnings=(),
    )


def record_mark(sketch: Sketch) -> None:
    command = sketch.event.command
    if isinstance(command, Rate):
        mark = Mark(value=command.mark, comment=command.comment, at=sketch.event.at)
        sketch.set(marks=(*sketch.now("marks"), mark))


def declined(event: Event, command: Decline) -> Answer:
    """K 9: declined by the coordinator with an answer text, at once and without approval."""
    return Answer(
        result=Result.DECLINED,
        text=command.text,
        author=event.actor.user_id,
        author_name=event.actor.name,
        author_position=event.actor.position,
        submitted_at=event.at,
        decline_reason=command.reason,
        approved_by=event.actor.user_id,
        approved_at=event.at,
    )
