"""The rows of one page gathered in memory and written table by table, the words of the search index last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from arm.local.database import Connection

_MESSAGE = (
    "INTO message(pk, message_id, rev, ver, sight, number_digits, facts, words_print, turns_at, phone, executor)"
    " VALUES (?,?,?,?,?,?,?,?,?,?,?)"
)
_CARD = "INTO card(pk, state, timeline) VALUES (?, ?, ?)"
_ADD_WORDS = "INSERT INTO words(rowid, body, who) VALUES (?, ?, ?)"
_DROP_WORDS = "INSERT INTO words(words, rowid, body, who) VALUES ('delete', ?, ?, ?)"
SECOND = 1 << 20
"""Keys of messages registered within one second."""

Tally = Counter[tuple[int, int]]


@dataclass
class Gathered:
    """What a page will write; keys of new messages are given here, since no row is in its table yet.

    A statement that may touch several rows (`OR REPLACE`, an upsert) opens a savepoint, and FTS5 answers every
    savepoint by writing a segment of all words it holds in memory; it does the same where a key is smaller than the
    one before. So words go in after everything else, and in the order of keys.
    """

    connection: Connection
    tally: Tally = field(default_factory=Counter)
    _new: list[tuple[Any, ...]] = field(default_factory=list)
    _changed: list[tuple[Any, ...]] = field(default_factory=list)
    _new_cards: list[tuple[Any, ...]] = field(default_factory=list)
    _changed_cards: list[tuple[Any, ...]] = field(default_factory=list)
    _places: list[tuple[int, ...]] = field(default_factory=list)
    _words: list[tuple[str, tuple[int, str, str]]] = field(default_factory=list)
    _highest: dict[int, int] = field(default_factory=dict)
    _above_all: int | None = None

    def new_pk(self, registered: int) -> int:
        """Ascending with registration (microseconds); messages of one second stand in the order of their coming."""
        base = (registered // 1_000_000) * SECOND
        highest = self._highest.get(base)
        if highest is None and base > self._last_key():
            highest = base - 1
        if highest is None:
            found = self.connection.execute(
                "SELECT max(pk) FROM message WHERE pk >= ? AND pk < ?", (base, base + SECOND)
            ).fetchone()[0]
            highest = base - 1 if found is None else int(found)
        self._highest[base] = highest + 1
        return highest + 1

    def _last_key(self) -> int:
        """The highest key before this page: a first sync brings newer and newer ones, which meet nobody."""
        if self._above_all is None:
            found = self.connection.execute("SELECT max(pk) FROM message").fetchone()[0]
            self._above_all = -1 if found is None else int(found)
        return self._above_all

    def write(self, message: tuple[Any, ...], card: tuple[Any, ...], *, is_new: bool) -> None:
        """A row of `message` and one of `card`, both beginning with the key."""
        (self._new if is_new else self._changed).append(message)
        (self._new_cards if is_new else self._changed_cards).append(card)

    def place(self, rows: Iterable[tuple[int, ...]]) -> None:
        """Rows of `place`: queue, band, due, key, and three filters."""
        for row in rows:
            self._places.append(row)
            self.tally[(row[0], row[1])] += 1

    def add_words(self, pk: int, words: tuple[str, str]) -> None:
        self._words.append((_ADD_WORDS, (pk, *words)))

    def drop_words(self, pk: int, words: tuple[str, str]) -> None:
        self._words.append((_DROP_WORDS, (pk, *words)))

    def write_rows(self) -> None:
        """Everything but the words; may be called again when more was gathered."""
        for verb, table, rows in (
            ("INSERT ", _MESSAGE, self._new),
            ("INSERT OR REPLACE ", _MESSAGE, self._changed),
            ("INSERT ", _CARD, self._new_cards),
            ("INSERT OR REPLACE ", _CARD, self._changed_cards),
            ("INSERT ", "INTO place VALUES (?,?,?,?,?,?,?)", self._places),
        ):
            if rows:
                self.connection.executemany(verb + table, rows)
                rows.clear()

    def write_words(self) -> None:
        """The last thing before the commit."""
        for statement, rows in groupby(self._words, key=lambda one: one[0]):
            self.connection.executemany(statement, sorted(row for _, row in rows))
        self._words.clear()
