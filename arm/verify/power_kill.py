"""SIGKILL at each N-th write of an outbox commit and of a page apply (F32, F33)."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Callable
from pathlib import Path

from arm.bootstrap_central import open_central
from arm.local.cache import CacheFile
from arm.local.pages import local_revisions
from arm.local.troubles import CacheTrouble
from arm.local.work import WorkFile
from arm.verify.figures import Figures, tell
from arm.verify.power_desk import Job
from arm.verify.power_trace import killed_at
from arm.verify.rig_town import call, new_message_id, settle, signed_in
from arm.wire import FetchRequest, to_json

KEY = bytes(range(32))
COMMITS, PAGES, CARDS_A_PAGE = 6, 3, 5


def prove_kills(figures: Figures, every: int, say: Callable[[str], None] = tell) -> None:
    """Both kinds, at each `every`-th write until one run comes to its end unkilled."""
    outbox = kill_outbox(figures, every)
    pages = kill_page(figures, every)
    figures.more |= {"kills_in_outbox": outbox, "kills_in_page": pages}
    say(f"killed {outbox} times in the outbox, {pages} times in a page")


def kill_outbox(figures: Figures, every: int) -> int:
    """What was said to be saved is there, whole; the number of kills."""
    with tempfile.TemporaryDirectory(prefix="arm-kill-") as made:
        scratch = Path(made)
        number, kills = 1, 0
        while True:
            profile = scratch / str(number)
            profile.mkdir()
            job = scratch / "job.json"
            Job(str(profile), "outbox", COMMITS, secrets={"key": KEY.hex()}).write(job)
            killed, said = killed_at(job, scratch, number)
            saved = dict(one.split() for one in said if not one.startswith("open"))
            figures.lost += _lost_of(profile, saved, figures, number)
            if not killed:
                return kills
            kills, number = kills + 1, number + every
            figures.faults += 1


def _lost_of(profile: Path, saved: dict[str, str], figures: Figures, number: int) -> int:
    from arm.verify.power_desk import digest

    try:
        work = WorkFile(profile, KEY, lambda: "verify", was_clean=False)
    except CacheTrouble as trouble:
        figures.failed.append(f"killed at write {number}: work.db is {trouble.kind}")
        return len(saved)
    entries = {one.command_id: digest(one.payload) for one in work.outbox.unsent(1000)}
    figures.expect(work.salvaged is None, f"killed at write {number}: work.db was damaged")
    work.close()
    return sum(entries.get(command_id) != seen for command_id, seen in saved.items())


def kill_page(figures: Figures, every: int) -> int:
    """After each kill the rows are exactly those of the cursor; the number of kills."""
    with tempfile.TemporaryDirectory(prefix="arm-kill-") as made:
        scratch = Path(made)
        cards = scratch / "cards.json"
        ids = _recorded(scratch, cards)
        number, kills = 1, 0
        while True:
            profile = scratch / str(number)
            profile.mkdir()
            job = scratch / "job.json"
            Job(str(profile), "page", PAGES, cards=str(cards), secrets={"key": KEY.hex()}).write(job)
            killed, said = killed_at(job, scratch, number)
            told = max((int(one.split()[1]) for one in said if one.startswith("page")), default=0)
            _check_page(profile, ids, told, figures, number)
            if not killed:
                return kills
            kills, number = kills + 1, number + every
            figures.faults += 1


def _check_page(profile: Path, ids: list[str], told: int, figures: Figures, number: int) -> None:
    cache = CacheFile(profile, KEY, lambda: "verify", was_clean=False)
    try:
        upto = int(cache.kept("cursor") or b"0")
        rows = set(local_revisions(cache))
        words = cache.rows("SELECT count(*) FROM words")[0][0]
        whole = rows == set(ids[:upto]) and words == upto
        figures.expect(whole, f"killed at write {number}: {len(rows)} rows, {words} in the search, cursor {upto}")
        # a killed process loses nothing that it had committed: only the power does
        figures.expect(upto >= told or cache.was_rebuilt, f"killed at write {number}: page {told} is gone")
    finally:
        cache.close()


def _recorded(scratch: Path, file: Path) -> list[str]:
    """Real cards of a real store, in a file."""
    with open_central(f"sqlite:///{scratch / 'central.db'}", files=scratch / "files") as central:
        settle(central)
        ids = [new_message_id() for _ in range(PAGES * CARDS_A_PAGE)]
        for number, message_id in enumerate(ids):
            central.act("operator-1", message_id, call(f"Звонок {number}: яма у дома {uuid.uuid4()}"))
        who, _ = signed_in(central, "moderator")
        found = {one.message_id: one for one in central.handle_fetch(who, FetchRequest(message_ids=ids)).cards}
        file.write_bytes(to_json([found[one] for one in ids]))
        return [str(one) for one in ids]
