"""Which parts of a message a step touches: steps on different parts don't stand in each other's way (P18)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from arm.domain.commands import Command, Comment
from arm.domain.events import ActorRef, Event
from arm.domain.identity import Actor, CommandId, Role
from arm.domain.message import Message
from arm.domain.sanity import unsound
from arm.domain.verbs import Verb

COMMENT_ROW = "25"


class Part(StrEnum):
    """A group of fields that is decided about as one."""

    CLASSIFICATION = "classification"
    ASSIGNMENT = "assignment"
    STAGE = "stage"
    ANSWER = "answer"
    ENDORSEMENTS = "endorsements"
    APPLICANT = "applicant"


_MOVES = frozenset({Part.ASSIGNMENT, Part.STAGE})
_EVERYTHING = frozenset(Part)
_NOTHING: frozenset[Part] = frozenset()
PARTS: dict[Verb, frozenset[Part]] = {
    Verb.REGISTER: _EVERYTHING,
    Verb.ACCEPT: _MOVES | {Part.CLASSIFICATION},
    Verb.DECLINE: frozenset({Part.STAGE, Part.ANSWER}),
    Verb.SPLIT: _EVERYTHING,
    Verb.CHANGE_ORGANISATION: _MOVES,
    Verb.RECLASSIFY: frozenset({Part.CLASSIFICATION}),
    Verb.ASSIGN: _MOVES,
    Verb.TAKE: _MOVES,
    Verb.HAND_DOWN: _MOVES,
    Verb.PROPOSE_REDIRECT: _MOVES | {Part.ENDORSEMENTS},
    Verb.REDIRECT: _MOVES,
    Verb.HAND_UP: _MOVES,
    Verb.START: _NOTHING,
    Verb.SEND_BACK: _MOVES,
    Verb.REASSIGN: frozenset({Part.ASSIGNMENT}),
    Verb.REQUEST_DOCUMENTS: _NOTHING,
    Verb.ANSWER_INQUIRY: _NOTHING,
    Verb.SUBMIT: frozenset({Part.STAGE, Part.ANSWER, Part.ENDORSEMENTS, Part.ASSIGNMENT}),
    Verb.ENDORSE: frozenset({Part.ENDORSEMENTS}),
    Verb.REJECT: frozenset({Part.STAGE, Part.ENDORSEMENTS}),
    Verb.PASS_ON: frozenset({Part.ENDORSEMENTS}),
    Verb.APPROVE: frozenset({Part.STAGE, Part.ANSWER, Part.ENDORSEMENTS}),
    Verb.RATE: frozenset({Part.STAGE}),
    Verb.STOP_RECONSIDERATION: frozenset({Part.STAGE}),
    Verb.WARN: _NOTHING,
    Verb.COMMENT: _NOTHING,
    Verb.DELIVER: _NOTHING,
    Verb.RECALL: _EVERYTHING,
    Verb.CORRECT_APPLICANT: frozenset({Part.APPLICANT}),
}
"""What each verb changes or rests on. Questions, notes and warnings are appends: nothing rests on their absence."""


def touched_by(event: Mapping[str, Any]) -> frozenset[Part]:
    """The parts that a journal entry (plain values) has touched, what followed from it included."""
    verb = Verb(event["verb"])
    found = PARTS[verb]
    if event.get("stage_from") != event.get("stage_to"):
        found |= {Part.STAGE}
    if event.get("organisation_from") != event.get("organisation_to"):
        found |= {Part.ASSIGNMENT}
    if verb is Verb.ENDORSE and (event.get("command") or {}).get("text"):
        found |= {Part.ANSWER}
    return found


def may_merge(command: Command, since: Iterable[Mapping[str, Any]]) -> bool:
    """Whether a command made before those entries may be judged by what stands now.

    Only where none of them moved the message to another stage or touched what the command changes or rests on.
    """
    wanted = PARTS[command.verb]
    for event in since:
        touched = touched_by(event)
        if Part.STAGE in touched or touched & wanted:
            return False
    return True


WRITERS: dict[Verb, frozenset[Role]] = {
    Verb.SUBMIT: frozenset({Role.EXECUTOR, Role.COORDINATOR}),
    Verb.ENDORSE: frozenset({Role.MANAGER}),
    Verb.APPROVE: frozenset({Role.MANAGER}),
}
"""Verbs whose text is an answer under work, never merged and never thrown away (P18, P19), and whose text it may be."""
ANSWERING = frozenset(WRITERS)


def answer_text(command: Command) -> str:
    """The answer's text that a command brings, empty where it brings none."""
    return str(getattr(command, "text", None) or "").strip() if command.verb in ANSWERING else ""


def _may_write(actor: Actor, verb: Verb, message: Message) -> bool:
    places = {message.owner, *message.visited}
    return any(one.role in WRITERS[verb] and one.organisation in places for one in actor.person.grants)


def rival_of(message: Message, command: Command, actor: Actor, at: datetime, command_id: CommandId) -> Event | None:
    """The entry that keeps the text of an answer which came too late beside the one that stands (P19).

    None where there is no such text, it is what stands already, or nobody works on the message any more: then
    its author alone has it. Who follows a message without ever answering it where it is or was leaves none either.
    """
    text = answer_text(command)
    if not text or not _may_write(actor, command.verb, message):
        return None
    standing = message.answer.text if message.answer is not None else ""
    if not message.is_open or text == standing.strip():
        return None
    note = Comment(text=text, rival=True)
    if unsound(note) is not None:
        return None
    person = actor.person
    return Event(
        message_id=message.message_id,
        row=COMMENT_ROW,
        verb=Verb.COMMENT,
        at=at,
        actor=ActorRef(user_id=person.user_id, name=person.full_name, position=person.position),
        command=note,
        clocks=message.clocks,
        stage_from=message.stage,
        stage_to=message.stage,
        organisation_from=message.organisation,
        organisation_to=message.organisation,
        command_id=command_id,
        effects=("record_comment",),
    )
