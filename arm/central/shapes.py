"""Protocol values read from foreign bytes with nothing left over: unknown fields are refused at every depth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from arm.central.problems import Trouble
from arm.domain.commands import COMMANDS, Verb
from arm.wire import BadWire, PushRequest, from_json

T = TypeVar("T")


def read(raw: bytes, kind: type[T]) -> T:
    """The value; Trouble(bad_wire) for another shape or a field that the protocol doesn't have."""
    try:
        value = from_json(raw, kind)
    except BadWire as wrong:
        raise Trouble(422, "bad_wire", str(wrong)) from None
    plain = msgspec.json.decode(raw)
    strange = unknown_field(plain, kind)
    if strange is None and isinstance(value, PushRequest):
        strange = next(filter(None, map(_in_payload, plain["commands"])), None)
    if strange is not None:
        raise Trouble(422, "bad_wire", "unknown field", field=strange[:80])
    return value


def _in_payload(envelope: Mapping[str, Any]) -> str | None:
    """Payloads are dictionaries on the wire; their shape is their verb's."""
    try:
        kind = COMMANDS[Verb(envelope["verb"])]
    except ValueError:
        return None
    return unknown_field(envelope["payload"], kind)


def unknown_field(plain: Any, kind: Any) -> str | None:
    """The first field that `kind` doesn't know, or None."""
    if get_origin(kind) in (Union, UnionType):
        found = [one for one in get_args(kind) if is_dataclass(one)]
        return unknown_field(plain, found[0]) if found and isinstance(plain, dict) else None
    if get_origin(kind) in (list, tuple) and isinstance(plain, list):
        inner = get_args(kind)[0]
        return next(filter(None, (unknown_field(one, inner) for one in plain)), None)
    if not (is_dataclass(kind) and isinstance(kind, type) and isinstance(plain, dict)):
        return None
    hints = _hints(kind)
    for name, value in plain.items():
        if name not in hints:
            return str(name)
        strange = unknown_field(value, hints[name])
        if strange is not None:
            return f"{name}.{strange}"
    return None


@cache
def _hints(kind: type[Any]) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {one.name: hints[one.name] for one in fields(kind)}
