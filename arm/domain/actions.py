"""What the action bar shows: the steps of the table that a person could take on a message, now or not yet."""

from __future__ import annotations

from dataclasses import dataclass

from arm.domain.cases import Case, Setting
from arm.domain.commands import Verb
from arm.domain.decide import judge, rows_now, with_clause_of
from arm.domain.guards import is_named_to_stop
from arm.domain.identity import Actor, Role
from arm.domain.message import Message
from arm.domain.process import Row
from arm.domain.refusals import Reason, Refused
from arm.domain.regulation import Regulation
from arm.domain.rights import find_role

NOT_HIS = frozenset({Reason.WRONG_ROLE, Reason.WRONG_ORGANISATION, Reason.NOT_ENTITLED, Reason.NOT_NAMED_TO_STOP})
"""Refusals that say this step is somebody else's work altogether: it isn't shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionState:
    """One step on the bar: open, or dimmed with the reason. `required`, `optional` are fields of the command."""

    verb: Verb
    row: str
    enabled: bool
    why_not: Refused | None = None
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()


def actions(
    message: Message, actor: Actor, setting: Setting, regulation: Regulation | None = None
) -> tuple[ActionState, ...]:
    """One state per verb in the table's order; rows switched off and steps of other people's roles are absent."""
    process = (regulation or setting.regulation).process
    found = (_state(verb, message, actor, setting, process.of_verb(verb)) for verb in Verb)
    order = {row.number: at for at, row in enumerate(process.rows)}
    return tuple(sorted((one for one in found if one is not None), key=lambda one: order[one.row]))


def _state(verb: Verb, message: Message, actor: Actor, setting: Setting, rows: tuple[Row, ...]) -> ActionState | None:
    on = tuple(row for row in rows if row.is_on and row.stages)
    if not on:
        return None
    now = rows_now(message, on, setting)
    if isinstance(now, Refused):
        his = next((row for row in on if _is_his(_case(row, message, actor, setting))), None)
        return _shown(his, with_clause_of(now, his, setting)) if his is not None else None
    best: tuple[int, Row, Refused] | None = None
    for row in now:
        case = _case(row, message, actor, setting)
        passed, refused = judge(case)
        if refused is None:
            return _shown(row, None)
        if refused.reason not in NOT_HIS and (best is None or passed > best[0]) and _is_his(case):
            best = (passed, row, refused)
    return _shown(best[1], best[2]) if best is not None else None


def _is_his(case: Case) -> bool:
    """Whether the step belongs to this person's work at all, whatever the moment."""
    if find_role(case) is not None:
        return False
    guards = case.row.guards
    if "decider_unavailable" in guards and case.present.stage not in case.row.stages:
        return False
    if "is_the_executor" in guards:
        return case.role is Role.EXECUTOR
    return "is_named_to_stop" not in guards or is_named_to_stop(case) is None


def _case(row: Row, message: Message, actor: Actor, setting: Setting) -> Case:
    return Case(message_id=message.message_id, message=message, command=None, actor=actor, setting=setting, row=row)


def _shown(row: Row, why_not: Refused | None) -> ActionState:
    return ActionState(
        verb=row.verb,
        row=row.number,
        enabled=why_not is None,
        why_not=why_not,
        required=row.required,
        optional=row.optional,
    )
