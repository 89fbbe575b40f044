"""The server process: connections that say nothing."""

from __future__ import annotations

import socket
import threading

import uvicorn

from arm.central.central import Central
from arm.central.http import make_app
from arm.central.serving import _Server, listening_socket


def test_a_connection_that_says_nothing_is_hung_up_on(central: Central) -> None:
    """Half a head of a request is as silent as none; else a thousand of them keep everybody out."""
    started, app, bound = threading.Event(), make_app(central), listening_socket("127.0.0.1", 0)
    config = uvicorn.Config(app, log_config=None, access_log=False)
    server = _Server(config, app.state.poller, started.set, longest_silence_s=0.5)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
    thread.start()
    try:
        assert started.wait(30)
        for said in (b"", b"GET /health HTTP/1.1\r\nHost: x\r\n"):
            with socket.create_connection(bound.getsockname(), timeout=20) as silent:
                silent.sendall(said)
                assert silent.recv(100) == b""
        with socket.create_connection(bound.getsockname(), timeout=20) as speaking:
            speaking.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            assert speaking.recv(100).startswith(b"HTTP/1.1 200")
    finally:
        server.should_exit = True
        thread.join(30)
        bound.close()
