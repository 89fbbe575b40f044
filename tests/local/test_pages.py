"""A page in the cache: what it costs on the disk, and the order in which a first sync fetches."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from arm.local.pages import still_wanted, wanted_count
from arm.local.search import search
from tests.local.builders import Room, message, open_room


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    with open_room(tmp_path) as opened:
        yield opened


def segments(room: Room) -> int:
    return int(room.cache.rows("SELECT count(DISTINCT segid) FROM words_idx")[0][0])


def found(room: Room, text: str) -> list[str]:
    return [line.facts.message_id for line in search(room.cache, text, 50)]


def test_a_page_in_any_order_writes_its_words_in_one_piece(room: Room) -> None:
    room.put(*(message(number, f"Слово{number} на дороге") for number in (7, 3, 9, 1, 5)))
    assert segments(room) == 1
    assert found(room, "дорога") == ["m9", "m7", "m5", "m3", "m1"]


def test_a_changed_text_in_a_page_forgets_the_old_words(room: Room) -> None:
    room.put(*(message(number) for number in range(4)))
    room.put(message(3, "Снег во дворе"), message(8, "Снег на крыше"), message(0), rev="b")
    assert found(room, "снег") == ["m8", "m3"]
    assert found(room, "яма") == ["m2", "m1", "m0"]


def test_what_comes_and_goes_in_one_page_leaves_no_word(room: Room) -> None:
    room.put(message(1))
    assert room.replica.apply([], ["m1"]) is not None
    assert found(room, "яма") == []
    assert room.cache.rows("SELECT count(*) FROM place")[0][0] == 0


def test_messages_of_one_second_keep_the_order_of_their_coming(room: Room) -> None:
    at = message(1).registered_at
    room.put(message(1), message(2, registered_at=at), message(3, registered_at=at))
    room.put(message(4, registered_at=at))
    assert found(room, "яма") == ["m4", "m3", "m2", "m1"]


def test_a_first_sync_fetches_in_the_order_of_the_manifest(room: Room) -> None:
    room.replica.want(["m9", "m2", "m5", "m2"], [], {})
    assert (still_wanted(room.cache, 2), wanted_count(room.cache)) == (["m9", "m2"], 3)
    room.replica.apply([], [], fetched=["m9", "m2"])
    assert (still_wanted(room.cache, 2), wanted_count(room.cache)) == (["m5"], 1)
    room.replica.apply([], [], fetched=["m5"])
    assert (still_wanted(room.cache, 2), wanted_count(room.cache)) == ([], 0)
