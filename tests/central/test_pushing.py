"""What becomes of commands: once, in order, on what they were made on, with a stored answer."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest

from arm.central.central import Central
from arm.central.problems import Trouble
from arm.central.security import noted
from arm.domain.commands import Accept, Assign, Cause, Comment, Decline, Reassign, SendBack, Start
from arm.domain.identity import CommandId, MessageId, UserId
from arm.wire import Base, Verdict, next_dec_hash
from tests.central.region import CITY, accepted, assigned, desk, done, new_id, phone_call, registered, topic


def test_a_call_is_registered_and_its_number_told(central: Central) -> None:
    operator, message_id = desk(central, "operator"), new_id()
    decision = operator.do(message_id, phone_call(), Base())
    assert decision.verdict is Verdict.ACCEPTED
    assert central.id_of_number(decision.number.replace("-", " ")) == message_id
    assert operator.rev(message_id) == decision.result_rev


def test_a_repeat_gets_the_stored_decision_and_has_no_second_effect(central: Central) -> None:
    operator, message_id = desk(central, "operator"), new_id()
    envelope = operator.envelope(message_id, phone_call(), Base())
    first, again = operator.send(envelope), operator.send(envelope)
    assert again.decisions == first.decisions
    assert again.device == first.device
    assert central.head() == 1


def test_a_used_id_with_another_body_is_refused_and_noted(central: Central) -> None:
    operator = desk(central, "operator")
    envelope = operator.envelope(new_id(), phone_call(), Base())
    operator.send(envelope)
    with pytest.raises(Trouble, match="id_reused"):
        operator.send(replace(envelope, payload=envelope.payload | {"text": "Другой текст"}))
    assert [one["user_id"] for one in noted(central.store, "id_reused")] == ["operator"]
    assert central.head() == 1


def test_nobody_gets_the_decision_of_somebody_elses_command(central: Central) -> None:
    operator, stranger = desk(central, "operator"), desk(central, "stranger")
    envelope = operator.envelope(new_id(), phone_call(), Base())
    operator.send(envelope)
    with pytest.raises(Trouble, match="id_reused"):
        stranger.send(envelope)


def test_a_refusal_is_final_even_when_it_would_be_allowed_now(central: Central) -> None:
    message_id = accepted(central)
    executor = desk(central, "executor")
    envelope = executor.envelope(message_id, Comment(text="Вижу"), Base())
    refused = executor.send(envelope).decisions[0]
    done(central, "coordinator", message_id, Assign(executor=UserId("executor")))
    assert refused.verdict is Verdict.REFUSED
    assert executor.send(envelope).decisions[0] == refused


def test_a_stale_base_is_a_conflict_that_tells_who_was_first(central: Central) -> None:
    message_id = registered(central)
    moderator = desk(central, "moderator")
    seen = moderator.rev(message_id)
    category, subcategory = topic(central)
    done(central, "moderator", message_id, Accept(category=category, subcategory=subcategory, organisation=CITY))
    late = moderator.do(message_id, Decline(reason="spam", text="Нет"), Base(rev=seen))
    assert (late.verdict, late.reason) == (Verdict.CONFLICT, "stale")
    assert late.details["changed_by"] == "moderator Выдуманный"
    assert late.details["changed_verb"] == "accept"
    assert late.details["stage"] == "coordination"
    assert central.head() == 2


def test_a_comment_needs_no_equal_base(central: Central) -> None:
    message_id = accepted(central)
    coordinator = desk(central, "coordinator")
    seen = coordinator.rev(message_id)
    done(central, "coordinator", message_id, Comment(text="Первая"))
    assert coordinator.do(message_id, Comment(text="Вторая"), Base(rev=seen)).verdict is Verdict.ACCEPTED


def test_own_offline_commands_follow_each_other(central: Central) -> None:
    message_id = assigned(central)
    executor = desk(central, "executor")
    start = executor.envelope(message_id, Start())
    back = executor.envelope(message_id, SendBack(reason="Не наше"), Base(after=start.command_id))
    made = executor.send(start, back)
    assert [one.verdict for one in made.decisions] == [Verdict.ACCEPTED, Verdict.ACCEPTED]


def test_what_was_built_on_a_refused_command_is_a_conflict(central: Central) -> None:
    message_id = assigned(central)
    executor = desk(central, "executor")
    wrong = executor.envelope(message_id, Assign(executor=UserId("second")))
    back = executor.envelope(message_id, SendBack(reason="Не наше"), Base(after=wrong.command_id))
    made = executor.send(wrong, back)
    assert [one.verdict for one in made.decisions] == [Verdict.REFUSED, Verdict.CONFLICT]


def test_who_lost_the_message_learns_what_happened_and_no_more(central: Central) -> None:
    message_id = assigned(central)
    executor = desk(central, "executor")
    seen = executor.rev(message_id)
    done(central, "coordinator", message_id, Reassign(executor=UserId("second"), cause=Cause.VACATION, reason="Отпуск"))
    late = executor.do(message_id, SendBack(reason="Не наше"), Base(rev=seen))
    assert late.verdict is Verdict.CONFLICT
    assert late.details["changed_by"] == "coordinator Выдуманный"
    assert not {"rev", "stage"} & set(late.details)


@pytest.mark.parametrize("known", [True, False])
def test_a_stranger_learns_nothing_of_a_message(central: Central, known: bool) -> None:
    message_id = accepted(central) if known else new_id()
    decision = desk(central, "stranger").do(message_id, Comment(text="?"), Base(rev="0" * 32))
    assert (decision.verdict, decision.reason, decision.clause) == (Verdict.REFUSED, "unknown_message", "")


def test_commands_come_in_the_devices_order(central: Central) -> None:
    operator = desk(central, "operator")
    with pytest.raises(Trouble) as gap:
        operator.do(new_id(), phone_call(), Base(), device_seq=2)
    assert (gap.value.code, gap.value.problem.detail) == ("expect", "1")
    operator.do(new_id(), phone_call(), Base(), device_seq=1)
    with pytest.raises(Trouble, match="device_fork"):
        operator.do(new_id(), phone_call(), Base(), device_seq=1)
    assert [one["kind"] for one in noted(central.store)] == ["device_fork"]


def test_a_batch_ends_at_the_first_trouble_and_keeps_what_was_decided(central: Central) -> None:
    operator = desk(central, "operator")
    first = operator.envelope(new_id(), phone_call(), Base(), device_seq=1)
    third = operator.envelope(new_id(), phone_call(), Base(), device_seq=3)
    answer = operator.send(first, third)
    assert [one.command_id for one in answer.decisions] == [first.command_id]
    assert answer.device.last_seq == 1


def test_a_renumbered_repeat_keeps_its_decision_on_the_new_device(central: Central) -> None:
    old, new = desk(central, "operator"), desk(central, "operator")
    envelope = old.envelope(new_id(), phone_call(), Base())
    first = old.send(envelope).decisions[0]
    answer = new.send(replace(envelope, device_seq=1))
    assert answer.decisions == [first]
    assert answer.device.last_seq == 1
    assert central.head() == 1


def test_an_empty_step_for_a_decided_command_keeps_its_number_and_is_told_the_decision(central: Central) -> None:
    """Of three twins one was told a refusal before its store counted that number (simulation, seed 40680)."""
    message_id = registered(central)
    old, new = desk(central, "operator"), desk(central, "operator")
    envelope = old.envelope(message_id, Accept(category="roads", subcategory="pits", organisation=CITY), Base())
    told = old.send(envelope).decisions[0]
    assert told.verdict is Verdict.CONFLICT
    empty = replace(envelope, device_seq=1, verb="noop", payload={})
    answer = new.send(empty)
    assert answer.decisions == [replace(told, device_seq=1)] and answer.device.last_seq == 1
    with pytest.raises(Trouble, match="id_reused"):
        desk(central, "stranger").send(empty)


def test_the_digest_of_decisions_runs_on_both_sides(central: Central) -> None:
    operator, digest = desk(central, "operator"), ""
    for _ in range(3):
        answer = operator.send(operator.envelope(new_id(), phone_call(), Base()))
        made = answer.decisions[0]
        digest = next_dec_hash(digest, made.command_id, made.verdict)
    assert answer.device.dec_hash == digest
    assert [one.device_seq for one in central.handle_decisions(operator.who, 1)] == [2, 3]


@pytest.mark.parametrize(("verb", "verdict"), [("noop", Verdict.NOOP), ("park", Verdict.PARKED)])
def test_a_poisoned_entry_takes_its_number_without_effect(central: Central, verb: str, verdict: Verdict) -> None:
    operator = desk(central, "operator")
    decision = operator.do(new_id(), Comment(), Base(), verb=verb, payload={"anything": 1})
    assert decision.verdict is verdict
    assert (operator.send().device.last_seq, central.head()) == (1, 0)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"verb": "fly"}, "bad_wire"),
        ({"payload": {"text": 5}}, "bad_wire"),
        ({"payload": {"strange": ""}}, "bad_wire"),
        ({"command_id": CommandId(str(uuid.uuid4()).upper())}, "bad_wire"),
        ({"schema_ver": 99}, "schema_too_new"),
        ({"schema_ver": 0}, "schema_too_old"),
    ],
)
def test_what_is_not_of_the_protocol_is_no_decision(central: Central, changes: dict[str, object], code: str) -> None:
    operator = desk(central, "operator")
    with pytest.raises(Trouble, match=code):
        operator.do(new_id(), phone_call(), Base(), **changes)
    with pytest.raises(Trouble, match="bad_wire"):
        operator.do(MessageId("../etc"), phone_call(), Base(), device_seq=1)
    assert operator.send().device.last_seq == 0
