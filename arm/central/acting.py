"""Commands given inside the store, without a desk: by imports, the demonstration, the portal and the system."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from arm.central import decisions
from arm.central import tables as t
from arm.central.deciding import Given, Outcome, decided
from arm.central.engine import writing
from arm.central.problems import Trouble
from arm.central.reference import Reference
from arm.central.store import Store
from arm.central.unit import Unit
from arm.domain.commands import Command
from arm.domain.identity import Actor, CommandId, MessageId, Person, Role, UserId
from arm.wire import Decision, plain

ONE_ROW_EACH = t.store.c.one == t.journal_head.c.one
OUTSIDE = {"applicant": Role.APPLICANT, "system": Role.SYSTEM}


@dataclass(frozen=True, slots=True)
class Act:
    """One command; `at` is its business moment (aware UTC, now by default), the id makes it repeatable."""

    user_id: UserId
    message_id: MessageId
    command: Command
    at: datetime | None = None
    command_id: CommandId | None = None


def act_batch(store: Store, acts: Sequence[Act]) -> list[Decision]:
    """All in one transaction; each has its own decision, repeats have their stored one.

    Without a moment of its own an act is made now, and never before the journal's last entry (P29).
    """
    with writing(store.engine) as connection:
        version, head_ts = connection.execute(
            select(t.store.c.directory_version, t.journal_head.c.ts).join_from(t.store, t.journal_head, ONE_ROW_EACH)
        ).one()
        reference = store.shelf.reference(connection, version)
        now = max(store.clock(), head_ts)
        unit = Unit(connection, reference, store.shelf, store.randomness)
        # all of them before the series of numbers: another order may meet a desk's push and lock both out (§2.3)
        unit.lock([one.message_id for one in acts], waits=True)
        known = decisions.logged_among(connection, [a.command_id for a in acts if a.command_id is not None])
        made: list[tuple[Act, CommandId, Outcome | Decision]] = []
        taken: dict[CommandId, Outcome] = {}
        for one in acts:
            command_id = one.command_id or CommandId(str(uuid.uuid4()))
            answer: Outcome | Decision | None = known.get(command_id) or taken.get(command_id)
            if answer is None:
                answer = taken[command_id] = decided(unit, _given(reference, one, command_id, now))
            made.append((one, command_id, answer))
        unit.flush()
        rows: dict[CommandId, dict[str, Any]] = {}
        answers = []
        for one, command_id, answer in made:
            decision = answer if isinstance(answer, Decision) else answer.decision(command_id, 0)
            answers.append(decision)
            if command_id in taken and command_id not in rows:
                rows[command_id] = _row(one, decision, now)
        if rows:
            decisions.log(connection, list(rows.values()))
        return answers


def _given(reference: Reference, one: Act, command_id: CommandId, now: datetime) -> Given:
    role = OUTSIDE.get(one.user_id)
    if role is not None:
        person = Person(one.user_id, "", "")
    else:
        found = reference.directory.people.get(one.user_id)
        if found is None or not found.active:
            raise Trouble(401, "unauthorised")
        person = found
    return Given(
        command_id=command_id,
        message_id=one.message_id,
        command=one.command,
        actor=Actor(person, role),
        at=one.at or now,
        is_outside=role is not None,
    )


def _row(one: Act, decision: Decision, now: datetime) -> dict[str, Any]:
    body = decisions.body_hash(one.command.verb.value, one.message_id, plain(one.command), None)
    return decisions.log_row(decision, one.user_id, one.message_id, body, one.at or now)
