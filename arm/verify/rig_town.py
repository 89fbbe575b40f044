"""An invented town for the proofs on real processes: who works there, and the commands they give."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from functools import cache
from random import Random

from argon2 import PasswordHasher

from arm.central import admin
from arm.central.access import Principal, issue_token, take_device
from arm.central.central import Central
from arm.central.engine import writing
from arm.domain.commands import Register
from arm.domain.identity import DeviceId, Grant, MessageId, OrganisationId, Person, Role, UserId
from arm.domain.loading import load_classifier
from arm.domain.message import Applicant, Channel, Delivery
from arm.domain.organisations import Organisation
from arm.settings import resource_path
from arm.wire import SignInRequest

PASSWORD = "пароль стенда 42"  # noqa: S105
REGION, CITY, WORKS, TOWN = (OrganisationId(one) for one in ("region", "city", "works", "town"))
OPERATORS = 16
CANARY_NAME, CANARY_PHONE, CANARY_TEXT = "Канарейкина Изольда Акимовна", "+7 900 731-15-99", "канареечная улица"
"""Personal data that nobody may meet outside its place."""
STAFF: dict[str, tuple[Role, OrganisationId]] = {
    "moderator": (Role.MODERATOR, REGION),
    "curator": (Role.CURATOR, REGION),
    "coordinator": (Role.COORDINATOR, CITY),
    "works": (Role.COORDINATOR, WORKS),
    "executor": (Role.EXECUTOR, CITY),
    "second": (Role.EXECUTOR, CITY),
    "manager": (Role.MANAGER, CITY),
    "stranger": (Role.COORDINATOR, TOWN),
    **{f"operator-{n}": (Role.OPERATOR, CITY) for n in range(1, OPERATORS + 1)},
}


@cache
def password_hash() -> str:
    """Argon2 is slow on purpose; everybody has one password here."""
    return PasswordHasher().hash(PASSWORD)


def settle(central: Central) -> None:
    """Organisations, people and rules in an empty store."""
    store = central.store
    admin.add_organisations(
        store,
        [
            Organisation(REGION, "Край"),
            Organisation(CITY, "Город", REGION),
            Organisation(WORKS, "Городское хозяйство", CITY),
            Organisation(TOWN, "Посёлок", REGION),
        ],
    )
    for login, (role, place) in STAFF.items():
        person = Person(UserId(login), f"{login} Выдуманный", "должность", (Grant(role, place),))
        admin.add_person(store, person, login=login, password_hash=password_hash())
    admin.set_classifier(store, load_classifier(resource_path("demo", "classifier.toml").read_text(encoding="utf-8")))
    admin.set_regulation(store, resource_path("regulations", "demo-2026.toml").read_text(encoding="utf-8"))


def topics(central: Central) -> Sequence[tuple[str, str]]:
    """(category, subcategory) pairs of the classifier in force."""
    categories = central.directory().classifier.categories.values()
    return [(one.category_id, part.subcategory_id) for one in categories for part in one.subcategories]


def new_message_id() -> MessageId:
    return MessageId(str(uuid.uuid4()))


def call(text: str = "Во дворе яма", name: str = "Заявитель Выдуманный", phone: str = "+7 900 000-00-01") -> Register:
    """A phone call that an operator takes."""
    return Register(
        text=text,
        channel=Channel.PHONE,
        applicant=Applicant(name=name, phone=phone),
        organisation=CITY,
        delivery=Delivery.PHONE,
    )


def hard_to_pack(rng: Random, length: int) -> str:
    """A text of so many letters that stays long on the wire, where pages are packed."""
    return "".join(rng.choices("абвгдежзиклмнопрстуфхцчшэюя ", k=length))


def signed_in(central: Central, login: str, device_id: str = "") -> tuple[Principal, str]:
    """A device of that user as after a sign-in, and its token; without the slow password."""
    device, user_id = DeviceId(device_id or str(uuid.uuid4())), UserId(login)
    asked = SignInRequest(login=login, password="", device_id=device)
    with writing(central.store.engine) as connection:
        take_device(connection, user_id, asked, central.now())
        token, _ = issue_token(connection, user_id, device, "desk", central.now())
    return central.principal(token, device), token
