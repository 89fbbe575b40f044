"""A desk's push: its commands decided in their order, together with what other desks sent at that moment (P7–P9)."""

from __future__ import annotations

from sqlalchemy.exc import SQLAlchemyError

from arm.central.access import Principal
from arm.central.problems import StoreTrouble, Trouble
from arm.central.store import Store
from arm.central.together import Push, settle
from arm.wire import MAX_BATCH, Decision, DeviceState, Envelope, PushAnswer, PushRequest

FAULTS = (SQLAlchemyError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What a fault of ours may raise: it must not become the answer to another desk's commands."""


def push(store: Store, who: Principal, request: PushRequest) -> PushAnswer:
    """Decisions in the order sent; the first trouble ends the batch and is raised when nothing was decided."""
    if request.device_id != who.device_id:
        raise Trouble(403, "device_of_other_user")
    if len(request.commands) > MAX_BATCH:
        raise Trouble(413, "too_large")
    mine = Push(who, request.commands)
    store.turns.take(mine, max(1, len(mine.commands)), lambda pushes: _settle_all(store, pushes))
    if not mine.is_settled:
        _settle_alone(store, mine)
    if mine.trouble is not None and not mine.made:
        raise mine.trouble
    return PushAnswer(decisions=mine.made, device=mine.state, server_time=store.clock())


def push_one(store: Store, who: Principal, envelope: Envelope) -> tuple[Decision, DeviceState]:
    """One command in a transaction of its own."""
    alone = Push(who, [envelope])
    settle(store, [alone])
    if alone.trouble is not None:
        raise alone.trouble
    return alone.made[0], alone.state


def _settle_all(store: Store, pushes: list[Push]) -> None:
    """Under one commit; when that fails for a reason that may be one command's, each is left to its own thread.

    A commit of unknown outcome and a database that can't be used are everybody's answer.
    """
    is_single = len(pushes) == 1 and len(pushes[0].commands) <= 1
    try:
        settle(store, pushes)
    except StoreTrouble as trouble:
        _fail(pushes, trouble)
    except Trouble as trouble:
        if is_single or trouble.code == "uncertain":
            _fail(pushes, trouble)
    except FAULTS:
        if is_single:
            raise


def _fail(pushes: list[Push], trouble: Exception) -> None:
    for one in pushes:
        one.made, one.trouble, one.is_settled = [], trouble, True


def _settle_alone(store: Store, mine: Push) -> None:
    """Command by command, waiting for locks: the one that can't be decided ends the batch."""
    for envelope in mine.commands:
        try:
            decision, mine.state = push_one(store, mine.who, envelope)
        except (Trouble, StoreTrouble) as trouble:
            mine.trouble = trouble
            return
        mine.made.append(decision)
