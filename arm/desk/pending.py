"""Own commands that are undecided or want the author's attention, as the screens list them."""

from __future__ import annotations

from datetime import datetime

from arm.desk.values import Pending, PendingState
from arm.domain.identity import CommandId, MessageId
from arm.domain.refusals import Reason, Refused
from arm.local.outbox import Entry


def pending_of(entry: Entry, number: str) -> Pending:
    """`number` is the message's as it is shown now; `command_json` holds all that was typed."""
    return Pending(
        command_id=CommandId(entry.command_id),
        message_id=MessageId(entry.message_id),
        number=number or entry.number,
        verb=entry.verb,
        state=PendingState(entry.state),
        saved_at=datetime.fromisoformat(entry.created_at),
        refused=_refused(entry),
        command_json=entry.payload.decode(),
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
