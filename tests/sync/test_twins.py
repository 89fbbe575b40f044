"""Profiles that were copied, and devices that became others: nothing acknowledged falls between them (P9 c)."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from arm.central.security import noted
from arm.desk.desk import Desk
from arm.desk.values import DeskEventKind, Done
from arm.domain.commands import Comment, Reassign, Start
from arm.domain.identity import UserId
from arm.sync.troubles import SyncTrouble
from tests.desk.steps import assigned, desks, do, registration
from tests.desk_fixture import PASSWORD, Town, open_town
from tests.sync.test_accounts import put_back, set_aside


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with open_town(tmp_path) as opened:
        yield opened


def twin_of(town: Town, name: str, called: str = "twin") -> Desk:
    """A copy of a closed profile, at work under the same device."""
    shutil.copytree(town.folder / "profiles" / name, town.folder / "profiles" / called)
    return town.bare_desk(called)


def restored_behind_a_twin(town: Town) -> tuple[Desk, Done]:
    """An operator's twin whose acknowledged registration the store has lost: its number is free again."""
    with desks(town, "operator") as (operator,):
        do(operator, None, registration("Яма до копии"))
        operator.sync.run_now()
        backup = set_aside(town)
    twin = twin_of(town, "operator")
    told = do(twin, None, registration("Яма близнеца"))
    twin.sync.run_now()
    put_back(town, backup)
    return twin, told


def signed_in_anew(desk: Desk, login: str) -> None:
    """It learns that it is no longer who it was, and goes on as another."""
    with pytest.raises(SyncTrouble) as trouble:
        desk.sync.run_now()
    assert trouble.value.kind == "unauthorised"
    desk.session.sign_in("town.example", login, PASSWORD)
    desk.sync.run_now()


def test_a_twin_that_fills_a_restored_stores_gap_costs_nobody_an_acknowledged_step(town: Town) -> None:
    twin, told = restored_behind_a_twin(town)
    operator = town.bare_desk("operator")
    own = do(operator, None, registration("Яма первого"))
    operator.sync.run_now()
    assert town.central.message(told.message_id) is None, "its number went to the other one's step"
    late = do(twin, None, registration("Яма потом"))
    signed_in_anew(twin, "operator")
    for done in (told, own, late):
        assert town.central.message(done.message_id) is not None
    assert twin.sync.storage.device_id() != operator.sync.storage.device_id()
    assert {one.kind for one in twin.sync.status().events} == {DeskEventKind.DEVICE_RENEWED}
    assert twin.commands.pending() == ()
    twin.close()
    operator.sync.run_now()
    operator.close()


def test_steps_taken_as_an_earlier_device_come_back_to_a_restored_store_too(town: Town) -> None:
    message_id = assigned(town)
    with desks(town, "executor") as (executor,):
        backup = set_aside(town)
        do(executor, message_id, Start())
        do(executor, message_id, Comment(text="Выезжаю"))
        executor.sync.run_now()
        executor.sync.storage.become_device("22222222-2222-4222-8222-222222222222")
        signed_in_anew(executor, "executor")
        assert DeskEventKind.STORE_RESTORED not in {one.kind for one in executor.sync.status().events}
        do(executor, message_id, Comment(text="Вижу яму"))
        executor.sync.run_now()
        put_back(town, backup)
        signed_in_anew(executor, "executor")
        view = executor.messages.card(message_id)
        assert view is not None
        texts = [one.command.text for one in view.timeline if isinstance(one.command, Comment)]
        assert texts == ["Выезжаю", "Вижу яму"]
        assert executor.commands.pending() == () and executor.sync.status().unsent == 0
        assert DeskEventKind.STORE_RESTORED in {one.kind for one in executor.sync.status().events}


def test_a_device_that_is_new_to_its_store_is_told_how_often_it_differs(town: Town) -> None:
    """What was accepted and is refused when it is offered as another device waits for its author."""
    message_id = assigned(town)
    with desks(town, "executor") as (executor,):
        backup = set_aside(town)
        done = do(executor, message_id, Start())
        executor.sync.run_now()
        executor.sync.storage.become_device("22222222-2222-4222-8222-222222222222")
        put_back(town, backup)
        town.central.act("executor", message_id, Start())
        signed_in_anew(executor, "executor")
        (pending,) = executor.commands.pending()
        assert pending.command_id == done.command_id
        told = {one.kind: one.params for one in executor.sync.status().events}
        assert told[DeskEventKind.DECISION_CHANGED] == {"differing": "1"}


def test_what_a_twin_gave_up_is_never_shown_as_accepted(town: Town) -> None:
    with desks(town, "operator") as (operator,):
        done = do(operator, None, registration("Яма"))
    twin = twin_of(town, "operator")
    operator = town.bare_desk("operator")
    operator.sync.storage.send_as(done.command_id, "noop", "server_fault")
    operator.sync.run_now()
    twin.sync.run_now()
    for desk in (operator, twin):
        (pending,) = desk.commands.pending()
        assert (pending.state, pending.refused and pending.refused.reason) == ("refused", "not_taken")
        assert "Яма" in pending.command_json
        desk.close()
    assert town.central.message(done.message_id) is None


def test_a_command_that_twins_sent_with_other_file_names_holds_up_neither(town: Town) -> None:
    """Each copy uploads for itself, so the same id comes with two contents; also when it is offered once more."""
    with desks(town, "operator") as (operator,):
        stored = operator.files.add_bytes("яма.txt", b"text of the pit")
        done = do(operator, None, registration("Яма с файлом", files=(stored.attachment,)))
    twin = twin_of(town, "operator")
    operator = town.bare_desk("operator")
    operator.sync.run_now()
    twin.sync.run_now()
    twin.sync.storage.become_device("22222222-2222-4222-8222-222222222222")
    signed_in_anew(twin, "operator")
    for desk in (operator, twin):
        assert desk.sync.status().unsent == 0 and desk.commands.pending() == ()
        desk.sync.run_now()
        desk.close()
    assert town.central.message(done.message_id) is not None


def test_nothing_is_built_upon_a_gap_that_a_twin_has_filled(town: Town) -> None:
    """A chain of two acknowledged steps: the second isn't offered before the first is back."""
    message_id = assigned(town)
    with desks(town, "executor") as (executor,):
        do(executor, message_id, Comment(text="До копии"))
        executor.sync.run_now()
        backup = set_aside(town)
    twin = twin_of(town, "executor")
    do(twin, message_id, Start())
    do(twin, message_id, Reassign(executor=UserId("executor-2"), reason="Отпуск"))
    twin.sync.run_now()
    put_back(town, backup)
    executor = town.bare_desk("executor")
    do(executor, message_id, Comment(text="Первый"))
    executor.sync.run_now()
    signed_in_anew(twin, "executor")
    found = town.central.message(message_id)
    assert found is not None and found.executor == "executor-2"
    assert twin.commands.pending() == ()
    assert [one["kind"] for one in noted(town.central.store, "device_fork")] == ["device_fork"]
    twin.close()
    executor.close()


def test_a_twin_that_moved_on_leaves_no_wrong_acceptance_behind(town: Town) -> None:
    """The gap's new owner became another device, and its number left the list: what is missing there is asked for."""
    twin, told = restored_behind_a_twin(town)
    operator = town.bare_desk("operator")
    do(operator, None, registration("Яма первого"))
    operator.sync.run_now()
    operator.sync.storage.become_device("33333333-3333-4333-8333-333333333333")
    signed_in_anew(operator, "operator")
    signed_in_anew(twin, "operator")
    assert town.central.message(told.message_id) is not None
    twin.close()
    operator.close()


@pytest.mark.parametrize("is_taken", [True, False])
def test_of_three_copies_no_two_go_on_as_one_device(town: Town, is_taken: bool) -> None:
    """The third brings a step that the second has brought as another device already: its number is the first's."""
    message_id = assigned(town)
    with desks(town, "executor"):
        pass
    first = twin_of(town, "executor", "first")
    third = town.bare_desk("executor")
    step = do(third, message_id, Start())
    third.close()
    second = twin_of(town, "executor", "second")
    if not is_taken:
        town.central.act("executor", message_id, Start())
    do(first, message_id, Comment(text="Первый"))
    first.sync.run_now()
    signed_in_anew(second, "executor")
    third = town.bare_desk("executor")
    signed_in_anew(third, "executor")
    assert len({one.sync.storage.device_id() for one in (first, second, third)}) == 3
    for desk in (first, second, third):
        desk.sync.run_now()
        waiting = [one.command_id for one in desk.commands.pending()]
        assert waiting == ([] if is_taken or desk is first else [step.command_id])
        desk.close()
