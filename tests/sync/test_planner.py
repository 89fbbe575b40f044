"""Properties of the planner's pure parts (tier T1): some ten thousand drawn cases in a few seconds."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlcipher3 import dbapi2 as sqlite

from arm.central.feed import Cursor, seal, unseal
from arm.domain.identity import CommandId, DeviceId, MessageId
from arm.local.cache import CacheFile
from arm.local.outbox import NOT_TAKEN, Entry, Outbox, Settled
from arm.local.pages import Replica
from arm.local.work_schema import MIGRATIONS
from arm.sync.ports import Storage, Transport
from arm.sync.schedule import LONGEST_ASKED_S, LONGEST_PAUSE_S, BackOff
from arm.sync.sending import NOOP, UNSURE, Sender, carried_on
from arm.sync.troubles import SyncTrouble
from arm.wire import (
    MAX_BATCH,
    Base,
    Decision,
    DeviceState,
    Envelope,
    PushAnswer,
    PushRequest,
    Verdict,
    next_dec_hash,
)

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
many = settings(max_examples=1200, deadline=None, derandomize=True, database=None)
some = settings(max_examples=300, deadline=None, derandomize=True, database=None)
ids = st.integers(1, 8).map(lambda n: CommandId(str(UUID(int=n))))
verdicts = st.sampled_from(list(Verdict))


@st.composite
def runs(draw: st.DrawFn) -> list[Decision]:
    """Decisions of one device in the order of their numbers, from 1 on."""
    found = draw(st.lists(verdicts, max_size=8))
    return [Decision(command_id=CommandId(f"c{n}"), device_seq=n, verdict=one) for n, one in enumerate(found, 1)]


@many
@given(runs(), st.data())
def test_the_digest_is_the_stores_whatever_is_repeated(decisions: list[Decision], draws: st.DataObject) -> None:
    stores = ""
    for one in decisions:
        stores = next_dec_hash(stores, one.command_id, one.verdict)
    cut = draws.draw(st.integers(0, len(decisions)))
    heard = carried_on((0, ""), decisions[:cut])
    again = draws.draw(st.integers(0, cut))
    heard = carried_on(heard, decisions[again:])
    assert heard == (len(decisions), stores)
    assert carried_on(heard, decisions) == heard


@many
@given(runs(), st.randoms(use_true_random=False))
def test_answers_out_of_turn_never_take_the_digest_back(decisions: list[Decision], chance: Any) -> None:
    digest = (0, "")
    for one in chance.choices(decisions, k=12) if decisions else []:
        before, digest = digest, carried_on(digest, [one])
        assert digest[0] in (before[0], before[0] + 1)
        assert (digest == before) == (one.device_seq != before[0] + 1)


settled = st.builds(
    Settled,
    command_id=ids,
    state=st.sampled_from(["accepted", "refused", "conflict", "parked", "noop"]),
    reason=st.sampled_from(["", "stale"]),
    result_seq=st.none() | st.integers(1, 9),
)


@contextmanager
def outbox(count: int) -> Iterator[Outbox]:
    connection = sqlite.connect(":memory:", isolation_level=None)
    for statements in MIGRATIONS:
        for statement in statements:
            connection.execute(statement)
    made = Outbox(connection, threading.RLock())
    for number in range(1, count + 1):
        made.add(Entry(command_id=str(UUID(int=number)), verb="comment", message_id="m", payload=b"{}", created_at=""))
    yield made
    connection.close()


def rows(box: Outbox) -> list[Entry]:
    return sorted([*box.open_entries(), *box.archived(-99)], key=lambda one: (one.device_seq, one.command_id))


@some
@given(st.lists(settled, min_size=1, max_size=6))
def test_settling_the_same_answer_twice_is_settling_it_once(answer: list[Settled]) -> None:
    unique = list({one.command_id: one for one in answer}.values())
    with outbox(8) as box:
        box.settle(unique, "at")
        once = rows(box)
        assert box.settle(unique, "at") == []
        assert rows(box) == once


@some
@given(st.lists(settled, min_size=2, max_size=6, unique_by=lambda one: one.command_id), st.randoms())
def test_answers_on_different_commands_may_come_in_any_order(answers: list[Settled], chance: Any) -> None:
    with outbox(8) as one, outbox(8) as other:
        for answer in answers:
            one.settle([answer], "at")
        for answer in chance.sample(answers, len(answers)):
            other.settle([answer], "at")
        assert rows(one) == rows(other)


@some
@given(st.lists(settled, max_size=6), st.integers(1, 8))
def test_numbers_stay_dense_over_whatever_is_settled_and_renumbered(answer: list[Settled], more: int) -> None:
    with outbox(8) as box:
        box.settle(answer, "at")
        box.archive([one.command_id for one in answer])
        box.renumber("other", "new")
        numbers = [one.device_seq for one in (*box.archived(0, 99), *box.unsent(99))]
        assert numbers == list(range(1, len(numbers) + 1))
        assert {one.state for one in rows(box) if one.device_seq < 0} <= NOT_TAKEN
        entry = Entry(command_id="new", verb="comment", message_id="m", payload=b"{}", created_at="")
        decided = max((one.device_seq for one in rows(box)), default=0)
        assert box.add(entry) == max(0, decided) + 1


cursors = st.builds(
    Cursor,
    seq=st.integers(0, 2**63 - 1),
    head=st.integers(0, 2**63 - 1),
    hash8=st.binary(min_size=8, max_size=8),
    scope=st.binary(min_size=16, max_size=16),
    store=st.binary(min_size=16, max_size=16),
)


@many
@given(cursors, st.binary(min_size=32, max_size=32), st.integers(0, 70), st.integers(1, 255))
def test_a_cursor_is_read_by_its_store_for_its_device_alone(
    cursor: Cursor, key: bytes, place: int, change: int
) -> None:
    text = seal(cursor, key, DeviceId("one"))
    assert unseal(text, key, DeviceId("one")) == cursor
    assert unseal(text, key, DeviceId("other")) is None
    assert unseal(text, bytes(32) if key != bytes(32) else b"1" * 32, DeviceId("one")) is None
    at = place % len(text)
    other = text[:at] + chr((ord(text[at]) - 32 + change) % 95 + 32) + text[at + 1 :]
    read = unseal(other, key, DeviceId("one"))
    assert read is None or read == cursor


@pytest.fixture
def replica(tmp_path: Path) -> Iterator[tuple[Replica, CacheFile]]:
    cache = CacheFile(tmp_path, bytes(32), lambda: "x", True)
    yield Replica(cache, lambda: NOW), cache
    cache.close()


@settings(some, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pages=st.lists(st.tuples(st.integers(0, 4), st.integers(1, 3)), max_size=10))
def test_the_cursor_only_goes_on_whatever_pages_come_in_whatever_order(
    replica: tuple[Replica, CacheFile], pages: list[tuple[int, int]]
) -> None:
    stock, cache = replica
    cache.keep(cursor=b"0")
    at = 0
    for begins, length in pages:
        ends = begins + length
        kept = {"cursor": str(ends).encode()}
        applied = stock.apply([], kept=kept, expected_cursor=str(begins).encode())
        assert (applied is not None) == (begins == at)
        at = ends if applied is not None else at
        assert int(cache.kept("cursor") or b"") == at


class Lucky:
    def __init__(self, share: float) -> None:
        self._share = share

    def uniform(self, low: float, high: float, /) -> float:
        return low + (high - low) * self._share


@many
@given(st.lists(st.none() | st.integers(0, 100_000), min_size=1, max_size=12), st.floats(0, 1))
def test_a_pause_is_never_longer_than_its_bound_nor_shorter_than_asked(
    asked: Sequence[int | None], share: float
) -> None:
    back_off = BackOff(Lucky(share))
    for one in asked:
        params = {} if one is None else {"retry_after_s": str(one)}
        pause_s = back_off.pause_s(SyncTrouble("offline", params))
        if one is None:
            assert 0 <= pause_s <= LONGEST_PAUSE_S
        else:
            assert min(one, LONGEST_ASKED_S) <= pause_s <= LONGEST_ASKED_S + LONGEST_PAUSE_S


class Desk:
    """A desk that knows some of its decided commands and has forgotten the others."""

    def __init__(self, known: set[int], decided: int) -> None:
        self._known, self._decided = known, decided
        self.settled: list[int] = []
        self._digest = (decided, "ours")

    def unsent(self, limit: int) -> list[Envelope]:
        return []

    def decided_seq(self) -> int:
        return self._decided

    def decided_after(self, device_seq: int, limit: int) -> list[Envelope]:
        return [envelope(one) for one in sorted(self._known) if one > device_seq][:limit]

    def settle(self, decisions: Sequence[Decision], digest: tuple[int, str]) -> int:
        self.settled += [one.device_seq for one in decisions]
        return 0

    def device_id(self) -> str:
        return "device"

    def digest(self) -> tuple[int, str]:
        return self._digest

    def adopted(self, digest: tuple[int, str], differing: int) -> None:
        self._digest = digest

    def restored(self, digest: tuple[int, str]) -> None:
        self._digest = digest

    def reoffered(self, offered: int, differing: int) -> None: ...


class Wire:
    """Takes everything, keeps what was sent, and tells again what it decided."""

    def __init__(self, stores: int) -> None:
        self.sent: list[Envelope] = []
        self.decided = {one: self._decision(envelope(one)) for one in range(1, stores + 1)}

    @staticmethod
    def _decision(one: Envelope) -> Decision:
        return Decision(command_id=one.command_id, device_seq=one.device_seq, verdict=Verdict.NOOP)

    def push(self, request: PushRequest) -> PushAnswer:
        self.sent += request.commands
        decisions = [self._decision(one) for one in request.commands]
        self.decided |= {one.device_seq: one for one in decisions}
        state = DeviceState(last_seq=max(self.decided), dec_hash="")
        return PushAnswer(decisions=decisions, device=state, server_time=NOW)

    def decisions(self, after: int) -> list[Decision]:
        return [self.decided[number] for number in sorted(self.decided) if number > after]


def envelope(number: int) -> Envelope:
    return Envelope(
        command_id=CommandId(f"c{number}"),
        device_seq=number,
        verb="comment",
        message_id=MessageId("m"),
        base=Base(),
        payload={},
    )


@many
@given(st.sets(st.integers(1, 80)), st.integers(1, 80), st.integers(0, 79))
def test_a_restored_store_gets_every_number_and_noops_where_nothing_is_left(
    known: set[int], decided: int, stores: int
) -> None:
    known = {one for one in known if one <= decided}
    stores = min(stores, decided - 1)
    desk, wire = Desk(known, decided), Wire(stores)
    fresh = iter(range(1000))
    sender = Sender(
        cast("Transport", wire),
        cast("Storage", desk),
        SimpleNamespace(new=lambda: f"hole-{next(fresh)}"),
        lambda moment: None,
        lambda: NOW,
    )
    assert sender.settle_up(DeviceState(last_seq=stores, dec_hash=""))
    sent = [one for one in wire.sent if one.device_seq > stores]
    assert [one.device_seq for one in wire.sent if one not in sent] == [one for one in (stores,) if one in known]
    numbers = [one.device_seq for one in sent]
    assert numbers == list(range(stores + 1, min(decided, stores + MAX_BATCH) + 1))
    for one in sent:
        is_known = one.device_seq in known
        assert (one.command_id == f"c{one.device_seq}") == is_known
        assert is_known or (one.verb, one.payload) == (NOOP, {})
    # as long as it lacks more, its decisions are in doubt
    assert desk.digest() == (decided, "" if numbers[-1] == decided else UNSURE)
    offered = [number for number in numbers if number in known]
    assert desk.settled[: len(offered)] == offered
