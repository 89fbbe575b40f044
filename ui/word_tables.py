"""Tables of names by language: filled once per language, read through ui.wording."""

from __future__ import annotations

from functools import cache

from arm.desk.values import Filter, PendingState, RowMark
from arm.desk.values import Workspace as Space
from arm.domain.clocks import Level
from arm.domain.highlights import Mark
from arm.domain.identity import Role
from arm.domain.message import Channel, Closed, Delivery, Result, Stage
from arm.domain.verbs import Cause, Verb, WarningChannel, WarningKind
from arm.i18n import _, pgettext


@cache
def verbs(language: str) -> dict[Verb, str]:
    return {
        Verb.REGISTER: _("Register"),
        Verb.ACCEPT: _("Accept"),
        Verb.DECLINE: _("Decline"),
        Verb.SPLIT: _("Split"),
        Verb.CHANGE_ORGANISATION: _("Change addressee"),
        Verb.RECLASSIFY: _("Change topic"),
        Verb.ASSIGN: _("Assign"),
        Verb.TAKE: _("Take myself"),
        Verb.HAND_DOWN: _("Hand down"),
        Verb.PROPOSE_REDIRECT: _("Propose redirect"),
        Verb.REDIRECT: _("Redirect"),
        Verb.HAND_UP: _("Return to superior"),
        Verb.START: _("Start work"),
        Verb.SEND_BACK: _("Return to coordinator"),
        Verb.REASSIGN: _("Reassign"),
        Verb.REQUEST_DOCUMENTS: _("Request documents"),
        Verb.ANSWER_INQUIRY: _("Answer the inquiry"),
        Verb.SUBMIT: _("Submit answer"),
        Verb.ENDORSE: _("Endorse"),
        Verb.REJECT: _("Return for rework"),
        Verb.PASS_ON: _("Pass the decision on"),
        Verb.APPROVE: _("Approve"),
        Verb.RATE: _("Rate the answer"),
        Verb.STOP_RECONSIDERATION: _("Stop reconsideration"),
        Verb.WARN: _("Warn"),
        Verb.COMMENT: _("Comment"),
        Verb.DELIVER: _("Answer told"),
        Verb.RECALL: _("Recall"),
        Verb.CORRECT_APPLICANT: _("Correct the applicant"),
    }


@cache
def titles(language: str) -> dict[Verb, str]:
    return {
        Verb.ACCEPT: _("What is missing to accept it"),
        Verb.DECLINE: _("Give the reason for declining"),
        Verb.SPLIT: _("Split into separate messages"),
        Verb.CHANGE_ORGANISATION: _("Choose the organisation"),
        Verb.RECLASSIFY: _("Choose the topic"),
        Verb.ASSIGN: _("Name the executor"),
        Verb.HAND_DOWN: _("Hand down to a subordinate organisation"),
        Verb.PROPOSE_REDIRECT: _("Redirect outside: goes to the manager for a decision"),
        Verb.REDIRECT: _("Redirect to another organisation"),
        Verb.HAND_UP: _("Give the reason for the return"),
        Verb.SEND_BACK: _("Why isn't the message yours?"),
        Verb.REASSIGN: _("To whom and for what reason"),
        Verb.REQUEST_DOCUMENTS: _("Whom to ask and what for"),
        Verb.REJECT: _("Say what must be mended"),
        Verb.PASS_ON: _("To whom and for what reason"),
        Verb.STOP_RECONSIDERATION: _("Give the ground"),
        Verb.WARN: _("Warn the executor"),
        Verb.COMMENT: _("Comment for colleagues, the applicant won't see it"),
        Verb.DELIVER: _("How the answer was told"),
        Verb.CORRECT_APPLICANT: _("Mend what was mistyped about the applicant"),
    }


@cache
def done(language: str) -> dict[Verb, str]:
    return {
        Verb.REGISTER: _("Registered: {number}"),
        Verb.ACCEPT: _("{number} went to coordination"),
        Verb.DECLINE: _("{number} is declined, the answer goes to the applicant"),
        Verb.SPLIT: _("{number} is split"),
        Verb.CHANGE_ORGANISATION: _("{number}: the addressee is changed"),
        Verb.RECLASSIFY: _("{number}: the topic is changed"),
        Verb.ASSIGN: _("{number} is assigned"),
        Verb.TAKE: _("{number} is taken into work"),
        Verb.HAND_DOWN: _("{number} is handed down"),
        Verb.PROPOSE_REDIRECT: _("{number}: the redirect went to the manager"),
        Verb.REDIRECT: _("{number} is redirected"),
        Verb.HAND_UP: _("{number} went back to the superior organisation"),
        Verb.START: _("{number} is in work"),
        Verb.SEND_BACK: _("{number} went back to the coordinator"),
        Verb.REASSIGN: _("{number} is reassigned"),
        Verb.REQUEST_DOCUMENTS: _("{number}: the request is sent"),
        Verb.ANSWER_INQUIRY: _("{number}: the inquiry is answered"),
        Verb.SUBMIT: _("{number}: the answer is submitted"),
        Verb.ENDORSE: _("{number} is endorsed"),
        Verb.REJECT: _("{number} is returned for rework"),
        Verb.PASS_ON: _("{number}: the decision is passed on"),
        Verb.APPROVE: _("{number} is approved, the answer goes to the applicant"),
        Verb.STOP_RECONSIDERATION: _("{number}: reconsideration is stopped"),
        Verb.WARN: _("{number}: the warning is sent"),
        Verb.COMMENT: _("{number}: the comment is kept"),
        Verb.DELIVER: _("{number}: noted"),
        Verb.RECALL: _("{number}: the last step is taken back"),
        Verb.CORRECT_APPLICANT: _("{number}: the applicant is corrected"),
    }


@cache
def stages(language: str) -> dict[Stage, str]:
    return {
        Stage.MODERATION: _("Moderation"),
        Stage.COORDINATION: _("Coordination"),
        Stage.EXECUTION: _("Execution"),
        Stage.ENDORSEMENT: _("Endorsement"),
        Stage.APPROVAL: _("Approval"),
        Stage.CLOSED: _("Closed"),
    }


@cache
def roles(language: str) -> dict[Role, str]:
    return {
        Role.MODERATOR: _("Moderator"),
        Role.COORDINATOR: _("Coordinator"),
        Role.EXECUTOR: _("Executor"),
        Role.MANAGER: _("Manager"),
        Role.CURATOR: _("Curator"),
        Role.ADMINISTRATOR: _("Administrator"),
        Role.OPERATOR: _("Intake operator"),
        Role.REGIONAL_ORGANISER: _("Regional organiser"),
        Role.MUNICIPAL_ORGANISER: _("Municipal organiser"),
        Role.APPLICANT: _("Applicant"),
        Role.SYSTEM: _("System"),
    }


@cache
def highlight_marks(language: str) -> dict[Mark, str]:
    return {
        Mark.ABUSE: _("Possible abuse"),
        Mark.THREAT: _("Looks like a threat"),
        Mark.PHONE: _("Somebody else's phone"),
        Mark.EMAIL: _("Somebody else's e-mail"),
        Mark.SNILS: _("SNILS number"),
        Mark.PASSPORT: _("Passport number"),
        Mark.BANK_CARD: _("Bank card number"),
        Mark.LINK: pgettext("highlight", "Link"),
        Mark.MANY_TOPICS: _("Perhaps several topics"),
        Mark.NO_ADDRESS: _("No address"),
    }


@cache
def results(language: str) -> dict[Result, str]:
    return {
        Result.SOLVED: _("Solved"),
        Result.NOT_SOLVED: _("Not solved"),
        Result.POSTPONED: _("Postponed"),
        Result.DECLINED: pgettext("result", "Declined"),
    }


@cache
def closings(language: str) -> dict[Closed, str]:
    return {
        Closed.ANSWERED: _("Answer sent"),
        Closed.DECLINED: _("Declined"),
        Closed.STOPPED: _("Reconsideration stopped"),
        Closed.SPLIT: _("Split into messages"),
    }


@cache
def channels(language: str) -> dict[Channel, str]:
    return {
        Channel.EPGU: _("State services portal"),
        Channel.MOBILE: _("Mobile app"),
        Channel.SITE: _("Website"),
        Channel.PHONE: _("Phone"),
        Channel.IN_PERSON: _("In person"),
        Channel.OPEN_SOURCE: _("Open sources"),
        Channel.IMPORT: _("Import"),
    }


@cache
def deliveries(language: str) -> dict[Delivery, str]:
    return {
        Delivery.CABINET: _("In the personal account"),
        Delivery.PHONE: _("By phone"),
        Delivery.POST: _("By post"),
        Delivery.IN_PERSON: _("In person, at a visit"),
    }


@cache
def causes(language: str) -> dict[Cause, str]:
    return {
        Cause.VACATION: _("Vacation"),
        Cause.ILLNESS: _("Illness"),
        Cause.DISMISSAL: _("Dismissal"),
        Cause.OTHER: _("Another cause"),
    }


@cache
def warning_channels(language: str) -> dict[WarningChannel, str]:
    return {
        WarningChannel.NOTIFICATION: _("Notification in the system"),
        WarningChannel.EMAIL: _("E-mail"),
        WarningChannel.PHONE: _("Phone call"),
    }


@cache
def warning_kinds(language: str) -> dict[WarningKind, str]:
    return {
        WarningKind.NEAR: _("The due date is near"),
        WarningKind.STAGE_OVER: _("The stage is overdue"),
        WarningKind.ANSWER_OVER: _("The answer is overdue"),
    }


@cache
def levels(language: str) -> dict[Level, str]:
    return {
        Level.CALM: _("In time"),
        Level.NEAR: _("Due soon"),
        Level.STAGE_OVER: _("Stage overdue"),
        Level.OVER: _("Answer overdue"),
        Level.DONE: _("Done"),
    }


@cache
def filters(language: str) -> dict[Filter, str]:
    return {
        Filter.ALL: pgettext("filter", "All"),
        Filter.NEW: pgettext("filter", "New"),
        Filter.IN_WORK: pgettext("filter", "In work"),
        Filter.REWORK: pgettext("filter", "Rework"),
        Filter.POSTPONED: pgettext("filter", "Postponed"),
        Filter.RETURNED: pgettext("filter", "Returned"),
        Filter.ENDORSE: pgettext("filter", "Endorse"),
        Filter.APPROVE: pgettext("filter", "Approve"),
        Filter.MINE_TODAY: pgettext("filter", "Mine today"),
        Filter.AWAITING_ANSWER: pgettext("filter", "Awaiting answer"),
        Filter.TO_DELIVER: pgettext("filter", "Tell the answer"),
        Filter.MY_DECLINED: pgettext("filter", "Declined by me"),
        Filter.INQUIRIES: pgettext("filter", "Inquiries"),
        Filter.OVER: pgettext("filter", "Answer overdue"),
        Filter.STAGE_OVER: pgettext("filter", "Stage overdue"),
        Filter.NEAR: pgettext("filter", "Due soon"),
        Filter.CALM: pgettext("filter", "In time"),
        Filter.DONE: pgettext("filter", "Done"),
    }


@cache
def spaces(language: str) -> dict[Space, str]:
    return {
        Space.INTAKE: _("Intake"),
        Space.MODERATION: _("Moderation"),
        Space.COORDINATION: _("Coordination"),
        Space.EXECUTION: _("Execution"),
        Space.DECISIONS: _("Endorsement and approval"),
        Space.CONTROL: _("Control"),
    }


@cache
def marks(language: str) -> dict[RowMark, str]:
    return {
        RowMark.FILES: _("with files"),
        RowMark.REPEAT: _("repeat"),
        RowMark.LOW_MARK: _("low mark"),
        RowMark.DRAFT: _("draft"),
        RowMark.CONFLICT: _("conflict"),
        RowMark.UNSENT: _("not sent"),
        RowMark.REWORK: _("rework"),
        RowMark.RETURNED: _("returned"),
        RowMark.FAST_TRACK: _("fast track"),
        RowMark.POSTPONED: _("postponed"),
        RowMark.REDIRECT: _("redirect"),
        RowMark.INQUIRY: _("inquiry"),
        RowMark.WARNED: _("warned"),
    }


@cache
def pendings(language: str) -> dict[PendingState, str]:
    return {
        PendingState.HELD: _("Can still be taken back"),
        PendingState.UNSENT: _("Not sent yet"),
        PendingState.REFUSED: _("Not accepted"),
        PendingState.CONFLICT: _("Changed by somebody else meanwhile"),
        PendingState.PARKED: _("Set aside for a look"),
    }


@cache
def fields(language: str) -> dict[str, str]:
    return {
        "text": _("Text"),
        "channel": _("Channel"),
        "applicant": _("Applicant"),
        "address": _("Address"),
        "category": _("Topic"),
        "subcategory": _("Subtopic"),
        "fact": _("Fact"),
        "organisation": _("Organisation"),
        "files": _("Files"),
        "delivery": _("How to answer"),
        "reason": _("Reason"),
        "parts": _("Parts"),
        "executor": _("Executor"),
        "approver": _("Approves"),
        "endorsers": _("Who endorses"),
        "cause": _("Cause"),
        "question": _("What is asked for"),
        "due_on": _("Wanted by"),
        "result": _("Result"),
        "signer_name": _("Signer's full name"),
        "signer_position": _("Signer's position"),
        "comment": _("Comment (the applicant won't see it)"),
        "comment_files": _("Files to the comment"),
        "postponed_until": _("Postponed until"),
        "decline_reason": _("Reason for declining"),
        "to": _("To whom"),
        "instead_of": _("Instead of whom"),
        "ground": _("Ground"),
        "kind": _("Kind of warning"),
        "note": _("Note"),
        "reached": _("Reached"),
        "how": _("How"),
        "at": _("When"),
        "retry_at": _("Call again at"),
        "name": _("Full name"),
        "phone": _("Phone"),
        "email": _("E-mail"),
        "mark": _("Mark"),
        "inquiry_id": _("Inquiry"),
        "earlier_numbers": _("Numbers of earlier messages"),
        "rules_version": _("Rules for sending"),
        "text_to_applicant": _("Text to the applicant"),
        "inquiry_answer": _("Answer to the inquiry"),
        "addressee": _("Addressee"),
        "asked_body": _("Whom to ask"),
    }
