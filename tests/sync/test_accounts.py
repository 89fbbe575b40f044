"""The accounts of a desk and the central store: restored stores, changed decisions, poison, comparison of copies."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from arm.central import tables as t
from arm.central.engine import writing
from arm.central.security import noted
from arm.desk.desk import Desk
from arm.desk.storage import CHECKED_EVERY
from arm.desk.values import Choice, DeskEventKind, Done, PendingState
from arm.domain.commands import Accept, Comment, Decline, Reassign, Start, Submit
from arm.domain.identity import CommandId, UserId
from arm.domain.message import Result
from arm.sync.sending import carried_on
from arm.sync.troubles import SyncTrouble
from arm.wire import Decision, PushAnswer, PushRequest, Verdict, bucket_of, next_dec_hash
from tests.desk.steps import assigned, desks, do, registered, registration
from tests.desk_fixture import PASSWORD, WORKS, Town, open_town


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with open_town(tmp_path) as opened:
        yield opened


def set_aside(town: Town) -> Path:
    backup = town.folder / "backup.db"
    with closing(sqlite3.connect(town.folder / "central.db")) as source:
        source.execute("VACUUM INTO ?", (str(backup),))
    return backup


def put_back(town: Town, backup: Path) -> None:
    town.central.store.engine.dispose()
    for path in town.folder.glob("central.db*"):
        path.unlink()
    backup.rename(town.folder / "central.db")


def events(desk: Desk) -> dict[DeskEventKind, dict[str, str]]:
    return {one.kind: one.params for one in desk.sync.status().events}


def state(town: Town, desk: Desk) -> tuple[int, str]:
    with town.central.store.snapshot() as (connection, _):
        row = connection.execute(t.device.select().where(t.device.c.device_id == desk.sync.storage.device_id())).one()
    return row.last_seq, row.dec_hash


def test_both_sides_keep_the_same_digest_of_decisions(town: Town) -> None:
    with desks(town, "operator") as (operator,):
        for number in range(3):
            do(operator, None, registration(f"Яма {number}"))
        operator.sync.run_now()
        assert operator.sync.storage.digest() == state(town, operator)
        assert state(town, operator)[0] == 3


def test_decisions_out_of_turn_do_not_move_the_digest() -> None:
    first = Decision(command_id=CommandId("a"), device_seq=1, verdict=Verdict.ACCEPTED)
    other = Decision(command_id=CommandId("b"), device_seq=3, verdict=Verdict.ACCEPTED)
    once = carried_on((0, ""), [first])
    assert once == (1, next_dec_hash("", CommandId("a"), Verdict.ACCEPTED))
    assert carried_on(once, [first, other]) == once
    assert carried_on((5, ""), [replace(first, device_seq=6)]) == (6, "")


def test_the_person_is_told_once_that_the_store_was_restored(town: Town) -> None:
    with desks(town, "operator") as (operator,):
        do(operator, None, registration("Первая яма"))
        operator.sync.run_now()
        backup = set_aside(town)
        do(operator, None, registration("Вторая яма"))
        do(operator, None, registration("Третья яма"))
        operator.sync.run_now()
        put_back(town, backup)
        operator.sync.run_now()
        assert events(operator) == {DeskEventKind.STORE_RESTORED: {"offered": "2", "differing": "0"}}
        assert operator.sync.storage.digest() == state(town, operator)
        operator.sync.put_away(operator.sync.status().events[0].event_id)
        operator.sync.run_now()
        assert events(operator) == {}


def test_steps_that_built_on_each_other_come_back_to_a_restored_store(town: Town) -> None:
    """The first step's result has another rev there; the second names the step, not the rev."""
    message_id = assigned(town)
    with desks(town, "executor") as (executor,):
        backup = set_aside(town)
        do(executor, message_id, Start())
        executor.sync.run_now()
        do(executor, message_id, Reassign(executor=UserId("executor-2"), reason="Отпуск"))
        executor.sync.run_now()
        put_back(town, backup)
        executor.sync.run_now()
        found = town.central.message(message_id)
        assert found is not None and found.executor == "executor-2"
        assert executor.commands.pending() == ()


def test_a_decision_that_falls_otherwise_after_a_restore_waits_for_its_author(town: Town) -> None:
    message_id = registered(town)
    with desks(town, "moderator") as (moderator,):
        backup = set_aside(town)
        accept = Accept(category="roads", subcategory="pits", organisation=WORKS)
        do(moderator, message_id, accept)
        moderator.sync.run_now()
        put_back(town, backup)
        town.central.act("moderator", message_id, Decline(reason="rude", text="Нет"))
        moderator.sync.run_now()
        (pending,) = moderator.commands.pending()
        assert pending.state is PendingState.CONFLICT
        assert events(moderator)[DeskEventKind.STORE_RESTORED] == {"offered": "1", "differing": "1"}


def test_what_was_refused_here_is_not_asked_of_a_restored_store_again(town: Town) -> None:
    message_id = assigned(town)
    with desks(town, "executor") as (executor,):
        backup = set_aside(town)
        do(executor, message_id, Start())
        town.central.act("coordinator", message_id, Reassign(executor=UserId("executor-2"), cause="vacation"))  # type: ignore[arg-type]
        do(executor, message_id, Comment(text="Ещё смотрю"))
        executor.sync.run_now()
        waiting = {one.command_id for one in executor.commands.pending()}
        assert waiting
        put_back(town, backup)
        executor.sync.run_now()
        assert {one.command_id for one in executor.commands.pending()} == waiting
        assert executor.sync.storage.digest() == state(town, executor)


def test_other_decisions_at_the_same_number_are_taken_over_and_told(town: Town) -> None:
    """A failover lost what was acknowledged, and the answer to the second offer was lost too (P9 b)."""
    with desks(town, "operator") as (operator,):
        done = do(operator, None, registration("Яма"))
        operator.sync.run_now()
        decided = Decision(command_id=done.command_id, device_seq=1, verdict=Verdict.REFUSED, reason="unknown_category")
        with writing(town.central.store.engine) as connection:
            connection.execute(
                t.command_log.update()
                .where(t.command_log.c.command_id == done.command_id)
                .values(decision=_json(decided), verdict="refused")
            )
            connection.execute(
                t.device.update()
                .where(t.device.c.device_id == operator.sync.storage.device_id())
                .values(dec_hash=next_dec_hash("", done.command_id, Verdict.REFUSED))
            )
        operator.sync.run_now()
        (pending,) = operator.commands.pending()
        assert (pending.state, pending.refused and pending.refused.reason) == ("refused", "unknown_category")
        assert events(operator) == {DeskEventKind.DECISION_CHANGED: {"differing": "1"}}
        assert operator.sync.storage.digest() == state(town, operator)


def _json(decision: Decision) -> str:
    from arm.wire import to_json

    return to_json(decision).decode()


def break_down_on(desk: Desk, command_id: CommandId, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on the store has a fault whenever that registration comes to it whole."""
    transport = desk.files.transport
    assert transport is not None
    push = transport.push

    def choke(request: PushRequest) -> PushAnswer:
        if any(one.command_id == command_id and one.verb == "register" for one in request.commands):
            raise SyncTrouble("server_fault", {"status": "500", "code": "server_fault"})
        return push(request)

    monkeypatch.setattr(transport, "push", choke)


def test_a_command_on_which_the_store_breaks_down_is_parked_after_many_tries(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desks(town, "operator") as (operator,):
        poison = do(operator, None, registration("Отравленная яма"))
        other = do(operator, None, registration("Обычная яма"))
        break_down_on(operator, poison.command_id, monkeypatch)
        for _ in range(5):
            assert town.central.message(other.message_id) is None
            with pytest.raises(SyncTrouble):
                operator.sync.run_now()
            town.hands.pass_by(timedelta(minutes=3))
        operator.sync.run_now()
        assert town.central.message(other.message_id) is not None
        (pending,) = operator.commands.pending()
        assert pending.state is PendingState.PARKED and "Отравленная яма" in pending.command_json
        assert (operator.sync.status().parked, operator.sync.status().refused) == (1, 0)


def test_a_decided_command_on_which_a_restored_store_breaks_down_is_given_back_to_its_author(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desks(town, "operator") as (operator,):
        backup = set_aside(town)
        poison = do(operator, None, registration("Отравленная яма"))
        other = do(operator, None, registration("Обычная яма"))
        operator.sync.run_now()
        put_back(town, backup)
        break_down_on(operator, poison.command_id, monkeypatch)
        for _ in range(4):
            with pytest.raises(SyncTrouble):
                operator.sync.run_now()
            town.hands.pass_by(timedelta(minutes=3))
        operator.sync.run_now()
        assert town.central.message(other.message_id) is not None
        (pending,) = operator.commands.pending()
        assert (pending.state, pending.refused and pending.refused.reason) == ("refused", "not_taken")
        assert "Отравленная яма" in pending.command_json


def test_a_queue_that_does_not_move_is_an_alarm_after_five_minutes(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    with desks(town, "operator") as (operator,):
        operator.sync.run_now()
        do(operator, None, registration("Яма"))
        transport = operator.files.transport
        assert transport is not None

        def fail(request: PushRequest) -> PushAnswer:
            raise SyncTrouble("server_fault", {"status": "503", "code": "busy"})

        monkeypatch.setattr(transport, "push", fail)
        began = operator.sync.now()
        for minutes, is_stuck in ((0, False), (4, False), (2, True)):
            town.hands.pass_by(timedelta(minutes=minutes))
            with pytest.raises(SyncTrouble):
                operator.sync.run_now()
            assert (operator.sync.status().stuck_since == began) is is_stuck
        monkeypatch.undo()
        operator.sync.run_now()
        assert operator.sync.status().stuck_since is None


def test_a_program_too_old_sends_but_reads_no_more(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    with desks(town, "operator") as (operator,):
        done = do(operator, None, registration("Яма"))
        transport = operator.files.transport
        assert transport is not None
        changes = transport.changes
        monkeypatch.setattr(
            transport, "changes", lambda cursor, limit: replace(changes(cursor, limit), min_client="9.0.0")
        )
        with pytest.raises(SyncTrouble) as trouble:
            operator.sync.run_now()
        assert (trouble.value.kind, trouble.value.params["wanted"]) == ("too_old", "9.0.0")
        assert town.central.message(done.message_id) is not None


def test_a_copy_that_differs_is_found_by_the_daily_comparison_and_mended(town: Town) -> None:
    kept, lost = registered(town, "Яма первая"), registered(town, "Яма вторая")
    with desks(town, "moderator") as (moderator,):
        moderator.sync.run_now()
        assert noted(town.central.store, "sync_divergence") == []
        moderator._core.store.replica.apply([], evict=[lost])
        town.hands.pass_by(CHECKED_EVERY)
        moderator.sync.run_now()
        assert moderator.messages.card(kept) is not None and moderator.messages.card(lost) is not None
        assert DeskEventKind.DIVERGED in events(moderator)
        (told,) = noted(town.central.store, "sync_divergence")
        assert told["user_id"] == "moderator"
        town.hands.pass_by(CHECKED_EVERY)
        moderator.sync.run_now()
        assert len(noted(town.central.store, "sync_divergence")) == 1


def test_a_manifest_that_takes_half_of_the_copy_is_asked_for_twice(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    known = [registered(town, f"Яма {number}") for number in range(100)]
    with desks(town, "moderator") as (moderator,):
        moderator.sync.run_now()
        transport = moderator.files.transport
        assert transport is not None
        manifest, spoilt = transport.manifest, [True]

        def broken(bucket: int | None = None) -> object:
            whole = manifest(bucket)
            return replace(whole, rows=[]) if spoilt and spoilt.pop() else whole

        monkeypatch.setattr(transport, "manifest", broken)
        moderator._core.store.cache.keep(cursor=b"forgotten")
        moderator.sync.run_now()
        assert town.wire.calls.count("renew") == 1
        assert all(moderator.messages.card(one) is not None for one in (known[0], known[-1]))


def test_an_author_may_take_his_own_text_again_or_let_it_go(town: Town) -> None:
    message_id = assigned(town)
    with desks(town, "executor") as (executor,):
        executor.sync.run_now()
        answer = Submit(
            result=Result.SOLVED,
            text="Яма засыпана третьего июня, проезд открыт.",
            approver=UserId("manager"),
            signer_name="Исаев Иван Петрович",
            signer_position="Специалист",
        )
        do(executor, message_id, answer)
        town.central.act("executor", message_id, Start())
        town.central.act("coordinator", message_id, Reassign(executor=UserId("executor-2"), cause="vacation"))  # type: ignore[arg-type]
        town.central.act("coordinator", message_id, Reassign(executor=UserId("executor"), cause="vacation"))  # type: ignore[arg-type]
        executor.sync.run_now()
        (pending,) = executor.commands.pending()
        assert pending.state is PendingState.CONFLICT
        assert pending.standing is not None and pending.standing.by
        again = executor.commands.resolve(pending.command_id, Choice.ASSEMBLED, "Яма засыпана, двор убран.")
        assert isinstance(again, Done)
        executor.sync.run_now()
        stored = town.central.message(message_id)
        assert stored is not None and stored.answer is not None
        assert stored.answer.text == "Яма засыпана, двор убран."
        assert executor.commands.pending() == ()
        assert executor.commands.resolve(pending.command_id, Choice.THEIRS) is None


def test_what_was_put_away_is_kept_for_a_month_from_then(town: Town) -> None:
    """However long ago it was refused: nobody loses words that he has only just let go."""
    message_id = assigned(town)
    with desks(town, "executor") as (executor,):
        done = do(executor, message_id, Start())
        town.central.act("coordinator", message_id, Reassign(executor=UserId("executor-2"), cause="vacation"))  # type: ignore[arg-type]
        executor.sync.run_now()
        assert [one.command_id for one in executor.commands.pending()] == [done.command_id]
        town.hands.pass_by(timedelta(days=31))
        executor.session.sign_in("town.example", "executor", PASSWORD)
        executor.sync.run_now()
        executor.commands.dismiss(done.command_id)
        outbox, storage = executor._core.store.work.outbox, executor.sync.storage
        storage.forget_archived(1)
        assert outbox.entry(done.command_id) is not None
        town.hands.pass_by(timedelta(days=31))
        storage.forget_archived(0)
        assert outbox.entry(done.command_id) is not None, "no backup holds it"
        storage.forget_archived(1)
        assert outbox.entry(done.command_id) is None


def test_a_store_restored_in_the_middle_of_a_first_sync_takes_back_what_it_lost(town: Town) -> None:
    """A card may be newer than the manifest: the cursor bears witness to it, so the lost history is found out."""
    ids = {registered(town), registered(town)}
    operator = town.newcomer("operator")
    backup = set_aside(town)
    town.wire.page_size = 1

    def cut_after_the_first_card(name: str) -> None:
        if name == "manifest":
            for one in ids:
                town.central.act("moderator", one, Comment(text="Это забудется"))
        town.wire.is_cut = name == "fetch"

    town.wire.after = cut_after_the_first_card
    with pytest.raises(SyncTrouble):
        operator.sync.first_sync(lambda done, total: None)
    town.wire.after, town.wire.is_cut = (lambda name: None), False
    assert operator.sync.storage.reconcile_progress() == (1, 2)
    put_back(town, backup)
    operator.sync.run_now()
    for one in ids:
        view = operator.messages.card(one)
        assert view is not None and not any(isinstance(event.command, Comment) for event in view.timeline)
    assert len(noted(town.central.store, "history_fork")) == 1
    assert DeskEventKind.DIVERGED not in events(operator), "the daily comparison had to find it"
    operator.close()


@pytest.mark.parametrize("message_id, bucket", [("ff0c", 255), ("00aa", 0), ("zz", 0), ("", 0), ("-1", 255)])
def test_every_id_has_a_bucket_whatever_a_store_sends(message_id: str, bucket: int) -> None:
    assert bucket_of(message_id) == bucket
