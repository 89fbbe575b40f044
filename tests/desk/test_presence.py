"""Presence at the desk: told and known in the background, silent without the network."""

from __future__ import annotations

from datetime import timedelta

from arm.desk.companions import Doing
from arm.desk.desk import Desk
from arm.desk.values import Changes
from arm.domain.identity import MessageId
from tests.desk.steps import assigned, desks
from tests.desk_fixture import Town


class Looking:
    """A desk at a message whose turns are taken by hand."""

    def __init__(self, desk: Desk, message_id: MessageId, doing: Doing = Doing.LOOKING) -> None:
        self.desk, self.message_id = desk, message_id
        desk.presence._beat.stop()
        desk.presence.look_at(message_id)
        desk.presence.look_at(message_id, doing)
        self.turn()

    def turn(self) -> float:
        return self.desk.presence.turn()

    def seen(self) -> list[tuple[str, str]]:
        return [(one.name, one.doing) for one in self.desk.presence.people(self.message_id).people]


def test_two_desks_see_who_looks_and_who_writes(town: Town) -> None:
    message_id = assigned(town)
    with desks(town, "executor", "coordinator") as (executor, coordinator):
        told: list[Changes] = []
        one, two = Looking(executor, message_id), Looking(coordinator, message_id)
        assert one.seen() == []
        assert two.seen() == [("Исаев Иван Петрович", "looking")]
        executor.presence.look_at(message_id, Doing.WRITING)
        one.turn()
        coordinator.listen(told.append)
        assert two.turn() < one.turn() + 20, "with company one asks oftener"
        assert two.seen() == [("Исаев Иван Петрович", "writing")]
        assert [changes.present for changes in told] == [frozenset({message_id})]
        two.turn()
        assert len(told) == 1, "no news, no signal"


def test_who_has_stopped_typing_is_looking_again(town: Town) -> None:
    message_id = assigned(town)
    with desks(town, "executor", "coordinator") as (executor, coordinator):
        one, two = Looking(executor, message_id, Doing.WRITING), Looking(coordinator, message_id)
        assert two.seen() == [("Исаев Иван Петрович", "writing")]
        executor.presence.look_at(message_id)
        one.turn()
        two.turn()
        assert two.seen() == [("Исаев Иван Петрович", "writing")], "a newer state of the card is no pause in typing"
        town.hands.pass_by(timedelta(seconds=46))
        one.turn()
        two.turn()
        assert two.seen() == [("Исаев Иван Петрович", "looking")]


def test_another_message_on_the_screen_is_a_farewell_to_the_first(town: Town) -> None:
    message_id, other = assigned(town), assigned(town)
    with desks(town, "executor", "coordinator") as (executor, coordinator):
        one, two = Looking(executor, message_id), Looking(coordinator, message_id)
        executor.presence.look_at(other)
        one.turn()
        two.turn()
        assert two.seen() == []
        executor.presence.look_at(None)
        assert one.turn() > 60


def test_without_the_network_presence_is_unknown_and_no_trouble(town: Town) -> None:
    message_id = assigned(town)
    with desks(town, "executor") as (executor,):
        one = Looking(executor, message_id)
        assert executor.presence.people(message_id).is_known
        town.wire.is_cut = True
        one.turn()
        assert not executor.presence.people(message_id).is_known
        town.wire.is_cut = False
        one.turn()
        assert executor.presence.people(message_id).is_known


def test_a_message_seen_in_part_has_nobody_at_it(town: Town) -> None:
    message_id = assigned(town)
    with desks(town, "executor", "operator") as (executor, operator):
        Looking(executor, message_id)
        follower = Looking(operator, message_id)
        assert operator.presence.people(message_id).is_known
        assert follower.seen() == []


def test_oneself_at_another_desk_is_told_apart(town: Town) -> None:
    message_id = assigned(town)
    office, home = town.desk("executor"), town.desk("executor", "executor-home")
    try:
        Looking(office, message_id, Doing.WRITING)
        Looking(home, message_id)
        (other,) = home.presence.people(message_id).people
        assert (other.is_me, other.doing) == (True, "writing")
    finally:
        office.close()
        home.close()


def test_a_closed_or_signed_out_desk_says_nothing_more(town: Town) -> None:
    message_id = assigned(town)
    with desks(town, "executor") as (executor,):
        one = Looking(executor, message_id)
        executor.session.sign_out()
        before = town.wire.calls.count("be_present")
        one.turn()
        assert town.wire.calls.count("be_present") == before
        assert not executor.presence.people(message_id).is_known


def test_a_farewell_from_a_desk_whose_files_are_shut_is_no_fault(town: Town) -> None:
    message_id, other = assigned(town), assigned(town)
    with desks(town, "executor") as (executor,):
        one = Looking(executor, message_id)
        executor.presence.look_at(other)
        executor._core.wipe()
        assert one.turn() > 0
