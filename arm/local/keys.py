"""The data key of a profile: 32 random bytes in the system's keyring, or wrapped by the user's password (P32).

A second wrap under a key that only the central store keeps (escrow) makes a lost keyring no lost data.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import re
import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from arm.local.database import sync_folder
from arm.local.troubles import CacheTrouble

KEY_BYTES = 32
SERVICE = "arm workstation"
KEY_FILE = "key.json"
REVOKED = "revoked"
_ESCROW_KEY = re.compile("[0-9a-f]{64}")
_CHECK = b"arm data key 1"
_ARGON2 = {"time_cost": 3, "memory_cost": 65536, "parallelism": 4}
_BOUNDS = {"time_cost": 16, "memory_cost": 1 << 20, "parallelism": 16}
REAL_BACKENDS = frozenset(
    {
        ("keyring.backends.SecretService", "Keyring"),
        ("keyring.backends.kwallet", "DBusKeyring"),
        ("keyring.backends.Windows", "WinVaultKeyring"),
        ("keyring.backends.macOS", "Keyring"),
    }
)
"""Everything else is refused: `fail`, `null`, plain-text files, and chains that may hold one of them."""


class KeyStore(Protocol):
    """Where the system keeps a secret for its user."""

    def read(self, account: str) -> str | None: ...

    def write(self, account: str, secret: str) -> None: ...

    def forget(self, account: str) -> None: ...


class SystemKeyStore:
    """The system's keyring; may ask the person, so it is never used on the screen's thread."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend

    def read(self, account: str) -> str | None:
        import keyring.errors

        try:
            found = self._backend.get_password(SERVICE, account)
        except (keyring.errors.KeyringError, RuntimeError, OSError) as error:
            raise CacheTrouble("no_key_store") from error
        return str(found) if found is not None else None

    def write(self, account: str, secret: str) -> None:
        import keyring.errors

        try:
            self._backend.set_password(SERVICE, account, secret)
            kept = self._backend.get_password(SERVICE, account)
        except (keyring.errors.KeyringError, RuntimeError, OSError) as error:
            raise CacheTrouble("no_key_store") from error
        if kept != secret:
            raise CacheTrouble("no_key_store")

    def forget(self, account: str) -> None:
        import keyring.errors

        with contextlib.suppress(keyring.errors.KeyringError, RuntimeError, OSError):
            self._backend.delete_password(SERVICE, account)


def system_key_store() -> KeyStore | None:
    """The keyring of this session when it is a real one, by the list above; else nothing."""
    import keyring
    import keyring.errors

    try:
        backend = keyring.get_keyring()
    except (keyring.errors.KeyringError, RuntimeError, OSError):
        return None
    kind = type(backend)
    if (kind.__module__, kind.__name__) in REAL_BACKENDS:
        return SystemKeyStore(backend)
    inner = getattr(backend, "backends", None)
    # a chain is opened only to take its one real member: the chain itself may fall back to a plain file
    for one in inner or ():
        if (type(one).__module__, type(one).__name__) in REAL_BACKENDS:
            return SystemKeyStore(one)
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRecord:
    """What `key.json` says: where the key is, and a check value that tells a wrong key from damage.

    `kind` is keyring, password or revoked; `account` names the profile in the keyring. `escrow` is the same key
    wrapped under what the central store keeps for `device_id`; `server` and `login` are where and as whom to ask for
    that when nothing else opens the files.
    """

    kind: str
    account: str
    check: str
    salt: str = ""
    nonce: str = ""
    wrapped: str = ""
    time_cost: int = 0
    memory_cost: int = 0
    parallelism: int = 0
    device_id: str = ""
    escrow_nonce: str = ""
    escrow: str = ""
    server: str = ""
    login: str = ""


def load_record(folder: Path) -> KeyRecord | None:
    """The profile's record, or nothing for a new profile; CacheTrouble(unreadable) for a broken one."""
    try:
        values = json.loads((folder / KEY_FILE).read_text(encoding="utf-8"))
        record = KeyRecord(**values)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise CacheTrouble("unreadable", {"file": KEY_FILE}) from error
    is_bounded = all(
        isinstance(getattr(record, name), int) and getattr(record, name) <= bound for name, bound in _BOUNDS.items()
    )
    if record.kind not in {"keyring", "password", REVOKED} or not is_bounded:
        raise CacheTrouble("unreadable", {"file": KEY_FILE})
    return record


def make_key(folder: Path, store: KeyStore | None, password: str) -> bytes:
    """A new data key for a new profile: into the keyring, or wrapped by the password where there is none."""
    key = os.urandom(KEY_BYTES)
    _save(folder, _kept(key, uuid.uuid4().hex, store, password))
    return key


def keep_anew(folder: Path, record: KeyRecord, key: bytes, store: KeyStore | None, password: str) -> None:
    """A recovered key goes where a new one would: into the keyring of now, or under the password of now.

    The profile takes a new name in the keyring: what lies under the old one may be another's.
    """
    kept = _kept(key, uuid.uuid4().hex, store, password)
    _save(folder, replace(kept, device_id=record.device_id, server=record.server, login=record.login))


def keep_escrow(folder: Path, key: bytes, escrow_key: str, device_id: str, server: str, login: str) -> None:
    """Wraps the data key under the central store's key for this device; nothing is written when it is so already."""
    record = load_record(folder)
    if record is None or not _ESCROW_KEY.fullmatch(escrow_key):
        return
    known = replace(record, device_id=device_id, server=server, login=login)
    if known == record and _unescrowed(record, escrow_key) == key:
        return
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = os.urandom(12)
    sealed = AESGCM(bytes.fromhex(escrow_key)).encrypt(nonce, key, _bound(record.account, device_id))
    _save(folder, replace(known, escrow_nonce=nonce.hex(), escrow=sealed.hex()))


def key_from_escrow(record: KeyRecord, escrow_key: str) -> bytes:
    """The key unwrapped; CacheTrouble(wrong_key) when the store's key is not the one that wrapped it, or none."""
    key = _unescrowed(record, escrow_key)
    if key is None:
        raise CacheTrouble("wrong_key")
    return _checked(key, record)


def forget_key(folder: Path, record: KeyRecord, store: KeyStore | None) -> None:
    """A revoked workstation: from now on only the central store could open the files, and it keeps no key (P32)."""
    if store is not None:
        store.forget(record.account)
    _save(folder, replace(record, kind=REVOKED, salt="", nonce="", wrapped=""))


def revoked_at(folder: Path) -> datetime | None:
    """When the key was taken away, by this computer's clock; aware UTC."""
    try:
        return datetime.fromtimestamp((folder / KEY_FILE).stat().st_mtime, UTC)
    except OSError:
        return None


def _kept(key: bytes, account: str, store: KeyStore | None, password: str) -> KeyRecord:
    if store is not None:
        try:
            store.write(account, key.hex())
        except CacheTrouble:
            return _wrapped(key, account, password)
        return KeyRecord(kind="keyring", account=account, check=_check_of(key))
    return _wrapped(key, account, password)


def _bound(account: str, device_id: str) -> bytes:
    return f"escrow {account} {device_id}".encode()


def _unescrowed(record: KeyRecord, escrow_key: str) -> bytes | None:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if not record.escrow or not _ESCROW_KEY.fullmatch(escrow_key):
        return None
    try:
        nonce, sealed = bytes.fromhex(record.escrow_nonce), bytes.fromhex(record.escrow)
        return AESGCM(bytes.fromhex(escrow_key)).decrypt(nonce, sealed, _bound(record.account, record.device_id))
    except (InvalidTag, ValueError, TypeError):
        return None


def key_from_store(record: KeyRecord, store: KeyStore | None) -> bytes:
    """The key that the keyring holds; CacheTrouble(no_key_store) without one, wrong_key for another's."""
    if store is None:
        raise CacheTrouble("no_key_store")
    secret = store.read(record.account)
    if secret is None:
        raise CacheTrouble("no_key_store")
    try:
        return _checked(bytes.fromhex(secret), record)
    except ValueError:
        raise CacheTrouble("wrong_key") from None


def key_from_password(record: KeyRecord, password: str) -> bytes:
    """The key unwrapped; CacheTrouble(wrong_key) for another password. Takes about 0.15 s on purpose."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        salt, nonce, wrapped = (bytes.fromhex(one) for one in (record.salt, record.nonce, record.wrapped))
        outer = _stretched(password, salt, {name: getattr(record, name) for name in _ARGON2})
        return _checked(AESGCM(outer).decrypt(nonce, wrapped, record.account.encode()), record)
    except (InvalidTag, ValueError):
        raise CacheTrouble("wrong_key") from None


def _wrapped(key: bytes, account: str, password: str) -> KeyRecord:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    salt, nonce = os.urandom(16), os.urandom(12)
    sealed = AESGCM(_stretched(password, salt, _ARGON2)).encrypt(nonce, key, account.encode())
    return KeyRecord(
        kind="password",
        account=account,
        check=_check_of(key),
        salt=salt.hex(),
        nonce=nonce.hex(),
        wrapped=sealed.hex(),
        time_cost=_ARGON2["time_cost"],
        memory_cost=_ARGON2["memory_cost"],
        parallelism=_ARGON2["parallelism"],
    )


def _stretched(password: str, salt: bytes, costs: dict[str, int]) -> bytes:
    from argon2.exceptions import Argon2Error
    from argon2.low_level import Type, hash_secret_raw

    try:
        return hash_secret_raw(password.encode(), salt, hash_len=KEY_BYTES, type=Type.ID, **costs)
    except Argon2Error as error:
        raise CacheTrouble("unreadable", {"file": KEY_FILE}) from error


def _check_of(key: bytes) -> str:
    return hmac.new(key, _CHECK, hashlib.sha256).hexdigest()[:16]


def _checked(key: bytes, record: KeyRecord) -> bytes:
    if len(key) != KEY_BYTES or not hmac.compare_digest(_check_of(key), record.check):
        raise CacheTrouble("wrong_key")
    return key


def _save(folder: Path, record: KeyRecord) -> None:
    """Whole or not at all, for the owner's eyes only."""
    written = {name: getattr(record, name) for name in KeyRecord.__dataclass_fields__}
    temporary = folder / f"{KEY_FILE}.new"
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(written, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, folder / KEY_FILE)
        sync_folder(folder)
    except OSError as error:
        raise CacheTrouble("unreadable", {"file": KEY_FILE}) from error
