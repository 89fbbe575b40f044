"""Why a message is due when it is: the formula, the clause, the second bound, the cap and the history, as data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction

from arm.domain.clocks import Clocks, SpanOrigin, Visit
from arm.domain.directory import Directory
from arm.domain.identity import OrganisationId
from arm.domain.message import Message, Stage
from arm.domain.reading import printed
from arm.domain.regulation import FastTrack, Regulation
from arm.domain.terms import cap_of, used_in_stage

ONE_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class WhyLine:
    """One step of the explanation; the sentence for `key` is the screen's.

    Keys: `started`, `total_moment`, `total_day`, `no_total`, `track`, `postponed`, `outer`, `share`, `no_shares`,
    `bounded_by_total`, `cap`, `near`, `visit`, `stopped`. In `params` moments are ISO in UTC, spans whole seconds,
    per cents and days plain numbers, stages their values, organisations their names.
    """

    key: str
    params: Mapping[str, str] = field(default_factory=dict)
    clause: str = ""


def why(message: Message, regulation: Regulation, directory: Directory) -> tuple[WhyLine, ...]:
    """From the start of the span to the stays that used it up; `regulation` is the message's own version."""
    clocks = message.clocks
    return (
        WhyLine("started", {"at": _iso(clocks.started_at), "origin": clocks.origin.value}),
        *_total(clocks, regulation),
        *_outer(clocks),
        *(_stage(message, regulation, directory) if clocks.stopped_at is None else ()),
        *_visits(clocks, directory),
        *_stopped(clocks),
    )


def _total(clocks: Clocks, regulation: Regulation) -> Iterator[WhyLine]:
    if clocks.answer_due_at is None:
        yield WhyLine("no_total")
        return
    due = {"due_at": _iso(clocks.answer_due_at), "seconds": str(clocks.term_seconds or 0)}
    if clocks.origin is SpanOrigin.POSTPONEMENT:
        inclusive = "yes" if regulation.postpone_inclusive else "no"
        yield WhyLine("postponed", {**due, "inclusive": inclusive}, regulation.clause_of("20"))
        return
    track = _track(clocks, regulation)
    term = track.term if track else regulation.total
    if track is not None:
        yield WhyLine("track", {"title": track.title, "days": str(track.term.amount)}, track.term.clause)
    if term is not None:
        yield WhyLine(f"total_{regulation.start.value}", {**due, "days": str(term.amount)}, term.clause)


def _track(clocks: Clocks, regulation: Regulation) -> FastTrack | None:
    return next((t for t in regulation.fast_tracks if t.track_id == clocks.track), None)


def _outer(clocks: Clocks) -> Iterator[WhyLine]:
    if clocks.outer_due_at is not None:
        leads = "yes" if clocks.lead_due_at == clocks.outer_due_at else "no"
        yield WhyLine("outer", {"due_at": _iso(clocks.outer_due_at), "leads": leads})


def _stage(message: Message, regulation: Regulation, directory: Directory) -> Iterator[WhyLine]:
    clocks, stage = message.clocks, message.stage
    if clocks.stage_due_at is None:
        yield WhyLine("no_shares", {"stage": stage.value})
    else:
        yield from _share(clocks, stage, regulation)
    if clocks.cap_due_at is not None and clocks.visits:
        here = OrganisationId(clocks.visits[-1].organisation)
        known = directory.organisation(here)
        cap = cap_of(regulation, known.coordination_cap_days if known else None)
        used = used_in_stage(clocks, stage.value, clocks.stage_entered_at, here)
        yield WhyLine(
            "cap",
            {
                "due_at": _iso(clocks.cap_due_at),
                "organisation": _name(here, directory),
                "days": str(cap.amount) if cap else "",
                "used_before": _seconds(used),
            },
            cap.clause if cap else "",
        )
    if clocks.near_at is not None:
        percent = printed(Fraction(regulation.near_share) * 100)
        yield WhyLine("near", {"at": _iso(clocks.near_at), "percent": percent})


def _share(clocks: Clocks, stage: Stage, regulation: Regulation) -> Iterator[WhyLine]:
    due_at = clocks.stage_due_at
    budget = next((b.seconds for b in clocks.budgets if b.stage == stage.value), None)
    share = regulation.shares.get(stage)
    if due_at is None or budget is None or share is None:
        return
    used = used_in_stage(clocks, stage.value, clocks.stage_entered_at)
    yield WhyLine(
        "share",
        {
            "stage": stage.value,
            "percent": printed(share * 100),
            "seconds": str(budget),
            "entered_at": _iso(clocks.stage_entered_at),
            "used_before": _seconds(used),
            "due_at": _iso(due_at),
        },
        regulation.shares_clause,
    )
    if due_at < clocks.stage_entered_at - used + timedelta(seconds=budget):
        yield WhyLine("bounded_by_total", {"due_at": _iso(due_at)})


def _visits(clocks: Clocks, directory: Directory) -> Iterator[WhyLine]:
    for one in clocks.visits:
        if one.left_at is None or one.left_at > clocks.started_at:
            yield WhyLine("visit", _visit(one, directory))


def _visit(one: Visit, directory: Directory) -> Mapping[str, str]:
    return {
        "stage": one.stage,
        "organisation": _name(OrganisationId(one.organisation), directory),
        "entered_at": _iso(one.entered_at),
        "left_at": _iso(one.left_at) if one.left_at else "",
        "seconds": _seconds(one.left_at - one.entered_at) if one.left_at else "",
        "is_return": "yes" if one.is_return else "no",
    }


def _stopped(clocks: Clocks) -> Iterator[WhyLine]:
    if clocks.stopped_at is not None:
        late = clocks.late_by_seconds()
        yield WhyLine("stopped", {"at": _iso(clocks.stopped_at), "late_by": "" if late is None else str(late)})


def _name(organisation_id: OrganisationId, directory: Directory) -> str:
    known = directory.organisation(organisation_id)
    return known.name if known else str(organisation_id)


def _iso(moment: datetime) -> str:
    return moment.isoformat()


def _seconds(span: timedelta) -> str:
    return str(span // ONE_SECOND)
