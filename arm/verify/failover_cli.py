"""`arm verify failover`: the primary database is killed under load and a standby takes its place."""

from __future__ import annotations

import argparse

from arm.i18n import _

MEANING = "kill the primary database under load and let its standby take over, again and again"


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--times", type=int, default=10, metavar="N", help=_("how often (%(default)s)"))
    parser.add_argument("--writers", type=int, default=6, metavar="N", help=_("writers at once (%(default)s)"))
    parser.add_argument("--desks", type=int, default=2, metavar="N", help=_("real desks at once (%(default)s)"))
    parser.add_argument(
        "--async",
        action="store_true",
        dest="is_async",
        help=_("a standby that nobody waits for: what is lost must come back from the desks"),
    )
    parser.add_argument("--json", action="store_true", help=_("end with one line of JSON"))
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    from arm.verify.failover import run

    return run(args)
