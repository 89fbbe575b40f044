"""The 256 digests of a copy (P17): the same whatever order its rows come in, each told apart by every part."""

from __future__ import annotations

import hashlib
from random import Random

from arm.wire import bucket_digests

ROWS = [(f"{at % 7:02x}{at:06x}-0000-4000-8000-000000000000", f"{at:064x}", "full") for at in range(300)]


def test_a_digest_is_that_of_its_rows_in_the_order_of_their_ids() -> None:
    shuffled = Random(1).sample(ROWS, len(ROWS))
    found = bucket_digests(iter(shuffled))
    assert len(found) == 256
    for place in range(7):
        text = "".join(f"{one} {rev} {sight}\n" for one, rev, sight in sorted(ROWS) if one.startswith(f"{place:02x}"))
        assert found[place] == hashlib.sha256(text.encode()).hexdigest()
    assert set(found[7:]) == {""}


def test_another_rev_or_sight_changes_one_digest_only() -> None:
    before = bucket_digests(ROWS)
    message_id, rev, sight = ROWS[3]
    for changed in ((message_id, "f" * 64, sight), (message_id, rev, "title")):
        after = bucket_digests([changed if one == ROWS[3] else one for one in ROWS])
        assert [place for place in range(256) if before[place] != after[place]] == [3]


def test_what_is_no_uuid_lies_in_the_first_bucket() -> None:
    assert [place for place, one in enumerate(bucket_digests([("x-1", "r", "full")])) if one] == [0]
