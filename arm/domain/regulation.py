"""A region's regulation: terms, reasons, switches over the process, each with its clause."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction

from arm.domain.identity import Role
from arm.domain.message import Stage
from arm.domain.process import Process


class TermUnit(StrEnum):
    """Only calendar days are built; a regulation that needs another unit is refused with its line."""

    CALENDAR_DAYS = "calendar_days"
    WORKING_DAYS = "working_days"
    WORKING_HOURS = "working_hours"
    MONTHS = "months"


class TermStart(StrEnum):
    """By moment: + N × 24 h to the second. By day: 24:00 of the N-th day after, in the organisation's zone (T 3.9)."""

    MOMENT = "moment"
    DAY = "day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    amount: int
    unit: TermUnit = TermUnit.CALENDAR_DAYS
    clause: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A category, or one subcategory of it; by id where the classifier knows it, by title as the act prints it."""

    category: str
    subcategory: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FastTrack:
    """A shorter total term for chosen topics; `topics` empty = the list is fixed by another act (`list_by`)."""

    track_id: str
    title: str
    term: Term
    topics: tuple[Topic, ...] = ()
    list_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineReason:
    """A ground to decline; `text` is the act's wording, `title` the button's; `stages` where it may be used."""

    reason_id: str
    title: str
    text: str
    clause: str
    stages: tuple[Stage, ...] = (Stage.MODERATION,)
    needs_explanation: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A ground to stop a reconsideration (K 3)."""

    ground_id: str
    title: str
    clause: str
    needs_reason: bool = False


@dataclass(frozen=True)
class Regulation:
    """One version of one region's rules; empty fields mean «no rule», never another act's number.

    `shares` are exact fractions of the total by stage, empty = none. `near_share` (own) is the part of a term after
    which a deadline is near. `coordination_cap` bounds coordination per organisation (K 9). `clauses` maps a row's
    number to this act's clause: what a refusal prints; empty = «правило платформы».
    """

    name: str
    version: str
    title: str
    act: str
    process: Process
    text: str
    is_invented: bool = False
    in_force_from: date | None = None
    total: Term | None = None
    start: TermStart = TermStart.MOMENT
    shares: Mapping[Stage, Fraction] = field(default_factory=dict)
    shares_clause: str = ""
    near_share: Fraction = Fraction(3, 4)
    coordination_cap: Term | None = None
    fast_tracks: tuple[FastTrack, ...] = ()
    decline_reasons: tuple[DeclineReason, ...] = ()
    stop_grounds: tuple[Ground, ...] = ()
    endorser_roles: tuple[Role, ...] = (Role.MANAGER,)
    approver_roles: tuple[Role, ...] = (Role.MANAGER,)
    low_mark: int | None = None
    postpone_max_days: int | None = None
    postpone_max_times: int | None = None
    postpone_inclusive: bool = False
    files_with_edited_text: bool = False
    notice_on_hand_down: bool = False
    signer_required: bool = False
    rules_version: str = ""
    clauses: Mapping[str, str] = field(default_factory=dict)
    result_meanings: Mapping[str, str] = field(default_factory=dict)

    @property
    def reference(self) -> str:
        """What a message keeps: `name@version`."""
        return f"{self.name}@{self.version}"

    def clause_of(self, row_number: str) -> str:
        return self.clauses.get(row_number, "")

    def reasons_at(self, stage: Stage) -> tuple[DeclineReason, ...]:
        return tuple(r for r in self.decline_reasons if stage in r.stages)
