"""The central store's time: it goes on by a clock that only grows."""

from datetime import timedelta

from arm.sync.timekeeping import ServerTime
from tests.desk_fixture import NOW, Hands


def test_time_goes_on_without_the_network() -> None:
    hands = Hands()
    time = ServerTime(hands)
    time.heard(NOW + timedelta(minutes=3))
    hands.passed_s += 90
    assert time.now() == NOW + timedelta(minutes=4, seconds=30)
    assert time.skew_s == -180


def test_a_set_back_clock_gives_nobody_more_time() -> None:
    hands = Hands()
    time = ServerTime(hands)
    time.heard(NOW)
    hands.moment -= timedelta(days=30)
    hands.passed_s += 1
    assert time.now() == NOW + timedelta(seconds=1)


def test_an_answer_that_was_long_on_its_way_does_not_turn_time_back() -> None:
    hands = Hands()
    time = ServerTime(hands)
    time.heard(NOW)
    hands.passed_s += 10
    time.heard(NOW + timedelta(seconds=4))
    assert time.now() == NOW + timedelta(seconds=10)


def test_a_store_whose_clock_was_mended_is_followed() -> None:
    time = ServerTime(Hands())
    time.heard(NOW)
    time.heard(NOW - timedelta(hours=1))
    assert time.now() == NOW - timedelta(hours=1)


def test_before_the_first_word_the_last_known_skew_counts() -> None:
    assert ServerTime(Hands(), known_skew_s=120).now() == NOW - timedelta(minutes=2)
