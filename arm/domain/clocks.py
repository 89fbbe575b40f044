"""The clocks a message carries: computed at events by `terms`, shown everywhere, recomputed nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Level(StrEnum):
    """Deadline levels of every board; `near` is own: a share of the time used, from the regulation."""

    CALM = "calm"
    NEAR = "near"
    STAGE_OVER = "stage_over"
    OVER = "over"
    DONE = "done"


class SpanOrigin(StrEnum):
    """What began the current span: registration, a low mark (re-opening), or a postponement."""

    REGISTRATION = "registration"
    MARK = "mark"
    POSTPONEMENT = "postponement"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One stay in a stage at an organisation; `left_at` empty = still there."""

    stage: str
    organisation: str
    entered_at: datetime
    left_at: datetime | None = None
    is_return: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """A stage's share of the current span, in seconds; `due_at` filled while the message is there."""

    stage: str
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """Every due moment of one message, aware UTC; an empty moment means «no rule».

    `started_at` begins the current span (`origin`: registration, mark or postponement); `answer_due_at` is the
    legal bound, `outer_due_at` a date that came with an imported message, `lead_due_at` the tighter of them.
    `stage_due_at` bounds the current stage, `cap_due_at` the organisation's own coordination cap (K 9).
    `near_at` is the moment from which the level is `near` (for stage or answer, whichever comes first).
    `term_seconds` is the length of the current span, `track` the fast track's id or empty.
    `budgets` are the stage shares of the span; `visits` the whole history since `started_at` and before.
    """

    started_at: datetime
    stage_entered_at: datetime
    answer_due_at: datetime | None = None
    outer_due_at: datetime | None = None
    stage_due_at: datetime | None = None
    cap_due_at: datetime | None = None
    near_at: datetime | None = None
    term_seconds: int | None = None
    track: str = ""
    budgets: tuple[Budget, ...] = ()
    visits: tuple[Visit, ...] = ()
    stopped_at: datetime | None = None
    origin: SpanOrigin = SpanOrigin.REGISTRATION

    @property
    def lead_due_at(self) -> datetime | None:
        known = [d for d in (self.answer_due_at, self.outer_due_at) if d is not None]
        return min(known) if known else None

    @property
    def stage_lead_at(self) -> datetime | None:
        """The tighter bound of the present stage."""
        known = [d for d in (self.stage_due_at, self.cap_due_at) if d is not None]
        return min(known) if known else None

    def is_over(self, now: datetime) -> bool:
        """Whether the answer is overdue; the due moment itself is still in time."""
        lead = self.lead_due_at
        return lead is not None and now > lead

    def is_stage_over(self, now: datetime) -> bool:
        """Whether the stage is; one entered with nothing left of its share is over from its first instant."""
        stage = self.stage_lead_at
        return stage is not None and (now > stage or stage <= self.stage_entered_at)

    def level(self, now: datetime) -> Level:
        """The level at a moment; a stopped clock is `DONE` whatever happened before."""
        if self.stopped_at is not None:
            return Level.DONE
        if self.is_over(now):
            return Level.OVER
        if self.is_stage_over(now):
            return Level.STAGE_OVER
        if self.near_at is not None and now >= self.near_at:
            return Level.NEAR
        return Level.CALM

    def late_by_seconds(self) -> int | None:
        """For a closed message: seconds after the due moment (negative = in time); None without a rule."""
        if self.stopped_at is None or self.lead_due_at is None:
            return None
        return int((self.stopped_at - self.lead_due_at).total_seconds())
