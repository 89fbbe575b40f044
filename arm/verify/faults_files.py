"""Faults of the desk's own files: F32–F34, F36."""

from __future__ import annotations

import os
import random
import shutil

from arm.bootstrap import open_desk
from arm.local.held_keys import HeldKeys
from arm.local.pages import local_revisions
from arm.verify import power
from arm.verify.faults_registry import case, holds
from arm.verify.figures import Figures
from arm.verify.power_kill import kill_outbox, kill_page
from arm.verify.rig import Rig
from arm.verify.rig_desk import desk_on
from arm.verify.rig_town import call


@case("F32", "killed at every third write of outbox commits: what was said to be saved is there")
def killed_commit(rig: Rig) -> None:
    holds(kill_outbox(rig.figures, 3) > 20, "the process was hardly ever killed")


@case("F33", "killed at every third write of a page: rows, search and cursor agree")
def killed_page(rig: Rig) -> None:
    holds(kill_page(rig.figures, 3) > 20, "the process was hardly ever killed")


@case("F34", "the power goes at 100 points of what a real desk wrote; synchronous=NORMAL would lose")
def power_cuts(rig: Rig) -> None:
    found = Figures()
    power.prove(found, 100, 60, say=lambda line: None)
    rig.figures.lost += found.lost
    rig.figures.commands += found.commands
    holds(not found.failed, "; ".join(found.failed))
    mutant = Figures()
    power.prove(mutant, 30, 30, "NORMAL", say=lambda line: None)
    holds(mutant.lost > 0, "the mutant synchronous=NORMAL lost nothing: the proof is blind")


@case("F36", "cache.db of random bytes, cut, empty, of another key: set aside and rebuilt, unsent work untouched")
def damaged_cache(rig: Rig) -> None:
    with rig.scene() as scene:
        ids = {scene.registered(f"Яма {n}") for n in range(5)}
        keys, folder = HeldKeys(), scene.folder / "desks" / "damaged"
        desk = desk_on(folder, scene.server.address, "operator-1", keys)
        made = desk.commands.do(None, call("Не отправлено"))
        desk.close()
        rng = random.Random(36)  # noqa: S311
        whole = (folder / "cache.db").read_bytes()
        for number in range(24):
            copy = scene.folder / "desks" / "copy"
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(folder, copy)
            (copy / "cache.db").write_bytes(_damaged(whole, number, rng))
            (copy / "not-closed").touch()
            again = open_desk(copy, key_store=lambda: keys)
            try:
                unsent = [one.command_id for one in again.sync.storage.unsent(10)]
                holds(unsent == [getattr(made, "command_id", "")] or number > 0, "unsent work was touched")
                again.sync.run_now()
                here = set(local_revisions(again.sync.storage._core.store.cache))
                holds(ids <= here, f"damage {number}: {len(here)} messages came back")
            finally:
                again.close()


def _damaged(whole: bytes, number: int, rng: random.Random) -> bytes:
    if number == 0:
        return b""
    if number == 1:
        return os.urandom(len(whole))
    if number < 6:
        return whole[: rng.randrange(1, len(whole))]
    changed = bytearray(whole)
    for _ in range(rng.randint(1, 30)):
        changed[rng.randrange(len(whole))] ^= 1 << rng.randrange(8)
    return bytes(changed)
