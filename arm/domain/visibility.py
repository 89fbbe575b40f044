"""Who may see what: tags that the central store filters the feed with, and levels of what is shown (P13)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from arm.domain.directory import Directory
from arm.domain.events import Event
from arm.domain.identity import Person
from arm.domain.message import Message


class Sight(StrEnum):
    """How much of a message is shown, richest first.

    FULL all; HISTORY the curator of an organisation it has left: read-only, without later internal notes; STATUS the
    operator who registered it and the moderator who decided: text, status and answer; INQUIRY the organisation asked: question and
    its files, neither applicant nor text; BARE an administrator's row without content.
    """

    FULL = "full"
    HISTORY = "history"
    STATUS = "status"
    INQUIRY = "inquiry"
    BARE = "bare"


@dataclass(frozen=True, slots=True)
class Scope:
    """A user's tags at a moment; `tags` are 63-bit integers, sorted."""

    tags: tuple[int, ...]


def tags_of_message(message: Message, directory: Directory) -> frozenset[int]:
    """All tags by which a message may be seen (P13)."""
    raise NotImplementedError


def scope_of(person: Person, directory: Directory, at: datetime) -> Scope:
    """The tags of a person with his grants and the substitutions in force at `at` (P15)."""
    raise NotImplementedError


def sight_of(message: Message, person: Person, directory: Directory, at: datetime) -> Sight | None:
    """The richest sight this person has, or None: not visible at all."""
    raise NotImplementedError


def shown(message: Message, timeline: tuple[Event, ...], sight: Sight) -> tuple[Message, tuple[Event, ...]]:
    """The message and its timeline as that sight may see them: withheld fields are emptied, entries left out."""
    raise NotImplementedError
