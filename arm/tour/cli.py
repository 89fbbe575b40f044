"""`arm tour --out DIR`: the ways (a) to (h) through real windows, with pictures and checks."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TypeAlias

from arm.i18n import _

STOPPED = "stopped.txt"
"""What was on the screen, and the trace of a mistake, when a tour stopped."""
Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def add_parsers(subparsers: Subparsers) -> None:
    parser = subparsers.add_parser("tour", help=_("take messages along eight ways through real windows, with pictures"))
    parser.add_argument("--out", required=True, metavar="DIR", help=_("folder for tour.md and its pictures"))
    parser.add_argument("--ways", default="abcdefgh", metavar="abc", help=_("only these ways"))
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    return run_tour(Path(args.out), args.ways)


def run_tour(folder: Path, letters: str = "abcdefgh") -> int:
    """Plays the ways; 0 when every step was done and agreed with the central store, 1 otherwise."""
    from arm.tour.desk_process import TourFailed
    from arm.tour.story import Story
    from arm.tour.theatre import Theatre
    from arm.tour.ways import WAYS

    story = Story(folder)
    (folder / STOPPED).unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="arm-tour-") as scratch:
        theatre = Theatre(Path(scratch), lambda words: print(f"  {words}", flush=True))
        try:
            for letter, title, way in WAYS:
                if letter in letters:
                    print(f"({letter}) {title}", flush=True)
                    story.way(letter, title)
                    way(theatre, story)
        except TourFailed as failed:
            why = str(failed).splitlines()[0]
            story.tell(f"Показ остановлен: {why}")
            (folder / STOPPED).write_text(f"{failed}\n\n{theatre.last_words()}", encoding="utf-8")
            print(_("The tour stopped: {why}").format(why=why), file=sys.stderr)
            return 1
        finally:
            theatre.close()
    print(_("The tour is in {folder}").format(folder=folder / "tour.md"))
    return 0
