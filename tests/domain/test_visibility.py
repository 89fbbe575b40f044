"""Who sees a message, how much of it, and that the tags of the feed say exactly the same (P13)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from arm.domain.commands import (
    AnswerInquiry,
    Approve,
    Cause,
    Comment,
    CorrectApplicant,
    Deliver,
    Endorse,
    HandDownTo,
    Reassign,
    Recall,
    Reject,
    Warn,
    WarningChannel,
    WarningKind,
)
from arm.domain.directory import Directory
from arm.domain.identity import Grant, OrganisationId, Person, Role, UserId
from arm.domain.message import Delivery, Message, Stage
from arm.domain.naming import awaited
from arm.domain.visibility import TAG_BITS, Sight, scope_of, seen_by, shown, sight_of, tag_of, tags_of_message
from tests.domain.builders import PARKS, REGISTER, TOWN, World, actor, substitution
from tests.domain.test_decide_rows import ASK, reopened


def sight(world: World, who: str) -> Sight | None:
    person = actor(who).person
    found = sight_of(world.card, person, world.directory, world.now)
    meet = tags_of_message(world.card, world.directory) & set(scope_of(person, world.directory, world.now).tags)
    assert bool(meet) == (found is not None)
    return found


def test_a_tag_is_a_63_bit_number_that_never_changes() -> None:
    assert tag_of("control@town#*") == tag_of("control@town#*") < 2**TAG_BITS


def test_in_moderation_the_moderators_of_the_top_cabinet_see_it_and_coordinators_do_not_yet() -> None:
    world = World().moderation()
    assert sight(world, "moderator") is Sight.FULL
    assert sight(world, "region-curator") is Sight.FULL
    assert sight(world, "operator") is Sight.STATUS
    for who in ("coordinator", "region-coordinator", "executor", "manager", "curator", "nobody"):
        assert sight(world, who) is None


def test_in_coordination_the_owning_organisation_sees_all_and_those_above_follow() -> None:
    world = World().coordination()
    assert sight(world, "coordinator") is Sight.FULL
    assert sight(world, "region-coordinator") is Sight.HISTORY
    assert sight(world, "curator") is Sight.FULL
    assert sight(world, "region-curator") is Sight.FULL
    assert sight(world, "administrator") is Sight.BARE
    assert sight(world, "moderator") is Sight.STATUS
    for who in ("river-coordinator", "river-curator", "roads-coordinator", "executor", "manager"):
        assert sight(world, who) is None


def test_a_grant_for_one_category_sees_that_category_alone() -> None:
    world = World().coordination()
    assert sight(world, "culture-coordinator") is None
    world.message = replace(world.card, category="culture", subcategory="events")
    assert sight(world, "culture-coordinator") is Sight.FULL
    narrow = Person(UserId("n"), "N", "", (Grant(Role.COORDINATOR, TOWN, ("culture/events",)),))
    assert sight_of(world.card, narrow, world.directory, world.now) is Sight.FULL
    world.message = replace(world.card, subcategory="other")
    assert sight_of(world.card, narrow, world.directory, world.now) is None


def test_endorsers_and_the_approver_see_it_while_they_are_named() -> None:
    world = World().endorsement()
    for who in ("executor", "second-manager", "third-manager", "manager"):
        assert sight(world, who) is Sight.FULL
    assert sight(world, "second-executor") is None
    world.give(Reject(reason="нет даты"), "third-manager")
    assert sight(world, "second-manager") is None
    assert sight(world, "executor") is Sight.FULL


def test_a_substitute_sees_what_the_absent_one_sees_there_and_only_then() -> None:
    world = World().with_directory(substitutions=(substitution("executor", "second-executor"),)).execution()
    assert sight(world, "second-executor") is Sight.FULL
    world.now += timedelta(days=40)
    assert sight(world, "second-executor") is None


def test_whoever_loses_his_grant_or_leaves_sees_nothing_more() -> None:
    world = World().execution()
    person = actor("executor").person
    assert sight_of(world.card, replace(person, grants=()), world.directory, world.now) is None
    assert sight_of(world.card, replace(person, active=False), world.directory, world.now) is None


def test_after_a_redirect_the_curator_keeps_a_read_only_view_and_all_others_lose_it() -> None:
    world = World().redirect_approval()
    world.give(Approve(), "manager")
    assert sight(world, "curator") is Sight.HISTORY
    assert sight(world, "river-curator") is Sight.FULL
    assert sight(world, "river-coordinator") is Sight.FULL
    assert sight(world, "operator") is Sight.STATUS
    for who in ("coordinator", "manager", "second-manager", "parks-coordinator"):
        assert sight(world, who) is None


def test_after_a_hand_down_the_upper_curator_still_controls() -> None:
    world = World().coordination()
    world.give(HandDownTo(organisation=PARKS), "coordinator")
    assert sight(world, "curator") is Sight.FULL
    assert sight(world, "coordinator") is Sight.HISTORY
    assert sight(world, "parks-coordinator") is Sight.FULL


def test_a_person_named_to_stop_repeats_sees_repeats() -> None:
    assert sight(World().execution(), "stopper") is None
    assert sight(reopened(), "stopper") is Sight.FULL


def asked_town() -> World:
    world = World().execution()
    world.give(Comment(text="внутреннее"), "curator")
    world.give(ASK, "executor")
    return world


def seen(world: World, who: str) -> tuple[Message, tuple[object, ...]]:
    found = seen_by(world.card, tuple(world.timeline), actor(who).person, world.directory, world.now)
    assert found is not None
    return found[1], found[2]


def words(*values: object) -> str:
    return repr(values)


def test_an_asked_body_sees_the_question_but_neither_applicant_nor_text() -> None:
    world = asked_town()
    assert sight(world, "river-executor") is Sight.INQUIRY
    message, timeline = seen(world, "river-executor")
    text = words(message, timeline)
    assert ASK.question in text
    assert len(timeline) == 1
    for secret in ("яма", "Иванова", "+70000000001", "maria@", "внутреннее"):
        assert secret not in text


def test_an_asked_body_does_not_see_what_another_body_was_asked() -> None:
    world = asked_town()
    world.give(replace(ASK, inquiry_id="q-2", organisation=PARKS, question="Спилено ли дерево?"), "executor")
    text = words(*seen(world, "river-executor"))
    assert "Чей это участок?" in text and "Спилено" not in text


def test_status_shows_text_and_answer_without_inner_notes() -> None:
    world = World().endorsement()
    world.give(Comment(text="внутреннее"), "curator")
    message, timeline = seen(world, "moderator")
    text = words(message, timeline)
    assert message.text == REGISTER.text
    for secret in ("внутреннее", "бригада", "Яма засыпана", "second-manager"):
        assert secret not in text
    closed = World().closed()
    answer = seen(closed, "operator")[0].answer
    assert answer is not None and answer.text == "Яма засыпана 3 марта." and answer.comment == ""


def test_contacts_stay_with_the_operator_only_where_the_answer_is_brought_by_him() -> None:
    by_phone = World().closed()
    applicant = seen(by_phone, "operator")[0].applicant
    assert applicant is not None and applicant.phone == "+70000000001"
    by_himself = World()
    by_himself.give(replace(REGISTER, delivery=Delivery.CABINET), "operator")
    assert "+70000000001" not in words(*seen(by_himself, "operator"))


def left_town() -> World:
    world = World().coordination()
    world.give(Comment(text="до ухода"), "curator")
    world.give(HandDownTo(organisation=PARKS), "coordinator")
    world.give(Comment(text="после ухода"), "parks-coordinator")
    world.give(CorrectApplicant(phone="+70000000009"), "parks-coordinator")
    return world


def test_history_has_the_notes_up_to_the_leaving_and_no_personal_details() -> None:
    message, timeline = seen(left_town(), "coordinator")
    text = words(message, timeline)
    assert "до ухода" in text and message.text == REGISTER.text
    for secret in ("после ухода", "Иванова", "+70000000001", "+70000000009"):
        assert secret not in text


def test_without_the_viewers_organisations_history_has_no_notes_at_all() -> None:
    world = left_town()
    text = words(*shown(world.card, tuple(world.timeline), Sight.HISTORY))
    assert "ухода" not in text


def test_an_administrator_gets_a_row_without_content() -> None:
    world = World().endorsement()
    message, timeline = seen(world, "administrator")
    assert (message.text, message.applicant, message.answer, timeline) == ("", None, None, ())
    assert (message.executor, message.category) == (UserId("executor"), "roads")
    assert "яма" not in words(message)


@pytest.mark.parametrize("level", [Sight.HISTORY, Sight.STATUS, Sight.INQUIRY])
def test_below_full_nobody_gets_the_way_back_or_the_route(level: Sight) -> None:
    world = World().endorsement()
    message, timeline = shown(world.card, tuple(world.timeline), level)
    assert (message.last_step, message.route, message.inquiries) == (None, None, ())
    assert all(not entry.notices for entry in timeline)
    assert shown(world.card, tuple(world.timeline), Sight.FULL) == (world.card, tuple(world.timeline))


def test_an_administrator_learns_whose_decision_it_waits_for_and_nothing_of_the_answer() -> None:
    world = World().endorsement()
    world.give(Endorse(seen_hash=world.seen_hash()), "second-manager")
    message, timeline = seen(world, "administrator")
    assert message.route is not None and awaited(message) == (UserId("third-manager"),)
    assert (message.answer, message.last_step, timeline) == (None, None, ())
    assert not any(task.text_hash for task in message.route.endorsers)
    closed = World().closed()
    assert seen(closed, "administrator")[0].route is None


def test_an_organisation_that_has_vanished_hides_the_message_instead_of_failing() -> None:
    world = World().coordination()
    world.message = replace(world.card, organisation=OrganisationId("gone"))
    assert sight_of(world.card, actor("curator").person, Directory(), world.now) is Sight.HISTORY


def test_a_warning_is_the_cabinets_own_business() -> None:
    world = World().execution()
    world.now += timedelta(days=40)
    world.give(Warn(kind=WarningKind.ANSWER_OVER, channel=WarningChannel.EMAIL, note="звонил главе"), "curator")
    assert "звонил главе" not in words(*seen(world, "operator"))


def cut(world: World, who: str) -> World:
    """The world as that person's desk has it."""
    world.message = seen(world, who)[0]
    return world


def test_what_a_desk_may_see_is_enough_to_decide_the_steps_of_its_user() -> None:
    answered = cut(asked_town(), "river-executor")
    answered.give(AnswerInquiry(inquiry_id="q-1", text="Участок города"), "river-executor")
    moved = cut(World().execution(), "administrator")
    moved.give(Reassign(executor=UserId("second-executor"), cause=Cause.DISMISSAL), "administrator")
    told = cut(World().closed(), "operator")
    told.give(Deliver(reached=True, how=Delivery.PHONE), "operator")


def test_whoever_sent_it_on_may_take_it_back_though_he_sees_less_of_it() -> None:
    accepted = cut(World().coordination(), "moderator")
    assert accepted.give(Recall(), "moderator").stage is Stage.MODERATION
    handed = World().coordination()
    handed.give(HandDownTo(organisation=PARKS), "coordinator")
    text = words(cut(handed, "coordinator").card)
    assert "Иванова" not in text and "+70000000001" not in text
    assert handed.give(Recall(), "coordinator").organisation == TOWN
