"""Runs cases of the catalogue of faults (faults.md §3) in order, and says what became of each."""

from __future__ import annotations

import argparse
import importlib
import subprocess
import sys
import time
from collections.abc import Sequence

from sqlalchemy.exc import SQLAlchemyError

from arm.central.problems import StoreTrouble, Trouble
from arm.desk.troubles import SyncTrouble
from arm.local.troubles import CacheTrouble
from arm.verify.faults_registry import CASES, Case, Failed, Skip
from arm.verify.figures import Figures, begun
from arm.verify.rig import Rig
from arm.verify.rig_postgres import RigTrouble
from arm.verify.rig_server import ROOT, program_environment

MODULES = ("feed", "commands", "network", "load", "access", "secrets", "hostile", "stores", "files", "elsewhere")
BROKEN = (
    *(Failed, SyncTrouble, CacheTrouble, Trouble, StoreTrouble, SQLAlchemyError),
    *(
        AssertionError,
        OSError,
        ValueError,
        LookupError,
        AttributeError,
        TypeError,
        RuntimeError,
        subprocess.SubprocessError,
    ),
)
"""What a case may end with; the rest is a fault of the proof itself and goes through."""


def run(args: argparse.Namespace) -> int:
    figures = begun()
    load()
    unknown = [one for one in args.cases if one.upper() not in CASES]
    if unknown:
        print(f"{', '.join(unknown)}: {min(CASES)} … {max(CASES)}", file=sys.stderr)
        return 2
    chosen = [CASES[one.upper()] for one in args.cases] or [CASES[one] for one in sorted(CASES)]
    if args.quick:
        chosen = [one for one in chosen if one.is_quick]
    with Rig(figures) as rig:
        play(chosen, figures, rig)
    return figures.finish(as_json=args.json)


def load() -> None:
    """Fills the registry."""
    for name in MODULES:
        importlib.import_module(f"arm.verify.faults_{name}")


def play(cases: Sequence[Case], figures: Figures, rig: Rig) -> None:
    """One line a case: ok, FAILED why, or skipped why."""
    rig.figures = figures
    for one in cases:
        began = time.monotonic()
        said = _outcome(one, rig)
        print(f"{one.number} {said} ({time.monotonic() - began:.1f} s) — {one.title}", flush=True)


def _outcome(one: Case, rig: Rig) -> str:
    figures = rig.figures
    before = (figures.lost, figures.duplicated, figures.strangers, len(figures.failed))
    try:
        if one.node:
            _run_test(one.node)
        elif one.reason:
            raise Skip(one.reason)
        elif one.run is not None:
            one.run(rig)
    except (Skip, RigTrouble) as why:
        figures.skipped[one.number] = str(why)
        return f"skipped: {why}"
    except BROKEN as wrong:
        words = str(wrong) if isinstance(wrong, Failed) else f"{type(wrong).__name__}: {str(wrong)[:200]}"
        figures.failed.append(f"{one.number}: {words}")
        return f"FAILED: {words}"
    after = (figures.lost, figures.duplicated, figures.strangers, len(figures.failed))
    if after != before:
        figures.failed.append(one.number)
        return f"FAILED: {figures.failed[before[3] :]}, lost, doubled, strangers: {after[:3]}"
    figures.faults += 1
    return "ok"


def _run_test(node: str) -> None:
    """The test that proves it, in a pytest of its own."""
    for file in {one.partition("::")[0] for one in node.split()}:
        if not (ROOT / file).is_file():
            raise Skip(f"no {file} beside the program")
    environment = program_environment(ROOT / ".verify")
    for name in ("DATA", "CONFIG", "CACHE"):
        environment.pop(f"ARM_{name}_FOLDER")
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "pytest", "-q", "-x", *node.split()],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        last = [line for line in done.stdout.splitlines() if line.strip()][-3:]
        raise Failed(f"{node}: {' / '.join(last)}")
