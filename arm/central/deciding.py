"""The decision on one command inside a unit of work: visibility, base, files, `decide`, `apply` (P7, P8, P18, P19)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar, cast

from sqlalchemy import select

from arm.central import tables as t
from arm.central.basing import Footing, Ground, ground_of, stale
from arm.central.states import Held, files_in, sight_by, uploads_of
from arm.central.unit import Entry, Unit
from arm.domain.commands import Command, Comment, Register, Split
from arm.domain.decide import Setting, apply, decide
from arm.domain.events import Event
from arm.domain.identity import Actor, CommandId, DeviceId, MessageId, OrganisationId, Role, UploadId
from arm.domain.merging import rival_of
from arm.domain.message import Attachment, Message
from arm.domain.refusals import Reason, Refused
from arm.domain.visibility import Sight, scope_of
from arm.wire import Base, Decision, Verdict

T = TypeVar("T")
RIVALS = uuid.UUID("5f6c1f0e-3d0b-4b7e-9a55-6a1d5a0c7b11")
"""Names the entries of rival answers after the commands that brought them."""


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
    sight = Sight.FULL if held is None or given.is_outside else _sight(unit, held, given)
    sees = sight is not None
    ground = _ground(unit, given, held, sees)
    if held is not None and ground.footing is Footing.STALE:
        return _came_late(unit, given, held, Outcome(Verdict.CONFLICT, stale(unit, held, ground, sight)))
    if ground.footing is Footing.UNSEEN:
        # also his own earlier step may name nothing here: what rests on it isn't judged by somebody else's
        return Outcome(Verdict.REFUSED, Refused(Reason.UNKNOWN_MESSAGE))
    outcome = _judged(unit, given, held, sees)
    if outcome.verdict is Verdict.ACCEPTED:
        return replace(outcome, verdict=Verdict.ACCEPTED_MERGED) if ground.footing is Footing.MERGED else outcome
    if held is not None and ground.is_old:
        return _came_late(unit, given, held, outcome)
    return outcome


def _ground(unit: Unit, given: Given, held: Held | None, sees: bool) -> Ground:
    if held is None or given.base is None or isinstance(given.command, Register):
        return Ground(Footing.SAME)
    return ground_of(unit, held, given.base, given.actor.user_id, given.command, sees)


def _came_late(unit: Unit, given: Given, held: Held, outcome: Outcome) -> Outcome:
    """The answer that somebody wrote meanwhile is kept beside the one that stands, as an entry of its own (P19)."""
    entry_id = CommandId(str(uuid.uuid5(RIVALS, given.command_id)))
    event = rival_of(held.message, given.command, given.actor, given.at, entry_id)
    if event is not None:
        unit.change(apply(held.message, event), event, entry_id, given.device_id)
    return outcome


def _judged(unit: Unit, given: Given, held: Held | None, sees: bool) -> Outcome:
    command = _with_stored_files(unit, given)
    if isinstance(command, Refused):
        return Outcome(Verdict.REFUSED, command)
    if isinstance(command, Comment) and command.rival:
        # the store alone keeps rivals
        return Outcome(Verdict.REFUSED, Refused(Reason.UNKNOWN_VERB, field="rival"))
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


def _sight(unit: Unit, held: Held, given: Given) -> Sight | None:
    scope = scope_of(given.actor.person, unit.reference.directory, given.at)
    return sight_by(held.tags, frozenset(scope.tags))


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
        # sent from another device of his own: that desk has become a new device since (P9 c)
        own = row.user_id == given.actor.user_id
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
