"""Commands of one or several desks decided under one commit, each for itself: locks, order, repeats, the log (P7–P9).

What a command changes is gathered in memory and written by one flush; one that can't be judged has gathered nothing
and ends its own desk's batch alone. A command that rests on another of the same transaction is judged after the
other was written. Nothing leaves before the commit (P8). Lock order: devices → messages → number → head (§2.3);
whoever shares a transaction with others never waits for a device or a message that somebody holds.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from arm.central import decisions
from arm.central import tables as t
from arm.central.access import Principal, judge, tokens
from arm.central.deciding import Given, Outcome, decided
from arm.central.engine import writing
from arm.central.problems import Trouble
from arm.central.store import Store
from arm.central.unit import Unit
from arm.domain.commands import Command, Split, Verb
from arm.domain.identity import Actor, CommandId, DeviceId
from arm.wire import (
    SCHEMA_VER,
    BadWire,
    Decision,
    DeviceState,
    Envelope,
    Verdict,
    command_from,
    next_dec_hash,
    to_json,
)

NOOP, PARK = "noop", "park"
OLDEST_SCHEMA = max(1, SCHEMA_VER - 2)
NUMBERED = frozenset({Verb.REGISTER.value, Verb.SPLIT.value})
"""What takes numbers for applicants, whose series is locked before the head."""


@dataclass(slots=True)
class Push:
    """One desk's commands on their way; `made` and `state` hold once `is_settled`, `trouble` ended the batch."""

    who: Principal
    commands: Sequence[Envelope]
    is_settled: bool = False
    made: list[Decision] = field(default_factory=list)
    state: DeviceState = field(default_factory=lambda: DeviceState(last_seq=0, dec_hash=""))
    trouble: Exception | None = None


@dataclass(slots=True)
class _Desk:
    """A device's row under its lock, and what the transaction has made of it."""

    push: Push
    row: Row[*tuple[Any, ...]]
    last_seq: int
    dec_hash: str
    made: list[Decision | None] = field(default_factory=list)
    trouble: Trouble | None = None

    @property
    def state(self) -> DeviceState:
        return DeviceState(last_seq=self.last_seq, dec_hash=self.dec_hash, backup_floor=self.row.backup_floor)

    def advance(self, envelope: Envelope, verdict: Verdict) -> None:
        self.last_seq = envelope.device_seq
        self.dec_hash = next_dec_hash(self.dec_hash, envelope.command_id, verdict)


@dataclass(slots=True)
class _Judged:
    """A verdict whose seq and rev are known after the flush; `place` is its answer's among the desk's."""

    desk: _Desk
    place: int
    envelope: Envelope
    body: str
    at: datetime
    outcome: Outcome


def settle(store: Store, pushes: Sequence[Push]) -> None:
    """One transaction for all. Those that would have had to wait for somebody's lock stay unsettled."""
    with writing(store.engine) as connection:
        desks = _Transaction(store, connection, pushes).run()
    for one in desks:
        push = one.push
        push.made = [made for made in one.made if made is not None]
        push.state, push.trouble, push.is_settled = one.state, one.trouble, True


class _Transaction:
    def __init__(self, store: Store, connection: Connection, pushes: Sequence[Push]) -> None:
        self._store, self._connection, self._pushes = store, connection, pushes
        self._wave: list[_Judged] = []
        self._fresh: set[CommandId] = set()
        self._known: dict[CommandId, Row[*tuple[Any, ...]]] = {}
        self._left = 0

    def run(self) -> list[_Desk]:
        desks = self._admitted()
        if not desks:
            return []
        first = desks[0].row
        self._now = first.head_ts
        self._reference = self._store.shelf.reference(self._connection, first.directory_version)
        self._unit = Unit(self._connection, self._reference, self._store.shelf, self._store.randomness)
        waits = len(self._pushes) == 1
        open_desks = [one for one in desks if one.trouble is None]
        held = self._unit.lock([c.message_id for one in open_desks for c in one.push.commands], waits=waits)
        if held:
            desks = [one for one in desks if held.isdisjoint(c.message_id for c in one.push.commands)]
            open_desks = [one for one in desks if one.trouble is None]
        self._known = decisions.rows_among(
            self._connection, [c.command_id for one in open_desks for c in one.push.commands]
        )
        self._left = sum(c.verb in NUMBERED for one in open_desks for c in one.push.commands)
        for one in open_desks:
            self._take(one)
        self._write()
        moved = [one for one in open_desks if one.last_seq != one.row.last_seq]
        if moved:
            rows = [{"b_id": d.row.device_id, "b_seq": d.last_seq, "b_hash": d.dec_hash} for d in moved]
            self._connection.execute(UPDATE_DEVICE, rows)
        return desks

    def _admitted(self) -> list[_Desk]:
        """Locked devices whose user may push; a trouble of one is his alone."""
        asked = SELECT_DEVICES if len(self._pushes) == 1 else SELECT_FREE_DEVICES
        rows = {
            row.device_id: row
            for row in self._connection.execute(asked, {"b_ids": sorted({p.who.device_id for p in self._pushes})})
        }
        bare = [push.who.token_hash for push in self._pushes if not push.who.is_judged]
        judged = tokens(self._connection, bare) if bare else {}
        missing = {push.who.device_id for push in self._pushes} - rows.keys()
        locked = self._among(missing) if missing and len(self._pushes) > 1 else set()
        desks: list[_Desk] = []
        for push in self._pushes:
            device_id = push.who.device_id
            if device_id in locked or any(one.push.who.device_id == device_id for one in desks):
                continue
            row = rows.get(device_id)
            try:
                if not push.who.is_judged:
                    judge(judged.get(push.who.token_hash), device_id, self._store.clock())
                if row is None or row.state != "active":
                    raise Trouble(401, "device_revoked")
                if row.user_id != push.who.user_id:
                    raise Trouble(403, "device_of_other_user")
            except Trouble as trouble:
                push.trouble, push.is_settled = trouble, True
                continue
            desks.append(_Desk(push, row, row.last_seq, row.dec_hash))
        return desks

    def _among(self, device_ids: set[DeviceId]) -> set[DeviceId]:
        known = t.device.c.device_id
        return set(self._connection.scalars(select(known).where(known.in_(device_ids))))

    def _take(self, desk: _Desk) -> None:
        """A desk's commands in their order, up to the first that can't be judged."""
        for envelope in desk.push.commands:
            try:
                self._one(desk, envelope)
            except Trouble as trouble:
                desk.trouble = trouble
                return
            self._left -= envelope.verb in NUMBERED

    def _one(self, desk: _Desk, envelope: Envelope) -> None:
        _check_shape(envelope)
        body = decisions.body_hash(envelope.verb, envelope.message_id, envelope.payload, envelope.acting_for)
        if envelope.command_id in self._fresh:
            self._write()
            self._known |= decisions.rows_among(self._connection, [envelope.command_id])
        known = self._known.get(envelope.command_id)
        if known is not None:
            self._repeat(desk, envelope, known, body)
            return
        if envelope.device_seq <= desk.last_seq:
            raise Trouble(409, "device_fork")
        if envelope.device_seq > desk.last_seq + 1:
            raise Trouble(409, "expect", str(desk.last_seq + 1))
        self._now = max(self._store.clock(), self._now)
        outcome = self._outcome(desk.push.who, envelope)
        self._fresh.add(envelope.command_id)
        self._wave.append(_Judged(desk, len(desk.made), envelope, body, self._now, outcome))
        desk.made.append(None)
        desk.advance(envelope, outcome.verdict)

    def _repeat(self, desk: _Desk, envelope: Envelope, known: Row[*tuple[Any, ...]], body: str) -> None:
        """The stored decision; one that comes under a new number takes its place in its desk's row (P9).

        An empty step says nothing of its command and only keeps a number: where twins of a profile differ, the one
        that comes first is the answer to both.
        """
        decision = decisions.decision_in(known)
        is_same = NOOP in (envelope.verb, decision.verdict.value) or known.body_hash == body
        if not is_same or known.user_id != desk.push.who.user_id:
            raise Trouble(409, "id_reused")
        if envelope.device_seq == desk.last_seq + 1:
            decision = replace(decision, device_seq=envelope.device_seq)
            self._connection.execute(
                update(t.command_log)
                .where(t.command_log.c.command_id == decision.command_id)
                .values(
                    device_id=desk.row.device_id,
                    device_seq=decision.device_seq,
                    decision=to_json(decision).decode(),
                )
            )
            desk.advance(envelope, decision.verdict)
        desk.made.append(decision)

    def _outcome(self, who: Principal, envelope: Envelope) -> Outcome:
        if envelope.verb in (NOOP, PARK):
            return Outcome(Verdict.NOOP if envelope.verb == NOOP else Verdict.PARKED)
        person = self._reference.directory.people.get(who.user_id)
        if person is None or not person.active:
            raise Trouble(401, "unauthorised")
        command = _command(envelope)
        if self._rests_on_wave(envelope):
            self._write()
        given = Given(
            command_id=envelope.command_id,
            message_id=envelope.message_id,
            command=command,
            actor=Actor(person),
            at=self._now,
            base=envelope.base,
            device_id=who.device_id,
        )
        return decided(self._unit, given)

    def _rests_on_wave(self, envelope: Envelope) -> bool:
        """Whether something that this one is judged by is decided but not yet written."""
        after = envelope.base.after
        return (
            self._unit.has_pending(envelope.message_id)
            or self._unit.has_files
            or (after is not None and any(one.envelope.command_id == after for one in self._wave))
        )

    def _write(self) -> None:
        """What was gathered, and the decisions on it."""
        if not self._wave:
            return
        if self._left and self._unit.entries:
            self._unit.lock_numbers()
        self._unit.flush()
        rows = []
        for one in self._wave:
            envelope, who = one.envelope, one.desk.push.who
            decision = one.outcome.decision(envelope.command_id, envelope.device_seq)
            one.desk.made[one.place] = decision
            parked = to_json(envelope).decode() if envelope.verb == PARK else None
            rows.append(
                decisions.log_row(decision, who.user_id, envelope.message_id, one.body, one.at, who.device_id, parked)
            )
        decisions.log(self._connection, rows)
        self._wave.clear()


def _command(envelope: Envelope) -> Command:
    try:
        command = command_from(envelope.verb, envelope.payload)
    except BadWire as wrong:
        raise Trouble(422, "bad_wire", str(wrong), field="payload") from None
    if isinstance(command, Split):
        for part in command.parts:
            _check_uuid(part.message_id, "parts")
    return command


def _check_shape(envelope: Envelope) -> None:
    for name in ("command_id", "message_id"):
        _check_uuid(getattr(envelope, name), name)
    if envelope.schema_ver > SCHEMA_VER:
        raise Trouble(422, "schema_too_new", field="schema_ver")
    if envelope.schema_ver < OLDEST_SCHEMA:
        raise Trouble(422, "schema_too_old", field="schema_ver")


def _check_uuid(value: str, name: str) -> None:
    try:
        canonical = str(uuid.UUID(value))
    except (ValueError, AttributeError):
        canonical = ""
    if canonical != value:
        raise Trouble(422, "bad_wire", "not a UUID", field=name)


_device = t.device.c
SELECT_DEVICES = (
    select(
        _device.device_id,
        _device.user_id,
        _device.state,
        _device.last_seq,
        _device.dec_hash,
        _device.backup_floor,
        select(t.store.c.directory_version).scalar_subquery().label("directory_version"),
        select(t.journal_head.c.ts).scalar_subquery().label("head_ts"),
    )
    .where(_device.device_id.in_(bindparam("b_ids", expanding=True)))
    .with_for_update(of=t.device)
)
SELECT_FREE_DEVICES = SELECT_DEVICES.with_for_update(of=t.device, skip_locked=True)
UPDATE_DEVICE = (
    update(t.device)
    .where(_device.device_id == bindparam("b_id"))
    .values(last_seq=bindparam("b_seq"), dec_hash=bindparam("b_hash"))
)
