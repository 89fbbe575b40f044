"""How a desk reaches its central store: the address, authorities and pins, and the office's proxy."""

from __future__ import annotations

import ipaddress
import sys
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from arm.sync.certificates import read_pin
from arm.sync.faults import Fault
from arm.sync.troubles import SyncTrouble

NO_PROXY, SYSTEM_PROXY = "none", "system"
_DEFAULT_PROXY_PORT = 8080


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """What is set for the way to the store; `proxy` is none, system or an address. No password lives here."""

    ca_file: str = ""
    pins: tuple[str, ...] = ()
    proxy: str = NO_PROXY
    proxy_user: str = ""

    def pin_digests(self) -> frozenset[bytes]:
        """Raises Fault(certificate, bad_pin)."""
        return frozenset(read_pin(one) for one in self.pins if one.strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """An HTTP proxy that opens tunnels by CONNECT; the password never shows in a text of this value."""

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def url(self) -> str:
        """Without user and password: this text may be logged by the libraries."""
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"


def proxy_for(server: str, ways: Ways, password: str = "") -> Proxy | None:
    """The proxy on the way to a server's address; none to this computer itself.

    Raises Fault(offline): proxy_address, proxy_unsupported (SOCKS, TLS to the proxy).
    """
    host = urlsplit(server).hostname or ""
    if ways.proxy == NO_PROXY or not ways.proxy.strip() or is_loopback(host):
        return None
    if ways.proxy != SYSTEM_PROXY:
        return read_proxy(ways.proxy, ways.proxy_user, password)
    from urllib.request import getproxies, proxy_bypass

    found = getproxies()
    stated = found.get("https") or found.get("all") or ""
    if not stated or proxy_bypass(host):
        return None
    return read_proxy(stated, ways.proxy_user, password)


def read_proxy(text: str, user: str = "", password: str = "") -> Proxy:
    """A proxy's address as `http://host:port` or `host:port`. Raises as `proxy_for` does.

    A name and a password inside the address are what a system's setting may hold; one's own setting never does.
    """
    full = text.strip() if "://" in text else f"http://{text.strip()}"
    try:
        parts = urlsplit(full)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise Fault("offline", "proxy_address") from None
    if parts.scheme != "http":
        raise Fault("offline", "proxy_unsupported" if parts.scheme in _KNOWN_ELSEWHERE else "proxy_address")
    if not host or any(one.isspace() for one in host) or parts.path not in {"", "/"} or parts.query:
        raise Fault("offline", "proxy_address")
    return Proxy(
        host=host,
        port=port or _DEFAULT_PROXY_PORT,
        user=user or unquote(parts.username or ""),
        password=password if user else unquote(parts.password or ""),
    )


_KNOWN_ELSEWHERE = frozenset({"socks", "socks4", "socks4a", "socks5", "socks5h", "https"})


def has_proxy_script() -> bool:
    """Whether the system names a script (PAC) that would choose the proxy: the program doesn't run such scripts."""
    if sys.platform == "win32":
        import winreg

        try:
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, _WINDOWS_PLACE) as key:
                return bool(winreg.QueryValueEx(key, "AutoConfigURL")[0])
        except OSError:
            return False
    return False


_WINDOWS_PLACE = r"Software\Microsoft\Windows\CurrentVersion\Internet Settings"


def server_address(typed: str) -> str:
    """A typed address as `scheme://host[:port]`; HTTPS unless it names a scheme.

    Raises SyncTrouble(wrong_server): bad_address, or not_secure for plain HTTP beyond the loopback.
    """
    text = typed.strip()
    if "://" not in text:
        text = f"{'http' if is_loopback(text.partition(':')[0]) else 'https'}://{text}"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise SyncTrouble("wrong_server", {"code": "bad_address"}) from None
    if parts.scheme not in {"http", "https"} or not host or parts.username or parts.query or parts.fragment:
        raise SyncTrouble("wrong_server", {"code": "bad_address"})
    if parts.scheme == "http" and not is_loopback(host):
        raise SyncTrouble("wrong_server", {"code": "not_secure"})
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}{f':{port}' if port else ''}{parts.path.rstrip('/')}"


def is_loopback(host: str) -> bool:
    if host.casefold() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
