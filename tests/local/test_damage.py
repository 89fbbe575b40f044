"""Damaged files: what can be read is saved, what can't is named exactly, nothing is thrown away (F36, F37)."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2 as sqlite

from arm.local.database import connect, is_sound
from arm.local.outbox import Entry, Settled
from arm.local.work import WorkFile
from tests.local.builders import KEY, message, open_room, stamp

PAGE = 4096
AT = "2026-11-23T06:00:00+00:00"
COMMANDS = 300


def filled_work(folder: Path) -> dict[int, bytes]:
    """A closed work.db with archived, decided and unsent commands; what was typed by number."""
    work = WorkFile(folder, KEY, stamp, True)
    typed: dict[int, bytes] = {}
    for n in range(1, COMMANDS + 1):
        text = json.dumps({"text": f"текст {n} " * 30}).encode()
        one = Entry(command_id=f"c{n}", verb="comment", message_id=f"m{n % 7}", payload=text, created_at=AT)
        typed[work.outbox.add(one)] = text
    decided = [f"c{n}" for n in range(1, 101)]
    work.outbox.settle([Settled(command_id=one, state="accepted") for one in decided], AT)
    work.outbox.archive(decided)
    work.keep(last_seq="100", device_id="d1")
    work.close()
    return typed


def spoil_pages(path: Path, pages: list[int]) -> None:
    content = bytearray(path.read_bytes())
    for page in pages:
        content[page * PAGE : (page + 1) * PAGE] = bytes(PAGE)
    path.write_bytes(content)


def pages_of(path: Path) -> int:
    return path.stat().st_size // PAGE


@pytest.mark.parametrize("seed", range(12))
def test_several_damaged_pages_cost_their_own_rows_alone(tmp_path: Path, seed: int) -> None:
    typed = filled_work(tmp_path)
    path = tmp_path / "work.db"
    spoilt = random.Random(seed).sample(range(8, pages_of(path)), 3)
    spoil_pages(path, spoilt)
    damaged = path.read_bytes()
    work = WorkFile(tmp_path, KEY, stamp, False)
    report = work.salvaged
    assert report is not None
    saved = {one.device_seq: one.payload for one in (*work.outbox.open_entries(), *work.outbox.archived(0, 1000))}
    assert all(typed[seq] == payload for seq, payload in saved.items())
    assert set(saved) | set(report.missing_seqs) == set(typed) and not set(saved) & set(report.missing_seqs)
    # a leaf holds some four of these commands, an inner page more
    assert len(saved) >= COMMANDS // 2
    assert (tmp_path / report.kept_file).read_bytes() == damaged
    assert work.outbox.add(Entry(command_id="new", verb="comment", message_id="m", payload=b"{}", created_at=AT)) == (
        COMMANDS + 1
    )
    work.close()


def test_a_damaged_last_page_is_named_by_the_indexes(tmp_path: Path) -> None:
    """Without them nobody would know how far the numbers went."""
    filled_work(tmp_path)
    path = tmp_path / "work.db"
    raw = connect(path, KEY, synchronous="FULL")
    raw.execute("DELETE FROM remembered WHERE name = 'last_seq'")
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    raw.close()
    last_page = leaf_of_last_row(path)
    spoil_pages(path, [last_page])
    work = WorkFile(tmp_path, KEY, stamp, False)
    assert work.salvaged is not None and work.salvaged.is_exact
    assert max(work.salvaged.missing_seqs) == COMMANDS
    work.close()


def leaf_of_last_row(path: Path) -> int:
    """The page whose loss costs the last command: found by trying, from the end."""
    for page in reversed(range(1, pages_of(path))):
        trial = path.with_name("trial.db")
        trial.write_bytes(path.read_bytes())
        spoil_pages(trial, [page])
        copy = connect(trial, KEY, synchronous="FULL", read_only=True)
        try:
            copy.execute("SELECT payload FROM outbox WHERE device_seq = ?", (COMMANDS,)).fetchone()
        except sqlite.DatabaseError:
            return page
        finally:
            copy.close()
            trial.unlink()
    raise AssertionError("no page holds the last command")


@pytest.mark.parametrize("seed", range(20))
def test_flipped_bytes_in_work_lose_nothing_without_a_word(tmp_path: Path, seed: int) -> None:
    typed = filled_work(tmp_path)
    path = tmp_path / "work.db"
    chance, content = random.Random(seed), bytearray(path.read_bytes())
    for _ in range(chance.randint(1, 4)):
        content[chance.randrange(PAGE, len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)
    work = WorkFile(tmp_path, KEY, stamp, False)
    saved = {one.device_seq: one.payload for one in (*work.outbox.open_entries(), *work.outbox.archived(0, 1000))}
    missing = set(work.salvaged.missing_seqs) if work.salvaged is not None else set()
    assert set(saved) | missing == set(typed) and all(typed[seq] == one for seq, one in saved.items())
    assert work.salvaged is not None
    work.close()


def test_a_page_torn_by_a_power_cut_is_whole_in_the_log_and_no_damage(tmp_path: Path) -> None:
    """A cut during a checkpoint leaves a torn page in the file; the log still has it."""
    typed = filled_work(tmp_path)
    raw = connect(tmp_path / "work.db", KEY, synchronous="FULL")
    raw.execute("PRAGMA wal_autocheckpoint = 0")
    raw.execute("UPDATE outbox SET reason = 'x'")
    spoilt = [page for page in range(3, 40)]
    written = (tmp_path / "work.db-wal").read_bytes()
    in_log = {int.from_bytes(written[at : at + 4], "big") - 1 for at in range(32, len(written), PAGE + 24)}
    cut = tmp_path / "cut"
    cut.mkdir()
    for name in ("work.db", "work.db-wal"):
        (cut / name).write_bytes((tmp_path / name).read_bytes())
    raw.close()
    spoil_pages(cut / "work.db", [one for one in spoilt if one in in_log])
    work = WorkFile(cut, KEY, stamp, False)
    assert work.salvaged is None and len(typed) == len(work.outbox.open_entries()) + 100
    work.close()


def test_a_damaged_free_page_is_seen_in_the_precious_file(tmp_path: Path) -> None:
    filled_work(tmp_path)
    raw = connect(tmp_path / "work.db", KEY, synchronous="FULL")
    raw.execute("DELETE FROM outbox_archive")
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    free = int(raw.execute("PRAGMA freelist_count").fetchone()[0])
    raw.close()
    assert free > 3
    whole = (tmp_path / "work.db").read_bytes()
    seen = 0
    for page in range(1, len(whole) // PAGE):
        (tmp_path / "work.db").write_bytes(whole)
        spoil_pages(tmp_path / "work.db", [page])
        checked = connect(tmp_path / "work.db", KEY, synchronous="FULL")
        seen += not is_sound(checked, is_precious=True)
        checked.close()
    assert seen == len(whole) // PAGE - 1


@pytest.mark.parametrize("block", range(10))
def test_whatever_happens_to_the_cache_it_is_set_aside_and_work_is_untouched(tmp_path: Path, block: int) -> None:
    """Two hundred seeds of flipped, cut, empty, foreign and random files (F36)."""
    source = tmp_path / "source"
    source.mkdir()
    with open_room(source) as room:
        room.put(*(message(n) for n in range(30)))
        room.work.outbox.add(Entry(command_id="c1", verb="comment", message_id="m1", payload=b"{}", created_at=AT))
        room.cache.checkpoint()
    whole, work = (source / "cache.db").read_bytes(), (source / "work.db").read_bytes()
    for seed in range(block * 20, block * 20 + 20):
        folder = tmp_path / str(seed)
        folder.mkdir()
        (folder / "work.db").write_bytes(work)
        (folder / "cache.db").write_bytes(spoilt_cache(random.Random(seed), whole))
        with open_room(folder, was_clean=False) as room:
            assert room.cache.was_rebuilt
            room.put(message(1))
            assert room.cache.rows("SELECT message_id FROM message") == [("m1",)]
            assert [one.command_id for one in room.work.outbox.open_entries()] == ["c1"]


def spoilt_cache(chance: random.Random, whole: bytes) -> bytes:
    kind = chance.choice(["flip", "flip", "flip", "cut", "empty", "random", "plain", "zero"])
    if kind == "flip":
        content = bytearray(whole)
        for _ in range(chance.randint(1, 8)):
            content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        return bytes(content)
    if kind == "cut":
        return whole[: chance.randrange(1, len(whole) - PAGE)]
    made = {"empty": b"", "random": chance.randbytes(9000), "plain": b"SQLite format 3\x00" + bytes(8000)}
    return made.get(kind, bytes(len(whole)))
