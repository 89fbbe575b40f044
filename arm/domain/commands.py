"""One frozen type per verb: what a person asked the process to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from arm.domain.identity import MessageId, OrganisationId, UserId
from arm.domain.message import Applicant, Attachment, Channel, Delivery, Kind, Result
from arm.domain.verbs import Cause as Cause
from arm.domain.verbs import Verb as Verb
from arm.domain.verbs import WarningChannel as WarningChannel
from arm.domain.verbs import WarningKind as WarningKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """Row 1. `received_at` (aware UTC) only from an import; `outer_due_at` is a due date that came along."""

    verb: ClassVar[Verb] = Verb.REGISTER
    text: str = ""
    channel: Channel = Channel.SITE
    applicant: Applicant | None = None
    address: str = ""
    category: str = ""
    subcategory: str = ""
    organisation: OrganisationId | None = None
    files: tuple[Attachment, ...] = ()
    earlier_numbers: tuple[str, ...] = ()
    delivery: Delivery = Delivery.CABINET
    kind: Kind = Kind.MESSAGE
    rules_version: str = ""
    rules_accepted_at: datetime | None = None
    received_at: datetime | None = None
    outer_due_at: datetime | None = None
    external_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accept:
    verb: ClassVar[Verb] = Verb.ACCEPT
    category: str = ""
    subcategory: str = ""
    organisation: OrganisationId | None = None
    fact: str = ""
    address: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decline:
    """Rows 3 (moderation) and 11 (coordination); `text` goes to the applicant."""

    verb: ClassVar[Verb] = Verb.DECLINE
    reason: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitPart:
    """One of the messages that a message is split into; the id is made where the command is made."""

    message_id: MessageId
    text: str
    category: str = ""
    subcategory: str = ""
    organisation: OrganisationId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    verb: ClassVar[Verb] = Verb.SPLIT
    parts: tuple[SplitPart, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeOrganisation:
    verb: ClassVar[Verb] = Verb.CHANGE_ORGANISATION
    organisation: OrganisationId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reclassify:
    """`late_acknowledged`: the sheet has said that the message is already late by the new term."""

    verb: ClassVar[Verb] = Verb.RECLASSIFY
    category: str = ""
    subcategory: str = ""
    fact: str = ""
    late_acknowledged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Assign:
    verb: ClassVar[Verb] = Verb.ASSIGN
    executor: UserId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    verb: ClassVar[Verb] = Verb.TAKE


@dataclass(frozen=True, slots=True, kw_only=True)
class HandDownTo:
    verb: ClassVar[Verb] = Verb.HAND_DOWN
    organisation: OrganisationId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeRedirect:
    verb: ClassVar[Verb] = Verb.PROPOSE_REDIRECT
    organisation: OrganisationId | None = None
    approver: UserId | None = None
    endorsers: tuple[UserId, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RedirectTo:
    verb: ClassVar[Verb] = Verb.REDIRECT
    organisation: OrganisationId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandUp:
    verb: ClassVar[Verb] = Verb.HAND_UP
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    verb: ClassVar[Verb] = Verb.START


@dataclass(frozen=True, slots=True, kw_only=True)
class SendBack:
    verb: ClassVar[Verb] = Verb.SEND_BACK
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reassign:
    verb: ClassVar[Verb] = Verb.REASSIGN
    executor: UserId | None = None
    cause: Cause | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestDocuments:
    verb: ClassVar[Verb] = Verb.REQUEST_DOCUMENTS
    inquiry_id: str = ""
    organisation: OrganisationId | None = None
    question: str = ""
    files: tuple[Attachment, ...] = ()
    due_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerInquiry:
    verb: ClassVar[Verb] = Verb.ANSWER_INQUIRY
    inquiry_id: str = ""
    text: str = ""
    files: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Submit:
    """Row 16 (T 3.5, D 3.4–3.5, K 10); `postponed_until` is a date in the organisation's zone."""

    verb: ClassVar[Verb] = Verb.SUBMIT
    result: Result | None = None
    text: str = ""
    signer_name: str = ""
    signer_position: str = ""
    files: tuple[Attachment, ...] = ()
    comment: str = ""
    comment_files: tuple[Attachment, ...] = ()
    approver: UserId | None = None
    endorsers: tuple[UserId, ...] = ()
    postponed_until: date | None = None
    decline_reason: str = ""
    template: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endorse:
    """`seen_hash` is `text_hash` of the answer the endorser saw; `text` only when he edited it."""

    verb: ClassVar[Verb] = Verb.ENDORSE
    seen_hash: str = ""
    text: str | None = None
    files: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    verb: ClassVar[Verb] = Verb.REJECT
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PassOn:
    """Rows 19 and 19a; an endorser gives a reason, an approver a cause.

    `instead_of`: row 19a only, whose decision it is; may be left out where just one of those awaited is unavailable.
    """

    verb: ClassVar[Verb] = Verb.PASS_ON
    to: UserId | None = None
    instead_of: UserId | None = None
    cause: Cause | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approve:
    verb: ClassVar[Verb] = Verb.APPROVE
    seen_hash: str = ""
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    verb: ClassVar[Verb] = Verb.RATE
    mark: int = 0
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopReconsideration:
    verb: ClassVar[Verb] = Verb.STOP_RECONSIDERATION
    ground: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Warn:
    verb: ClassVar[Verb] = Verb.WARN
    kind: WarningKind | None = None
    channel: WarningChannel | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """Row 25. `rival`: the text of an answer that came too late, kept beside the message by the store (P19)."""

    verb: ClassVar[Verb] = Verb.COMMENT
    text: str = ""
    files: tuple[Attachment, ...] = ()
    rival: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliver:
    verb: ClassVar[Verb] = Verb.DELIVER
    reached: bool = True
    how: Delivery = Delivery.PHONE
    at: datetime | None = None
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    verb: ClassVar[Verb] = Verb.RECALL


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectApplicant:
    """Own: a mistyped phone, e-mail, name or postal address is mended with a timeline entry."""

    verb: ClassVar[Verb] = Verb.CORRECT_APPLICANT
    name: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""


Command = (
    Register
    | Accept
    | Decline
    | Split
    | ChangeOrganisation
    | Reclassify
    | Assign
    | Take
    | HandDownTo
    | ProposeRedirect
    | RedirectTo
    | HandUp
    | Start
    | SendBack
    | Reassign
    | RequestDocuments
    | AnswerInquiry
    | Submit
    | Endorse
    | Reject
    | PassOn
    | Approve
    | Rate
    | StopReconsideration
    | Warn
    | Comment
    | Deliver
    | Recall
    | CorrectApplicant
)
COMMANDS: dict[Verb, type[Command]] = {one.verb: one for one in Command.__args__}
"""The command type of each verb."""

APPENDS = frozenset(
    {
        Verb.COMMENT,
        Verb.WARN,
        Verb.ENDORSE,
        Verb.ANSWER_INQUIRY,
        Verb.REQUEST_DOCUMENTS,
        Verb.DELIVER,
        Verb.RATE,
        Verb.CORRECT_APPLICANT,
    }
)
"""Verbs that need no equal base: they add to a message and are judged by its present state (P18)."""
