"""What a desk knows of other people at a message: who is there, and which drafts they left."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from arm.domain.identity import MessageId, UserId
from arm.wire_between import Doing

__all__ = ["HANDED", "Companion", "Doing", "OtherDraft", "PresenceView", "TakenDraft", "version_form"]

HANDED = ("answer", "decision")
"""Forms whose drafts are handed over; others (a call being taken) are their author's alone."""


def version_form(form: str) -> str:
    """Under which form a version beside one's own draft is kept in work.db."""
    return f"{form}-version"


@dataclass(frozen=True, slots=True, kw_only=True)
class Companion:
    """A person at the message; `is_me` is oneself at another desk. `since` is aware UTC by the central store."""

    user_id: UserId
    name: str
    doing: Doing
    since: datetime
    is_me: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PresenceView:
    """`is_known` False: nobody can say now, the central store isn't reached."""

    is_known: bool = True
    people: tuple[Companion, ...] = ()

    def writers(self) -> tuple[Companion, ...]:
        return tuple(one for one in self.people if one.doing is Doing.WRITING)


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherDraft:
    """A draft beside one's own: a colleague's at the central store, or a version kept here (`is_local`).

    An empty `author` is oneself. `left_files` are names of files that stayed at the author's desk.
    """

    draft_id: str
    message_id: MessageId
    form: str
    author: str
    fields: dict[str, str]
    saved_at: datetime
    is_local: bool = False
    left_files: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenDraft:
    """News for an author: who goes on with what he wrote. `number` is the message's, as the draft knew it."""

    draft_id: str
    message_id: MessageId
    number: str
    by: str
    at: datetime
