"""Many histories: one seed after another or several processes at once, resumable, with figures at the end."""

from __future__ import annotations

import argparse
import json
import logging
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from arm.i18n import _
from arm.verify.sim.history import Outcome, play

LOST, DOUBLED, STRANGERS = ("I1", "I3", "I12"), ("I2", "I13"), ("I6", "I7", "I16")
HASH_SEED = "PYTHONHASHSEED"


@dataclass
class Figures:
    """What came of a run; `failed` holds one mapping per seed that violated an invariant."""

    histories: int = 0
    commands: int = 0
    faults: int = 0
    failed: list[dict[str, Any]] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, one: dict[str, Any]) -> None:
        self.histories += 1
        self.commands += one["commands"]
        self.faults += one["faults"]
        if one["invariant"]:
            self.failed.append({name: one[name] for name in ("seed", "invariant", "seen", "step", "digest")})

    def of(self, invariants: tuple[str, ...]) -> int:
        return sum(one["invariant"] in invariants for one in self.failed)

    def as_json(self) -> str:
        return json.dumps(
            {
                "histories": self.histories,
                "commands": self.commands,
                "faults": self.faults,
                "lost": self.of(LOST),
                "duplicated": self.of(DOUBLED),
                "strangers": self.of(STRANGERS),
                "failed": self.failed,
                "skipped": {},
                "seconds": round(self.seconds, 1),
            },
            ensure_ascii=False,
        )


def run(args: argparse.Namespace) -> int:
    """0 when every history held every invariant, 1 otherwise."""
    with_steady_hashes()
    seeds = range(args.seed, args.seed + args.histories)
    done = dict(_finished(args.resume)) if args.resume else {}
    figures = Figures()
    started = time.monotonic()
    for seed in seeds:
        if seed in done:
            figures.add(done[seed])
    waiting = [seed for seed in seeds if seed not in done]
    for outcome in outcomes(waiting, args.jobs, prints=args.trace):
        if args.resume:
            _note(args.resume, outcome)
        figures.add(_plain(outcome))
        if outcome.failed:
            print(told(outcome), file=sys.stderr, flush=True)
    figures.seconds = time.monotonic() - started
    sentence = _("{histories} histories, {commands} commands, {faults} faults, {failed} failed, {seconds} s")
    print(
        sentence.format(
            histories=figures.histories,
            commands=figures.commands,
            faults=figures.faults,
            failed=len(figures.failed),
            seconds=round(figures.seconds, 1),
        )
    )
    if args.json:
        print(figures.as_json())
    return 1 if figures.failed else 0


def with_steady_hashes() -> None:
    """Sets are walked in the same order in every run only under a fixed hash seed: the program begins anew with it."""
    if os.environ.get(HASH_SEED) != "0":
        environment = os.environ | {HASH_SEED: "0"}
        sys.stdout.flush()
        os.execve(sys.executable, [sys.executable, "-m", "arm", *sys.argv[1:]], environment)  # noqa: S606


def outcomes(
    seeds: list[int], jobs: int, *, prints: bool = False, played: Callable[[int], Outcome] | None = None
) -> Iterator[Outcome]:
    """In the order of the seeds; a failing one is played twice, and the two must be the same to the last byte."""
    if jobs > 1 and len(seeds) > 1:
        with ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn")) as pool:
            yield from pool.map(_played, seeds, chunksize=1)
        return
    for seed in seeds:
        yield (played or _played)(seed) if not prints else play(seed, prints=True)


def _played(seed: int) -> Outcome:
    logging.disable(logging.NOTSET)
    outcome = play(seed)
    if outcome.failed and play(seed).digest != outcome.digest:
        outcome.seen += " (and another run of this seed went otherwise: it isn't deterministic)"
    return outcome


def _plain(outcome: Outcome) -> dict[str, Any]:
    return asdict(outcome)


def told(outcome: Outcome) -> str:
    """What failed, where, and how to see it again."""
    replay = f"arm verify simulate --seed {outcome.seed} --histories 1 --trace"
    head = f"seed {outcome.seed}: {outcome.invariant} at step {outcome.step}: {outcome.seen}"
    return "\n".join((head, *outcome.last_lines, f"trace {outcome.digest}", replay))


def _finished(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Seeds that were played before; a line that was cut off in writing counts for nothing."""
    if not file.exists():
        return
    for line in file.read_text(encoding="utf-8").splitlines():
        try:
            one = json.loads(line)
            yield int(one["seed"]), one
        except (ValueError, KeyError, TypeError):
            continue


def _note(file: Path, outcome: Outcome) -> None:
    with file.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(_plain(outcome), ensure_ascii=False) + "\n")
