"""Sessions of `requests` over our own connections: quick connecting, pins, tunnels, sockets that can be dropped."""

from __future__ import annotations

import base64
import contextlib
import http.client
import socket
import ssl
import weakref
from collections.abc import MutableSet
from datetime import UTC, datetime
from typing import Any

import requests
import requests.adapters
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from arm.sync.certificates import Seen, check_pin, check_rest, look_at, make_context, unbelieving_context
from arm.sync.connecting import connect
from arm.sync.faults import Fault, tls_fault
from arm.sync.ways import Proxy, Ways

HANDSHAKE_TIMEOUT_S = 15.0
"""For each answer of a proxy or of a handshake: two trips over a line of three seconds' delay fit in."""
Sockets = MutableSet[socket.socket]


def make_session(ways: Ways, proxy: Proxy | None, sockets: Sockets) -> requests.Session:
    """A session that believes nothing of the environment. Raises Fault(certificate): bad_ca_file, bad_pin."""
    session = requests.Session()
    # no proxy, no authority and no password from variables of the environment or from .netrc (F30)
    session.trust_env = False
    # the libraries' own list of encodings grows with what is installed: only what is bounded here is asked for
    session.headers["Accept-Encoding"] = "gzip"
    adapter = Adapter(ways, proxy, sockets)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    if proxy is not None:
        session.proxies = {"https": proxy.url}
    return session


def drop(sockets: Sockets) -> None:
    """Ends every connection, also those on which another thread waits: it hears of it at once."""
    for one in list(sockets):
        with contextlib.suppress(OSError):
            # the plain method: that of a TLS socket would let a waiting reader read on without TLS
            socket.socket.shutdown(one, socket.SHUT_RDWR)


def show_certificate(host: str, port: int, proxy: Proxy | None) -> tuple[Seen, str]:
    """The certificate that a server shows, and the TLS version; nothing is sent, nothing is believed.

    Raises Fault, or what TLS raises.
    """
    sockets: Sockets = weakref.WeakSet()
    target = (proxy.host, proxy.port) if proxy is not None else (host, port)
    kind = _kinds(frozenset(), proxy, sockets)[1]
    connection = kind(*target, ssl_context=unbelieving_context(), cert_reqs=ssl.CERT_NONE)
    connection.is_only_looking = True
    if proxy is not None:
        connection.set_tunnel(host, port, headers=_proxy_headers(proxy))
    try:
        connection.connect()
        if not isinstance(connection.sock, ssl.SSLSocket):
            raise Fault("wrong_server", "not_tls")
        return look_at(connection.sock.getpeercert(binary_form=True) or b""), connection.sock.version() or ""
    finally:
        connection.close()


class Adapter(requests.adapters.HTTPAdapter):
    """Gives `requests` our connections, our TLS context and a proxy's password that is in no address."""

    def __init__(self, ways: Ways, proxy: Proxy | None, sockets: Sockets) -> None:
        pins = ways.pin_digests()
        self._proxy = proxy
        self._context = make_context(ways.ca_file, bool(pins))
        plain, secure = _kinds(pins, proxy, sockets)
        self._pools = {
            "http": type("_Pool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
            "https": type("_SecurePool", (HTTPSConnectionPool,), {"ConnectionCls": secure}),
        }
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        found = super().proxy_manager_for(proxy, **kwargs)
        found.pool_classes_by_scheme = self._pools
        return found

    def proxy_headers(self, proxy: str) -> dict[str, str]:
        return _proxy_headers(self._proxy) if self._proxy is not None else {}

    def cert_verify(self, *args: Any, **kwargs: Any) -> None:
        """The context knows all; the base would add the public authorities to it."""

    def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None) -> Any:
        host, _ = super().build_connection_pool_key_attributes(request, True, None)
        return host, {"ssl_context": self._context, "cert_reqs": self._context.verify_mode}


def _proxy_headers(proxy: Proxy) -> dict[str, str]:
    if not proxy.user:
        return {}
    word = base64.b64encode(f"{proxy.user}:{proxy.password}".encode()).decode()
    return {"Proxy-Authorization": f"Basic {word}"}


def _kinds(pins: frozenset[bytes], proxy: Proxy | None, sockets: Sockets) -> tuple[type[HTTPConnection], type[_Secure]]:
    """Connection classes that know this session's pins and register their sockets."""
    own = {"pins": pins, "sockets": sockets, "office_proxy": proxy}
    return type("_OwnPlain", (_Plain,), own), type("_OwnSecure", (_Secure,), own)


class _Reaching(HTTPConnection):
    """Connects to the first address that answers, and says exactly what was in the way."""

    sockets: Sockets
    office_proxy: Proxy | None = None

    def _new_conn(self) -> socket.socket:
        try:
            made = connect(self._dns_host, self.port)
        except Fault as fault:
            if self.office_proxy is None:
                raise
            raise Fault("offline", "proxy_unreachable", {"cause": fault.code}) from fault
        for level, name, value in self.socket_options or ():
            made.setsockopt(level, name, value)
        made.settimeout(HANDSHAKE_TIMEOUT_S)
        self.sockets.add(made)
        return made

    def _tunnel(self) -> None:
        """CONNECT, with every answer of the proxy told apart; the store's token is not in this request."""
        host, port, headers = self._tunnel_host, self._tunnel_port, self._tunnel_headers  # type: ignore[attr-defined]
        place = f"{f'[{host}]' if ':' in str(host) else host}:{port}"
        lines = [f"CONNECT {place} HTTP/1.1", f"Host: {place}", *(f"{name}: {one}" for name, one in headers.items())]
        response = http.client.HTTPResponse(self.sock, method="CONNECT")
        try:
            self.sock.sendall("\r\n".join([*lines, "", ""]).encode("latin-1"))
            # bounded by the library: a hundred headers, 64 KB a line
            response.begin()
            status, offered = response.status, response.headers.get_all("Proxy-Authenticate") or []
        except TimeoutError as error:
            raise Fault("offline", "proxy_unreachable", {"cause": "timeout"}) from error
        except (OSError, http.client.HTTPException) as error:
            raise Fault("offline", "proxy_refused", {"cause": "broken"}) from error
        finally:
            response.close()
        if status == 407:
            is_basic = not offered or any(one.strip().casefold().startswith("basic") for one in offered)
            raise Fault("offline", "proxy_auth" if is_basic else "proxy_scheme")
        if not 200 <= status < 300:
            raise Fault("offline", "proxy_refused", {"status": str(status)})


class _Plain(_Reaching):
    """To this computer itself."""

    def connect(self) -> None:
        super().connect()
        self.sockets.add(self.sock)


class _Secure(HTTPSConnection, _Reaching):
    """Over TLS; the pin is checked before the first byte of a request."""

    pins: frozenset[bytes] = frozenset()
    is_only_looking = False

    def connect(self) -> None:
        host = str(self._tunnel_host or self.host)
        try:
            super().connect()
        except ssl.SSLError as error:
            raise tls_fault(error) from error
        except (ConnectionError, EOFError) as error:
            raise Fault("offline", "broken") from error
        made = self.sock
        if not isinstance(made, ssl.SSLSocket):
            raise Fault("wrong_server", "not_tls")
        self.sockets.add(made)
        if self.pins and not self.is_only_looking:
            seen = look_at(made.getpeercert(binary_form=True) or b"")
            check_pin(seen, self.pins)
            if made.context.verify_mode != ssl.CERT_REQUIRED:
                check_rest(seen, host, datetime.now(UTC))
            self.is_verified = True
