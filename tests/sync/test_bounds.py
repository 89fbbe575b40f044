"""A rogue or foreign server: bounded memory, no redirects, no stale answers, the token for nobody else (F30, F31)."""

import gzip
import json
import subprocess
import sys
import zlib
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from arm.sync import bodies
from arm.sync.bodies import LEAST_PAGE, LEAST_PART, MOST_ANSWER_BYTES, MOST_PART, Line, PageSize, PieceSize
from arm.sync.transport import HttpTransport
from arm.sync.troubles import SyncTrouble
from arm.wire import MAX_PAGE
from tests.sync.rigs import Answering, Heard, serving

JSON = "application/json"


def answering(
    body: bytes, status: int = 200, fresh: bool = True, nonce: str = "", kind: str = JSON, **headers: str
) -> Answering:
    """One answer to everything; `fresh` echoes the request's nonce as our store does."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        named = {"Content-Type": kind, "Content-Length": str(len(body))}
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        if fresh or nonce:
            named["Arm-Request"] = nonce or handler.headers["Arm-Request"]
        for name, value in named.items():
            handler.send_header(name, value)
        handler.end_headers()
        if handler.command != "HEAD":
            handler.wfile.write(body)

    return answer


def ask(answer: Answering) -> tuple[SyncTrouble, Heard]:
    with serving(answer) as heard:
        transport = HttpTransport(heard.address, lambda: "d", lambda: "secret-token")
        with pytest.raises(SyncTrouble) as trouble:
            transport.manifest()
        transport.close()
    return trouble.value, heard


def code_of(answer: Answering) -> tuple[str, str]:
    trouble, _ = ask(answer)
    return trouble.kind, trouble.code


@pytest.mark.parametrize("target", ["http://evil.example/", "/api/v1/elsewhere", "https://127.0.0.1:1/"])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(status: int, target: str) -> None:
    trouble, heard = ask(answering(b"", status, fresh=False, kind="text/html", Location=target))
    assert (trouble.kind, trouble.code) == ("wrong_server", "captive")
    assert len(heard.requests) == 1


def test_a_redirect_carries_the_token_nowhere() -> None:
    with serving() as other:
        ask(answering(b"", 307, fresh=True, Location=f"{other.address}/api/v1/manifest"))
    assert other.requests == []


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (200, "text/html; charset=utf-8", "captive"),
        (403, "text/html", "captive"),
        (511, "text/html", "captive"),
        (511, "text/plain", "captive"),
        (404, "text/html", "not_the_protocol"),
        (200, "text/plain", "not_the_protocol"),
        (401, "text/plain", "not_the_protocol"),
    ],
)
def test_a_networks_sign_in_page_is_told_from_another_program(status: int, kind: str, code: str) -> None:
    assert code_of(answering(b"<html>", status, fresh=False, kind=kind)) == ("wrong_server", code)


def test_an_old_answer_out_of_a_cache_is_not_believed() -> None:
    manifest = b'{"items": []}'
    assert code_of(answering(manifest, fresh=False)) == ("wrong_server", "stale_answer")
    assert code_of(answering(manifest, nonce="0123456789abcdef")) == ("wrong_server", "stale_answer")


@pytest.mark.parametrize("status", [401, 410, 426])
def test_nobody_is_signed_out_or_wiped_by_an_old_answer(status: int) -> None:
    body = json.dumps({"type": "x", "title": "x", "status": status, "code": "device_revoked"}).encode()
    assert code_of(answering(body, status, fresh=False, kind="application/problem+json")) == (
        "wrong_server",
        "stale_answer",
    )


def test_an_old_not_modified_or_an_old_offset_is_not_believed() -> None:
    with serving(answering(b"", 304, fresh=False)) as heard:
        transport = HttpTransport(heard.address, lambda: "d", lambda: "t")
        with pytest.raises(SyncTrouble) as trouble:
            transport.directory("v1")
        transport.close()
    assert trouble.value.code == "stale_answer"
    with serving(answering(b"", 200, fresh=False, Upload_Offset="7")) as heard:
        transport = HttpTransport(heard.address, lambda: "d", lambda: "t")
        with pytest.raises(SyncTrouble) as trouble:
            transport.upload_offset("u")
        transport.close()
    assert trouble.value.code == "stale_answer"


def test_an_answer_is_at_most_64_megabytes() -> None:
    assert MOST_ANSWER_BYTES == 64 * 1024 * 1024
    announced = answering(b"[", 200, Content_Length=str(2 * 1024**3))
    assert code_of(announced) == ("wrong_server", "too_large")


@pytest.mark.parametrize("rounds", [1, 2])
def test_a_compressed_bomb_is_left_where_it_grows_too_large(monkeypatch: pytest.MonkeyPatch, rounds: int) -> None:
    monkeypatch.setattr(bodies, "MOST_ANSWER_BYTES", 1024 * 1024)
    body = b" " * (32 * 1024 * 1024)
    for _ in range(rounds):
        body = gzip.compress(body)
    encodings = ", ".join(["gzip"] * rounds)
    assert code_of(answering(body, Content_Encoding=encodings)) == ("wrong_server", "too_large")


def test_an_unknown_encoding_or_broken_compression_is_another_program() -> None:
    assert code_of(answering(b"garbage", Content_Encoding="br")) == ("wrong_server", "not_the_protocol")
    cut = zlib.compress(b"x" * 100)[:-8]
    kind, _code = code_of(answering(cut, Content_Encoding="gzip"))
    assert kind in {"wrong_server", "offline"}


@pytest.mark.parametrize("opening", [b"[", b'{"items":', b'{"device":{"last_seq":'])
def test_an_answer_a_million_levels_deep_is_another_program(opening: bytes) -> None:
    assert code_of(answering(opening * 1_000_000)) == ("wrong_server", "not_the_protocol")


def test_headers_without_end_are_another_program() -> None:
    many = {f"X_{number}": "y" for number in range(200)}
    assert code_of(answering(b"{}", **many)) == ("wrong_server", "not_the_protocol")
    assert code_of(answering(b"{}", X_Long="y" * 100_000)) == ("wrong_server", "not_the_protocol")


def test_a_drip_is_left_and_a_slow_line_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    body = b'{"items": [' + b" " * 200

    def drip(handler: BaseHTTPRequestHandler) -> None:
        answering(b"", Content_Length=str(len(body)))(handler)
        for one in body:
            handler.wfile.write(bytes([one]))
            handler.wfile.flush()

    # it comes byte by byte, is whole in the end, and is no JSON: so it was read to the end
    assert code_of(drip) == ("wrong_server", "not_the_protocol")
    monkeypatch.setattr(bodies, "PACE_AFTER_S", 0.0)
    monkeypatch.setattr(bodies, "LEAST_PACE", 1e9)
    assert code_of(drip) == ("wrong_server", "too_slow")


BOMB = """
import resource, sys
from arm.sync.transport import HttpTransport
from arm.sync.troubles import SyncTrouble
import arm.sync.pool, arm.wire
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]), int(sys.argv[2])))
try:
    HttpTransport(sys.argv[1], lambda: "d", lambda: "t").manifest()
except SyncTrouble as trouble:
    # of this program alone: getrusage would tell its parent's peak
    peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
    print(trouble.kind, trouble.code, int(peak.split()[1]) // 1024)
"""


def test_half_a_gigabyte_behind_gzip_stays_within_bounded_memory(tmp_path: Path) -> None:
    """The whole process may have 600 MB of address space: what is unpacked never stands in memory whole."""
    made = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeros = bytes(16 * 1024 * 1024)
    body = b"".join(made.compress(zeros) for _ in range(32)) + made.flush()
    with serving(answering(body, Content_Encoding="gzip")) as heard:
        ran = subprocess.run(
            [sys.executable, "-c", BOMB, heard.address, str(600 * 1024 * 1024)],
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
    kind, code, peak_mb = ran.stdout.split()
    assert (kind, code) == ("wrong_server", "too_large"), ran.stderr
    assert int(peak_mb) < 300


def test_parts_of_a_file_grow_on_a_quick_line_and_shrink_on_a_slow_one() -> None:
    size = PieceSize()
    for _ in range(5):
        size.took(size.bytes_now, 0.1)
    assert size.bytes_now == MOST_PART
    for _ in range(9):
        size.took(size.bytes_now, 40.0)
    assert size.bytes_now == LEAST_PART
    size.took(10, 0.1)
    assert size.bytes_now == LEAST_PART


def test_fewer_cards_are_asked_for_at_once_on_a_slow_line() -> None:
    size = PageSize()
    size.took(50, 30.0)
    assert size.cards_now == 25
    for _ in range(5):
        size.took(size.cards_now, 30.0)
    assert size.cards_now == LEAST_PAGE
    size.took(0, 300.0)
    size.took(LEAST_PAGE - 1, 0.1)
    assert size.cards_now == LEAST_PAGE
    for _ in range(5):
        size.took(size.cards_now, 0.1)
    assert size.cards_now == MAX_PAGE


def test_a_line_is_quick_by_what_comes_over_it_not_by_short_answers() -> None:
    line = Line()
    line.took(1000, 0.0001)
    assert not line.is_quick
    line.took(100_000, 0.05)
    assert line.is_quick
    line.took(100_000, 1.0)
    assert not line.is_quick


def test_packing_is_asked_for_until_the_line_shows_that_it_is_quick() -> None:
    heard: list[str] = []

    def noting(handler: BaseHTTPRequestHandler) -> None:
        heard.append(handler.headers["Accept-Encoding"])
        answering(b" " * 100_000)(handler)

    with serving(noting) as server:
        transport = HttpTransport(server.address, lambda: "", lambda: "")
        for _ in range(2):
            with pytest.raises(SyncTrouble):
                transport.manifest()
        transport.close()
    assert heard == ["gzip", "identity"]
