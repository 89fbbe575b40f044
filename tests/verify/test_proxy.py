"""The fault proxy as a plain cable that can be pulled, with real sockets."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from arm.verify.proxy import Proxy

pytestmark = pytest.mark.desks
PATIENCE_S = 5.0


class Echo:
    """Gives back whatever comes."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=_echo, args=(peer,), daemon=True).start()

    def close(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(PATIENCE_S)


def _echo(peer: socket.socket) -> None:
    with peer:
        while chunk := peer.recv(4096):
            peer.sendall(chunk)


@pytest.fixture
def relay() -> Iterator[Proxy]:
    echo = Echo()
    made = Proxy("127.0.0.1", echo.port)
    yield made
    made.close()
    echo.close()


def connected(relay: Proxy) -> socket.socket:
    return socket.create_connection(("127.0.0.1", int(urlsplit(relay.url).port or 0)), timeout=PATIENCE_S)


def said_back(peer: socket.socket, words: bytes) -> bytes:
    """What comes back; nothing when the way is cut."""
    try:
        peer.sendall(words)
        return peer.recv(4096)
    except ConnectionError:
        return b""


def test_bytes_go_both_ways(relay: Proxy) -> None:
    with connected(relay) as peer:
        assert said_back(peer, b"there") == b"there"


def test_a_cut_closes_what_is_open(relay: Proxy) -> None:
    with connected(relay) as peer:
        assert said_back(peer, b"one") == b"one"
        relay.cut()
        assert said_back(peer, b"two") == b""


def test_while_cut_nobody_gets_through(relay: Proxy) -> None:
    relay.cut()
    with connected(relay) as peer:
        assert said_back(peer, b"hello") == b""


def test_after_mending_a_new_connection_gets_through(relay: Proxy) -> None:
    relay.cut()
    with connected(relay) as peer:
        assert said_back(peer, b"lost") == b""
    relay.mend()
    with connected(relay) as peer:
        assert said_back(peer, b"again") == b"again"
