"""What stands in the rail: the person's workspaces with their counters, and the small buttons at its end."""

from __future__ import annotations

from arm.desk.values import Counter, Me, SyncStatus
from arm.desk.values import Workspace as Space
from arm.i18n import _
from ui.actions import SPACE_ICONS, SPACE_NUMBERS
from ui.sync_words import decision_words, outbox_words, parked_words
from ui.widgets import Rail, RailFace
from ui.wording import rail_name


def rail_faces(me: Me, counters: tuple[Counter, ...]) -> tuple[RailFace, ...]:
    """In process order; the numbers of Alt+1… stay the same whatever roles there are."""
    by_space = {one.workspace: one for one in counters}
    return tuple(
        RailFace(
            space,
            rail_name(space),
            SPACE_ICONS[space],
            SPACE_NUMBERS[space],
            by_space[space].needs_action if space in by_space else 0,
            space in by_space and by_space[space].has_overdue,
        )
        for space in me.workspaces
    )


def first_place(places: tuple[Space, ...], counters: tuple[Counter, ...], last: str) -> Space:
    """Where a day begins: the place left last if something waits there, else the first where something does."""
    waiting = {one.workspace for one in counters if one.needs_action}
    left = next((one for one in places if one.value == last), places[0])
    return left if left in waiting else next((one for one in places if one in waiting), left)


def outbox_face(status: SyncStatus) -> RailFace:
    """The button of the outbox: its badge counts what wants a choice and goes only by choosing (P19)."""
    waiting = decision_words(status)[0] or parked_words(status)[0]
    label = waiting or (outbox_words(status)[0] if status.unsent else "") or _("Sending and decisions")
    return RailFace("outbox", label, "send", 0, status.refused + status.parked, is_named=True)


def add_bottom(rail: Rail) -> None:
    rail.add_bottom("send", _("Sending and decisions"), "outbox")
    rail.add_bottom("moon", _("Light or dark"), "theme")
    rail.add_bottom("help", _("Keys and help   F1"), "keys")
    rail.add_bottom("user", _("Account"), "account")
