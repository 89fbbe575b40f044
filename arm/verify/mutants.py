"""The run over all mutants: each is played until a proof notices it, or its tier has done all it has to do."""

from __future__ import annotations

import argparse
import json
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

from arm.i18n import _
from arm.verify.figures import begun
from arm.verify.mutations import MUTANTS, Mutant
from arm.verify.sim.history import play
from arm.verify.simulate import with_steady_hashes

MOST_SEEDS = 2000
AT_ONCE = 10


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a mutant; `by` is the invariant or the proof that noticed it, `seed` the history."""

    name: str
    rule: str
    tier: str
    killed: bool
    by: str = ""
    seed: int | None = None
    histories: int = 0
    is_pending: bool = False


def run(args: argparse.Namespace) -> int:
    """0 when every mutant that could be tried was noticed."""
    with_steady_hashes()
    started = time.monotonic()
    chosen = [one for one in MUTANTS if not args.names or one.name in args.names]
    verdicts: list[Verdict] = []
    for mutant in chosen:
        verdict = judged(mutant, args.seed, args.most, args.jobs)
        verdicts.append(verdict)
        print(_line(verdict), flush=True)
    survived = [one.name for one in verdicts if not one.killed and not one.is_pending]
    pending = [one.name for one in verdicts if one.is_pending]
    sentence = _("{killed} noticed, {survived} survived, {pending} pending")
    killed = sum(one.killed for one in verdicts)
    print(sentence.format(killed=killed, survived=len(survived), pending=len(pending)))
    if args.json:
        print(
            json.dumps(
                {
                    "killed": {one.name: {"by": one.by, "seed": one.seed} for one in verdicts if one.killed},
                    "survived": survived,
                    "pending": pending,
                    "seconds": round(time.monotonic() - started, 1),
                }
            )
        )
    return 1 if survived else 0


def judged(mutant: Mutant, seed: int, most: int = MOST_SEEDS, jobs: int = 1) -> Verdict:
    """Plays histories with the rule taken out until one of them fails."""
    if mutant.apply is None:
        return _elsewhere(mutant)
    if mutant.known is not None and (found := noticed(mutant.name, mutant.known)) is not None:
        return Verdict(mutant.name, mutant.rule, mutant.tier, True, found[1], found[0], 1)
    for first in range(seed, seed + most, AT_ONCE):
        seeds = range(first, min(first + AT_ONCE, seed + most))
        found = _first_noticed(mutant, seeds, jobs)
        if found is not None:
            at, invariant = found
            return Verdict(mutant.name, mutant.rule, mutant.tier, True, invariant, at, at - seed + 1)
    return Verdict(mutant.name, mutant.rule, mutant.tier, False, histories=most)


def _first_noticed(mutant: Mutant, seeds: range, jobs: int) -> tuple[int, str] | None:
    if jobs == 1:
        return next((found for one in seeds if (found := noticed(mutant.name, one)) is not None), None)
    with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
        every = pool.map(noticed, [mutant.name] * len(seeds), seeds)
        return next((found for found in every if found is not None), None)


def noticed(name: str, seed: int) -> tuple[int, str] | None:
    """(seed, invariant) when the history of that seed fails with the mutant, and holds without it."""
    mutant = next(one for one in MUTANTS if one.name == name)
    if mutant.apply is None:
        return None
    with mutant.apply():
        outcome = play(seed)
    return (seed, outcome.invariant) if outcome.failed and not play(seed).failed else None


def _elsewhere(mutant: Mutant) -> Verdict:
    """Noticed by a proof on real processes; pending where this machine lacks what the proof needs."""
    figures = begun()
    try:
        if mutant.tier == "feed":
            from arm.verify import feed

            feed.prove(figures, 5_000, 8, prepare="arm.verify.naive:naive_sequence")
        else:
            from arm.verify import power

            power.prove(figures, 100, 40, "NORMAL")
    except (RuntimeError, OSError):
        return Verdict(mutant.name, mutant.rule, mutant.tier, False, is_pending=True)
    # a run that came to nothing notices nothing: only what was really missed or lost counts
    by = f"{mutant.tier}: {figures.lost} lost"
    return Verdict(mutant.name, mutant.rule, mutant.tier, figures.lost > 0, by)


def _line(one: Verdict) -> str:
    if one.is_pending:
        return _("{name} ({rule}, {tier}): pending").format(name=one.name, rule=one.rule, tier=one.tier)
    if not one.killed:
        sentence = _("{name} ({rule}, {tier}): SURVIVED {count} histories")
        return sentence.format(name=one.name, rule=one.rule, tier=one.tier, count=one.histories)
    sentence = _("{name} ({rule}, {tier}): noticed by {by}, seed {seed}")
    return sentence.format(name=one.name, rule=one.rule, tier=one.tier, by=one.by, seed=one.seed)
