"""A small region in a real store, and desks that speak the protocol to it without HTTP."""

from __future__ import annotations

import itertools
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher

from arm import wire
from arm.central import admin
from arm.central.access import Principal, issue_token, take_device
from arm.central.central import Central
from arm.central.engine import writing
from arm.domain.commands import Accept, Assign, Command, Register
from arm.domain.identity import CommandId, DeviceId, Grant, MessageId, OrganisationId, Person, Role, UserId
from arm.domain.loading import load_classifier
from arm.domain.message import Applicant, Channel
from arm.domain.organisations import Organisation
from arm.settings import resource_path

PASSWORD = "a long password"
REGION, CITY, WORKS, TOWN = (OrganisationId(one) for one in ("region", "city", "works", "town"))
PEOPLE = {
    "operator": (Role.OPERATOR, CITY),
    "moderator": (Role.MODERATOR, REGION),
    "coordinator": (Role.COORDINATOR, CITY),
    "executor": (Role.EXECUTOR, CITY),
    "second": (Role.EXECUTOR, CITY),
    "manager": (Role.MANAGER, CITY),
    "curator": (Role.CURATOR, REGION),
    "stranger": (Role.COORDINATOR, TOWN),
}
APPLICANT = Applicant(name="Заявитель Выдуманный", phone="+7 900 000-00-01")


class HandClock:
    """A clock that moves when told to."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.moment += timedelta(milliseconds=1)
        return self.moment


@cache
def password_hash() -> str:
    return PasswordHasher().hash(PASSWORD)


def fill(central: Central) -> None:
    """The tree, one person per login of PEOPLE, the demonstration's rules."""
    store = central.store
    admin.add_organisations(
        store,
        [
            Organisation(REGION, "Край"),
            Organisation(CITY, "Город", REGION),
            Organisation(WORKS, "Горхоз", CITY),
            Organisation(TOWN, "Посёлок", REGION),
        ],
    )
    for login, (role, place) in PEOPLE.items():
        person = Person(UserId(login), f"{login} Выдуманный", "должность", (Grant(role, place),))
        admin.add_person(store, person, login=login, password_hash=password_hash())
    admin.set_classifier(store, load_classifier(resource_path("demo", "classifier.toml").read_text(encoding="utf-8")))
    admin.set_regulation(store, resource_path("regulations", "demo-2026.toml").read_text(encoding="utf-8"))


def topic(central: Central) -> tuple[str, str]:
    one = next(iter(central.directory().classifier.categories.values()))
    return one.category_id, one.subcategories[0].subcategory_id


def new_id() -> MessageId:
    return MessageId(str(uuid.uuid4()))


def phone_call(text: str = "Во дворе яма", **more: Any) -> Register:
    return Register(text=text, channel=Channel.PHONE, applicant=APPLICANT, organisation=CITY, **more)


@dataclass
class Desk:
    """One user's device: it numbers its commands and remembers its cursor."""

    central: Central
    who: Principal
    seqs: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    cursor: str = ""

    def envelope(
        self, message_id: MessageId, command: Command, base: wire.Base | None = None, **changes: Any
    ) -> wire.Envelope:
        values: dict[str, Any] = {
            "command_id": CommandId(str(uuid.uuid4())),
            "verb": command.verb.value,
            "message_id": message_id,
            "base": base or wire.Base(rev=self.rev(message_id)),
            "payload": wire.plain(command),
        } | changes
        if "device_seq" not in values:
            values["device_seq"] = next(self.seqs)
        return wire.Envelope(**values)

    def send(self, *envelopes: wire.Envelope) -> wire.PushAnswer:
        request = wire.PushRequest(device_id=self.who.device_id, commands=list(envelopes))
        return self.central.handle_push(self.who, request)

    def do(
        self, message_id: MessageId, command: Command, base: wire.Base | None = None, **changes: Any
    ) -> wire.Decision:
        return self.send(self.envelope(message_id, command, base, **changes)).decisions[0]

    def card(self, message_id: MessageId) -> wire.Card | None:
        cards = self.central.handle_fetch(self.who, wire.FetchRequest(message_ids=[message_id])).cards
        return cards[0] if cards else None

    def rev(self, message_id: MessageId) -> str:
        card = self.card(message_id)
        return card.rev if card is not None else ""

    def reconcile(self) -> wire.Manifest:
        found = self.central.handle_manifest(self.who)
        self.cursor = found.cursor
        return found

    def pull(self, limit: int = 200) -> wire.PullAnswer:
        answer = self.central.handle_pull(self.who, self.cursor, limit)
        if not answer.rescope:
            self.cursor = answer.to_cursor
        return answer


def desk(central: Central, login: str, device_id: str = "") -> Desk:
    """A device of that user, as after a sign-in; argon2 has tests of its own."""
    device, user_id = DeviceId(device_id or str(uuid.uuid4())), UserId(login)
    asked = wire.SignInRequest(login=login, password="", device_id=device)
    with writing(central.store.engine) as connection:
        take_device(connection, user_id, asked, central.now())
        token, _ = issue_token(connection, user_id, device, "desk", central.now())
    return Desk(central, central.principal(token, device))


def done(central: Central, user_id: str, message_id: MessageId, command: Command) -> wire.Decision:
    """An allowed command of a colleague."""
    decision = central.act(user_id, message_id, command)
    assert decision.verdict is wire.Verdict.ACCEPTED, decision
    return decision


def registered(central: Central, text: str = "Во дворе яма") -> MessageId:
    message_id = new_id()
    done(central, "operator", message_id, phone_call(text))
    return message_id


def accepted(central: Central, text: str = "Во дворе яма") -> MessageId:
    """A message in the city's coordination."""
    message_id = registered(central, text)
    category, subcategory = topic(central)
    done(central, "moderator", message_id, Accept(category=category, subcategory=subcategory, organisation=CITY))
    return message_id


def assigned(central: Central, executor: str = "executor") -> MessageId:
    message_id = accepted(central)
    done(central, "coordinator", message_id, Assign(executor=UserId(executor)))
    return message_id


def small_picture() -> bytes:
    return b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4


def folder_of(tmp_path: Path) -> Path:
    return tmp_path / "files"
