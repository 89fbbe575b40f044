"""`arm central head|check|check-journal`: what an administrator asks of a store to know that it is sound."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from arm.i18n import _

if TYPE_CHECKING:
    from arm.central.checking import JournalReport

HASH_CHARS = 64


def add_arguments(check: argparse.ArgumentParser, journal: argparse.ArgumentParser) -> None:
    check.epilog = _("The same as /ready tells a balancer, in words; exit code 1 when something is wrong.")
    journal.add_argument(
        "--witness",
        type=_witness,
        metavar="SEQ:HASH",
        help=_("a head printed before by «arm central head»: it must still be in the journal"),
    )


def _witness(text: str) -> tuple[int, str]:
    seq, _colon, entry_hash = text.partition(":")
    if not seq.isdecimal() or len(entry_hash) != HASH_CHARS or set(entry_hash.lower()) - set("0123456789abcdef"):
        raise argparse.ArgumentTypeError(_("give SEQ:HASH as «arm central head» prints it"))
    return int(seq), entry_hash.lower()


def run_head(arguments: argparse.Namespace) -> int:
    from arm.central.checking import head
    from arm.central.cli import opened

    with opened(arguments) as central:
        seq, entry_hash = head(central.store)
    print(f"{seq}:{entry_hash}")
    return 0


def run_check(arguments: argparse.Namespace) -> int:
    from arm.central.cli import opened
    from arm.central.readiness import shortcomings

    with opened(arguments) as central:
        found = shortcomings(central)
    for one in found:
        print(shortcoming_sentence(one), file=sys.stderr)
    if not found:
        print(_("The store is ready: the database answers and takes writes, its standby is in step, there is room."))
    return 1 if found else 0


def shortcoming_sentence(code: str) -> str:
    """What a code of readiness means and what to do about it."""
    return {
        "in_recovery": _(
            "The database is a standby and takes no writes; give the address of the primary or all hosts."
        ),
        "standby_behind": _("No synchronous standby is in step; commands wait or are refused until one is back."),
        "standby_unseen": _(
            "The state of the standby can't be seen; an administrator of the database must give this "
            "account the role pg_read_all_stats."
        ),
        "disk_nearly_full": _("The disk is nearly full; free some space, files are refused already."),
    }.get(code, _("The database answers too slowly."))


def run_check_journal(arguments: argparse.Namespace) -> int:
    from arm.central.checking import check_journal
    from arm.central.cli import opened

    with opened(arguments) as central:
        report = check_journal(central.store, arguments.witness)
    print(journal_sentence(report), file=sys.stdout if report.is_sound else sys.stderr)
    return 0 if report.is_sound else 1


def journal_sentence(report: JournalReport) -> str:
    """The gravest thing found, with its place."""
    if report.broken_at is not None:
        text = _("The journal was tampered with: entry {seq} is changed, missing or put in; keep the disk as it is.")
        return text.format(seq=report.broken_at)
    if report.witness_differs:
        return _("The journal isn't the one that was printed before: it was restored or written anew as a whole.")
    if report.head_differs:
        text = _("The journal's end was cut off or added to: its head says entry {seq}.")
        return text.format(seq=report.seq)
    if report.message_at is not None:
        text = _("A message was changed past the journal: it says that entry {seq} made it.")
        return text.format(seq=report.message_at)
    return _("The journal is whole: {seq} entries, each fits the one before.").format(seq=report.seq)
