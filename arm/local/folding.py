"""Folding of Russian text for search and order: case, ё, stems, and a collation (stack.md §2)."""

from __future__ import annotations

import re
import threading
import unicodedata

import Stemmer

FOLDING_VERSION = 1
"""Part of the cache's schema: an index made by another folding is rebuilt."""
LONGEST_WORD = 48
_WORD = re.compile(r"[^\W_]+")
_CYRILLIC = re.compile(r"[а-я]")
_MOST_STEMS = 1 << 16
"""Some 10 MB; a town's messages use about as many forms."""
_own = threading.local()


def fold(text: str) -> str:
    """Without case and without ё: what is compared instead of the text."""
    return unicodedata.normalize("NFC", text).casefold().replace("ё", "е")


def words(text: str) -> list[str]:
    """Folded words and numbers in their order, punctuation left out."""
    return [word[:LONGEST_WORD] for word in _WORD.findall(fold(text))]


class _Stems(dict[str, str]):
    """Folded words with their stems. A dict finds a word in a third of the time of a function with a cache.

    Numbers and other scripts are not remembered: phones and message numbers would push the words out. Threads may
    share it: each step is one operation of a dict, and a stem made twice is the same stem.
    """

    def __missing__(self, word: str) -> str:
        if not _CYRILLIC.search(word):
            return word
        stemmer = getattr(_own, "stemmer", None)
        if stemmer is None:
            # the library's own cache is off: this one is before it
            stemmer = _own.stemmer = Stemmer.Stemmer("russian", 0)
        if len(self) >= _MOST_STEMS:
            self.clear()
        made = self[word] = str(stemmer.stemWord(word))
        return made


_stems = _Stems()


def stem(word: str) -> str:
    """The stem of a folded word: «дороге», «дороги» → «дорог»; other scripts and numbers stay."""
    return _stems[word]


def stems(text: str) -> str:
    """The text as the index holds it: stems with single spaces between."""
    known = _stems
    return " ".join([known[word] for word in words(text)])


def digits(text: str) -> str:
    """The ASCII digits of a number or a phone."""
    return "".join(c for c in text if c in "0123456789")


def phone_key(phone: str) -> str:
    """The last ten digits: 8 900 …, +7 900 … and 900 … are one phone; empty when there are fewer than five."""
    found = digits(phone)
    return found[-10:] if len(found) >= 5 else ""


def sort_key(text: str) -> str:
    """Alphabetic order of people who read Russian: ё right after е, case ignored."""
    return unicodedata.normalize("NFC", text).casefold().replace("ё", "е\uffff")


def collate(one: str, other: str) -> int:
    """The same order for SQLite."""
    left, right = sort_key(one), sort_key(other)
    return (left > right) - (left < right)


def match_query(text: str) -> str:
    """An FTS5 expression that no typed text can break, or empty when nothing is left to look for.

    Each word is quoted and all must occur; the last may be the beginning of a word.
    """
    found = words(text)[:16]
    if not found:
        return ""
    parts = [f'"{stem(word)}"' for word in found[:-1]]
    last = found[-1]
    parts.append(f'("{stem(last)}" OR "{last}" *)')
    return " AND ".join(parts)
