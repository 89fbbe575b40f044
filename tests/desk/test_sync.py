"""Sync at the desk: first sync, leaving and coming of messages, troubles on the way."""

from datetime import timedelta
from queue import Queue

import pytest

from arm.central import admin
from arm.desk.troubles import SyncTrouble
from arm.desk.values import Changes, Filter, SyncKind, SyncStatus, Workspace
from arm.domain.commands import Assign, Comment, Reassign, Start
from arm.domain.identity import Grant, Role, UserId
from tests.desk.steps import accepted, assigned, desks, do, queue, registered
from tests.desk_fixture import TOWN, WORKS, Town


def test_a_cancelled_first_sync_goes_on_where_it_ended(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("arm.sync.cycle.FIRST_FETCH", 2)
    town.wire.page_size = 2
    for n in range(5):
        registered(town, f"Яма номер {n} на дороге")
    desk = town.newcomer("moderator")
    seen: list[tuple[int, int]] = []
    whole = desk.sync.first_sync(lambda done, total: seen.append((done, total)), lambda: len(seen) > 1)
    assert not whole and seen == [(0, 5), (2, 5)] and desk.session.needs_first_sync()
    fetched_before = town.wire.calls.count("fetch")
    assert desk.sync.first_sync(lambda done, total: None, lambda: False)
    assert town.wire.calls.count("manifest") == 1
    assert town.wire.calls.count("fetch") - fetched_before == 2
    assert len(queue(desk, Workspace.MODERATION)) == 5 and not desk.session.needs_first_sync()
    desk.close()


def test_what_changes_elsewhere_comes_with_the_next_pull(town: Town) -> None:
    message_id = accepted(town)
    with desks(town, "coordinator", "curator") as (coordinator, curator):
        heard: list[Changes] = []
        stop = curator.listen(heard.append)
        do(coordinator, message_id, Assign(executor=UserId("executor")))
        coordinator.sync.run_now()
        curator.sync.run_now()
        stop()
        card = curator.messages.card(message_id)
        assert card is not None and card.message.executor == "executor"
        assert any(message_id in change.messages for change in heard)


def test_a_message_that_leaves_takes_its_words_and_rows_with_it(town: Town) -> None:
    message_id = assigned(town)
    with desks(town, "executor") as (executor,):
        assert executor.search.search("ёлочной")
        town.central.act(
            "executor", message_id, Reassign(executor=UserId("executor-2"), reason="Другой участок дороги")
        )
        executor.sync.run_now()
        assert executor.messages.card(message_id) is None
        assert queue(executor, Workspace.EXECUTION) == []
        assert executor.search.search("ёлочной") == ()


def test_lost_rights_empty_the_desk_and_new_ones_fill_it(town: Town) -> None:
    roads, meals = accepted(town), accepted(town, "В школьной столовой холодные обеды", "schools")
    with desks(town, "coordinator") as (coordinator,):
        assert set(queue(coordinator, Workspace.COORDINATION)) == {roads, meals}
        admin.set_grants(town.central.store, UserId("coordinator"), [Grant(Role.COORDINATOR, WORKS, ("schools",))])
        coordinator.sync.run_now()
        assert queue(coordinator, Workspace.COORDINATION) == [meals]
        assert coordinator.messages.card(roads) is None
        admin.set_grants(town.central.store, UserId("coordinator"), [Grant(Role.COORDINATOR, WORKS)])
        coordinator.sync.run_now()
        assert set(queue(coordinator, Workspace.COORDINATION)) == {roads, meals}


def test_another_role_opens_another_workspace(town: Town) -> None:
    message_id = registered(town)
    with desks(town, "curator") as (curator,):
        before = curator.session.me()
        admin.set_grants(
            town.central.store,
            UserId("curator"),
            [Grant(Role.CURATOR, TOWN), Grant(Role.MODERATOR, TOWN)],
        )
        curator.sync.run_now()
        after = curator.session.me()
        assert before is not None and Workspace.MODERATION not in before.workspaces
        assert after is not None and Workspace.MODERATION in after.workspaces
        assert queue(curator, Workspace.MODERATION) == [message_id]


def test_a_server_that_goes_away_after_deciding_decides_once(town: Town) -> None:
    message_id = assigned(town)

    def die(name: str) -> None:
        if name == "push":
            town.wire.after = lambda name: None
            raise SyncTrouble("offline")

    with desks(town, "executor") as (executor,):
        do(executor, message_id, Comment(text="Выехал на место."))
        town.wire.after = die
        with pytest.raises(SyncTrouble):
            executor.sync.run_now()
        assert executor.sync.status().kind is SyncKind.OFFLINE and executor.sync.status().unsent == 1
        executor.sync.run_now()
        card = executor.messages.card(message_id)
        assert card is not None
        assert [event.verb for event in card.timeline].count("comment") == 1
        assert executor.commands.pending() == ()


def test_a_server_that_goes_away_before_deciding_gets_it_again(town: Town) -> None:
    message_id = assigned(town)

    def die(name: str) -> None:
        if name == "push":
            raise SyncTrouble("server_fault", {"retry_after_s": "1"})

    with desks(town, "executor") as (executor,):
        do(executor, message_id, Start())
        town.wire.before = die
        with pytest.raises(SyncTrouble):
            executor.sync.run_now()
        town.wire.before = lambda name: None
        executor.sync.run_now()
        stored = town.central.message(message_id)
        assert stored is not None and stored.in_work


def test_time_is_the_central_stores_however_wrong_this_clock_is(town: Town) -> None:
    registered(town)
    with desks(town, "moderator") as (moderator,):
        assert moderator.sync.now() == town.hands.moment
        true = town.hands.moment
        # somebody sets this computer's clock back by a day; only the wall clock moves
        town.hands.moment = true - timedelta(days=1)
        town.hands.passed_s += 60
        assert moderator.sync.now() == true + timedelta(seconds=60)


def test_levels_move_by_themselves_when_time_passes(town: Town) -> None:
    message_id = accepted(town)
    with desks(town, "curator") as (curator,):
        assert queue(curator, Workspace.CONTROL, Filter.CALM) == [message_id]
        town.hands.pass_by(timedelta(days=4))
        assert queue(curator, Workspace.CONTROL, Filter.CALM) == []
        assert queue(curator, Workspace.CONTROL, Filter.STAGE_OVER) == [message_id]
        town.hands.pass_by(timedelta(days=24))
        curator.sync.run_now()
        town.hands.pass_by(timedelta(days=5))
        assert queue(curator, Workspace.CONTROL, Filter.OVER) == [message_id]
        (counter,) = [c for c in curator.messages.counters() if c.workspace is Workspace.CONTROL]
        assert counter.has_overdue and counter.by_filter[Filter.OVER] == 1


def test_a_lost_network_says_offline_and_loses_nothing(town: Town) -> None:
    message_id = accepted(town)
    with desks(town, "coordinator") as (coordinator,):
        town.wire.is_cut = True
        do(coordinator, message_id, Comment(text="Позвонил заявителю."))
        with pytest.raises(SyncTrouble) as trouble:
            coordinator.sync.run_now()
        assert trouble.value.kind == "offline"
        assert coordinator.sync.status().kind is SyncKind.OFFLINE
        assert coordinator.sync.status().unsent == 1


def test_a_taken_back_token_is_said_as_such(town: Town) -> None:
    with desks(town, "coordinator") as (coordinator,):
        admin.set_active(town.central.store, UserId("coordinator"), False)
        with pytest.raises(SyncTrouble):
            coordinator.sync.run_now()
        assert coordinator.sync.status().kind is SyncKind.UNAUTHORISED


def test_a_turn_that_brings_nothing_says_so(town: Town) -> None:
    with desks(town, "moderator") as (desk,):
        registered(town)
        told = [desk.sync._turn(lambda: False) for _ in range(2)]
    assert told == [True, False]


def test_the_status_says_when_the_network_thread_tries_again(town: Town) -> None:
    with desks(town, "moderator") as (desk,):
        planned: Queue[SyncStatus] = Queue()
        stop = desk.listen(lambda changes: planned.put(changes.sync) if changes.sync else None)
        town.wire.is_cut = True
        desk.sync.start()
        status = planned.get(timeout=10)
        while status.next_try_at is None:
            status = planned.get(timeout=10)
        assert status.kind is SyncKind.OFFLINE and status.next_try_at > desk.sync.now()
        town.wire.is_cut = False
        desk.sync.wake()
        while status.kind is not SyncKind.IN_STEP:
            status = planned.get(timeout=10)
        assert status.next_try_at is None
        stop()
