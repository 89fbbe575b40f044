"""Values of a type from JSON, msgpack or plain values: each type is looked into once, by one thread at a time.

msgspec keeps what it learns of a type on the type itself. A thread that comes while another is still learning finds
half of it, and the process dies: two desks that began at once did so once in five times. Everything typed goes
through here, which a test of the house watches.
"""

from __future__ import annotations

import threading
from typing import Any, TypeVar, cast

import msgspec

T = TypeVar("T")
_learning = threading.RLock()
_json: dict[Any, msgspec.json.Decoder[Any]] = {}
_packed: dict[Any, msgspec.msgpack.Decoder[Any]] = {}


def from_json(raw: bytes | str | msgspec.Raw, kind: type[T]) -> T:
    """Raises msgspec.MsgspecError for another shape, UnicodeDecodeError, RecursionError."""
    return cast("T", _decoder(kind).decode(raw))


def from_packed(raw: bytes, kind: type[T]) -> T:
    """From msgpack. Raises msgspec.MsgspecError for another shape."""
    found = _packed.get(kind)
    if found is None:
        with _learning:
            found = _packed.setdefault(kind, msgspec.msgpack.Decoder(kind))
    return cast("T", found.decode(raw))


def from_plain(value: object, kind: type[T]) -> T:
    """From dictionaries, lists, texts and numbers. Raises msgspec.MsgspecError for another shape."""
    _decoder(kind)
    return msgspec.convert(value, type=kind)


def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    """Once a decoder of a type stands, all that msgspec wants to know of it and of its parts is known."""
    found = _json.get(kind)
    if found is None:
        with _learning:
            found = _json.setdefault(kind, msgspec.json.Decoder(kind))
    return found
