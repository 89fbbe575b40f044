"""The outbox: dense numbers, durable rows, verdicts beside what was typed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from arm.local.outbox import Settled
from arm.local.work import WorkFile
from tests.local.builders import KEY, open_room, stamp
from tests.local.test_files_at_rest import entry

WRITER = """
import sys
from pathlib import Path
from arm.local.work import WorkFile
from tests.local.test_files_at_rest import entry
work = WorkFile(Path(sys.argv[1]), bytes(range(32)), lambda: "s", True)
n = 0
while True:
    n += 1
    print(work.outbox.add(entry(n)), flush=True)
"""


def test_numbers_are_dense_whatever_becomes_of_the_commands(tmp_path: Path) -> None:
    with open_room(tmp_path) as room:
        outbox = room.work.outbox
        assert [outbox.add(entry(n)) for n in (1, 2, 3)] == [1, 2, 3]
        outbox.settle([Settled(command_id="c3", state="refused", reason="stale")], "2026-11-23")
        outbox.archive(["c3"])
        assert outbox.add(entry(4)) == 4
        outbox.archive(["c4"])
        assert [one.command_id for one in outbox.unsent()] == ["c1", "c2", "c4"]


def test_a_verdict_keeps_everything_that_was_typed(tmp_path: Path) -> None:
    with open_room(tmp_path) as room:
        outbox = room.work.outbox
        outbox.add(entry(1, "Длинный ответ заявителю"))
        verdict = Settled(command_id="c1", state="conflict", reason="stale", details={"changed_by": "Котов"})
        outbox.settle([verdict], "2026-11-23")
        outbox.archive(["c1"])
        kept = outbox.entry("c1")
        assert kept is not None and "Длинный ответ заявителю".encode() in kept.payload
        assert kept.details == {"changed_by": "Котов"} and outbox.open_entries() == []


def test_a_new_device_counts_from_one_and_keeps_the_ids(tmp_path: Path) -> None:
    with open_room(tmp_path) as room:
        outbox = room.work.outbox
        for n in range(1, 6):
            outbox.add(entry(n))
        outbox.settle([Settled(command_id="c1", state="accepted", result_seq=4)], "2026-11-23")
        outbox.settle([Settled(command_id="c2", state="refused", reason="stale")], "2026-11-23")
        outbox.renumber("second", "new")
        assert [(one.device_seq, one.command_id) for one in outbox.archived(0)] == [(1, "c1")], "it is offered again"
        assert [(one.device_seq, one.command_id) for one in outbox.unsent()] == [(2, "c3"), (3, "c4"), (4, "c5")]
        assert {one.command_id for one in outbox.open_entries()} == {"c1", "c2", "c3", "c4", "c5"}
        assert [room.work.kept(name) for name in ("device_id", "last_seq", "dec_hash")] == ["second", "1", "new"]
        assert outbox.add(entry(6)) == 5
        outbox.renumber("third", "new")
        assert [one.device_seq for one in outbox.unsent()] == [2, 3, 4, 5]


def test_a_killed_program_has_every_command_that_it_said_it_saved(tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[2]
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root)},
    )
    assert writer.stdout is not None
    said = [int(writer.stdout.readline()) for _ in range(25)]
    writer.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    said += [int(line) for line in writer.stdout.read().split()]
    writer.wait()
    writer.stdout.close()
    work = WorkFile(tmp_path, KEY, stamp, False)
    kept = [one.device_seq for one in work.outbox.open_entries()]
    work.close()
    assert work.salvaged is None
    assert kept == list(range(1, len(kept) + 1)) and len(kept) >= said[-1]


def test_a_desk_may_become_another_device_twice_with_refusals_waiting(tmp_path: Path) -> None:
    with open_room(tmp_path) as room:
        outbox = room.work.outbox
        for n in range(1, 5):
            outbox.add(entry(n))
        for n in (1, 2, 3):
            outbox.settle([Settled(command_id=f"c{n}", state="refused", reason="stale")], "2026-11-23")
        outbox.renumber("second", "new")
        outbox.renumber("third", "new")
        outbox.archive(["c2"])
        outbox.renumber("fourth", "new")
        outbox.archive(["c1", "c3"])
        assert {one.command_id for one in outbox.open_entries()} == {"c4"}
        assert all(outbox.entry(f"c{n}") is not None for n in range(1, 5)), "nothing gets lost on the way"
