"""Sealed files: one random key each, AES-GCM in pieces, so that no part can be changed, moved or cut off."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from arm.local.troubles import FileTrouble

PIECE = 64 * 1024
_TAG = 16


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def new_key() -> bytes:
    return os.urandom(32)


def seal(source: Readable, target: Path, key: bytes) -> None:
    """Encrypts a stream into a new file for the owner's eyes only, on the disk when it returns."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    cipher = AESGCM(key)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            piece, number = source.read(PIECE), 0
            while True:
                following = source.read(PIECE)
                file.write(cipher.encrypt(_nonce(number, not following), piece, None))
                if not following:
                    break
                piece, number = following, number + 1
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        target.unlink(missing_ok=True)
        raise


def pieces(path: Path, key: bytes) -> Iterator[bytes]:
    """The plain content piece by piece; FileTrouble(missing), or damaged when any bit differs."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    cipher = AESGCM(key)
    try:
        with path.open("rb") as file:
            sealed, number = file.read(PIECE + _TAG), 0
            while True:
                following = file.read(PIECE + _TAG)
                yield cipher.decrypt(_nonce(number, not following), sealed, None)
                if not following:
                    return
                sealed, number = following, number + 1
    except FileNotFoundError as error:
        raise FileTrouble("missing") from error
    except OSError as error:
        raise FileTrouble("unreadable") from error
    except (InvalidTag, ValueError) as error:
        raise FileTrouble("damaged") from error


def _nonce(number: int, is_last: bool) -> bytes:
    """Never twice under one key: a key belongs to one file that is written once."""
    return number.to_bytes(11, "big") + bytes([is_last])
