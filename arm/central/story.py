"""A message's story told by a plan: moves at fractions of its term, each given by whoever may make it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from arm.central.cast import Cast
from arm.central.central import Act
from arm.central.moves import MOVES, Intent, Scene, Step
from arm.central.phrases import Phrases
from arm.domain.identity import CommandId, MessageId, OrganisationId
from arm.domain.message import Message, Result
from arm.domain.regulation import Regulation
from arm.domain.terms import total_due

FULL_TERM_S = 30 * 86400
WORK_BEGINS, WORK_ENDS = 9, 18
FIRST_HOUR, LAST_HOUR, WRITES_AT_NIGHT = 7, 22, 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`moves` are (fraction of the term, name of the move), in order; `age` is the fraction gone by now.

    `until` is the day of a postponed answer, as a fraction too. `endorsers` is how many are named.
    """

    age: float
    moves: tuple[tuple[float, str], ...]
    result: Result = Result.SOLVED
    endorsers: int = 1
    until: float = 0.0
    mark: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Stagecraft:
    """What all stories of one play share: its people, its words, the rules, and the moment it ends (aware UTC)."""

    cast: Cast
    phrases: Phrases
    regulation: Regulation
    top: OrganisationId
    now: datetime

    def term_s(self, category: str, subcategory: str) -> int:
        """The total term of a topic in seconds; where the regulation has none, a month stands for it."""
        zone, classifier = self.cast.tree[self.top].zone, self.cast.directory.classifier
        due = total_due(self.regulation, self.now, zone, category, subcategory, classifier)
        return due.seconds or FULL_TERM_S

    def zone_of(self, place: OrganisationId) -> ZoneInfo:
        return ZoneInfo(self.cast.tree[place].zone)


class PlannedStory:
    """One message on its way along its plan; `birth` registers it where it isn't in the store yet."""

    def __init__(
        self,
        message_id: MessageId,
        plan: Plan,
        intent: Intent,
        began: datetime,
        craft: Stagecraft,
        rng: Random,
        birth: Step | None = None,
    ) -> None:
        self.message_id = message_id
        self._began = self._last = began
        self._craft, self._intent, self._rng, self._birth = craft, intent, rng, birth
        self._term_s = craft.term_s(intent.category, intent.subcategory)
        self._zone = craft.zone_of(intent.place)
        self._moves: Iterator[tuple[float, str]] = iter(plan.moves)
        self._count = 0

    def next(self, message: Message | None) -> Act | None:
        """The next command that somebody can give by now; nothing when the plan is through.

        A message that was there before its story began has been played already: it is left as it is.
        """
        birth, self._birth = self._birth, None
        if message is None:
            return self._act(self._began, birth) if birth is not None else None
        if birth is not None:
            return None
        for fraction, move in self._moves:
            at = self._moment(fraction)
            if at > self._craft.now:
                return None
            step = MOVES[move](self._scene(message, at))
            if step is not None:
                self._last = at
                return self._act(at, step)
        return None

    def _act(self, at: datetime, step: Step) -> Act:
        self._count += 1
        command_id = CommandId(str(uuid5(UUID(self.message_id), f"story/{self._count}")))
        return Act(step.user_id, self.message_id, step.command, at=at, command_id=command_id)

    def _scene(self, message: Message, at: datetime) -> Scene:
        return Scene(
            message=message,
            at=at,
            cast=self._craft.cast,
            phrases=self._craft.phrases,
            regulation=self._craft.regulation,
            rng=self._rng,
            intent=self._intent,
        )

    def _moment(self, fraction: float) -> datetime:
        """In working hours where that changes little; always after the command before, in whole seconds."""
        at = self._began + timedelta(seconds=round(fraction * self._term_s * self._rng.uniform(0.97, 1.03)))
        at = max(at, self._last + timedelta(seconds=self._rng.randint(240, 1500)))
        local = at.astimezone(self._zone)
        if self._term_s >= FULL_TERM_S and not WORK_BEGINS <= local.hour < WORK_ENDS:
            hour = WORK_BEGINS if local.hour < WORK_BEGINS else WORK_ENDS - 1
            shifted = local.replace(hour=hour, minute=self._rng.randint(3, 56)).astimezone(at.tzinfo)
            if self._last < shifted <= self._craft.now:
                return shifted
        return at


def by_day(at: datetime, zone: ZoneInfo, rng: Random) -> datetime:
    """Most people write between morning and late evening; never later than `at`."""
    local = at.astimezone(zone)
    if FIRST_HOUR <= local.hour < LAST_HOUR or rng.random() < WRITES_AT_NIGHT:
        return at
    return min(local.replace(hour=rng.randint(FIRST_HOUR, LAST_HOUR)).astimezone(at.tzinfo), at)


def day_at(began: datetime, seconds: float, zone: ZoneInfo) -> date:
    """The local day so many seconds after a moment."""
    return (began + timedelta(seconds=seconds)).astimezone(zone).date()
