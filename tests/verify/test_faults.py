"""The quick cases of the catalogue of faults, the proxy, and short runs of the long proofs."""

from __future__ import annotations

import random
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from arm.verify import faults, power
from arm.verify.faults_registry import CASES
from arm.verify.figures import Figures
from arm.verify.power_trace import Disk, Step
from arm.verify.proxy import Proxy, Toxics
from arm.verify.rig import Rig

pytestmark = [pytest.mark.postgres, pytest.mark.desks]
IN_EVERY_RUN = ("F05", "F07", "F10", "F19", "F49", "F50", "F52", "F54", "F58", "F59", "F66", "F70", "F76")
"""Those that find most in the least time; `arm verify faults` plays them all."""
PATIENCE_S = 20.0
faults.load()


@pytest.fixture(scope="module")
def rig() -> Iterator[Rig]:
    with Rig(Figures()) as made:
        yield made


@pytest.mark.parametrize("number", IN_EVERY_RUN)
def test_a_case_of_the_catalogue_holds(rig: Rig, number: str) -> None:
    rig.figures = Figures()
    faults.play([CASES[number]], rig.figures, rig)
    assert rig.figures.failed == []
    assert (rig.figures.lost, rig.figures.duplicated, rig.figures.strangers) == (0, 0, 0)
    assert rig.figures.skipped == {}


def test_the_catalogue_has_an_entry_for_what_applies() -> None:
    titles = [one.title for one in CASES.values()]
    assert len(set(titles)) == len(titles) >= 60
    assert all(bool(one.run) + bool(one.node) + bool(one.reason) == 1 for one in CASES.values())


@pytest.mark.slow
def test_no_power_cut_loses_what_a_desk_has_saved() -> None:
    figures = Figures()
    power.prove(figures, 25, 20, say=lambda line: None)
    assert (figures.lost, figures.failed, figures.more["cuts"]) == (0, [], 25)


def test_the_disk_forgets_what_was_not_synced(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    disk, file = Disk(tmp_path), str(tmp_path / "a")
    disk.take(Step("write", file, 0, b"new"))
    disk.take(Step("create", str(tmp_path / "b")))
    seen = {(cut["a"], "b" in cut) for seed in range(60) for cut in [disk.after_cut(random.Random(seed))]}
    assert {one for one, _ in seen} >= {b"old", b"new"} and {there for _, there in seen} == {True, False}
    disk.take(Step("sync", file))
    disk.take(Step("sync", str(tmp_path)))
    cuts = [disk.after_cut(random.Random(seed)) for seed in range(20)]
    assert all(cut == {"a": b"new", "b": b""} for cut in cuts)


class _Store:
    """Answers each request with its number; what it was asked is kept."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self.asked: list[bytes] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(peer,), daemon=True).start()

    def _answer(self, peer: socket.socket) -> None:
        with peer:
            while request := peer.recv(65536):
                self.asked.append(request)
                body = b"answer" * 100
                peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


@pytest.fixture
def store() -> Iterator[_Store]:
    made = _Store()
    yield made
    made.listener.shutdown(socket.SHUT_RDWR)
    made.listener.close()


@pytest.fixture
def proxy(store: _Store) -> Iterator[Proxy]:
    made = Proxy("127.0.0.1", store.port)
    yield made
    made.close()


def _asked(proxy: Proxy) -> bytes:
    """What came back until the end; ConnectionError when the connection was reset."""
    with socket.create_connection(("127.0.0.1", proxy.port), PATIENCE_S) as peer:
        peer.settimeout(PATIENCE_S)
        peer.sendall(b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello")
        found = b""
        while piece := peer.recv(65536):
            found += piece
            if found.count(b"answer") == 100:
                break
        return found


def test_a_healthy_proxy_passes_everything_on(proxy: Proxy) -> None:
    assert _asked(proxy).count(b"answer") == 100


def test_a_dropped_answer_was_asked_for(proxy: Proxy, store: _Store) -> None:
    with proxy.suffering(Toxics(drop_answer=True)):
        assert _asked(proxy) == b""
    assert len(store.asked) == 1 and proxy.await_answer(PATIENCE_S)


def test_a_limit_ends_the_answer_in_its_middle(proxy: Proxy) -> None:
    with proxy.suffering(Toxics(limit_bytes=50)):
        assert len(_asked(proxy)) == 50


def test_a_reset_is_seen_as_one(proxy: Proxy) -> None:
    with proxy.suffering(Toxics(limit_bytes=50, reset=True)), pytest.raises(ConnectionResetError):
        _asked(proxy)


def test_slices_come_one_after_another_and_whole(proxy: Proxy) -> None:
    with proxy.suffering(Toxics(slicer_bytes=7)):
        assert _asked(proxy).count(b"answer") == 100


def test_a_cut_line_refuses_and_a_mended_one_serves(proxy: Proxy, store: _Store) -> None:
    proxy.cut()
    with pytest.raises(ConnectionError):
        if _asked(proxy) == b"":
            raise ConnectionError
    proxy.mend()
    assert _asked(proxy).count(b"answer") == 100 and len(store.asked) == 1
