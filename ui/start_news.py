"""What a start itself finds, a copy that is loaded anew, and the words for that and for a damaged work file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arm.desk.values import DeskEvent, DeskEventKind
from arm.i18n import _, ngettext

if TYPE_CHECKING:
    from arm.desk.desk import Desk

SHOWN_NUMBERS = 8


def start_news(desk: Desk) -> tuple[DeskEvent, ...]:
    """Read once the files are open; nothing when all was well. Events without an id: they are of this start alone.

    A work file that was saved is an event of the desk, told until it is put away.
    """
    if desk.session.was_rebuilt():
        return (DeskEvent(event_id="", kind=DeskEventKind.REBUILT, at=desk.sync.now()),)
    return ()


def salvage_words(kept_file: str, commands: int, missing_seqs: tuple[int, ...]) -> str:
    """What happened, what is safe, what to do."""
    said = [
        _("The work file on this computer was damaged. The damaged one is kept as “{file}”.").format(file=kept_file),
        ngettext("{count} action was saved from it.", "{count} actions were saved from it.", commands).format(
            count=commands
        ),
    ]
    if missing_seqs:
        numbers = ", ".join(str(one) for one in missing_seqs[:SHOWN_NUMBERS])
        if len(missing_seqs) > SHOWN_NUMBERS:
            numbers += "…"
        said.append(
            ngettext(
                "The action with the number {numbers} of this computer can't be read: look at your last messages and "
                "do again what is missing there; tell the support.",
                "The actions with the numbers {numbers} of this computer can't be read: look at your last messages "
                "and do again what is missing there; tell the support.",
                len(missing_seqs),
            ).format(numbers=numbers)
        )
    else:
        said.append(_("None is missing; go on working and tell the support."))
    return " ".join(said)


def rebuilt_words() -> str:
    return _(
        "The copy of the messages on this computer was begun anew: it was damaged or made by another version. "
        "Nothing of yours is lost."
    )
