"""The server process: the listening socket, plain HTTP on the loopback alone, a clean end on signals."""

from __future__ import annotations

import ipaddress
import logging
import os
import signal
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn

from arm.central.central import Central
from arm.central.heads import BoundedHeads
from arm.central.http import make_app
from arm.central.waiting import Poller

log = logging.getLogger(__name__)
GRACE_S = 5
LONGEST_SILENCE_S = 30.0
WAITING_CONNECTIONS = 512
TAKEN_AT_ONCE = 16
"""New connections that one process takes at a time: the others of several workers get their share."""
LISTENING = "listening "


class ServeTrouble(Exception):
    """Why it can't listen; `kind`: bad_address, port_taken, no_tls, bad_certificate, denied."""

    def __init__(self, kind: str, detail: str = "") -> None:
        super().__init__(kind)
        self.kind, self.detail = kind, detail


def split_address(listen: str) -> tuple[str, int]:
    """Host and port of `127.0.0.1:8765`, `[::1]:8765` or `localhost:0`."""
    host, colon, port = listen.rpartition(":")
    host = host.strip("[]")
    if not colon or not host or not port.isdigit() or int(port) > 65535:
        raise ServeTrouble("bad_address", listen)
    return host, int(port)


def is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_certificate(certificate: Path, key: Path | None) -> None:
    """A key under a passphrase is refused: a service has nobody to ask, and OpenSSL would wait at the terminal."""
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(certificate, key, password=lambda: "")
    except (OSError, ValueError) as wrong:
        raise ServeTrouble("bad_certificate", str(certificate)) from wrong


def listening_socket(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        bound = socket.create_server((host, port), family=family, backlog=WAITING_CONNECTIONS)
    except PermissionError:
        raise ServeTrouble("denied", f"{host}:{port}") from None
    except socket.gaierror:
        raise ServeTrouble("bad_address", host) from None
    except OSError:
        raise ServeTrouble("port_taken", f"{host}:{port}") from None
    # it must say that it speaks TCP: only then asyncio sends each part at once (TCP_NODELAY), and an answer's body
    # does not wait 40 ms for the other side to acknowledge its headers
    return socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, fileno=bound.detach())


class Server(uvicorn.Server):
    """Says where it listens, lets long polls go at once when it is told to end, hangs up on the silent."""

    def __init__(
        self,
        config: uvicorn.Config,
        poller: Poller,
        on_start: Callable[[], None],
        longest_silence_s: float,
    ) -> None:
        super().__init__(config)
        self._poller, self._on_start, self._longest_silence_s = poller, on_start, longest_silence_s
        self._silent_since: dict[Any, float] = {}

    async def on_tick(self, counter: int) -> bool:
        if counter % 10 == 0:
            self._hang_up_on_the_silent()
        return await super().on_tick(counter)

    def _hang_up_on_the_silent(self) -> None:
        """Connections that never finish a first request would use up all the places; the protocol has no limit."""
        now = time.monotonic()
        silent = [one for one in self.server_state.connections if getattr(one, "cycle", self) is None]
        self._silent_since = {one: self._silent_since.get(one, now) for one in silent}
        for one, since in self._silent_since.items():
            if now - since > self._longest_silence_s and (transport := getattr(one, "transport", None)):
                transport.close()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            for one in sockets or ():
                # asyncio listens anew with the number that it takes at a time
                one.listen(WAITING_CONNECTIONS)
            self._on_start()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._poller.stop_soon()
        super().handle_exit(sig, frame)


def server_for(
    central: Central,
    on_start: Callable[[], None],
    *,
    certificate: Path | None = None,
    key: Path | None = None,
    longest_silence_s: float = LONGEST_SILENCE_S,
) -> Server:
    """Over an open store, to be run on listening sockets; `on_start` is called when it listens."""
    app = make_app(central)
    config = uvicorn.Config(
        app,
        http=BoundedHeads,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
        backlog=TAKEN_AT_ONCE,
        ssl_certfile=certificate,
        ssl_keyfile=key,
    )
    return Server(config, app.state.poller, on_start, longest_silence_s)


@dataclass(frozen=True, slots=True)
class Listener:
    """A bound socket, the address it is told by, and what TLS needs."""

    socket: socket.socket
    url: str
    certificate: Path | None = None
    key: Path | None = None


def listener_at(listen: str, certificate: Path | None = None, key: Path | None = None) -> Listener:
    """ServeTrouble when it can't be; TLS is a must beyond this machine."""
    host, port = split_address(listen)
    if certificate is None and not is_loopback(host):
        raise ServeTrouble("no_tls", listen)
    if certificate is not None:
        check_certificate(certificate, key)
    bound = listening_socket(host, port)
    scheme = "https" if certificate is not None else "http"
    shown = f"[{host}]" if ":" in host else host
    return Listener(bound, f"{scheme}://{shown}:{bound.getsockname()[1]}", certificate, key)


def serve(
    central: Central,
    listen: str,
    *,
    certificate: Path | None = None,
    key: Path | None = None,
    until_stdin_closes: bool = False,
    say: Callable[[str], None] = print,
) -> int:
    """Serves in this process until SIGTERM or SIGINT; ServeTrouble when it can't begin."""
    listener = listener_at(listen, certificate, key)
    return serve_on(central, listener, until_stdin_closes=until_stdin_closes, say=say)


def serve_on(
    central: Central, listener: Listener, *, until_stdin_closes: bool = False, say: Callable[[str], None] = print
) -> int:
    """Serves on a socket that is bound already, and closes it."""
    server = server_for(
        central, lambda: say(f"{LISTENING}{listener.url}"), certificate=listener.certificate, key=listener.key
    )

    def end(*_: object) -> None:
        server.handle_exit(signal.SIGTERM, None)

    before = {one: signal.signal(one, end) for one in (signal.SIGTERM, signal.SIGINT)}
    if until_stdin_closes:
        threading.Thread(target=end_with_stdin, args=(end,), daemon=True).start()
    try:
        log.info("serving", extra={"port": listener.socket.getsockname()[1]})
        server.run(sockets=[listener.socket])
    finally:
        listener.socket.close()
        for one, handler in before.items():
            signal.signal(one, handler)
    return 0


def end_with_stdin(end: Callable[[], object]) -> None:
    """The parent holds the other end: when it dies, however, the server ends too.

    Read past Python's buffer, whose lock a thread that waits for ever would hold when the program ends by a signal.
    """
    with suppress(OSError, ValueError):
        while os.read(sys.stdin.fileno(), 4096):
            pass
    end()
