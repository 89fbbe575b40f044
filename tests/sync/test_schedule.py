"""When the network threads talk: pauses after troubles, obedience, one stop for good."""

import threading
from collections.abc import Callable

from arm.sync.schedule import LONGEST_PAUSE_S, BackOff, Schedule
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


def schedule(turn: Callable[[Callable[[], bool]], None], told: Callable[[SyncTrouble | None], None]) -> Schedule:
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

    running = schedule(turn, lambda trouble: stopped.set())
    running.start()
    thread = running._threads[0]
    assert stopped.wait(10)
    thread.join(10)
    assert turns == [1] and not running.is_running
    running.stop()


def test_something_to_send_wakes_at_once() -> None:
    turned = threading.Semaphore(0)
    running = schedule(lambda is_stopping: turned.release(), lambda trouble: None)
    running.start()
    assert turned.acquire(timeout=10)
    running.wake()
    assert turned.acquire(timeout=10)
    running.stop()


def test_stopping_does_not_wait_for_a_pause() -> None:
    told = threading.Event()

    def turn(is_stopping: Callable[[], bool]) -> None:
        raise SyncTrouble("server_fault", {"retry_after_s": "3600"})

    running = schedule(turn, lambda trouble: told.set())
    running.start()
    thread = running._threads[0]
    assert told.wait(10)
    running.stop()
    assert not thread.is_alive()
