"""The decision on one command inside a unit of work: visibility, base, files, `decide`, `apply` (P7, P8, P18)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

import msgspec
from sqlalchemy import select

from arm.central import tables as t
from arm.central.states import Held, files_in, sight_by, uploads_of
from arm.central.unit import Entry, Unit
from arm.domain.commands import APPENDS, Command, Register, Split
from arm.domain.decide import Setting, apply, decide
from arm.domain.events import Event
from arm.domain.identity import Actor, CommandId, DeviceId, MessageId, OrganisationId, Role, UploadId
from arm.domain.message import Attachment, Message
from arm.domain.refusals import Reason, Refused
from arm.domain.visibility import scope_of
from arm.wire import Base, Decision, Verdict

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One command as the store takes it; `at` is the business moment (aware UTC).

    `base` None: made on whatever stands now, which only callers inside the store may do. `is_outside` marks the
    applicant and the system, who see nothing of the cabinet and are judged by the table alone.
    """

    command_id: CommandId
    message_id: MessageId
    command: Command
    actor: Actor
    at: datetime
    base: Base | None = None
    device_id: DeviceId | None = None
    is_outside: bool = False


@dataclass(slots=True)
class Outcome:
    """What came of it; seqs and revs are there after the flush."""

    verdict: Verdict
    refused: Refused | None = None
    entries: list[Entry] = field(default_factory=list)
    number: str = ""

    def decision(self, command_id: CommandId, device_seq: int) -> Decision:
        if self.refused is not None:
            return Decision(
                command_id=command_id,
                device_seq=device_seq,
                verdict=self.verdict,
                reason=self.refused.reason.value,
                clause=self.refused.clause,
                field=self.refused.field,
                details=dict(self.refused.details),
            )
        own = self.entries[0].event.message_id if self.entries else None
        return Decision(
            command_id=command_id,
            device_seq=device_seq,
            verdict=self.verdict,
            result_seq=max((e.seq for e in self.entries), default=None),
            result_rev=next((e.rev for e in reversed(self.entries) if e.event.message_id == own), ""),
            number=self.number,
        )


def decided(unit: Unit, given: Given) -> Outcome:
    """The verdict, with everything it changes gathered in the unit."""
    held = unit.message(given.message_id)
    sees = held is None or given.is_outside or _sees(unit, held, given)
    stale = _stale(unit, given, held, sees)
    if stale is not None:
        return Outcome(Verdict.CONFLICT, stale)
    command = _with_stored_files(unit, given)
    if isinstance(command, Refused):
        return Outcome(Verdict.REFUSED, command)
    if isinstance(command, Split) and any(unit.message(part.message_id) for part in command.parts):
        return Outcome(Verdict.REFUSED, Refused(Reason.ALREADY_REGISTERED, field="parts"))
    setting = _setting(unit, given, held)
    if isinstance(setting, Refused):
        return Outcome(Verdict.REFUSED, setting)
    events = decide(given.message_id, held.message if held else None, command, given.actor, setting)
    if isinstance(events, Refused):
        knows = sees or isinstance(command, Register)
        return Outcome(Verdict.REFUSED, events if knows else Refused(Reason.UNKNOWN_MESSAGE))
    return _accepted(unit, given, events, held)


def _accepted(unit: Unit, given: Given, events: tuple[Event, ...], held: Held | None) -> Outcome:
    messages: dict[MessageId, Message | None] = {given.message_id: held.message if held else None}
    entries = []
    for event in events:
        message = apply(messages.get(event.message_id), event)
        messages[event.message_id] = message
        entries.append(unit.change(message, event, given.command_id, given.device_id))
        files = [*files_in(event.command)]
        if event.born is not None:
            files += files_in(event.born)
        unit.refer(uploads_of(event.message_id, iter(files)))
    own = messages[given.message_id]
    return Outcome(Verdict.ACCEPTED, None, entries, own.number if own is not None else "")


def _sees(unit: Unit, held: Held, given: Given) -> bool:
    scope = scope_of(given.actor.person, unit.reference.directory, given.at)
    return sight_by(held.tags, frozenset(scope.tags)) is not None


def _setting(unit: Unit, given: Given, held: Held | None) -> Setting | Refused:
    """The message's own regulation for life; a new one's by where it is registered."""
    if held is not None:
        wanted: str | None = held.message.regulation
    elif isinstance(given.command, Register):
        wanted = _regulation_of_new(unit, given)
    else:
        return Refused(Reason.UNKNOWN_MESSAGE)
    if wanted is None:
        return Refused(Reason.UNKNOWN_ORGANISATION, field="organisation")
    return Setting(
        regulation=unit.shelf.regulation(unit.connection, wanted),
        directory=unit.reference.directory,
        now=given.at,
        command_id=given.command_id,
        new_number=lambda: unit.next_number(given.at),
    )


def _regulation_of_new(unit: Unit, given: Given) -> str | None:
    known = unit.reference
    tree = known.directory.tree
    named: list[OrganisationId] = [*given.actor.person.organisations(Role.OPERATOR)]
    if isinstance(given.command, Register) and given.command.organisation is not None:
        named.insert(0, given.command.organisation)
    named = [one for one in named if one in tree] or [one.organisation_id for one in tree if one.superior is None]
    return known.regulation_reference(named[0]) if named else None


def _stale(unit: Unit, given: Given, held: Held | None, sees: bool) -> Refused | None:
    """A conflict where the command was made on something that no longer stands (P7, P18)."""
    if held is None or given.base is None or isinstance(given.command, Register):
        return None
    made_on = _base_rev(unit, given)
    if made_on == held.rev or (given.command.verb in APPENDS and sees):
        return None
    if not sees and not _was_known(unit, given.message_id, made_on):
        return None
    return Refused(Reason.STALE, details=_what_happened(unit, given.message_id, made_on, held, sees))


def _base_rev(unit: Unit, given: Given) -> str:
    """The rev that the base names; an own earlier command counts by what came of it, if it was accepted."""
    base = given.base or Base()
    if base.after is None:
        return base.rev
    row = unit.connection.execute(
        select(t.command_log.c.user_id, t.command_log.c.message_id, t.command_log.c.result_rev).where(
            t.command_log.c.command_id == base.after
        )
    ).first()
    if row is None or row.user_id != given.actor.user_id or row.message_id != given.message_id:
        return ""
    return str(row.result_rev)


def _was_known(unit: Unit, message_id: MessageId, rev: str) -> bool:
    """Who names an earlier rev has seen the message at that rev: revs can't be guessed."""
    known = t.journal.c
    return bool(rev) and (
        unit.connection.execute(select(known.seq).where(known.message_id == message_id, known.rev == rev)).first()
        is not None
    )


def _what_happened(unit: Unit, message_id: MessageId, made_on: str, held: Held, sees: bool) -> dict[str, str]:
    """Who changed it first after the base, when and how; what stands now only for those who still see it."""
    known = t.journal.c
    seen_ver = select(known.ver).where(known.message_id == message_id, known.rev == made_on).scalar_subquery()
    rows = select(known.payload).where(known.message_id == message_id)
    first = unit.connection.scalar(rows.where(known.ver > seen_ver).order_by(known.seq).limit(1))
    if first is None:
        first = unit.connection.scalar(rows.order_by(known.seq.desc()).limit(1))
    details: dict[str, str] = {}
    if first:
        event: dict[str, Any] = msgspec.json.decode(first)
        at = datetime.fromisoformat(event["at"]).astimezone(UTC)
        details = {
            "changed_by": event["actor"]["name"],
            "changed_at": at.isoformat().replace("+00:00", "Z"),
            "changed_verb": event["verb"],
        }
    if sees:
        details |= {"stage": held.message.stage.value, "rev": held.rev}
    return details


def _with_stored_files(unit: Unit, given: Given) -> Command | Refused:
    """The command with every file as the store keeps it; a refusal where one isn't the actor's to attach (P26)."""
    wanted = {one.upload_id: one for one in files_in(given.command)}
    if not wanted:
        return given.command
    known = t.upload.c
    rows = unit.connection.execute(select(t.upload).where(known.upload_id.in_(wanted))).all()
    linked = set(
        unit.connection.scalars(
            select(t.message_file.c.upload_id).where(
                t.message_file.c.message_id == given.message_id, t.message_file.c.upload_id.in_(wanted)
            )
        )
    )
    stored: dict[UploadId, Attachment] = {}
    for row in rows:
        own = row.user_id == given.actor.user_id and given.device_id in (None, row.device_id)
        same = row.sha256 == wanted[row.upload_id].sha256 and row.size == wanted[row.upload_id].size
        if row.complete and same and (row.upload_id in linked or (own and not row.referenced)):
            stored[row.upload_id] = Attachment(
                upload_id=row.upload_id,
                name=row.name,
                size=row.size,
                sha256=row.sha256,
                media_type=row.media_type,
            )
    if missing := sorted(set(wanted) - set(stored)):
        return Refused(Reason.FILE_NOT_ACCEPTED, field="files", details={"name": wanted[missing[0]].name})
    return _replaced(given.command, stored)


def _replaced(value: T, stored: dict[UploadId, Attachment]) -> T:
    if isinstance(value, Attachment):
        return cast("T", stored[value.upload_id])
    if isinstance(value, tuple):
        return cast("T", tuple(_replaced(one, stored) for one in value))
    if hasattr(value, "__dataclass_fields__"):
        changes = {}
        for name in value.__dataclass_fields__:
            before = getattr(value, name)
            after = _replaced(before, stored)
            if after is not before and after != before:
                changes[name] = after
        return cast("T", replace(cast("Any", value), **changes)) if changes else value
    return value
