"""Types that several threads meet for the first time at once: bare msgspec ends the process within a second here."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import make_dataclass
from typing import Any

import msgspec
import pytest

from arm.typed import from_json, from_packed, from_plain

THREADS = 4
NEW_TYPES = 200
PLAIN = {"x": 1, "y": [{f"a{at}": at for at in range(6)}], "z": None}


@pytest.fixture
def eager_threads() -> Iterator[None]:
    """The interpreter goes from thread to thread as often as it can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def fresh_type() -> Any:
    inner = make_dataclass("Inner", [(f"a{at}", int) for at in range(6)])
    return make_dataclass("Outer", [("x", int), ("y", list[inner]), ("z", inner | None, None)])  # type: ignore[valid-type]


@pytest.mark.parametrize(
    "read",
    [
        lambda kind: from_json(msgspec.json.encode(PLAIN), kind),
        lambda kind: from_packed(msgspec.msgpack.encode(PLAIN), kind),
        lambda kind: from_plain(PLAIN, kind),
    ],
    ids=["json", "msgpack", "plain"],
)
def test_threads_may_meet_a_type_at_the_same_moment(eager_threads: None, read: Callable[[Any], Any]) -> None:
    for _ in range(NEW_TYPES):
        kind, begin, found = fresh_type(), threading.Barrier(THREADS), list[int]()

        def work(kind: Any = kind, begin: threading.Barrier = begin, found: list[int] = found) -> None:
            begin.wait()
            found.append(read(kind).y[0].a5)

        threads = [threading.Thread(target=work) for _ in range(THREADS)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        assert found == [5] * THREADS


def test_another_shape_is_said_as_msgspec_says_it() -> None:
    with pytest.raises(msgspec.ValidationError):
        from_json(b'{"x": "one"}', fresh_type())
    with pytest.raises(msgspec.ValidationError):
        from_plain({"x": "one"}, fresh_type())
