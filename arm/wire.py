"""Protocol messages of the workstation and the central store, their JSON codec, and the protocol's version.

Every shape here is normative for `/api/v1`. Times are aware UTC in RFC 3339, dates `YYYY-MM-DD`, hashes lower hex.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as field_of
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, cast

import msgspec

from arm import typed
from arm.domain.directory import Directory
from arm.domain.identity import CommandId, DeviceId, MessageId, OrganisationId, UserId
from arm.domain.message import Message
from arm.domain.verbs import Verb

if TYPE_CHECKING:
    from arm.domain.commands import Command
    from arm.domain.events import Event

PROTO = 1
SCHEMA_VER = 1
MIN_CLIENT = "0.1.0"
MAX_BATCH = 50
MAX_PAGE = 200
MAX_PAGE_BYTES = 4 * 1024 * 1024

T = TypeVar("T")


class BadWire(Exception):
    """Bytes or values that are not of the protocol's shape; carries where, never the content."""


class Verdict(StrEnum):
    """Final decisions on a command (P9)."""

    ACCEPTED = "accepted"
    ACCEPTED_MERGED = "accepted_merged"
    CONFLICT = "conflict"
    REFUSED = "refused"
    PARKED = "parked"
    NOOP = "noop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """What the command was made on (P7): a rev (hex of 16 bytes), an earlier own command, or nothing (register)."""

    rev: str = ""
    after: CommandId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One command on its way (P6): `payload` is the verb's command as plain JSON values."""

    command_id: CommandId
    device_seq: int
    verb: str
    message_id: MessageId
    base: Base
    payload: dict[str, Any]
    schema_ver: int = SCHEMA_VER
    created_at_local: datetime | None = None
    acting_for: UserId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The stored answer to a command (P8); `reason`, `clause`, `field`, `details` as in `Refused`."""

    command_id: CommandId
    device_seq: int
    verdict: Verdict
    reason: str = ""
    clause: str = ""
    field: str = ""
    details: dict[str, str] = field_of(default_factory=dict)
    result_seq: int | None = None
    result_rev: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PushRequest:
    device_id: DeviceId
    commands: list[Envelope]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceState:
    """What the store knows of a device (P9); `dec_hash` hex of SHA-256."""

    last_seq: int
    dec_hash: str
    backup_floor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PushAnswer:
    """Decisions in the order of the commands; fewer than sent when the store stopped early (retry the rest)."""

    decisions: list[Decision]
    device: DeviceState
    server_time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A message as one user may see it: `state` and `timeline` already cut to `sight`."""

    message_id: MessageId
    ver: int
    rev: str
    sight: str
    state: dict[str, Any]
    timeline: list[dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One change of the feed: an upsert with the card, or an evict without content (P14)."""

    message_id: MessageId
    card: Card | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PullAnswer:
    """A page of states, not deltas (P12); cursors are opaque. `rescope`: reconcile by the manifest (P15, P16)."""

    from_cursor: str
    to_cursor: str
    more: bool
    items: list[Item]
    device: DeviceState
    server_time: datetime
    head: int
    directory_version: str
    rescope: bool = False
    min_client: str = MIN_CLIENT


class ManifestRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A hundred thousand of these come at once: the collector, which stops the screen for it, needn't walk them."""

    message_id: MessageId
    rev: str
    sight: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """All that the user may see, from one snapshot, with the cursor taken at its start (P16).

    `scope` names what his rights amount to: only where it changed may much be evicted without a second look (P17).
    """

    rows: list[ManifestRow]
    cursor: str
    server_time: datetime
    directory_version: str
    scope: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digests:
    """What the user may see at `head`, as one digest for each first byte of the ids (P17)."""

    digests: list[str]
    head: int
    server_time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchRequest:
    """`cursor`: of the reconcile that the cards are for, as the answer before has given it back."""

    message_ids: list[MessageId]
    cursor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchAnswer:
    """Cards for those of the ids that are visible now; the rest is silently absent (no oracle).

    `cursor`: the same place with this moment as its witness, as the cards may be newer than it; empty for one of other
    rights, another history or none.
    """

    cards: list[Card]
    cursor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInRequest:
    login: str
    password: str
    device_id: DeviceId
    device_name: str = ""
    client_version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInAnswer:
    """`token` is opaque and revocable; `lease_days` the offline lease (P30), `escrow_key` this device's (P32)."""

    token: str
    store_id: str
    user_id: UserId
    full_name: str
    position: str
    device: DeviceState
    server_time: datetime
    expires_at: datetime
    lease_days: int = 7
    proto: int = PROTO
    escrow_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceReport:
    """What became of a desk's damaged files (P23): `missing` are the device numbers that can't be read any more.

    `kind` is salvaged; `kept_file` names the damaged file that stays at the desk; `at` by the desk's clock.
    """

    kind: str
    at: datetime
    commands: int
    missing: list[int]
    kept_file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryAnswer:
    """Reference values as the user may see them; `regulations` are the TOML texts by `name@version`.

    `organisation_regulation` names the regulation in force for each top organisation.
    """

    version: str
    me: UserId
    directory: Directory
    regulations: dict[str, str]
    organisation_regulation: dict[OrganisationId, str]
    file_limit_bytes: int = 50 * 1024 * 1024
    file_types: list[str] = field_of(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitAnswer:
    """The live channel says only that the head moved (P27)."""

    head_moved: bool
    head: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadRequest:
    size: int
    sha256: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadAnswer:
    upload_id: str
    offset: int
    complete: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """RFC 9457 problem details with a reason code and the clause; served as `application/problem+json`."""

    type: str
    title: str
    status: int
    code: str
    detail: str = ""
    clause: str = ""
    field: str = ""
    retry_after_s: int | None = None


def next_dec_hash(previous: str, command_id: CommandId, verdict: Verdict) -> str:
    """The running digest of a device's decisions (P9), hex of SHA-256; the first `previous` is empty."""
    return hashlib.sha256(f"{previous}{command_id}{verdict.value}".encode()).hexdigest()


def bucket_of(message_id: str) -> int:
    """The bucket of a message: the first byte of its id; what is no UUID lies in the first."""
    try:
        return int(message_id[:2], 16) & 255
    except ValueError:
        return 0


def bucket_digests(rows: Iterable[tuple[str, str, str]]) -> list[str]:
    """256 digests of (id, rev, sight), hex of SHA-256; an empty bucket's is empty (P17).

    Each bucket is sorted by itself: one sort of 100,000 rows would stop every other thread for as long as it takes.
    """
    buckets: list[list[tuple[str, str, str]]] = [[] for _ in range(256)]
    for row in rows:
        buckets[bucket_of(row[0])].append(row)
    texts = ("".join(f"{message_id} {rev} {sight}\n" for message_id, rev, sight in sorted(one)) for one in buckets)
    return [hashlib.sha256(text.encode()).hexdigest() if text else "" for text in texts]


def to_json(value: object) -> bytes:
    """Any protocol value as UTF-8 JSON."""
    return msgspec.json.encode(value)


def from_json(raw: bytes | str, kind: type[T]) -> T:
    """A protocol value from JSON; BadWire where it has another shape."""
    try:
        return typed.from_json(raw, kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as wrong:
        raise BadWire(str(wrong)) from None


def plain(value: object) -> dict[str, Any]:
    """A dataclass as plain JSON values (str, int, list, dict, None)."""
    return cast("dict[str, Any]", msgspec.to_builtins(value))


def command_from(verb: str, payload: Mapping[str, Any]) -> Command:
    """The command of a verb from plain values; BadWire for an unknown verb, a wrong type or an unknown field."""
    from arm.domain.commands import COMMANDS

    try:
        kind = COMMANDS[Verb(verb)]
    except (ValueError, KeyError):
        raise BadWire("verb") from None
    unknown = set(payload) - set(kind.__dataclass_fields__)
    if unknown:
        raise BadWire("unknown field")
    try:
        return typed.from_plain(dict(payload), kind)
    except (msgspec.MsgspecError, RecursionError) as wrong:
        raise BadWire(str(wrong)) from None


def message_from(state: Mapping[str, Any]) -> Message:
    """A message from plain values; BadWire for another shape."""
    try:
        return typed.from_plain(dict(state), Message)
    except (msgspec.MsgspecError, RecursionError) as wrong:
        raise BadWire(str(wrong)) from None


def event_from(entry: Mapping[str, Any]) -> Event:
    """An event from plain values; its `command` is read by its `verb`."""
    from arm.domain.events import Event

    frame = _frame_of_event()
    values = dict(entry)
    command = command_from(str(values.get("verb", "")), values.pop("command", None) or {})
    try:
        kept = typed.from_plain(values, frame)
    except (msgspec.MsgspecError, RecursionError) as wrong:
        raise BadWire(str(wrong)) from None
    return Event(command=command, **{name: getattr(kept, name) for name in frame.__dataclass_fields__})


@cache
def _frame_of_event() -> type[Any]:
    """`Event` without its `command`, whose type depends on the verb and which a codec can't choose."""
    from dataclasses import MISSING, fields, make_dataclass
    from typing import get_type_hints

    from arm.domain.events import Event

    hints = get_type_hints(Event)
    parts: list[Any] = []
    for one in fields(Event):
        if one.name == "command":
            continue
        if one.default is not MISSING:
            parts.append((one.name, hints[one.name], field_of(default=one.default)))
        elif one.default_factory is not MISSING:
            parts.append((one.name, hints[one.name], field_of(default_factory=one.default_factory)))
        else:
            parts.append((one.name, hints[one.name]))
    return make_dataclass("_EventFrame", parts, kw_only=True)
