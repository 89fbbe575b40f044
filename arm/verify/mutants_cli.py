"""`arm verify mutants`: rules taken out of the real code one by one; the proofs must notice each."""

from __future__ import annotations

import argparse

from arm.i18n import _

MEANING = "take out one rule after another and see that the proofs notice it"


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="*", metavar="NAME", help=_("only these; all without a name"))
    parser.add_argument("--most", type=int, default=2000, metavar="N", help=_("histories each at most (%(default)s)"))
    parser.add_argument("--jobs", type=int, default=1, metavar="K", help=_("processes at once (%(default)s)"))
    parser.add_argument("--seed", type=int, default=1, metavar="S", help=_("of the first history (%(default)s)"))
    parser.add_argument("--json", action="store_true", help=_("end with one line of JSON"))
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    from arm.verify.mutants import run

    return run(args)
