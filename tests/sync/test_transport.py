"""The wire over HTTP: what is not our central store is not believed, troubles have kinds."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from arm.sync.transport import HttpTransport, server_address, trouble_of
from arm.sync.troubles import SyncTrouble
from arm.wire import Problem

HTML = b"<html><body>Sign in to the hotel network</body></html>"


@contextmanager
def answering(status: int, headers: dict[str, str], body: bytes, is_fresh: bool = True) -> Iterator[HttpTransport]:
    """A server that answers everything in one way."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if is_fresh:
                self.send_header("Arm-Request", self.headers["Arm-Request"])
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_POST = do_HEAD = do_DELETE = do_GET

        def log_message(self, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    transport = HttpTransport(f"http://127.0.0.1:{server.server_port}", lambda: "d", lambda: "t")
    try:
        yield transport
    finally:
        transport.close()
        server.shutdown()
        thread.join()
        server.server_close()


def trouble_from(status: int, headers: dict[str, str], body: bytes) -> SyncTrouble:
    with answering(status, headers, body) as transport, pytest.raises(SyncTrouble) as trouble:
        transport.changes("", 10)
    return trouble.value


def problem(status: int, code: str, **more: object) -> bytes:
    return json.dumps({"type": "x", "title": "x", "status": status, "code": code} | more).encode()


PROBLEM = {"Content-Type": "application/problem+json"}


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (200, {"Content-Type": "text/html"}, HTML),
        (404, {"Content-Type": "text/html"}, HTML),
        (302, {"Location": "http://portal.example/"}, b""),
        (200, {"Content-Type": "application/json"}, b'{"hello": "world"}'),
        (200, {"Content-Type": "application/json"}, b"[" * 100_000),
        (200, {"Content-Type": "application/json"}, b""),
        (403, {"Content-Type": "text/html"}, HTML),
        (511, {"Content-Type": "text/html"}, HTML),
    ],
)
def test_answers_of_somebody_else_are_not_believed(status: int, headers: dict[str, str], body: bytes) -> None:
    assert trouble_from(status, headers, body).kind == "wrong_server"


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (401, "unauthorised", "unauthorised"),
        (410, "device_revoked", "unauthorised"),
        (426, "too_old", "too_old"),
        (429, "throttled", "throttled"),
        (409, "device_fork", "refused"),
        (422, "bad_wire", "refused"),
        (500, "fault", "server_fault"),
        (503, "busy", "server_fault"),
    ],
)
def test_problems_have_kinds_and_codes(status: int, code: str, kind: str) -> None:
    trouble = trouble_from(status, PROBLEM, problem(status, code))
    assert (trouble.kind, trouble.code) == (kind, code)


def test_a_gateway_without_our_words_is_a_fault_not_a_stranger() -> None:
    assert trouble_from(502, {"Content-Type": "text/html"}, HTML).kind == "server_fault"


def test_retry_after_is_heard_from_the_header_and_from_the_body() -> None:
    assert trouble_from(503, PROBLEM | {"Retry-After": "7"}, problem(503, "busy")).retry_after_s == 7
    assert trouble_of(429, Problem(type="", title="", status=429, code="x", retry_after_s=9)).retry_after_s == 9
    date, later = "Wed, 21 Oct 2026 07:28:00 GMT", "Wed, 21 Oct 2026 07:29:30 GMT"
    assert trouble_of(503, None, later, date=date).retry_after_s == 90
    assert trouble_of(503, None, date, date=later).retry_after_s == 0
    assert trouble_of(503, None, "soon").retry_after_s is None


def test_nobody_there_is_offline() -> None:
    with answering(200, {}, b"") as transport:
        pass
    with pytest.raises(SyncTrouble) as trouble:
        transport.manifest()
    assert trouble.value.kind == "offline"


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("arm.example.ru", "https://arm.example.ru"),
        ("https://arm.example.ru/", "https://arm.example.ru"),
        ("https://arm.example.ru:8443/арм/", "https://arm.example.ru:8443/арм"),
        ("127.0.0.1:8765", "http://127.0.0.1:8765"),
        (" localhost:8765 ", "http://localhost:8765"),
        ("http://[::1]:8765", "http://[::1]:8765"),
    ],
)
def test_an_address_may_be_typed_short(typed: str, address: str) -> None:
    assert server_address(typed) == address


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "bad_address"),
        ("ftp://arm.example.ru", "bad_address"),
        ("https://", "bad_address"),
        ("https://a b:x", "bad_address"),
        ("https://user:secret@arm.example.ru", "bad_address"),
        ("http://arm.example.ru", "not_secure"),
        ("http://127.0.0.1.evil.example", "not_secure"),
    ],
)
def test_addresses_that_are_none_or_not_secure_are_refused(typed: str, code: str) -> None:
    with pytest.raises(SyncTrouble) as trouble:
        server_address(typed)
    assert (trouble.value.kind, trouble.value.code) == ("wrong_server", code)


def test_proxies_of_the_environment_are_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with answering(401, PROBLEM, problem(401, "unauthorised")) as transport, pytest.raises(SyncTrouble) as trouble:
        transport.manifest()
    assert trouble.value.kind == "unauthorised"
