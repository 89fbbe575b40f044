"""Topics guessed from the words of a text: hints in an order, never a decision."""

from __future__ import annotations

import re
from functools import lru_cache

from arm.domain.classifier import Classifier
from ui.keys import fold

_WORD = re.compile(r"[a-zа-я]{2,}")
_ENDING = re.compile(r"(?:ами|ями|ого|его|ому|ему|ыми|ими|ах|ях|ов|ев|ей|ой|ый|ий|ая|яя|ое|ее|ые|ие|[аеиоуыэюяйь])$")
_LONGEST = 6
_SHORTEST = 2
_SURE = 4
_EMPTY = (
    "без был была были быть вас все всё где для его если еще её или как когда кто меня мне мой нас нет "
    "она они оно под после при про раз сам так там тем тот тут уже чем что это около рядом надо"
)
_EMPTY_WORDS = frozenset(fold(_EMPTY).split())


def stems(text: str) -> frozenset[str]:
    """Words without their endings: enough for «яма», «ямы», «ям» to meet."""
    found = set()
    for word in _WORD.findall(fold(text)):
        if word not in _EMPTY_WORDS:
            stem = _ENDING.sub("", word)[:_LONGEST]
            if len(stem) >= _SHORTEST:
                found.add(stem)
    return frozenset(found)


def suggest_topics(classifier: Classifier, text: str, limit: int = 5) -> tuple[tuple[str, str], ...]:
    """Pairs of category and subcategory, the likeliest first; nothing where no word meets."""
    asked = stems(text)
    if not asked:
        return ()
    weights = _weights(classifier)
    scored: list[tuple[float, tuple[str, str]]] = []
    for category in classifier.categories.values():
        head = _weight(asked, _of(category.title), weights)
        for sub in category.subcategories:
            own = _weight(asked, _of(" ".join((sub.title, *sub.facts))), weights)
            if own or head:
                scored.append((2.0 * own + head, (category.category_id, sub.subcategory_id)))
    scored.sort(key=lambda one: -one[0])
    return tuple(pair for _score, pair in scored[:limit])


def _weights(classifier: Classifier) -> dict[str, float]:
    """A word that few topics know says more than one that many do."""
    seen: dict[str, int] = {}
    for category in classifier.categories.values():
        for sub in category.subcategories:
            for stem in _of(" ".join((sub.title, *sub.facts))):
                seen[stem] = seen.get(stem, 0) + 1
    return {stem: 1.0 / times for stem, times in seen.items()}


def _weight(asked: frozenset[str], known: frozenset[str], weights: dict[str, float]) -> float:
    return sum(weights.get(one, 0.5) for one in known if any(_same(one, word) for word in asked))


def _same(one: str, other: str) -> bool:
    """Equal, or the one begins the other where both are long enough to mean something."""
    if one == other:
        return True
    return min(len(one), len(other)) >= _SURE and (one.startswith(other) or other.startswith(one))


@lru_cache(maxsize=4096)
def _of(title: str) -> frozenset[str]:
    return stems(title)
