"""The number that applicants are told: short, read aloud in groups, guarded by a check digit."""

from __future__ import annotations

from datetime import UTC, datetime

SERIES_START = datetime(2026, 1, 1, tzinfo=UTC)
TICK_S = 4
RESTORE_JUMP = 500_000
"""How far a restored store jumps ahead: more than a mass import made after the backup could have used."""

DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)
"""A totally anti-symmetric quasigroup of order 10: finds every wrong digit and every swapped neighbour."""


def ticks(at: datetime) -> int:
    """4-second steps since 2026-01-01 UTC: the floor of the series, so that a restored store never repeats."""
    return max(0, int((at - SERIES_START).total_seconds()) // TICK_S)


def check_digit(digits: str) -> int:
    state = 0
    for one in digits:
        state = DAMM[state][int(one)]
    return state


def worded(value: int) -> str:
    """The series' value as people read it: «7041-6253», groups of four from the right."""
    digits = f"{value:07d}"
    whole = f"{digits}{check_digit(digits)}"
    head = len(whole) % 4
    groups = ([whole[:head]] if head else []) + [whole[i : i + 4] for i in range(head, len(whole), 4)]
    return "-".join(groups)


def read(text: str) -> str | None:
    """The number in its written form from what somebody typed; None when the check digit doesn't fit.

    Spaces, dashes of every kind and a leading № are taken as they come.
    """
    kept = "".join(one for one in text if one not in " \t\u00a0\u202f-–—‑−№.#")
    if not (8 <= len(kept) <= 18 and kept.isascii() and kept.isdigit()) or check_digit(kept):
        return None
    return worded(int(kept[:-1]))
