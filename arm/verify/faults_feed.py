"""Faults of the feed and of commits: F01–F03, F12–F18, F77."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable

from sqlalchemy import select, update

from arm.bootstrap import open_desk
from arm.bootstrap_central import open_central
from arm.central import tables as t
from arm.central.acting import Act
from arm.central.backup import backup, restore
from arm.central.central import Central
from arm.central.engine import reading, writing
from arm.central.problems import StoreTrouble, Trouble
from arm.central.security import noted
from arm.domain.commands import Comment
from arm.domain.identity import UserId
from arm.local.held_keys import HeldKeys
from arm.local.pages import local_revisions
from arm.sync.ports import Transport
from arm.sync.transport import HttpTransport
from arm.sync.troubles import SyncTrouble
from arm.verify import failover, feed
from arm.verify.faults_registry import case, holds
from arm.verify.figures import Figures
from arm.verify.rig import Rig
from arm.verify.rig_desk import Pusher, desk_on, started
from arm.verify.rig_postgres import Cluster, debian_programs, running_cluster, running_pair
from arm.verify.rig_server import running_server
from arm.verify.rig_town import PASSWORD, call, new_message_id, settle, signed_in
from arm.wire import WaitAnswer
from arm.wire_packed import PackedPull


def _quiet(_line: str) -> None:
    """Progress within a case is not told."""


def _taken(rig: Rig, found: Figures) -> None:
    """The case's own figures added to the run's."""
    rig.figures.commands += found.commands
    rig.figures.lost += found.lost
    rig.figures.duplicated += found.duplicated
    rig.figures.strangers += found.strangers
    holds(not found.failed, "; ".join(found.failed))


@case("F01", "a lower seq commits later: the feed misses nothing")
def late_commits(rig: Rig) -> None:
    found = Figures()
    feed.prove(found, 3000, 8, slow=0.05, broken=0.03, say=_quiet)
    _taken(rig, found)


@case("F02", "rollbacks leave no hole and no stall")
def rollbacks(rig: Rig) -> None:
    found = Figures()
    feed.prove(found, 1500, 8, slow=0.02, broken=0.3, say=_quiet)
    _taken(rig, found)
    holds(found.more["broken_off"] > 100, "too few transactions were broken off")


@case("F03", "long transactions and a dump beside: the feed comes within 2 s, commands within 6 s or 503", quick=True)
def long_transactions(rig: Rig) -> None:
    import psycopg

    with rig.scene() as scene:
        held, free = scene.registered(), scene.registered()
        moderator = scene.client("moderator")
        cursor = scene.central.handle_manifest(moderator.who).cursor
        programs = debian_programs()
        with (
            psycopg.connect(scene.cluster.dsn(scene.database)) as holder,
            psycopg.connect(scene.cluster.dsn(scene.database)) as reader,
        ):
            holder.execute("SELECT 1 FROM message WHERE message_id = %s FOR UPDATE", (held,))
            reader.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            reader.execute("SELECT count(*) FROM journal")
            dump = subprocess.Popen(  # noqa: S603
                [f"{programs}/pg_dump", "-d", scene.cluster.dsn(scene.database), "-Fc"], stdout=subprocess.DEVNULL
            )
            began = time.monotonic()
            scene.central.act("moderator", free, Comment(text="Мимо"))
            page = scene.central.handle_pull(moderator.who, cursor)
            holds([one.message_id for one in page.items] == [free], "the feed waits for a foreign transaction")
            holds(time.monotonic() - began < 2.0, "the feed took longer than 2 s")
            code = ""
            try:
                scene.central.act("moderator", held, Comment(text="Ждёт"))
            except Trouble as trouble:
                code = trouble.code
            holds(code == "busy", f"a command on a held row ended with «{code}»")
            holds(time.monotonic() - began < 8.0, "a command on a held row waited longer than 6 s")
            holds(dump.wait(30) == 0, "pg_dump failed")


@case("F12", "the database server is killed under load: nothing acknowledged is lost, back within 30 s")
def killed_postmaster(rig: Rig) -> None:
    with running_cluster() as cluster:
        folder = rig.folder()
        url = cluster.create_database("arm")
        with open_central(url, files=folder) as central:
            settle(central)
        with running_server(url, folder) as server:
            stop = threading.Event()
            pushers = [Pusher(server.address, f"operator-{n}", stop) for n in range(1, 5)]
            threads = started(*(one.run for one in pushers))
            for _ in range(5):
                stop.wait(1.0)
                cluster.kill()
                cluster.start()
                back = time.monotonic()
                while not all(one.acknowledged_at and one.acknowledged_at[-1] > back for one in pushers):
                    holds(time.monotonic() - back < 30, "not everybody was back within 30 s")
                    stop.wait(0.1)
            stop.set()
            for thread in threads:
                thread.join(60)
        entries = failover.entries_in(cluster)
        for one in pushers:
            holds(not one.broken, f"{one.login}: {one.broken}")
            told = {d.command_id: (d.result_seq, d.result_rev) for d in one.acknowledged}
            rig.figures.lost += sum(entries.get(key) != [place] for key, place in told.items())
            rig.figures.commands += len(told)
        rig.figures.duplicated += sum(len(places) > 1 for places in entries.values())


@case("F13", "the primary is lost, the synchronous standby promoted: nothing acknowledged is lost")
def synchronous_failover(rig: Rig) -> None:
    found = Figures()
    failover.prove(found, 1, 4, 1, say=_quiet)
    _taken(rig, found)


@case("F14", "the same with an asynchronous standby: desks see the fork and bring back what is gone")
def asynchronous_failover(rig: Rig) -> None:
    found = Figures()
    failover.prove_re_offer(found, 1, 2, say=_quiet)
    _taken(rig, found)


@case("F15", "the store comes back from an older backup: living desks refill it")
def old_backup(rig: Rig) -> None:
    folder = rig.folder()
    url = f"sqlite:///{folder / 'central.db'}"
    with open_central(url) as central:
        settle(central)
    with running_server(url, folder) as server:
        desk = desk_on(folder / "desk", server.address, "operator-1", HeldKeys())
        made = []
        try:
            for number in range(8):
                done = desk.commands.do(None, call(f"Звонок {number}"))
                made.append(getattr(done, "command_id", ""))
                desk.sync.run_now()
                if number == 3:
                    with open_central(url) as central:
                        backup(central, folder / "old.tar")
            server.stop()
            restore(folder / "old.tar", url, replace=True)
            server.start()
            desk.session.sign_in(server.address, "operator-1", PASSWORD)
            desk.sync.run_now()
            holds(not desk.sync.status().unsent, "commands stay unsent")
            with open_central(url) as central:
                ids = _command_ids(central)
            rig.figures.lost += sum(one not in ids for one in made)
            rig.figures.duplicated += len(ids) - len(set(ids))
            rig.figures.commands += len(made)
        finally:
            desk.close()


def _command_ids(central: Central) -> list[str]:
    """Command ids of the journal, each as often as it is there."""
    with reading(central.store.engine) as connection:
        return list(connection.scalars(select(t.journal.c.command_id)))


@case("F16", "a pull answered by a lagging replica is no fork")
def lagging_replica(rig: Rig) -> None:
    with running_pair(synchronous=False) as (primary, standby):
        folder = rig.folder()
        url = primary.create_database("arm")
        with open_central(url, files=folder) as central:
            settle(central)
            who, _ = signed_in(central, "moderator")
            _await(standby, primary)
            standby.order("SELECT pg_wal_replay_pause()")
            central.act("operator-1", new_message_id(), call())
            cursor = central.handle_manifest(who).cursor
            with open_central(standby.url("arm"), files=folder) as lagging:
                said = ""
                try:
                    said = "rescope" if lagging.handle_pull(who, cursor).rescope else "a page"
                except (Trouble, StoreTrouble) as trouble:
                    said = getattr(trouble, "code", "") or getattr(trouble, "kind", "")
            holds(said not in ("rescope", "a page"), f"the replica answered with {said}")
            holds(not noted(central.store, "history_fork"), "a false fork was noted")
            holds(not central.handle_pull(who, cursor).rescope, "the cursor is no longer good at the primary")


def _await(standby: Cluster, primary: Cluster) -> None:
    """Until the standby has replayed what the primary has written."""
    end = time.monotonic() + 30
    wanted = primary.asked("SELECT pg_current_wal_lsn()::text")[0][0]
    while time.monotonic() < end:
        if standby.asked(f"SELECT pg_last_wal_replay_lsn() >= '{wanted}'::pg_lsn")[0][0]:
            return
        time.sleep(0.05)


@case("F17", "a live channel that lies brings no storm of requests, a dead one only costs time", quick=True)
def lying_channel(rig: Rig) -> None:
    with rig.scene() as scene:
        for is_lying, least, most in ((True, 1, 15), (False, 1, 4)):
            keys, pulls = HeldKeys(), [0]
            folder = scene.folder / "desks" / f"channel-{is_lying}"
            desk_on(folder, scene.server.address, "moderator", keys).close()
            desk = open_desk(folder, key_store=_given(keys), connect=_bad_channel(is_lying, pulls))
            try:
                desk.sync.start()
                time.sleep(4.0)
                holds(least <= pulls[0] <= most, f"{pulls[0]} pulls in 4 s, the channel lies: {is_lying}")
                desk.sync.stop()
            finally:
                desk.close()


def _given(keys: HeldKeys) -> Callable[[], HeldKeys]:
    return lambda: keys


def _bad_channel(is_lying: bool, pulls: list[int]) -> Callable[[str, Callable[[], str], Callable[[], str]], Transport]:
    """Connections whose live channel always says «moved», or never answers; pulls are counted."""

    class Wire(HttpTransport):
        def wait(self, cursor: str, timeout_s: float) -> WaitAnswer:
            if is_lying:
                return WaitAnswer(head_moved=True, head=1)
            raise SyncTrouble("offline")

        def changes(self, cursor: str, limit: int) -> PackedPull:
            pulls[0] += 1
            return super().changes(cursor, limit)

    return Wire


@case("F18", "the journal is compacted below a cursor: reconcile, and nothing equal is fetched again", quick=True)
def compacted_journal(rig: Rig) -> None:
    with rig.scene() as scene:
        kept = [scene.registered(f"Яма {n}") for n in range(5)]
        desk = scene.desk("moderator")
        fresh = scene.registered("Новая яма")
        with writing(scene.central.store.engine) as connection:
            connection.execute(update(t.journal_head).values(floor=t.journal_head.c.seq))
        fetched: list[str] = []
        storage = desk.sync.storage
        before = storage.apply_cards

        def counted(asked: list[str], cards: object, cursor: str = "") -> None:
            fetched.extend(asked)
            before(asked, cards, cursor)  # type: ignore[arg-type]

        vars(storage)["apply_cards"] = counted
        desk.sync.run_now()
        holds(fetched == [fresh], f"fetched {len(fetched)} cards, one was new")
        here = local_revisions(storage._core.store.cache)
        holds(set(here) == {*kept, fresh}, "the replica is not what the store has")


@case("F77", "an import of thousands beside: interactive commands stay quick, one journal")
def import_beside(rig: Rig) -> None:
    """The bound is twice the quiet time or 500 ms, whichever is more: on a loaded machine small times mean little."""
    with rig.scene() as scene:
        client = scene.client("operator-2", scene.server.address)

        def p95(count: int) -> float:
            times = []
            for number in range(count):
                began = time.monotonic()
                client.push(client.envelope(new_message_id(), call(f"Звонок {number}")))
                times.append(time.monotonic() - began)
            return sorted(times)[int(len(times) * 0.95)]

        quiet = p95(60)
        acts = [Act(UserId("operator-1"), new_message_id(), call(f"Ввоз {n}")) for n in range(2000)]

        def load() -> None:
            scene.central.act_many(acts, batch=50)

        loader = started(load)
        beside = p95(60)
        loader[0].join(300)
        rig.figures.more["F77"] = f"p95 {quiet * 1000:.0f} ms alone, {beside * 1000:.0f} ms beside an import"
        holds(beside <= max(2 * quiet, 0.5), rig.figures.more["F77"])
        holds(scene.break_in_chain() is None, "the chain is broken")
