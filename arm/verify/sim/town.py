"""The invented town in which every history plays: its people, organisations and rules, settled once per process."""

from __future__ import annotations

import shutil
import tempfile
from functools import cache
from pathlib import Path

from arm.central import admin
from arm.central.central import Central
from arm.central.engine import make_engine
from arm.central.schema import bring_up_to_date
from arm.domain.classifier import Category, Classifier, Subcategory
from arm.domain.identity import Grant, OrganisationId, Person, Role, UserId
from arm.domain.organisations import Organisation
from arm.settings import resource_path
from arm.verify.sim.chance import BEGINNING, Chance, drawn_from

TOWN, WORKS = OrganisationId("town"), OrganisationId("works")
ROADS, SCHOOL = OrganisationId("roads"), OrganisationId("school")
SPARE = OrganisationId("spare")
"""Has neither people nor messages, so that it may be moved about."""
PLACES = (TOWN, WORKS, ROADS, SCHOOL)
ZONE = "Asia/Yekaterinburg"
TOPICS = {"roads": ("pits", "snow"), "schools": ("meals", "roofs")}
PEOPLE: dict[str, tuple[tuple[Role, OrganisationId], ...]] = {
    "moderator": ((Role.MODERATOR, TOWN),),
    "operator": ((Role.OPERATOR, TOWN),),
    "coordinator-town": ((Role.COORDINATOR, TOWN),),
    "coordinator": ((Role.COORDINATOR, WORKS),),
    "executor": ((Role.EXECUTOR, WORKS),),
    "executor-2": ((Role.EXECUTOR, WORKS),),
    "manager": ((Role.MANAGER, WORKS),),
    "manager-2": ((Role.MANAGER, WORKS),),
    "curator": ((Role.CURATOR, TOWN),),
    "curator-works": ((Role.CURATOR, WORKS),),
    "roads-one": ((Role.COORDINATOR, ROADS), (Role.EXECUTOR, ROADS)),
    "roads-two": ((Role.EXECUTOR, ROADS), (Role.MANAGER, ROADS)),
    "teacher": ((Role.COORDINATOR, SCHOOL), (Role.EXECUTOR, SCHOOL)),
    "head": ((Role.MANAGER, SCHOOL), (Role.MANAGER, TOWN)),
    "administrator": ((Role.ADMINISTRATOR, TOWN),),
}
PASSWORD = "a word that opens"  # noqa: S105


class Doorman:
    """Passwords without argon2's cost: each sign-in of a history would take 50 ms of it."""

    def hashed(self, password: str) -> str:
        return f"plain:{password}"

    def fits(self, stored: str, password: str) -> bool:
        return stored == f"plain:{password}"


def workshop() -> Path:
    """Where histories play: in memory where the system has such a place."""
    memory = Path("/dev/shm")  # noqa: S108
    return memory if memory.is_dir() else Path(tempfile.gettempdir())


@cache
def _settled() -> tempfile.TemporaryDirectory[str]:
    folder = tempfile.TemporaryDirectory(prefix="arm-sim-town-", dir=workshop())
    # the same in every process: its ids and its seal are part of every trace
    with drawn_from(Chance(0)):
        engine = make_engine(f"sqlite:///{Path(folder.name) / 'central.db'}")
        bring_up_to_date(engine)
        with Central(engine, Path(folder.name) / "files", clock=lambda: BEGINNING) as central:
            _settle(central)
    return folder


def move_in(folder: Path) -> Path:
    """A copy of the settled town's store in a folder; its file."""
    target = folder / "central.db"
    shutil.copyfile(Path(_settled().name) / "central.db", target)
    return target


def _settle(central: Central) -> None:
    store = central.store
    places = (
        (TOWN, "Town", None),
        (WORKS, "Works", TOWN),
        (ROADS, "Roads", WORKS),
        (SCHOOL, "School", TOWN),
        (SPARE, "Spare", TOWN),
    )
    admin.add_organisations(store, [Organisation(one, name, above, zone=ZONE) for one, name, above in places])
    admin.set_regulation(store, resource_path("regulations", "demo-2026.toml").read_text(encoding="utf-8"))
    topics = {
        topic: Category(topic, topic, tuple(Subcategory(one, one) for one in below)) for topic, below in TOPICS.items()
    }
    admin.set_classifier(store, Classifier("1", topics))
    for user, roles in PEOPLE.items():
        person = Person(UserId(user), f"Name of {user}", user, tuple(Grant(role, place) for role, place in roles))
        admin.add_person(store, person, login=user, password_hash=Doorman().hashed(PASSWORD))
    admin.add_stop_decider(store, UserId("head"))
