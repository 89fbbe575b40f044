"""An invented Russian vocabulary by Zipf's law, and the fixed mix of 240 searches over it."""

from __future__ import annotations

from itertools import accumulate
from random import Random

TOPICS = """
двор подъезд крыш труб батаре лифт лестниц фонар дорог тротуар обочин люк канав мост переход остановк автобус
маршрут поликлиник врач регистратур аптек лекарств школ садик площадк качел парк скамейк дерев куст газон клумб
мусор контейнер свалк субботник вод напор колонк отоплен котельн электричеств провод столб трансформатор квитанц
тариф льгот пособ пенси справк паспорт очеред прописк участ забор межеван сараев гараж стоянк парковк машин шум
собак голуб комар снег гололёд сосульк песок трактор ремонт асфальт ям трещин бордюр разметк светофор знак камер
библиотек музе клуб стадион каток бассейн кладбищ памятник фонтан рынок киоск реклам вывеск дым запах пыл завод
"""
ENDINGS = ("", "а", "у", "ом", "е", "ы", "и", "ов", "ам", "ами", "ах", "ой", "ого", "ому", "ый", "ая", "ые", "ых")
SYLLABLES = """
за ре чье по лян сос но вет ла бе рез ов ка мир гор ду бо ста ро нов ки ли жу рав ня зем че ту фе до ле ку
"""
LAST_LETTERS = "бвгдзклмнпрст"
STEM_COUNT = 12_000
FORMS = 8
"""How many inflected forms of each stem occur."""
CLASSES = ("frequent", "middling", "rare", "two", "three", "beginning")
PER_CLASS = 40


class Vocabulary:
    """Words with their cumulated weights; the same in every run."""

    def __init__(self) -> None:
        rng = Random("vocabulary")  # noqa: S311
        stems, syllables = dict.fromkeys(TOPICS.split()), SYLLABLES.split()
        while len(stems) < STEM_COUNT:
            stems["".join(rng.choices(syllables, k=rng.randint(2, 4))) + rng.choice(LAST_LETTERS)] = None
        weights: list[float] = []
        self.words: list[str] = []
        for rank, stem in enumerate(stems):
            for place, ending in enumerate(rng.sample(ENDINGS, FORMS)):
                self.words.append(stem + ending)
                weights.append(1.0 / (rank + 8) / (place + 1))
        self._cumulated = list(accumulate(weights))

    def text(self, rng: Random, count: int) -> list[str]:
        return rng.choices(self.words, cum_weights=self._cumulated, k=count)

    def queries(self, per_class: int = PER_CLASS) -> list[str]:
        """What people type, by class in equal parts: the mix must stay, the percentile depends on it."""
        rng = Random("queries")  # noqa: S311
        words = self.words
        by_class = {
            "frequent": lambda: rng.choice(words[:80]),
            "middling": lambda: rng.choice(words[800:4_000]),
            "rare": lambda: rng.choice(words[30_000:]),
            "two": lambda: " ".join(self.text(rng, 2)),
            "three": lambda: " ".join(self.text(rng, 3)),
            "beginning": lambda: rng.choice(words[800:20_000])[:4],
        }
        return [by_class[name]() for name in CLASSES for _ in range(per_class)]
