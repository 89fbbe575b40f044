"""The offline lease: whichever clock says more counts, and a clock set back ends it at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arm.sync.lease import LONGEST, SHORTEST, Lease, granted
from tests.desk_fixture import NOW, Hands

DAY = timedelta(days=1)


def test_a_week_without_the_store_locks_and_a_pull_unlocks() -> None:
    hands = Hands()
    lease = Lease(hands, "")
    hands.pass_by(7 * DAY - timedelta(seconds=1))
    assert not lease.state().is_locked and lease.state().left == timedelta(seconds=1)
    hands.pass_by(timedelta(seconds=1))
    assert lease.state().is_locked and lease.state().left == timedelta()
    lease.heard()
    assert not lease.state().is_locked and lease.state().left == 7 * DAY


def test_a_stopped_wall_clock_does_not_stop_the_lease() -> None:
    hands = Hands()
    lease = Lease(hands, "")
    hands.passed_s += 7 * DAY.total_seconds()
    assert lease.state().is_locked


def test_sleep_counts_though_the_growing_clock_stood_still() -> None:
    hands = Hands()
    lease = Lease(hands, "")
    hands.moment += 8 * DAY
    assert lease.state().is_locked


def test_seconds_add_up_over_restarts_and_reboots() -> None:
    hands = Hands()
    kept = ""
    for _ in range(7):
        lease = Lease(hands, kept)
        hands.passed_s += 0.99 * DAY.total_seconds()
        kept = lease.written()
        hands.passed_s = 0.0
    assert not Lease(hands, kept).state().is_locked
    lease = Lease(hands, kept)
    hands.passed_s += 0.1 * DAY.total_seconds()
    assert lease.state().is_locked


def test_a_clock_set_back_locks_until_the_store_is_heard() -> None:
    hands = Hands()
    lease = Lease(hands, "")
    hands.pass_by(DAY)
    assert not lease.state().is_locked
    hands.moment -= timedelta(minutes=4)
    assert not lease.state().is_locked
    hands.moment -= timedelta(minutes=2)
    assert lease.state().is_locked and lease.state().is_set_back
    hands.moment += timedelta(hours=1)
    assert Lease(hands, lease.written()).state().is_set_back
    lease.heard()
    assert not lease.state().is_locked


def test_small_steps_back_do_not_add_up() -> None:
    hands = Hands()
    lease = Lease(hands, "")
    hands.pass_by(DAY)
    lease.state()
    for _ in range(2):
        hands.moment -= timedelta(minutes=4)
        last = lease.state()
    assert last.is_set_back


def test_a_clock_that_ran_ahead_is_forgiven_once_the_store_is_heard() -> None:
    hands = Hands(NOW + 400 * DAY)
    lease = Lease(hands, "")
    hands.moment = NOW
    assert lease.state().is_locked
    lease.heard()
    assert not lease.state().is_locked


@pytest.mark.parametrize("days", [0.0, -1.0, 0.1, float("nan")])
def test_the_store_cannot_give_less_than_a_working_day(days: float) -> None:
    assert granted(days) == SHORTEST.total_seconds()


def test_the_store_has_the_last_word_within_two_weeks() -> None:
    hands = Hands()
    lease = Lease(hands, "")
    lease.grant(1)
    hands.pass_by(DAY)
    assert lease.state().is_locked
    assert granted(400.0) == LONGEST.total_seconds()
    assert Lease(hands, lease.written()).state().is_locked


def test_a_record_that_cannot_be_read_begins_a_lease() -> None:
    assert Lease(Hands(), "{broken").state().left == 7 * DAY


@given(st.lists(st.tuples(st.integers(-400, 400), st.integers(0, 3 * 86400), st.booleans()), max_size=12))
def test_no_clock_lends_more_than_was_granted(steps: list[tuple[int, int, bool]]) -> None:
    """Whatever the wall clock does: seconds run without the store never exceed the lease while it is open."""
    hands = Hands()
    lease = Lease(hands, "")
    ran = 0
    for days, seconds, restarts in steps:
        hands.moment += timedelta(days=days)
        hands.passed_s += seconds
        ran += seconds
        state = lease.state()
        assert state.is_locked or ran < 7 * DAY.total_seconds()
        if restarts:
            kept = lease.written()
            hands.passed_s = 0.0
            lease = Lease(hands, kept)


def test_a_desk_in_step_writes_its_lease_once_a_minute_and_a_kill_costs_no_more() -> None:
    hands = Hands()
    lease = Lease(hands, "")
    kept, wrote = "", 0
    for _ in range(30):
        hands.pass_by(timedelta(seconds=10))
        if lease.heard():
            kept, wrote = lease.written(), wrote + 1
    assert wrote == 5
    assert Lease(hands, kept).state().left >= 7 * DAY - timedelta(minutes=1)


@pytest.mark.parametrize("locked_by", ["time", "a clock set back", "a stopped wall clock"])
def test_a_pull_that_unlocks_is_written_at_once(locked_by: str) -> None:
    hands = Hands()
    lease = Lease(hands, "")
    lease.written()
    if locked_by == "time":
        hands.pass_by(8 * DAY)
    elif locked_by == "a clock set back":
        hands.moment -= timedelta(minutes=10)
    else:
        hands.passed_s += 8 * DAY.total_seconds()
    assert lease.state().is_locked
    kept = lease.written()
    assert Lease(hands, kept).state().is_locked
    lease = Lease(hands, kept)
    assert lease.heard()
    assert not Lease(hands, lease.written()).state().is_locked
