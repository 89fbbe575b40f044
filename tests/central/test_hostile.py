"""Hostile hands at the central store: strange values, taken ids, guessing in bursts, strangers who lock others out."""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from datetime import timedelta

import pytest

from arm import wire
from arm.central.access import GUESSES_A_DAY, Passwords
from arm.central.central import Central
from arm.central.problems import Trouble
from arm.domain.commands import Comment, Split, SplitPart
from arm.domain.identity import CommandId, DeviceId, MessageId
from arm.domain.message import Stage
from tests.central.region import CITY, PASSWORD, HandClock, desk, new_id, registered, topic

FOREIGN = "a\0b"


def sign_in(central: Central, login: str, password: str, device_id: str = "") -> wire.SignInAnswer:
    device = DeviceId(device_id or str(uuid.uuid4()))
    return central.sign_in(wire.SignInRequest(login=login, password=password, device_id=device))


def split_into(central: Central, *ids: MessageId) -> Split:
    category, subcategory = topic(central)
    parts = (
        SplitPart(message_id=one, text="часть", category=category, subcategory=subcategory, organisation=CITY)
        for one in ids
    )
    return Split(parts=tuple(parts))


def test_a_part_cannot_take_the_place_of_another_message(central: Central) -> None:
    taken, whole = registered(central, "чужое"), registered(central)
    decision = desk(central, "moderator").do(whole, split_into(central, new_id(), taken))
    assert (decision.verdict, decision.reason) == (wire.Verdict.REFUSED, "already_registered")
    for one in (taken, whole):
        kept = central.message(one)
        assert kept is not None
        assert kept.stage is Stage.MODERATION


def test_parts_have_proper_ids(central: Central) -> None:
    whole, moderator = registered(central), desk(central, "moderator")
    with pytest.raises(Trouble, match="bad_wire"):
        moderator.do(whole, split_into(central, MessageId("x" * 100), new_id()))
    assert moderator.do(whole, split_into(central, new_id(), new_id()), device_seq=1).verdict is wire.Verdict.ACCEPTED


def test_a_base_that_no_store_can_hold_is_a_shape_and_no_fault(central: Central) -> None:
    message_id, operator = registered(central), desk(central, "operator")
    envelope = operator.envelope(message_id, Comment(text="да"), wire.Base(after=CommandId(FOREIGN)))
    try:
        operator.send(envelope)
    except Trouble as wrong:
        assert wrong.problem.status == 422


def test_strange_ids_are_never_a_fault(central: Central) -> None:
    operator = desk(central, "operator")
    for ask in (
        lambda: central.handle_fetch(operator.who, wire.FetchRequest(message_ids=[MessageId(FOREIGN)])),
        lambda: central.uploads.read(operator.who, FOREIGN),
        lambda: central.uploads.offset(operator.who, FOREIGN),
        lambda: central.uploads.append(operator.who, FOREIGN, 0, b"x"),
        lambda: sign_in(central, FOREIGN, PASSWORD),
    ):
        try:
            ask()
        except Trouble as wrong:
            assert wrong.problem.status in (401, 404, 422)


def test_guesses_at_once_are_no_more_than_guesses_in_a_row(central: Central) -> None:
    """Each of a burst passes the first check; what they learn is counted one after another."""
    sign_in_codes: Counter[str] = Counter()

    def guess() -> None:
        try:
            sign_in(central, "manager", "guess")
        except Trouble as wrong:
            sign_in_codes[wrong.code] += 1

    burst = [threading.Thread(target=guess) for _ in range(14)]
    for one in burst:
        one.start()
    for one in burst:
        one.join()
    assert sum(sign_in_codes.values()) == 14
    assert sign_in_codes["wrong_password"] <= 6


def test_strangers_cannot_lock_a_user_out_of_his_own_workstation(central: Central, clock: HandClock) -> None:
    clock.moment = clock.moment.replace(hour=0)
    own = str(uuid.uuid4())
    assert sign_in(central, "executor", PASSWORD, own)
    for _ in range(GUESSES_A_DAY):
        with pytest.raises(Trouble, match=r"wrong_password|throttled"):
            sign_in(central, "executor", "guess")
    with pytest.raises(Trouble, match="throttled"):
        sign_in(central, "executor", PASSWORD)
    assert sign_in(central, "executor", PASSWORD, own)


def test_a_clock_that_ran_ahead_leaves_nobody_waiting(central: Central, clock: HandClock) -> None:
    right = clock.moment
    clock.moment += timedelta(days=400)
    for _ in range(6):
        with pytest.raises(Trouble, match="wrong_password"):
            sign_in(central, "manager", "guess")
    clock.moment = right
    assert sign_in(central, "manager", PASSWORD)


def test_a_flood_of_sign_ins_is_told_to_come_again() -> None:
    with pytest.raises(Trouble, match="busy") as full:
        Passwords(queue=0).fits("", "guess")
    assert full.value.problem.retry_after_s
