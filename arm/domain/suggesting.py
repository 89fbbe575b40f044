"""Suggestions learned from earlier decisions: complement naive Bayes over the words of texts, with its reasons.

After Rennie, Shih, Teevan, Karger, «Tackling the poor assumptions of naive Bayes text classifiers» (ICML 2003): a label
is judged by how badly the words fit everything else, which bears classes of very unequal size. It only ever suggests.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

L = TypeVar("L")
SMOOTHING = 1.0
MOST_REASONS = 3
LEAST_EXAMPLES = 20
"""Fewer decisions than these teach nothing worth showing."""
SHORTEST_WORD = 3
"""A reason is a word that a person recognises."""


@dataclass(frozen=True, slots=True)
class Suggestion(Generic[L]):
    """`because`: words of the text that speak most for the label; `seen`: how many decisions it was learned from."""

    label: L
    because: tuple[str, ...]
    seen: int


class Learned(Generic[L]):
    """What a set of decisions teaches; made once, then only asked. Words come as the caller's stems."""

    def __init__(self, examples: Iterable[tuple[Sequence[str], L]]) -> None:
        counted = [(Counter(words), label) for words, label in examples]
        self.count = len(counted)
        self._seen = Counter(label for _words, label in counted)
        self._rarity = _rarity([words for words, _label in counted])
        self._of_label: dict[L, defaultdict[str, float]] = {one: defaultdict(float) for one in self._seen}
        self._of_all: defaultdict[str, float] = defaultdict(float)
        for words, label in counted:
            own = self._of_label[label]
            for word, weight in self._weighed(words, is_unit=True).items():
                own[word] += weight
                self._of_all[word] += weight
        self._total = sum(self._of_all.values())
        self._total_of = {label: sum(own.values()) for label, own in self._of_label.items()}

    def suggest(self, words: Sequence[str], limit: int = 3) -> tuple[Suggestion[L], ...]:
        """The likeliest labels first; nothing where too little is known or no word of the text is."""
        weighed = self._weighed(Counter(words))
        if not weighed or self.count < LEAST_EXAMPLES:
            return ()
        scored = [(self._score(label, weighed), label) for label in self._seen]
        scored.sort(key=lambda one: one[0], reverse=True)
        return tuple(
            Suggestion(label, self._reasons(label, weighed), self._seen[label]) for _score, label in scored[:limit]
        )

    def _weighed(self, words: Counter[str], *, is_unit: bool = False) -> dict[str, float]:
        """Words that were met, a repeated one for less each time, a rare one for more; a long text weighs no more."""
        found = {one: math.log1p(times) * self._rarity[one] for one, times in words.items() if one in self._rarity}
        length = math.sqrt(sum(weight * weight for weight in found.values())) if is_unit else 1.0
        return {one: weight / length for one, weight in found.items()} if length else {}

    def _score(self, label: L, weighed: dict[str, float]) -> float:
        own, spread = self._of_label[label], math.log(self._elsewhere_total(label))
        elsewhere = ((weight, self._of_all[word] - own.get(word, 0.0)) for word, weight in weighed.items())
        return -sum(weight * (math.log(max(0.0, found) + SMOOTHING) - spread) for weight, found in elsewhere)

    def _elsewhere_total(self, label: L) -> float:
        return self._total - self._total_of[label] + SMOOTHING * len(self._rarity)

    def _reasons(self, label: L, weighed: dict[str, float]) -> tuple[str, ...]:
        """Words that stand under this label more than elsewhere, the strongest first."""
        own = self._of_label[label]
        spoken = [
            (weight * own[word] / (self._of_all[word] + SMOOTHING), word)
            for word, weight in weighed.items()
            if own.get(word, 0.0) > 0.0 and len(word) >= SHORTEST_WORD and not word.isdigit()
        ]
        spoken.sort(reverse=True)
        return tuple(word for _weight, word in spoken[:MOST_REASONS])


def _rarity(texts: Sequence[Counter[str]]) -> dict[str, float]:
    """In how few of the texts a word stands."""
    met = Counter(word for words in texts for word in words)
    return {word: math.log(1 + len(texts) / times) for word, times in met.items()}
