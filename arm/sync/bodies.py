"""Bodies within bounds: an answer's size and pace, an upload's parts as large as the line carries (F21, F31)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from arm.sync.troubles import SyncTrouble
from arm.wire import MAX_PAGE

if TYPE_CHECKING:
    import requests

MOST_ANSWER_BYTES = 64 * 1024 * 1024
"""Decoded; what an answer of the protocol may weigh at most."""
LEAST_PACE = 16.0
PACE_AFTER_S = 120.0
"""Bytes a second that an answer must make on average, after two minutes: a slow line goes on, a trick ends."""
_PIECE = 64 * 1024
LEAST_PART, FIRST_PART, MOST_PART = 64 * 1024, 512 * 1024, 8 * 1024 * 1024
QUICK_S, SLOW_S = 2.0, 20.0
LEAST_PAGE = 10
TELLING_BYTES, QUICK_PACE = 32 * 1024, 1_000_000
"""A body from that size on tells of the line; it is quick from so many bytes a second on."""


def whole_body(response: requests.Response, line: Line) -> bytes:
    """The line learns its pace. Raises SyncTrouble(wrong_server): too_large, too_slow; and what the network raises."""
    announced = response.headers.get("Content-Length", "")
    if announced.isdigit() and int(announced[:18]) > MOST_ANSWER_BYTES:
        raise SyncTrouble("wrong_server", {"code": "too_large"})
    found, begun_s = bytearray(), time.monotonic()
    for piece in pieces_of(response):
        found += piece
        if len(found) > MOST_ANSWER_BYTES:
            raise SyncTrouble("wrong_server", {"code": "too_large"})
    line.took(response.raw.tell(), time.monotonic() - begun_s)
    return bytes(found)


def pieces_of(response: requests.Response) -> Iterator[bytes]:
    """What comes, as it comes, decoded in bounded pieces; SyncTrouble(wrong_server, too_slow) for a drip."""
    begun_s, came = time.monotonic(), 0
    while piece := response.raw.read1(_PIECE, decode_content=True):
        came += len(piece)
        passed_s = time.monotonic() - begun_s
        if passed_s > PACE_AFTER_S and came < passed_s * LEAST_PACE:
            raise SyncTrouble("wrong_server", {"code": "too_slow"})
        yield piece


class Line:
    """How quickly bodies come: packing them helps a slow line and only costs time on a quick one."""

    def __init__(self) -> None:
        self.is_quick = False

    def took(self, size: int, seconds: float) -> None:
        """`size` as it came, packed or not; a short body tells nothing."""
        if size >= TELLING_BYTES:
            self.is_quick = size >= QUICK_PACE * seconds


class PieceSize:
    """How much of a file goes into one request: more on a quick line, less on a slow one."""

    def __init__(self) -> None:
        self.bytes_now = FIRST_PART

    def took(self, size: int, seconds: float) -> None:
        if size < self.bytes_now and seconds < SLOW_S:
            return
        if seconds < QUICK_S:
            self.bytes_now = min(MOST_PART, self.bytes_now * 4)
        elif seconds > SLOW_S:
            self.bytes_now = max(LEAST_PART, self.bytes_now // 4)


class PageSize:
    """How many cards are asked for at once: on a slow line fewer, so that progress is seen and little is lost."""

    def __init__(self) -> None:
        self.cards_now = MAX_PAGE

    def took(self, count: int, seconds: float) -> None:
        """`count` cards have come in that time; an empty answer tells nothing of the line."""
        if count and seconds > SLOW_S:
            self.cards_now = max(LEAST_PAGE, min(self.cards_now, count) // 2)
        elif seconds < QUICK_S and count >= self.cards_now:
            self.cards_now = min(MAX_PAGE, self.cards_now * 4)
