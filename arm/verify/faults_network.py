"""Faults of the network on real desks: F20, F22–F24, F78."""

from __future__ import annotations

import itertools
import random
import threading
import time
from collections.abc import Callable

from arm.bootstrap import open_desk
from arm.central.acting import Act
from arm.desk.desk import Desk
from arm.desk.troubles import SyncTrouble
from arm.domain.identity import UserId
from arm.local.held_keys import HeldKeys
from arm.local.pages import local_revisions
from arm.sync.ports import Transport
from arm.sync.transport import HttpTransport
from arm.verify.faults_registry import case, holds
from arm.verify.proxy import Proxy, Toxics
from arm.verify.rig import Rig, Scene
from arm.verify.rig_desk import Typist, started
from arm.verify.rig_town import PASSWORD, call, hard_to_pack, new_message_id
from arm.wire import FetchRequest
from arm.wire_packed import PackedFetch

CONVERGE_S = 60.0
_BREAKS = 20
BAD_WEATHER = (
    Toxics(latency_s=0.4, jitter_s=0.6),
    Toxics(drop_answer=True),
    Toxics(duplicate=True),
    Toxics(limit_bytes=300, reset=True),
    Toxics(slicer_bytes=37, bandwidth_bytes_s=7400),
    Toxics(hold_request_s=0.7, duplicate=True),
    Toxics(bandwidth_bytes_s=4000),
    Toxics(down=True),
    Toxics(slow_close_s=0.5),
)


def _replica(desk: Desk) -> dict[str, tuple[str, str]]:
    return dict(local_revisions(desk.sync.storage._core.store.cache))


def _listed(scene: Scene, login: str) -> dict[str, tuple[str, str]]:
    who = scene.client(login).who
    return {row.message_id: (row.rev, row.sight) for row in scene.central.handle_manifest(who).rows}


def _judge(rig: Rig, scene: Scene, typists: list[Typist], logins: list[str]) -> None:
    """After the faults: everything saved is in the journal once, every replica is what its user may see."""
    began = time.monotonic()
    for one in typists:
        holds(one.settle(CONVERGE_S), "commands stay unsent a minute after the network came back")
        one.desk.sync.stop()
    holds(time.monotonic() - began <= CONVERGE_S, "converging took longer than a minute")
    journal = scene.journal()
    for one in typists:
        rig.figures.commands += len(one.saved)
        rig.figures.lost += sum(command_id not in journal for command_id, _ in one.saved)
    rig.figures.duplicated += sum(count > 1 for count in journal.values())
    for one, login in zip(typists, logins, strict=True):
        holds(one.run_until_whole(CONVERGE_S), f"{login}: no whole turn")
        holds(_replica(one.desk) == _listed(scene, login), f"{login}: the replica differs from the store")
    holds(scene.break_in_chain() is None, "the chain is broken")


def _typists(scene: Scene, proxies: list[Proxy], stop: threading.Event) -> tuple[list[Typist], list[str]]:
    logins = [f"operator-{n}" for n in range(1, len(proxies) + 1)]
    made = []
    for proxy, login in zip(proxies, logins, strict=True):
        one = Typist(scene.folder / login, proxy.url, login, stop, 0.15)
        scene.stack.callback(one.desk.close)
        made.append(one)
    return made, logins


@case("F20", "requests late, doubled, out of order, cut: every invariant holds once the network is well")
def bad_weather(rig: Rig) -> None:
    with rig.scene(workers=2) as scene:
        proxies = [scene.proxy(seed) for seed in (1, 2)]
        stop, rng = threading.Event(), random.Random(20)  # noqa: S311
        typists, logins = _typists(scene, proxies, stop)
        threads = started(*(one.run for one in typists))
        for _ in range(40):
            for proxy in proxies:
                proxy.toxics = rng.choice(BAD_WEATHER)
            time.sleep(rng.uniform(0.2, 0.8))
            for proxy in proxies:
                proxy.toxics = Toxics()
            time.sleep(rng.uniform(0.0, 0.4))
        stop.set()
        for thread in threads:
            thread.join(30)
        for proxy in proxies:
            proxy.mend()
        _judge(rig, scene, typists, logins)


@case("F22", "the line goes dead in the middle of an answer: the desk gives up within its read timeout")
def dead_line(rig: Rig) -> None:
    with rig.scene() as scene:
        proxy = scene.proxy()
        desk = scene.desk("moderator", address=proxy.url)
        scene.registered()
        with proxy.suffering(Toxics(timeout=True)):
            began = time.monotonic()
            kind = ""
            try:
                desk.sync.run_now()
            except SyncTrouble as trouble:
                kind = trouble.kind
            seconds = time.monotonic() - began
        holds(kind == "offline", f"a dead line is «{kind}»")
        holds(seconds <= 32, f"{seconds:.0f} s until the desk gave up")
        proxy.break_all()
        desk.sync.run_now()
        holds(_replica(desk) == _listed(scene, "moderator"), "the replica differs from the store")


@case("F23", "the connection is reset at each kilobyte of a page: the page is whole or not there at all")
def reset_in_page(rig: Rig) -> None:
    with rig.scene() as scene:
        proxy = scene.proxy()
        desk = scene.desk("moderator", address=proxy.url)
        rng = random.Random(23)  # noqa: S311
        ids = [scene.registered(hard_to_pack(rng, 800)) for _ in range(12)]
        storage = desk.sync.storage
        resets = 0
        for kilobytes in itertools.count(0):
            before, cursor = _replica(desk), storage.cursor()
            proxy.break_all()
            with proxy.suffering(Toxics(limit_bytes=kilobytes * 1024, reset=True)):
                try:
                    desk.sync.run_now()
                except SyncTrouble:
                    resets += 1
                    holds(_replica(desk) == before, f"after {kilobytes} KB half a page is there")
                    holds(storage.cursor() == cursor, f"after {kilobytes} KB the cursor has moved")
                    continue
            break
        holds(resets > 5, "no page was long enough to be cut")
        rig.figures.more["F23_resets"] = resets
        holds(set(_replica(desk)) == set(ids), "the whole page did not come")


@case("F24", "the link goes up and down each second: in step within a minute after, three requests a second at most")
def flapping_link(rig: Rig) -> None:
    with rig.scene() as scene:
        proxies = [scene.proxy()]
        stop = threading.Event()
        typists, logins = _typists(scene, proxies, stop)
        threads = started(*(one.run for one in typists))
        moments = proxies[0].tally.request_at
        moments.clear()
        began = time.monotonic()
        for _ in range(15):
            proxies[0].cut()
            time.sleep(1.0)
            proxies[0].mend()
            time.sleep(1.0)
        span = time.monotonic() - began
        stop.set()
        threads[0].join(30)
        rate = len(moments) / span
        rig.figures.more["F24"] = f"{rate:.1f} requests/s over {len(typists[0].saved)} commands"
        _judge(rig, scene, typists, logins)
        # a saved command wakes the network at once: those requests are wanted ones
        holds(len(moments) <= 3 * span + 2 * len(typists[0].saved), rig.figures.more["F24"])


@case("F78", "a first sync broken off twenty times goes on where it was, and fetches nothing twice")
def broken_first_sync(rig: Rig) -> None:
    """Two thousand messages stand for the hundred thousand, whose time `arm bench sync` measures."""
    with rig.scene() as scene:
        scene.central.act_many([Act(UserId("operator-1"), new_message_id(), call(f"Звонок {n}")) for n in range(2000)])
        address, folder, keys = scene.server.address, scene.folder / "desk", HeldKeys()
        moody = _Moody(random.Random(78))  # noqa: S311
        while True:
            desk = open_desk(folder, key_store=lambda: keys, connect=moody.connect)
            try:
                if desk.session.me() is None:
                    desk.session.sign_in(address, "moderator", PASSWORD)
                desk.sync.first_sync(lambda done, total: None)
                found = _replica(desk)
                break
            except SyncTrouble:
                moody.breaks += 1
            finally:
                desk.close()
        asked = moody.asked
        holds(moody.breaks == _BREAKS, f"broken off {moody.breaks} times")
        holds(len(asked) == len(set(asked)) == 2000, f"{len(asked)} cards were fetched, 2000 were there")
        holds(found == _listed(scene, "moderator"), "the replica differs from the store")


class _Moody:
    """Connections whose fetches break off by chance, twenty times in all; what was fetched is noted."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.breaks = 0
        self.asked: list[str] = []

    def connect(self, server: str, device_id: Callable[[], str], token: Callable[[], str]) -> Transport:
        return _MoodyWire(self, server, device_id, token)


class _MoodyWire(HttpTransport):
    def __init__(self, mood: _Moody, server: str, device_id: Callable[[], str], token: Callable[[], str]) -> None:
        super().__init__(server, device_id, token)
        self._mood = mood

    def fetch(self, request: FetchRequest) -> PackedFetch:
        if self._mood.breaks < _BREAKS and self._mood.rng.random() < 0.8:
            raise SyncTrouble("offline")
        self._mood.asked += request.message_ids
        return super().fetch(request)
