"""The desk whose writes are traced: a process of its own that saves commands and says so after each.

`python -m arm.verify.power_desk JOB`, a JSON file with the fields of `Job`.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path

from arm.local.held_keys import HeldKeys
from arm.local.outbox import Entry

ACK = b"ACK"


@dataclass(frozen=True)
class Job:
    """What to do in a profile: `outbox` alone, `page` alone (cards as recorded), or the whole `desk`."""

    profile: str
    work: str
    count: int
    synchronous: str = "FULL"
    sync_every: int = 20
    sync_first: bool = False
    """A desk whose clock was set back is locked until it has heard the store (P30)."""
    cards: str = ""
    secrets: dict[str, str] = field(default_factory=dict)

    def write(self, file: Path) -> None:
        file.write_text(json.dumps(asdict(self)), encoding="utf-8")


def digest(payload: bytes) -> str:
    return hashlib.sha256(payload).hexdigest()


def acknowledge(word: str, value: str) -> None:
    """One unbuffered line: what was said before a kill has been said."""
    os.write(1, b"%s %s %s\n" % (ACK, word.encode(), value.encode()))


def main(file: Path) -> int:
    job = Job(**json.loads(file.read_text(encoding="utf-8")))
    if job.synchronous != "FULL":
        _weaken(job.synchronous)
    {"desk": _whole_desk, "outbox": _outbox, "page": _page}[job.work](job)
    # no clean end: the power goes, or the process is killed
    os._exit(0)


def _weaken(synchronous: str) -> None:
    """The mutant: work.db promises less than it must."""
    from typing import Any

    from arm.local import work

    sound = vars(work)["connect"]

    def weak(path: Path, key: bytes, **options: Any) -> Any:
        return sound(path, key, **(options | {"synchronous": synchronous}))

    vars(work)["connect"] = weak


def _whole_desk(job: Job) -> None:
    from arm.bootstrap import open_desk
    from arm.desk.values import Done
    from arm.verify.rig_town import call

    keys = HeldKeys(dict(job.secrets))
    desk = open_desk(Path(job.profile), ca_file="", key_store=lambda: keys)
    if job.sync_first:
        desk.sync.run_now()
    for number in range(1, job.count + 1):
        done = desk.commands.do(None, call(f"Звонок {number}. " + "Во дворе большая яма. " * (number % 7)))
        if isinstance(done, Done):
            acknowledge(done.command_id, "-")
        if job.sync_every and number % job.sync_every == 0:
            desk.sync.run_now()


def _outbox(job: Job) -> None:
    """Only the outbox: quick enough for a kill at every single write."""
    from arm.local.work import WorkFile

    work = WorkFile(Path(job.profile), bytes.fromhex(job.secrets["key"]), lambda: "verify", was_clean=False)
    acknowledge("open", "-")
    for number in range(1, job.count + 1):
        payload = json.dumps({"text": "ж" * 200, "number": number}).encode()
        entry = Entry(
            command_id=f"command-{number}",
            verb="comment",
            message_id="message",
            payload=payload,
            created_at="2026-11-24T10:00:00+00:00",
        )
        work.outbox.add(entry)
        acknowledge(entry.command_id, digest(payload))


def _page(job: Job) -> None:
    """Pages of recorded cards into the replica, each with the cursor in the same transaction."""
    from datetime import UTC, datetime

    from arm.local.cache import CacheFile
    from arm.local.pages import Replica
    from arm.wire import Card, from_json

    cards = from_json(Path(job.cards).read_bytes(), list[Card])
    cache = CacheFile(Path(job.profile), bytes.fromhex(job.secrets["key"]), lambda: "verify", was_clean=False)
    replica = Replica(cache, lambda: datetime.now(UTC))
    acknowledge("open", "-")
    size = max(1, len(cards) // job.count)
    for number in range(job.count):
        page = cards[number * size : (number + 1) * size]
        replica.apply(page, kept={"cursor": str((number + 1) * size).encode()})
        acknowledge("page", str((number + 1) * size))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
