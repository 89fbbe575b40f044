"""Pages as a desk takes them off the wire: cards stay the bytes that they came as, and are read once.

The same shapes as `Card`, `Item`, `PullAnswer` and `FetchAnswer` have; only what a desk stores as JSON is not unpacked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import msgspec

from arm.domain.identity import MessageId
from arm.domain.message import Message
from arm.wire import MIN_CLIENT, BadWire, Card, DeviceState, FetchAnswer, PullAnswer, from_json, message_from, to_json

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedCard:
    """`state` and `timeline` are JSON texts, known to be well-formed and nothing more."""

    message_id: MessageId
    ver: int
    rev: str
    sight: str
    state: msgspec.Raw
    timeline: msgspec.Raw


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedItem:
    message_id: MessageId
    card: PackedCard | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedPull:
    from_cursor: str
    to_cursor: str
    more: bool
    items: list[PackedItem]
    device: DeviceState
    server_time: datetime
    head: int
    directory_version: str
    rescope: bool = False
    min_client: str = MIN_CLIENT


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedFetch:
    cards: list[PackedCard]
    cursor: str = ""


AnyCard = Card | PackedCard
AnyPull = PullAnswer | PackedPull
AnyFetch = FetchAnswer | PackedFetch


def packed_from_json(raw: bytes, kind: type[T]) -> T:
    """Like `from_json`; the parts that stay packed are at least text. Raises BadWire."""
    try:
        # what is not unpacked is not looked into either: no broken letter may come into the cache
        raw.decode()
    except UnicodeDecodeError as wrong:
        raise BadWire(str(wrong)) from None
    return from_json(raw, kind)


def message_of(card: AnyCard) -> Message:
    """Raises BadWire for a state of another shape."""
    return message_from(card.state) if isinstance(card, Card) else from_json(bytes(card.state), Message)


def json_of(card: AnyCard) -> tuple[bytes, bytes]:
    """(state, timeline) as the cache holds them."""
    if isinstance(card, Card):
        return to_json(card.state), to_json(card.timeline)
    return bytes(card.state), bytes(card.timeline)
