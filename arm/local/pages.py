"""Applying a page of the feed in one local transaction: cards, words, places, evictions and the cursor (P12, P14)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from arm.domain.classifier import Classifier
from arm.domain.message import Message
from arm.local.cache import CacheFile, keep_values, marks
from arm.local.database import Connection
from arm.local.facts import (
    EPOCH,
    MICROSECOND,
    Facts,
    atom,
    band_and_due,
    facts_of,
    turns_at,
    upload_ids,
    words_of,
    words_print,
)
from arm.local.folding import digits, phone_key
from arm.local.gathering import Gathered, Tally
from arm.local.membership import BY_DATE, Place, Viewer, places_of
from arm.typed import from_json, from_packed
from arm.wire import BadWire, message_from
from arm.wire_packed import AnyCard, json_of, message_of

_encode = msgspec.msgpack.Encoder().encode
REINDEX_ROWS = 200


def decode_facts(packed: bytes) -> Facts:
    return from_packed(packed, Facts)


@dataclass(slots=True)
class Applied:
    """What a page changed: messages to look at anew, messages gone, files of theirs to forget."""

    changed: set[str] = field(default_factory=set)
    evicted: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)
    unreadable: int = 0
    is_withdrawn: bool = False
    """Whether something here may be seen no more: then it must not stay in the write-ahead log either (P14)."""


class Replica:
    """Writes the replica; `now` is the central store's moment as the desk reckons it."""

    def __init__(self, cache: CacheFile, now: Callable[[], datetime]) -> None:
        self._cache = cache
        self._now = now
        self.viewer: Viewer | None = None
        self._classifier = Classifier()

    def look_as(self, viewer: Viewer, classifier: Classifier) -> bool:
        """Sets who looks; True when every row must be indexed anew, which `reindex` does."""
        self.viewer, self._classifier = viewer, classifier
        return self._cache.kept("viewer") != viewer.fingerprint.encode()

    def apply(
        self,
        cards: Sequence[AnyCard],
        evict: Iterable[str] = (),
        kept: dict[str, bytes] | None = None,
        fetched: Sequence[str] = (),
        expected_cursor: bytes | None = None,
    ) -> Applied | None:
        """One page, whole or not at all; None when the page does not begin at our cursor.

        `kept` moves the cursor in the same transaction, `fetched` ticks off what a first sync wanted.
        """
        done = Applied()
        with self._cache.writing() as c:
            if expected_cursor is not None:
                row = c.execute("SELECT value FROM kept WHERE name = 'cursor'").fetchone()
                if (bytes(row[0]) if row else b"") != expected_cursor:
                    return None
            page, now = Gathered(c), self._now()
            came = {str(one.message_id): one for one in cards}
            here = _standing(c, list(came))
            for card in came.values():
                try:
                    self._upsert(page, card, here.get(card.message_id), now, done)
                except BadWire:
                    done.unreadable += 1
            page.write_rows()
            for message_id in evict:
                self._evict(page, message_id, done)
            if fetched:
                c.executemany("DELETE FROM wanted WHERE message_id = ?", [(one,) for one in fetched])
            write_tally(c, page.tally)
            if kept:
                keep_values(c, kept)
            page.write_words()
            owe_files(c, done.files)
        self._cache.purge_log(is_due=done.is_withdrawn)
        return done

    def _upsert(self, page: Gathered, card: AnyCard, old: tuple[Any, ...] | None, now: datetime, done: Applied) -> None:
        """`old` is (pk, rev, sight, facts, words_print) of the row that stands here."""
        c = page.connection
        if old is not None and old[1] == card.rev and old[2] == card.sight:
            return
        done.is_withdrawn |= old is not None and old[2] != card.sight
        message = message_of(card)
        topic = self._classifier.title(message.category, message.subcategory) if message.category else ""
        facts = facts_of(message, topic)
        words = words_of(message, topic)
        new_print = words_print(words)
        state, timeline = json_of(card)
        pk = old[0] if old is not None else page.new_pk(facts.registered)
        if old is not None:
            if bytes(old[4]) != new_print:
                self._unindex(page, pk, decode_facts(old[3]))
                done.files |= self._files(c, pk) - upload_ids(state, timeline)
            remove_places(c, pk, page.tally)
        if old is None or bytes(old[4]) != new_print:
            page.add_words(pk, words)
        page.write(_row(pk, card, message, facts, new_print, now), (pk, state, timeline), is_new=old is None)
        page.place(self._places(pk, message, facts, card.sight, now))
        done.changed.add(card.message_id)

    def _places(self, pk: int, message: Message, facts: Facts, sight: str, now: datetime) -> Iterator[tuple[int, ...]]:
        if self.viewer is None:
            return iter(())
        band, due = band_and_due(facts, now)
        return place_rows(pk, facts, places_of(message, facts, sight, self.viewer, band, due))

    def _evict(self, page: Gathered, message_id: str, done: Applied) -> None:
        c = page.connection
        row = c.execute("SELECT pk, facts FROM message WHERE message_id = ?", (message_id,)).fetchone()
        if row is None:
            return
        pk = row[0]
        done.files |= self._files(c, pk)
        self._unindex(page, pk, decode_facts(row[1]))
        remove_places(c, pk, page.tally)
        c.execute("DELETE FROM card WHERE pk = ?", (pk,))
        c.execute("DELETE FROM message WHERE pk = ?", (pk,))
        done.evicted.add(message_id)
        done.is_withdrawn = True

    @staticmethod
    def _unindex(page: Gathered, pk: int, facts: Facts) -> None:
        """The same words as were put in, made again from what is stored: only so the index forgets them."""
        page.drop_words(pk, words_of(_stored(page.connection, pk), facts.topic))

    @staticmethod
    def _files(c: Connection, pk: int) -> set[str]:
        return upload_ids(*c.execute("SELECT state, timeline FROM card WHERE pk = ?", (pk,)).fetchone())

    def reindex(self, is_cancelled: Callable[[], bool] = lambda: False) -> None:
        """Places every message anew after a change of rights, in short transactions."""
        if self.viewer is None:
            return
        fingerprint, after = self.viewer.fingerprint.encode(), -1
        while not is_cancelled():
            with self._cache.writing() as c:
                rows = c.execute(
                    "SELECT m.pk, m.sight, m.facts, k.state FROM message m JOIN card k ON k.pk = m.pk"
                    " WHERE m.pk > ? ORDER BY m.pk LIMIT ?",
                    (after, REINDEX_ROWS),
                ).fetchall()
                if not rows:
                    keep_values(c, {"viewer": fingerprint})
                    return
                page, now = Gathered(c), self._now()
                for pk, sight, facts, state in rows:
                    remove_places(c, pk, page.tally)
                    message = message_from(msgspec.json.decode(state))
                    page.place(self._places(pk, message, decode_facts(facts), sight, now))
                page.write_rows()
                write_tally(c, page.tally)
                after = rows[-1][0]

    def tend(self, now: datetime, limit: int = 500) -> set[str]:
        """Moves rows whose deadline level has changed by itself; never waits for another writer."""
        if not self._cache.write_lock.acquire(blocking=False):
            return set()
        try:
            moment = (now - EPOCH) // MICROSECOND
            if not self._cache.rows("SELECT 1 FROM message WHERE turns_at <= ? LIMIT 1", (moment,)):
                return set()
            with self._cache.writing() as c:
                return self._tended(c, now, moment, limit)
        finally:
            self._cache.write_lock.release()

    @staticmethod
    def _tended(c: Connection, now: datetime, moment: int, limit: int) -> set[str]:
        changed: set[str] = set()
        page = Gathered(c)
        rows = c.execute(
            "SELECT pk, facts FROM message WHERE turns_at <= ? ORDER BY turns_at LIMIT ?", (moment, limit)
        ).fetchall()
        for pk, packed in rows:
            facts = decode_facts(packed)
            band, due = band_and_due(facts, now)
            held = remove_places(c, pk, page.tally)
            page.place(place_rows(pk, facts, {_moved(one, band, due) for one in held}))
            c.execute("UPDATE message SET turns_at = ? WHERE pk = ?", (turns_at(facts, now), pk))
            changed.add(facts.message_id)
        page.write_rows()
        write_tally(c, page.tally)
        return changed

    def want(self, message_ids: Sequence[str], evict: Sequence[str], kept: dict[str, bytes]) -> Applied:
        """Begins a reconcile: what to fetch is remembered, what is no longer visible goes at once (P16)."""
        done = Applied()
        with self._cache.writing() as c:
            page = Gathered(c)
            c.execute("DELETE FROM wanted")
            c.executemany("INSERT INTO wanted(message_id) VALUES (?)", [(one,) for one in dict.fromkeys(message_ids)])
            for message_id in evict:
                self._evict(page, message_id, done)
            write_tally(c, page.tally)
            keep_values(c, kept)
            page.write_words()
            owe_files(c, done.files)
        self._cache.purge_log(is_due=done.is_withdrawn)
        return done


def _standing(c: Connection, message_ids: Sequence[str]) -> dict[str, tuple[Any, ...]]:
    """message → (pk, rev, sight, facts, words_print) of those that are here."""
    found: dict[str, tuple[Any, ...]] = {}
    for start in range(0, len(message_ids), REINDEX_ROWS):
        some = message_ids[start : start + REINDEX_ROWS]
        rows = c.execute(
            f"SELECT message_id, pk, rev, sight, facts, words_print FROM message WHERE message_id IN ({marks(some)})",  # noqa: S608
            some,
        )
        found.update((row[0], row[1:]) for row in rows)
    return found


def _row(pk: int, card: AnyCard, message: Message, facts: Facts, new_print: bytes, now: datetime) -> tuple[Any, ...]:
    return (
        pk,
        card.message_id,
        card.rev,
        card.ver,
        card.sight,
        digits(message.number),
        _encode(facts),
        new_print,
        turns_at(facts, now),
        phone_key(message.applicant.phone) if message.applicant else "",
        atom(facts.executor),
    )


def owe_files(c: Connection, files: set[str]) -> None:
    """Files to forget are written beside the eviction: a kill between the two leaves nothing behind."""
    if files:
        owed = files | files_owed(c)
        keep_values(c, {"files_owed": msgspec.json.encode(sorted(owed))})


def files_owed(c: Connection) -> set[str]:
    row = c.execute("SELECT value FROM kept WHERE name = 'files_owed'").fetchone()
    return set(from_json(bytes(row[0]), list[str])) if row and row[0] else set()


def _moved(place: Place, band: int, due: int) -> Place:
    return place if place.queue in BY_DATE else Place(place.queue, band, due)


def _stored(c: Connection, pk: int) -> Message:
    state = c.execute("SELECT state FROM card WHERE pk = ?", (pk,)).fetchone()[0]
    return message_from(msgspec.json.decode(state))


def place_rows(pk: int, facts: Facts, places: Iterable[Place]) -> Iterator[tuple[int, ...]]:
    filters = (atom(facts.organisation), atom(facts.executor), atom(facts.category))
    return ((one.queue, one.band, one.due, pk, *filters) for one in places)


def remove_places(c: Connection, pk: int, tally: Tally) -> set[Place]:
    """Takes a message out of every queue and tells where it stood."""
    rows: list[tuple[Any, ...]] = c.execute("SELECT queue, band, due FROM place WHERE pk = ?", (pk,)).fetchall()
    for queue, band, due in rows:
        c.execute("DELETE FROM place WHERE queue = ? AND band = ? AND due = ? AND pk = ?", (queue, band, due, pk))
        tally[(queue, band)] -= 1
    return {Place(*row) for row in rows}


def write_tally(c: Connection, tally: Tally) -> None:
    """Counters move with the rows, so that no counter ever counts."""
    c.executemany(
        "INSERT INTO tally(queue, band, rows) VALUES (?,?,?)"
        " ON CONFLICT(queue, band) DO UPDATE SET rows = rows + excluded.rows",
        [(queue, band, change) for (queue, band), change in tally.items() if change],
    )


def local_revisions(cache: CacheFile) -> dict[str, tuple[str, str]]:
    """message → (rev, sight) of everything here, to compare with a manifest."""
    return {row[0]: (row[1], row[2]) for row in cache.rows("SELECT message_id, rev, sight FROM message")}


def still_wanted(cache: CacheFile, limit: int) -> list[str]:
    """The next messages that a first sync has to fetch, in the order of the manifest."""
    return [row[0] for row in cache.rows("SELECT message_id FROM wanted ORDER BY place LIMIT ?", (limit,))]


def wanted_count(cache: CacheFile) -> int:
    """How many are still to come: they are fetched from the front, so the places left are those between two ends."""
    first, last = cache.rows("SELECT (SELECT min(place) FROM wanted), (SELECT max(place) FROM wanted)")[0]
    return 0 if first is None else int(last - first) + 1
