"""What a thief or a broken disk finds: nothing without the key, and nothing lost by damage."""

from pathlib import Path

import pytest

from arm.local.cache import CacheFile
from arm.local.database import ProfileLock, connect, files_of
from arm.local.outbox import Entry
from arm.local.troubles import CacheTrouble
from arm.local.work import WorkFile
from tests.local.builders import KEY, message, open_room, stamp

CANARY = "Канарейка-7731"


def entry(number: int, text: str = "Сделано") -> Entry:
    return Entry(
        command_id=f"c{number}",
        verb="comment",
        message_id="m1",
        payload=f'{{"text":"{text}"}}'.encode(),
        created_at="2026-11-23T06:00:00+00:00",
    )


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_the_files_are_useless_without_the_key(tmp_path: Path) -> None:
    with open_room(tmp_path) as room:
        room.put(message(1, f"{CANARY} на дороге"))
        room.work.outbox.add(entry(1, CANARY))
        room.work.keep(token=CANARY)
        found = everything_in(tmp_path)
    found += everything_in(tmp_path)
    for trace in (CANARY, CANARY.casefold(), "канарейк", "SQLite format 3", "CREATE TABLE"):
        assert trace.encode() not in found
    for name in ("work.db", "cache.db"):
        with pytest.raises(CacheTrouble) as trouble:
            connect(tmp_path / name, bytes(32), synchronous="FULL")
        assert trouble.value.kind == "wrong_key"


def test_a_wrong_key_deletes_and_changes_nothing(tmp_path: Path) -> None:
    with open_room(tmp_path) as room:
        room.work.outbox.add(entry(1))
    before = {path: path.read_bytes() for path in files_of(tmp_path / "work.db") if path.exists()}
    with pytest.raises(CacheTrouble):
        WorkFile(tmp_path, bytes(32), stamp, True, is_key_known=False)
    assert {path: path.read_bytes() for path in before} == before
    with open_room(tmp_path) as room:
        assert len(room.work.outbox.open_entries()) == 1


def spoil(path: Path, start: int, length: int) -> None:
    content = bytearray(path.read_bytes())
    content[start : start + length] = bytes(length)
    path.write_bytes(content)


@pytest.mark.parametrize("start", [0, 4096 * 3])
def test_a_damaged_cache_is_set_aside_and_begun_anew(tmp_path: Path, start: int) -> None:
    with open_room(tmp_path) as room:
        room.put(*(message(n) for n in range(50)))
        room.work.outbox.add(entry(1))
        room.cache.checkpoint()
    spoil(tmp_path / "cache.db", start, 4096)
    with open_room(tmp_path, was_clean=False) as room:
        assert room.cache.was_rebuilt
        assert room.cache.rows("SELECT count(*) FROM message") == [(0,)]
        assert len(room.work.outbox.open_entries()) == 1
    assert (tmp_path / f"cache.quarantine-{stamp()}.db").exists()


def test_a_cache_of_another_version_is_rebuilt(tmp_path: Path) -> None:
    with open_room(tmp_path) as room:
        room.put(message(1))
    raw = connect(tmp_path / "cache.db", KEY, synchronous="NORMAL")
    raw.execute("PRAGMA user_version = 1")
    raw.close()
    cache = CacheFile(tmp_path, KEY, stamp, True)
    assert cache.was_rebuilt
    cache.close()


def test_a_damaged_work_file_is_kept_and_what_can_be_read_is_saved(tmp_path: Path) -> None:
    work = WorkFile(tmp_path, KEY, stamp, True)
    for n in range(400):
        work.outbox.add(entry(n, "текст " * 40))
    work.close()
    size = (tmp_path / "work.db").stat().st_size
    spoil(tmp_path / "work.db", size // 2 // 4096 * 4096, 4096)
    again = WorkFile(tmp_path, KEY, stamp, False)
    report = again.salvaged
    assert report is not None and 300 < report.commands < 400
    assert len(report.missing_seqs) == 400 - report.commands
    assert (tmp_path / report.kept_file).stat().st_size == size
    numbers = {one.device_seq for one in again.outbox.open_entries()}
    assert numbers | set(report.missing_seqs) == set(range(1, 401))
    # the next number is above everything that was ever given
    assert again.outbox.add(entry(1000)) == 401
    again.close()


def test_a_work_file_without_a_readable_beginning_is_kept(tmp_path: Path) -> None:
    work = WorkFile(tmp_path, KEY, stamp, True)
    work.outbox.add(entry(1))
    work.close()
    spoil(tmp_path / "work.db", 0, 4096)
    again = WorkFile(tmp_path, KEY, stamp, True)
    assert again.salvaged is not None and again.salvaged.commands == 0
    assert (tmp_path / again.salvaged.kept_file).exists()
    again.close()


def test_a_work_file_of_a_newer_program_is_not_written(tmp_path: Path) -> None:
    WorkFile(tmp_path, KEY, stamp, True).close()
    raw = connect(tmp_path / "work.db", KEY, synchronous="FULL")
    raw.execute("PRAGMA user_version = 99")
    raw.close()
    before = (tmp_path / "work.db").read_bytes()
    with pytest.raises(CacheTrouble) as trouble:
        WorkFile(tmp_path, KEY, stamp, False)
    assert trouble.value.kind == "too_new"
    assert (tmp_path / "work.db").read_bytes() == before


def test_a_profile_has_one_program_at_a_time(tmp_path: Path) -> None:
    lock = ProfileLock(tmp_path)
    with pytest.raises(CacheTrouble) as trouble:
        ProfileLock(tmp_path)
    assert trouble.value.kind == "in_use"
    lock.release()
    ProfileLock(tmp_path).release()


def test_a_full_disk_refuses_a_command_and_keeps_all_others(tmp_path: Path) -> None:
    with open_room(tmp_path) as room:
        room.work.outbox.add(entry(1))
        room.work.limit_pages(room.work.pages)
        with pytest.raises(CacheTrouble) as trouble:
            room.work.outbox.add(entry(2, "слово " * 5000))
        assert trouble.value.kind == "disk_full"
        assert [one.command_id for one in room.work.outbox.open_entries()] == ["c1"]
        room.work.limit_pages(1 << 30)
        assert room.work.outbox.add(entry(3)) == 2


def test_a_full_disk_applies_no_half_of_a_page(tmp_path: Path) -> None:
    with open_room(tmp_path) as room:
        room.put(message(1))
        room.cache.limit_pages(room.cache.pages)
        with pytest.raises(CacheTrouble) as trouble:
            room.put(*(message(n, "слово " * 500) for n in range(2, 60)))
        assert trouble.value.kind == "disk_full"
        assert room.cache.rows("SELECT message_id FROM message") == [("m1",)]
        room.cache.limit_pages(1 << 30)
        room.put(message(2))
        assert len(room.cache.rows("SELECT message_id FROM message")) == 2


def test_evicted_messages_leave_no_trace_in_the_open_file(tmp_path: Path) -> None:
    with open_room(tmp_path) as room:
        room.put(*(message(n, f"{CANARY} воробьи {n}" if n == 7 else f"воробьи {n}") for n in range(300)))
        room.replica.apply([], ["m7"])
        room.cache.checkpoint()
        room.cache.rows("SELECT 1")
        plain = tmp_path / "plain.db"
        raw = connect(tmp_path / "cache.db", KEY, synchronous="NORMAL")
        raw.execute("ATTACH DATABASE ? AS plain KEY ''", (str(plain),))
        raw.execute("SELECT sqlcipher_export('plain')")
        raw.close()
        found = plain.read_bytes().decode(errors="ignore").casefold()
    assert "воробь" in found and "канарейк" not in found
