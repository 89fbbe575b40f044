"""Answers that get lost at bad moments: the account with the central store comes right all the same (P9)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from arm.desk.values import DeskEventKind, PendingState
from arm.domain.commands import Accept, Comment, Decline, Start, Submit
from arm.domain.identity import UserId
from arm.domain.message import Result
from arm.sync.troubles import SyncTrouble
from arm.wire import PushAnswer, PushRequest
from tests.desk.steps import assigned, desks, do, registered, registration
from tests.desk_fixture import WORKS, Town, open_town
from tests.sync.test_accounts import events, put_back, set_aside, state


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with open_town(tmp_path) as opened:
        yield opened


def lose_the_next_answer_to(town: Town, call: str) -> None:
    def die(name: str) -> None:
        if name == call:
            town.wire.after = lambda name: None
            raise SyncTrouble("offline")

    town.wire.after = die


def test_what_a_restored_store_decided_otherwise_is_learnt_though_its_answer_was_lost(town: Town) -> None:
    message_id = registered(town)
    with desks(town, "moderator") as (moderator,):
        backup = set_aside(town)
        do(moderator, message_id, Accept(category="roads", subcategory="pits", organisation=WORKS))
        moderator.sync.run_now()
        put_back(town, backup)
        town.central.act("moderator", message_id, Decline(reason="rude", text="Нет"))
        lose_the_next_answer_to(town, "push")
        with pytest.raises(SyncTrouble):
            moderator.sync.run_now()
        moderator.sync.run_now()
        (pending,) = moderator.commands.pending()
        assert pending.state is PendingState.CONFLICT
        assert moderator.sync.storage.digest() == state(town, moderator)
        assert {DeskEventKind.STORE_RESTORED, DeskEventKind.DECISION_CHANGED} <= set(events(moderator))


def test_steps_that_built_on_each_other_come_back_one_by_one(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """The store takes one command at a time of what is offered again."""
    message_id = assigned(town)
    with desks(town, "executor") as (executor,):
        backup = set_aside(town)
        answer = Submit(
            result=Result.SOLVED,
            text="Яма засыпана третьего июня, проезд открыт.",
            approver=UserId("manager"),
            signer_name="Исаев Иван Петрович",
            signer_position="Специалист",
        )
        for step in (Start(), Comment(text="Выехали"), answer):
            do(executor, message_id, step)
            executor.sync.run_now()
        put_back(town, backup)
        transport = executor.files.transport
        assert transport is not None
        push = transport.push

        def slowly(request: PushRequest) -> PushAnswer:
            return push(PushRequest(device_id=request.device_id, commands=request.commands[:1]))

        monkeypatch.setattr(transport, "push", slowly)
        executor.sync.run_now()
        found = town.central.message(message_id)
        assert executor.commands.pending() == ()
        assert found is not None and found.answer is not None and found.answer.text == answer.text
        assert executor.sync.storage.digest() == state(town, executor)


def test_decisions_fetched_for_a_command_sent_otherwise_keep_the_account_in_step(town: Town) -> None:
    """A command went out whole, its answer was lost, and it is sent once more as another body."""
    with desks(town, "operator") as (operator,):
        done = do(operator, None, registration("Яма"))
        lose_the_next_answer_to(town, "push")
        with pytest.raises(SyncTrouble):
            operator.sync.run_now()
        operator.sync.storage.send_as(done.command_id, "park", "server_fault")
        operator.sync.run_now()
        assert operator.commands.pending() == ()
        assert town.central.message(done.message_id) is not None
        assert operator.sync.storage.digest() == state(town, operator)
        do(operator, None, registration("Другая яма"))
        operator.sync.run_now()
        assert operator.sync.storage.digest() == state(town, operator)


def test_a_file_lost_from_the_disk_holds_up_no_other_work(town: Town) -> None:
    with desks(town, "operator") as (operator,):
        stored = operator.files.add_bytes("яма.txt", b"text of the pit")
        first = do(operator, None, registration("Яма с файлом", files=(stored.attachment,)))
        second = do(operator, None, registration("Другая яма"))
        for sealed in (town.folder / "profiles" / "operator" / "files").iterdir():
            sealed.unlink()
        operator.sync.run_now()
        assert town.central.message(second.message_id) is not None
        (pending,) = operator.commands.pending()
        assert pending.command_id == first.command_id and pending.state is PendingState.REFUSED
        assert pending.refused is not None and pending.refused.reason == "file_not_accepted"
        assert "Яма с файлом" in pending.command_json


def test_a_piece_that_arrives_late_is_no_refusal_of_the_file(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """A piece that the desk had given up came through after all, behind its question where to go on."""
    with desks(town, "operator") as (operator,):
        stored = operator.files.add_bytes("яма.txt", b"text of the pit")
        done = do(operator, None, registration(files=(stored.attachment,)))
        transport = operator.files.transport
        assert transport is not None
        begin, send = transport.begin_upload, transport.send_piece

        def begin_late(request: object) -> object:
            answer = begin(request)  # type: ignore[arg-type]
            send(answer.upload_id, 0, b"text of")
            return answer

        monkeypatch.setattr(transport, "begin_upload", begin_late)
        operator.sync.run_now()
        assert operator.commands.pending() == ()
        message = town.central.message(done.message_id)
        assert message is not None and message.files[0].sha256 == stored.attachment.sha256
