"""Search over everything in the cache: word forms, prefix, number, callers; no typed text is an error (S6, S7)."""

# ruff: noqa: S608 (every value is bound; what is put together are names of our own columns)

from __future__ import annotations

import re
from math import ceil

from arm.local.cache import CacheFile
from arm.local.folding import digits, match_query, phone_key, stems, words
from arm.local.pages import decode_facts
from arm.local.queues import Line

RANKED_AMONG = 2000
CANDIDATES = 6
"""How many ranked candidates are looked at for each similar message that is wanted."""
_NUMBER = re.compile(r"[\s№#\-–—./]*\d[\d\s\-–—./]*")


def search(cache: CacheFile, text: str, limit: int) -> list[Line]:
    """Newest first; what looks like a number leads with the messages whose number begins so."""
    found = [*_by_number(cache, text, limit), *_by_words(cache, text, limit)]
    unique = {line.key[2]: line for line in found}
    return list(unique.values())[:limit]


def search_ranked(cache: CacheFile, text: str, limit: int) -> list[Line]:
    """Best first, ranked among the newest matches only: ranking all of them does not scale."""
    expression = match_query(text)
    if not expression:
        return []
    oldest = cache.rows(
        f"SELECT rowid FROM words WHERE words MATCH ? ORDER BY rowid DESC LIMIT 1 OFFSET {RANKED_AMONG - 1}",
        (expression,),
    )
    found = cache.rows(
        "SELECT rowid FROM words WHERE words MATCH ? AND rowid >= ? ORDER BY rank LIMIT ?",
        (expression, oldest[0][0] if oldest else 0, limit),
    )
    return _lines(cache, [row[0] for row in found])


def by_number(cache: CacheFile, number: str) -> str | None:
    """The message of exactly this number; signs between the digits do not matter."""
    wanted = digits(number)
    if not wanted:
        return None
    found = cache.rows("SELECT message_id FROM message WHERE number_digits = ? LIMIT 1", (wanted,))
    return str(found[0][0]) if found else None


def by_phone(cache: CacheFile, phone: str, limit: int) -> list[str]:
    """Messages from this phone, newest first; the beginning of a number will do."""
    key = phone_key(phone)
    if not key:
        return []
    found = cache.rows(
        "SELECT message_id FROM message WHERE phone >= ? AND phone < ? ORDER BY pk DESC LIMIT ?",
        (key, f"{key}\uffff", limit),
    )
    return [row[0] for row in found]


def by_applicant(cache: CacheFile, name: str, limit: int) -> list[str]:
    """Messages whose applicant has these words in the name, newest first."""
    expression = match_query(name)
    if not expression:
        return []
    found = cache.rows(
        "SELECT m.message_id FROM (SELECT rowid FROM words WHERE words MATCH ?"
        " ORDER BY rowid DESC LIMIT ?) w JOIN message m ON m.pk = w.rowid ORDER BY w.rowid DESC",
        (f"{{who}} : ({expression})", limit),
    )
    return [row[0] for row in found]


def similar(cache: CacheFile, text: str, address: str, limit: int) -> list[Line]:
    """Messages that share at least two words and a quarter of them with a text and an address, best first.

    Only the newest matches are ranked; one common word in passing makes nothing similar.
    """
    found = words(address)[:8] + [word for word in words(text) if len(word) > 3][:24]
    terms = list(dict.fromkeys(stems(" ".join(found)).split()))
    if not terms:
        return []
    expression = " OR ".join(f'"{term}"' for term in terms)
    newest = cache.rows("SELECT max(pk) FROM message")[0][0]
    if newest is None:
        return []
    oldest = cache.rows(
        f"SELECT pk FROM message ORDER BY pk DESC LIMIT 1 OFFSET {RANKED_AMONG - 1}",
    )
    rows = cache.rows(
        "SELECT rowid FROM words WHERE words MATCH ? AND rowid >= ? ORDER BY rank LIMIT ?",
        (expression, oldest[0][0] if oldest else 0, limit * CANDIDATES),
    )
    shared = _shared(cache, [row[0] for row in rows], terms)
    enough = max(2, ceil(len(terms) / 4))
    return _lines(cache, [pk for pk, count in shared.items() if count >= enough][:limit])


def _shared(cache: CacheFile, pks: list[int], terms: list[str]) -> dict[int, int]:
    """How many of the terms each message holds, in the order given; the index keeps no texts to look into."""
    counts = dict.fromkeys(pks, 0)
    if not pks:
        return counts
    marks = ",".join("?" * len(pks))
    for term in terms:
        sql = f"SELECT rowid FROM words WHERE words MATCH ? AND rowid IN ({marks})"
        for (pk,) in cache.rows(sql, (f'"{term}"', *pks)):
            counts[pk] += 1
    return counts


def _by_number(cache: CacheFile, text: str, limit: int) -> list[Line]:
    wanted = digits(text)
    if len(wanted) < 2 or not _NUMBER.fullmatch(text.strip()):
        return []
    found = cache.rows(
        "SELECT pk FROM message WHERE number_digits >= ? AND number_digits < ?"
        " ORDER BY length(number_digits), pk DESC LIMIT ?",
        (wanted, f"{wanted}:", limit),
    )
    return _lines(cache, [row[0] for row in found])


def _by_words(cache: CacheFile, text: str, limit: int) -> list[Line]:
    expression = match_query(text)
    if not expression:
        return []
    found = cache.rows("SELECT rowid FROM words WHERE words MATCH ? ORDER BY rowid DESC LIMIT ?", (expression, limit))
    return _lines(cache, [row[0] for row in found])


def _lines(cache: CacheFile, pks: list[int]) -> list[Line]:
    if not pks:
        return []
    marks = ",".join("?" * len(pks))
    rows = cache.rows(f"SELECT pk, facts, sight FROM message WHERE pk IN ({marks})", pks)
    found = {row[0]: Line((0, 0, row[0]), decode_facts(row[1]), row[2]) for row in rows}
    return [found[pk] for pk in pks if pk in found]
