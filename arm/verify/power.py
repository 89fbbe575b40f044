"""Power cuts (F34, G4) and kills at each write (F32, F33) on the real files of a real desk."""

from __future__ import annotations

import argparse
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from arm.bootstrap import open_desk
from arm.bootstrap_central import open_central
from arm.local.cache import CacheFile
from arm.local.held_keys import HeldKeys
from arm.local.keys import key_from_store, load_record
from arm.local.pages import local_revisions
from arm.local.troubles import CacheTrouble
from arm.local.work import WorkFile
from arm.sync.transport import HttpTransport
from arm.verify.figures import Figures, begun, tell
from arm.verify.power_desk import Job
from arm.verify.power_kill import prove_kills
from arm.verify.power_trace import Disk, Step, traced
from arm.verify.rig_desk import desk_on
from arm.verify.rig_server import CentralProcess, running_server
from arm.verify.rig_town import settle

LOGIN = "operator-1"
WHOLE_DESKS = 10
"""So many of the cut profiles are opened as whole desks and synchronised."""


def run(args: argparse.Namespace) -> int:
    figures = begun()
    prove(figures, args.cuts, args.commands, args.synchronous, args.seed)
    if args.kill_every:
        prove_kills(figures, args.kill_every)
    return figures.finish(as_json=args.json)


def prove(
    figures: Figures,
    cuts: int,
    commands: int,
    synchronous: str = "FULL",
    seed: int = 1,
    say: Callable[[str], None] = tell,
) -> None:
    """Traces a desk that saves and synchronises, then cuts its power `cuts` times."""
    with _stage(commands, synchronous) as stage:
        steps = traced(stage.job, stage.profile, stage.scratch)
        if synchronous != "FULL":
            figures.more["synchronous"] = synchronous
        acks = sum(step.kind == "ack" for step in steps)
        figures.expect(acks == commands, f"{acks} of {commands} commands were saved in the traced run")
        figures.commands = acks
        say(f"{len(steps)} steps, {acks} saved commands")
        _cut(stage, steps, cuts, random.Random(seed), figures, say)  # noqa: S311


@dataclass(frozen=True)
class _Stage:
    """A settled store that answers, and a profile with its traced job."""

    server: CentralProcess
    profile: Path
    job: Path
    scratch: Path
    keys: HeldKeys
    key: bytes


@contextmanager
def _stage(commands: int, synchronous: str) -> Iterator[_Stage]:
    with tempfile.TemporaryDirectory(prefix="arm-power-") as made:
        folder = Path(made)
        url = f"sqlite:///{folder / 'central.db'}"
        with open_central(url, files=folder / "files") as central:
            settle(central)
        with running_server(url, folder) as server:
            profile, keys = folder / "profile", HeldKeys()
            desk_on(profile, server.address, LOGIN, keys).close()
            record = load_record(profile)
            if record is None:
                raise RuntimeError("a new profile has no key record")
            job = folder / "job.json"
            Job(str(profile), "desk", commands, synchronous, secrets=keys.secrets).write(job)
            traced_from = folder / "before"
            shutil.copytree(profile, traced_from)
            yield _Stage(server, profile, job, folder, keys, key_from_store(record, keys))


def _cut(
    stage: _Stage, steps: list[Step], cuts: int, rng: random.Random, figures: Figures, say: Callable[[str], None]
) -> None:
    moments = sorted(rng.randrange(1, len(steps) + 1) for _ in range(cuts))
    whole = set(rng.sample(range(cuts), min(WHOLE_DESKS, cuts)))
    before = stage.scratch / "before"
    disk = Disk(_as_profile(stage, before))
    acknowledged: list[str] = []
    at, rebuilt, worst = 0, 0, 0
    for number, moment in enumerate(moments):
        for step in steps[at:moment]:
            disk.take(step)
            if step.kind == "ack":
                acknowledged.append(step.path)
        at = moment
        found = _laid_out(stage, before, disk.after_cut(rng))
        lost = _lost_in(found, stage.key, acknowledged, figures)
        worst = max(worst, lost)
        figures.lost += bool(lost)
        rebuilt += _cache_was_rebuilt(found, stage.key, figures)
        if number in whole and not lost:
            _work_on(stage, found, figures)
        figures.faults += 1
        if figures.faults % 100 == 0:
            say(f"{figures.faults} / {cuts}: {figures.lost} with a loss")
    figures.more |= {"cuts": cuts, "worst_loss": worst, "caches_rebuilt": rebuilt, "steps": len(steps)}


def _as_profile(stage: _Stage, before: Path) -> Path:
    """The profile as it lay before the traced run, under its own name: the steps name its files so."""
    shutil.rmtree(stage.profile)
    shutil.copytree(before, stage.profile)
    return stage.profile


def _laid_out(stage: _Stage, before: Path, files: dict[str, bytes]) -> Path:
    """A profile as the next start finds it: not closed, with the key's record and the files that are left."""
    place = stage.scratch / "cut"
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(before, place, ignore=shutil.ignore_patterns("*.db", "*.db-*"))
    for name, content in files.items():
        if ".db" in name:
            (place / name).write_bytes(content)
    (place / "not-closed").touch()
    return place


def _lost_in(place: Path, key: bytes, acknowledged: list[str], figures: Figures) -> int:
    """How many of the commands said to be saved are not in work.db."""
    try:
        work = WorkFile(place, key, lambda: "verify", was_clean=False)
    except CacheTrouble as trouble:
        figures.failed.append(f"work.db can't be opened: {trouble.kind}")
        return 0
    try:
        entries = work.outbox.archived(-1_000_000, 1_000_000) + work.outbox.unsent(1_000_000)
        if work.salvaged is not None:
            figures.more["salvaged"] = figures.more.get("salvaged", 0) + 1
    finally:
        work.close()
    numbers = sorted(one.device_seq for one in entries)
    if numbers and numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        figures.failed.append("work.db has holes in its numbers")
    return len(set(acknowledged) - {one.command_id for one in entries})


def _cache_was_rebuilt(place: Path, key: bytes, figures: Figures) -> bool:
    """cache.db opens sound or is put into quarantine; nothing else may happen."""
    try:
        cache = CacheFile(place, key, lambda: "verify", was_clean=False)
    except CacheTrouble as trouble:
        figures.failed.append(f"cache.db can't be opened or rebuilt: {trouble.kind}")
        return False
    local_revisions(cache)
    cache.close()
    return cache.was_rebuilt


def _work_on(stage: _Stage, place: Path, figures: Figures) -> None:
    """The desk starts, sends what it has and comes into step; its replica is what the store lists."""
    desk = open_desk(place, ca_file="", key_store=lambda: stage.keys)
    try:
        desk.sync.run_now()
        core = desk.sync.storage._core
        work = core.store.work
        wire = HttpTransport(stage.server.address, lambda: work.kept("device_id"), lambda: work.kept("token"))
        listed = {row.message_id: (row.rev, row.sight) for row in wire.manifest().rows}
        wire.close()
        figures.expect(local_revisions(core.store.cache) == listed, "after a cut the replica differs from the store")
        figures.expect(not desk.sync.status().unsent, "after a cut commands stay unsent")
        figures.more["desks_worked_on"] = figures.more.get("desks_worked_on", 0) + 1
    finally:
        desk.close()
