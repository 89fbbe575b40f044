"""«What is safe if I pull the cable now?»: the answer in words, from the status of the sync and the count of drafts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from arm.desk.values import SyncKind, SyncStatus
from arm.i18n import _, ngettext
from ui.sync_causes import cause_of, is_local
from ui.sync_words import (
    at_moment_words,
    decision_words,
    is_revoked,
    is_stuck,
    local_words,
    moment_words,
    parked_words,
    skew_cause,
    skew_words,
)

REACHED = frozenset({SyncKind.IN_STEP, SyncKind.BUSY})


@dataclass(frozen=True, slots=True)
class SafetyLine:
    """One line below the picture: an icon, a label, words and their tone ("plain", "warn", "error")."""

    icon_name: str
    label: str
    words: str
    tone: str = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyFace:
    """All that the page shows; `tone` is "ok", "offline", "warn" or "error"; `link` stands between the two places."""

    tone: str
    headline: str
    promise: str
    here: tuple[str, ...]
    there: tuple[str, ...]
    is_linked: bool
    link: str
    lines: tuple[SafetyLine, ...] = ()

    def sentence(self) -> str:
        """For a screen reader."""
        lines = [f"{one.label}: {one.words}" for one in self.lines]
        return ". ".join((self.headline, self.promise, *self.here, *self.there, self.link, *lines))


def safety_face(status: SyncStatus, drafts: int | None, now: datetime) -> SafetyFace:
    """`drafts` is None where they can't be counted (a closed copy); `now` is the central store's moment, aware UTC."""
    tone, headline = _headline(status)
    return SafetyFace(
        tone=tone,
        headline=headline,
        promise=_promise(status),
        here=_here(status, drafts),
        there=_there(status, now),
        is_linked=status.kind in REACHED and not is_local(status.trouble) and not status.is_locked,
        link=_link(status, now),
        lines=_lines(status, now),
    )


def unsent_words(count: int) -> str:
    if not count:
        return _("Nothing waits to be sent")
    return ngettext("{count} action not sent", "{count} actions not sent", count).format(count=count)


def _here(status: SyncStatus, drafts: int | None) -> tuple[str, ...]:
    if is_revoked(status):
        return _("The copy is wiped"), _("What was not sent can't be read any more")
    return unsent_words(status.unsent), drafts_words(drafts)


def drafts_words(count: int | None) -> str:
    if count is None:
        return _("Drafts are whole")
    if not count:
        return _("No drafts")
    return ngettext("{count} draft", "{count} drafts", count).format(count=count)


def _headline(status: SyncStatus) -> tuple[str, str]:
    if is_revoked(status):
        return "error", _("The administrator has revoked the access of this computer")
    if is_local(status.trouble):
        return "error", local_words(status.trouble)
    if status.is_locked:
        return "warn", _("The copy is closed, what you typed is whole")
    if is_stuck(status):
        return "error", _("The outbox doesn't move. Nothing is lost: all of it is on this computer")
    if status.kind in (SyncKind.UNAUTHORISED, SyncKind.TOO_OLD, SyncKind.NOT_SIGNED_IN):
        return "warn", _("Sending stands still. Nothing is lost: all of it is on this computer")
    if status.unsent:
        said = ngettext(
            "Nothing gets lost: {count} action waits here to be sent",
            "Nothing gets lost: {count} actions wait here to be sent",
            status.unsent,
        ).format(count=status.unsent)
        return ("ok" if status.kind in REACHED else "offline"), said
    if status.kind in REACHED:
        return "ok", _("Everything is sent. You may pull the cable at any moment")
    return "offline", _("Everything was sent before the connection broke")


def _promise(status: SyncStatus) -> str:
    if is_revoked(status):
        return _(
            "What was sent is in the central store. If this is a mistake, tell the administrator, then sign in again."
        )
    if status.trouble == "local_disk_full":
        return _("What was saved before is whole. Free some space on the disk, then repeat the last action.")
    if status.is_locked:
        return _("It goes by itself as soon as there is a connection, and the copy opens again.")
    return _(
        "Every action and every draft is first written down on this computer, encrypted: it outlives a broken "
        "network, switching off and a power cut."
    )


def _there(status: SyncStatus, now: datetime) -> tuple[str, ...]:
    if status.since is None:
        return (_("Nothing has been exchanged yet"),)
    said = _("Everything up to {time}").format(time=moment_words(status.since, now))
    if status.unsent:
        return said, _("without what waits here")
    return said, _("checked with this computer")


def _link(status: SyncStatus, now: datetime) -> str:
    if status.kind is SyncKind.BUSY:
        return _("exchanging")
    if status.kind is SyncKind.IN_STEP:
        return _("connected")
    if status.since is not None:
        return _("not since {time}").format(time=moment_words(status.since, now))
    return _("not connected")


def _lines(status: SyncStatus, now: datetime) -> tuple[SafetyLine, ...]:
    lines: list[SafetyLine] = []
    cause = cause_of(status.trouble)
    if cause is not None:
        lines.append(SafetyLine("info-circle", _("Why"), cause.advice, "error" if cause.is_alarm else "plain"))
    lines.append(SafetyLine("clock", _("What happens next"), *_next(status, now)))
    ends = status.lease_ends_at
    if ends is not None and not status.is_locked:
        words = _("Work without a connection is possible {time}").format(time=_until(ends, now))
        lines.append(SafetyLine("lock", _("The copy"), words))
    if status.refused:
        words = decision_words(status)[0] + ". " + _("None of it goes away without your choice")
        lines.append(SafetyLine("alert-circle", _("Your choice"), words, "error"))
    if status.parked:
        words = parked_words(status)[0] + ". " + _("The administrator has it; the text is kept here")
        lines.append(SafetyLine("alert-triangle", _("At the administrator"), words, "warn"))
    skew = skew_words(status.skew_s)
    if skew:
        lines.append(
            SafetyLine("calendar-time", _("The clock"), f"{skew}. {skew_cause(status.skew_s)}".strip(), "warn")
        )
    return tuple(lines)


def _until(ends: datetime, now: datetime) -> str:
    return _("until {time}").format(time=moment_words(ends, now)) if ends > now else at_moment_words(ends, now)


def _next(status: SyncStatus, now: datetime) -> tuple[str, str]:
    if is_local(status.trouble):
        return _("As soon as they can be written, saving and sending go on"), "plain"
    if is_revoked(status):
        return _("The administrator gives the access back; then sign in again"), "warn"
    stopped = {
        SyncKind.UNAUTHORISED: _("Sign in again: until then nothing is sent and nothing comes"),
        SyncKind.NOT_SIGNED_IN: _("Sign in: until then nothing is sent and nothing comes"),
        SyncKind.TOO_OLD: _("Update the program: what waits is sent right after"),
    }
    if status.kind in stopped:
        return stopped[status.kind], "warn"
    if is_stuck(status):
        assert status.stuck_since is not None
        said = _("Tell the administrator: the outbox hasn't moved since {time}")
        return said.format(time=moment_words(status.stuck_since, now)), "error"
    if status.kind in REACHED:
        return _("What is new comes and goes by itself"), "plain"
    if status.next_try_at is not None and status.next_try_at > now:
        clock = f"{status.next_try_at.astimezone():%H:%M:%S}"
        return _("We try again by ourselves at {clock}").format(clock=clock), "plain"
    return _("We try again by ourselves, at least once a minute"), "plain"
