"""The log of decisions: what was decided on which command, repeats answered from it (P8, P9)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select

from arm.central import tables as t
from arm.domain.identity import CommandId, DeviceId, MessageId, UserId
from arm.wire import Decision, from_json, to_json


def body_hash(verb: str, message_id: MessageId, payload: Mapping[str, Any], acting_for: str | None) -> str:
    """What makes a repeat the same command: neither its place in a device's queue, which may be renumbered, nor what
    it was made on, which is named otherwise when it is offered again (P9): its place in the list stays empty."""
    body = json.dumps(
        [verb, message_id, None, acting_for, payload],
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )
    return hashlib.sha256(body.encode()).hexdigest()


def rows_among(connection: Connection, command_ids: Iterable[CommandId]) -> dict[CommandId, Row[*tuple[Any, ...]]]:
    """What is logged of those of the ids that were decided before."""
    return {CommandId(row.command_id): row for row in connection.execute(SELECT_LOGGED, {"b_ids": list(command_ids)})}


def logged_among(connection: Connection, command_ids: Iterable[CommandId]) -> dict[CommandId, Decision]:
    """Decisions on those of the ids that were decided before."""
    known = t.command_log.c
    rows = connection.execute(select(known.command_id, known.decision).where(known.command_id.in_(list(command_ids))))
    return {CommandId(row.command_id): from_json(row.decision, Decision) for row in rows}


def decision_in(row: Row[*tuple[Any, ...]]) -> Decision:
    return from_json(row.decision, Decision)


def log_row(
    decision: Decision,
    user_id: UserId,
    message_id: MessageId,
    body: str,
    at: datetime,
    device_id: DeviceId | None = None,
    parked_body: str | None = None,
) -> dict[str, Any]:
    return {
        "command_id": decision.command_id,
        "user_id": user_id,
        "device_id": device_id,
        "device_seq": decision.device_seq if device_id is not None else None,
        "message_id": message_id,
        "body_hash": body,
        "verdict": decision.verdict.value,
        "decision": to_json(decision).decode(),
        "result_seq": decision.result_seq,
        "result_rev": decision.result_rev,
        "parked_body": parked_body,
        "decided_at": at,
    }


def log(connection: Connection, rows: list[dict[str, Any]]) -> None:
    connection.execute(INSERT_LOG, rows)


def of_device(connection: Connection, device_id: DeviceId, after: int, limit: int) -> list[Decision]:
    """A device's decisions in the order of its own numbers, beyond `after`."""
    known = t.command_log.c
    rows = connection.execute(
        select(known.decision)
        .where(known.device_id == device_id, known.device_seq > after)
        .order_by(known.device_seq)
        .limit(limit)
    )
    return [from_json(row.decision, Decision) for row in rows]


_logged = t.command_log.c
SELECT_LOGGED = select(_logged.command_id, _logged.user_id, _logged.body_hash, _logged.decision).where(
    _logged.command_id.in_(bindparam("b_ids", expanding=True))
)
INSERT_LOG = insert(t.command_log)
