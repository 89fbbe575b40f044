"""The truth about sync in the words of the status line."""

from __future__ import annotations

from datetime import datetime, timedelta

from arm.desk.values import SyncKind, SyncStatus
from arm.i18n import _, ngettext
from ui.formats import NBSP, computer_clock, count
from ui.sync_causes import cause_of, is_local

SKEW_WORTH_TELLING_S = 120.0
SKEW_ALARMING_S = 300.0
REVOKED = "device_revoked"
LEASE_TOLD_BEFORE = timedelta(hours=24)
_HALF_HOUR_S = 1_800.0
_DAY_S = 86_400.0


def sync_words(status: SyncStatus, now: datetime) -> tuple[str, str]:
    """Words and tone (ok, busy, warn, offline, error) of the first piece of the status line.

    `now`, aware UTC, tells yesterday from today in the times that are named.
    """
    first = _before_all(status, now)
    if first is not None:
        return first
    since = moment_words(status.since, now) if status.since is not None else ""
    if status.kind is SyncKind.IN_STEP:
        return (_("In step with the central store at {time}").format(time=since) if since else _("In step")), "ok"
    if status.kind is SyncKind.BUSY:
        if status.total:
            return _("Updating… {done} of {total}").format(done=count(status.done), total=count(status.total)), "busy"
        return _("Updating…"), "busy"
    cause = cause_of(status.trouble)
    if status.kind is SyncKind.OFFLINE:
        said = _("No connection since {time}").format(time=since) if since else _("No connection")
        if cause is not None:
            said = f"{said}: {cause.short}"
        return f"{said}. {_offline_tail(status.unsent)}", "error" if cause is not None and cause.is_alarm else "offline"
    if cause is not None and status.trouble == "throttled":
        return _("The central store asked us to wait. Work is kept and goes by itself"), "busy"
    return _("The central store has a fault. Work goes on with the copy"), "warn"


def _before_all(status: SyncStatus, now: datetime) -> tuple[str, str] | None:
    """What matters more than the connection."""
    if is_revoked(status):
        return _("The administrator has revoked the access of this computer"), "error"
    if status.is_locked:
        return _("The copy is closed until there is a connection. What you typed is whole"), "error"
    if status.kind is SyncKind.UNAUTHORISED:
        return _("The sign-in has expired. Sign in again, drafts are kept"), "error"
    if status.kind is SyncKind.TOO_OLD:
        return _("The program must be updated to go on sending. Work is kept"), "error"
    if status.kind is SyncKind.NOT_SIGNED_IN:
        return _("Not signed in"), "warn"
    if is_local(status.trouble):
        return local_words(status.trouble), "error"
    if is_stuck(status):
        assert status.stuck_since is not None
        time = moment_words(status.stuck_since, now)
        return _("The outbox hasn't moved since {time}: tell the administrator").format(time=time), "error"
    return None


def local_words(code: str) -> str:
    """A trouble of this computer's own: what is saved is whole, what is new isn't being saved."""
    if code == "local_disk_full":
        return _("The disk is full, new work isn't saved. What was saved is whole")
    return _("The files of this computer can't be written. What was saved is whole")


def is_revoked(status: SyncStatus) -> bool:
    """The key of the files is gone for good (P32): what was not sent can't be read any more, and that is said."""
    return status.trouble == REVOKED


def is_stuck(status: SyncStatus) -> bool:
    """P25: the store is reachable and the outbox doesn't move: an alarm, not a spinner."""
    return status.stuck_since is not None and status.kind is not SyncKind.OFFLINE


def _offline_tail(unsent: int) -> str:
    if not unsent:
        return _("Working with the copy")
    return ngettext(
        "Working with the copy, {count} action will be sent",
        "Working with the copy, {count} actions will be sent",
        unsent,
    ).format(count=unsent)


def outbox_words(status: SyncStatus) -> tuple[str, str]:
    """Words and tone of the outbox piece: what waits to be sent is nothing to worry about."""
    if is_revoked(status):
        return "", "plain"
    moves = status.unsent and status.kind in (SyncKind.IN_STEP, SyncKind.BUSY)
    return _("To be sent: {count}").format(count=status.unsent), "busy" if moves else "plain"


def decision_words(status: SyncStatus) -> tuple[str, str]:
    """What was not accepted and wants a choice (P19); empty where nothing does."""
    if not status.refused:
        return "", "plain"
    return _("Needs a decision: {count}").format(count=status.refused), "error"


def parked_words(status: SyncStatus) -> tuple[str, str]:
    """What the store couldn't read and the administrator looks into (P25)."""
    if not status.parked:
        return "", "plain"
    return _("Set aside for a look: {count}").format(count=status.parked), "warn"


def lease_words(status: SyncStatus, now: datetime) -> tuple[str, str]:
    """From a day before its end: when the copy closes without a connection (P30)."""
    ends = status.lease_ends_at
    if ends is None or status.is_locked or ends - now > LEASE_TOLD_BEFORE:
        return "", "plain"
    time = at_moment_words(ends, now)
    return _("The copy closes {time} unless there is a connection").format(time=time), "warn"


def skew_words(skew_s: float) -> str:
    """Said when this computer's clock is wrong; the terms go by the central store's time anyway."""
    if abs(skew_s) < SKEW_WORTH_TELLING_S:
        return ""
    amount = skew_amount(skew_s)
    if skew_s > 0:
        return _("This computer's clock is {time} fast; terms go by the central store").format(time=amount)
    return _("This computer's clock is {time} slow; terms go by the central store").format(time=amount)


def skew_cause(skew_s: float) -> str:
    """What a clock far off usually comes from; empty while it is near enough."""
    off = abs(skew_s)
    if off < SKEW_ALARMING_S:
        return ""
    if off >= _DAY_S:
        return _("The date of this computer is wrong: put it right, or the connection may be refused.")
    if off >= _HALF_HOUR_S - 60 and abs(off / _HALF_HOUR_S - round(off / _HALF_HOUR_S)) * _HALF_HOUR_S < 120:
        return _("It looks like a wrong time zone: check it in the settings of this computer.")
    return _("Switch on the setting of the time by the network, or tell the administrator.")


def skew_amount(skew_s: float) -> str:
    """«7 мин», «3 ч», «400 д»."""
    minutes = round(abs(skew_s) / 60)
    if minutes < 120:
        return _("{minutes} min").format(minutes=minutes).replace(" ", NBSP)
    if minutes < 2_880:
        return _("{hours} h").format(hours=round(minutes / 60)).replace(" ", NBSP)
    return _("{days} d").format(days=round(minutes / 1_440)).replace(" ", NBSP)


def moment_words(moment_at: datetime, now: datetime) -> str:
    """«10:12» of today, «03.06 10:12» of another day, by this computer's zone."""
    there, today = moment_at.astimezone(), now.astimezone()
    if there.date() == today.date():
        return computer_clock(moment_at)
    year = "" if there.year == today.year else ".%Y"
    return f"{there:%d.%m{year} %H:%M}".replace(" ", NBSP)


def at_moment_words(moment_at: datetime, now: datetime) -> str:
    """«сегодня в 10:40», «завтра в 10:40», «12.06 в 10:40»."""
    there, today = moment_at.astimezone().date(), now.astimezone().date()
    clock = computer_clock(moment_at)
    if there == today:
        return _("today at {clock}").format(clock=clock)
    if there == today + timedelta(days=1):
        return _("tomorrow at {clock}").format(clock=clock)
    return _("on {day} at {clock}").format(day=f"{there:%d.%m}", clock=clock)
