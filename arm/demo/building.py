"""Building the demonstration: the region put into an empty central store, its messages played to where they stand."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from uuid import UUID, uuid5

from arm.central import admin
from arm.central.cast import Cast
from arm.central.central import Central
from arm.central.moves import Intent, Step
from arm.central.phrases import load_phrases
from arm.central.playing import Outcome, perform
from arm.central.story import FULL_TERM_S, PlannedStory, Stagecraft, by_day, day_at
from arm.demo.plans import PLANS
from arm.demo.region import InventedMessage, InventedPerson, Region, dated, load_region
from arm.domain.commands import Register
from arm.domain.identity import MessageId, OrganisationId, Role, UserId
from arm.domain.message import Channel

ROOM = UUID("6f0a3f5e-2a53-4c1d-9a6e-2a1f4d0c7b11")
CHOOSES_TOPIC = 0.7
"""How many applicants choose a topic on the form themselves."""
BY_OPERATOR = (Channel.PHONE, Channel.IN_PERSON)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPerson:
    """A person one can enter as: his roles, and the organisations where he holds them.

    `password` is made for this store and kept nowhere else, empty where he has none.
    """

    login: str
    password: str
    user_id: UserId
    full_name: str
    position: str
    roles: tuple[Role, ...]
    places: tuple[str, ...]
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
    craft = Stagecraft(
        cast=Cast(central.directory()),
        phrases=load_phrases(),
        regulation=central.regulation_for(region.top),
        top=region.top,
        now=now,
    )
    stories = [_story(one, at, seed, craft) for at, one in enumerate(region.messages)]
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
        roles=tuple(dict.fromkeys(grant.role for grant in one.person.grants)),
        places=tuple(dict.fromkeys(names[grant.organisation] for grant in one.person.grants)),
        is_shown=one.is_shown,
    )


def _story(one: InventedMessage, at: int, seed: int, craft: Stagecraft) -> PlannedStory:
    """One invented message on its way along its plan, registered by its applicant or by the operator."""
    plan, rng = PLANS[one.plan], Random(f"{seed}/{at}")  # noqa: S311
    term_s, zone = craft.term_s(one.category, one.subcategory), craft.zone_of(one.place)
    began = craft.now - timedelta(seconds=round(plan.age * term_s * rng.uniform(0.94, 1.06)))
    if term_s >= FULL_TERM_S:
        began = by_day(began, zone, rng)
    intent = Intent(
        category=one.category,
        subcategory=one.subcategory,
        place=one.place,
        result=plan.result,
        text=dated(one.answer, craft.now.astimezone(zone).date()),
        endorsers=plan.endorsers,
        until=day_at(began, plan.until * term_s, zone) if plan.until else None,
        reason=one.reason,
        aside=one.aside,
        mark=plan.mark,
    )
    message_id = MessageId(str(uuid5(ROOM, f"{seed}/{at}")))
    return PlannedStory(message_id, plan, intent, began, craft, rng, _birth(one, began, craft, rng))


def _birth(one: InventedMessage, began: datetime, craft: Stagecraft, rng: Random) -> Step:
    by_operator = one.channel in BY_OPERATOR
    has_topic = by_operator or rng.random() < CHOOSES_TOPIC
    command = Register(
        text=dated(one.text, began.date()),
        channel=one.channel,
        applicant=one.applicant,
        address=one.address,
        organisation=one.place if by_operator else craft.cast.arrival(craft.top, one.place),
        category=one.category if has_topic else "",
        subcategory=one.subcategory if has_topic else "",
        delivery=one.delivery,
        rules_version="" if by_operator else craft.regulation.rules_version,
        rules_accepted_at=None if by_operator else began,
    )
    operator = craft.cast.above(Role.OPERATOR, one.place) or craft.cast.anywhere(Role.OPERATOR)
    return Step(operator if by_operator and operator else UserId("applicant"), command)


def shown_people(region: DemoRegion) -> tuple[DemoPerson, ...]:
    return tuple(one for one in region.people if one.is_shown)
