"""The ways a message goes: routing, rework, parallel endorsers, edits, redirects, postponement, marks, recall."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from arm.domain.commands import (
    Accept,
    AnswerInquiry,
    Approve,
    Assign,
    Cause,
    Comment,
    Decline,
    Endorse,
    HandDownTo,
    HandUp,
    PassOn,
    Rate,
    Recall,
    RedirectTo,
    Register,
    Reject,
    Start,
    StopReconsideration,
    Take,
)
from arm.domain.decide import decide
from arm.domain.events import NoticeKind
from arm.domain.identity import MessageId, UserId
from arm.domain.message import Channel, Closed, HandDown, Result, Stage, Subject, text_hash
from arm.domain.refusals import Reason, Refused
from arm.domain.routing import RoutingRule
from tests.domain.builders import (
    ACCEPT,
    M1,
    PARKS,
    REDIRECT,
    REGION,
    RIVER,
    ROADS,
    SUBMIT,
    TOWN,
    World,
    actor,
    regulation,
    substitution,
)
from tests.domain.test_decide_rows import ASK, PARTS, POSTPONED, asked, reopened

RULE = RoutingRule(rule_id="r-1", owner=TOWN, organisation=ROADS, category="roads", executor=UserId("roads-executor"))


def edited(world: World, text: str, who: str) -> None:
    world.give(Endorse(seen_hash=world.seen_hash(), text=text), who)


def test_a_routing_rule_hands_down_at_once_and_only_proposes_its_executor() -> None:
    world = World().with_directory(rules=(RULE,)).moderation()
    card = world.give(ACCEPT, "moderator")
    assert (card.organisation, card.executor, card.proposed_executor) == (ROADS, None, UserId("roads-executor"))
    assert card.visited == (TOWN, ROADS)
    assert card.handed_down == (HandDown(sender=TOWN, receiver=ROADS, by_rule=True),)
    assert world.give(HandUp(reason="не наше"), "roads-coordinator").organisation == TOWN


def test_a_rule_that_points_outside_the_subtree_is_not_followed() -> None:
    world = World().with_directory(rules=(replace(RULE, organisation=RIVER),)).moderation()
    assert world.give(ACCEPT, "moderator").organisation == TOWN


def test_hand_downs_are_unwound_one_by_one() -> None:
    world = World().moderation()
    world.give(replace(ACCEPT, organisation=REGION), "moderator")
    world.give(HandDownTo(organisation=TOWN), "region-coordinator")
    world.give(HandDownTo(organisation=PARKS), "coordinator")
    assert world.give(HandUp(reason="не парк"), "parks-coordinator").organisation == TOWN
    assert world.give(HandUp(reason="не город"), "coordinator").organisation == REGION
    assert world.refusal(HandUp(reason="?"), "region-coordinator").reason is Reason.NOBODY_HANDED_DOWN
    assert world.card.visited == (REGION, TOWN, PARKS)


def test_a_redirect_ends_the_way_back() -> None:
    world = World().moderation()
    world.give(replace(ACCEPT, organisation=REGION), "moderator")
    world.give(HandDownTo(organisation=TOWN), "region-coordinator")
    world.give(replace(REDIRECT, endorsers=()), "coordinator")
    card = world.give(Approve(), "manager")
    assert (card.organisation, card.handed_down, card.route, card.redirect) == (RIVER, (), None, None)
    assert card.subject is Subject.MESSAGE
    assert card.regulation == "demo-2026@1"


def test_two_endorsers_decide_in_parallel_and_the_last_one_sends_it_on() -> None:
    world = World().endorsement()
    world.give(Endorse(seen_hash=world.seen_hash()), "third-manager")
    assert world.card.stage is Stage.ENDORSEMENT
    world.give(Endorse(seen_hash=world.seen_hash()), "second-manager")
    assert world.card.stage is Stage.APPROVAL
    assert world.told == [("user:manager", "task")]


def test_an_edit_leaves_earlier_endorsements_standing_and_tells_those_endorsers() -> None:
    world = World().endorsement()
    first = world.seen_hash()
    world.give(Endorse(seen_hash=first), "third-manager")
    edited(world, "Яма засыпана 3 марта, принято комиссией.", "second-manager")
    answer, route = world.card.answer, world.card.route
    assert answer is not None and route is not None
    assert answer.text_before_edit == SUBMIT.text
    assert answer.edited_by == "Second Manager"
    assert {t.user_id: t.text_hash for t in route.endorsers} == {
        UserId("third-manager"): first,
        UserId("second-manager"): text_hash(answer.text),
    }
    assert ("user:third-manager", NoticeKind.TEXT_EDITED) in world.told
    assert world.card.stage is Stage.APPROVAL


def test_whoever_saw_the_text_before_an_edit_must_look_again() -> None:
    world = World().endorsement()
    before = world.seen_hash()
    edited(world, "Другой текст", "second-manager")
    assert world.refusal(Endorse(seen_hash=before), "third-manager").reason is Reason.TEXT_CHANGED


def test_rework_voids_all_endorsements_and_keeps_the_names_for_the_next_time() -> None:
    world = World().endorsement()
    world.give(Endorse(seen_hash=world.seen_hash()), "second-manager")
    card = world.give(Reject(reason="нет даты"), "third-manager")
    assert (card.stage, card.executor, card.route, card.is_rework) == (
        Stage.EXECUTION,
        UserId("executor"),
        None,
        True,
    )
    assert card.last_route is not None and len(card.last_route.endorsers) == 2
    assert (card.return_reason, card.returned_by) == ("нет даты", "Third Manager")
    card = world.give(SUBMIT, "executor")
    assert card.route is not None and all(t.endorsed_at is None for t in card.route.endorsers)


def test_a_rejection_takes_the_others_tasks_away() -> None:
    world = World().endorsement()
    world.give(Reject(reason="нет даты"), "third-manager")
    assert ("user:second-manager", NoticeKind.TASK_WITHDRAWN) in world.told
    assert ("user:executor", NoticeKind.RETURNED) in world.told


def test_the_approver_edits_and_the_answer_is_his_last_word() -> None:
    world = World().approval()
    card = world.give(Approve(seen_hash=world.seen_hash(), text="Исправлено 3 марта."), "manager")
    assert card.answer is not None
    assert (card.answer.text, card.answer.approved_by) == ("Исправлено 3 марта.", UserId("manager"))
    assert (card.closed_as, card.closed_at) == (Closed.ANSWERED, world.now)


def test_a_coordinator_answers_by_taking_it_and_somebody_else_approves() -> None:
    world = World().coordination()
    card = world.give(Take(), "coordinator")
    assert (card.executor, card.in_work) == (UserId("coordinator"), True)
    assert world.give(replace(SUBMIT, endorsers=()), "coordinator").stage is Stage.APPROVAL
    assert world.refusal(Approve(seen_hash=world.seen_hash()), "coordinator").reason is not Reason.SWITCHED_OFF


def test_one_manager_alone_may_approve_only_where_the_administrator_allowed_it() -> None:
    people = dict(World().directory.people)
    both = people[UserId("manager")]
    grants = (*both.grants, *people[UserId("executor")].grants)
    people[both.user_id] = replace(both, grants=grants)
    own = replace(SUBMIT, endorsers=())

    def decided(world: World) -> object:
        world.coordination().give(Assign(executor=both.user_id), "coordinator")
        person = replace(actor("manager"), person=people[both.user_id])
        return decide(M1, world.message, own, person, world.setting())

    refused = decided(World().with_directory(people=people))
    assert isinstance(refused, Refused) and refused.reason is Reason.APPROVES_OWN_ANSWER
    lax = World().with_directory(people=people, single_approvers=frozenset({TOWN}))
    assert not isinstance(decided(lax), Refused)


def test_a_substitute_endorses_for_the_absent_one_and_the_timeline_says_for_whom() -> None:
    world = World().with_directory(substitutions=(substitution("second-manager", "roads-manager"),)).endorsement()
    world.give(Endorse(seen_hash=world.seen_hash()), "roads-manager")
    who = world.timeline[-1].actor
    assert (who.user_id, who.standing_in_for, who.standing_in_for_name) == (
        UserId("roads-manager"),
        UserId("second-manager"),
        "Second Manager",
    )


def test_a_substitute_must_be_entitled_himself() -> None:
    world = World().with_directory(substitutions=(substitution("second-manager", "culture-manager"),)).endorsement()
    refused = world.refusal(Endorse(seen_hash=world.seen_hash()), "culture-manager")
    assert refused.reason is Reason.NOT_ENTITLED


def test_an_executors_substitute_works_on_it_in_his_name() -> None:
    world = World().with_directory(substitutions=(substitution("executor", "second-executor"),)).execution()
    card = world.give(Start(), "second-executor")
    assert (card.executor, card.in_work) == (UserId("executor"), True)
    assert world.timeline[-1].actor.standing_in_for == UserId("executor")


def test_passing_on_puts_the_other_in_the_place() -> None:
    world = World().approval()
    card = world.give(PassOn(to=UserId("roads-manager"), cause=Cause.ILLNESS), "manager")
    assert card.route is not None and card.route.approver == UserId("roads-manager")
    assert world.refusal(Approve(seen_hash=world.seen_hash()), "manager").reason is Reason.NOT_THE_APPROVER
    world.give(Approve(seen_hash=world.seen_hash()), "roads-manager")


def test_a_postponed_answer_is_sent_and_the_work_goes_on_until_the_date() -> None:
    world = World().approval(POSTPONED)
    due = world.card.clocks.answer_due_at
    card = world.give(Approve(seen_hash=world.seen_hash()), "manager")
    assert (card.stage, card.in_work, card.postponed_times) == (Stage.EXECUTION, True, 1)
    assert card.answer is None and len(card.earlier_answers) == 1
    assert card.clocks.answer_due_at != due
    assert card.clocks.answer_due_at == datetime(2026, 4, 19, 21, 0, tzinfo=UTC)
    assert ("applicant", NoticeKind.POSTPONED) in world.told
    world.give(replace(SUBMIT, endorsers=()), "executor")
    done = world.give(Approve(seen_hash=world.seen_hash()), "manager")
    assert (done.closed_as, done.postponed_until) == (Closed.ANSWERED, None)


def test_an_inquiry_is_closed_with_the_answer_that_did_not_wait_for_it() -> None:
    world = asked()
    card = world.give(replace(SUBMIT, endorsers=()), "executor")
    assert [i.closed_unanswered for i in card.inquiries] == [True]
    late = world.refusal(AnswerInquiry(inquiry_id="q-1", text="поздно"), "river-coordinator")
    assert late.reason is Reason.ALREADY_DECIDED


def test_an_answered_inquiry_lies_beside_the_message() -> None:
    world = asked()
    card = world.give(AnswerInquiry(inquiry_id="q-1", text="Участок города"), "river-coordinator")
    assert (card.inquiries[0].answer, card.inquiries[0].is_open) == ("Участок города", False)
    assert world.told == [("user:executor", "inquiry_answered")]
    assert world.refusal(ASK, "executor").reason is Reason.ALREADY_DECIDED


def test_parts_keep_the_registration_moment_and_the_applicant_is_told_all_numbers() -> None:
    world = World().moderation()
    events = world.ask(PARTS, "moderator")
    assert not isinstance(events, Refused)
    whole, *born = events
    assert whole.stage_to is Stage.CLOSED
    assert whole.notices[0].params["numbers"] == "4812, 4813"
    assert [e.message_id for e in born] == ["m-2", "m-3"]
    parts = [e.born for e in born]
    for part in parts:
        assert part is not None
        assert part.registered_at == world.card.registered_at
        assert part.clocks == world.card.clocks
        assert M1 in part.linked and part.stage is Stage.MODERATION
    assert parts[1] is not None and (parts[1].text, parts[1].category) == ("фонарь", "lighting")
    world.give(PARTS, "moderator")
    assert world.card.linked == (MessageId("m-2"), MessageId("m-3"))
    assert world.card.closed_as is Closed.SPLIT


def test_a_low_mark_reopens_at_the_nearest_superior_with_the_old_result_kept() -> None:
    card = reopened().card
    assert (card.stage, card.organisation, card.is_repeat) == (Stage.COORDINATION, REGION, True)
    assert [a.result for a in card.earlier_answers] == [Result.SOLVED]
    assert card.answer is None and card.closed_as is None and card.clocks.stopped_at is None
    assert card.clocks.answer_due_at == card.marks[-1].at + timedelta(days=10)


def test_a_top_organisations_own_answer_comes_back_to_itself() -> None:
    world = World().moderation()
    world.give(replace(ACCEPT, organisation=REGION), "moderator")
    world.give(Decline(reason="court", text="Спор решает суд"), "region-coordinator")
    assert world.give(Rate(mark=1), "applicant").organisation == REGION


def test_moderations_decline_cannot_be_rated() -> None:
    world = World().moderation()
    world.give(Decline(reason="rude"), "moderator")
    assert world.refusal(Rate(mark=1), "applicant").reason is Reason.CANNOT_BE_RATED


def test_a_second_answer_gets_a_mark_of_its_own_and_a_stopped_repeat_none() -> None:
    world = reopened()
    world.give(Decline(reason="answered-before", text="Ответ дан"), "region-coordinator")
    world.give(Rate(mark=1), "applicant")
    card = world.give(StopReconsideration(ground="pointless"), "stopper")
    assert (card.closed_as, len(card.earlier_answers), card.answer) == (Closed.STOPPED, 2, None)
    assert world.refusal(Rate(mark=1), "applicant").reason is Reason.CANNOT_BE_RATED


def test_recall_puts_everything_back_and_takes_the_task_away() -> None:
    world = World().coordination()
    before = world.card
    world.give(Assign(executor=UserId("executor")), "coordinator")
    world.give(Comment(text="передумала"), "curator")
    card = world.give(Recall(), "coordinator")
    assert replace(card, last_step=None) == replace(before, last_step=None)
    assert world.told == [("user:executor", "task_withdrawn")]
    assert world.refusal(Recall(), "coordinator").reason is Reason.NOTHING_TO_RECALL


def test_nothing_is_recalled_once_somebody_acted_on_it() -> None:
    world = World().execution()
    world.give(Start(), "executor")
    assert world.refusal(Recall(), "coordinator").reason is Reason.NOTHING_TO_RECALL


def test_days_of_the_answering_organisation_count_in_its_own_zone() -> None:
    tynda = World(regulation=regulation("tynda-2022")).moderation()
    card = tynda.give(Accept(category="culture", subcategory="events", organisation=RIVER), "moderator")
    assert card.clocks.answer_due_at == datetime(2026, 4, 1, 12, 0, tzinfo=UTC)


def test_a_redirect_at_once_needs_nobody_where_the_act_says_so() -> None:
    world = World(regulation=regulation("krasnodar-2023")).coordination()
    card = world.give(RedirectTo(organisation=RIVER), "coordinator")
    assert (card.organisation, world.timeline[-1].clause) == (RIVER, "K 9")


def test_an_import_keeps_its_moment_and_its_outer_date() -> None:
    world = World()
    received = world.now - timedelta(days=3)
    outer = world.now + timedelta(days=2)
    card = world.give(
        Register(text="текст", channel=Channel.IMPORT, received_at=received, outer_due_at=outer, organisation=TOWN),
        "system",
    )
    assert (card.registered_at, card.clocks.lead_due_at) == (received, outer)
    assert (card.top, card.proposed_organisation, card.organisation) == (REGION, TOWN, None)


def test_the_answer_belongs_to_its_signer_and_the_comment_stays_inside() -> None:
    answer = World().endorsement().card.answer
    assert answer is not None
    assert (answer.author_name, answer.author_position) == (SUBMIT.signer_name, SUBMIT.signer_position)
    assert answer.comment == SUBMIT.comment
