"""`decide`: what a command leads to by the table, or the most telling reason why not."""

from __future__ import annotations

from dataclasses import replace

from arm.domain.apply import apply
from arm.domain.births import parts, registered
from arm.domain.cases import Case, Plan, Setting
from arm.domain.commands import Command, Register, Split, SplitPart
from arm.domain.effects import ordered
from arm.domain.events import ActorRef, Event
from arm.domain.guards import GUARDS
from arm.domain.identity import Actor, MessageId
from arm.domain.message import Message, Stage
from arm.domain.notices import notices_of, split_notice
from arm.domain.process import Row
from arm.domain.refusals import Reason, Refused
from arm.domain.rights import find_role
from arm.domain.sanity import missing, unknown_on_register, unsound

__all__ = ["Setting", "apply", "decide", "judge", "rows_now"]

ANOTHER_MOMENT = frozenset({Reason.WRONG_STAGE, Reason.CLOSED, Reason.NOT_CLOSED})


def decide(
    message_id: MessageId, message: Message | None, command: Command, actor: Actor, setting: Setting
) -> tuple[Event, ...] | Refused:
    """The events of an allowed command, the message's own first; or the reason and the clause why not."""
    rows = setting.regulation.process.of_verb(command.verb)

    def case_of(row: Row) -> Case:
        return Case(message_id=message_id, message=message, command=command, actor=actor, setting=setting, row=row)

    found = rows_now(message, rows, setting)
    if isinstance(found, Refused):
        his = (row for row in rows if row.is_on and row.stages and find_role(case_of(row)) is None)
        return with_clause_of(found, next(his, None), setting)
    best: tuple[int, Refused] | None = None
    for row in found:
        case = case_of(row)
        passed, refused = judge(case)
        if refused is None:
            return _events(case)
        if best is None or passed > best[0]:
            best = (passed, refused)
    if best is None:
        return Refused(Reason.UNKNOWN_VERB)
    mine = tuple(row for row in rows if row.stages and find_role(case_of(row)) is None) if best[0] == 0 else ()
    why_not_mine = rows_now(message, mine, setting) if mine else ()
    return why_not_mine if isinstance(why_not_mine, Refused) else best[1]


def with_clause_of(refused: Refused, his: Row | None, setting: Setting) -> Refused:
    """A step of another moment, with the clause that gives it to this person rather than to another role."""
    if his is None or refused.reason not in ANOTHER_MOMENT:
        return refused
    return replace(refused, clause=setting.regulation.clause_of(his.number))


def rows_now(message: Message | None, rows: tuple[Row, ...], setting: Setting) -> tuple[Row, ...] | Refused:
    """The rows of a verb that are open for this message as it stands; or why there is none."""
    if not rows:
        return Refused(Reason.UNKNOWN_VERB)
    clause = setting.regulation.clause_of
    births = [r for r in rows if not r.stages]
    if message is None:
        return tuple(r for r in births if r.is_on) or Refused(Reason.UNKNOWN_MESSAGE)
    if births:
        return Refused(Reason.ALREADY_REGISTERED, clause(births[0].number))
    at_stage = [r for r in rows if message.stage in r.stages]
    fitting = [r for r in at_stage if not r.subjects or message.subject in r.subjects]
    found = tuple(r for r in fitting if r.is_on)
    if found:
        return found
    if fitting or not any(r.is_on for r in rows):
        return Refused(Reason.SWITCHED_OFF, clause((fitting or rows)[0].number))
    first = clause(next(r for r in rows if r.is_on).number)
    if at_stage:
        return Refused(Reason.WRONG_SUBJECT, clause(at_stage[0].number), details={"subject": message.subject.value})
    if message.stage is Stage.CLOSED:
        return Refused(Reason.CLOSED, first)
    wanted = [s.value for r in rows if r.is_on for s in r.stages]
    if wanted == [Stage.CLOSED.value]:
        return Refused(Reason.NOT_CLOSED, first)
    details = {"stage": message.stage.value, "wanted": ",".join(dict.fromkeys(wanted))}
    return Refused(Reason.WRONG_STAGE, first, details=details)


def judge(case: Case) -> tuple[int, Refused | None]:
    """Role, bounds, guards in order, then what is missing; and how far it came.

    Without a command only role and guards are asked.
    """
    clause = case.regulation.clause_of(case.row.number)
    refused = find_role(case)
    if refused is not None:
        return 0, replace(refused, clause=clause)
    refused = unsound(case.command) if case.command is not None else None
    if refused is not None:
        return 1, replace(refused, clause=clause)
    passed = 2
    for name in case.row.guards:
        refused = GUARDS[name](case)
        if refused is not None:
            return passed, replace(refused, clause=clause)
        passed += 1
    if case.command is not None:
        refused = missing(case)
        if refused is None and isinstance(case.command, Register):
            refused = unknown_on_register(case, case.command)
        if refused is not None:
            return passed, replace(refused, clause=clause)
    return passed, None


def _events(case: Case) -> tuple[Event, ...]:
    row, message, command = case.row, case.message, case.command
    if command is None:
        raise LookupError("a decision needs a command")
    plan = _plan(case, command)
    event = _event(case, command, plan)
    if message is None:
        return (replace(event, notices=notices_of(case, event, None, apply(None, event))),)
    after = apply(message, event)
    if not isinstance(command, Split):
        notices = notices_of(case, event, message, after)
        return (replace(event, notices=notices) if notices else event,)
    born = parts(case, command)
    parent = replace(event, notices=(split_notice(message, born),) if "applicant" in row.tells else ())
    return (parent, *(_birth(event, part, one) for part, one in zip(command.parts, born, strict=True)))


def _plan(case: Case, command: Command) -> Plan:
    message, row = case.message, case.row
    only_way = row.to if len(row.ways) <= 1 else None
    if isinstance(command, Register):
        born = registered(case, command)
        plan = Plan(stage=Stage.MODERATION, organisation=None, clocks=born.clocks, born=(born,))
    else:
        stage = message.stage if message is not None else Stage.MODERATION
        organisation = message.organisation if message is not None else None
        plan = Plan(stage=only_way or stage, organisation=organisation, clocks=None)
    for effect in ordered(row.effects):
        effect(case, plan)
    return plan


def _event(case: Case, command: Command, plan: Plan) -> Event:
    message, row, person = case.message, case.row, case.actor.person
    clocks = plan.clocks if plan.clocks is not None else case.present.clocks
    return Event(
        message_id=case.message_id,
        row=row.number,
        verb=row.verb,
        at=case.setting.now,
        actor=ActorRef(
            user_id=person.user_id,
            name=person.full_name,
            position=person.position,
            role=case.role,
            standing_in_for=case.stands_for,
            standing_in_for_name=case.directory.name(case.stands_for),
        ),
        command=command,
        clocks=clocks,
        stage_from=message.stage if message is not None else None,
        stage_to=plan.stage,
        organisation_from=message.organisation if message is not None else None,
        organisation_to=plan.organisation,
        clause=case.regulation.clause_of(row.number),
        born=replace(plan.born[0], clocks=clocks) if plan.born else None,
        command_id=case.setting.command_id,
        effects=row.effects,
        executor=plan.executor,
        hops=plan.hops,
        is_recallable=row.is_recallable,
    )


def _birth(event: Event, part: SplitPart, born: Message) -> Event:
    """A part's own first entry: it begins in moderation with the clocks of the whole.

    The other parts are not in it: they may go to organisations that have nothing to do with this one.
    """
    return replace(
        event,
        command=Split(parts=(part,)),
        message_id=born.message_id,
        clocks=born.clocks,
        stage_from=None,
        stage_to=born.stage,
        born=born,
        notices=(),
    )
