"""The numbers that applicants are told."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arm.central.numbers import SERIES_START, check_digit, read, ticks, worded


def test_a_number_is_said_in_groups_of_four() -> None:
    assert worded(704162) == f"0704-162{check_digit('0704162')}"
    assert worded(123_456_789) == f"12-3456-789{check_digit('123456789')}"


@pytest.mark.parametrize("typed", ["{n}", " № {n} ", "{d}", "{s}", "{dash}"])
def test_a_number_is_read_as_people_type_it(typed: str) -> None:
    number = worded(7_041_625)
    shapes = {
        "n": number,
        "d": number.replace("-", ""),
        "s": number.replace("-", " "),
        "dash": number.replace("-", "–"),
    }
    assert read(typed.format(**shapes)) == number


@pytest.mark.parametrize("typed", ["", "12", "abcd-efgh", "9" * 40, "７０４１-６２５３"])
def test_what_is_no_number_is_not_taken_for_one(typed: str) -> None:
    assert read(typed) is None


@given(st.integers(0, 10**9), st.integers(0, 8), st.integers(0, 9))
def test_one_wrong_digit_is_always_found(value: int, place: int, digit: int) -> None:
    digits = worded(value).replace("-", "")
    place %= len(digits)
    wrong = digits[:place] + str(digit) + digits[place + 1 :]
    assert (read(wrong) is None) == (wrong != digits)


@given(st.integers(0, 10**9), st.integers(0, 7))
def test_two_neighbours_swapped_are_always_found(value: int, place: int) -> None:
    digits = worded(value).replace("-", "")
    place %= len(digits) - 1
    wrong = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
    assert (read(wrong) is None) == (wrong != digits)


def test_the_series_never_falls_behind_the_clock() -> None:
    assert ticks(SERIES_START + timedelta(seconds=8)) == 2
    assert ticks(SERIES_START - timedelta(days=1)) == 0
