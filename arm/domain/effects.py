"""The named effects of the table: what each works out for the event; `apply` has their part of the message."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from arm.domain import terms
from arm.domain.apply import PARTS
from arm.domain.cases import Case, Plan, organisation_of
from arm.domain.clocks import Clocks
from arm.domain.commands import Accept, Endorse, ProposeRedirect, Rate, Reclassify, Register, Submit
from arm.domain.guards_of_fields import zone_of
from arm.domain.identity import OrganisationId, Role
from arm.domain.message import HandDown, Message, Result, Stage, Subject
from arm.domain.naming import may_execute
from arm.domain.routing import route

Effect = Callable[[Case, Plan], None]

MAX_HOPS = 8
"""Routing rules followed one after another; more than this is a loop."""


def place(case: Case, plan: Plan) -> None:
    """The organisation that answers from now on: the one named in the command, if any effect hasn't chosen yet."""
    target = getattr(case.command, "organisation", None)
    if target is not None and not plan.hops:
        plan.organisation = target


def route_down(case: Case, plan: Plan) -> None:
    """Routing rules of the organisation it came to hand it down at once; the rule's executor is only proposed."""
    command, message, directory = case.command, case.present, case.directory
    here = getattr(command, "organisation", None)
    topic = (
        (command.category, command.subcategory)
        if isinstance(command, Accept)
        else (message.category, message.subcategory)
    )
    for _ in range(MAX_HOPS):
        if here is None:
            return
        rule = route(directory.rules, here, *topic, message.channel, message.text)
        lower = organisation_of(directory, rule.organisation) if rule is not None else None
        if rule is None or lower is None or not lower.connected:
            return
        if rule.organisation != here and not directory.tree.is_subordinate(rule.organisation, here):
            return
        person = directory.people.get(rule.executor) if rule.executor else None
        fits = person is not None and may_execute(person, rule.organisation)
        plan.executor = rule.executor if fits else None
        if rule.organisation == here:
            return
        plan.hops = (*plan.hops, HandDown(sender=here, receiver=rule.organisation, by_rule=True))
        here = plan.organisation = rule.organisation


def hand_down(case: Case, plan: Plan) -> None:
    target: OrganisationId | None = getattr(case.command, "organisation", None)
    if target is not None:
        plan.hops = (HandDown(sender=case.present.owner, receiver=target),)
        plan.organisation = target


def hand_up(case: Case, plan: Plan) -> None:
    """To whoever handed it down, last unreturned first (D 3.2 д)."""
    stack = case.present.handed_down
    if stack:
        plan.organisation = stack[-1].sender
        plan.is_return = True


def propose_answer(case: Case, plan: Plan) -> None:
    if isinstance(case.command, Submit | ProposeRedirect):
        plan.stage = Stage.ENDORSEMENT if case.command.endorsers else Stage.APPROVAL


def record_endorsement(case: Case, plan: Plan) -> None:
    """To the approver when all have agreed."""
    tasks = case.present.route.endorsers if case.present.route is not None else ()
    if isinstance(case.command, Endorse) and not any(
        t.endorsed_at is None and t.user_id != case.principal for t in tasks
    ):
        plan.stage = Stage.APPROVAL


def return_work(case: Case, plan: Plan) -> None:
    """An answer to the same executor, a redirect to whoever proposed it."""
    is_answer = case.present.subject is Subject.ANSWER
    plan.stage = Stage.EXECUTION if is_answer else Stage.COORDINATION
    plan.is_return = True


def clear_executor(case: Case, plan: Plan) -> None:
    plan.is_return = True


def give_answer(case: Case, plan: Plan) -> None:
    answer = case.present.answer
    postponed = answer is not None and answer.result is Result.POSTPONED
    plan.stage = Stage.EXECUTION if postponed else Stage.CLOSED


def finish_redirect(case: Case, plan: Plan) -> None:
    if case.present.redirect is not None:
        plan.organisation = case.present.redirect.organisation


def reopen(case: Case, plan: Plan) -> None:
    """Below the threshold: the nearest connected superior of the organisation that answered, else its own (A 1)."""
    threshold, command = case.regulation.low_mark, case.command
    if threshold is None or not isinstance(command, Rate) or command.mark >= threshold:
        plan.stage = Stage.CLOSED
        return
    owner, tree = case.present.owner, case.directory.tree
    above = (one for one in tree.superiors(owner) if one in tree and tree[one].connected)
    plan.organisation = next(above, owner)
    plan.stage = Stage.COORDINATION


def restore(case: Case, plan: Plan) -> None:
    """Row 27: everything as before the last command; due moments are absolute and stand again as they stood."""
    step = case.present.last_step
    if step is not None:
        before: Message = step.before
        plan.stage, plan.organisation, plan.clocks = before.stage, before.organisation, before.clocks


def start_clock(case: Case, plan: Plan) -> None:
    """From registration; the top cabinet's zone counts until an organisation has it."""
    believed = case.role is not Role.APPLICANT and isinstance(case.command, Register)
    outer = case.command.outer_due_at if believed and isinstance(case.command, Register) else None
    at = plan.born[0].registered_at if plan.born else case.setting.now
    top = plan.born[0].top if plan.born else OrganisationId("")
    plan.clocks = terms.on_register(case.regulation, at, zone_of(case, top), top, outer)


def fix_total(case: Case, plan: Plan) -> None:
    """The total for the topic, in the zone of the organisation that answers (T 3.9 counts its days)."""
    message, command = case.present, case.command
    named = isinstance(command, Accept | Reclassify)
    organisation = plan.organisation or message.owner
    here = organisation_of(case.directory, organisation)
    plan.clocks = terms.fix_total(
        _clocks(case, plan),
        case.regulation,
        zone_of(case, organisation),
        command.category if named and isinstance(command, Accept | Reclassify) else message.category,
        command.subcategory if named and isinstance(command, Accept | Reclassify) else message.subcategory,
        case.directory.classifier,
        here.coordination_cap_days if here is not None else None,
    )


def reset_clocks(case: Case, plan: Plan) -> None:
    """Full term of the category from the mark, where it re-opens the message."""
    message = case.present
    if plan.stage is not Stage.CLOSED:
        plan.clocks = terms.reset(
            _clocks(case, plan),
            case.regulation,
            zone_of(case, plan.organisation),
            message.category,
            message.subcategory,
            case.directory.classifier,
            case.setting.now,
        )


def postpone(case: Case, plan: Plan) -> None:
    """The named date becomes the due date when the postponed answer is approved, not before (D 3.4 в)."""
    answer = case.present.answer
    if answer is not None and answer.result is Result.POSTPONED and answer.postponed_until is not None:
        plan.clocks = terms.postpone(
            _clocks(case, plan),
            case.regulation,
            answer.postponed_until,
            zone_of(case, plan.organisation),
            case.setting.now,
        )


def stop_clock(case: Case, plan: Plan) -> None:
    if plan.stage is Stage.CLOSED:
        plan.clocks = terms.stop(_clocks(case, plan), case.setting.now)


def enter_stage(case: Case, plan: Plan) -> None:
    """The stay in the stage that follows begins; one that only goes on isn't entered anew."""
    message = case.present
    if plan.stage is Stage.CLOSED or (plan.stage is message.stage and plan.organisation == message.organisation):
        return
    here = organisation_of(case.directory, plan.organisation)
    plan.clocks = terms.enter_stage(
        _clocks(case, plan),
        case.regulation,
        plan.stage,
        plan.organisation or message.top,
        here.coordination_cap_days if here is not None else None,
        case.setting.now,
        plan.is_return,
    )


def _clocks(case: Case, plan: Plan) -> Clocks:
    return plan.clocks if plan.clocks is not None else case.present.clocks


def _only_applied(case: Case, plan: Plan) -> None:
    """All of this effect is in `apply`."""


_WHERE: tuple[Effect, ...] = (
    route_down,
    hand_down,
    hand_up,
    place,
    propose_answer,
    record_endorsement,
    return_work,
    clear_executor,
    give_answer,
    finish_redirect,
    reopen,
    restore,
)
_CLOCKS: tuple[Effect, ...] = (
    start_clock,
    fix_total,
    reset_clocks,
    postpone,
    stop_clock,
    enter_stage,
)
EFFECTS: dict[str, Effect] = {
    **dict.fromkeys((*PARTS, "record_comment"), _only_applied),
    **{effect.__name__: effect for effect in (*_WHERE, *_CLOCKS)},
    "propose_redirect": propose_answer,
    "recompute_total": fix_total,
}
"""Every effect a table may name."""
_ORDER = {effect: at for at, effect in enumerate((*_WHERE, *_CLOCKS))}


@lru_cache(maxsize=256)
def ordered(names: tuple[str, ...]) -> tuple[Effect, ...]:
    """A row's effects in the order they must be worked out: first where to, then the clocks."""
    found = dict.fromkeys(EFFECTS[name] for name in names)
    return tuple(sorted((e for e in found if e is not _only_applied), key=_ORDER.__getitem__))
