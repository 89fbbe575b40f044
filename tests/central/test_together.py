"""Several desks under one commit: each command is decided for itself, and nobody waits or falls for another."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event, func, select, update

from arm.central import chain
from arm.central import tables as t
from arm.central.access import revoke
from arm.central.central import Central
from arm.central.engine import writing
from arm.central.problems import Trouble
from arm.central.pushing import push
from arm.central.together import Push, settle
from arm.central.turns import Turns
from arm.domain.commands import Accept, Comment, Decline
from arm.wire import Base, PushRequest, Verdict
from tests.central.region import CITY, Desk, accepted, desk, new_id, phone_call, registered, topic
from tests.central.test_journal import journal_rows


def commits_of(central: Central) -> list[object]:
    seen: list[object] = []
    event.listen(central.store.engine, "commit", seen.append)
    return seen


def call_of(operator: Desk) -> Push:
    return Push(operator.who, [operator.envelope(new_id(), phone_call(), Base())])


def test_desks_share_a_commit_and_each_gets_its_own_decision(central: Central) -> None:
    desks = [desk(central, "operator") for _ in range(5)]
    pushes = [call_of(one) for one in desks]
    commits = commits_of(central)
    settle(central.store, pushes)
    assert len(commits) == 1
    assert [one.made[0].command_id for one in pushes] == [one.commands[0].command_id for one in pushes]
    assert [one.made[0].result_seq for one in pushes] == [1, 2, 3, 4, 5]
    assert [one.state.last_seq for one in pushes] == [1] * 5
    assert len({one.made[0].number for one in pushes}) == 5
    assert chain.first_break(journal_rows(central)) is None
    again = [one.send(*sent.commands) for one, sent in zip(desks, pushes, strict=True)]
    assert [one.decisions for one in again] == [one.made for one in pushes]
    assert [one.device for one in again] == [one.state for one in pushes]


def test_one_that_can_not_be_judged_takes_nobody_with_it(central: Central) -> None:
    good, bad = desk(central, "operator"), desk(central, "operator")
    strange = bad.envelope(new_id(), phone_call(), Base(), payload={"nothing": "known"})
    pushes = [Push(bad.who, [strange]), call_of(good)]
    settle(central.store, pushes)
    assert isinstance(pushes[0].trouble, Trouble)
    assert (pushes[0].trouble.code, pushes[0].made, pushes[0].state.last_seq) == ("bad_wire", [], 0)
    assert pushes[1].made[0].verdict is Verdict.ACCEPTED
    assert central.head() == 1


def test_what_rests_on_a_neighbour_is_judged_after_it(central: Central) -> None:
    """A chain of own edits, and two moderators who decide on the same message at the same moment."""
    message_id, born = registered(central), new_id()
    operator, first, second = desk(central, "operator"), desk(central, "moderator"), desk(central, "moderator")
    seen, (category, subcategory) = Base(rev=first.rev(message_id)), topic(central)
    call = operator.envelope(born, phone_call(), Base())
    remark = operator.envelope(born, Comment(text="Ещё звонили"), Base(after=call.command_id))
    take = Accept(category=category, subcategory=subcategory, organisation=CITY)
    pushes = [
        Push(operator.who, [call, remark]),
        Push(first.who, [first.envelope(message_id, take, seen)]),
        Push(second.who, [second.envelope(message_id, Decline(reason="spam", text="Нет"), seen)]),
    ]
    settle(central.store, pushes)
    made = [one for each in pushes for one in each.made]
    apart = operator.do(message_id, Comment(text="Ещё звонили")).verdict
    assert [one.verdict for one in made] == [Verdict.ACCEPTED, apart, Verdict.ACCEPTED, Verdict.CONFLICT]
    assert made[3].details["changed_verb"] == "accept"
    assert chain.first_break(journal_rows(central)) is None


def test_the_same_command_twice_in_one_batch_has_one_effect(central: Central) -> None:
    operator = desk(central, "operator")
    envelope = operator.envelope(new_id(), phone_call(), Base())
    answer = operator.send(envelope, replace(envelope, device_seq=2))
    assert [one.result_seq for one in answer.decisions] == [1, 1]
    assert answer.device.last_seq == 2
    assert central.head() == 1


@pytest.mark.parametrize("store_kind", ["postgresql"], indirect=True)
def test_a_message_that_somebody_holds_holds_up_its_own_desk_alone(central: Central) -> None:
    held, free = accepted(central), accepted(central)
    slow, quick = desk(central, "coordinator"), desk(central, "coordinator")
    pushes = [
        Push(slow.who, [slow.envelope(held, Comment(text="Жду"))]),
        Push(quick.who, [quick.envelope(free, Comment(text="Иду"))]),
    ]
    with writing(central.store.engine) as other:
        other.execute(update(t.message).where(t.message.c.message_id == held).values(ver=t.message.c.ver))
        settle(central.store, pushes)
        assert [one.is_settled for one in pushes] == [False, True]
    request = PushRequest(device_id=slow.who.device_id, commands=list(pushes[0].commands))
    assert push(central.store, slow.who, request).decisions[0].verdict is Verdict.ACCEPTED


def test_a_common_transaction_that_fails_leaves_each_to_itself(
    central: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator, other = desk(central, "operator"), desk(central, "operator")
    poison = operator.envelope(new_id(), phone_call("Яд"), Base())
    plain_call = other.envelope(new_id(), phone_call(), Base())

    def burst(_c: object, _cursor: object, _s: str, parameters: object, *_: object) -> None:
        if "Яд" in str(parameters):
            raise ValueError

    event.listen(central.store.engine, "before_cursor_execute", burst)
    take = central.store.turns.take

    def with_company(mine: Push, weight: int, do: Callable[[list[Push]], None]) -> None:
        take(mine, weight, lambda group: do([*group, Push(other.who, [plain_call])]))

    monkeypatch.setattr(central.store.turns, "take", with_company)
    with pytest.raises(ValueError):
        operator.send(poison)
    monkeypatch.undo()
    assert other.send(plain_call).decisions[0].verdict is Verdict.ACCEPTED
    assert central.head() == 1


def test_a_token_ended_meanwhile_is_found_in_the_transaction(central: Central) -> None:
    operator = desk(central, "operator")
    who = replace(operator.who, is_judged=False)
    with writing(central.store.engine) as connection:
        revoke(connection, who.token_hash, central.now())
    sent = PushRequest(device_id=who.device_id, commands=[operator.envelope(new_id(), phone_call(), Base())])
    for ask in (lambda: central.handle_push(who, sent), lambda: central.handle_manifest(who)):
        with pytest.raises(Trouble) as told:
            ask()
        assert (told.value.problem.status, told.value.code) == (401, "unauthorised")
    assert central.head() == 0
    with central.store.engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(t.command_log)) == 0


def test_who_comes_meanwhile_is_served_by_the_next_in_turn() -> None:
    turns: Turns[int] = Turns(3)
    begun, go_on, groups, arrived = threading.Event(), threading.Event(), [], threading.Semaphore(0)

    class Queue(deque[Any]):
        def append(self, one: Any) -> None:
            super().append(one)
            arrived.release()

    turns._waiting = Queue()

    def work(group: list[int]) -> None:
        groups.append(group)
        if group == [0]:
            begun.set()
            assert go_on.wait(10)

    threads = [threading.Thread(target=turns.take, args=(0, 1, work))]
    threads[0].start()
    assert begun.wait(10)
    assert arrived.acquire(timeout=10)
    for number in (1, 2, 3, 4):
        threads.append(threading.Thread(target=turns.take, args=(number, 1, work)))
        threads[-1].start()
        assert arrived.acquire(timeout=10)
    go_on.set()
    for one in threads:
        one.join(10)
    assert groups == [[0], [1, 2, 3], [4]]
