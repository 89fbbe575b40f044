"""The way to the central store as a person may set it: proxy, its password, own authority, pins."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from arm.local.network_file import NetworkFile, NetworkRecord
from arm.settings import Settings
from arm.sync.certificates import make_context, read_pin
from arm.sync.faults import Fault
from arm.sync.heard import LastHeard
from arm.sync.ways import NO_PROXY, SYSTEM_PROXY, Ways, has_proxy_script, read_proxy


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkWish:
    """`proxy` is none, system or `http://host:port`; `pins` are SHA-256 of the store's public key, hex or Base64."""

    proxy: str = NO_PROXY
    proxy_user: str = ""
    ca_file: str = ""
    pins: tuple[str, ...] = ()


class NetworkDesk:
    """What the installation's settings say, and over it what was chosen for this profile."""

    def __init__(self, file: NetworkFile, settings: Settings) -> None:
        self._file = file
        self._settings = settings
        self.heard = LastHeard(file.heard_at(), file.keep_heard)

    def wish(self) -> NetworkWish:
        record, settings = self._file.record, self._settings
        return NetworkWish(
            proxy=record.proxy or settings.proxy or NO_PROXY,
            proxy_user=record.proxy_user or settings.proxy_user,
            ca_file=record.ca_file or settings.tls_authority,
            pins=record.pins or settings.tls_pins,
        )

    @property
    def has_password(self) -> bool:
        """Whether a password for the proxy is known; it is never shown again."""
        return self._file.has_password

    @property
    def has_script(self) -> bool:
        """Whether this computer names a script (PAC) for its proxies, which the program doesn't run."""
        return has_proxy_script()

    def keep(self, wish: NetworkWish, password: str | None = None) -> bool:
        """Keeps it for this profile; the next request goes the new way. None leaves the password as it was.

        False when there is no key store and the password will be asked again after the next start.
        Raises SyncTrouble: offline (proxy_address, proxy_unsupported), certificate (bad_pin, bad_ca_file), as the
        fields have it; CacheTrouble.
        """
        proxy = wish.proxy.strip() or NO_PROXY
        try:
            if proxy not in (NO_PROXY, SYSTEM_PROXY):
                found = read_proxy(proxy)
                if found.user:
                    # a password must not come to lie in an open file
                    raise Fault("offline", "proxy_address")
                proxy = found.url
            pins = tuple(one.strip() for one in wish.pins if one.strip())
            for one in pins:
                read_pin(one)
            ca_file = str(Path(wish.ca_file.strip()).expanduser()) if wish.ca_file.strip() else ""
            make_context(ca_file, bool(pins))
        except Fault as fault:
            raise fault.trouble() from fault
        record = NetworkRecord(ca_file=ca_file, pins=pins, proxy=proxy, proxy_user=wish.proxy_user.strip())
        return self._file.keep(record, password)

    def ways(self) -> Ways:
        """As the wire takes it, read anew for each request."""
        wish = self.wish()
        return Ways(ca_file=wish.ca_file, pins=wish.pins, proxy=wish.proxy, proxy_user=wish.proxy_user)

    def proxy_password(self) -> str:
        """For the network's threads alone: the key store may ask the person."""
        return self._file.password()
