"""Work done ahead: in turn without a thread, or on one; pages that stay packed until they are read."""

from __future__ import annotations

import threading

import pytest

from arm.sync.ahead import InTurn, OneAhead
from arm.sync.troubles import SyncTrouble
from arm.wire import BadWire
from arm.wire_packed import PackedFetch, json_of, packed_from_json


def test_without_a_thread_work_is_done_when_it_is_asked_for() -> None:
    done: list[int] = []
    coming = InTurn().start(lambda: done.append(1))
    assert not coming.is_here() and done == []
    coming.result()
    assert done == [1]


def test_a_thread_works_on_while_the_first_result_is_used() -> None:
    ahead, begun = OneAhead(), threading.Semaphore(0)
    pieces = [ahead.start(begun.release) for _ in range(3)]
    pieces[0].result()
    for _ in pieces:
        assert begun.acquire(timeout=10)
    pieces[2].result()
    assert pieces[1].is_here() and pieces[2].is_here()
    ahead.stop()


def test_what_was_dropped_is_not_done_and_a_trouble_comes_with_its_own_result() -> None:
    ahead, gate, done = OneAhead(), threading.Event(), list[str]()

    def fail() -> None:
        gate.wait(10)
        raise SyncTrouble("offline")

    first, second, third = ahead.start(fail), ahead.start(lambda: done.append("second")), ahead.start(lambda: "third")
    second.drop()
    gate.set()
    assert third.result() == "third" and done == []
    assert not first.is_here() and not second.is_here()
    with pytest.raises(SyncTrouble, match="offline"):
        first.result()
    ahead.stop()
    assert ahead.start(lambda: "anew").result() == "anew"
    ahead.stop()


def card(timeline: bytes) -> bytes:
    head = b'{"cards":[{"message_id":"a","ver":1,"rev":"r","sight":"full","state":{"number":"1"},"timeline":'
    return head + timeline + b"}]}"


def test_a_packed_card_keeps_the_bytes_that_came() -> None:
    (only,) = packed_from_json(card('[{"text":"ёж"}]'.encode()), PackedFetch).cards
    assert json_of(only) == (b'{"number":"1"}', '[{"text":"ёж"}]'.encode())


@pytest.mark.parametrize(
    "broken", [b"[1,]", b'["\xff"]', b'["\xed\xa0\x80"]', b"[tru]", b'["\\x"]', b"[NaN]", b"[" * 9]
)
def test_a_broken_part_of_a_packed_card_is_refused_whole(broken: bytes) -> None:
    with pytest.raises(BadWire):
        packed_from_json(card(broken), PackedFetch)
