"""What a command was made on, and whether what happened since stands in its way (P7, P18)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, auto
from typing import Any

import msgspec
from sqlalchemy import select

from arm.central import tables as t
from arm.central.states import Held
from arm.central.unit import Unit
from arm.domain.commands import APPENDS, Command
from arm.domain.identity import MessageId, UserId
from arm.domain.merging import may_merge
from arm.domain.refusals import Reason, Refused
from arm.domain.visibility import Sight
from arm.domain.withholding import OUTWARD
from arm.wire import Base


class Footing(Enum):
    """SAME: nothing happened since, or nothing that such a command rests on a rev for. MERGED: other parts changed.

    STALE: it may not be judged by what stands now. UNSEEN: its author neither sees the message nor ever saw it.
    """

    SAME = auto()
    MERGED = auto()
    STALE = auto()
    UNSEEN = auto()


@dataclass(frozen=True, slots=True)
class Ground:
    """What was found out about a base; `since` holds the entries after it, oldest first, as plain values."""

    footing: Footing
    since: tuple[dict[str, Any], ...] = ()
    is_old: bool = False


def ground_of(unit: Unit, held: Held, base: Base, user_id: UserId, command: Command, sees: bool) -> Ground:
    """The footing of a command of this user on a message that he sees or not."""
    made_on = _base_rev(unit, base, held.message.message_id, user_id)
    if made_on == held.rev:
        return Ground(Footing.SAME)
    since = _since(unit, held.message.message_id, made_on)
    if command.verb in APPENDS and sees:
        return Ground(Footing.SAME, since or (), is_old=True)
    if since is None:
        # a rev of no history here: after a restore, or no base at all
        return Ground(Footing.STALE if sees else Footing.UNSEEN, is_old=True)
    if sees and may_merge(command, since):
        return Ground(Footing.MERGED, since, is_old=True)
    return Ground(Footing.STALE, since, is_old=True)


def _base_rev(unit: Unit, base: Base, message_id: MessageId, user_id: UserId) -> str:
    """The rev that the base names; an own earlier command counts by what came of it, if it was accepted."""
    if base.after is None:
        return base.rev
    known = t.command_log.c
    row = unit.connection.execute(
        select(known.user_id, known.message_id, known.result_rev).where(known.command_id == base.after)
    ).first()
    if row is None or row.user_id != user_id or row.message_id != message_id:
        return ""
    return str(row.result_rev)


def _since(unit: Unit, message_id: MessageId, rev: str) -> tuple[dict[str, Any], ...] | None:
    """The entries after that rev; None for a rev the message never had. Revs can't be guessed: who names one saw it."""
    if not rev:
        return None
    known = t.journal.c
    ver = unit.connection.scalar(select(known.ver).where(known.message_id == message_id, known.rev == rev))
    if ver is None:
        return None
    payloads = unit.connection.scalars(
        select(known.payload).where(known.message_id == message_id, known.ver > ver).order_by(known.seq)
    )
    return tuple(msgspec.json.decode(one) for one in payloads if one)


def stale(unit: Unit, held: Held, ground: Ground, sight: Sight | None) -> Refused:
    """Who changed it first after the base, when and how; what stands now only for those who still see it.

    Who sees a part of the message is told of steps that he may see on its timeline, not of what the cabinet writes
    to itself.
    """
    newest = None if ground.since else _newest(unit, held.message.message_id)
    events = ground.since or ((newest,) if newest is not None else ())
    if sight not in (None, Sight.FULL):
        events = tuple(one for one in events if one["verb"] in OUTWARD)
    event = events[0] if events else None
    details: dict[str, str] = {}
    if event is not None:
        at = datetime.fromisoformat(event["at"]).astimezone(UTC)
        details = {
            "changed_by": event["actor"]["name"],
            "changed_at": at.isoformat().replace("+00:00", "Z"),
            "changed_verb": event["verb"],
        }
    if sight is not None:
        details |= {"stage": held.message.stage.value, "rev": held.rev}
    return Refused(Reason.STALE, details=details)


def _newest(unit: Unit, message_id: MessageId) -> dict[str, Any] | None:
    known = t.journal.c
    payload = unit.connection.scalar(
        select(known.payload).where(known.message_id == message_id).order_by(known.seq.desc()).limit(1)
    )
    return msgspec.json.decode(payload) if payload else None
