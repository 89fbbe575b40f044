"""Who works at this desk: signing in and out, the key of the files, what a new profile needs."""

from __future__ import annotations

import contextlib
import platform
from collections.abc import Callable

from arm.desk.core import DeskCore
from arm.desk.files import FilesDesk
from arm.desk.projection import Projection
from arm.desk.spaces import workspaces_of
from arm.desk.sync import SyncDesk
from arm.desk.values import Changes, Me
from arm.domain.identity import DeviceId, UserId
from arm.local.keys import (
    REVOKED,
    KeyRecord,
    KeyStore,
    forget_key,
    keep_anew,
    keep_escrow,
    key_from_escrow,
    key_from_password,
    key_from_store,
    load_record,
    make_key,
    revoked_at,
)
from arm.local.salvage import SalvageReport
from arm.local.troubles import CacheTrouble
from arm.sync.ports import Transport
from arm.sync.troubles import SyncTrouble, is_revoked
from arm.wire import SignInAnswer, SignInRequest

Connect = Callable[[str, Callable[[], str], Callable[[], str]], Transport]
"""(server, device id, token) → the wire to it."""


class SessionDesk:
    def __init__(
        self,
        core: DeskCore,
        projection: Projection,
        sync: SyncDesk,
        files: FilesDesk,
        connect: Connect,
        key_store: Callable[[], KeyStore | None],
        client_version: str,
    ) -> None:
        self._core = core
        self._projection = projection
        self._sync = sync
        self._files = files
        self._connect = connect
        self._key_store = key_store
        self._client_version = client_version
        self._key_trouble: CacheTrouble | None = None
        core.forget_key = self._forget_key

    def open_known(self) -> None:
        """Opens the files of a profile whose key is in the keyring; others wait for a password or the network.

        A lost keyring is no trouble yet: `key_trouble` tells it, and signing in brings the key back (P32).
        Raises CacheTrouble: damaged, too_new …
        """
        record = load_record(self._core.folder)
        if record is None:
            return
        if record.kind == REVOKED:
            self._core.revoked_at = revoked_at(self._core.folder)
            self._key_trouble = CacheTrouble("revoked")
        elif record.kind == "keyring":
            self._key_trouble = self._open_by(record, "")
            if self._key_trouble is not None and not record.escrow:
                # written before keys were escrowed: only that keyring has it
                raise self._key_trouble
        if self._core.is_open:
            self._resume()

    def key_trouble(self) -> CacheTrouble | None:
        """Why the keyring did not open the files at this start, or nothing; signing in online mends it."""
        return self._key_trouble

    def last_sign_in(self) -> tuple[str, str]:
        """(server, login) of this profile, also while its files can't be opened; empty for a new one."""
        record = load_record(self._core.folder)
        return (record.server, record.login) if record is not None else ("", "")

    def _open_by(self, record: KeyRecord, password: str) -> CacheTrouble | None:
        """Opens by what this computer has; returns why it could not. Raises what is wrong with the files."""
        try:
            if record.kind == REVOKED:
                raise CacheTrouble("key_lost")
            if record.kind == "password":
                key = key_from_password(record, password)
            else:
                key = key_from_store(record, self._key_store())
        except CacheTrouble as trouble:
            if trouble.kind not in {"no_key_store", "wrong_key", "key_lost"}:
                raise
            return trouble if record.kind == "password" else CacheTrouble("key_lost")
        self._core.open(key)
        return None

    def me(self) -> Me | None:
        """Nothing before the first sign-in, before the key is known, and after signing out."""
        if not self._core.is_open or not self._core.store.work.kept("signed_in"):
            return None
        work = self._core.store.work
        grants = self._core.person().grants if self._core.has_directory else ()
        home = grants[0].organisation if grants else None
        place = self._core.directory.organisation(home) if home is not None else None
        return Me(
            user_id=UserId(work.kept("user_id")),
            full_name=work.kept("full_name"),
            position=work.kept("position"),
            login=work.kept("login"),
            server=work.kept("server"),
            roles=tuple(dict.fromkeys(grant.role for grant in grants)),
            workspaces=workspaces_of(self._core) if self._core.has_directory else (),
            organisation=home,
            organisation_name=place.name if place is not None else "",
        )

    def needs_password(self) -> bool:
        """Whether the key is wrapped by the user's password and not unwrapped yet."""
        if self._core.is_open:
            return False
        record = load_record(self._core.folder)
        return record is not None and record.kind == "password"

    def salvage(self) -> SalvageReport | None:
        """What became of a damaged work.db at this start, or nothing when it was whole."""
        return self._core.store.work.salvaged if self._core.is_open else None

    def was_rebuilt(self) -> bool:
        """Whether the cache was damaged or of another version and has been begun anew: it needs a first sync."""
        return self._core.is_open and self._core.store.cache.was_rebuilt

    def needs_first_sync(self) -> bool:
        """Whether nothing has been fetched yet, or a first sync was broken off."""
        storage = self._sync.storage
        return self._core.is_open and (not storage.cursor() or storage.reconcile_progress() is not None)

    def sign_in(self, server: str, login: str, password: str) -> Me:
        """Signs in at a central store and opens the profile; a first sync follows where it is needed.

        Raises SyncTrouble: unauthorised (code wrong_password, device_revoked), throttled, offline, wrong_server,
        certificate, refused (code other_person, other_store: this profile belongs to somebody else); CacheTrouble,
        key_lost among them: without the network a lost key does not come back.
        """
        record = load_record(self._core.folder)
        trouble = None
        if not self._core.is_open and record is not None:
            trouble = self._open_by(record, password)
            if trouble is not None and not record.escrow:
                raise trouble
        self._refuse_others(login)
        answer, device_id = self._asked(server, login, password, self._device_id(record), trouble)
        if not self._core.is_open:
            self._open_with(record, answer, password)
            self._refuse_others(login)
            own = self._core.store.work.kept("device_id")
            if own not in ("", device_id):
                # the desk had become another device after the key was wrapped
                answer, device_id = self._asked(server, login, password, own, None)
        self._keep(answer, server, login, device_id)
        self._keep_key(answer, server, login, device_id, password)
        self._resume()
        if not self._core.has_directory and self._transport is not None:
            directory = self._transport.directory("")
            if directory is not None:
                self._sync.storage.save_directory(directory)
        self._projection.reload()
        self._core.tell(Changes(everything=True))
        me = self.me()
        if me is None:
            raise SyncTrouble("server_fault", {"code": "no_person"})
        return me

    def _device_id(self, record: KeyRecord | None) -> str:
        known = self._core.store.work.kept("device_id") if self._core.is_open else record.device_id if record else ""
        return known or self._core.around.ids.new()

    def _asked(
        self, server: str, login: str, password: str, device_id: str, trouble: CacheTrouble | None
    ) -> tuple[SignInAnswer, str]:
        """Signs this device in; without the network a local trouble is what is said."""
        transport = self._connect(server, lambda: device_id, lambda: "")
        asked = SignInRequest(
            login=login.strip(),
            password=password,
            device_id=DeviceId(device_id),
            device_name=platform.node()[:60],
            client_version=self._client_version,
        )
        try:
            return transport.sign_in(asked), device_id
        except SyncTrouble as refused:
            if is_revoked(refused):
                self._core.wipe()
            if trouble is not None and refused.kind == "offline":
                raise trouble from refused
            raise

    def _open_with(self, record: KeyRecord | None, answer: SignInAnswer, password: str) -> None:
        """A new profile, or one whose key comes back from the central store (P32)."""
        folder = self._core.folder
        if record is None:
            self._core.open(make_key(folder, self._key_store(), password))
            return
        try:
            key = key_from_escrow(record, answer.escrow_key)
        except CacheTrouble as trouble:
            raise CacheTrouble("key_lost_for_good") from trouble
        self._core.open(key)
        keep_anew(folder, record, key, self._key_store(), password)
        self._key_trouble = None

    def _keep_key(self, answer: SignInAnswer, server: str, login: str, device_id: str, password: str) -> None:
        """The key under the password that is right now, and under the central store's key for this device."""
        folder, key = self._core.folder, self._core.store.key
        record = load_record(folder)
        if record is not None and record.kind == "password":
            try:
                key_from_password(record, password)
            except CacheTrouble:
                keep_anew(folder, record, key, self._key_store(), password)
        keep_escrow(folder, key, answer.escrow_key, device_id, server, login.strip())

    def _forget_key(self) -> None:
        record = load_record(self._core.folder)
        if record is not None:
            forget_key(self._core.folder, record, self._key_store())

    def unlock(self, password: str) -> None:
        """Opens the files; the network is asked only where the password here is an older one.

        Raises CacheTrouble: wrong_key, key_lost; SyncTrouble for what is said of the workstation itself.
        """
        record = load_record(self._core.folder)
        if record is None or self._core.is_open:
            return
        trouble = self._open_by(record, password)
        if trouble is None:
            self._resume()
            return
        if not record.escrow or not record.login:
            raise trouble
        try:
            self.sign_in(record.server, record.login, password)
        except SyncTrouble as refused:
            if refused.kind in {"throttled", "unauthorised"} and refused.code != "wrong_password":
                raise
            raise trouble from refused

    def sign_out(self) -> None:
        """Takes the token back; unsent work and the cache stay for the next sign-in of the same person."""
        self._sync.stop()
        transport = self._transport
        if transport is not None:
            # out of reach: the token lapses by itself, and it is forgotten here
            with contextlib.suppress(SyncTrouble):
                transport.sign_out()
        self._core.store.work.keep(token="", signed_in="")
        self._core.store.files.wipe_opened()
        self._core.is_signed_in = False
        self._sync.use(None)
        self._files.transport = None
        self._core.tell(Changes(everything=True))

    @property
    def _transport(self) -> Transport | None:
        return self._files.transport

    def _refuse_others(self, login: str) -> None:
        if not self._core.is_open:
            return
        known = self._core.store.work.kept("login")
        if known and known.casefold() != login.strip().casefold():
            raise SyncTrouble("refused", {"code": "other_person"})

    def _keep(self, answer: SignInAnswer, server: str, login: str, device_id: str) -> None:
        work = self._core.store.work
        known = work.kept("store_id")
        if known and known != answer.store_id:
            raise SyncTrouble("refused", {"code": "other_store"})
        if work.kept("user_id") not in ("", answer.user_id):
            raise SyncTrouble("refused", {"code": "other_person"})
        self._core.time.heard(answer.server_time)
        work.keep(
            store_id=answer.store_id,
            user_id=answer.user_id,
            full_name=answer.full_name,
            position=answer.position,
            login=login.strip(),
            server=server,
            device_id=device_id,
            token=answer.token,
            signed_in="yes",
            lease_days=str(answer.lease_days),
        )
        self._core.is_signed_in = True
        self._core.store.lease.grant(answer.lease_days)
        if not work.kept("last_seq"):
            work.keep(last_seq=str(answer.device.last_seq))

    def _resume(self) -> None:
        """The wire for whoever is signed in."""
        work = self._core.store.work
        if not work.kept("signed_in"):
            return
        transport = self._connect(work.kept("server"), lambda: work.kept("device_id"), lambda: work.kept("token"))
        self._files.transport = transport
        self._sync.use(transport)
