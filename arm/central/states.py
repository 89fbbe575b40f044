"""Messages as the store keeps them: state and applicant apart, tags with the sight they give, files they name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from sqlalchemy import Row

from arm.domain.directory import Directory
from arm.domain.identity import MessageId, UploadId
from arm.domain.message import Applicant, Attachment, Message
from arm.domain.visibility import RICHEST_FIRST, Sight, tag_sights
from arm.typed import from_json
from arm.wire import message_from

Tags = dict[int, int]
"""Tag → the place of its sight in `RICHEST_FIRST`."""


@dataclass(slots=True)
class Held:
    """A message inside a unit of work; `fresh` until its first row is written."""

    message: Message
    ver: int
    rev: str
    tags: Tags
    fresh: bool = False


def held_from(row: Row[Any]) -> Held:
    return Held(message_of(row.state, row.applicant), row.ver, row.rev, tags_read(row.tags))


def message_of(state: str, applicant: str | None) -> Message:
    """The whole message from its two columns."""
    return message_from(plain_state(state, applicant))


def plain_state(state: str, applicant: str | None) -> dict[str, Any]:
    """The message as plain values, the applicant put back in his places."""
    values: dict[str, Any] = msgspec.json.decode(state)
    if applicant:
        person = msgspec.json.decode(applicant)
        values["applicant"] = person
        if values.get("last_step"):
            values["last_step"]["before"]["applicant"] = person
    return values


Parts = dict[str, msgspec.Raw]
"""A JSON object whose values stay written."""
NULL = msgspec.Raw(b"null")


def whole_state(state: str, applicant: str | None) -> msgspec.Raw:
    """`plain_state` written, without making objects of what lies deeper than the applicant's places."""
    if not applicant:
        return msgspec.Raw(state.encode())
    values, person = from_json(state, Parts), msgspec.Raw(applicant.encode())
    values["applicant"] = person
    if values.get("last_step", NULL) != NULL:
        step = from_json(values["last_step"], Parts)
        before = from_json(step["before"], Parts)
        before["applicant"] = person
        step["before"] = msgspec.Raw(msgspec.json.encode(before))
        values["last_step"] = msgspec.Raw(msgspec.json.encode(step))
    return msgspec.Raw(msgspec.json.encode(values))


def unborn(payload: str) -> msgspec.Raw:
    """A journal entry as it is written, but for the message it was born with."""
    entry = from_json(payload, Parts)
    if entry.get("born") == NULL:
        return msgspec.Raw(payload.encode())
    entry["born"] = NULL
    return msgspec.Raw(msgspec.json.encode(entry))


def state_columns(message: Message) -> tuple[str, str | None]:
    """State and applicant: the personal data stand apart, so that they can be withheld and erased."""
    step = message.last_step
    if step is not None and step.before.applicant is not None:
        step = replace(step, before=replace(step.before, applicant=None))
    bare = replace(message, applicant=None, last_step=step)
    applicant = None if message.applicant is None else msgspec.json.encode(message.applicant).decode()
    return msgspec.json.encode(bare).decode(), applicant


def applicant_of(applicant: str | None) -> Applicant | None:
    return from_json(applicant, Applicant) if applicant else None


def tags_for(message: Message, directory: Directory) -> Tags:
    return {tag: RICHEST_FIRST.index(sight) for tag, sight in tag_sights(message, directory).items()}


def tags_written(tags: Tags) -> str:
    return json.dumps(sorted(tags.items()), separators=(",", ":"))


def tags_read(text: str) -> Tags:
    return dict(from_json(text, list[tuple[int, int]]))


def sight_by(tags: Tags, scope: frozenset[int]) -> Sight | None:
    """The richest sight that the scope opens; None: not visible."""
    found = [place for tag, place in tags.items() if tag in scope]
    return RICHEST_FIRST[min(found)] if found else None


def files_in(value: Any) -> Iterator[Attachment]:
    """Every attachment that a command names, as deep as it lies."""
    if isinstance(value, Attachment):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from files_in(one)
    elif hasattr(value, "__dataclass_fields__"):
        for name in value.__dataclass_fields__:
            yield from files_in(getattr(value, name))


def uploads_of(message_id: MessageId, files: Iterator[Attachment]) -> set[tuple[UploadId, MessageId]]:
    return {(one.upload_id, message_id) for one in files}
