"""When the network threads talk: pauses after troubles, obedience, one stop for good."""

import queue
import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from arm.sync.schedule import LONGEST_ASKED_S, LONGEST_PAUSE_S, BackOff, Calls, Schedule, SleepWatch
from arm.sync.troubles import SyncTrouble
from arm.wire import WaitAnswer
from tests.desk_fixture import Hands


class Highest:
    """Randomness that always takes the upper bound."""

    def uniform(self, low: float, high: float, /) -> float:
        return high


class Lowest:
    def uniform(self, low: float, high: float, /) -> float:
        return low


def test_pauses_double_up_to_a_minute_and_begin_anew() -> None:
    back_off, offline = BackOff(Highest()), SyncTrouble("offline")
    assert [back_off.pause_s(offline) for _ in range(8)] == [1, 2, 4, 8, 16, 32, 60, 60]
    back_off.reset()
    assert back_off.pause_s(offline) == 1


def test_pauses_are_jittered_down_to_nothing() -> None:
    back_off = BackOff(Lowest())
    assert {back_off.pause_s(SyncTrouble("offline")) for _ in range(5)} == {0.0}


def test_what_the_store_asks_for_is_obeyed() -> None:
    asked = SyncTrouble("throttled", {"retry_after_s": "120"})
    assert BackOff(Lowest()).pause_s(asked) == 120 > LONGEST_PAUSE_S


def test_a_slip_in_what_the_store_asks_for_does_not_end_sync() -> None:
    for text in ("1000000000", "inf"):
        asked = SyncTrouble("server_fault", {"retry_after_s": text})
        assert BackOff(Highest()).pause_s(asked) == LONGEST_ASKED_S + 1
    for text in ("nan", "-5", "soon", ""):
        assert BackOff(Highest()).pause_s(SyncTrouble("server_fault", {"retry_after_s": text})) == 1


def schedule(turn: Callable[[Callable[[], bool]], None], told: Callable[[SyncTrouble | None, float], None]) -> Schedule:
    def wait(timeout_s: float) -> WaitAnswer | None:
        # the live channel is out of order: only the fallback is left
        raise SyncTrouble("offline")

    return Schedule(turn, wait, told, Highest(), Hands())


def test_a_refused_token_stops_the_loop_once() -> None:
    turns: list[int] = []
    stopped = threading.Event()

    def turn(is_stopping: Callable[[], bool]) -> None:
        turns.append(1)
        raise SyncTrouble("unauthorised")

    running = schedule(turn, lambda trouble, pause_s: stopped.set())
    running.start()
    thread = running._threads[0]
    assert stopped.wait(10)
    thread.join(10)
    assert turns == [1] and not running.is_running
    running.stop()


def test_something_to_send_wakes_at_once() -> None:
    turned = threading.Semaphore(0)
    running = schedule(lambda is_stopping: turned.release(), lambda trouble, pause_s: None)
    running.start()
    assert turned.acquire(timeout=10)
    running.wake()
    assert turned.acquire(timeout=10)
    running.stop()


def test_stopping_does_not_wait_for_a_pause() -> None:
    told = threading.Event()

    def turn(is_stopping: Callable[[], bool]) -> None:
        raise SyncTrouble("server_fault", {"retry_after_s": "3600"})

    running = schedule(turn, lambda trouble, pause_s: told.set())
    running.start()
    thread = running._threads[0]
    assert told.wait(10)
    running.stop()
    assert not thread.is_alive()


def test_a_trouble_is_told_with_the_time_of_the_next_turn() -> None:
    told: queue.Queue[tuple[SyncTrouble | None, float]] = queue.Queue()
    troubles = [SyncTrouble("server_fault", {"retry_after_s": "120"})]

    def turn(is_stopping: Callable[[], bool]) -> None:
        if troubles:
            raise troubles.pop()

    running = schedule(turn, lambda trouble, pause_s: told.put((trouble, pause_s)))
    running.start()
    trouble, pause_s = told.get(timeout=10)
    assert trouble is not None and 120 <= pause_s <= 121
    running.stop()


def test_calls_that_bring_nothing_are_held_back_and_one_that_brings_frees_all() -> None:
    calls = Calls()
    gaps = []
    for _ in range(12):
        calls.came(has_brought=False)
        gaps.append(calls.gap_s())
    assert gaps == [0, 0, 0, 0.25, 0.5, 1, 2, 4, 5, 5, 5, 5]
    calls.came(has_brought=True)
    assert calls.gap_s() == 0


def requests_in(seconds: float, running: Schedule, requests: list[float]) -> float:
    """How many requests a second a running schedule makes."""
    running.start()
    threading.Event().wait(seconds)
    running.stop()
    return len(requests) / seconds


@pytest.mark.parametrize("is_signed_out", [False, True])
def test_a_channel_that_lies_makes_no_storm(is_signed_out: bool) -> None:
    """It says without pause that there is news, or that nobody is signed in: every turn finds nothing (F17)."""
    requests: list[float] = []

    def wait(timeout_s: float) -> WaitAnswer:
        requests.append(timeout_s)
        if is_signed_out:
            raise SyncTrouble("unauthorised")
        return WaitAnswer(head_moved=True, head=len(requests))

    def turn(is_stopping: Callable[[], bool]) -> bool:
        requests.append(0.0)
        return False

    running = Schedule(turn, wait, lambda trouble, pause_s: None, Lowest(), Hands())
    assert requests_in(4.0, running, requests) <= 5


def test_news_through_the_channel_are_never_held_back() -> None:
    turns = threading.Semaphore(0)

    def turn(is_stopping: Callable[[], bool]) -> bool:
        turns.release()
        return True

    moved = WaitAnswer(head_moved=True, head=1)
    running = Schedule(turn, lambda s: moved, lambda trouble, pause_s: None, Lowest(), Hands())
    running.start()
    for _ in range(50):
        assert turns.acquire(timeout=5)
    running.stop()


def test_a_flapping_line_sees_fewer_than_three_requests_a_second() -> None:
    """One second up, one second down, with the unluckiest of jitters (F24)."""
    requests: list[float] = []
    begun = time.monotonic()

    def reach() -> None:
        passed = time.monotonic() - begun
        requests.append(passed)
        if int(passed) % 2:
            raise SyncTrouble("offline")

    def turn(is_stopping: Callable[[], bool]) -> bool:
        reach()
        return False

    def wait(timeout_s: float) -> WaitAnswer:
        reach()
        # held until the line goes down again
        threading.Event().wait(1.0 - (time.monotonic() - begun) % 1.0)
        raise SyncTrouble("offline")

    running = Schedule(turn, wait, lambda trouble, pause_s: None, Lowest(), Hands())
    assert requests_in(6.0, running, requests) <= 3


def test_sleep_is_noticed_by_either_clock_and_a_set_clock_too() -> None:
    hands = Hands()
    watch = SleepWatch(hands)
    hands.pass_by(timedelta(seconds=5))
    assert not watch.has_slept(5.0)
    hands.moment += timedelta(hours=2)
    assert watch.has_slept(5.0)
    hands.pass_by(timedelta(hours=2))
    assert watch.has_slept(5.0)
    hands.moment -= timedelta(days=1)
    assert watch.has_slept(5.0)
    hands.pass_by(timedelta(seconds=6))
    assert not watch.has_slept(5.0)


def test_waking_up_drops_dead_connections_and_begins_a_turn_whatever_the_pause() -> None:
    turned, dropped = threading.Semaphore(0), threading.Event()

    def turn(is_stopping: Callable[[], bool]) -> bool:
        turned.release()
        raise SyncTrouble("offline")

    def wait(timeout_s: float) -> WaitAnswer | None:
        raise SyncTrouble("offline")

    running = Schedule(turn, wait, lambda trouble, pause_s: None, Highest(), Hands(), dropped.set)
    running.start()
    for _ in range(3):
        assert turned.acquire(timeout=10)
        running.woke_up()
    assert dropped.is_set() and turned.acquire(timeout=10)
    running.stop()


def test_a_program_too_old_to_read_goes_on_sending() -> None:
    """What is saved after the store has said so goes out too, without a new start (P22)."""
    turned = threading.Semaphore(0)

    def turn(is_stopping: Callable[[], bool]) -> None:
        turned.release()
        raise SyncTrouble("too_old", {"code": "min_client", "wanted": "9.0.0"})

    running = schedule(turn, lambda trouble, pause_s: None)
    running.start()
    assert turned.acquire(timeout=10)
    running.wake()
    assert turned.acquire(timeout=10), "the queue is still looked after"
    running.stop()


def test_what_the_store_asks_for_is_waited_once() -> None:
    turned = threading.Semaphore(0)

    def turn(is_stopping: Callable[[], bool]) -> None:
        turned.release()
        raise SyncTrouble("server_fault", {"retry_after_s": "3"})

    running = Schedule(turn, lambda timeout_s: None, lambda trouble, pause_s: None, Lowest(), Hands())
    running.start()
    assert turned.acquire(timeout=10)
    begun = time.monotonic()
    assert turned.acquire(timeout=10)
    assert 2.9 < time.monotonic() - begun < 5.9
    running.stop()


def test_a_call_for_what_an_own_turn_has_brought_costs_no_second_turn() -> None:
    """The channel tells a desk of its own commands too; only what is news to it is fetched."""
    turned, waiting, answers = threading.Semaphore(0), threading.Semaphore(0), queue.Queue[WaitAnswer]()

    def wait(timeout_s: float) -> WaitAnswer | None:
        waiting.release()
        return answers.get()

    running = Schedule(
        lambda is_stopping: turned.release(),
        wait,
        lambda trouble, pause_s: None,
        Highest(),
        Hands(),
        is_known=lambda answer: answer.head <= 7,
    )
    running.start()
    assert turned.acquire(timeout=10) and waiting.acquire(timeout=10)
    answers.put(WaitAnswer(head_moved=True, head=7))
    # the channel is opened again without a turn
    assert waiting.acquire(timeout=10)
    assert not turned.acquire(blocking=False)
    answers.put(WaitAnswer(head_moved=True, head=8))
    assert turned.acquire(timeout=10)
    running.stop()
    answers.put(WaitAnswer(head_moved=False, head=8))
