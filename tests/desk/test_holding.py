"""Undo by holding: taken back leaves nothing, released is given, and a crash sends nothing by itself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest

from arm.desk.desk import Desk
from arm.desk.values import Done, Draft, PendingState
from arm.domain.commands import Accept, Command, Comment, Start
from arm.domain.identity import MessageId
from arm.domain.message import Stage
from arm.domain.refusals import Refused
from tests.desk.steps import assigned, desks, do, registered
from tests.desk_fixture import WORKS, Town, open_town

ACCEPT = Accept(category="roads", subcategory="pits", organisation=WORKS)
LONG_S = 8.0


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with open_town(tmp_path) as opened:
        yield opened


def held(desk: Desk, message_id: MessageId, command: Command) -> Done:
    done = desk.commands.do(message_id, command, hold_s=LONG_S)
    assert isinstance(done, Done), done
    return done


def test_what_is_held_is_shown_as_done_and_not_sent(town: Town) -> None:
    message_id = registered(town)
    with desks(town, "moderator") as (moderator,):
        done = held(moderator, message_id, ACCEPT)
        moderator.sync.run_now()
        view = moderator.messages.card(message_id)
        assert view is not None and view.message.stage is Stage.COORDINATION
        assert [one.state for one in moderator.commands.pending()] == [PendingState.HELD]
        assert [(one.command_id, one.is_left_over) for one in moderator.commands.holder.waiting()] == [
            (done.command_id, False)
        ]
        standing = town.central.message(message_id)
        assert standing is not None and standing.stage is Stage.MODERATION


def test_taken_back_it_was_never_given(town: Town) -> None:
    message_id = registered(town)
    with desks(town, "moderator") as (moderator,):
        done = held(moderator, message_id, ACCEPT)
        assert not moderator.commands.was_given(done.command_id)
        (back,) = moderator.commands.holder.take_back([done.command_id])
        assert (back.message_id, back.command) == (message_id, ACCEPT)
        assert moderator.commands.holder.take_back([done.command_id]) == ()
        assert not moderator.commands.was_given(done.command_id)
        view = moderator.messages.card(message_id)
        assert view is not None and view.message.stage is Stage.MODERATION
        assert moderator.commands.pending() == ()
        # numbers stay dense: the next command is the device's first
        do(moderator, message_id, Comment(text="Проверяю"))
        moderator.sync.run_now()
        assert moderator.sync.storage.digest()[0] == 1


def test_it_goes_out_by_itself_when_its_time_is_over(town: Town) -> None:
    message_id = registered(town)
    with desks(town, "moderator") as (moderator,):
        gone = Event()
        held(moderator, message_id, ACCEPT)
        moderator.listen(lambda changes: gone.set() if changes.outbox else None)
        town.hands.pass_by(timedelta(seconds=LONG_S + 1))
        moderator.commands.holder.look()
        assert gone.wait(10)
        assert moderator.commands.holder.waiting() == ()
        moderator.sync.run_now()
        standing = town.central.message(message_id)
        assert standing is not None and standing.stage is Stage.COORDINATION


def test_many_given_together_go_out_together(town: Town) -> None:
    first, second = registered(town), registered(town)
    with desks(town, "moderator") as (moderator,):
        holder = moderator.commands.holder
        early = held(moderator, first, ACCEPT)
        town.hands.pass_by(timedelta(seconds=LONG_S - 1))
        late = held(moderator, second, ACCEPT)
        holder.count_anew([early.command_id, late.command_id], LONG_S)
        town.hands.pass_by(timedelta(seconds=LONG_S - 1))
        holder.look()
        assert [one.left_s for one in holder.waiting()] == [1.0, 1.0]
        assert [one.message_id for one in holder.take_back([late.command_id, early.command_id])] == [second, first]
        # what is no longer held has no time to count
        holder.count_anew([early.command_id], LONG_S)
        assert holder.waiting() == () and moderator.commands.pending() == ()


def test_the_next_step_on_a_message_gives_the_one_before(town: Town) -> None:
    message_id = assigned(town)
    with desks(town, "executor") as (executor,):
        held(executor, message_id, Start())
        second = held(executor, message_id, Comment(text="Выезжаю"))
        assert [one.state for one in executor.commands.pending()] == [PendingState.UNSENT, PendingState.HELD]
        executor.commands.holder.take_back([second.command_id])
        executor.sync.run_now()
        assert [one.verb for one in executor.commands.pending()] == []
        view = executor.messages.card(message_id)
        assert view is not None and not any(isinstance(one.command, Comment) for one in view.timeline)


def test_a_step_that_is_refused_makes_nothing_final(town: Town) -> None:
    """Ctrl+Enter pressed twice: the second is refused, and the first can still be taken back."""
    message_id = registered(town)
    with desks(town, "moderator") as (moderator,):
        first = held(moderator, message_id, ACCEPT)
        assert isinstance(moderator.commands.do(message_id, ACCEPT, hold_s=LONG_S), Refused)
        assert [one.state for one in moderator.commands.pending()] == [PendingState.HELD]
        assert len(moderator.commands.holder.take_back([first.command_id])) == 1


def test_after_a_crash_nothing_held_goes_out_and_everything_is_there(town: Town) -> None:
    message_id = registered(town)
    with desks(town, "moderator") as (moderator,):
        done = held(moderator, message_id, ACCEPT)
    again = town.bare_desk("moderator")
    town.hands.pass_by(timedelta(days=1))
    again.sync.run_now()
    again.commands.holder.look()
    (left,) = again.commands.holder.waiting()
    assert (left.command_id, left.is_left_over, left.left_s) == (done.command_id, True, 0.0)
    standing = town.central.message(message_id)
    assert standing is not None and standing.stage is Stage.MODERATION
    again.commands.holder.release([left.command_id])
    again.sync.run_now()
    standing = town.central.message(message_id)
    assert standing is not None and standing.stage is Stage.COORDINATION
    again.close()


def test_a_draft_that_was_thrown_away_with_a_held_command_comes_back_with_it(town: Town) -> None:
    message_id = registered(town)
    with desks(town, "moderator") as (moderator,):
        draft = moderator.drafts.save(
            Draft(draft_id="", message_id=message_id, form="sheet:accept", fields={"text": "Набрано"})
        )
        first = held(moderator, message_id, ACCEPT)
        moderator.drafts.discard(draft.draft_id)
        assert moderator.drafts.load("sheet:accept", message_id) is None and moderator.drafts.count() == 0
        moderator.commands.holder.take_back([first.command_id])
        back = moderator.drafts.load("sheet:accept", message_id)
        assert back is not None and back.fields == {"text": "Набрано"}
        second = held(moderator, message_id, ACCEPT)
        moderator.drafts.discard(draft.draft_id)
        moderator.commands.holder.release([second.command_id])
        assert moderator.drafts.load("sheet:accept", message_id) is None
        moderator.drafts.discard(draft.draft_id)


def test_a_full_disk_loses_nothing_that_is_held(town: Town) -> None:
    message_id = registered(town)
    with desks(town, "moderator") as (moderator,):
        held(moderator, message_id, ACCEPT)
        work = moderator._core.store.work
        work.limit_pages(work.pages)
        town.hands.pass_by(timedelta(seconds=LONG_S + 1))
        moderator.commands.holder.look()
        assert len(moderator.commands.pending()) == 1
        work.limit_pages(1 << 20)
        moderator.commands.holder.look()
        moderator.sync.run_now()
        standing = town.central.message(message_id)
        assert standing is not None and standing.stage is Stage.COORDINATION
