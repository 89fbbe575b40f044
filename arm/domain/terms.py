"""The clocks of a message: total, stage shares, caps, fast tracks, postponement, exact to the second.

All moments are aware UTC; a zone is an IANA name and matters only where a rule speaks of days.
Durations are whole seconds of the shares, kept exact by fractions; nothing here reads a clock.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from functools import lru_cache
from math import lcm
from zoneinfo import ZoneInfo

from arm.domain.classifier import Classifier
from arm.domain.clocks import Budget, Clocks, SpanOrigin, Visit
from arm.domain.message import OPEN_STAGES, Stage
from arm.domain.regulation import FastTrack, Regulation, Term, TermStart, TermUnit, Topic

ONE_SECOND = timedelta(seconds=1)
POSTPONED_STAGES = (Stage.EXECUTION, Stage.ENDORSEMENT, Stage.APPROVAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A total term: the due moment (None = no rule), its length in seconds, the fast track's id, the clause.

    `formula_key` names the rule used: `moment`, `day` or `none`.
    """

    at: datetime | None
    seconds: int | None
    track: str = ""
    clause: str = ""
    formula_key: str = "none"


def day_begins_at(day: date, zone: str) -> datetime:
    """00:00 of a date in a zone, as UTC."""
    return datetime.combine(day, time(), tzinfo=_zone(zone)).astimezone(UTC)


def term_ends_at(term: Term, start: TermStart, started_at: datetime, zone: str) -> datetime:
    """The end of a term: + N × 24 h to the second, or 24:00 of the N-th day after in the zone (T 3.9).

    Raises ValueError for a unit other than calendar days: the loader refuses such a regulation with its line.
    """
    if term.unit is not TermUnit.CALENDAR_DAYS:
        raise ValueError(term.unit.value)
    if start is TermStart.MOMENT:
        return started_at + timedelta(days=term.amount)
    local_day = started_at.astimezone(_zone(zone)).date()
    return day_begins_at(local_day + timedelta(days=term.amount + 1), zone)


def fitting_track(regulation: Regulation, category: str, subcategory: str, classifier: Classifier) -> FastTrack | None:
    """The shortest fast track whose list holds this topic, or nothing."""
    fitting = [
        track
        for track in regulation.fast_tracks
        if any(_fits(topic, category, subcategory, classifier) for topic in track.topics)
    ]
    return min(fitting, key=lambda track: track.term.amount, default=None)


def total_due(
    regulation: Regulation,
    started_at: datetime,
    zone: str,
    category: str,
    subcategory: str,
    classifier: Classifier,
) -> Due:
    """The legal bound of the whole answer; without a number in the act there is none."""
    track = fitting_track(regulation, category, subcategory, classifier) if category else None
    term = regulation.total
    if track is not None and (term is None or track.term.amount < term.amount):
        term = track.term
    else:
        track = None
    if term is None:
        return Due(at=None, seconds=None)
    at = term_ends_at(term, regulation.start, started_at, zone)
    return Due(
        at=at,
        seconds=(at - started_at) // ONE_SECOND,
        track=track.track_id if track else "",
        clause=term.clause,
        formula_key=regulation.start.value,
    )


def shared_out(seconds: int, shares: Mapping[Stage, Fraction], stages: tuple[Stage, ...]) -> tuple[Budget, ...]:
    """Whole seconds by share in the order of the stages; rounding never loses or makes a second."""
    # whole numbers throughout: sums of fractions would cost most of a decision's time
    whole = lcm(*(share.denominator for share in shares.values()))
    found: list[Budget] = []
    reached, given = 0, 0
    for stage in stages:
        share = shares.get(stage)
        if share is None:
            continue
        reached += share.numerator * (whole // share.denominator)
        upto = reached * seconds // whole
        found.append(Budget(stage=stage.value, seconds=upto - given))
        given = upto
    return tuple(found)


def on_register(
    regulation: Regulation,
    now: datetime,
    zone: str,
    organisation: str,
    outer_due_at: datetime | None = None,
) -> Clocks:
    """The clocks of a new message in moderation; the total is the general one until the topic is fixed."""
    bare = Clocks(started_at=now, stage_entered_at=now, outer_due_at=outer_due_at)
    counted = _with_total(bare, regulation, total_due(regulation, now, zone, "", "", Classifier()))
    return enter_stage(counted, regulation, Stage.MODERATION, organisation, None, now)


def fix_total(
    clocks: Clocks,
    regulation: Regulation,
    zone: str,
    category: str,
    subcategory: str,
    classifier: Classifier,
    cap_days: int | None = None,
) -> Clocks:
    """The total for this topic from the span's start; the present stay goes on with its new share.

    A date named by a postponement stands: another topic doesn't move it.
    """
    if clocks.origin is SpanOrigin.POSTPONEMENT:
        return clocks
    due = total_due(regulation, clocks.started_at, zone, category, subcategory, classifier)
    return _bounded(_with_total(clocks, regulation, due), regulation, cap_days)


recompute_total = fix_total
"""Row 5: the same sum from registration (or from the mark of a re-opened message)."""


def enter_stage(
    clocks: Clocks,
    regulation: Regulation,
    stage: Stage,
    organisation: str,
    cap_days: int | None,
    now: datetime,
    is_return: bool = False,
) -> Clocks:
    """Leaves the present stage and enters another one (or the same one elsewhere).

    `cap_days` is the organisation's own cap on coordination; the tighter of it and the regulation's holds.
    """
    visits = _left(clocks.visits, now)
    here = Visit(stage=stage.value, organisation=organisation, entered_at=now, is_return=is_return)
    moved = replace(clocks, visits=(*visits, here), stage_entered_at=now)
    return _bounded(moved, regulation, cap_days)


def postpone(clocks: Clocks, regulation: Regulation, until: date, zone: str, now: datetime) -> Clocks:
    """A new span up to the beginning of the named date («до этой даты», D 3.4 в), its end where inclusive.

    Execution, endorsement and approval get their shares of what is left, the rest is reserve. A due date that
    came from outside is answered by the sent postponement and falls away. `enter_stage` comes after it.
    """
    last = until + timedelta(days=1) if regulation.postpone_inclusive else until
    due_at = day_begins_at(last, zone)
    left = max(0, (due_at - now) // ONE_SECOND)
    return replace(
        clocks,
        started_at=now,
        origin=SpanOrigin.POSTPONEMENT,
        answer_due_at=due_at,
        outer_due_at=None,
        term_seconds=left,
        budgets=shared_out(left, regulation.shares, POSTPONED_STAGES),
        stage_due_at=None,
        cap_due_at=None,
        near_at=None,
        visits=_left(clocks.visits, now),
    )


def reset(
    clocks: Clocks,
    regulation: Regulation,
    zone: str,
    category: str,
    subcategory: str,
    classifier: Classifier,
    now: datetime,
) -> Clocks:
    """Re-opening after a low mark: the category's full term from the mark; `enter_stage` comes after it."""
    fresh = replace(
        clocks,
        started_at=now,
        origin=SpanOrigin.MARK,
        outer_due_at=None,
        stage_due_at=None,
        cap_due_at=None,
        near_at=None,
        stopped_at=None,
        visits=_left(clocks.visits, now),
    )
    due = total_due(regulation, now, zone, category, subcategory, classifier)
    return _with_total(fresh, regulation, due)


def stop(clocks: Clocks, now: datetime) -> Clocks:
    """The message is closed: the due moment stays, to tell by how much it was in time."""
    return replace(
        clocks,
        stopped_at=now,
        stage_entered_at=now,
        stage_due_at=None,
        cap_due_at=None,
        near_at=None,
        visits=_left(clocks.visits, now),
    )


def used_in_stage(clocks: Clocks, stage: str, upto: datetime, organisation: str | None = None) -> timedelta:
    """Time spent in a stage (in one organisation, if named) within the current span, all visits together."""
    return sum((upto_ - since for since, upto_ in _stays(clocks, stage, upto, organisation)), timedelta())


def cap_of(regulation: Regulation, cap_days: int | None) -> Term | None:
    """The tighter of the regulation's cap on coordination and the organisation's own."""
    ruled = regulation.coordination_cap
    if cap_days is None:
        return ruled
    own = Term(amount=cap_days)
    return own if ruled is None or own.amount < ruled.amount else ruled


def _stays(clocks: Clocks, stage: str, upto: datetime, organisation: str | None) -> Iterator[tuple[datetime, datetime]]:
    for one in clocks.visits:
        if one.stage != stage or (organisation is not None and one.organisation != organisation):
            continue
        since = max(one.entered_at, clocks.started_at)
        until = upto if one.left_at is None else min(one.left_at, upto)
        if until > since:
            yield since, until


def _left(visits: tuple[Visit, ...], now: datetime) -> tuple[Visit, ...]:
    if visits and visits[-1].left_at is None:
        return (*visits[:-1], replace(visits[-1], left_at=now))
    return visits


def _with_total(clocks: Clocks, regulation: Regulation, due: Due) -> Clocks:
    budgets = () if due.seconds is None else shared_out(due.seconds, regulation.shares, OPEN_STAGES)
    return replace(clocks, answer_due_at=due.at, term_seconds=due.seconds, track=due.track, budgets=budgets)


def _bounded(clocks: Clocks, regulation: Regulation, cap_days: int | None) -> Clocks:
    """The present visit's bounds: what is left of the share, never beyond the total; and the cap."""
    if not clocks.visits or clocks.visits[-1].left_at is not None:
        return clocks
    here, lead = clocks.visits[-1], clocks.lead_due_at
    entered_at = clocks.stage_entered_at
    used = used_in_stage(clocks, here.stage, entered_at)
    stage_due = next(
        (entered_at - used + timedelta(seconds=b.seconds) for b in clocks.budgets if b.stage == here.stage),
        None,
    )
    if stage_due is not None and lead is not None:
        stage_due = min(stage_due, lead)
    cap = cap_of(regulation, cap_days) if here.stage == Stage.COORDINATION else None
    cap_used = used_in_stage(clocks, here.stage, entered_at, here.organisation)
    cap_due = entered_at - cap_used + timedelta(days=cap.amount) if cap is not None else None
    near_at = _near(
        regulation.near_share,
        [
            (stage_due, entered_at - used),
            (cap_due, entered_at - cap_used),
            (lead, clocks.started_at),
        ],
    )
    return replace(clocks, stage_due_at=stage_due, cap_due_at=cap_due, near_at=near_at)


def _near(share: Fraction, bounds: list[tuple[datetime | None, datetime]]) -> datetime | None:
    """When `share` of the time up to the first of the bounds is used; `since` is a bound's beginning."""
    known = [(due, since) for due, since in bounds if due is not None]
    if not known:
        return None
    first = min(due for due, _ in known)
    moments = []
    for due, since in known:
        if due == first:
            microseconds = (due - since) // timedelta(microseconds=1)
            used = microseconds * share.numerator // share.denominator
            moments.append(since + timedelta(microseconds=used))
    return min(moments)


def _fits(topic: Topic, category: str, subcategory: str, classifier: Classifier) -> bool:
    """By id, else by the title an act prints."""
    if topic.category != category:
        known = classifier.categories.get(category)
        if known is None or known.title.casefold() != topic.category.casefold():
            return False
    if topic.subcategory in ("", subcategory):
        return True
    known = classifier.categories.get(category)
    parts = known.subcategories if known is not None else ()
    wanted = topic.subcategory.casefold()
    return any(p.subcategory_id == subcategory and p.title.casefold() == wanted for p in parts)


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
