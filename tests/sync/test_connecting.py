"""Connecting and being stuck: a dead address holds up nobody, every kind of silence has a name (F22, F26, F27)."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler

import pytest

from arm.sync import transport as wire
from arm.sync.connecting import Address, connect, race, resolve
from arm.sync.faults import Fault
from arm.sync.transport import HttpTransport
from arm.sync.troubles import SyncTrouble
from tests.sync.rigs import head_of, saying, serving


@contextmanager
def black_hole() -> Iterator[Address]:
    """An address where nobody answers: a door whose queue of callers is full."""
    with ExitStack() as open_ones:
        door = open_ones.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(8):
            caller = open_ones.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(door.getsockname())
        yield socket.AF_INET, door.getsockname()


def test_a_dead_address_costs_a_quarter_of_a_second_not_half_a_minute() -> None:
    with black_hole() as dead, socket.create_server(("127.0.0.1", 0)) as door:
        begun = time.monotonic()
        with race([dead, (socket.AF_INET, door.getsockname())], 5.0) as made:
            assert made.getpeername() == door.getsockname()
        assert time.monotonic() - begun < 2.0


def test_a_refusing_address_does_not_hide_the_living_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        refused = gone.getsockname()
    with (
        socket.create_server(("127.0.0.1", 0)) as door,
        race([(socket.AF_INET, refused), (socket.AF_INET, door.getsockname())], 5.0) as made,
    ):
        assert made.getpeername() == door.getsockname()


def test_only_dead_addresses_end_in_time() -> None:
    with black_hole() as dead, pytest.raises(Fault) as fault:
        race([dead, dead], 0.6)
    assert fault.value.code == "connect_timeout"


def test_nobody_at_the_door_is_said_as_such() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    with pytest.raises(Fault) as fault:
        connect("127.0.0.1", port)
    assert fault.value.code == "refused"


def test_a_name_that_nobody_knows_is_said_as_such() -> None:
    with pytest.raises(Fault) as fault:
        resolve("no-such-store.invalid", 443, 5.0)
    assert (fault.value.kind, fault.value.code) == ("offline", "dns")


def test_a_name_service_that_says_nothing_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()

    def say_nothing(*place: object, **more: object) -> list[object]:
        released.wait(30)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", say_nothing)
    with pytest.raises(Fault) as fault:
        resolve("slow.example", 443, 0.2)
    released.set()
    assert fault.value.code == "dns"


def trouble_at(port: int) -> SyncTrouble:
    transport = HttpTransport(f"http://127.0.0.1:{port}", lambda: "d", lambda: "t")
    with pytest.raises(SyncTrouble) as trouble:
        transport.manifest()
    transport.close()
    return trouble.value


def test_a_store_that_falls_silent_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    assert wire.READ_TIMEOUT_S <= 30
    monkeypatch.setattr(wire, "READ_TIMEOUT_S", 0.3)
    silent = threading.Event()

    def stuck(came: socket.socket) -> None:
        head_of(came)
        silent.wait(30)

    def stuck_in_the_middle(came: socket.socket) -> None:
        nonce = head_of(came)["arm-request"]
        head = (
            f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nArm-Request: {nonce}\r\nContent-Length: 99\r\n\r\n"
        )
        came.sendall(head.encode() + b'{"items"')
        silent.wait(30)

    for script in (stuck, stuck_in_the_middle):
        with saying(script) as port:
            trouble = trouble_at(port)
        assert (trouble.kind, trouble.code) == ("offline", "timeout")
    silent.set()


def test_an_answer_cut_off_in_the_middle_is_no_answer() -> None:
    def cut(came: socket.socket) -> None:
        nonce = head_of(came)["arm-request"]
        head = (
            f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nArm-Request: {nonce}\r\nContent-Length: 99\r\n\r\n"
        )
        came.sendall(head.encode() + b'{"items": []}')

    def hung_up(came: socket.socket) -> None:
        head_of(came)

    for script in (cut, hung_up):
        with saying(script) as port:
            trouble = trouble_at(port)
        assert (trouble.kind, trouble.code) == ("offline", "broken")


def test_after_a_sleep_a_waiting_request_ends_at_once_and_the_next_one_goes_out_anew() -> None:
    waiting, released = threading.Event(), threading.Event()

    def wait(came: socket.socket) -> None:
        head_of(came)
        waiting.set()
        released.wait(30)

    with saying(wait) as port:
        transport = HttpTransport(f"http://127.0.0.1:{port}", lambda: "d", lambda: "t")
        ended: list[SyncTrouble] = []

        def ask() -> None:
            try:
                transport.wait("", 25.0)
            except SyncTrouble as trouble:
                ended.append(trouble)

        thread = threading.Thread(target=ask)
        thread.start()
        assert waiting.wait(10)
        begun = time.monotonic()
        transport.renew()
        thread.join(10)
        assert time.monotonic() - begun < 3.0
        assert [(one.kind, one.code) for one in ended] == [("offline", "broken")]
        released.set()
        transport.close()


def test_renewed_connections_serve_as_before() -> None:
    with serving() as heard:
        transport = HttpTransport(heard.address, lambda: "d", lambda: "t")
        for _ in range(2):
            with pytest.raises(SyncTrouble, match="unauthorised"):
                transport.manifest()
            transport.renew()
        transport.close()
    assert len(heard.requests) == 2


def test_a_large_piece_may_take_longer_than_one_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    """In one go it would have to leave within the limit of a single sending, whatever its size."""
    monkeypatch.setattr(wire, "SEND_TIMEOUT_S", 0.5)

    def slow(handler: BaseHTTPRequestHandler) -> None:
        size, offset = int(handler.headers["Content-Length"]), int(handler.headers["Upload-Offset"])
        rest, pause = size, threading.Event()
        while rest:
            rest -= len(handler.rfile.read(min(rest, 1 << 18)))
            pause.wait(0.03)
        body = f'{{"upload_id": "u", "offset": {offset + size}, "complete": {str(offset > 0).lower()}}}'.encode()
        handler.send_response(200)
        named = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        for name, value in (named | {"Arm-Request": handler.headers["Arm-Request"]}).items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    with serving(slow) as heard:
        transport = HttpTransport(heard.address, lambda: "d", lambda: "t")
        transport._piece.bytes_now = 32 * 1024 * 1024
        # the second goes over a standing connection, where that limit holds
        transport.send_piece("u", 0, b"x")
        begun = time.monotonic()
        answer = transport.send_piece("u", 1, bytes(24 * 1024 * 1024))
        passed = time.monotonic() - begun
        transport.close()
    assert answer.complete and passed > 1.0
