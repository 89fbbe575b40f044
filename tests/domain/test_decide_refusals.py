"""What the process turns down: each with its reason, the field at fault and the clause; nothing changes."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import pytest

from arm.domain.commands import (
    AnswerInquiry,
    Approve,
    Assign,
    Cause,
    ChangeOrganisation,
    Command,
    Comment,
    CorrectApplicant,
    Decline,
    Deliver,
    Endorse,
    HandDownTo,
    HandUp,
    PassOn,
    Rate,
    Reassign,
    Recall,
    Reclassify,
    Reject,
    SendBack,
    Split,
    SplitPart,
    Start,
    StopReconsideration,
    Take,
    Warn,
    WarningChannel,
    WarningKind,
)
from arm.domain.identity import MessageId, OrganisationId, UserId
from arm.domain.message import Channel, Delivery, Result
from arm.domain.refusals import Reason
from tests.domain.builders import (
    ACCEPT,
    APPLICANT_DATA,
    ASSIGN,
    COURT,
    PAPER,
    REDIRECT,
    REGISTER,
    RIVER,
    ROADS,
    SUBMIT,
    TOWN,
    World,
    a_file,
    regulation,
)
from tests.domain.test_decide_rows import ASK, POSTPONED, asked, handed_down, late, reopened


def moderation() -> World:
    return World().moderation()


def coordination() -> World:
    return World().coordination()


def execution() -> World:
    return World().execution()


def endorsement() -> World:
    return World().endorsement()


def approval() -> World:
    return World().approval()


def closed() -> World:
    return World().closed()


def in_work() -> World:
    world = World().execution()
    world.give(Start(), "executor")
    return world


def endorsed_once() -> World:
    world = World().endorsement()
    world.give(Endorse(seen_hash=world.seen_hash()), "second-manager")
    return world


def rated() -> World:
    world = World().closed()
    world.give(Rate(mark=5), "applicant")
    return world


def delivered() -> World:
    world = World().closed()
    world.give(Deliver(reached=True, how=Delivery.PHONE), "operator")
    return world


def known(command: Endorse | Approve) -> Callable[[World], Command]:
    return lambda world: replace(command, seen_hash=world.seen_hash())


@dataclass(frozen=True)
class No:
    """One refused step: the row whose clause is printed, and the field at fault."""

    reason: Reason
    row: str
    world: Callable[[], World]
    command: Command | Callable[[World], Command]
    who: str
    field: str = ""


U = UserId
PART = SplitPart(message_id=MessageId("m-2"), text="яма")
DECLINED = replace(SUBMIT, result=Result.DECLINED, endorsers=())
REFUSALS = (
    No(Reason.ALREADY_REGISTERED, "1", moderation, REGISTER, "operator"),
    No(Reason.WRONG_ROLE, "1", World, REGISTER, "executor"),
    No(Reason.MISSING_FIELD, "1", World, replace(REGISTER, text="  "), "operator", "text"),
    No(Reason.MISSING_FIELD, "1", World, replace(REGISTER, applicant=None), "operator", "applicant"),
    No(Reason.MISSING_FIELD, "1", World, replace(REGISTER, channel=Channel.SITE), "applicant", "rules_accepted_at"),
    No(Reason.FIELD_TOO_LONG, "1", World, replace(REGISTER, text="я" * 20_001), "operator", "text"),
    No(Reason.FIELD_TOO_LONG, "1", World, replace(REGISTER, address="я" * 501), "operator", "address"),
    No(Reason.FIELD_NOT_TEXT, "1", World, replace(REGISTER, text="яма\0"), "operator", "text"),
    No(Reason.FIELD_NOT_TEXT, "1", World, replace(REGISTER, text="яма\ud800"), "operator", "text"),
    No(
        Reason.FIELD_TOO_LONG,
        "1",
        World,
        replace(REGISTER, applicant=replace(APPLICANT_DATA, name="я" * 501)),
        "operator",
        "applicant",
    ),
    No(Reason.FILE_NOT_ACCEPTED, "1", World, replace(REGISTER, files=(a_file(" "),)), "operator", "files"),
    No(Reason.UNKNOWN_CATEGORY, "1", World, replace(REGISTER, category="ufo"), "operator", "category"),
    No(Reason.WRONG_STAGE, "2", coordination, ACCEPT, "moderator"),
    No(Reason.WRONG_ROLE, "2", moderation, ACCEPT, "coordinator"),
    No(Reason.MISSING_FIELD, "2", moderation, replace(ACCEPT, subcategory=""), "moderator", "subcategory"),
    No(Reason.UNKNOWN_CATEGORY, "2", moderation, replace(ACCEPT, category="ufo"), "moderator", "category"),
    No(Reason.UNKNOWN_CATEGORY, "2", moderation, replace(ACCEPT, subcategory="ufo"), "moderator", "subcategory"),
    No(
        Reason.UNKNOWN_ORGANISATION,
        "2",
        moderation,
        replace(ACCEPT, organisation=OrganisationId("moon")),
        "moderator",
        "organisation",
    ),
    No(
        Reason.ORGANISATION_NOT_CONNECTED,
        "2",
        moderation,
        replace(ACCEPT, organisation=PAPER),
        "moderator",
        "organisation",
    ),
    No(Reason.REASON_NOT_LISTED, "3", moderation, Decline(reason="скучно"), "moderator", "reason"),
    No(Reason.MISSING_FIELD, "3", moderation, Decline(), "moderator", "reason"),
    No(Reason.MISSING_FIELD, "3", moderation, Decline(reason="not-connected"), "moderator", "text"),
    No(Reason.TOO_FEW_PARTS, "3a", moderation, Split(parts=(PART,)), "moderator", "parts"),
    No(Reason.TOO_FEW_PARTS, "3a", moderation, Split(parts=(PART, PART)), "moderator", "parts"),
    No(
        Reason.MISSING_FIELD,
        "3a",
        moderation,
        Split(parts=(PART, SplitPart(message_id=MessageId("m-3"), text=" "))),
        "moderator",
        "parts",
    ),
    No(Reason.CATEGORY_EMPTY, "4", moderation, ChangeOrganisation(organisation=TOWN), "moderator"),
    No(
        Reason.NOTHING_CHANGED,
        "5b",
        coordination,
        Reclassify(category="roads", subcategory="potholes"),
        "coordinator",
        "category",
    ),
    No(Reason.NOT_ENTITLED, "6", coordination, ASSIGN, "culture-coordinator"),
    No(Reason.WRONG_ORGANISATION, "6", coordination, ASSIGN, "river-coordinator"),
    No(Reason.WRONG_ROLE, "6", coordination, ASSIGN, "executor"),
    No(Reason.UNKNOWN_PERSON, "6", coordination, Assign(executor=U("ghost")), "coordinator", "executor"),
    No(Reason.NOT_EXECUTOR_THERE, "6", coordination, Assign(executor=U("manager")), "coordinator", "executor"),
    No(Reason.MISSING_FIELD, "6", coordination, Assign(), "coordinator", "executor"),
    No(Reason.WRONG_STAGE, "6", execution, ASSIGN, "coordinator"),
    No(Reason.CLOSED, "7", closed, Take(), "coordinator"),
    No(Reason.NOT_SUBORDINATE, "8", coordination, HandDownTo(organisation=RIVER), "coordinator", "organisation"),
    No(Reason.SAME_ORGANISATION, "8", coordination, HandDownTo(organisation=TOWN), "coordinator", "organisation"),
    No(Reason.IS_SUBORDINATE, "9", coordination, replace(REDIRECT, organisation=ROADS), "coordinator", "organisation"),
    No(
        Reason.SAME_ORGANISATION, "9", coordination, replace(REDIRECT, organisation=TOWN), "coordinator", "organisation"
    ),
    No(Reason.NOT_NAMEABLE, "9", coordination, replace(REDIRECT, approver=U("executor")), "coordinator", "approver"),
    No(Reason.MISSING_FIELD, "9", coordination, replace(REDIRECT, approver=None), "coordinator", "approver"),
    No(Reason.NOBODY_HANDED_DOWN, "10", coordination, HandUp(reason="не наше"), "coordinator"),
    No(Reason.MISSING_FIELD, "10", handed_down, HandUp(), "roads-coordinator", "reason"),
    No(Reason.REASON_NOT_LISTED, "11", coordination, Decline(reason="x", text="y"), "coordinator", "reason"),
    No(Reason.MISSING_FIELD, "11", coordination, Decline(reason="rude"), "coordinator", "text"),
    No(Reason.NOTHING_CHANGED, "12", in_work, Start(), "executor"),
    No(Reason.NOT_THE_EXECUTOR, "12", execution, Start(), "second-executor"),
    No(Reason.NOT_THE_EXECUTOR, "13", execution, SendBack(reason="?"), "second-executor"),
    No(Reason.MISSING_FIELD, "13", execution, SendBack(reason=" "), "executor", "reason"),
    No(Reason.SAME_PERSON, "14", execution, Reassign(executor=U("executor"), reason="x"), "executor", "executor"),
    No(Reason.MISSING_FIELD, "14", execution, Reassign(executor=U("second-executor")), "executor", "reason"),
    No(
        Reason.WRONG_ROLE,
        "14a",
        execution,
        Reassign(executor=U("second-executor"), cause=Cause.ILLNESS),
        "administrator",
        "cause",
    ),
    No(Reason.BODY_CANNOT_BE_ASKED, "15", execution, replace(ASK, organisation=COURT), "executor", "organisation"),
    No(Reason.SAME_ORGANISATION, "15", execution, replace(ASK, organisation=TOWN), "executor", "organisation"),
    No(
        Reason.ORGANISATION_NOT_CONNECTED, "15", execution, replace(ASK, organisation=PAPER), "executor", "organisation"
    ),
    No(Reason.MISSING_FIELD, "15", execution, replace(ASK, question=""), "executor", "question"),
    No(
        Reason.UNKNOWN_INQUIRY,
        "15a",
        execution,
        AnswerInquiry(inquiry_id="q-9", text="x"),
        "river-executor",
        "inquiry_id",
    ),
    No(Reason.WRONG_ORGANISATION, "15a", asked, AnswerInquiry(inquiry_id="q-1", text="x"), "roads-executor"),
    No(Reason.MISSING_FIELD, "15a", asked, AnswerInquiry(inquiry_id="q-1"), "river-executor", "text"),
    No(Reason.NOT_THE_EXECUTOR, "16", execution, SUBMIT, "coordinator"),
    No(Reason.WRONG_STAGE, "16", coordination, SUBMIT, "coordinator"),
    No(Reason.MISSING_FIELD, "16", execution, replace(SUBMIT, text=""), "executor", "text"),
    No(Reason.MISSING_FIELD, "16", execution, replace(SUBMIT, result=None), "executor", "result"),
    No(Reason.MISSING_FIELD, "16", execution, replace(SUBMIT, signer_name=""), "executor", "signer_name"),
    No(Reason.MISSING_FIELD, "16", execution, replace(POSTPONED, postponed_until=None), "executor", "postponed_until"),
    No(Reason.MISSING_FIELD, "16", execution, DECLINED, "executor", "decline_reason"),
    No(Reason.REASON_NOT_LISTED, "16", execution, replace(DECLINED, decline_reason="x"), "executor", "decline_reason"),
    No(
        Reason.DATE_IN_PAST,
        "16",
        execution,
        replace(POSTPONED, postponed_until=date(2026, 3, 2)),
        "executor",
        "postponed_until",
    ),
    No(
        Reason.POSTPONED_TOO_FAR,
        "16",
        execution,
        replace(POSTPONED, postponed_until=date(2027, 3, 2)),
        "executor",
        "postponed_until",
    ),
    No(
        Reason.APPROVES_OWN_ANSWER,
        "16",
        execution,
        replace(SUBMIT, endorsers=(U("manager"),)),
        "executor",
        "approver",
    ),
    No(Reason.NOT_ENTITLED, "16", execution, replace(SUBMIT, approver=U("culture-manager")), "executor", "approver"),
    No(
        Reason.NOT_ENTITLED,
        "16",
        execution,
        replace(SUBMIT, endorsers=(U("culture-manager"),)),
        "executor",
        "endorsers",
    ),
    No(Reason.NOT_NAMEABLE, "16", execution, replace(SUBMIT, approver=U("river-manager")), "executor", "approver"),
    No(
        Reason.SAME_PERSON,
        "16",
        execution,
        replace(SUBMIT, endorsers=(U("second-manager"),) * 2),
        "executor",
        "endorsers",
    ),
    No(Reason.NOT_AN_ENDORSER, "17", endorsement, known(Endorse()), "manager"),
    No(Reason.ALREADY_DECIDED, "17", endorsed_once, known(Endorse()), "second-manager"),
    No(Reason.TEXT_CHANGED, "17", endorsement, Endorse(seen_hash="0" * 64), "second-manager", "seen_hash"),
    No(Reason.MISSING_FIELD, "17", endorsement, Endorse(), "second-manager", "seen_hash"),
    No(Reason.MISSING_FIELD, "17", endorsement, known(Endorse(text=" ")), "second-manager", "text"),
    No(Reason.FILES_NOT_ALLOWED, "17", endorsement, known(Endorse(files=(a_file(),))), "second-manager", "files"),
    No(
        Reason.WRONG_SUBJECT,
        "17",
        lambda: World().redirect_endorsement(),
        Endorse(text="другой текст"),
        "second-manager",
        "text",
    ),
    No(Reason.WRONG_STAGE, "17", approval, known(Endorse()), "second-manager"),
    No(Reason.MISSING_FIELD, "18", approval, Reject(), "manager", "reason"),
    No(Reason.NOT_THE_APPROVER, "18", approval, Reject(reason="x"), "second-manager"),
    No(Reason.NOT_ENTITLED, "19", approval, PassOn(to=U("culture-manager"), cause=Cause.ILLNESS), "manager", "to"),
    No(Reason.MISSING_FIELD, "19", approval, PassOn(to=U("roads-manager"), reason="x"), "manager", "cause"),
    No(Reason.MISSING_FIELD, "19", endorsement, PassOn(to=U("roads-manager")), "second-manager", "reason"),
    No(Reason.SAME_PERSON, "19", endorsement, PassOn(to=U("third-manager"), reason="x"), "second-manager", "to"),
    No(
        Reason.WRONG_SUBJECT,
        "19",
        lambda: World().redirect_approval(),
        PassOn(to=U("third-manager"), cause=Cause.ILLNESS),
        "manager",
    ),
    No(Reason.NOT_THE_APPROVER, "20", approval, known(Approve()), "second-manager"),
    No(Reason.TEXT_CHANGED, "20", approval, Approve(seen_hash="0" * 64), "manager", "seen_hash"),
    No(Reason.WRONG_STAGE, "20", endorsement, known(Approve()), "manager"),
    No(Reason.NOT_CLOSED, "22", execution, Rate(mark=5), "applicant"),
    No(Reason.MARK_OUT_OF_RANGE, "22", closed, Rate(mark=6), "applicant", "mark"),
    No(Reason.ALREADY_RATED, "22", rated, Rate(mark=5), "applicant"),
    No(Reason.WRONG_ROLE, "22", closed, Rate(mark=5), "executor"),
    No(Reason.NOT_A_REPEAT, "23", execution, StopReconsideration(ground="pointless"), "manager"),
    No(Reason.NOT_NAMED_TO_STOP, "23", reopened, StopReconsideration(ground="pointless"), "manager"),
    No(Reason.REASON_NOT_LISTED, "23", reopened, StopReconsideration(ground="tired"), "stopper", "ground"),
    No(Reason.MISSING_FIELD, "23", reopened, StopReconsideration(ground="rules-broken"), "stopper", "reason"),
    No(
        Reason.NOTHING_TO_WARN,
        "24",
        execution,
        Warn(kind=WarningKind.ANSWER_OVER, channel=WarningChannel.EMAIL),
        "curator",
        "kind",
    ),
    No(
        Reason.CHANNEL_NOT_ALLOWED,
        "24",
        late,
        Warn(kind=WarningKind.ANSWER_OVER, channel=WarningChannel.PHONE),
        "curator",
        "channel",
    ),
    No(
        Reason.WRONG_ORGANISATION,
        "24",
        late,
        Warn(kind=WarningKind.ANSWER_OVER, channel=WarningChannel.EMAIL),
        "river-curator",
    ),
    No(Reason.WRONG_ORGANISATION, "25", execution, Comment(text="х"), "river-curator"),
    No(Reason.MISSING_FIELD, "25", execution, Comment(), "curator", "text"),
    No(Reason.NOTHING_CHANGED, "25a", execution, CorrectApplicant(name=APPLICANT_DATA.name), "operator"),
    No(Reason.MISSING_FIELD, "26", closed, Deliver(reached=False, how=Delivery.PHONE), "operator", "retry_at"),
    No(Reason.ALREADY_DECIDED, "26", delivered, Deliver(reached=True, how=Delivery.PHONE), "operator"),
    No(Reason.ACTED_UPON, "27", execution, Recall(), "executor"),
    No(Reason.NOTHING_TO_RECALL, "27", in_work, Recall(), "coordinator"),
)


@pytest.mark.parametrize("one", REFUSALS, ids=lambda n: f"{n.row}-{n.reason}-{n.who}-{n.field}")
def test_what_the_table_does_not_allow_is_refused_with_its_reason_and_clause(one: No) -> None:
    world = one.world()
    command = one.command(world) if callable(one.command) else one.command
    refused = world.refusal(command, one.who)
    assert (refused.reason, refused.field) == (one.reason, one.field)
    assert refused.clause == regulation().clause_of(one.row)
