"""A relay of TCP connections between one desk and the central store that can be cut and mended."""

from __future__ import annotations

import selectors
import socket
import threading

CHUNK = 65536


class Relay:
    """Listens on a free loopback port and passes bytes on; while cut, connections are closed and refused."""

    def __init__(self, host: str, port: int) -> None:
        self._goal = (host, port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._port: int = self._listener.getsockname()[1]
        self._selector = selectors.DefaultSelector()
        self._pairs: dict[socket.socket, socket.socket] = {}
        self._is_cut = False
        self._is_over = False
        self._wake, waker = socket.socketpair()
        self._waker = waker
        self._lock = threading.Lock()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._selector.register(self._wake, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def cut(self) -> None:
        """Closes what is open and closes what comes, until `mend`."""
        with self._lock:
            self._is_cut = True
        self._waker.send(b"!")

    def mend(self) -> None:
        with self._lock:
            self._is_cut = False

    def close(self) -> None:
        with self._lock:
            self._is_over = True
        self._waker.send(b"!")
        self._thread.join(5)
        self._wake.close()
        self._waker.close()

    def _run(self) -> None:
        while not self._is_over:
            for key, _ in self._selector.select():
                one = key.fileobj
                if one is self._wake:
                    self._wake.recv(16)
                    if self._is_cut or self._is_over:
                        self._close_all()
                elif one is self._listener:
                    self._take()
                elif isinstance(one, socket.socket) and one in self._pairs:
                    self._pass_on(one)
        self._close_all()
        self._listener.close()
        self._selector.close()

    def _take(self) -> None:
        near, _ = self._listener.accept()
        if self._is_cut:
            near.close()
            return
        try:
            far = socket.create_connection(self._goal, timeout=5)
        except OSError:
            near.close()
            return
        self._pairs[near], self._pairs[far] = far, near
        self._selector.register(near, selectors.EVENT_READ)
        self._selector.register(far, selectors.EVENT_READ)

    def _pass_on(self, source: socket.socket) -> None:
        try:
            chunk = source.recv(CHUNK)
            if chunk:
                self._pairs[source].sendall(chunk)
                return
        except OSError:
            pass
        self._drop(source)

    def _drop(self, one: socket.socket) -> None:
        other = self._pairs.pop(one, None)
        if other is not None:
            self._pairs.pop(other, None)
        for end in (one, other):
            if end is not None:
                self._selector.unregister(end)
                end.close()

    def _close_all(self) -> None:
        while self._pairs:
            self._drop(next(iter(self._pairs)))
