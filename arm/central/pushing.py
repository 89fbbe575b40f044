"""A desk's commands, each in its own transaction: order, repeats, decision, log (P7–P9)."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from arm.central import decisions
from arm.central import tables as t
from arm.central.access import Principal
from arm.central.deciding import Given, decided
from arm.central.engine import writing
from arm.central.problems import Trouble
from arm.central.reference import Reference
from arm.central.store import Store
from arm.central.unit import Unit
from arm.domain.commands import Split
from arm.domain.identity import Actor, DeviceId
from arm.wire import (
    MAX_BATCH,
    SCHEMA_VER,
    BadWire,
    Decision,
    DeviceState,
    Envelope,
    PushAnswer,
    PushRequest,
    Verdict,
    command_from,
    next_dec_hash,
    to_json,
)

DeviceRow = Row[*tuple[Any, ...]]
NOOP, PARK = "noop", "park"
OLDEST_SCHEMA = max(1, SCHEMA_VER - 2)


def push(store: Store, who: Principal, request: PushRequest) -> PushAnswer:
    """Decisions in the order sent; the first trouble ends the batch and is raised when nothing was decided."""
    if request.device_id != who.device_id:
        raise Trouble(403, "device_of_other_user")
    if len(request.commands) > MAX_BATCH:
        raise Trouble(413, "too_large")
    made: list[Decision] = []
    state = DeviceState(last_seq=0, dec_hash="")
    for envelope in request.commands:
        try:
            decision, state = push_one(store, who, envelope)
        except Trouble:
            if not made:
                raise
            break
        made.append(decision)
    if not made:
        with writing(store.engine) as connection:
            state = _state(_device(connection, who))
    return PushAnswer(decisions=made, device=state, server_time=store.clock())


def push_one(store: Store, who: Principal, envelope: Envelope) -> tuple[Decision, DeviceState]:
    """One command, one transaction in the lock order device → message → number → head (§2.3)."""
    _check_shape(envelope)
    with writing(store.engine) as connection:
        device = _device(connection, who)
        body = decisions.body_hash(
            envelope.verb, envelope.message_id, envelope.payload, envelope.base, envelope.acting_for
        )
        known = decisions.logged(connection, envelope.command_id)
        if known is not None:
            if known.body_hash != body or known.user_id != who.user_id:
                raise Trouble(409, "id_reused")
            decision = decisions.decision_in(known)
            if envelope.device_seq != device.last_seq + 1:
                return decision, _state(device)
            decision = replace(decision, device_seq=envelope.device_seq)
            _move_log(connection, who.device_id, decision)
            return decision, _advance(connection, device, envelope, decision)
        if envelope.device_seq <= device.last_seq:
            raise Trouble(409, "device_fork")
        if envelope.device_seq > device.last_seq + 1:
            raise Trouble(409, "expect", str(device.last_seq + 1))
        now = max(store.clock(), device.head_ts)
        reference = store.shelf.reference(connection, device.directory_version)
        unit = Unit(connection, reference, store.shelf, store.randomness)
        decision = _decide(unit, who, envelope, now, reference)
        parked = to_json(envelope).decode() if envelope.verb == PARK else None
        row = decisions.log_row(decision, who.user_id, envelope.message_id, body, now, who.device_id, parked)
        decisions.log(connection, [row])
        return decision, _advance(connection, device, envelope, decision)


def _decide(unit: Unit, who: Principal, envelope: Envelope, now: datetime, reference: Reference) -> Decision:
    if envelope.verb in (NOOP, PARK):
        verdict = Verdict.NOOP if envelope.verb == NOOP else Verdict.PARKED
        return Decision(command_id=envelope.command_id, device_seq=envelope.device_seq, verdict=verdict)
    person = reference.directory.people.get(who.user_id)
    if person is None or not person.active:
        raise Trouble(401, "unauthorised")
    try:
        command = command_from(envelope.verb, envelope.payload)
    except BadWire as wrong:
        raise Trouble(422, "bad_wire", str(wrong), field="payload") from None
    if isinstance(command, Split):
        for part in command.parts:
            _check_uuid(part.message_id, "parts")
    given = Given(
        command_id=envelope.command_id,
        message_id=envelope.message_id,
        command=command,
        actor=Actor(person),
        at=now,
        base=envelope.base,
        device_id=who.device_id,
    )
    outcome = decided(unit, given)
    unit.flush()
    return outcome.decision(envelope.command_id, envelope.device_seq)


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


def _device(connection: Connection, who: Principal) -> DeviceRow:
    known = t.device.c
    row = connection.execute(
        select(
            known.device_id,
            known.user_id,
            known.state,
            known.last_seq,
            known.dec_hash,
            known.backup_floor,
            select(t.store.c.directory_version).scalar_subquery().label("directory_version"),
            select(t.journal_head.c.ts).scalar_subquery().label("head_ts"),
        )
        .where(known.device_id == who.device_id)
        .with_for_update(of=t.device)
    ).first()
    if row is None or row.state != "active":
        raise Trouble(401, "device_revoked")
    if row.user_id != who.user_id:
        raise Trouble(403, "device_of_other_user")
    return row


def _state(device: DeviceRow) -> DeviceState:
    return DeviceState(last_seq=device.last_seq, dec_hash=device.dec_hash, backup_floor=device.backup_floor)


def _advance(connection: Connection, device: DeviceRow, envelope: Envelope, decision: Decision) -> DeviceState:
    dec_hash = next_dec_hash(device.dec_hash, envelope.command_id, decision.verdict)
    connection.execute(
        update(t.device)
        .where(t.device.c.device_id == device.device_id)
        .values(last_seq=envelope.device_seq, dec_hash=dec_hash)
    )
    return DeviceState(last_seq=envelope.device_seq, dec_hash=dec_hash, backup_floor=device.backup_floor)


def _move_log(connection: Connection, device_id: DeviceId, decision: Decision) -> None:
    """A renumbered repeat keeps its decision and takes its new place in the new device's row (P9)."""
    connection.execute(
        update(t.command_log)
        .where(t.command_log.c.command_id == decision.command_id)
        .values(device_id=device_id, device_seq=decision.device_seq, decision=to_json(decision).decode())
    )
