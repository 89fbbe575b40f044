"""A region's regulation: terms, reasons, switches over the process, each with its clause."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction

from arm.domain.identity import Role
from arm.domain.message import Kind, Stage
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
    """A category, or one subcategory of it; by id where the classifier knows it, by title as the act prints it.

    `as_printed` keeps the act's own place of it where the print is plainly wrong and the file stores the right one.
    """

    category: str
    subcategory: str = ""
    as_printed: str = ""


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
    as_printed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A ground to stop a reconsideration (K 3)."""

    ground_id: str
    title: str
    clause: str
    needs_reason: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A worked example of the regulation's file, run by `arm regulation check`; moments are aware UTC.

    `days` stands in for a total that the act leaves to another one. `terms` are seconds by stage, `due` moments by
    stage, `total` or `cap`, each stage entered when the one before it is due; `line` is where the example stands.
    """

    title: str
    registered_at: datetime
    zone: str
    clause: str = ""
    days: int | None = None
    category: str = ""
    subcategory: str = ""
    track: str | None = None
    coordination_from: datetime | None = None
    postponed_at: datetime | None = None
    postponed_until: date | None = None
    terms: Mapping[str, int] = field(default_factory=dict)
    due: Mapping[str, datetime] = field(default_factory=dict)
    line: int = 0


@dataclass(frozen=True)
class Regulation:
    """One version of one region's rules; empty fields mean «no rule», never another act's number.

    `shares` are exact fractions of the total by stage, empty = none. `near_share` (own) is the part of a term after
    which a deadline is near. `coordination_cap` bounds coordination per organisation (K 9). `clauses` maps a row's
    number to this act's clause: what a refusal prints; empty = «правило платформы». `short` is the act's short name
    («K»), `cited` how its clause reads to people («п. {} приказа …»). `in_force` says in words when it began where
    the act gives no date. `other_tracks_below` is what any further fast track must stay below (K 8).
    `total_by`, `shares_by`, `reasons_by` name the act or body that fixes what this act leaves to it.
    `votes_archive_days` is K2 10. `notes` tell by row number how an unclear clause was read.
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
    short: str = ""
    cited: str = ""
    kind: Kind = Kind.MESSAGE
    signed_on: date | None = None
    in_force: str = ""
    other_tracks_below: Term | None = None
    total_by: str = ""
    shares_by: str = ""
    reasons_by: str = ""
    votes_archive_days: int | None = None
    notes: Mapping[str, str] = field(default_factory=dict)
    examples: tuple[Example, ...] = ()

    @property
    def reference(self) -> str:
        """What a message keeps: `name@version`."""
        return f"{self.name}@{self.version}"

    def clause_of(self, row_number: str) -> str:
        return self.clauses.get(row_number, "")

    def clause_in_words(self, clause: str) -> str:
        """«п. 9 приказа № 54» for «K 9»; a clause of another act, or none, comes back as it is."""
        head, _, rest = clause.partition(" ")
        return self.cited.replace("{}", rest) if self.cited and rest and head == self.short else clause

    def reasons_at(self, stage: Stage) -> tuple[DeclineReason, ...]:
        return tuple(r for r in self.decline_reasons if stage in r.stages)
