"""A small invented region with one person per role, and messages brought to any stage by allowed commands."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache

from arm.domain.classifier_loading import load_classifier
from arm.domain.commands import (
    Accept,
    Approve,
    Assign,
    Command,
    Endorse,
    ProposeRedirect,
    Register,
    Submit,
)
from arm.domain.decide import Setting, apply, decide
from arm.domain.directory import Directory
from arm.domain.events import Event
from arm.domain.identity import (
    Actor,
    CommandId,
    Grant,
    MessageId,
    OrganisationId,
    Person,
    Role,
    Substitution,
    UserId,
)
from arm.domain.message import Applicant, Attachment, Channel, Delivery, Message, Result, UploadId
from arm.domain.organisations import Organisation, OrganisationTree
from arm.domain.refusals import Refused
from arm.domain.regulation import Regulation
from arm.domain.regulation_loading import load_regulation
from arm.domain.table_loading import load_process
from arm.settings import resource_path

NOW = datetime(2026, 3, 2, 7, 15, 30, tzinfo=UTC)
REGION, TOWN, ROADS, PARKS, RIVER, COURT, PAPER = map(
    OrganisationId, ("region", "town", "roads", "parks", "river", "court", "paper")
)
M1 = MessageId("m-1")


def _person(name: str, *grants: tuple[Role, OrganisationId] | Grant) -> Person:
    given = tuple(g if isinstance(g, Grant) else Grant(*g) for g in grants)
    return Person(UserId(name), name.replace("-", " ").title(), "специалист", given)


PEOPLE = {
    person.user_id: person
    for person in (
        _person("moderator", (Role.MODERATOR, REGION)),
        _person("operator", (Role.OPERATOR, REGION)),
        _person("region-coordinator", (Role.COORDINATOR, REGION)),
        _person("region-curator", (Role.CURATOR, REGION)),
        _person("stopper", (Role.MANAGER, REGION)),
        _person("coordinator", (Role.COORDINATOR, TOWN)),
        _person("executor", (Role.EXECUTOR, TOWN)),
        _person("second-executor", (Role.EXECUTOR, TOWN)),
        _person("manager", (Role.MANAGER, TOWN)),
        _person("second-manager", (Role.MANAGER, TOWN)),
        _person("third-manager", (Role.MANAGER, TOWN)),
        _person("roads-manager", Grant(Role.MANAGER, TOWN, ("roads",))),
        _person("culture-manager", Grant(Role.MANAGER, TOWN, ("culture",))),
        _person("culture-coordinator", Grant(Role.COORDINATOR, TOWN, ("culture",))),
        _person("curator", (Role.CURATOR, TOWN)),
        _person("administrator", (Role.ADMINISTRATOR, TOWN)),
        _person("roads-coordinator", (Role.COORDINATOR, ROADS)),
        _person("roads-executor", (Role.EXECUTOR, ROADS)),
        _person("parks-coordinator", (Role.COORDINATOR, PARKS)),
        _person("river-coordinator", (Role.COORDINATOR, RIVER)),
        _person("river-executor", (Role.EXECUTOR, RIVER)),
        _person("river-manager", (Role.MANAGER, RIVER)),
        _person("river-curator", (Role.CURATOR, RIVER)),
        _person("nobody"),
    )
}
APPLICANT = Actor(Person(UserId("applicant"), "", ""), Role.APPLICANT)
SYSTEM = Actor(Person(UserId("system"), "", ""), Role.SYSTEM)
TREE = OrganisationTree(
    {
        one.organisation_id: one
        for one in (
            Organisation(REGION, "Область"),
            Organisation(TOWN, "Город", REGION),
            Organisation(ROADS, "Дорожное учреждение", TOWN),
            Organisation(PARKS, "Парки", TOWN),
            Organisation(RIVER, "Заречный район", REGION, zone="Asia/Kamchatka"),
            Organisation(COURT, "Суд", REGION, investigative=True),
            Organisation(PAPER, "Не подключено", TOWN, connected=False),
        )
    }
)


@cache
def regulation(name: str = "demo-2026") -> Regulation:
    process = load_process(resource_path("process.toml").read_text("utf-8"))
    return load_regulation(resource_path("regulations", f"{name}.toml").read_text("utf-8"), process)


@cache
def directory() -> Directory:
    classifier = load_classifier(resource_path("demo", "classifier.toml").read_text("utf-8"))
    return Directory(tree=TREE, people=PEOPLE, classifier=classifier, stop_deciders=frozenset({UserId("stopper")}))


def actor(name: str) -> Actor:
    return {"applicant": APPLICANT, "system": SYSTEM}.get(name) or Actor(PEOPLE[UserId(name)])


def substitution(absent: str, substitute: str, organisation: OrganisationId = TOWN) -> Substitution:
    return Substitution(UserId(absent), UserId(substitute), organisation, date(2026, 3, 1), date(2026, 3, 31))


def a_file(name: str = "фото.jpg") -> Attachment:
    return Attachment(upload_id=UploadId("u-1"), name=name, size=10, sha256="0" * 64)


APPLICANT_DATA = Applicant(name="Иванова Мария", phone="+70000000001", email="maria@example.org")
REGISTER = Register(
    text="На улице Садовой яма во всю полосу", channel=Channel.PHONE, applicant=APPLICANT_DATA, delivery=Delivery.PHONE
)
ACCEPT = Accept(category="roads", subcategory="potholes", organisation=TOWN)
ASSIGN = Assign(executor=UserId("executor"))
SUBMIT = Submit(
    result=Result.SOLVED,
    text="Яма засыпана 3 марта.",
    signer_name="Петров П. П.",
    signer_position="начальник отдела",
    approver=UserId("manager"),
    endorsers=(UserId("second-manager"), UserId("third-manager")),
    comment="бригада выезжала дважды",
)
REDIRECT = ProposeRedirect(
    organisation=RIVER,
    approver=UserId("manager"),
    endorsers=(UserId("second-manager"),),
    reason="их участок",
)


@dataclass
class World:
    """The region at a moment, and one message's way through it; `give` is one allowed step."""

    regulation: Regulation = field(default_factory=regulation)
    directory: Directory = field(default_factory=directory)
    now: datetime = NOW
    message: Message | None = None
    timeline: list[Event] = field(default_factory=list)
    told: list[tuple[str, str]] = field(default_factory=list)
    _numbers: Callable[[], int] = field(default_factory=lambda: itertools.count(4811).__next__)
    _commands: Callable[[], int] = field(default_factory=lambda: itertools.count(1).__next__)

    def setting(self) -> Setting:
        return Setting(
            regulation=self.regulation,
            directory=self.directory,
            now=self.now,
            command_id=CommandId(f"c-{self._commands()}"),
            new_number=lambda: str(self._numbers()),
        )

    def ask(self, command: Command, who: str) -> tuple[Event, ...] | Refused:
        return decide(M1, self.message, command, actor(who), self.setting())

    def give(self, command: Command, who: str, *, after: timedelta = timedelta(hours=1)) -> Message:
        """One step later by `after`; fails the test where it is refused."""
        self.now += after
        events = self.ask(command, who)
        assert not isinstance(events, Refused), f"{command.verb} by {who}: {events}"
        event = events[0]
        self.message = apply(self.message, event)
        self.timeline.append(event)
        self.told = [(n.recipient, n.kind.value) for n in event.notices]
        return self.message

    def refusal(self, command: Command, who: str) -> Refused:
        refused = self.ask(command, who)
        assert isinstance(refused, Refused), f"{command.verb} by {who} was allowed"
        return refused

    @property
    def card(self) -> Message:
        assert self.message is not None
        return self.message

    def seen_hash(self) -> str:
        assert self.card.answer is not None
        return self.card.answer.text_hash

    def moderation(self) -> World:
        self.give(REGISTER, "operator")
        return self

    def coordination(self) -> World:
        self.moderation().give(ACCEPT, "moderator")
        return self

    def execution(self) -> World:
        self.coordination().give(ASSIGN, "coordinator")
        return self

    def endorsement(self, submit: Submit = SUBMIT) -> World:
        self.execution().give(submit, "executor")
        return self

    def approval(self, submit: Submit = SUBMIT) -> World:
        self.execution().give(replace(submit, endorsers=()), "executor")
        return self

    def closed(self) -> World:
        self.approval().give(Approve(seen_hash=self.seen_hash()), "manager")
        return self

    def redirect_endorsement(self) -> World:
        self.coordination().give(REDIRECT, "coordinator")
        return self

    def redirect_approval(self) -> World:
        self.redirect_endorsement().give(Endorse(), "second-manager")
        return self

    def with_directory(self, **changes: object) -> World:
        self.directory = replace(self.directory, **changes)  # type: ignore[arg-type]
        return self
