"""What a desk reads: entering, leaving, nothing foreign, pages, rights that change, histories that fork."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from arm import wire
from arm.central import admin, feed
from arm.central.admin import AdminTrouble
from arm.central.central import Central
from arm.central.problems import Trouble
from arm.central.security import noted
from arm.domain.commands import Accept, Cause, Comment, CorrectApplicant, Reassign
from arm.domain.identity import Grant, Role, Substitution, UserId
from arm.domain.organisations import Organisation
from tests.central.region import (
    APPLICANT,
    CITY,
    REGION,
    TOWN,
    WORKS,
    HandClock,
    accepted,
    assigned,
    desk,
    done,
    registered,
    topic,
)


def test_a_new_message_comes_with_its_whole_card(central: Central) -> None:
    moderator = desk(central, "moderator")
    moderator.reconcile()
    message_id = registered(central)
    page = moderator.pull()
    card = page.items[0].card
    assert card is not None
    assert (card.message_id, card.sight, card.state["applicant"]["name"]) == (message_id, "full", APPLICANT.name)
    assert [one["verb"] for one in card.timeline] == ["register"]
    assert wire.message_from(card.state) == central.message(message_id)
    whole = central.timeline(message_id)
    assert tuple(map(wire.event_from, card.timeline)) == tuple(replace(one, born=None) for one in whole)


def test_who_leaves_a_message_is_told_to_forget_it(central: Central) -> None:
    message_id = assigned(central)
    executor = desk(central, "executor")
    executor.reconcile()
    done(
        central,
        "coordinator",
        message_id,
        Reassign(executor=UserId("second"), cause=Cause.VACATION, reason="Отпуск"),
    )
    page = executor.pull()
    assert page.items == [wire.Item(message_id=message_id, card=None)]
    assert executor.reconcile().rows == []


def test_a_stranger_sees_nothing_at_all(central: Central) -> None:
    stranger = desk(central, "stranger")
    stranger.reconcile()
    message_id = assigned(central)
    assert stranger.pull().items == []
    assert stranger.reconcile().rows == []
    assert stranger.card(message_id) is None


def test_an_operator_keeps_the_status_without_the_applicants_colleagues_notes(central: Central) -> None:
    message_id = assigned(central)
    done(central, "executor", message_id, Comment(text="Только для своих"))
    card = desk(central, "operator").card(message_id)
    assert card is not None
    assert card.sight == "status"
    assert "Только для своих" not in wire.to_json(card).decode()


def test_the_manifest_lists_what_can_be_fetched(central: Central) -> None:
    ids = [accepted(central) for _ in range(3)]
    coordinator = desk(central, "coordinator")
    manifest = coordinator.reconcile()
    assert [row.message_id for row in manifest.rows] == ids, "a first sync adds rows in the order of registration"
    fetched = central.handle_fetch(coordinator.who, wire.FetchRequest(message_ids=ids)).cards
    assert {(c.message_id, c.rev, c.sight) for c in fetched} == {(r.message_id, r.rev, r.sight) for r in manifest.rows}


def test_pages_are_bounded_and_lead_to_the_head(central: Central) -> None:
    moderator = desk(central, "moderator")
    moderator.reconcile()
    ids = [registered(central) for _ in range(5)]
    first, second, third = moderator.pull(2), moderator.pull(2), moderator.pull(2)
    assert [len(page.items) for page in (first, second, third)] == [2, 2, 1]
    assert [page.more for page in (first, second, third)] == [True, True, False]
    assert [i.message_id for page in (first, second, third) for i in page.items] == ids
    assert second.from_cursor == first.to_cursor


def test_a_page_of_heavy_cards_is_cut_before_four_megabytes(central: Central, monkeypatch: pytest.MonkeyPatch) -> None:
    moderator = desk(central, "moderator")
    moderator.reconcile()
    for _ in range(4):
        registered(central, "Очень длинное письмо. " * 800)
    monkeypatch.setattr(feed, "MAX_PAGE_BYTES", 200_000)
    pages = [moderator.pull()]
    while pages[-1].more:
        pages.append(moderator.pull())
    assert len(pages) > 1
    assert sum(len(page.items) for page in pages) == 4
    assert all(len(wire.to_json(page)) < 250_000 for page in pages)


def test_an_idle_users_cursor_moves_too(central: Central) -> None:
    stranger = desk(central, "stranger")
    before = stranger.reconcile().cursor
    accepted(central)
    assert stranger.pull().to_cursor != before
    assert stranger.pull().head == central.head()


def test_new_rights_ask_for_a_reconciliation(central: Central) -> None:
    message_id = accepted(central)
    stranger = desk(central, "stranger")
    stranger.reconcile()
    admin.set_grants(central.store, UserId("stranger"), [Grant(Role.COORDINATOR, CITY)])
    page = stranger.pull()
    assert (page.rescope, page.items, page.to_cursor) == (True, [], page.from_cursor)
    assert [row.message_id for row in stranger.reconcile().rows] == [message_id]
    assert stranger.pull().rescope is False


def test_a_substitution_opens_and_closes_with_its_days(central: Central, clock: HandClock) -> None:
    message_id = assigned(central)
    second = desk(central, "second")
    admin.add_substitution(
        central.store,
        Substitution(UserId("executor"), UserId("second"), CITY, date(2026, 11, 24), date(2026, 11, 25)),
    )
    assert second.reconcile().rows == []
    clock.moment = clock.moment.replace(day=25)
    assert second.pull().rescope
    assert [row.message_id for row in second.reconcile().rows] == [message_id]
    clock.moment = clock.moment.replace(day=27)
    assert second.pull().rescope
    assert second.card(message_id) is None


@pytest.mark.parametrize("substitute", ["coordinator", "stranger", "curator"])
def test_nobody_stands_in_for_one_whose_role_he_has_not(central: Central, substitute: str) -> None:
    one = Substitution(UserId("executor"), UserId(substitute), CITY, date(2026, 11, 24), date(2026, 11, 25))
    with pytest.raises(AdminTrouble) as refused:
        admin.add_substitution(central.store, one)
    assert (refused.value.reason, refused.value.detail) == ("no_shared_role", substitute)
    assert central.directory().substitutions == ()


def test_a_changed_tree_changes_everybodys_scope(central: Central) -> None:
    curator = desk(central, "curator")
    curator.reconcile()
    admin.add_organisation(central.store, Organisation(WORKS, "Горхоз", REGION))
    assert curator.pull().rescope


@pytest.mark.parametrize("cursor", ["", "rubbish", "AQ", "я", "A" * 500])
def test_a_cursor_of_no_use_asks_for_a_reconciliation(central: Central, cursor: str) -> None:
    moderator = desk(central, "moderator")
    moderator.cursor = cursor
    assert moderator.pull().rescope


def test_a_cursor_serves_its_own_device_alone(central: Central) -> None:
    one, other = desk(central, "moderator"), desk(central, "moderator")
    other.cursor = one.reconcile().cursor
    assert other.pull().rescope
    assert not one.pull().rescope


def test_a_cursor_of_another_history_is_noted_as_a_fork(central: Central) -> None:
    registered(central)
    moderator = desk(central, "moderator")
    moderator.reconcile()
    with central.store.snapshot() as (_, reference):
        key = reference.seal_key
    known = feed.unseal(moderator.cursor, key, moderator.who.device_id)
    assert known is not None
    for other in (replace(known, hash8=b"01234567"), replace(known, head=known.head + 7)):
        moderator.cursor = feed.seal(other, key, moderator.who.device_id)
        assert moderator.pull().rescope
    assert len(noted(central.store, "history_fork")) == 2


def test_a_corrected_applicant_is_what_stands_and_the_past_stays(central: Central) -> None:
    message_id = accepted(central)
    done(central, "coordinator", message_id, CorrectApplicant(phone="+7 900 000-00-02"))
    card = desk(central, "coordinator").card(message_id)
    assert card is not None
    assert card.state["applicant"]["phone"] == "+7 900 000-00-02"
    assert [one["verb"] for one in card.timeline] == ["register", "accept", "correct_applicant"]


def test_the_directory_holds_the_regulation_that_a_desk_needs(central: Central) -> None:
    found = central.handle_directory(desk(central, "executor").who)
    assert found.organisation_regulation == {REGION: "demo-2026@1"}
    assert found.regulations["demo-2026@1"].strip()
    assert found.me == "executor"
    assert wire.from_json(wire.to_json(found), wire.DirectoryAnswer) == found


def test_a_dismissed_user_reads_nothing(central: Central) -> None:
    executor = desk(central, "executor")
    admin.set_active(central.store, UserId("executor"), False)
    with pytest.raises(Trouble, match="unauthorised"):
        executor.pull()
    with pytest.raises(Trouble, match="unauthorised"):
        executor.reconcile()


def test_a_message_that_moves_between_towns_moves_between_desks(central: Central) -> None:
    stranger = desk(central, "stranger")
    stranger.reconcile()
    message_id = registered(central)
    category, subcategory = topic(central)
    done(central, "moderator", message_id, Accept(category=category, subcategory=subcategory, organisation=TOWN))
    assert [item.message_id for item in stranger.pull().items] == [message_id]
    assert desk(central, "coordinator").card(message_id) is None
