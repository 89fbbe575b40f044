"""Several desks and a real central store, each change on its way through sockets."""

import threading
from collections.abc import Callable

import pytest

from arm.desk.desk import Desk
from arm.desk.troubles import SyncTrouble
from arm.desk.values import SyncKind, Workspace
from arm.domain.commands import Accept, Assign
from arm.domain.identity import MessageId, UserId
from tests.desk.steps import do, queue, registration
from tests.desk_fixture import PASSWORD, WORKS
from tests.desk_to_desk.server import Server

pytestmark = pytest.mark.desks
OpenDesk = Callable[..., Desk]
PATIENCE_S = 30.0


def awaited(desk: Desk, is_there: Callable[[], bool]) -> None:
    """Until something has come to a desk whose network threads run; woken by its changes, not by a clock."""
    woken = threading.Event()
    stop = desk.listen(lambda changes: woken.set())
    try:
        while not is_there():
            assert woken.wait(PATIENCE_S), "nothing came"
            woken.clear()
    finally:
        stop()


def test_a_message_goes_from_the_operator_to_the_executor(server: Server, desk_of: OpenDesk) -> None:
    operator, moderator = desk_of("operator"), desk_of("moderator")
    coordinator, executor = desk_of("coordinator"), desk_of("executor")
    message_id = do(operator, None, registration()).message_id
    operator.sync.run_now()
    moderator.sync.run_now()
    do(moderator, message_id, Accept(category="roads", subcategory="pits", organisation=WORKS))
    moderator.sync.run_now()
    coordinator.sync.run_now()
    do(coordinator, message_id, Assign(executor=UserId("executor")))
    coordinator.sync.run_now()
    executor.sync.run_now()
    assert queue(executor, Workspace.EXECUTION) == [message_id]
    card = executor.messages.card(message_id)
    assert card is not None and len(card.timeline) == 3


def test_another_desks_change_appears_by_itself(desk_of: OpenDesk) -> None:
    operator, moderator = desk_of("operator"), desk_of("moderator")
    operator.sync.start()
    moderator.sync.start()
    message_id = do(operator, None, registration()).message_id
    awaited(moderator, lambda: moderator.messages.card(message_id) is not None)
    awaited(operator, lambda: operator.commands.pending() == ())
    assert moderator.sync.status().kind in (SyncKind.IN_STEP, SyncKind.BUSY)


def test_a_killed_server_loses_nothing_and_decides_once(server: Server, desk_of: OpenDesk) -> None:
    operator = desk_of("operator")
    made = [do(operator, None, registration(f"Яма {n} на дороге")).message_id for n in range(60)]
    pusher = threading.Thread(target=push_quietly, args=(operator,))
    pusher.start()
    server.kill()
    pusher.join()
    with pytest.raises(SyncTrouble) as trouble:
        operator.sync.run_now()
    assert trouble.value.kind == "offline"
    assert operator.sync.status().kind is SyncKind.OFFLINE
    server.start()
    operator.sync.run_now()
    assert operator.commands.pending() == ()
    assert set(queue(operator, Workspace.INTAKE)) == set(made)
    numbers = {row.number for row in operator.messages.rows(made)}
    assert len(numbers) == 60 and not any(number.startswith("Б") for number in numbers)


def push_quietly(desk: Desk) -> None:
    try:
        desk.sync.run_now()
    except SyncTrouble as trouble:
        assert trouble.kind in {"offline", "server_fault"}


def test_the_network_thread_comes_back_by_itself(server: Server, desk_of: OpenDesk) -> None:
    operator = desk_of("operator")
    operator.sync.start()
    server.kill()
    done = do(operator, None, registration())
    awaited(operator, lambda: operator.sync.status().kind is SyncKind.OFFLINE)
    server.start()
    operator.sync.wake()
    awaited(operator, lambda: operator.commands.pending() == ())
    assert operator.messages.card(done.message_id) is not None


def test_one_person_has_two_desks(desk_of: OpenDesk) -> None:
    office, home = desk_of("operator"), desk_of("operator", "operator-home")
    first = do(office, None, registration()).message_id
    second = do(home, None, registration("Не горит фонарь")).message_id
    for desk in (office, home, office):
        desk.sync.run_now()
    assert set(queue(office, Workspace.INTAKE)) == {first, second} == set(queue(home, Workspace.INTAKE))


def test_files_go_with_their_command_and_open_elsewhere(desk_of: OpenDesk) -> None:
    operator, moderator = desk_of("operator"), desk_of("moderator")
    content = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 3000
    stored = operator.files.add_bytes("яма.png", content)
    done = do(operator, None, registration(files=(stored.attachment,)))
    operator.sync.run_now()
    moderator.sync.run_now()
    card = moderator.messages.card(done.message_id)
    assert card is not None
    (attachment,) = card.message.files
    assert moderator.files.open(attachment).read_bytes() == content
    assert operator.files.preview(stored.attachment) == content


def test_a_wrong_password_is_said_and_makes_no_profile(server: Server, desk_of: OpenDesk) -> None:
    desk = desk_of("operator", sign_in=False)
    with pytest.raises(SyncTrouble) as trouble:
        desk.session.sign_in(server.address, "operator", PASSWORD + "!")
    assert (trouble.value.kind, trouble.value.code) == ("unauthorised", "wrong_password")
    assert desk.session.me() is None
    assert desk.session.sign_in(server.address, "operator", PASSWORD).login == "operator"


def test_a_signed_out_desk_keeps_its_unsent_work(server: Server, desk_of: OpenDesk) -> None:
    operator = desk_of("operator")
    done = do(operator, None, registration())
    operator.session.sign_out()
    assert operator.session.me() is None and operator.sync.status().kind is SyncKind.NOT_SIGNED_IN
    operator.session.sign_in(server.address, "operator", PASSWORD)
    operator.sync.run_now()
    card = operator.messages.card(done.message_id)
    assert card is not None and not card.message.number.startswith("Б")


def test_two_at_once_on_one_message_have_one_winner(desk_of: OpenDesk) -> None:
    first, second = desk_of("coordinator"), desk_of("coordinator", "coordinator-home")
    message_id = prepared(desk_of)
    for desk, executor in ((first, "executor"), (second, "executor-2")):
        desk.sync.run_now()
        do(desk, message_id, Assign(executor=UserId(executor)))
    first.sync.run_now()
    second.sync.run_now()
    assert first.commands.pending() == ()
    (lost,) = second.commands.pending()
    assert lost.state == "conflict"
    card = second.messages.card(message_id)
    assert card is not None and card.message.executor == "executor"


def prepared(desk_of: OpenDesk) -> MessageId:
    operator, moderator = desk_of("operator"), desk_of("moderator")
    message_id = do(operator, None, registration()).message_id
    operator.sync.run_now()
    moderator.sync.run_now()
    do(moderator, message_id, Accept(category="roads", subcategory="pits", organisation=WORKS))
    moderator.sync.run_now()
    return message_id
