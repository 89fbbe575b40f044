"""Looks at the way to a central store step by step, for `arm doctor`: nothing personal is sent or found."""

from __future__ import annotations

import secrets
import weakref
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from arm.sync.answers import ECHO, somebody_else
from arm.sync.certificates import Seen
from arm.sync.connecting import resolve
from arm.sync.faults import trouble_behind
from arm.sync.heard import LastHeard, dated
from arm.sync.troubles import SyncTrouble
from arm.sync.ways import Proxy, Ways, proxy_for, server_address

if TYPE_CHECKING:
    import socket

LONGEST_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What was found: `trouble` is the first thing in the way, `step` where it is (see `look`).

    `skew_s` is this computer's clock minus the store's, known even where the certificate isn't believed.
    """

    server: str = ""
    step: str = ""
    trouble: SyncTrouble | None = None
    proxy: Proxy | None = None
    addresses: int = 0
    seen: Seen | None = None
    tls: str = ""
    skew_s: float | None = None


def look(typed: str, ways: Ways, password: str = "") -> Look:
    """Everything that can be seen from here; never raises for what is wrong on the way. Takes some seconds at worst."""
    found = Look()
    step = "address"
    try:
        server = server_address(typed)
        parts = urlsplit(server)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        found = Look(server=server)
        step = "proxy"
        proxy = proxy_for(server, ways, password)
        found = Look(server=server, proxy=proxy)
        step = "name"
        # behind a proxy the store's own name may be unknown here, and that is right
        near = (proxy.host, proxy.port) if proxy is not None else (host, port)
        found = Look(server=server, proxy=proxy, addresses=len(resolve(*near)))
        step = "protection"
        if parts.scheme == "https":
            found = _certified(found, host, port)
        step = "answer"
        return _answered(found, ways)
    except SyncTrouble as trouble:
        return _with(found, step, trouble)
    except OSError as error:
        return _with(found, step, trouble_behind(error))


def _certified(found: Look, host: str, port: int) -> Look:
    from arm.sync.pool import show_certificate

    seen, version = show_certificate(host, port, found.proxy)
    return Look(server=found.server, proxy=found.proxy, addresses=found.addresses, seen=seen, tls=version)


def _answered(found: Look, ways: Ways) -> Look:
    """Asks for the store's health: the certificate is checked in earnest here."""
    import requests

    from arm.sync.pool import make_session

    sockets: weakref.WeakSet[socket.socket] = weakref.WeakSet()
    nonce = secrets.token_hex(16)
    try:
        with make_session(ways, found.proxy, sockets) as session:
            response = session.get(
                f"{found.server}/health",
                headers={ECHO: nonce},
                timeout=(LONGEST_S, LONGEST_S),
                allow_redirects=False,
                stream=True,
            )
            response.close()
    except (requests.exceptions.RequestException, OSError) as error:
        trouble = trouble_behind(error)
        if trouble.code in {"expired", "not_yet"} and found.seen is not None:
            trouble = dated(trouble, found.seen, datetime.now(UTC), LastHeard())
        return _with(found, "protection" if trouble.kind == "certificate" else "answer", trouble)
    try:
        told = parsedate_to_datetime(response.headers.get("Date", "")).astimezone(UTC)
        skew_s = (datetime.now(UTC) - told).total_seconds()
    except (ValueError, TypeError):
        skew_s = None
    is_ours = response.headers.get(ECHO) == nonce
    return _with(found, "answer", None if is_ours else somebody_else(response), skew_s)


def _with(found: Look, step: str, trouble: SyncTrouble | None, skew_s: float | None = None) -> Look:
    return Look(
        server=found.server,
        step=step,
        trouble=trouble,
        proxy=found.proxy,
        addresses=found.addresses,
        seen=found.seen,
        tls=found.tls,
        skew_s=skew_s,
    )
