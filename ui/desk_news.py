"""What happened to this desk, told once in a banner: a restored store, a renewed device, a wrong clock and the like.

Parameters of the events that are told, all plain text and all optional: STORE_RESTORED `copy_at` (RFC 3339), `offered`,
`differing`; DECISION_CHANGED `number`, `differing`; SALVAGED `file`, `saved`, `missing` (numbers with commas between).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from arm.desk.values import DeskEvent, DeskEventKind
from arm.i18n import _, ngettext
from ui.formats import number_sign
from ui.start_news import rebuilt_words, salvage_words
from ui.sync_words import moment_words, skew_cause, skew_words
from ui.widgets import BannerFace

SEEN, SHOW = "seen", "show"
_ORDER = (
    DeskEventKind.REVOKED,
    DeskEventKind.SALVAGED,
    DeskEventKind.STORE_RESTORED,
    DeskEventKind.DECISION_CHANGED,
    DeskEventKind.DEVICE_RENEWED,
    DeskEventKind.DIVERGED,
    DeskEventKind.REBUILT,
)
_TONES = {
    DeskEventKind.REVOKED: "error",
    DeskEventKind.SALVAGED: "warn",
    DeskEventKind.STORE_RESTORED: "warn",
    DeskEventKind.DECISION_CHANGED: "warn",
    DeskEventKind.DIVERGED: "warn",
}
_SHOWN_NUMBERS = 6


@dataclass(frozen=True, slots=True)
class News:
    """One banner and the events that it tells; with «Понятно» they are all put away."""

    face: BannerFace
    event_ids: tuple[str, ...]


def news_of(events: tuple[DeskEvent, ...], now: datetime) -> tuple[News, ...]:
    """The most urgent first; many changed decisions are one piece of news."""
    made: list[News] = []
    for kind in _ORDER:
        found = sorted((one for one in events if one.kind is kind), key=lambda one: one.at)
        if kind is DeskEventKind.DECISION_CHANGED and found:
            made.append(_news(kind, _changed(tuple(found)), found))
        else:
            made.extend(_news(kind, event_words(one, now), [one]) for one in found)
    return tuple(made)


def clock_news(skew_s: float) -> News | None:
    """More than five minutes off: what is wrong, what it does not spoil, what helps."""
    cause = skew_cause(skew_s)
    if not cause:
        return None
    return News(BannerFace(f"{skew_words(skew_s)}. {cause}", "warn", ((SEEN, _("Got it")),)), ())


def event_words(event: DeskEvent, now: datetime) -> str:
    """What happened, what is safe, what to do."""
    speak = {
        DeskEventKind.STORE_RESTORED: _restored,
        DeskEventKind.DECISION_CHANGED: lambda one, _now: _changed((one,)),
        DeskEventKind.DEVICE_RENEWED: _renewed,
        DeskEventKind.REVOKED: _revoked,
        DeskEventKind.REBUILT: lambda _one, _now: rebuilt_words(),
        DeskEventKind.SALVAGED: _salvaged,
        DeskEventKind.DIVERGED: _diverged,
    }
    return speak[event.kind](event, now)


def _news(kind: DeskEventKind, words: str, events: list[DeskEvent]) -> News:
    actions: tuple[tuple[str, str], ...] = ((SEEN, _("Got it")),)
    has_more = kind is DeskEventKind.DECISION_CHANGED or (
        kind is DeskEventKind.STORE_RESTORED and any(_number(one, "differing") for one in events)
    )
    if has_more:
        actions = ((SHOW, _("Show")), *actions)
    return News(BannerFace(words, _TONES.get(kind, "info"), actions), tuple(one.event_id for one in events))


def _restored(event: DeskEvent, now: datetime) -> str:
    copy = _moment(event.params.get("copy_at", ""), now)
    said = (
        _("The central store was restored from a copy of {time}").format(time=copy)
        if copy
        else _("The central store was restored from a copy")
    )
    resent, unsettled = _number(event, "offered"), _number(event, "differing")
    parts = []
    if resent:
        parts.append(
            ngettext("{count} action of yours was sent anew", "{count} actions of yours were sent anew", resent).format(
                count=resent
            )
        )
    if unsettled:
        parts.append(ngettext("{count} needs a decision", "{count} need a decision", unsettled).format(count=unsettled))
    if not parts:
        parts.append(_("your actions are all there"))
    return f"{said}: {', '.join(parts)}."


def _changed(events: tuple[DeskEvent, ...]) -> str:
    numbers = [number_sign(one.params.get("number", "")) for one in events]
    named = [one for one in numbers if one][:_SHOWN_NUMBERS]
    if len(named) < len([one for one in numbers if one]):
        named.append("…")
    count = sum(max(1, _number(one, "differing")) for one in events)
    said = ngettext(
        "After the restoration the central store decided otherwise on {count} action of yours",
        "After the restoration the central store decided otherwise on {count} actions of yours",
        count,
    ).format(count=count)
    tail = _("What you typed is kept.")
    return f"{said}: {', '.join(named)}. {tail}" if named else f"{said}. {tail}"


def _renewed(event: DeskEvent, _now: datetime) -> str:
    return _(
        "This profile is open on another computer or was restored from a copy: work goes on under a new number of this "
        "computer, nothing is lost."
    )


def _revoked(event: DeskEvent, now: datetime) -> str:
    return _(
        "The administrator has revoked the access of this computer ({time}). Nothing new comes here and nothing is "
        "sent. If that is a mistake, tell the administrator."
    ).format(time=moment_words(event.at, now))


def _salvaged(event: DeskEvent, _now: datetime) -> str:
    missing = tuple(int(one) for one in event.params.get("missing", "").replace(" ", "").split(",") if one.isdigit())
    return salvage_words(event.params.get("file", ""), _number(event, "saved"), missing)


def _diverged(event: DeskEvent, _now: datetime) -> str:
    return _(
        "The daily check found a difference from the central store and mended it. Your actions and drafts are "
        "untouched; the administrator has been told."
    )


def _number(event: DeskEvent, name: str) -> int:
    given = event.params.get(name, "")
    return int(given) if given.isdigit() else 0


def _moment(given: str, now: datetime) -> str:
    try:
        return moment_words(datetime.fromisoformat(given), now) if given else ""
    except ValueError:
        return ""
