"""The invented region as it lies in `resources/demo`: organisations, people, rules, templates, messages."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from arm.domain.classifier import Classifier
from arm.domain.classifier_loading import load_classifier
from arm.domain.directory import Template
from arm.domain.identity import Grant, OrganisationId, Person, Role, Substitution, UserId
from arm.domain.message import Applicant, Channel, Delivery
from arm.domain.organisations import Organisation
from arm.domain.routing import RoutingRule
from arm.interchange.html_text import plain_text
from arm.settings import resource_path


@dataclass(frozen=True, slots=True, kw_only=True)
class InventedPerson:
    """A user of the demonstration; `is_shown` puts him into the picker, with a password of this run alone."""

    login: str
    person: Person
    is_shown: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InventedMessage:
    """What an invented applicant wrote, where it should go, and the name of the plan that says how far it has come."""

    text: str
    category: str
    subcategory: str
    place: OrganisationId
    applicant: Applicant
    address: str
    channel: Channel
    delivery: Delivery
    plan: str
    reason: str
    answer: str
    aside: OrganisationId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """Everything the demonstration is built from."""

    title: str
    top: OrganisationId
    regulation: str
    organisations: tuple[Organisation, ...]
    people: tuple[InventedPerson, ...]
    rules: tuple[RoutingRule, ...]
    substitutions: tuple[Substitution, ...]
    stop_deciders: tuple[UserId, ...]
    classifier: Classifier
    templates: tuple[Template, ...]
    messages: tuple[InventedMessage, ...]


def load_region(today: date) -> Region:
    """The shipped region; substitutions begin today. A broken file is a broken installation: errors pass through."""
    known = _read("region.toml")
    return Region(
        title=known["title"],
        top=OrganisationId(known["top"]),
        regulation=resource_path("regulations", f"{known['regulation']}.toml").read_text(encoding="utf-8"),
        organisations=tuple(_organisation(one) for one in known["organisation"]),
        people=tuple(_person(one) for one in known["person"]),
        rules=tuple(_rule(one) for one in known["rule"]),
        substitutions=tuple(_substitution(one, today) for one in known["substitution"]),
        stop_deciders=tuple(user_id(login) for login in known["stop_deciders"]),
        classifier=load_classifier(_text("classifier.toml")),
        templates=tuple(_template(one) for one in _read("templates.toml")["template"]),
        messages=tuple(_message(at, one) for at, one in enumerate(_read("messages.toml")["message"])),
    )


def user_id(login: str) -> UserId:
    return UserId(f"u-{login}")


def _text(name: str) -> str:
    return resource_path("demo", name).read_text(encoding="utf-8")


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(_text(name))


def _organisation(one: dict[str, Any]) -> Organisation:
    superior = one.get("superior")
    return Organisation(
        organisation_id=OrganisationId(one["id"]),
        name=one["name"],
        short_name=one.get("short", ""),
        superior=OrganisationId(superior) if superior else None,
        zone=one["zone"],
        connected=one.get("connected", True),
        investigative=one.get("investigative", False),
        coordination_cap_days=one.get("coordination_cap_days"),
    )


def _person(one: dict[str, Any]) -> InventedPerson:
    pairs = [role.partition("@") for role in one["roles"]]
    grants = tuple(Grant(role=Role(role), organisation=OrganisationId(place)) for role, _, place in pairs)
    person = Person(user_id=user_id(one["login"]), full_name=one["name"], position=one["position"], grants=grants)
    return InventedPerson(login=one["login"], person=person, is_shown=one.get("shown", False))


def _rule(one: dict[str, Any]) -> RoutingRule:
    executor = one.get("executor")
    return RoutingRule(
        rule_id=one["id"],
        owner=OrganisationId(one["owner"]),
        organisation=OrganisationId(one["organisation"]),
        category=one.get("category", ""),
        subcategory=one.get("subcategory", ""),
        words=tuple(one.get("words", ())),
        executor=user_id(executor) if executor else None,
    )


def _substitution(one: dict[str, Any], today: date) -> Substitution:
    return Substitution(
        absent=user_id(one["absent"]),
        substitute=user_id(one["substitute"]),
        organisation=OrganisationId(one["organisation"]),
        first_day=today,
        last_day=today + timedelta(days=one["days"]),
    )


def _template(one: dict[str, Any]) -> Template:
    return Template(
        template_id=one["id"],
        title=one["title"],
        text=one["text"],
        result=one.get("result", ""),
        category=one.get("category", ""),
    )


def _message(at: int, one: dict[str, Any]) -> InventedMessage:
    category, _, subcategory = one["topic"].partition("/")
    aside = one.get("aside")
    return InventedMessage(
        text=plain_text(one["text"]),
        category=category,
        subcategory=subcategory,
        place=OrganisationId(one["to"]),
        applicant=_applicant(at, one),
        address=one.get("address", ""),
        channel=Channel(one.get("channel", (Channel.EPGU, Channel.SITE, Channel.MOBILE)[at % 3].value)),
        delivery=Delivery(one.get("delivery", Delivery.CABINET.value)),
        plan=one["plan"],
        reason=one.get("reason", ""),
        answer=one.get("answer", ""),
        aside=OrganisationId(aside) if aside else None,
    )


def _applicant(at: int, one: dict[str, Any]) -> Applicant:
    """Phones from a range that is given to nobody, mail at a name kept for examples."""
    return Applicant(
        name=one["from"],
        phone=f"+7 900 000-{(at * 37) // 100 % 100:02d}-{(at * 37) % 100:02d}",
        email=f"zayavitel{at + 1}@example.org" if at % 3 != 1 else "",
        address=one.get("address", "") if one.get("delivery") == Delivery.POST.value else "",
        is_legal_entity=one.get("legal", False),
    )


MONTHS = (
    *("января", "февраля", "марта", "апреля", "мая", "июня"),
    *("июля", "августа", "сентября", "октября", "ноября", "декабря"),
)
_DAY = re.compile(r"\{([+-]\d{1,3})\}")


def dated(text: str, day: date) -> str:
    """`{-3}` and `{+7}` as days before and after `day`, so that an invented text fits any date of showing."""

    def put(found: re.Match[str]) -> str:
        meant = day + timedelta(days=int(found[1]))
        return f"{meant.day}\N{NO-BREAK SPACE}{MONTHS[meant.month - 1]}"

    return _DAY.sub(put, text)
