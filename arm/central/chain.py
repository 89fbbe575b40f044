"""The journal's hash chain: salted commits, hashes, revs, and the check of a whole chain (P3, P4, P33)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from arm.central.tables import EPOCH, MICROSECOND

GENESIS = "0" * 64
REV_CHARS = 32


def commit_of(salt: str, payload: str) -> str:
    """Salted, so that erasing salt and payload leaves nothing to guess from and the chain valid."""
    return hashlib.sha256(bytes.fromhex(salt) + payload.encode()).hexdigest()


def hash_of(
    previous: str,
    seq: int,
    ts: datetime,
    actor_id: str,
    device_id: str | None,
    command_id: str,
    message_id: str,
    kind: str,
    ver: int,
    commit: str,
) -> str:
    canonical = json.dumps(
        [seq, (ts - EPOCH) // MICROSECOND, actor_id, device_id or "", command_id, message_id, kind, ver],
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return hashlib.sha256(bytes.fromhex(previous) + canonical.encode() + bytes.fromhex(commit)).hexdigest()


def rev_of(entry_hash: str) -> str:
    """The first 16 bytes of the hash, hex: what equality of messages is decided by."""
    return entry_hash[:REV_CHARS]


def first_break(rows: Iterable[Any], previous: str = GENESIS, first_seq: int = 1) -> int | None:
    """The seq of the first journal row that doesn't fit the chain, None when all do; erased payloads pass."""
    expected = first_seq
    for row in rows:
        erased = not row.salt and not row.payload
        fits = (
            row.seq == expected
            and (erased or commit_of(row.salt, row.payload) == row.commit_hash)
            and row.rev == rev_of(row.hash)
            and row.hash
            == hash_of(
                previous,
                row.seq,
                row.ts,
                row.actor_id,
                row.device_id,
                row.command_id,
                row.message_id,
                row.kind,
                row.ver,
                row.commit_hash,
            )
        )
        if not fits:
            return expected
        previous, expected = row.hash, expected + 1
    return None
