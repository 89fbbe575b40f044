"""Desks for tests: on a real central store in this process, without network, keyring or real time."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from arm.bootstrap import open_desk
from arm.bootstrap_central import open_central
from arm.central import admin
from arm.central.central import Central
from arm.central.problems import Trouble
from arm.desk.clock import Surroundings
from arm.desk.desk import Desk
from arm.domain.classifier import Category, Classifier, Subcategory
from arm.domain.identity import Grant, MessageId, OrganisationId, Person, Role, UserId
from arm.domain.organisations import Organisation
from arm.local.held_keys import HeldKeys
from arm.settings import resource_path
from arm.sync.transport import trouble_of
from arm.sync.troubles import SyncTrouble
from arm.wire import (
    MAX_PAGE,
    Decision,
    DeviceReport,
    Digests,
    DirectoryAnswer,
    FetchAnswer,
    FetchRequest,
    Manifest,
    PullAnswer,
    PushAnswer,
    PushRequest,
    SignInAnswer,
    SignInRequest,
    UploadAnswer,
    UploadRequest,
    WaitAnswer,
    from_json,
    to_json,
)
from arm.wire_between import Doing, DraftsAnswer, DraftShare, PresenceAnswer, SharedDraft

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
PASSWORD = "строгий пароль 42"
T = TypeVar("T")


@dataclass
class Decisions:
    """A list has no type of its own to read its JSON by."""

    decisions: list[Decision]


@dataclass
class Hands:
    """A clock that moves only when a test moves it."""

    moment: datetime = NOW
    passed_s: float = 0.0

    def wall(self) -> datetime:
        return self.moment

    def monotonic_s(self) -> float:
        return self.passed_s

    def pass_by(self, span: timedelta) -> None:
        self.moment += span
        self.passed_s += span.total_seconds()


@dataclass
class Wire:
    """What lies between desks and the central store: a test may cut it or meddle with single calls.

    `before` and `after` are called with the name of the call; whatever they raise reaches the desk.
    """

    central: Central
    is_cut: bool = False
    before: Callable[[str], None] = lambda name: None
    after: Callable[[str], None] = lambda name: None
    calls: list[str] = field(default_factory=list)
    page_size: int = MAX_PAGE

    def connect(self, server: str, device_id: Callable[[], str], token: Callable[[], str]) -> DirectTransport:
        return DirectTransport(self, device_id, token)


class DirectTransport:
    """The protocol's calls made on the central store's own object; values pass through their JSON."""

    def __init__(self, wire: Wire, device_id: Callable[[], str], token: Callable[[], str]) -> None:
        self._wire = wire
        self._device_id = device_id
        self._token = token

    def _ask(self, name: str, ask: Callable[[], T]) -> T:
        wire = self._wire
        wire.calls.append(name)
        if wire.is_cut:
            raise SyncTrouble("offline")
        wire.before(name)
        try:
            answer = ask()
        except Trouble as trouble:
            raise trouble_of(trouble.problem.status, trouble.problem) from trouble
        wire.after(name)
        return answer if answer is None else from_json(to_json(answer), type(answer))

    def _who(self) -> Any:
        return self._wire.central.principal(self._token(), self._device_id())

    def sign_in(self, request: SignInRequest) -> SignInAnswer:
        return self._ask("sign_in", lambda: self._wire.central.sign_in(request))

    def sign_out(self) -> None:
        self._ask("sign_out", lambda: self._wire.central.sign_out(self._who()))

    def directory(self, version: str) -> DirectoryAnswer | None:
        answer = self._ask("directory", lambda: self._wire.central.handle_directory(self._who()))
        return None if answer.version == version else answer

    def push(self, request: PushRequest) -> PushAnswer:
        sent = from_json(to_json(request), PushRequest)
        return self._ask("push", lambda: self._wire.central.handle_push(self._who(), sent))

    def page_size(self) -> int:
        return self._wire.page_size

    def changes(self, cursor: str, limit: int) -> PullAnswer:
        return self._ask("changes", lambda: self._wire.central.handle_pull(self._who(), cursor, limit))

    def manifest(self, bucket: int | None = None) -> Manifest:
        return self._ask("manifest", lambda: self._wire.central.handle_manifest(self._who(), bucket))

    def digests(self) -> Digests:
        return self._ask("digests", lambda: self._wire.central.handle_digests(self._who()))

    def decisions(self, after: int) -> list[Decision]:
        found = self._ask("decisions", lambda: Decisions(self._wire.central.handle_decisions(self._who(), after)))
        return found.decisions

    def renew(self) -> None:
        self._wire.calls.append("renew")

    def fetch(self, request: FetchRequest) -> FetchAnswer:
        return self._ask("fetch", lambda: self._wire.central.handle_fetch(self._who(), request))

    def wait(self, cursor: str, timeout_s: float) -> WaitAnswer:
        return WaitAnswer(head_moved=False, head=self._wire.central.head())

    def begin_upload(self, request: UploadRequest) -> UploadAnswer:
        return self._ask("begin_upload", lambda: self._wire.central.uploads.begin(self._who(), request))

    def send_piece(self, upload_id: str, offset: int, piece: bytes) -> UploadAnswer:
        uploads = self._wire.central.uploads
        return self._ask("send_piece", lambda: uploads.append(self._who(), upload_id, offset, piece))

    def upload_offset(self, upload_id: str) -> UploadAnswer:
        return self._ask("upload_offset", lambda: self._wire.central.uploads.offset(self._who(), upload_id))

    def report(self, report: DeviceReport) -> None:
        sent = from_json(to_json(report), DeviceReport)
        self._ask("report", lambda: self._wire.central.handle_report(self._who(), sent))

    def download(self, upload_id: str) -> Iterator[bytes]:
        uploads = self._wire.central.uploads
        found: list[Any] = []
        self._ask("download", lambda: found.append(uploads.read(self._who(), upload_id)))
        yield from uploads.pieces(found[0])

    def be_present(self, message_id: str, doing: Doing) -> PresenceAnswer:
        return self._ask(
            "be_present", lambda: self._wire.central.presence.tell(self._who(), MessageId(message_id), doing)
        )

    def drafts_of(self, message_id: str) -> DraftsAnswer:
        return self._ask(
            "drafts_of", lambda: self._wire.central.handover.of_message(self._who(), MessageId(message_id))
        )

    def share_draft(self, message_id: str, draft_id: str, shared: DraftShare) -> SharedDraft:
        share, at = self._wire.central.handover.share, MessageId(message_id)
        return self._ask(
            "share_draft", lambda: share(self._who(), at, draft_id, from_json(to_json(shared), DraftShare))
        )

    def take_draft(self, message_id: str, draft_id: str) -> SharedDraft:
        take, at = self._wire.central.handover.take, MessageId(message_id)
        return self._ask("take_draft", lambda: take(self._who(), at, draft_id))

    def withdraw_draft(self, message_id: str, draft_id: str) -> None:
        withdraw, at = self._wire.central.handover.withdraw, MessageId(message_id)
        self._ask("withdraw_draft", lambda: withdraw(self._who(), at, draft_id))

    def own_drafts(self) -> DraftsAnswer:
        return self._ask("own_drafts", lambda: self._wire.central.handover.own(self._who()))


TOWN = OrganisationId("town")
WORKS = OrganisationId("works")
SCHOOL = OrganisationId("school")
PEOPLE = (
    ("moderator", "Мельникова Мария Игоревна", ((Role.MODERATOR, TOWN),)),
    ("operator", "Осипова Ольга Львовна", ((Role.OPERATOR, TOWN),)),
    ("coordinator", "Котов Кирилл Олегович", ((Role.COORDINATOR, WORKS),)),
    ("executor", "Исаев Иван Петрович", ((Role.EXECUTOR, WORKS),)),
    ("executor-2", "Ильина Инна Сергеевна", ((Role.EXECUTOR, WORKS),)),
    ("manager", "Рогов Роман Ильич", ((Role.MANAGER, WORKS),)),
    ("manager-2", "Рудин Руслан Ильич", ((Role.MANAGER, WORKS),)),
    ("curator", "Крылова Ксения Павловна", ((Role.CURATOR, TOWN),)),
    ("teacher", "Титов Тимур Олегович", ((Role.COORDINATOR, SCHOOL), (Role.EXECUTOR, SCHOOL))),
)


@dataclass
class Town:
    """A small invented town on a central store of its own, with a wire to it and a clock in hand."""

    folder: Path
    central: Central
    wire: Wire
    hands: Hands
    keys: HeldKeys = field(default_factory=HeldKeys)

    def desk(self, login: str, name: str = "", keys: HeldKeys | None = None) -> Desk:
        """A desk of one of the people, signed in and synchronised; `name` tells two desks of one person apart."""
        desk = self.newcomer(login, name, keys)
        desk.sync.first_sync(lambda done, total: None, lambda: False)
        return desk

    def newcomer(self, login: str, name: str = "", keys: HeldKeys | None = None) -> Desk:
        """A desk that has just been signed in on: nothing was fetched yet."""
        desk = self.bare_desk(name or login, keys)
        desk.session.sign_in("town.example", login, PASSWORD)
        return desk

    def bare_desk(self, name: str, keys: HeldKeys | None = None) -> Desk:
        """A desk over a profile folder of that name; nobody signs in."""
        store = keys if keys is not None else self.keys
        return open_desk(
            self.folder / "profiles" / name,
            connect=self.wire.connect,
            key_store=lambda: store,
            around=Surroundings(clock=self.hands),
        )


@contextmanager
def open_town(folder: Path) -> Iterator[Town]:
    """A town with one person per role and the demonstration's regulation."""
    shutil.copyfile(settled_town() / "central.db", folder / "central.db")
    with _central(folder, hands := Hands()) as central:
        yield Town(folder, central, Wire(central), hands)


def _central(folder: Path, hands: Hands) -> Central:
    return open_central(f"sqlite:///{folder / 'central.db'}", files=folder / "uploads", clock=hands.wall)


def settled_town() -> Path:
    """The folder of a settled town's store, closed, to be copied."""
    return Path(_settled_town().name)


@cache
def _settled_town() -> TemporaryDirectory[str]:
    """Settled once in a test run: slow password hashes are made once."""
    folder = TemporaryDirectory(prefix="arm-town-")
    with _central(Path(folder.name), Hands()) as central:
        _settle(central)
    return folder


def _settle(central: Central) -> None:
    store = central.store
    admin.add_organisation(store, Organisation(TOWN, "Администрация города", zone="Asia/Yekaterinburg"))
    admin.add_organisation(store, Organisation(WORKS, "Городское хозяйство", TOWN, zone="Asia/Yekaterinburg"))
    admin.add_organisation(store, Organisation(SCHOOL, "Управление образования", TOWN, zone="Asia/Yekaterinburg"))
    admin.set_regulation(store, resource_path("regulations", "demo-2026.toml").read_text(encoding="utf-8"))
    admin.set_classifier(
        store,
        Classifier(
            "1",
            {
                "roads": Category("roads", "Дороги", (Subcategory("pits", "Ямы"), Subcategory("snow", "Снег"))),
                "schools": Category("schools", "Школы", (Subcategory("meals", "Питание"),)),
            },
        ),
    )
    for login, name, grants in PEOPLE:
        person = Person(UserId(login), name, login, tuple(Grant(role, place) for role, place in grants))
        admin.add_person(store, person, login=login, password=PASSWORD)


@contextmanager
def demo_desk(folder: Path, login: str, seed: int = 1) -> Iterator[Desk]:
    """A desk of one of the demonstration's people over the whole demonstration, for pictures and screens."""
    with demo_town(folder, seed) as (town, passwords):
        desk = town.bare_desk(login)
        desk.session.sign_in("town.example", login, passwords[login])
        desk.sync.first_sync(lambda done, total: None, lambda: False)
        try:
            yield desk
        finally:
            desk.close()


@contextmanager
def demo_town(folder: Path, seed: int = 1) -> Iterator[tuple[Town, dict[str, str]]]:
    """The demonstration on a central store of its own, with the passwords of its people by login."""
    from arm.demo.building import build_demo

    with _central(folder, hands := Hands()) as central:
        built = build_demo(central, hands.moment, seed)
        yield Town(folder, central, Wire(central), hands), {one.login: one.password for one in built.people}
