"""The guards that judge what a command gives: topics, organisations, reasons, dates, texts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from arm.domain.cases import Case, no, organisation_of
from arm.domain.commands import (
    Approve,
    Decline,
    Deliver,
    Endorse,
    Reclassify,
    Register,
    RequestDocuments,
    Split,
    StopReconsideration,
    Submit,
)
from arm.domain.identity import OrganisationId, Role
from arm.domain.message import Channel, Result, Stage, Subject
from arm.domain.refusals import Reason, Refused
from arm.domain.terms import fix_total


def zone_of(case: Case, organisation: OrganisationId | None) -> str:
    one = organisation_of(case.directory, organisation)
    return one.zone if one is not None else "Europe/Moscow"


def applicant_given(case: Case) -> Refused | None:
    """An import may lack the applicant; the web form needs the rules for sending accepted (D 1.2 д).

    An applicant always comes by the form, whatever channel his message claims.
    """
    command = case.command
    if not isinstance(command, Register):
        return None
    by_form = case.role is Role.APPLICANT
    if not by_form and command.channel in (Channel.IMPORT, Channel.OPEN_SOURCE):
        return None
    if command.applicant is None or not command.applicant.name.strip():
        return no(Reason.MISSING_FIELD, "applicant")
    has_rules = by_form and bool(case.regulation.rules_version)
    if has_rules and (not command.rules_version or command.rules_accepted_at is None):
        return no(Reason.MISSING_FIELD, "rules_accepted_at")
    return None


def known_topic(case: Case) -> Refused | None:
    """An empty classifier knows no topics: then anything goes."""
    command, classifier = case.command, case.directory.classifier
    category, subcategory = getattr(command, "category", ""), getattr(command, "subcategory", "")
    if not category or not classifier.categories or classifier.has(category, subcategory):
        return None
    return no(Reason.UNKNOWN_CATEGORY, "subcategory" if classifier.has(category) else "category")


def known_target(case: Case) -> Refused | None:
    target = getattr(case.command, "organisation", None)
    if target is None:
        return None
    one = organisation_of(case.directory, target)
    if one is None:
        return no(Reason.UNKNOWN_ORGANISATION, "organisation")
    if not one.connected:
        return no(Reason.ORGANISATION_NOT_CONNECTED, "organisation", organisation=one.name)
    return None


def other_organisation(case: Case) -> Refused | None:
    target = getattr(case.command, "organisation", None)
    if target is not None and target == case.present.organisation:
        return no(Reason.SAME_ORGANISATION, "organisation")
    return None


def is_below(case: Case) -> Refused | None:
    target, here = getattr(case.command, "organisation", None), case.present.owner
    if target is None:
        return None
    if target == here:
        return no(Reason.SAME_ORGANISATION, "organisation")
    if not case.directory.tree.is_subordinate(target, here):
        return no(Reason.NOT_SUBORDINATE, "organisation")
    return None


def is_outside(case: Case) -> Refused | None:
    target, here = getattr(case.command, "organisation", None), case.present.owner
    if target is not None and case.directory.tree.is_subordinate(target, here):
        return no(Reason.IS_SUBORDINATE, "organisation")
    return None


def reason_listed(case: Case) -> Refused | None:
    """On the regulation's list for the stage; free text where it has none."""
    command = case.command
    if isinstance(command, Decline):
        given, name, words = command.reason, "reason", command.text
    elif isinstance(command, Submit) and command.result is Result.DECLINED:
        given, name, words = command.decline_reason, "decline_reason", command.text
    else:
        return None
    stage = case.message.stage if case.message is not None else Stage.MODERATION
    listed = case.regulation.reasons_at(stage)
    if not listed or not given.strip():
        return None
    found = next((r for r in listed if r.reason_id == given), None)
    if found is None:
        return no(Reason.REASON_NOT_LISTED, name)
    if found.needs_explanation and not words.strip():
        return no(Reason.MISSING_FIELD, "text")
    return None


def topic_changed(case: Case) -> Refused | None:
    command, message = case.command, case.present
    if isinstance(command, Reclassify):
        given = (command.category, command.subcategory, command.fact)
        if given == (message.category, message.subcategory, message.fact):
            return no(Reason.NOTHING_CHANGED, "category")
    return None


def late_acknowledged(case: Case) -> Refused | None:
    """Already late by the new term: the sheet must have said so before."""
    command, message = case.command, case.present
    if not isinstance(command, Reclassify) or command.late_acknowledged or not command.category:
        return None
    present = message.clocks.lead_due_at
    clocks = fix_total(
        message.clocks,
        case.regulation,
        zone_of(case, message.owner),
        command.category,
        command.subcategory,
        case.directory.classifier,
    )
    due, now = clocks.lead_due_at, case.setting.now
    if due is not None and due < now and (present is None or present >= now):
        return no(Reason.LATE_BY_NEW_TERM, "late_acknowledged", due_at=due.isoformat())
    return None


def enough_parts(case: Case) -> Refused | None:
    command = case.command
    if not isinstance(command, Split) or not command.parts:
        return None
    ids = {part.message_id for part in command.parts}
    if len(ids) < 2 or len(ids) < len(command.parts) or case.message_id in ids:
        return no(Reason.TOO_FEW_PARTS, "parts")
    classifier = case.directory.classifier
    for part in command.parts:
        if not part.text.strip():
            return no(Reason.MISSING_FIELD, "parts")
        if part.category and classifier.categories and not classifier.has(part.category, part.subcategory):
            return no(Reason.UNKNOWN_CATEGORY, "parts")
        if part.organisation is not None and part.organisation not in case.directory.tree:
            return no(Reason.UNKNOWN_ORGANISATION, "parts")
    return None


def _today(case: Case) -> date:
    """The date where the message is now."""
    return case.setting.now.astimezone(ZoneInfo(zone_of(case, case.present.owner))).date()


def can_be_asked(case: Case) -> Refused | None:
    """Courts, inquiry and pre-trial investigation bodies can't be asked (T 3.5)."""
    command = case.command
    if not isinstance(command, RequestDocuments) or command.organisation is None:
        return None
    refused = known_target(case)
    if refused is not None:
        return refused
    one = organisation_of(case.directory, command.organisation)
    if one is not None and one.investigative:
        return no(Reason.BODY_CANNOT_BE_ASKED, "organisation", organisation=one.name)
    if command.organisation == case.present.owner:
        return no(Reason.SAME_ORGANISATION, "organisation")
    if any(i.inquiry_id == command.inquiry_id for i in case.present.inquiries):
        return no(Reason.ALREADY_DECIDED, "inquiry_id")
    if command.due_on is not None and command.due_on < _today(case):
        return no(Reason.DATE_IN_PAST, "due_on")
    return None


def result_fields(case: Case) -> Refused | None:
    """A postponed answer needs its date, a declined one its reason; the signer where the act says so (T 3.5)."""
    command = case.command
    if not isinstance(command, Submit):
        return None
    if command.result is Result.POSTPONED and command.postponed_until is None:
        return no(Reason.MISSING_FIELD, "postponed_until")
    if command.result is Result.DECLINED and not command.decline_reason.strip():
        return no(Reason.MISSING_FIELD, "decline_reason")
    return signer_given(case)


def signer_given(case: Case) -> Refused | None:
    command = case.command
    if isinstance(command, Submit) and case.regulation.signer_required:
        for name in ("signer_name", "signer_position"):
            if not getattr(command, name).strip():
                return no(Reason.MISSING_FIELD, name)
    return None


def postponement_allowed(case: Case) -> Refused | None:
    """A date in the future of the organisation's zone, within the limits the regulation has, if any."""
    command, message, regulation = case.command, case.present, case.regulation
    if not isinstance(command, Submit) or command.result is not Result.POSTPONED:
        return None
    if command.postponed_until is None:
        return None
    today = _today(case)
    if command.postponed_until <= today:
        return no(Reason.DATE_IN_PAST, "postponed_until")
    days, times = regulation.postpone_max_days, regulation.postpone_max_times
    if days is not None and command.postponed_until > today + timedelta(days=days):
        return no(Reason.POSTPONED_TOO_FAR, "postponed_until", days=str(days))
    if times is not None and message.postponed_times >= times:
        return no(Reason.POSTPONED_TOO_OFTEN, "result", times=str(times))
    return None


def date_still_ahead(case: Case) -> Refused | None:
    """A postponement to a day that has begun already would tell the applicant nonsense (own)."""
    answer = case.present.answer
    until = answer.postponed_until if answer is not None and answer.result is Result.POSTPONED else None
    return no(Reason.DATE_IN_PAST, "postponed_until") if until is not None and until <= _today(case) else None


def text_unchanged(case: Case) -> Refused | None:
    """One decides on the text one saw (own); a redirect has no text."""
    command, message = case.command, case.present
    if not isinstance(command, Endorse | Approve) or message.subject is not Subject.ANSWER:
        return None
    if not command.seen_hash:
        return no(Reason.MISSING_FIELD, "seen_hash")
    if message.answer is None or message.answer.text_hash != command.seen_hash:
        return no(Reason.TEXT_CHANGED, "seen_hash")
    return None


def edit_allowed(case: Case) -> Refused | None:
    """Only the text of an answer can be edited; files come with an edited text where the act says so (T 3.6)."""
    command, message = case.command, case.present
    if not isinstance(command, Endorse | Approve):
        return None
    is_answer, answer = message.subject is Subject.ANSWER, message.answer
    if command.text is not None:
        if not is_answer:
            return no(Reason.WRONG_SUBJECT, "text")
        if not command.text.strip():
            return no(Reason.MISSING_FIELD, "text")
    if isinstance(command, Endorse) and command.files:
        edited = command.text is not None and answer is not None and command.text != answer.text
        if not (is_answer and edited and case.regulation.files_with_edited_text):
            return no(Reason.FILES_NOT_ALLOWED, "files")
    return None


def ground_listed(case: Case) -> Refused | None:
    command, grounds = case.command, case.regulation.stop_grounds
    if not isinstance(command, StopReconsideration) or not grounds or not command.ground:
        return None
    found = next((g for g in grounds if g.ground_id == command.ground), None)
    if found is None:
        return no(Reason.REASON_NOT_LISTED, "ground")
    if found.needs_reason and not command.reason.strip():
        return no(Reason.MISSING_FIELD, "reason")
    return None


def delivery_fields(case: Case) -> Refused | None:
    """Given when; or not reached, and when to try again."""
    command, now = case.command, case.setting.now
    if not isinstance(command, Deliver):
        return None
    if command.at is not None and command.at > _soon(now):
        return no(Reason.DATE_IN_FUTURE, "at")
    closed_at = case.present.closed_at
    if command.at is not None and closed_at is not None and command.at < closed_at:
        return no(Reason.DATE_IN_PAST, "at")
    if not command.reached and command.retry_at is None:
        return no(Reason.MISSING_FIELD, "retry_at")
    if not command.reached and command.retry_at is not None and command.retry_at <= now:
        return no(Reason.DATE_IN_PAST, "retry_at")
    return None


def _soon(now: datetime) -> datetime:
    """A desk's clock may be a little ahead of the central store's."""
    return now + timedelta(minutes=5)


GUARDS_OF_FIELDS: tuple[Callable[[Case], Refused | None], ...] = (
    applicant_given,
    known_topic,
    known_target,
    other_organisation,
    is_below,
    is_outside,
    reason_listed,
    late_acknowledged,
    enough_parts,
    can_be_asked,
    result_fields,
    signer_given,
    postponement_allowed,
    date_still_ahead,
    text_unchanged,
    edit_allowed,
    ground_listed,
    delivery_fields,
)
