"""The message and its parts: frozen values that `decide` reads and `apply` replaces."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from arm.domain.clocks import Clocks
from arm.domain.identity import CommandId, MessageId, OrganisationId, UploadId, UserId


class Stage(StrEnum):
    """The five stages in their order (T 3.2, D 2.3), and the end."""

    MODERATION = "moderation"
    COORDINATION = "coordination"
    EXECUTION = "execution"
    ENDORSEMENT = "endorsement"
    APPROVAL = "approval"
    CLOSED = "closed"


OPEN_STAGES = (Stage.MODERATION, Stage.COORDINATION, Stage.EXECUTION, Stage.ENDORSEMENT, Stage.APPROVAL)


class Subject(StrEnum):
    """What the endorsers and the approver decide on; `MESSAGE` elsewhere."""

    MESSAGE = "message"
    ANSWER = "answer"
    REDIRECT = "redirect"


class Result(StrEnum):
    """Kinds of answer (T 3.5, D 3.4)."""

    SOLVED = "solved"
    NOT_SOLVED = "not_solved"
    POSTPONED = "postponed"
    DECLINED = "declined"


class Closed(StrEnum):
    """How a closed message ended; `DECLINED` by moderator or coordinator, without approval."""

    ANSWERED = "answered"
    DECLINED = "declined"
    STOPPED = "stopped"
    SPLIT = "split"


class Kind(StrEnum):
    MESSAGE = "message"
    APPEAL = "appeal"


class Channel(StrEnum):
    EPGU = "epgu"
    MOBILE = "mobile"
    SITE = "site"
    PHONE = "phone"
    IN_PERSON = "in_person"
    OPEN_SOURCE = "open_source"
    IMPORT = "import"


class Delivery(StrEnum):
    """How the applicant wants to be told the answer; `CABINET` needs no operator (row 26)."""

    CABINET = "cabinet"
    PHONE = "phone"
    POST = "post"
    IN_PERSON = "in_person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicant:
    """The applicant's personal data: a projection of its own, withheld below level `FULL`."""

    name: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    is_legal_entity: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file by reference; `name` is untrusted text, the file itself lies under `upload_id`."""

    upload_id: UploadId
    name: str
    size: int
    sha256: str
    media_type: str = "application/octet-stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer under way or given; `text` is what the applicant reads, `comment` he never sees (D 3.5 в–г)."""

    result: Result
    text: str
    author: UserId
    author_name: str
    author_position: str
    submitted_at: datetime
    files: tuple[Attachment, ...] = ()
    comment: str = ""
    comment_files: tuple[Attachment, ...] = ()
    postponed_until: date | None = None
    decline_reason: str = ""
    approved_by: UserId | None = None
    approved_at: datetime | None = None
    text_before_edit: str | None = None
    edited_by: str = ""

    @property
    def text_hash(self) -> str:
        return text_hash(self.text)


def text_hash(text: str) -> str:
    """What an endorsement stores of the text it saw: SHA-256, hex."""
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class EndorserTask:
    """One endorser named on this very message; `endorsed_at` empty = has not decided.

    `endorsed_by` is whoever decided: the endorser himself or his substitute.
    """

    user_id: UserId
    endorsed_at: datetime | None = None
    text_hash: str = ""
    edited: bool = False
    endorsed_by: UserId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Who must agree and who approves; parallel, all must agree (own)."""

    approver: UserId
    endorsers: tuple[EndorserTask, ...] = ()

    def waits_for(self, user_id: UserId) -> bool:
        return any(t.user_id == user_id and t.endorsed_at is None for t in self.endorsers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirect:
    """A proposed redirect to an organisation outside the subtree (D 3.2 г)."""

    organisation: OrganisationId
    proposer: UserId
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandDown:
    """A hand-down on the stack that `hand_up` unwinds; a routing rule counts as one by its owner."""

    sender: OrganisationId
    receiver: OrganisationId
    by_rule: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """A request for documents beside the message (T 3.5); it stops no clock."""

    inquiry_id: str
    organisation: OrganisationId
    question: str
    asked_by: UserId
    asked_at: datetime
    files: tuple[Attachment, ...] = ()
    due_on: date | None = None
    answer: str = ""
    answer_files: tuple[Attachment, ...] = ()
    answered_by: UserId | None = None
    answered_at: datetime | None = None
    closed_unanswered: bool = False

    @property
    def is_open(self) -> bool:
        return self.answered_at is None and not self.closed_unanswered


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """The applicant's mark, 1–5, of one final answer (A 1)."""

    value: int
    comment: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Warning_:
    """The last warning of each kind, so that nobody is warned twice unasked (D 4.1)."""

    kind: str
    channel: str
    at: datetime
    by: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryTry:
    """An operator's attempt to tell the answer (D 2.1 ж)."""

    reached: bool
    how: Delivery
    at: datetime
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LastStep:
    """The last recallable command (row 27), with the message as it stood before it."""

    command_id: CommandId
    user_id: UserId
    verb: str
    before: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What the applicant sent and all that became of it; times are aware UTC.

    `organisation` is where it is now; `visited` every organisation whose coordination it came into
    (their curators keep seeing it, D 4.1). `regulation` is `name@version`, kept for life. `proposed_organisation`
    is whom the applicant, the operator or an import named; the moderator decides.
    """

    message_id: MessageId
    number: str
    text: str
    registered_at: datetime
    regulation: str
    stage: Stage
    clocks: Clocks
    top: OrganisationId
    kind: Kind = Kind.MESSAGE
    channel: Channel = Channel.SITE
    applicant: Applicant | None = None
    address: str = ""
    delivery: Delivery = Delivery.CABINET
    registered_by: UserId | None = None
    files: tuple[Attachment, ...] = ()
    earlier_numbers: tuple[str, ...] = ()
    linked: tuple[MessageId, ...] = ()
    external_id: str = ""
    category: str = ""
    subcategory: str = ""
    fact: str = ""
    organisation: OrganisationId | None = None
    proposed_organisation: OrganisationId | None = None
    visited: tuple[OrganisationId, ...] = ()
    moderator: UserId | None = None
    coordinator: UserId | None = None
    executor: UserId | None = None
    proposed_executor: UserId | None = None
    in_work: bool = False
    subject: Subject = Subject.MESSAGE
    answer: Answer | None = None
    earlier_answers: tuple[Answer, ...] = ()
    route: Route | None = None
    last_route: Route | None = None
    redirect: Redirect | None = None
    handed_down: tuple[HandDown, ...] = ()
    inquiries: tuple[Inquiry, ...] = ()
    return_reason: str = ""
    returned_by: str = ""
    is_rework: bool = False
    is_repeat: bool = False
    postponed_until: date | None = None
    postponed_times: int = 0
    marks: tuple[Mark, ...] = ()
    warnings: tuple[Warning_, ...] = ()
    deliveries: tuple[DeliveryTry, ...] = ()
    decline_reason: str = ""
    closed_as: Closed | None = None
    closed_at: datetime | None = None
    last_step: LastStep | None = None

    @property
    def is_open(self) -> bool:
        return self.stage is not Stage.CLOSED

    @property
    def owner(self) -> OrganisationId:
        """The organisation answerable now; the top cabinet's while still in moderation."""
        return self.organisation or self.top
