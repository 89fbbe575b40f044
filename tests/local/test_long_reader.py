"""A reader that stays: the log is bounded, nothing is lost, and all goes on when it has gone (F45)."""

from __future__ import annotations

from pathlib import Path

import pytest

from arm.local.troubles import CacheTrouble
from tests.local.builders import message, open_room

MEGABYTE = 1024 * 1024


@pytest.mark.slow
def test_a_long_read_bounds_the_log_and_delays_writing_only(tmp_path: Path) -> None:
    log = tmp_path / "cache.db-wal"
    with open_room(tmp_path) as room:
        room.put(*(message(n) for n in range(50)))
        number, refused = 1000, False
        with room.cache.reading() as reader:
            cursor = reader.execute("SELECT state FROM card")
            seen = [cursor.fetchone()]
            while not refused:
                try:
                    room.put(*(message(number + n, f"{number} " + "слово " * 3000) for n in range(40)))
                    number += 40
                except CacheTrouble as trouble:
                    assert trouble.kind == "in_use"
                    refused = True
                assert log.stat().st_size <= 64 * MEGABYTE
            # the reader still sees its own moment, whole
            seen += cursor.fetchall()
            assert len(seen) == 50
        written = 50 + number - 1000
        room.put(message(9))
        assert room.cache.rows("SELECT count(*) FROM message") == [(written,)]
        assert log.stat().st_size <= 8 * MEGABYTE
