"""`arm verify simulate`: seeded histories of real desks and a real central store in one thread (tier T2)."""

from __future__ import annotations

import argparse
from pathlib import Path

from arm.i18n import _

MEANING = "play seeded histories of desks and a central store under faults, and check every invariant"


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--histories", type=int, default=100, metavar="N", help=_("how many (%(default)s)"))
    parser.add_argument("--seed", type=int, default=1, metavar="S", help=_("of the first history (%(default)s)"))
    parser.add_argument("--jobs", type=int, default=1, metavar="K", help=_("processes at once (%(default)s)"))
    parser.add_argument("--json", action="store_true", help=_("end with one line of JSON"))
    parser.add_argument("--resume", type=Path, metavar="FILE", help=_("note finished seeds here and skip them"))
    parser.add_argument("--trace", action="store_true", help=_("print every step"))
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    from arm.verify.simulate import run

    return run(args)
