"""The data key of a profile: 32 random bytes in the system's keyring, or wrapped by the user's password (P32)."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from arm.local.troubles import CacheTrouble

KEY_BYTES = 32
SERVICE = "arm workstation"
KEY_FILE = "key.json"
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

    `kind` is keyring or password; `account` names the profile in the keyring.
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


def load_record(folder: Path) -> KeyRecord | None:
    """The profile's record, or nothing for a new profile; CacheTrouble(unreadable) for a broken one."""
    try:
        values = json.loads((folder / KEY_FILE).read_text(encoding="utf-8"))
        record = KeyRecord(**values)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        raise CacheTrouble("unreadable", {"file": KEY_FILE}) from error
    if record.kind not in {"keyring", "password"} or any(
        not isinstance(getattr(record, name), int) or getattr(record, name) > bound for name, bound in _BOUNDS.items()
    ):
        raise CacheTrouble("unreadable", {"file": KEY_FILE})
    return record


def make_key(folder: Path, store: KeyStore | None, password: str) -> bytes:
    """A new data key for a new profile: into the keyring, or wrapped by the password where there is none."""
    key = os.urandom(KEY_BYTES)
    account = uuid.uuid4().hex
    if store is not None:
        try:
            store.write(account, key.hex())
        except CacheTrouble:
            store = None
    if store is not None:
        record = KeyRecord(kind="keyring", account=account, check=_check_of(key))
    else:
        record = _wrapped(key, account, password)
    _save(folder, record)
    return key


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
        **_ARGON2,
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
    except OSError as error:
        raise CacheTrouble("unreadable", {"file": KEY_FILE}) from error
