"""The truth about sync in the words of the status bar."""

from __future__ import annotations

from arm.desk.values import SyncKind, SyncStatus
from arm.i18n import _, ngettext
from ui.formats import computer_clock, count

SKEW_WORTH_TELLING_S = 90.0


def sync_words(status: SyncStatus) -> tuple[str, str]:
    """Words and tone (ok, busy, warn, error) of the first piece of the status bar."""
    since = computer_clock(status.since) if status.since is not None else ""
    if status.kind is SyncKind.IN_STEP:
        return (_("In step with the central store at {time}").format(time=since) if since else _("In step")), "ok"
    if status.kind is SyncKind.BUSY:
        if status.total:
            return _("Updating… {done} of {total}").format(done=count(status.done), total=count(status.total)), "busy"
        return _("Updating…"), "busy"
    if status.kind is SyncKind.OFFLINE:
        said = _("No connection since {time}").format(time=since) if since else _("No connection")
        return f"{said}. {_offline_tail(status.unsent)}", "warn"
    if status.kind is SyncKind.UNAUTHORISED:
        return _("The sign-in has expired. Sign in again, drafts are kept"), "error"
    if status.kind is SyncKind.TOO_OLD:
        return _("The program must be updated to go on sending. Work is kept"), "error"
    if status.kind is SyncKind.SERVER_FAULT:
        return _("The central store has a fault. Work goes on with the copy"), "warn"
    return _("Not signed in"), "warn"


def _offline_tail(unsent: int) -> str:
    if not unsent:
        return _("Working with the copy")
    return ngettext(
        "Working with the copy, {count} action will be sent",
        "Working with the copy, {count} actions will be sent",
        unsent,
    ).format(count=unsent)


def outbox_words(status: SyncStatus) -> tuple[str, str]:
    """Words and tone of the outbox piece."""
    if status.refused:
        return _("Not accepted: {count}. Show").format(count=status.refused), "error"
    if status.unsent:
        return _("To be sent: {count}").format(count=status.unsent), "busy"
    return _("To be sent: {count}").format(count=0), "plain"


def skew_words(status: SyncStatus) -> str:
    """Said when this computer's clock is wrong; the terms go by the central store's time anyway."""
    if abs(status.skew_s) < SKEW_WORTH_TELLING_S:
        return ""
    minutes = round(abs(status.skew_s) / 60)
    if status.skew_s > 0:
        return _("This computer's clock is {minutes} min fast; terms go by the central store").format(minutes=minutes)
    return _("This computer's clock is {minutes} min slow; terms go by the central store").format(minutes=minutes)
