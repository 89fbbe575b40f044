"""The offline lease at a desk: nothing is shown after it, nothing is lost by it, one pull opens it again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from arm.desk.troubles import CacheTrouble, SyncTrouble
from arm.desk.values import Changes, Draft, Workspace
from tests.desk.steps import do, queue, registered, registration
from tests.desk_fixture import Town

WEEK = timedelta(days=7)


def test_a_desk_tells_when_its_copy_locks_and_shows_nothing_after(town: Town) -> None:
    message_id = registered(town)
    desk = town.desk("moderator")
    desk.drafts.save(Draft(draft_id="", message_id=message_id, form="answer", fields={"text": "Начато"}))
    status = desk.sync.status()
    assert not status.is_locked and status.lease_ends_at == town.hands.moment + WEEK
    town.wire.is_cut = True
    town.hands.pass_by(WEEK)
    told: list[Changes] = []
    desk.listen(told.append)
    with pytest.raises(SyncTrouble):
        desk.sync.run_now()
    assert desk.sync.status().is_locked and any(one.everything for one in told)
    for ask in (
        lambda: queue(desk, Workspace.MODERATION),
        lambda: desk.messages.card(message_id),
        lambda: desk.search.search("яма"),
        lambda: desk.commands.pending(),
        lambda: desk.people.executors(message_id),
        lambda: desk.drafts.load("answer", message_id),
        lambda: desk.drafts.all("answer"),
        lambda: desk.handover.versions(message_id),
        lambda: desk.handover.drafts_of_others(message_id),
        lambda: desk.files.add_bytes("a.txt", b"x"),
    ):
        with pytest.raises(CacheTrouble) as trouble:
            ask()
        assert trouble.value.kind == "lease_ended"
    # typing is still kept
    desk.drafts.save(Draft(draft_id="", message_id=message_id, form="answer", fields={"text": "Дописано"}))
    town.wire.is_cut = False
    desk.sync.run_now()
    assert not desk.sync.status().is_locked
    assert queue(desk, Workspace.MODERATION) == [message_id]
    draft = desk.drafts.load("answer", message_id)
    assert draft is not None and draft.fields == {"text": "Дописано"}
    desk.close()


def test_unsent_work_of_a_locked_desk_is_sent_and_lost_nowhere(town: Town) -> None:
    desk = town.desk("operator")
    town.wire.is_cut = True
    done = do(desk, None, registration())
    town.hands.pass_by(2 * WEEK)
    assert desk.sync.status().is_locked and desk.sync.status().unsent == 1
    desk.close()
    again = town.bare_desk("operator")
    assert again.sync.status().is_locked
    town.wire.is_cut = False
    again.sync.run_now()
    card = again.messages.card(done.message_id)
    assert card is not None and not card.is_projected and again.sync.status().unsent == 0
    again.close()


def test_a_clock_set_back_at_a_closed_desk_locks_it(town: Town) -> None:
    registered(town)
    desk = town.desk("moderator")
    town.hands.pass_by(timedelta(days=6))
    desk.close()
    town.hands.moment -= timedelta(days=5)
    again = town.bare_desk("moderator")
    with pytest.raises(CacheTrouble) as trouble:
        queue(again, Workspace.MODERATION)
    assert trouble.value.kind == "clock_set_back" and again.sync.status().is_locked
    again.sync.run_now()
    assert len(queue(again, Workspace.MODERATION)) == 1
    again.close()


def test_opened_copies_of_attachments_go_when_the_lease_ends(town: Town) -> None:
    desk = town.desk("operator")
    copy = desk.files.open(desk.files.add_bytes("справка.txt", b"text").attachment)
    town.wire.is_cut = True
    town.hands.pass_by(WEEK)
    with pytest.raises(SyncTrouble):
        desk.sync.run_now()
    assert desk.sync.status().is_locked and not copy.exists()
    desk.close()
