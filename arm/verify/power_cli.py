"""`arm verify power`: power cuts replayed on what a real desk wrote, and kills at every write."""

from __future__ import annotations

import argparse

from arm.i18n import _

MEANING = "cut the power of a real desk at hundreds of points of its writes and open what is left"


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cuts", type=int, default=500, metavar="N", help=_("how many (%(default)s)"))
    parser.add_argument("--commands", type=int, default=200, metavar="N", help=_("saved meanwhile (%(default)s)"))
    parser.add_argument("--kill-every", type=int, default=0, metavar="N", help=_("also kill at each N-th write"))
    parser.add_argument("--seed", type=int, default=1, metavar="S", help=_("of chance (%(default)s)"))
    parser.add_argument(
        "--synchronous",
        choices=("FULL", "NORMAL"),
        default="FULL",
        help=_("NORMAL is a mutant: the proof has to see the loss"),
    )
    parser.add_argument("--json", action="store_true", help=_("end with one line of JSON"))
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    from arm.verify.power import run

    return run(args)
