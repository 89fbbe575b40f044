"""Protocol messages between people: presence and drafts handed over; normative for `/api/v1` as those of `arm.wire`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from arm.domain.identity import MessageId, UserId


class Doing(StrEnum):
    """What a person does at an open message; `GONE` is only ever told, never shown."""

    LOOKING = "looking"
    WRITING = "writing"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class PresenceRequest:
    doing: Doing


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentPerson:
    user_id: UserId
    name: str
    doing: Doing
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PresenceAnswer:
    """Those at the message on other devices than the asker's, one entry a person."""

    people: list[PresentPerson]


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftShare:
    """An answer under way as its author hands it over; `fields` are plain values of the form."""

    form: str
    fields: dict[str, str]
    saved_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedDraft:
    """A draft at the central store; in the list of one's own ones `fields` are empty."""

    draft_id: str
    message_id: MessageId
    author_id: UserId
    author: str
    form: str
    fields: dict[str, str]
    saved_at: datetime
    taken_by: UserId | None = None
    taken_name: str = ""
    taken_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftsAnswer:
    drafts: list[SharedDraft]
