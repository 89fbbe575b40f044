"""`arm central events`: what the store has noted for its administrator, oldest first."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, date, datetime
from typing import Any

from arm.central.cli import guarded, opened, say_row, store_parser
from arm.i18n import _


def add_parsers(subparsers: Any) -> None:
    parser = store_parser(subparsers, "events", _("List what an administrator should look into, oldest first"))
    parser.add_argument("--since", type=date.fromisoformat, metavar="DAY", help=_("from this day on, UTC"))
    parser.set_defaults(run=guarded(_events))


def _events(arguments: argparse.Namespace) -> int:
    from arm.central.security import noted

    day: date | None = arguments.since
    since = datetime(day.year, day.month, day.day, tzinfo=UTC) if day is not None else None
    words = _words()
    with opened(arguments) as central:
        found = [one for one in noted(central.store) if since is None or one["at"] >= since]
    for one in found:
        details = " ".join(f"{name}={value}" for name, value in sorted(json.loads(one["details"]).items()))
        said = words.get(one["kind"], one["kind"])
        say_row(f"{one['at']:%Y-%m-%d %H:%M} UTC", one["user_id"] or "", one["device_id"] or "", said, details)
    if not found:
        print(_("Nothing was noted."))
    return 0


def _words() -> dict[str, str]:
    """Kind → what it means and what to do; a kind without words is shown as it is."""
    return {
        "id_reused": _("A workstation sent another command under a used id: forged, or its files were put back"),
        "device_fork": _("Two copies of one profile went on as one workstation; the second became another"),
        "device_of_other_user": _("A workstation spoke for one that belongs to somebody else: look into it"),
        "foreign_ids": _("A workstation tried many ids that are not its own to know: look into it"),
        "history_fork": _("A workstation had read a history that is not this store's: it was restored or promoted"),
        "sync_divergence": _("A workstation's copy differed from the store and was mended: report it to the makers"),
        "restored": _("The store was restored from a backup"),
        "desk_salvaged": _("A workstation's files were damaged; what could be read was saved"),
    }
