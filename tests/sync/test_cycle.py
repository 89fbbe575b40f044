"""Turns of the conversation in unusual moments: restored stores, cloned profiles, pages out of place."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from arm.desk.storage import LocalStorage
from arm.sync.cycle import Cycle
from arm.sync.troubles import SyncTrouble
from arm.wire import DeviceState, PullAnswer, PushAnswer, PushRequest
from tests.desk.steps import assigned, desks, do, registered, registration
from tests.desk_fixture import NOW, PASSWORD, Town, open_town


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with open_town(tmp_path) as opened:
        yield opened


def page(storage: LocalStorage, **changes: object) -> PullAnswer:
    plain = PullAnswer(
        from_cursor=storage.cursor(),
        to_cursor="elsewhere",
        more=False,
        items=[],
        device=DeviceState(last_seq=0, dec_hash=""),
        server_time=NOW,
        head=1,
        directory_version=storage.directory_version(),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def test_a_page_that_begins_elsewhere_is_ignored(town: Town) -> None:
    assigned(town)
    with desks(town, "executor") as (executor,):
        storage = executor.sync.storage
        cursor = storage.cursor()
        assert not storage.apply_page(page(storage, from_cursor="another"))
        assert storage.cursor() == cursor
        assert storage.apply_page(page(storage))
        assert storage.cursor() == "elsewhere"


def test_a_foreign_cursor_leads_to_a_reconcile_not_to_a_loss(town: Town) -> None:
    message_id = assigned(town)
    with desks(town, "executor") as (executor,):
        storage = executor.sync.storage
        assert storage.apply_page(page(storage))
        executor.sync.run_now()
        assert executor.messages.card(message_id) is not None
        assert storage.cursor() not in ("", "elsewhere")


def test_a_restored_store_gets_its_decided_commands_once_more(town: Town) -> None:
    with desks(town, "operator") as (operator,):
        early = do(operator, None, registration("Первая яма")).message_id
        operator.sync.run_now()
        backup = town.folder / "backup.db"
        with closing(sqlite3.connect(town.folder / "central.db")) as source:
            source.execute("VACUUM INTO ?", (str(backup),))
        late = do(operator, None, registration("Вторая яма")).message_id
        operator.sync.run_now()
        town.central.store.engine.dispose()
        for path in town.folder.glob("central.db*"):
            path.unlink()
        backup.rename(town.folder / "central.db")
        assert town.central.message(late) is None
        operator.sync.run_now()
        restored = town.central.message(late)
        assert restored is not None and restored.text == "Вторая яма"
        assert operator.messages.card(early) is not None and operator.messages.card(late) is not None
        assert operator.commands.pending() == ()


def test_a_cloned_profile_becomes_another_device_and_keeps_its_work(town: Town) -> None:
    with desks(town, "operator") as (operator,):
        storage = operator.sync.storage
        do(operator, None, registration("Первая яма"))
        operator.sync.run_now()
        device = storage.device_id()
        # the copy of this profile on another computer has sent its own second command already
        operator._core.store.work.keep(last_seq="0")
        operator._core.store.work.run("DELETE FROM outbox_archive")
        lost = do(operator, None, registration("Вторая яма"))
        with pytest.raises(SyncTrouble) as trouble:
            operator.sync.run_now()
        assert (trouble.value.kind, trouble.value.code) == ("unauthorised", "device_fork")
        assert storage.device_id() != device
        operator.session.sign_in("town.example", "operator", PASSWORD)
        operator.sync.run_now()
        assert town.central.message(lost.message_id) is not None
        assert operator.commands.pending() == ()


def test_a_store_that_decides_nothing_is_not_asked_for_ever(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    with desks(town, "operator") as (operator,):
        do(operator, None, registration())
        transport = operator.files.transport
        assert transport is not None
        push = transport.push
        monkeypatch.setattr(transport, "push", lambda request: replace(push(request), decisions=[]))
        with pytest.raises(SyncTrouble) as trouble:
            operator.sync.run_now()
        assert trouble.value.code == "nothing_decided"
        monkeypatch.undo()
        operator.sync.run_now()
        assert operator.commands.pending() == ()


@pytest.mark.parametrize("is_parked", [True, False])
def test_a_command_that_can_not_be_processed_holds_up_no_other(
    town: Town, monkeypatch: pytest.MonkeyPatch, is_parked: bool
) -> None:
    with desks(town, "operator") as (operator,):
        poison = do(operator, None, registration("Отравленная яма"))
        others = [do(operator, None, registration(f"Яма {n}")).message_id for n in range(3)]
        transport = operator.files.transport
        assert transport is not None
        push = transport.push

        def choke(request: PushRequest) -> PushAnswer:
            for one in request.commands:
                if one.command_id == poison.command_id and one.verb in ("register", "" if is_parked else "park"):
                    raise SyncTrouble("refused", {"code": "bad_wire"})
            return push(request)

        monkeypatch.setattr(transport, "push", choke)
        operator.sync.run_now()
        assert all(town.central.message(one) is not None for one in others)
        (pending,) = operator.commands.pending()
        assert pending.state == ("parked" if is_parked else "refused")
        assert "Отравленная яма" in pending.command_json


class Eager:
    """Whatever may be done ahead is done at once: the quickest line, the slowest disk."""

    def start(self, work: Callable[[], object]) -> Any:
        return Eager.Done(work)

    def stop(self) -> None:
        pass

    class Done:
        def __init__(self, work: Callable[[], object]) -> None:
            self.trouble: SyncTrouble | None = None
            try:
                self.value = work()
            except SyncTrouble as trouble:
                self.trouble = trouble

        def result(self) -> object:
            if self.trouble is not None:
                raise self.trouble
            return self.value

        def is_here(self) -> bool:
            return self.trouble is None

        def drop(self) -> None:
            pass


def test_nothing_is_fetched_after_a_piece_that_failed_and_so_nothing_twice(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("arm.sync.cycle.FIRST_FETCH", 1)
    town.wire.page_size = 1
    for number in range(7):
        registered(town, f"Яма {number}")
    desk = town.newcomer("moderator")
    core, transport = desk.sync._core, desk.sync._transport
    assert transport is not None
    cycle = Cycle(transport, desk.sync.storage, core.around.ids, core.time.heard, core.now, ahead=Eager())  # type: ignore[arg-type]

    def fail_third(name: str) -> None:
        if town.wire.calls.count("fetch") == 3 and name == "fetch":
            raise SyncTrouble("offline")

    town.wire.before = fail_third
    with pytest.raises(SyncTrouble, match="offline"):
        cycle.pull()
    assert town.wire.calls.count("fetch") == 3
    town.wire.before = lambda name: None
    assert cycle.pull()[1]
    assert town.wire.calls.count("fetch") == 3 + 5
    desk.close()
