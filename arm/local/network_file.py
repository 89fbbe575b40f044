"""How this profile reaches its central store: a small open file beside the sealed ones, and the proxy's password.

Open, because the way must be known before anybody has signed in; nothing secret is in it. The password lies in the
system's key store, or in memory until the end where there is none.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import datetime
from pathlib import Path

from arm.local.keys import KeyStore
from arm.local.troubles import CacheTrouble

log = logging.getLogger(__name__)
NETWORK_FILE = "network.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkRecord:
    """What is kept; `account` names the password in the key store, `heard_at` is the store's last known moment.

    Empty texts leave the word to the settings of the installation.
    """

    ca_file: str = ""
    pins: tuple[str, ...] = ()
    proxy: str = ""
    proxy_user: str = ""
    account: str = ""
    heard_at: str = ""


class NetworkFile:
    """Usable from several threads; an unreadable file is as good as none."""

    def __init__(self, folder: Path, key_store: Callable[[], KeyStore | None]) -> None:
        self._path = folder / NETWORK_FILE
        self._key_store = key_store
        self._guard = threading.Lock()
        self._record = _read(self._path)
        self._password: str | None = None

    @property
    def record(self) -> NetworkRecord:
        return self._record

    def keep(self, record: NetworkRecord, password: str | None) -> bool:
        """Keeps what is set; no password (None) leaves the former one, an empty one forgets it.

        False when the key store isn't there and the password is known until the end of this run only.
        Raises CacheTrouble(unreadable) when the file can't be written.
        """
        with self._guard:
            account, is_safe = self._record.account, True
            if password is not None and account:
                self._forget(account)
                account = ""
            if password is not None:
                self._password = password
            if password:
                account = uuid.uuid4().hex
                is_safe = self._store_password(account, password)
                account = account if is_safe else ""
            self._save(replace(record, account=account, heard_at=self._record.heard_at))
            return is_safe

    def password(self) -> str:
        """May ask the person, so never on the screen's thread; nothing where the key store doesn't give it."""
        with self._guard:
            if self._password is None and self._record.account:
                store = self._key_store()
                with contextlib.suppress(CacheTrouble):
                    found = store.read(self._record.account) if store is not None else None
                    self._password = found
            return self._password or ""

    @property
    def has_password(self) -> bool:
        return bool(self._record.account or self._password)

    def heard_at(self) -> datetime | None:
        try:
            found = datetime.fromisoformat(self._record.heard_at)
        except ValueError:
            return None
        return found if found.tzinfo is not None else None

    def keep_heard(self, moment: datetime) -> None:
        """A lower bound of the true time for the next start; a full disk is no reason to stop."""
        with self._guard, contextlib.suppress(CacheTrouble):
            self._save(replace(self._record, heard_at=moment.isoformat()))

    def _store_password(self, account: str, password: str) -> bool:
        store = self._key_store()
        if store is None:
            return False
        try:
            store.write(account, password)
        except CacheTrouble:
            return False
        return True

    def _forget(self, account: str) -> None:
        store = self._key_store()
        if store is not None:
            with contextlib.suppress(CacheTrouble):
                store.forget(account)

    def _save(self, record: NetworkRecord) -> None:
        """Whole or not at all, for the owner's eyes only."""
        written = {one.name: getattr(record, one.name) for one in fields(NetworkRecord)}
        temporary = self._path.with_suffix(".new")
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(written, file, ensure_ascii=False)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, self._path)
        except OSError as error:
            raise CacheTrouble("unreadable", {"file": NETWORK_FILE}) from error
        self._record = record


def _read(path: Path) -> NetworkRecord:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return NetworkRecord()
    except (OSError, ValueError):
        log.warning("the settings of the network can't be read, those of the installation count")
        return NetworkRecord()
    if not isinstance(found, dict):
        return NetworkRecord()
    texts = {name: found[name] for name in _TEXTS if isinstance(found.get(name), str)}
    pins = found.get("pins")
    known = tuple(one for one in pins if isinstance(one, str)) if isinstance(pins, list) else ()
    return NetworkRecord(pins=known, **texts)


_TEXTS = ("ca_file", "proxy", "proxy_user", "account", "heard_at")
