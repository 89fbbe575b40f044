"""A plausible past for a store: imported messages, or repeats of them, taken through the process by its own users."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from uuid import UUID, uuid5

from arm.central.cast import Cast
from arm.central.central import Central
from arm.central.moves import Intent, Step
from arm.central.phrases import load_phrases
from arm.central.playing import Outcome, perform
from arm.central.staffing import give_logins, staff
from arm.central.story import Plan, PlannedStory, Stagecraft, by_day, day_at
from arm.domain.commands import Register, Verb
from arm.domain.identity import MessageId, OrganisationId, Person, UserId
from arm.domain.message import Channel, Message, Result, Stage
from arm.domain.regulation import Regulation

ROOM = UUID("0f5b9d0e-5a52-4f0a-9df4-a6c0a2b9b7d1")
SOURCES = 20_000
"""How many imported messages are drawn on; repeats with variation make up the rest."""
PLAYED = "play-"
"""How the numbers of played repeats begin: they are no source of further ones."""
YOUNGEST = timedelta(hours=1)
FATES: tuple[tuple[float, str], ...] = (
    (0.62, "solved"),
    (0.13, "not_solved"),
    (0.09, "postponed"),
    (0.04, "declined"),
    (0.05, "declined_moderation"),
    (0.07, "forgotten"),
)
OPENINGS = (
    *("", "Здравствуйте!", "Добрый день.", "Пишу повторно.", "Уважаемая администрация!", "Прошу помочь."),
    *("Обращаюсь второй раз.", "Доброе утро!", "Надеюсь на ответ.", "Сообщаю о проблеме.", "От жителей дома."),
)
CLOSINGS = (
    *("", "Прошу ответить письменно.", "Жду ответа.", "Заранее спасибо.", "Сколько ещё ждать?", "Фото есть."),
    *("Примите меры.", "Прошу сообщить срок.", "Проблеме уже не один год.", "Соседи подтвердят.", "С уважением."),
)


class PlayTrouble(Exception):
    """Why nothing can be played. `reason`: no_messages, no_regulation."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What a play left behind: messages per stage, people made for it, commands taken and refused.

    `logins` are those that were given, with role and organisation in words.
    """

    counts: dict[str, int]
    messages: int
    people: tuple[Person, ...]
    outcome: Outcome
    logins: tuple[tuple[str, str], ...] = ()


def play(
    central: Central,
    messages: int,
    days: int,
    seed: int,
    *,
    password: str = "",
    progress: Callable[[int], None] | None = None,
) -> Played:
    """Play `messages` stories whose registrations spread over `days` days that end now; the same seed, the same past.

    An imported message that came in within those days is played itself; for the others (undated, or too old) a repeat
    with variation is registered at a moment of the past. Raises PlayTrouble and the store's own troubles.
    """
    now = central.now().replace(microsecond=0)
    ids = central.message_ids(stage=Stage.MODERATION)[:SOURCES]
    sources = [found for part in _parts(ids, 500) for found in _in_order(central, part)]
    sources = [one for one in sources if one.channel is Channel.IMPORT and not one.external_id.startswith(PLAYED)]
    if not sources:
        raise PlayTrouble("no_messages")
    top = sources[0].top
    try:
        regulation = central.regulation_for(top)
    except LookupError:
        raise PlayTrouble("no_regulation") from None
    people = staff(central, {_place(one) for one in sources}, top, seed)
    logins = give_logins(central, people, password) if password else []
    craft = Stagecraft(cast=Cast(central.directory()), phrases=load_phrases(), regulation=regulation, top=top, now=now)
    stories = list(_stories(sources, messages, days, seed, craft))
    outcome = perform(central, stories, until=now, progress=progress)
    return Played(
        counts=central.counts(),
        messages=len(stories),
        people=tuple(people),
        outcome=outcome,
        logins=tuple(logins),
    )


def _parts(ids: Sequence[MessageId], size: int) -> Iterator[Sequence[MessageId]]:
    for first in range(0, len(ids), size):
        yield ids[first : first + size]


def _in_order(central: Central, ids: Sequence[MessageId]) -> list[Message]:
    found = central.messages(ids)
    return [found[one] for one in ids if one in found]


def _place(one: Message) -> OrganisationId:
    return one.proposed_organisation or one.top


def _stories(
    sources: Sequence[Message], wanted: int, days: int, seed: int, craft: Stagecraft
) -> Iterator[PlannedStory]:
    """Those that can be played where they stand, then repeats of all in turn."""
    first, last = craft.now - timedelta(days=days), craft.now - YOUNGEST
    in_place = [one for one in sources if first <= one.registered_at <= last][:wanted]
    for one in in_place:
        rng = Random(f"{seed}/{one.message_id}")  # noqa: S311
        yield _story(one, one.message_id, one.registered_at, craft, rng, None)
    for at in range(wanted - len(in_place)):
        rng = Random(f"{seed}/{at}")  # noqa: S311
        one = sources[at % len(sources)]
        zone = craft.zone_of(_place(one))
        began = by_day(first + timedelta(seconds=rng.randrange(max(1, days * 86400 - 3600))), zone, rng)
        message_id = MessageId(str(uuid5(ROOM, f"{craft.top}/{seed}/{at}")))
        yield _story(
            one, message_id, began, craft, rng, _repeat(one, f"{PLAYED}{seed}-{at}", began, at // len(sources), rng)
        )


def _story(
    one: Message, message_id: MessageId, began: datetime, craft: Stagecraft, rng: Random, birth: Step | None
) -> PlannedStory:
    category, subcategory = _topic(one, craft, rng)
    term_s, zone = craft.term_s(category, subcategory), craft.zone_of(_place(one))
    plan = drawn_plan(craft.regulation, rng)
    intent = Intent(
        category=category,
        subcategory=subcategory,
        place=_place(one),
        result=plan.result,
        endorsers=plan.endorsers,
        until=day_at(began, plan.until * term_s, zone) if plan.until else None,
        mark=plan.mark,
    )
    return PlannedStory(message_id, plan, intent, began, craft, rng, birth)


def _topic(one: Message, craft: Stagecraft, rng: Random) -> tuple[str, str]:
    """The message's own topic made whole; a drawn one where it has none the classifier knows."""
    categories = craft.cast.directory.classifier.categories
    if not categories:
        return one.category or "general", one.subcategory or "general"
    category = categories.get(one.category) or rng.choice([*categories.values()])
    parts = [s.subcategory_id for s in category.subcategories]
    if one.subcategory in parts:
        return category.category_id, one.subcategory
    return category.category_id, parts[0] if len(parts) == 1 else rng.choice(parts) if parts else ""


def _repeat(one: Message, number: str, began: datetime, turn: int, rng: Random) -> Step:
    """The registration of a message like an imported one; from the second turn on its words vary."""
    text = one.text
    if turn:
        text = "\n\n".join(p for p in (rng.choice(OPENINGS), text, rng.choice(CLOSINGS)) if p)
    command = Register(
        text=text[:20_000],
        channel=Channel.IMPORT,
        applicant=one.applicant,
        address=one.address,
        category=one.category,
        subcategory=one.subcategory,
        organisation=one.proposed_organisation,
        received_at=began,
        external_id=number,
    )
    return Step(UserId("system"), command)


def drawn_plan(regulation: Regulation, rng: Random) -> Plan:
    """How one message fares, drawn: mostly answered in time, some late, some returned, some let lie."""
    fate = _fate(rng)
    pace = min(max(rng.lognormvariate(-0.75, 0.42), 0.12), 1.6)
    if fate == "declined_moderation":
        return Plan(age=0, moves=((0.04 * pace, "decline_moderation"),))
    moves = _opening_moves(pace, rng)
    if fate == "forgotten":
        return Plan(age=0, moves=(*moves, (1.02, "warn")))
    moves += _answer_moves(pace, rng)
    if fate != "postponed" and rng.random() < 0.35 and _is_on(regulation, Verb.RATE):
        moves.append((pace * 1.15 + 0.02, "rate"))
    plan = Plan(
        age=0, moves=tuple(moves), endorsers=rng.choice((0, 1, 1, 2)), mark=rng.choice((5, 5, 5, 4, 4, 3, 2, 1))
    )
    if fate == "solved":
        return plan
    until = pace + rng.uniform(0.3, 1.2) if fate == "postponed" else 0.0
    return replace(plan, result=Result(fate), until=until)


def _fate(rng: Random) -> str:
    drawn = rng.random()
    for share, fate in FATES:
        drawn -= share
        if drawn < 0:
            return fate
    return FATES[0][1]


def _opening_moves(pace: float, rng: Random) -> list[tuple[float, str]]:
    moves = [(0.03 * pace, "accept"), (0.05 * pace, "down"), (0.09 * pace, "assign")]
    if rng.random() < 0.05:
        moves += [(0.12 * pace, "send_back"), (0.15 * pace, "assign")]
    moves.append((0.2 * pace, "start"))
    if rng.random() < 0.3:
        moves.append((0.4 * pace, "comment"))
    return moves


def _answer_moves(pace: float, rng: Random) -> list[tuple[float, str]]:
    moves = [(0.78 * pace, "submit")]
    if rng.random() < 0.1:
        moves += [(0.82 * pace, "reject"), (0.88 * pace, "submit")]
    first = "endorse_edited" if rng.random() < 0.15 else "endorse"
    return [*moves, (0.91 * pace, first), (0.93 * pace, "endorse"), (pace, "approve")]


def _is_on(regulation: Regulation, verb: Verb) -> bool:
    return any(row.is_on for row in regulation.process.of_verb(verb))
