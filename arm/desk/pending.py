"""Own commands that are undecided or want the author's attention, as the screens list them."""

from __future__ import annotations

from datetime import datetime

from arm.desk.values import Pending, PendingState, StandingText
from arm.domain.identity import CommandId, MessageId
from arm.domain.message import Message
from arm.domain.refusals import Reason, Refused
from arm.domain.verbs import Verb
from arm.local.outbox import Entry

_ANSWERING = frozenset({Verb.SUBMIT.value, Verb.ENDORSE.value, Verb.APPROVE.value})


def pending_of(entry: Entry, number: str, present: Message | None = None) -> Pending:
    """`number` is the message's as it is shown now; `command_json` holds all that was typed.

    `present` is the message as it stands, where it is still seen: its text stands beside the one not accepted.
    """
    return Pending(
        command_id=CommandId(entry.command_id),
        message_id=MessageId(entry.message_id),
        number=number or entry.number,
        verb=entry.verb,
        state=PendingState(entry.state),
        saved_at=datetime.fromisoformat(entry.created_at),
        refused=_refused(entry),
        command_json=entry.payload.decode(),
        standing=_standing(entry, present),
    )


def _standing(entry: Entry, present: Message | None) -> StandingText | None:
    """The answer that stands, for an entry that brought a text of its own and was not accepted (P19)."""
    if entry.state not in ("conflict", "refused") or present is None or entry.verb not in _ANSWERING:
        return None
    answer, details = present.answer, entry.details
    at = details.get("changed_at", "")
    return StandingText(
        text=answer.text if answer is not None else "",
        by=details.get("changed_by", "") or (answer.author_name if answer is not None else ""),
        at=datetime.fromisoformat(at) if at else answer.submitted_at if answer is not None else None,
    )


def _refused(entry: Entry) -> Refused | None:
    """A reason that a newer store knows and this desk doesn't is told as a stale command with its code."""
    if not entry.reason:
        return None
    try:
        reason = Reason(entry.reason)
    except ValueError:
        return Refused(Reason.STALE, entry.clause, entry.field, {**entry.details, "code": entry.reason})
    return Refused(reason, entry.clause, entry.field, entry.details)
