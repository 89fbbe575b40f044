"""A primary with a synchronous standby: what isn't on both is not acknowledged, and nothing acknowledged is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg.errors import UndefinedTable
from sqlalchemy import text

from arm.central import readiness
from arm.central.central import Central
from arm.central.engine import make_engine, reading
from arm.central.opening import open_central
from arm.central.problems import StoreTrouble, Trouble
from arm.domain.identity import MessageId
from arm.verify.rig_postgres import Cluster
from arm.wire import Base, Decision, Envelope, Verdict
from tests.central import region
from tests.central.region import Desk, desk, new_id, phone_call
from tests.postgres_cluster import Pair, ask, running_pair

pytestmark = [pytest.mark.postgres, pytest.mark.slow]
SYNC_STATES = "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming' AND sync_state = 'quorum'"


@pytest.fixture
def cluster() -> Iterator[Pair]:
    with running_pair() as made:
        yield made


@pytest.fixture
def store(cluster: Pair, tmp_path: Path) -> Iterator[Central]:
    """Filled, over the address of both hosts, with little patience at COMMIT."""
    with open_central(cluster.url(), files=tmp_path / "files") as filled:
        region.fill(filled)
    with Central(make_engine(cluster.url(), longest_commit_s=2.0), tmp_path / "files") as opened:
        yield opened


def wait_until(node: Cluster, question: str, answer: object) -> None:
    """Within the test's own time limit. A standby that lags may not have the tables yet: they are waited for too."""
    while found(node, question) != answer:
        ask(node, "SELECT pg_sleep(0.05)")


def found(node: Cluster, question: str) -> object:
    try:
        return ask(node, question)
    except UndefinedTable:
        return None


def trouble_of(sender: Desk, envelope: Envelope) -> Trouble:
    with pytest.raises(Trouble) as raised:
        sender.send(envelope)
    return raised.value


def test_what_the_standby_did_not_confirm_is_not_acknowledged_not_even_on_repeat(cluster: Pair, store: Central) -> None:
    """The cancelled wait comes back as a warning; a repeat waits for the standby again before it says «accepted»."""
    operator = desk(store, "operator")
    envelope = operator.envelope(new_id(), phone_call(), Base())
    with cluster.primary.stalled_replication():
        for _ in range(2):
            doubtful = trouble_of(operator, envelope)
            assert (doubtful.code, doubtful.problem.status) == ("uncertain", 503)
            assert doubtful.problem.retry_after_s
        assert store.head() == 1
    decision = operator.send(envelope).decisions[0]
    assert decision.verdict is Verdict.ACCEPTED
    assert store.head() == 1
    wait_until(cluster.standby, "SELECT seq FROM journal_head", 1)


def test_readiness_is_red_while_no_standby_is_in_step(cluster: Pair, store: Central) -> None:
    wait_until(cluster.primary, SYNC_STATES, 1)
    assert readiness.shortcomings(store) == []
    cluster.standby.stop()
    wait_until(cluster.primary, "SELECT count(*) FROM pg_stat_replication", 0)
    assert readiness.shortcomings(store) == ["standby_behind"]
    cluster.standby.start()
    wait_until(cluster.primary, SYNC_STATES, 1)
    assert readiness.shortcomings(store) == []


def test_an_account_that_may_not_see_standbys_is_told_so(cluster: Pair, store: Central, tmp_path: Path) -> None:
    for statement in ("CREATE ROLE arm LOGIN", "GRANT ALL ON ALL TABLES IN SCHEMA public TO arm"):
        ask(cluster.primary, statement)
    wait_until(cluster.primary, SYNC_STATES, 1)
    with open_central(cluster.url(user="arm"), files=tmp_path / "files") as limited:
        assert readiness.shortcomings(limited) == ["standby_unseen"]
        ask(cluster.primary, "GRANT pg_read_all_stats TO arm")
        assert readiness.shortcomings(limited) == []


def test_a_standby_that_is_behind_says_come_again_and_never_that_history_forked(
    cluster: Pair, store: Central, tmp_path: Path
) -> None:
    operator = desk(store, "operator")
    operator.reconcile()
    wait_until(cluster.standby, "SELECT count(*) FROM device", 1)
    ask(cluster.standby, "SELECT pg_wal_replay_pause()")
    operator.do(new_id(), phone_call(), Base())
    assert operator.pull().head == 1
    with open_central(cluster.url(cluster.standby), files=tmp_path / "files") as lagging:
        assert readiness.shortcomings(lagging) == ["in_recovery"]
        there = Desk(lagging, operator.who, cursor=operator.cursor)
        for question in (there.pull, there.reconcile):
            with pytest.raises(Trouble) as behind:
                question()
            assert (behind.value.code, behind.value.problem.status) == ("behind", 503)
            assert behind.value.problem.retry_after_s
        with pytest.raises(Trouble, match="busy"):
            there.do(new_id(), phone_call(), Base(), device_seq=2)
        ask(cluster.standby, "SELECT pg_wal_replay_resume()")
        wait_until(cluster.standby, "SELECT seq FROM journal_head", 1)
        assert there.pull().rescope is False
    assert store.head() == 1


def test_the_store_follows_the_primary_and_loses_nothing_acknowledged(cluster: Pair, store: Central) -> None:
    operator = desk(store, "operator")
    acknowledged: dict[MessageId, Decision] = {}
    for number in range(12):
        acknowledged_id = new_id()
        acknowledged[acknowledged_id] = operator.do(acknowledged_id, phone_call(f"Яма {number}"), Base())
    with reading(store.store.engine) as connection:
        connection.execute(text("SELECT 1"))
    last_id = new_id()
    envelope = operator.envelope(last_id, phone_call("последняя"), Base())
    cluster.primary.kill()
    failures: list[Exception] = []
    with pytest.raises((Trouble, StoreTrouble)):
        operator.send(envelope)
    cluster.standby.promote()
    ask(cluster.standby, "ALTER SYSTEM SET synchronous_standby_names = ''")
    ask(cluster.standby, "SELECT pg_reload_conf()")
    while True:
        try:
            decision = operator.send(envelope).decisions[0]
            break
        except (Trouble, StoreTrouble) as wrong:
            failures.append(wrong)
            assert len(failures) < 20
    assert decision.verdict is Verdict.ACCEPTED
    assert set(store.message_ids()) == {*acknowledged, last_id}
    numbers = {one: message.number for one, message in store.messages(list(acknowledged)).items()}
    assert numbers == {one: decision.number for one, decision in acknowledged.items()}


def test_a_primary_that_takes_no_more_writes_is_left_at_once(cluster: Pair, store: Central) -> None:
    """Demoted under our feet: «read-only» is a reason to come again elsewhere, not a fault."""
    operator = desk(store, "operator")
    ask(cluster.primary, "ALTER SYSTEM SET default_transaction_read_only = on")
    ask(cluster.primary, "SELECT pg_reload_conf()")
    envelope = operator.envelope(new_id(), phone_call(), Base())
    wait_until(cluster.primary, "SELECT current_setting('default_transaction_read_only')", "on")
    for _ in range(2):
        with pytest.raises((Trouble, StoreTrouble)) as refused:
            operator.send(envelope)
        assert str(refused.value) in ("busy", "unreachable")
    ask(cluster.primary, "ALTER SYSTEM SET default_transaction_read_only = off")
    ask(cluster.primary, "SELECT pg_reload_conf()")
    wait_until(cluster.primary, "SELECT current_setting('default_transaction_read_only')", "off")
    assert operator.send(envelope).decisions[0].verdict is Verdict.ACCEPTED
