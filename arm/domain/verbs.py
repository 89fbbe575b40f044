"""The verbs of the process and the fixed words that commands are made with, apart from the commands themselves."""

from __future__ import annotations

from enum import StrEnum


class Verb(StrEnum):
    """Verbs of the table; rows of the same verb differ by stage, subject or role."""

    REGISTER = "register"
    ACCEPT = "accept"
    DECLINE = "decline"
    SPLIT = "split"
    CHANGE_ORGANISATION = "change_organisation"
    RECLASSIFY = "reclassify"
    ASSIGN = "assign"
    TAKE = "take"
    HAND_DOWN = "hand_down"
    PROPOSE_REDIRECT = "propose_redirect"
    REDIRECT = "redirect"
    HAND_UP = "hand_up"
    START = "start"
    SEND_BACK = "send_back"
    REASSIGN = "reassign"
    REQUEST_DOCUMENTS = "request_documents"
    ANSWER_INQUIRY = "answer_inquiry"
    SUBMIT = "submit"
    ENDORSE = "endorse"
    REJECT = "reject"
    PASS_ON = "pass_on"  # noqa: S105
    APPROVE = "approve"
    RATE = "rate"
    STOP_RECONSIDERATION = "stop_reconsideration"
    WARN = "warn"
    COMMENT = "comment"
    DELIVER = "deliver"
    RECALL = "recall"
    CORRECT_APPLICANT = "correct_applicant"


class Cause(StrEnum):
    """Why somebody else stands in (D 3.3 в, 3.9 в)."""

    VACATION = "vacation"
    ILLNESS = "illness"
    DISMISSAL = "dismissal"
    OTHER = "other"


class WarningKind(StrEnum):
    """Daily lists а, б, в (D 4.1)."""

    NEAR = "near"
    STAGE_OVER = "stage_over"
    ANSWER_OVER = "answer_over"


class WarningChannel(StrEnum):
    NOTIFICATION = "notification"
    EMAIL = "email"
    PHONE = "phone"
