"""Nothing of what may be seen no more stays behind: files, free pages, search, logs, attachments (P14, E9)."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from pathlib import Path

import pytest

from arm.local.files import Files
from arm.local.outbox import Entry
from arm.local.troubles import FileTrouble
from tests.local.builders import KEY, Room, card_of, message, open_room
from tests.local.raw_pages import plain_pages

AT = "2026-11-23T06:00:00+00:00"
CARDS = 300
WORDS = ("канарейка", "кенар")


def hits(folder: Path, name: str = "cache.db") -> int:
    """How often the canaries lie in the plain bytes of a file and its log, in any case."""
    plain = plain_pages(folder / name, KEY).decode("utf-8", errors="ignore").casefold()
    return sum(plain.count(word) for word in WORDS)


def put_canaries(room: Room) -> list[str]:
    """Long texts among them: those lie on overflow pages."""
    some = [
        message(n, f"Канарейка-{n * 7919} у подъезда {n}. " + f"Кенар {n * 31} поёт. " * (400 if n % 10 == 0 else 4))
        for n in range(CARDS)
    ]
    for start in range(0, CARDS, 60):
        room.put(*some[start : start + 60])
    return [one.message_id for one in some]


def test_the_scan_sees_what_is_there(tmp_path: Path) -> None:
    with open_room(tmp_path) as room:
        put_canaries(room)
        assert hits(tmp_path) > CARDS
        # so does it see what a plain deletion leaves in free pages
        room.cache._connection.execute("PRAGMA secure_delete = OFF")
        room.cache._connection.execute("DELETE FROM card")
        room.cache.checkpoint()
        assert hits(tmp_path) > CARDS


def test_three_hundred_evicted_cards_leave_not_one_canary(tmp_path: Path) -> None:
    with open_room(tmp_path) as room:
        ids = put_canaries(room)
        for start in range(0, CARDS, 50):
            room.replica.apply([], ids[start : start + 50])
        assert room.cache.rows("SELECT count(*) FROM message") == [(0,)]
        # without a checkpoint of the test's own, and while the file is open
        assert hits(tmp_path) == 0
        assert (tmp_path / "cache.db-wal").stat().st_size == 0
    assert hits(tmp_path) == 0


def test_a_reconcile_leaves_no_canary_of_what_it_evicts(tmp_path: Path) -> None:
    with open_room(tmp_path) as room:
        ids = put_canaries(room)
        room.put(message(CARDS + 1, "Воробьи остаются"))
        room.replica.want([], ids, {"reconcile_cursor": b"x"})
        assert hits(tmp_path) == 0
        assert "воробьи" in plain_pages(tmp_path / "cache.db", KEY).decode(errors="ignore").casefold()


def test_what_is_withheld_from_now_on_leaves_no_trace(tmp_path: Path) -> None:
    """The same message at a lower sight: the applicant's name goes from the card, the search and the log."""
    with open_room(tmp_path) as room:
        one = message(1, "Яма на дороге")
        assert one.applicant is not None
        named = replace(one, applicant=replace(one.applicant, name="Канарейка Кенаровна"))
        room.put(named)
        assert hits(tmp_path) > 0
        room.replica.apply([card_of(replace(one, applicant=None), rev="b", sight="history")])
        assert hits(tmp_path) == 0


def test_a_reader_delays_the_purge_and_does_not_stop_it(tmp_path: Path) -> None:
    with open_room(tmp_path) as room:
        ids = put_canaries(room)
        with room.cache.reading() as reader:
            cursor = reader.execute("SELECT state FROM card")
            cursor.fetchone()
            room.replica.apply([], ids)
            assert hits(tmp_path) > 0
            cursor.close()
        room.put(message(CARDS + 1, "Воробьи"))
        assert hits(tmp_path) == 0


def test_a_forgotten_file_leaves_neither_content_nor_key_nor_copy(tmp_path: Path) -> None:
    with open_room(tmp_path) as room:
        files = Files(tmp_path, room.work)
        record = files.add("канарейка.txt", io.BytesIO("канарейка".encode() * 5000), "text/plain", AT)
        copy = files.open_copy(record)
        key = record.key
        assert key in plain_pages(tmp_path / "work.db", KEY)
        files.forget([record.file_id])
        assert not copy.exists() and not list((tmp_path / "files").iterdir())
        assert key not in plain_pages(tmp_path / "work.db", KEY) and hits(tmp_path, "work.db") == 0


def fetched(files: Files, number: int, at: str, size: int = 1000) -> str:
    """A file that came from the central store."""
    content = bytes([number]) * size
    digest = hashlib.sha256(content).hexdigest()
    return files.add_fetched(f"u{number}", f"{number}.bin", iter([content]), digest, at).upload_id


def moment(hour: int) -> str:
    return f"2026-11-23T{hour:02d}:00:00+00:00"


def test_the_longest_unused_file_goes_first_and_own_work_stays(tmp_path: Path) -> None:
    with open_room(tmp_path) as room:
        files = Files(tmp_path, room.work, most_bytes=3000)
        own = files.add("моё.bin", io.BytesIO(b"x" * 5000), "", moment(0))
        for number in (1, 2, 3):
            fetched(files, number, moment(number))
        first = files.find("u1")
        assert first is not None
        files.open_copy(first, moment(5))
        fetched(files, 4, moment(6))
        assert [n for n in (1, 2, 3, 4) if files.find(f"u{n}") is not None] == [1, 3, 4]
        assert b"".join(files.content(own)) == b"x" * 5000
        assert len(list((tmp_path / "files").iterdir())) == 4


def test_a_sent_file_that_unfinished_work_speaks_of_stays(tmp_path: Path) -> None:
    with open_room(tmp_path) as room:
        files = Files(tmp_path, room.work, most_bytes=100)
        fetched(files, 1, moment(1))
        room.work.outbox.add(
            Entry(command_id="c1", verb="comment", message_id="m", payload=b'{"upload_id": "u1"}', created_at=AT)
        )
        fetched(files, 2, moment(2))
        fetched(files, 3, moment(3))
        assert [n for n in (1, 2, 3) if files.find(f"u{n}") is not None] == [1, 3]


def test_a_kill_between_sending_a_file_and_naming_it_in_its_command_costs_no_file(tmp_path: Path) -> None:
    with open_room(tmp_path) as room:
        files = Files(tmp_path, room.work)
        own = files.add("моё.bin", io.BytesIO(b"x"), "", moment(0))
        payload = f'{{"upload_id": "{own.file_id}"}}'.encode()
        room.work.outbox.add(Entry(command_id="c1", verb="comment", message_id="m", payload=payload, created_at=AT))
        files.mark_sent(own.file_id, "u1")
        files.forget_cached()
        assert files.find(own.file_id) is not None


def test_a_file_that_is_larger_than_the_room_is_still_shown(tmp_path: Path) -> None:
    with open_room(tmp_path) as room:
        files = Files(tmp_path, room.work, most_bytes=10)
        fetched(files, 1, moment(1))
        record = files.find("u1")
        assert record is not None and files.open_copy(record).stat().st_size == 1000


def test_a_damaged_file_is_not_opened(tmp_path: Path) -> None:
    with open_room(tmp_path) as room:
        files = Files(tmp_path, room.work)
        fetched(files, 1, moment(1))
        (sealed,) = (tmp_path / "files").iterdir()
        content = bytearray(sealed.read_bytes())
        content[10] ^= 1
        sealed.chmod(0o600)
        sealed.write_bytes(content)
        record = files.find("u1")
        assert record is not None
        with pytest.raises(FileTrouble) as trouble:
            files.open_copy(record)
        assert trouble.value.kind == "damaged" and not any((tmp_path / "opened").rglob("*.bin"))
