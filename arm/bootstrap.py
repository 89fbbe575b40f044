"""The one wiring place of a desk: from a profile folder and settings to a `Desk`, heavy parts at first use."""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from arm.desk.clock import Surroundings
from arm.settings import Settings, data_folder, load

if TYPE_CHECKING:
    from arm.desk.desk import Desk
    from arm.desk.network import NetworkDesk
    from arm.desk.session import Connect
    from arm.local.keys import KeyStore

CLIENT_VERSION = "0.1.0"
SWITCH_INTERVAL_S = 0.0005
"""Lets the screen's thread have the interpreter while a page is being applied (architecture.md §4)."""


def profile_folder(settings: Settings) -> Path:
    """The folder of the profile that the settings name."""
    return data_folder() / "profiles" / settings.profile


def open_desk(
    profile: Path,
    *,
    ca_file: str | None = None,
    connect: Connect | None = None,
    key_store: Callable[[], KeyStore | None] | None = None,
    around: Surroundings | None = None,
) -> Desk:
    """A desk over a profile folder, which is made if need be; nobody has to be signed in.

    `ca_file` names the authorities trusted for the central store, by default what the settings say;
    `connect` and `key_store` replace HTTP and the system's keyring. Raises CacheTrouble: in_use, no_key_store,
    wrong_key, too_new, disk_full, unreadable.
    """
    from arm.desk.desk import Desk
    from arm.local.secret_service import quick_key_store

    sys.setswitchinterval(SWITCH_INTERVAL_S)
    store = key_store or quick_key_store
    network = network_of(profile, store, ca_file)
    return Desk(
        profile,
        connect or _http(network),
        store,
        around or Surroundings(),
        CLIENT_VERSION,
        network,
    )


class EarlyDesk:
    """Opens a profile on a thread of its own, while the windows' libraries are still being loaded.

    It stands for `open_desk`: the first call for that profile waits for what was begun, any other opens anew.
    """

    def __init__(self, profile: Path) -> None:
        # loaded here, so that the two threads do not wait for each other's modules
        import arm.desk.desk  # noqa: F401

        self._profile = profile
        self._opening: Future[Desk] | None = ThreadPoolExecutor(1, "early-desk").submit(open_desk, profile)

    def __call__(self, profile: Path) -> Desk:
        """Raises what `open_desk` raises."""
        opening = self._opening
        if opening is None or profile != self._profile:
            return open_desk(profile)
        self._opening = None
        return opening.result()


def network_of(profile: Path, key_store: Callable[[], KeyStore | None], ca_file: str | None = None) -> NetworkDesk:
    """The way to the store as a profile and the settings have it; `ca_file` stands for the settings' authority."""
    from arm.desk.network import NetworkDesk
    from arm.local.network_file import NetworkFile

    settings = load()
    if ca_file is not None:
        settings = replace(settings, tls_authority=ca_file)
    return NetworkDesk(NetworkFile(profile, key_store), settings)


def _http(network: NetworkDesk) -> Connect:
    from arm.sync.transport import HttpTransport

    return lambda server, device_id, token: HttpTransport(
        server, device_id, token, ways=network.ways, proxy_password=network.proxy_password, heard=network.heard
    )
