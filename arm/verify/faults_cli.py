"""`arm verify faults`: the catalogue of faults and attacks, case by case, on real processes."""

from __future__ import annotations

import argparse

from arm.i18n import _

MEANING = "go through the catalogue of faults and attacks on real processes, files and databases"


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("cases", nargs="*", metavar="F01", help=_("which; all of them when none is named"))
    parser.add_argument("--quick", action="store_true", help=_("leave out what takes longer than a few seconds"))
    parser.add_argument("--json", action="store_true", help=_("end with one line of JSON"))
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    from arm.verify.faults import run

    return run(args)
