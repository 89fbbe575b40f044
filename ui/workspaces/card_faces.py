"""What the card says of a message: clocks in words, stages to scale, tags, the pinned reason, the timeline."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING

from arm.domain.clocks import Clocks
from arm.domain.identity import UserId
from arm.domain.message import Kind, Subject
from arm.domain.message import Stage as StageName
from arm.domain.verbs import Verb
from arm.i18n import _
from ui.formats import NBSP, duration, moment, number_sign, short_date
from ui.widgets import StageFace, TimelineEntry
from ui.wording import channel_name, closed_name, highlight_name, stage_name

if TYPE_CHECKING:
    from arm.desk.values import Me
    from arm.domain.events import Event
    from ui.workspaces.base import Opened

_TONES = {
    Verb.DECLINE: "danger",
    Verb.REJECT: "warn",
    Verb.SEND_BACK: "warn",
    Verb.HAND_UP: "warn",
    Verb.WARN: "warn",
    Verb.RATE: "warn",
    Verb.STOP_RECONSIDERATION: "danger",
    Verb.APPROVE: "ok",
    Verb.ENDORSE: "ok",
    Verb.SUBMIT: "accent",
    Verb.ASSIGN: "accent",
    Verb.TAKE: "accent",
}


def who_and_when(opened: Opened, me: Me) -> str:
    """Applicant, channel, moment of coming in; organisation and executor where they are others than mine."""
    message, directory = opened.message, opened.directory
    applicant = message.applicant.name if message.applicant is not None else ""
    place = directory.organisation(message.organisation or message.proposed_organisation or message.top)
    executor = directory.name(message.executor)
    phone = message.applicant.phone if message.applicant is not None else ""
    parts = (
        applicant or _("applicant not shown"),
        phone,
        channel_name(message.channel),
        moment(message.registered_at, opened.card.zone).replace(" ", NBSP),
        (place.short_name or place.name) if place is not None and place.organisation_id != me.organisation else "",
        executor if message.executor != me.user_id else "",
    )
    return f"{NBSP}· ".join(part for part in parts if part)


def total_words(opened: Opened, now: datetime) -> str:
    """The answer's clock beside the stage's chip: «ответ до 10.06 18:00, осталось 3 д 4 ч»."""
    message, zone = opened.message, opened.card.zone
    due = message.clocks.lead_due_at
    if message.closed_as is not None:
        return closed_name(message.closed_as)
    if due is None:
        return stage_name(message.stage)
    until = moment(due, zone, now)
    seconds = (due - now).total_seconds()
    if seconds < 0:
        return _("answer was due {until}").format(until=until)
    return _("answer until {until}, {left} left").format(until=until, left=duration(seconds))


def stage_faces(opened: Opened, now: datetime) -> tuple[StageFace, ...]:
    """Five segments to the scale of the message's own term; nothing where the regulation has no shares."""
    message = opened.message
    clocks = message.clocks
    order = [one.value for one in StageName if one is not StageName.CLOSED]
    present = message.stage.value
    faces = []
    for budget in clocks.budgets:
        used = _used(clocks, budget.stage, now)
        share = max(1, budget.seconds)
        state = "now" if budget.stage == present else ("past" if used else "ahead")
        if present in order and budget.stage in order and order.index(budget.stage) < order.index(present):
            state = "past"
        over = max(0.0, used - share) / max(used, share)
        name = stage_name(StageName(budget.stage))
        hint = _("{stage}: {used} of {whole}").format(stage=name, used=duration(used), whole=duration(budget.seconds))
        faces.append(StageFace(name, float(share), state, min(1.0, used / share), over=min(1.0, over), hint=hint))
    return tuple(faces)


def _used(clocks: Clocks, stage: str, now: datetime) -> float:
    """Seconds of the present span spent in a stage."""
    until = clocks.stopped_at or now
    return sum(
        ((visit.left_at or until) - max(visit.entered_at, clocks.started_at)).total_seconds()
        for visit in clocks.visits
        if visit.stage == stage and (visit.left_at or until) > clocks.started_at
    )


def pinned_reason(opened: Opened) -> str:
    """Why it came back, in full, on top of the card."""
    message = opened.message
    if not message.return_reason or not message.is_open:
        return ""
    if message.returned_by:
        return _("Returned by {name}: {reason}").format(
            name=opened.directory.name(UserId(message.returned_by)) or message.returned_by,
            reason=message.return_reason,
        )
    return _("Returned: {reason}").format(reason=message.return_reason)


def tags_of(opened: Opened) -> tuple[tuple[str, str], ...]:
    """What must be seen at once: words and tone of each tag."""
    message = opened.message
    tags: list[tuple[str, str]] = []
    for mark, count in Counter(one.mark for one in opened.card.highlights).items():
        name = highlight_name(mark)
        tags.append((f"{name}: {count}" if count > 1 else name, "warn"))
    if opened.card.is_projected:
        tags.append((_("Not sent yet"), "warn"))
    if message.is_repeat:
        tags.append((_("Repeat consideration"), "warn"))
    if message.kind is Kind.APPEAL:
        tags.append((_("Appeal by law 59-FZ"), "danger"))
    if message.clocks.track:
        tags.append((_track(opened), "accent"))
    if message.postponed_until is not None:
        tags.append((_("Postponed until {date}").format(date=short_date(message.postponed_until)), "neutral"))
    if message.is_rework:
        tags.append((_("Rework"), "warn"))
    if message.subject is Subject.REDIRECT and message.redirect is not None:
        target = opened.directory.organisation(message.redirect.organisation)
        tags.append((_("Redirect to: {name}").format(name=target.name if target else "…"), "accent"))
    tags.extend(
        (_("Earlier: {number}").format(number=number_sign(number)), "neutral") for number in message.earlier_numbers
    )
    waiting = sum(1 for one in message.inquiries if one.is_open)
    if waiting:
        tags.append((_("Inquiries open: {count}").format(count=waiting), "neutral"))
    return tuple(tags)


def _track(opened: Opened) -> str:
    track_id = opened.message.clocks.track
    track = next((one for one in opened.regulation.fast_tracks if one.track_id == track_id), None)
    if track is None:
        return _("Fast track")
    return _("Fast track: {days} d").format(days=track.term.amount)


def timeline_entries(opened: Opened) -> tuple[TimelineEntry, ...]:
    """Newest last, as it went."""
    return tuple(_entry(event, opened) for event in opened.card.timeline)


def _entry(event: Event, opened: Opened) -> TimelineEntry:
    from arm.domain.commands import Register
    from ui.timeline_words import event_detail, event_title

    zone = opened.card.zone
    detail = event_detail(event, opened.directory)
    received_at = event.command.received_at if isinstance(event.command, Register) else None
    if received_at is not None and received_at != event.at:
        loaded = _("Loaded: {moment}").format(moment=moment(event.at, zone))
        detail = f"{loaded}\n{detail}" if detail else loaded
    return TimelineEntry(
        when=moment(received_at or event.at, zone),
        who=event.actor.name,
        what=event_title(event, opened.directory),
        detail=detail,
        tone=_TONES.get(event.verb, "text"),
    )
