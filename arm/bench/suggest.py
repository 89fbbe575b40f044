"""`arm bench suggest`: how often topic and answering body are among the first suggestions, on real messages."""

from __future__ import annotations

import csv
import gzip
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from arm.bench.goals import Report, number
from arm.domain.suggesting import Learned
from arm.interchange.html_text import plain_text
from arm.local.folding import stems

FILE = "messages_kursk_dev.csv.gz"
PARTS = 5
"""Each fifth is asked about once, by what the other four have taught."""
SHINGLE = 5
ALIKE = 0.4
"""Texts that share so much are one letter: all of it stands on the same side."""
SEED = 1
GOALS = {"topic": (0.45, 0.60), "organisation": (0.35, 0.62)}
"""Found on the first run, rounded down: they guard against getting worse."""
NAMES = {"topic": "тема", "organisation": "кто отвечает"}


class NoMessages(Exception):
    """The folder has no such messages; says which file was looked for."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A message and what was decided on it."""

    words: Sequence[str]
    topic: str
    organisation: str


def run(folder: Path, told: Callable[[str], None]) -> Report:
    """Raises NoMessages where the folder holds none."""
    messages = read(folder)
    parts = _parts(messages)
    report = Report()
    for kind, (first, third) in GOALS.items():
        told(f"{NAMES[kind]}…")
        hit, near, most = _judged(messages, parts, kind)
        labels = len({getattr(one, kind) for one in messages})
        beside = f"самое частое угадало бы {number(most)}; {len(messages)} сообщений, вариантов {labels}"
        said = f"{NAMES[kind]}: первая подсказка верна; {beside}"
        report.judge(f"suggest.{kind}.1", first, said, hit, "", at_least=True)
        report.judge(f"suggest.{kind}.3", third, f"{NAMES[kind]}: верная среди трёх", near, "", at_least=True)
    return report


def read(folder: Path) -> list[Decided]:
    path = folder / FILE
    if not path.is_file():
        raise NoMessages(str(path.name))
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        return [
            Decided(stems(plain_text(row["text"])).split(), row["topic"], row["responsible"])
            for row in csv.DictReader(lines)
        ]


def _judged(messages: list[Decided], parts: list[list[int]], kind: str) -> tuple[float, float, float]:
    """Shares of all messages: the first suggestion right, right among three, and what the commonest would guess."""
    hits = near = most = 0
    for asked in parts:
        held_out = set(asked)
        taught = [one for at, one in enumerate(messages) if at not in held_out]
        learned = Learned((one.words, str(getattr(one, kind))) for one in taught)
        commonest = Counter(getattr(one, kind) for one in taught).most_common(1)[0][0]
        for at in asked:
            wanted = getattr(messages[at], kind)
            found = [one.label for one in learned.suggest(messages[at].words)]
            hits += found[:1] == [wanted]
            near += wanted in found
            most += commonest == wanted
    return hits / len(messages), near / len(messages), most / len(messages)


def _parts(messages: list[Decided]) -> list[list[int]]:
    groups = list(_alike(messages))
    random.Random(SEED).shuffle(groups)  # noqa: S311
    return [[at for group in groups[part::PARTS] for at in group] for part in range(PARTS)]


def _alike(messages: list[Decided]) -> Iterator[list[int]]:
    """Near repeats together."""
    shingles = [_shingles(one.words) for one in messages]
    holders: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)
    owner = list(range(len(messages)))

    def root(at: int) -> int:
        while owner[at] != at:
            at = owner[at]
        return at

    for at, own in enumerate(shingles):
        shared = Counter(other for one in own for other in holders[one])
        for other, times in shared.items():
            if times >= ALIKE * min(len(own), len(shingles[other])):
                owner[root(at)] = root(other)
        for one in own:
            holders[one].append(at)
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for at in range(len(messages)):
        groups[root(at)].append(at)
    yield from groups.values()


def _shingles(words: Sequence[str]) -> set[tuple[str, ...]]:
    return {tuple(words[at : at + SHINGLE]) for at in range(max(1, len(words) - SHINGLE + 1))}
