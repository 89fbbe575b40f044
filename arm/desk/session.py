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
from arm.local.keys import KeyStore, key_from_password, key_from_store, load_record, make_key
from arm.local.salvage import SalvageReport
from arm.sync.ports import Transport
from arm.sync.troubles import SyncTrouble
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

    def open_known(self) -> None:
        """Opens the files of a profile whose key is in the keyring; others wait for a password.

        Raises CacheTrouble: no_key_store when the keyring does not give the key, wrong_key, damaged, too_new …
        """
        record = load_record(self._core.folder)
        if record is not None and record.kind == "keyring":
            self._core.open(key_from_store(record, self._key_store()))
            self._resume()

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

        Raises SyncTrouble: unauthorised (code wrong_password), throttled, offline, wrong_server, certificate,
        refused (code other_person, other_store: this profile belongs to somebody else); CacheTrouble.
        """
        record = load_record(self._core.folder)
        if not self._core.is_open and record is not None:
            if record.kind == "password":
                self._core.open(key_from_password(record, password))
            else:
                self._core.open(key_from_store(record, self._key_store()))
        self._refuse_others(login)
        device_id = self._core.store.work.kept("device_id") if self._core.is_open else ""
        device_id = device_id or self._core.around.ids.new()
        transport = self._connect(server, lambda: device_id, lambda: "")
        answer = transport.sign_in(
            SignInRequest(
                login=login.strip(),
                password=password,
                device_id=DeviceId(device_id),
                device_name=platform.node()[:60],
                client_version=self._client_version,
            )
        )
        if not self._core.is_open:
            self._core.open(make_key(self._core.folder, self._key_store(), password))
        self._keep(answer, server, login, device_id)
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

    def unlock(self, password: str) -> None:
        """Opens the files without the network. Raises CacheTrouble(wrong_key)."""
        record = load_record(self._core.folder)
        if record is None or self._core.is_open:
            return
        if record.kind == "password":
            self._core.open(key_from_password(record, password))
        else:
            self._core.open(key_from_store(record, self._key_store()))
        self._resume()

    def sign_out(self) -> None:
        """Takes the token back; unsent work and the cache stay for the next sign-in of the same person."""
        self._sync.stop()
        transport = self._transport
        if transport is not None:
            # out of reach: the token lapses by itself, and it is forgotten here
            with contextlib.suppress(SyncTrouble):
                transport.sign_out()
        self._core.store.work.keep(token="", signed_in="")
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
        )
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
