"""Drafts handed over between desks: shared in the background, found by the next holder, never in place of one's own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from arm.central.access import Principal
from arm.desk.companions import version_form
from arm.desk.desk import Desk
from arm.desk.troubles import CacheTrouble
from arm.desk.values import Changes, Draft
from arm.domain.commands import Cause, Reassign
from arm.domain.identity import MessageId, UserId
from tests.desk.steps import assigned, desks
from tests.desk_fixture import PASSWORD, Town

FILE = "u-1\t10\tabc\tapplication/pdf\tакт.pdf"


def write(desk: Desk, message_id: MessageId, text: str, draft_id: str = "", **fields: str) -> Draft:
    kept = {"text": text, "number": "4790"} | fields
    return desk.drafts.save(Draft(draft_id=draft_id, message_id=message_id, form="answer", fields=kept))


def turn(town: Town, *taking: Desk) -> None:
    """Ten seconds pass, then each takes a turn."""
    town.hands.pass_by(timedelta(seconds=11))
    for desk in taking:
        desk.handover.turn()


def reassign(town: Town, message_id: MessageId) -> None:
    away = Reassign(executor=UserId("executor-2"), cause=Cause.ILLNESS, reason="Больничный")
    assert town.central.act("coordinator", message_id, away).verdict == "accepted"


def texts(desk: Desk, message_id: MessageId) -> list[tuple[str, str]]:
    return [(one.author, one.fields["text"]) for one in desk.handover.drafts_of_others(message_id)]


@pytest.fixture
def pair(town: Town) -> Iterator[tuple[Desk, Desk]]:
    with desks(town, "executor", "executor-2") as (first, second):
        for one in (first, second):
            one.handover.stop()
        yield first, second


def test_the_next_executor_takes_the_draft_as_a_version_beside_his_own(town: Town, pair: tuple[Desk, Desk]) -> None:
    first, second = pair
    message_id = assigned(town)
    write(first, message_id, "Начал Исаев", files=FILE)
    turn(town, first)
    reassign(town, message_id)
    second.sync.run_now()
    own = write(second, message_id, "Начала Ильина")
    second.handover.look_for(message_id)
    turn(town, second)
    assert texts(second, message_id) == [("Исаев Иван Петрович", "Начал Исаев")]
    (found,) = second.handover.drafts_of_others(message_id)
    assert found.left_files == ("акт.pdf",)
    assert "files" not in found.fields
    taken = second.handover.take(found.draft_id)
    assert taken is not None and taken.is_local
    assert second.drafts.load("answer", message_id) == own
    assert [one.fields["text"] for one in second.handover.versions(message_id)] == ["Начал Исаев"]
    turn(town, second)
    assert texts(second, message_id) == [], "what was taken isn't offered again"
    assert second.handover.take(found.draft_id) is None


def test_the_author_learns_once_who_goes_on_though_he_sees_the_message_no_more(
    town: Town, pair: tuple[Desk, Desk]
) -> None:
    first, second = pair
    message_id = assigned(town)
    write(first, message_id, "Начал Исаев")
    turn(town, first)
    reassign(town, message_id)
    first.sync.run_now()
    assert first.messages.card(message_id) is None
    second.handover.look_for(message_id)
    turn(town, second)
    second.handover.take(second.handover.drafts_of_others(message_id)[0].draft_id)
    turn(town, second)
    heard: list[Changes] = []
    first.listen(heard.append)
    town.hands.pass_by(timedelta(seconds=60))
    turn(town, first)
    assert [(one.number, one.by) for one in first.handover.news()] == [("4790", "Ильина Инна Сергеевна")]
    assert [changes.drafts for changes in heard] == [frozenset({message_id})]
    town.hands.pass_by(timedelta(seconds=60))
    turn(town, first)
    assert first.handover.news() == ()


def test_what_was_written_offline_reaches_the_next_executor(town: Town, pair: tuple[Desk, Desk]) -> None:
    first, second = pair
    message_id = assigned(town)
    first.sync.run_now()
    town.wire.is_cut = True
    write(first, message_id, "Без связи")
    turn(town, first)
    town.wire.is_cut = False
    reassign(town, message_id)
    first.sync.run_now()
    turn(town, first)
    second.handover.look_for(message_id)
    turn(town, second)
    assert texts(second, message_id) == [("Исаев Иван Петрович", "Без связи")]
    kept = first.drafts.load("answer", message_id)
    assert kept is not None and kept.fields["text"] == "Без связи"


def test_a_draft_goes_out_at_most_every_ten_seconds_and_only_when_it_changed(
    town: Town, pair: tuple[Desk, Desk]
) -> None:
    first, _second = pair
    message_id = assigned(town)
    draft = write(first, message_id, "Раз")
    turn(town, first)
    for text in ("Раз два", "Раз два три"):
        town.hands.pass_by(timedelta(seconds=1))
        draft = write(first, message_id, text, draft.draft_id)
        assert 0 < first.handover.turn() < 10
    assert town.wire.calls.count("share_draft") == 1
    turn(town, first)
    turn(town, first)
    assert town.wire.calls.count("share_draft") == 2
    (kept,) = town.central.handover.own(first_principal(town, first)).drafts
    assert kept.draft_id == draft.draft_id


def first_principal(town: Town, desk: Desk) -> Principal:
    work = desk._core.store.work
    return town.central.principal(work.kept("token"), work.kept("device_id"))


def test_a_draft_that_is_done_with_is_taken_back_also_after_a_restart(town: Town, pair: tuple[Desk, Desk]) -> None:
    first, second = pair
    message_id = assigned(town)
    draft = write(first, message_id, "Начал Исаев")
    turn(town, first)
    first.close()
    again = town.bare_desk("executor")
    try:
        again.drafts.discard(draft.draft_id)
        again.handover.stop()
        turn(town, again)
    finally:
        again.close()
    reassign(town, message_id)
    second.handover.look_for(message_id)
    turn(town, second)
    assert texts(second, message_id) == []


def test_another_desk_of_one_s_own_finds_the_draft_too(town: Town, pair: tuple[Desk, Desk]) -> None:
    office, _second = pair
    message_id = assigned(town)
    write(office, message_id, "Начато в кабинете")
    office.handover.look_for(message_id)
    turn(town, office)
    assert texts(office, message_id) == []
    home = town.desk("executor", "executor-home")
    try:
        home.handover.stop()
        home.handover.look_for(message_id)
        turn(town, home)
        assert texts(home, message_id) == [("", "Начато в кабинете")]
    finally:
        home.close()


def test_a_refused_draft_is_not_sent_again_until_it_changes(town: Town, pair: tuple[Desk, Desk]) -> None:
    first, second = pair
    message_id = assigned(town)
    write(second, message_id, "Чужое")
    for _ in range(3):
        turn(town, second)
    assert town.wire.calls.count("share_draft") == 1
    assert second.drafts.load("answer", message_id) is not None
    write(first, message_id, "  ")
    turn(town, first)
    assert town.wire.calls.count("share_draft") == 1, "an empty draft isn't worth anybody's time"


def test_one_s_own_text_is_kept_as_a_version_once(town: Town, pair: tuple[Desk, Desk]) -> None:
    first, _second = pair
    message_id = assigned(town)
    kept = first.handover.keep_version(message_id, "answer", {"text": "Моё"})
    assert first.handover.keep_version(message_id, "answer", {"text": "Моё"}) == kept
    assert [one.fields for one in first.handover.versions(message_id)] == [{"text": "Моё"}]
    town.hands.pass_by(timedelta(days=31))
    # the copy and the token have lapsed meanwhile
    first.session.sign_in("town.example", "executor", PASSWORD)
    first.sync.run_now()
    turn(town, first)
    assert first.drafts.all(version_form("answer")) == ()


def test_nothing_is_lost_or_said_without_the_network(town: Town, pair: tuple[Desk, Desk]) -> None:
    first, _second = pair
    message_id = assigned(town)
    write(first, message_id, "Без связи")
    town.wire.is_cut = True
    heard: list[Changes] = []
    first.listen(heard.append)
    turn(town, first)
    assert heard == []
    first.session.sign_out()
    turn(town, first)
    assert first._core.store.drafts.newest("answer", message_id) is not None


def test_nothing_of_a_colleague_is_taken_at_a_locked_desk(town: Town, pair: tuple[Desk, Desk]) -> None:
    first, second = pair
    message_id = assigned(town)
    write(first, message_id, "Начал Исаев")
    turn(town, first)
    reassign(town, message_id)
    second.sync.run_now()
    second.handover.look_for(message_id)
    turn(town, second)
    (found,) = second.handover.drafts_of_others(message_id)
    second.session.sign_out()
    with pytest.raises(CacheTrouble):
        second.handover.take(found.draft_id)
