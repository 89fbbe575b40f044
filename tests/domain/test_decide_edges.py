"""Steps at the edges of the table: late postponements, outside claims, contacts, notices nobody may miss."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from arm.domain.actions import actions
from arm.domain.commands import Approve, CorrectApplicant, Decline, Deliver, Endorse, Reject, Verb, Warn, WarningChannel
from arm.domain.commands import WarningKind as Warned
from arm.domain.identity import UserId
from arm.domain.message import Channel, Delivery, Kind, Stage
from arm.domain.refusals import Reason
from tests.domain.builders import ACCEPT, REGISTER, RIVER, SUBMIT, World, actor, regulation
from tests.domain.test_decide_rows import ASK, POSTPONED


def test_a_postponement_to_a_day_that_has_come_is_not_sent_but_returned() -> None:
    world = World().approval(POSTPONED)
    world.now = datetime(2026, 4, 20, 0, 0, tzinfo=UTC)
    refused = world.refusal(Approve(seen_hash=world.seen_hash()), "manager")
    assert (refused.reason, refused.field) == (Reason.DATE_IN_PAST, "postponed_until")
    assert world.give(Reject(reason="дата прошла"), "manager").stage is Stage.EXECUTION


def test_a_postponement_is_approved_up_to_the_evening_before_in_the_organisations_zone() -> None:
    world = World().approval(POSTPONED)
    world.now = datetime(2026, 4, 19, 19, 59, tzinfo=UTC)
    card = world.give(Approve(seen_hash=world.seen_hash()), "manager", after=timedelta())
    assert card.clocks.answer_due_at == datetime(2026, 4, 19, 21, 0, tzinfo=UTC)


def test_after_a_postponement_the_warnings_of_the_former_term_count_no_more() -> None:
    world = World().approval(POSTPONED)
    world.now += timedelta(days=20)
    world.give(Warn(kind=Warned.ANSWER_OVER, channel=WarningChannel.EMAIL), "curator")
    assert world.card.warnings
    assert world.give(Approve(seen_hash=world.seen_hash()), "manager").warnings == ()


def test_an_applicant_does_not_get_round_the_rules_by_claiming_another_channel() -> None:
    for channel in (Channel.PHONE, Channel.IMPORT, Channel.OPEN_SOURCE):
        refused = World().refusal(replace(REGISTER, channel=channel), "applicant")
        assert (refused.reason, refused.field) == (Reason.MISSING_FIELD, "rules_accepted_at")
    nameless = World().refusal(replace(REGISTER, channel=Channel.IMPORT, applicant=None), "applicant")
    assert nameless.field == "applicant"


def test_an_applicant_sets_no_due_date_of_his_own() -> None:
    world = World()
    form = replace(REGISTER, channel=Channel.SITE, rules_version="1", rules_accepted_at=world.now)
    card = world.give(replace(form, outer_due_at=world.now + timedelta(days=1)), "applicant")
    assert card.clocks.outer_due_at is None


def test_contacts_are_corrected_by_the_operator_who_took_them_and_not_by_the_moderator_who_passed_it_on() -> None:
    world = World().execution()
    theirs = CorrectApplicant(email="somebody@example.org")
    assert world.refusal(theirs, "moderator").reason is Reason.WRONG_ORGANISATION
    assert world.give(theirs, "operator").applicant is not None


def test_an_answer_is_told_after_it_was_given_and_once() -> None:
    world = World().closed()
    early = Deliver(reached=True, how=Delivery.PHONE, at=world.now - timedelta(days=1))
    refused = world.refusal(early, "operator")
    assert (refused.reason, refused.field) == (Reason.DATE_IN_PAST, "at")
    world.give(replace(early, at=world.now), "operator")
    assert world.refusal(early, "operator").reason is Reason.ALREADY_DECIDED


def test_endorsers_are_told_that_the_approver_edited_the_text() -> None:
    world = World().endorsement(replace(SUBMIT, endorsers=(UserId("second-manager"),)))
    world.give(Endorse(seen_hash=world.seen_hash()), "second-manager")
    world.give(Approve(seen_hash=world.seen_hash(), text="Яма засыпана и принята."), "manager")
    assert ("user:second-manager", "text_edited") in world.told


def test_endorsers_are_not_told_where_the_approver_left_the_text_as_it_was() -> None:
    world = World().endorsement(replace(SUBMIT, endorsers=(UserId("second-manager"),)))
    world.give(Endorse(seen_hash=world.seen_hash()), "second-manager")
    world.give(Approve(seen_hash=world.seen_hash()), "manager")
    assert ("user:second-manager", "text_edited") not in world.told


def test_the_asked_body_is_told_that_its_answer_is_no_longer_awaited() -> None:
    world = World().execution()
    world.give(ASK, "executor")
    world.give(SUBMIT, "executor")
    assert (f"role:coordinator@{RIVER}", "task_withdrawn") in world.told


def test_a_step_at_the_wrong_stage_is_refused_with_the_clause_of_a_step_that_is_allowed() -> None:
    world = World(regulation=regulation("krasnodar-2023")).moderation()
    world.give(ACCEPT, "moderator")
    refused = world.refusal(Approve(), "manager")
    assert (refused.reason, refused.clause) == (Reason.WRONG_STAGE, "K 11")
    early = World(regulation=regulation("krasnodar-2023")).execution()
    assert early.refusal(Decline(reason="court", text="Суд"), "coordinator").clause == "K 9, 12"
    assert early.refusal(Decline(reason="court", text="Суд"), "moderator").clause == "K 12"


def test_the_bar_names_the_clause_of_ones_own_step() -> None:
    world = World().approval()
    bar = {one.verb: one for one in actions(world.card, actor("coordinator"), world.setting())}
    for verb, clause in ((Verb.REASSIGN, "Демо 3.4 г"), (Verb.DECLINE, "Демо 3.3 з, 5.1")):
        refused = bar[verb].why_not
        assert refused is not None and refused.clause == clause


def test_a_message_is_of_the_kind_its_regulation_speaks_of() -> None:
    assert World(regulation=regulation("astrakhan-2021")).moderation().card.kind is Kind.APPEAL
    assert World().moderation().card.kind is Kind.MESSAGE
    assert World().give(replace(REGISTER, kind=Kind.APPEAL), "operator").kind is Kind.APPEAL
