"""`arm verify feed`: the change feed of a real PostgreSQL under many writers; nobody misses anything."""

from __future__ import annotations

import argparse

from arm.i18n import _

MEANING = "many writers on a real PostgreSQL, slow and broken off, and readers who may miss nothing"


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--events", type=int, default=100_000, metavar="N", help=_("journal entries (%(default)s)"))
    parser.add_argument("--writers", type=int, default=16, metavar="N", help=_("writers at once (%(default)s)"))
    parser.add_argument("--slow", type=float, default=0.05, metavar="P", help=_("share of slow ones (%(default)s)"))
    parser.add_argument("--broken", type=float, default=0.05, metavar="P", help=_("share broken off (%(default)s)"))
    parser.add_argument("--seed", type=int, default=1, metavar="S", help=_("of chance (%(default)s)"))
    parser.add_argument("--json", action="store_true", help=_("end with one line of JSON"))
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    from arm.verify.feed import run

    return run(args)
