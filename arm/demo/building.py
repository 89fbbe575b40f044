"""Building the demonstration: the region put into an empty central store, its messages played to where they stand."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from arm.central import admin
from arm.central.cast import Cast
from arm.central.central import Act, Central
from arm.central.moves import MOVES, Intent, Scene, Step
from arm.central.phrases import Phrases, load_phrases
from arm.central.playing import Outcome, perform
from arm.demo.plans import PLANS, Plan
from arm.demo.region import InventedMessage, InventedPerson, Region, load_region
from arm.domain.commands import Register
from arm.domain.identity import CommandId, MessageId, OrganisationId, Role, UserId
from arm.domain.message import Channel, Message
from arm.domain.regulation import Regulation
from arm.domain.terms import total_due

ROOM = UUID("6f0a3f5e-2a53-4c1d-9a6e-2a1f4d0c7b11")
FULL_TERM_S = 30 * 86400
WORK_BEGINS, WORK_ENDS = 9, 18
FIRST_HOUR, LAST_HOUR, WRITES_AT_NIGHT = 7, 22, 0.1
CHOOSES_TOPIC = 0.7
"""How many applicants choose a topic on the form themselves."""
BY_OPERATOR = (Channel.PHONE, Channel.IN_PERSON)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPerson:
    """A person one can enter as; `password` is made for this store and kept nowhere else, empty where he has none."""

    login: str
    password: str
    user_id: UserId
    full_name: str
    position: str
    roles: tuple[tuple[Role, str], ...]
    is_shown: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoRegion:
    """What was built: the people in the picker's order, and how many messages were played."""

    title: str
    people: tuple[DemoPerson, ...]
    organisations: tuple[OrganisationId, ...]
    messages: tuple[MessageId, ...]
    outcome: Outcome


def build_demo(central: Central, now: datetime, seed: int = 1) -> DemoRegion:
    """The whole demonstration with its past ending at `now` (aware UTC); the same seed gives the same past."""
    region = load_region(now.date())
    people = _settle(central, region)
    regulation = central.regulation_for(region.top)
    cast, phrases = Cast(central.directory()), load_phrases()
    stories = [
        _DemoStory(one, region, seed, at, now, cast=cast, phrases=phrases, regulation=regulation)
        for at, one in enumerate(region.messages)
    ]
    outcome = perform(central, stories, until=now)
    return DemoRegion(
        title=region.title,
        people=people,
        organisations=tuple(one.organisation_id for one in region.organisations),
        messages=tuple(story.message_id for story in stories),
        outcome=outcome,
    )


def _settle(central: Central, region: Region) -> tuple[DemoPerson, ...]:
    """Organisations, rules and people; only those in the picker get a password, each costs a slow hash."""
    store = central.store
    for organisation in region.organisations:
        admin.add_organisation(store, organisation)
    admin.set_regulation(store, region.regulation)
    admin.set_classifier(store, region.classifier)
    admin.add_people(store, [one.person for one in region.people if not one.is_shown])
    people = tuple(_enter(central, one, region) for one in region.people)
    for rule in region.rules:
        admin.add_rule(store, rule)
    for template in region.templates:
        admin.add_template(store, template)
    for substitution in region.substitutions:
        admin.add_substitution(store, substitution)
    for decider in region.stop_deciders:
        admin.add_stop_decider(store, decider)
    return people


def _enter(central: Central, one: InventedPerson, region: Region) -> DemoPerson:
    password = ""
    if one.is_shown:
        password = secrets.token_urlsafe(9)
        admin.add_person(central.store, one.person, login=one.login, password=password)
    names = {o.organisation_id: o.short_name or o.name for o in region.organisations}
    return DemoPerson(
        login=one.login,
        password=password,
        user_id=one.person.user_id,
        full_name=one.person.full_name,
        position=one.person.position,
        roles=tuple((grant.role, names[grant.organisation]) for grant in one.person.grants),
        is_shown=one.is_shown,
    )


class _DemoStory:
    """One invented message on its way along its plan."""

    def __init__(
        self,
        one: InventedMessage,
        region: Region,
        seed: int,
        at: int,
        now: datetime,
        *,
        cast: Cast,
        phrases: Phrases,
        regulation: Regulation,
    ) -> None:
        self.message_id = MessageId(str(uuid5(ROOM, f"{seed}/{at}")))
        self._one, self._plan, self._now = one, PLANS[one.plan], now
        self._rng = Random(f"{seed}/{at}")  # noqa: S311
        self._cast, self._phrases, self._regulation = cast, phrases, regulation
        self._top = region.top
        self._zone = ZoneInfo(cast.tree[one.place].zone)
        self._term_s = self._seconds_of_term(region)
        age = self._plan.age * self._term_s * self._rng.uniform(0.94, 1.06)
        self._began = self._by_day(now - timedelta(seconds=round(age)))
        self._last = self._began
        self._steps = iter(self._plan.moves)
        self._count = 0

    def next(self, message: Message | None) -> Act | None:
        if message is None:
            return self._act(self._began, self._registration()) if self._count == 0 else None
        for fraction, move in self._steps:
            at = self._moment(fraction)
            if at > self._now:
                return None
            step = MOVES[move](self._scene(message, at))
            if step is not None:
                self._last = at
                return self._act(at, step)
        return None

    def _act(self, at: datetime, step: Step) -> Act:
        self._count += 1
        command_id = CommandId(str(uuid5(UUID(self.message_id), str(self._count))))
        return Act(step.user_id, self.message_id, step.command, at=at, command_id=command_id)

    def _registration(self) -> Step:
        one = self._one
        by_operator = one.channel in BY_OPERATOR
        has_topic = by_operator or self._rng.random() < CHOOSES_TOPIC
        command = Register(
            text=one.text,
            channel=one.channel,
            applicant=one.applicant,
            address=one.address,
            organisation=one.place if by_operator else self._cast.arrival(self._top, one.place),
            category=one.category if has_topic else "",
            subcategory=one.subcategory if has_topic else "",
            delivery=one.delivery,
            rules_version="" if by_operator else self._regulation.rules_version,
            rules_accepted_at=None if by_operator else self._began,
        )
        operator = self._cast.above(Role.OPERATOR, one.place)
        return Step(operator if by_operator and operator else UserId("applicant"), command)

    def _scene(self, message: Message, at: datetime) -> Scene:
        return Scene(
            message=message,
            at=at,
            cast=self._cast,
            phrases=self._phrases,
            regulation=self._regulation,
            rng=self._rng,
            intent=self._intent(self._plan),
        )

    def _intent(self, plan: Plan) -> Intent:
        one = self._one
        return Intent(
            category=one.category,
            subcategory=one.subcategory,
            place=one.place,
            result=plan.result,
            text=one.answer,
            endorsers=plan.endorsers,
            until=self._day(plan.until) if plan.until else None,
            reason=one.reason,
            aside=one.aside,
            mark=plan.mark,
        )

    def _day(self, fraction: float) -> date:
        return (self._began + timedelta(seconds=fraction * self._term_s)).astimezone(self._zone).date()

    def _moment(self, fraction: float) -> datetime:
        """In working hours where that changes little; always after the command before, in whole seconds."""
        at = self._began + timedelta(seconds=round(fraction * self._term_s * self._rng.uniform(0.97, 1.03)))
        at = max(at, self._last + timedelta(seconds=self._rng.randint(240, 1500)))
        local = at.astimezone(self._zone)
        if self._term_s >= FULL_TERM_S and not WORK_BEGINS <= local.hour < WORK_ENDS:
            hour = WORK_BEGINS if local.hour < WORK_BEGINS else WORK_ENDS - 1
            shifted = local.replace(hour=hour, minute=self._rng.randint(3, 56)).astimezone(at.tzinfo)
            if self._last < shifted <= self._now:
                return shifted
        return at

    def _by_day(self, at: datetime) -> datetime:
        """Most people write between morning and late evening; a short term leaves no room to choose."""
        local = at.astimezone(self._zone)
        if self._term_s < FULL_TERM_S or FIRST_HOUR <= local.hour < LAST_HOUR or self._rng.random() < WRITES_AT_NIGHT:
            return at
        return min(local.replace(hour=self._rng.randint(FIRST_HOUR, LAST_HOUR)).astimezone(at.tzinfo), at)

    def _seconds_of_term(self, region: Region) -> int:
        top = self._cast.tree[region.top]
        due = total_due(
            self._regulation,
            self._now,
            top.zone,
            self._one.category,
            self._one.subcategory,
            self._cast.directory.classifier,
        )
        return due.seconds or FULL_TERM_S


def shown_people(region: DemoRegion) -> tuple[DemoPerson, ...]:
    return tuple(one for one in region.people if one.is_shown)
