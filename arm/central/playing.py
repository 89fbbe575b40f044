"""The player of invented pasts: takes stories step by step through the store's own decisions, in the order of time."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from arm.central.central import Act, Central
from arm.domain.identity import MessageId
from arm.domain.message import Message
from arm.wire import Decision, Verdict

WAVE = 200
WAVE_SPAN = timedelta(days=1)
"""Commands of one wave belong to different messages and lie within this span: the journal stays nearly in order."""
TAKEN = (Verdict.ACCEPTED, Verdict.ACCEPTED_MERGED)


class Story(Protocol):
    """What becomes of one message: `next` is asked with its present state and gives the next command, or the end."""

    @property
    def message_id(self) -> MessageId: ...

    def next(self, message: Message | None) -> Act | None: ...


@dataclass(slots=True)
class Outcome:
    """How many commands were taken, and why others were not."""

    taken: int = 0
    refused: Counter[str] = field(default_factory=Counter)


def perform(
    central: Central,
    stories: Iterable[Story],
    *,
    until: datetime,
    progress: Callable[[int], None] | None = None,
) -> Outcome:
    """Play all stories up to a moment (aware UTC). A refused command ends its own story, nothing else."""
    outcome = Outcome()
    waiting: list[tuple[datetime, int, Act, Story]] = []
    cast = list(stories)
    for first in range(0, len(cast), WAVE):
        present = central.messages([story.message_id for story in cast[first : first + WAVE]])
        for order, story in enumerate(cast[first : first + WAVE], first):
            _push(waiting, order, story, story.next(present.get(story.message_id)), until)
    while waiting:
        wave = _wave(waiting)
        decisions = central.act_many([act for _, _, act, _ in wave])
        moved = [entry for entry, one in zip(wave, decisions, strict=True) if one.verdict in TAKEN]
        _count(outcome, decisions)
        states = central.messages([story.message_id for _, _, _, story in moved])
        for _, order, _, story in moved:
            _push(waiting, order, story, story.next(states.get(story.message_id)), until)
        if progress is not None:
            progress(outcome.taken)
    return outcome


def _push(
    waiting: list[tuple[datetime, int, Act, Story]], order: int, story: Story, act: Act | None, until: datetime
) -> None:
    if act is not None and act.at is not None and act.at <= until:
        heapq.heappush(waiting, (act.at, order, act, story))


def _wave(waiting: list[tuple[datetime, int, Act, Story]]) -> list[tuple[datetime, int, Act, Story]]:
    wave = [heapq.heappop(waiting)]
    while waiting and len(wave) < WAVE and waiting[0][0] - wave[0][0] <= WAVE_SPAN:
        wave.append(heapq.heappop(waiting))
    return wave


def _count(outcome: Outcome, decisions: Iterable[Decision]) -> None:
    for one in decisions:
        if one.verdict in TAKEN:
            outcome.taken += 1
        else:
            outcome.refused[one.reason or one.verdict.value] += 1
