"""Sentences of «почему этот срок»: one per line that the rules give."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from arm.desk.values import WhyView
from arm.domain.clocks import SpanOrigin
from arm.domain.message import Stage
from arm.i18n import _
from ui.formats import duration, moment
from ui.wording import stage_name

_Params = Mapping[str, str]


def why_sentence(line: WhyView, zone: str = "Europe/Moscow") -> str:
    """A line in words; a line of an unknown kind shows its values, so that nothing is hidden."""
    speak = _SPEAKERS.get(line.key)
    if speak is None:
        return ", ".join(value for value in line.params.values() if value)
    return speak(line.params, zone)


def _moment(params: _Params, name: str, zone: str) -> str:
    words = params.get(name, "")
    return moment(datetime.fromisoformat(words), zone) if words else "…"


def _span(params: _Params, name: str) -> str:
    return duration(float(params.get(name) or 0))


def _stage(params: _Params) -> str:
    known = {one.value: one for one in Stage}
    one = known.get(params.get("stage", ""))
    return stage_name(one) if one is not None else "…"


def _started(params: _Params, zone: str) -> str:
    when = _moment(params, "at", zone)
    origin = params.get("origin", "")
    if origin == SpanOrigin.MARK.value:
        return _("Counted from the applicant's low mark: {when}").format(when=when)
    if origin == SpanOrigin.POSTPONEMENT.value:
        return _("Counted from the postponement: {when}").format(when=when)
    return _("Counted from the registration: {when}").format(when=when)


def _total_moment(params: _Params, zone: str) -> str:
    return _("{days} days to the second give {when}").format(
        days=params.get("days", "…"), when=_moment(params, "due_at", zone)
    )


def _total_day(params: _Params, zone: str) -> str:
    last = datetime.fromisoformat(params["due_at"]) - timedelta(seconds=1) if params.get("due_at") else None
    when = moment(last, zone) if last is not None else "…"
    return _("{days} days, to the end of the last day: {when}").format(days=params.get("days", "…"), when=when)


def _track(params: _Params, zone: str) -> str:
    return _("Fast track “{title}”: {days} days").format(title=params.get("title", ""), days=params.get("days", ""))


def _postponed(params: _Params, zone: str) -> str:
    return _("Postponed: the answer is due {when}").format(when=_moment(params, "due_at", zone))


def _outer(params: _Params, zone: str) -> str:
    when = _moment(params, "due_at", zone)
    if params.get("leads") == "yes":
        return _("A date came with the message and is earlier: {when}").format(when=when)
    return _("A date came with the message: {when}").format(when=when)


def _share(params: _Params, zone: str) -> str:
    said = _("Stage “{stage}”: {percent} % of the term = {span}, until {when}").format(
        stage=_stage(params),
        percent=params.get("percent", "…"),
        span=_span(params, "seconds"),
        when=_moment(params, "due_at", zone),
    )
    if float(params.get("used_before") or 0) > 0:
        used = _("Used before: {used}").format(used=_span(params, "used_before"))
        return f"{said}. {used}"
    return said


def _cap(params: _Params, zone: str) -> str:
    return _("{organisation} has {days} days for coordination: until {when}").format(
        organisation=params.get("organisation", ""),
        days=params.get("days", "…"),
        when=_moment(params, "due_at", zone),
    )


def _near(params: _Params, zone: str) -> str:
    return _("“Due soon” from {when}: {percent} % of the time is used").format(
        when=_moment(params, "at", zone), percent=params.get("percent", "…")
    )


def _visit(params: _Params, zone: str) -> str:
    since = _moment(params, "entered_at", zone)
    where = f"{_stage(params)}, {params.get('organisation', '')}"
    if params.get("seconds"):
        return _("{where}: from {since}, {span}").format(where=where, since=since, span=_span(params, "seconds"))
    return _("{where}: since {since}").format(where=where, since=since)


def _stopped(params: _Params, zone: str) -> str:
    when = _moment(params, "at", zone)
    late = params.get("late_by", "")
    if late and float(late) > 0:
        return _("Closed {when}, late by {span}").format(when=when, span=duration(float(late)))
    return _("Closed {when}").format(when=when)


def _no_total(params: _Params, zone: str) -> str:
    return _("The regulation has no term for this message")


def _no_shares(params: _Params, zone: str) -> str:
    return _("The regulation gives the stage “{stage}” no term of its own").format(stage=_stage(params))


def _bounded(params: _Params, zone: str) -> str:
    return _("The stage can't last longer than the whole term: {when}").format(when=_moment(params, "due_at", zone))


_SPEAKERS: dict[str, Callable[[_Params, str], str]] = {
    "started": _started,
    "total_moment": _total_moment,
    "total_day": _total_day,
    "no_total": _no_total,
    "track": _track,
    "postponed": _postponed,
    "outer": _outer,
    "share": _share,
    "no_shares": _no_shares,
    "bounded_by_total": _bounded,
    "cap": _cap,
    "near": _near,
    "visit": _visit,
    "stopped": _stopped,
}
