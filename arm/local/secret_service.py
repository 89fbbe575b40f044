"""The Secret Service asked directly for a known key: a start need not load every kind of keyring for one look-up."""

from __future__ import annotations

import sys

from arm.local.keys import SERVICE, KeyStore, system_key_store
from arm.local.troubles import CacheTrouble


def quick_key_store() -> KeyStore | None:
    """The system's keyring; on Linux it reads without the keyring library and falls back on it."""
    return DirectKeyStore() if sys.platform == "linux" else system_key_store()


class DirectKeyStore:
    """Reads what `keyring` wrote, by the same attributes; everything else is left to `keyring` and its allow-list."""

    def read(self, account: str) -> str | None:
        found = _found(account)
        if found is not None:
            return found
        store = system_key_store()
        return store.read(account) if store is not None else None

    def write(self, account: str, secret: str) -> None:
        self._system().write(account, secret)

    def forget(self, account: str) -> None:
        self._system().forget(account)

    @staticmethod
    def _system() -> KeyStore:
        store = system_key_store()
        if store is None:
            raise CacheTrouble("no_key_store")
        return store


def _found(account: str) -> str | None:
    """The secret when it lies unlocked in the default collection; locked ones need a question that `keyring` asks."""
    import secretstorage
    from secretstorage.exceptions import SecretStorageException

    try:
        connection = secretstorage.dbus_init()
    except (SecretStorageException, OSError):
        return None
    try:
        collection = secretstorage.get_default_collection(connection)
        for item in collection.search_items({"username": account, "service": SERVICE}):
            if not item.is_locked():
                return str(item.get_secret().decode("utf-8"))
    except (SecretStorageException, OSError, UnicodeDecodeError):
        return None
    finally:
        connection.close()
    return None
