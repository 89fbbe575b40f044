"""What earlier decisions teach: the newest decided messages of the cache, as words and what became of them."""

from __future__ import annotations

from dataclasses import dataclass

from arm.domain.message import Stage
from arm.local.cache import CacheFile
from arm.local.folding import stem, stems, words
from arm.local.pages import decode_facts
from arm.typed import from_json

MOST_LEARNED = 5_000
"""The newest: what was decided long ago was perhaps decided under other rules."""
PIECE = 200
"""Rows read at once, so that nothing else waits long for the cache."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A message that has left moderation: its stems, its topic, and who has it or answered it."""

    stems: list[str]
    category: str
    subcategory: str
    organisation: str


@dataclass(frozen=True, slots=True)
class _Said:
    """As much of a message's state as is read here."""

    text: str = ""


def decided(cache: CacheFile) -> list[Decided]:
    """Newest first. Cards that are not shown in full have no text to learn from."""
    found: list[Decided] = []
    before = 1 << 62
    while len(found) < MOST_LEARNED:
        rows = cache.rows(
            "SELECT m.pk, m.facts, k.state FROM message m JOIN card k ON k.pk = m.pk"
            " WHERE m.sight = 'full' AND m.pk < ? ORDER BY m.pk DESC LIMIT ?",
            (before, PIECE),
        )
        if not rows:
            break
        before = rows[-1][0]
        for _pk, packed, state in rows:
            facts = decode_facts(packed)
            if facts.category and facts.stage != Stage.MODERATION.value:
                said = from_json(state, _Said).text
                found.append(Decided(stems(said).split(), facts.category, facts.subcategory, facts.organisation))
    return found[:MOST_LEARNED]


def spoken(text: str) -> tuple[list[str], dict[str, str]]:
    """The stems of a text, and for each the word that it first stood as: reasons are told in a person's own words."""
    own = words(text)
    first: dict[str, str] = {}
    for word in own:
        first.setdefault(stem(word), word)
    return [stem(word) for word in own], first
