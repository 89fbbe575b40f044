"""The values that cross between the desk and the screens: rows, cards, counters, states."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Generic, TypeVar

from arm.domain.clocks import Level
from arm.domain.identity import CommandId, MessageId, OrganisationId, Role, UserId
from arm.domain.message import Applicant, Attachment, Message, Result, Stage
from arm.domain.refusals import Refused

if TYPE_CHECKING:
    from arm.domain.actions import ActionState
    from arm.domain.commands import Command
    from arm.domain.events import Event
    from arm.domain.highlights import Highlight

K = TypeVar("K")


class Workspace(StrEnum):
    """Workspaces in process order; their numbers Alt+1…6 are fixed (ux.md §2.0.2)."""

    INTAKE = "intake"
    MODERATION = "moderation"
    COORDINATION = "coordination"
    EXECUTION = "execution"
    DECISIONS = "decisions"
    CONTROL = "control"


class Filter(StrEnum):
    """Ready filters of the queues; which belong to which workspace: `FILTERS`."""

    ALL = "all"
    NEW = "new"
    IN_WORK = "in_work"
    REWORK = "rework"
    POSTPONED = "postponed"
    RETURNED = "returned"
    ENDORSE = "endorse"
    APPROVE = "approve"
    MINE_TODAY = "mine_today"
    AWAITING_ANSWER = "awaiting_answer"
    TO_DELIVER = "to_deliver"
    MY_DECLINED = "my_declined"
    INQUIRIES = "inquiries"
    OVER = "over"
    STAGE_OVER = "stage_over"
    NEAR = "near"
    CALM = "calm"
    DONE = "done"


FILTERS: dict[Workspace, tuple[Filter, ...]] = {
    Workspace.INTAKE: (Filter.ALL, Filter.MINE_TODAY, Filter.AWAITING_ANSWER, Filter.TO_DELIVER),
    Workspace.MODERATION: (Filter.ALL, Filter.MY_DECLINED),
    Workspace.COORDINATION: (Filter.ALL, Filter.NEW, Filter.RETURNED, Filter.INQUIRIES),
    Workspace.EXECUTION: (Filter.ALL, Filter.NEW, Filter.IN_WORK, Filter.REWORK, Filter.POSTPONED, Filter.INQUIRIES),
    Workspace.DECISIONS: (Filter.ALL, Filter.ENDORSE, Filter.APPROVE),
    Workspace.CONTROL: (
        Filter.ALL,
        Filter.OVER,
        Filter.STAGE_OVER,
        Filter.NEAR,
        Filter.CALM,
        Filter.POSTPONED,
        Filter.DONE,
    ),
}
"""`ALL` means: needs my action now (in control: everything open of the cabinet). The first one is shown at start."""


class RowMark(StrEnum):
    """Small marks of a queue row; each has an icon and a word."""

    FILES = "files"
    REPEAT = "repeat"
    LOW_MARK = "low_mark"
    DRAFT = "draft"
    CONFLICT = "conflict"
    UNSENT = "unsent"
    REWORK = "rework"
    RETURNED = "returned"
    FAST_TRACK = "fast_track"
    POSTPONED = "postponed"
    REDIRECT = "redirect"
    INQUIRY = "inquiry"
    WARNED = "warned"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """One line of a queue, read in one query per page; due moments are aware UTC, empty = no rule.

    `number` may be a temporary «Б-17» of a registration that isn't sent yet. `holder` is a person's or an
    organisation's name. `proposed` names the addressee of the registration until one is accepted. `result` is
    what the answer under decision (or given) says.
    """

    message_id: MessageId
    number: str
    first_line: str
    topic: str
    stage: Stage
    organisation: str
    holder: str
    level: Level
    lead_due_at: datetime | None
    stage_due_at: datetime | None
    registered_at: datetime
    closed_at: datetime | None = None
    marks: frozenset[RowMark] = frozenset()
    is_unread: bool = False
    result: Result | None = None
    applicant_name: str = ""
    warned_at: datetime | None = None
    late_by_s: int | None = None
    proposed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueQuery:
    """What a queue shows. Order: overdue answer → overdue stage → near → rest, by due moment, stable."""

    workspace: Workspace
    filter: Filter = Filter.ALL
    text: str = ""
    organisation: OrganisationId | None = None
    executor: UserId | None = None
    category: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePage:
    """A page of rows; `next_key` is opaque, empty at the end; `total` counts the whole query."""

    rows: tuple[QueueRow, ...]
    next_key: str
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """What needs my action in a workspace."""

    workspace: Workspace
    needs_action: int
    has_overdue: bool
    by_filter: dict[Filter, int] = field(default_factory=dict)


class PendingState(StrEnum):
    """Where an own command stands (P6): held back, saved on this computer, refused, in conflict or parked."""

    HELD = "held"
    UNSENT = "unsent"
    REFUSED = "refused"
    CONFLICT = "conflict"
    PARKED = "parked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """An own command that is undecided or wants the author's attention; `command_json` holds all that was typed."""

    command_id: CommandId
    message_id: MessageId
    number: str
    verb: str
    state: PendingState
    saved_at: datetime
    refused: Refused | None = None
    command_json: str = ""
    standing: StandingText | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingText:
    """The text that stands at the central store where an own text was not accepted; empty `by`: nobody is named."""

    text: str
    by: str = ""
    at: datetime | None = None


class Choice(StrEnum):
    """What the author does with a text that was not accepted (P19)."""

    MINE = "mine"
    THEIRS = "theirs"
    ASSEMBLED = "assembled"


@dataclass(frozen=True, slots=True, kw_only=True)
class CardView:
    """A message as it is shown: server truth with own undecided commands projected over it."""

    message: Message
    timeline: tuple[Event, ...]
    sight: str
    rev: str
    actions: tuple[ActionState, ...]
    level: Level
    zone: str
    is_projected: bool = False
    pending: tuple[Pending, ...] = ()
    highlights: tuple[Highlight, ...] = ()
    """For whoever may moderate it: what to look at twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyView:
    """One line of «почему этот срок»: a key for wording, its plain parameters and the clause."""

    key: str
    params: dict[str, str]
    clause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A command saved on this computer (P6); `number` is the temporary one for a registration."""

    command_id: CommandId
    message_id: MessageId
    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A command that can still be taken back, for `left_s` seconds; `is_left_over` from before the program ended."""

    command_id: CommandId
    message_id: MessageId
    number: str
    verb: str
    left_s: float
    is_left_over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBack:
    """A command that was never given after all; `command` is all that was typed."""

    command_id: CommandId
    message_id: MessageId
    command: Command


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Unsent typing, kept in work.db each second; `fields` are plain values of one form, `caret` a position."""

    draft_id: str
    message_id: MessageId | None
    form: str
    fields: dict[str, str]
    caret: int = 0
    saved_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Me:
    user_id: UserId
    full_name: str
    position: str
    login: str
    server: str
    roles: tuple[Role, ...]
    workspaces: tuple[Workspace, ...]
    organisation: OrganisationId | None
    organisation_name: str


class SyncKind(StrEnum):
    """The truth about sync, for the status bar (ux.md §2.0.7)."""

    IN_STEP = "in_step"
    BUSY = "busy"
    OFFLINE = "offline"
    UNAUTHORISED = "unauthorised"
    TOO_OLD = "too_old"
    SERVER_FAULT = "server_fault"
    NOT_SIGNED_IN = "not_signed_in"


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncStatus:
    """`since` is the last successful pull; `skew_s` this computer's clock minus the central store's.

    `trouble` is the code of what is in the way (`proxy_auth`, `dns`, `captive`, `certificate_expired` …), `stuck_since`
    when the outbox last moved although the store is reachable (P25), `lease_ends_at` when the copy locks (P30),
    `next_try_at` when the network thread tries again by itself (by the central store's time; empty: now, or unknown).
    """

    kind: SyncKind
    since: datetime | None = None
    unsent: int = 0
    refused: int = 0
    done: int = 0
    total: int = 0
    skew_s: float = 0.0
    parked: int = 0
    trouble: str = ""
    stuck_since: datetime | None = None
    lease_ends_at: datetime | None = None
    is_locked: bool = False
    events: tuple[DeskEvent, ...] = ()
    next_try_at: datetime | None = None


class DeskEventKind(StrEnum):
    """What happened to this desk that its person must be told once, and may put away."""

    STORE_RESTORED = "store_restored"
    DECISION_CHANGED = "decision_changed"
    DEVICE_RENEWED = "device_renewed"
    REVOKED = "revoked"
    REBUILT = "rebuilt"
    SALVAGED = "salvaged"
    DIVERGED = "diverged"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskEvent:
    """`event_id` names it for `desk.sync.put_away`; `params` are counts and numbers of messages, never texts."""

    event_id: str
    kind: DeskEventKind
    at: datetime
    params: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What changed at this desk: views ask «does this touch me?»; `present` and `drafts` are news of other people."""

    messages: frozenset[MessageId] = frozenset()
    outbox: bool = False
    directory: bool = False
    sync: SyncStatus | None = None
    everything: bool = False
    present: frozenset[MessageId] = frozenset()
    drafts: frozenset[MessageId] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A known applicant found by phone or name in the local cache, newest message first."""

    applicant: Applicant
    messages: int
    last_number: str
    last_at: datetime
    last_address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An executor who could be named: in work, overdue, and how many with this topic (all from the local cache)."""

    user_id: UserId
    name: str
    position: str
    in_work: int
    overdue: int
    with_topic: int
    is_proposed: bool = False
    absent_until: str = ""


@dataclass(frozen=True, slots=True)
class Hint(Generic[K]):
    """A choice that earlier decisions speak for, with words of the text that do, and how many decisions there were."""

    key: K
    because: tuple[str, ...]
    seen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A file kept encrypted at the desk; `attachment` is what commands carry."""

    attachment: Attachment
    is_sent: bool
