"""`Refused` and the reasons the rules know: the core raises reasons, sentences live with the screens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as field_of
from enum import StrEnum


class Reason(StrEnum):
    """Why the rules say no; each has one wording per language."""

    UNKNOWN_MESSAGE = "unknown_message"
    UNKNOWN_VERB = "unknown_verb"
    ALREADY_REGISTERED = "already_registered"
    SWITCHED_OFF = "switched_off"
    WRONG_STAGE = "wrong_stage"
    WRONG_SUBJECT = "wrong_subject"
    CLOSED = "closed"
    NOT_CLOSED = "not_closed"
    WRONG_ROLE = "wrong_role"
    WRONG_ORGANISATION = "wrong_organisation"
    NOT_THE_EXECUTOR = "not_the_executor"
    NOT_AN_ENDORSER = "not_an_endorser"
    NOT_THE_APPROVER = "not_the_approver"
    ALREADY_DECIDED = "already_decided"
    NOT_ENTITLED = "not_entitled"
    MISSING_FIELD = "missing_field"
    FIELD_TOO_LONG = "field_too_long"
    FIELD_NOT_TEXT = "field_not_text"
    REASON_NOT_LISTED = "reason_not_listed"
    UNKNOWN_CATEGORY = "unknown_category"
    CATEGORY_EMPTY = "category_empty"
    UNKNOWN_ORGANISATION = "unknown_organisation"
    ORGANISATION_NOT_CONNECTED = "organisation_not_connected"
    SAME_ORGANISATION = "same_organisation"
    NOT_SUBORDINATE = "not_subordinate"
    IS_SUBORDINATE = "is_subordinate"
    NOBODY_HANDED_DOWN = "nobody_handed_down"
    UNKNOWN_PERSON = "unknown_person"
    NOT_EXECUTOR_THERE = "not_executor_there"
    SAME_PERSON = "same_person"
    APPROVES_OWN_ANSWER = "approves_own_answer"
    NOT_NAMEABLE = "not_nameable"
    DATE_IN_PAST = "date_in_past"
    DATE_IN_FUTURE = "date_in_future"
    POSTPONED_TOO_FAR = "postponed_too_far"
    POSTPONED_TOO_OFTEN = "postponed_too_often"
    TEXT_CHANGED = "text_changed"
    FILES_NOT_ALLOWED = "files_not_allowed"
    BODY_CANNOT_BE_ASKED = "body_cannot_be_asked"
    UNKNOWN_INQUIRY = "unknown_inquiry"
    CHANNEL_NOT_ALLOWED = "channel_not_allowed"
    NOTHING_TO_WARN = "nothing_to_warn"
    ALREADY_RATED = "already_rated"
    CANNOT_BE_RATED = "cannot_be_rated"
    MARK_OUT_OF_RANGE = "mark_out_of_range"
    NOT_A_REPEAT = "not_a_repeat"
    NOT_NAMED_TO_STOP = "not_named_to_stop"
    NOT_FOR_DELIVERY = "not_for_delivery"
    NOTHING_TO_RECALL = "nothing_to_recall"
    ACTED_UPON = "acted_upon"
    NOTHING_CHANGED = "nothing_changed"
    LATE_BY_NEW_TERM = "late_by_new_term"
    STALE = "stale"
    NOT_TAKEN = "not_taken"
    TOO_FEW_PARTS = "too_few_parts"
    FILE_NOT_ACCEPTED = "file_not_accepted"
    DECIDER_AVAILABLE = "decider_available"


@dataclass(frozen=True, slots=True)
class Refused:
    """A command the rules turn down: nothing changes.

    `clause` is the act's own («D 3.4 а») or empty: then the screen says «правило платформы».
    `field` names the command's field at fault; `details` are short plain values for the sentence.
    """

    reason: Reason
    clause: str = ""
    field: str = ""
    details: Mapping[str, str] = field_of(default_factory=dict)
