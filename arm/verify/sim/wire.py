"""The wire of a simulation: answers pass through their JSON, requests are lost, doubled, held back and reordered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from arm.central.access import Principal
from arm.central.central import Central
from arm.central.problems import StoreTrouble, Trouble
from arm.domain.identity import MessageId
from arm.sync.transport import trouble_of
from arm.sync.troubles import SyncTrouble
from arm.verify.sim.chance import Violation
from arm.verify.sim.checks import nothing_goes_back
from arm.verify.sim.server import ServerCrash
from arm.wire import (
    MAX_PAGE,
    Decision,
    DeviceReport,
    Digests,
    DirectoryAnswer,
    FetchAnswer,
    FetchRequest,
    Manifest,
    Problem,
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

if TYPE_CHECKING:
    from arm.verify.sim.node import Node
    from arm.verify.sim.world import World

T = TypeVar("T")
LOST, DOUBLED, HELD, CROSSED = 0.10, 0.10, 0.06, 0.10
IN_FLIGHT = timedelta(seconds=110)


@dataclass
class Weather:
    """What the network does now; all zero when it is healed."""

    lose: float = 0.0
    double: float = 0.0
    hold: float = 0.0
    cross: float = 0.0
    cut: set[str] = field(default_factory=set)
    held: list[tuple[int, Callable[[], None]]] = field(default_factory=list)
    """Requests under way: the step at which each arrives after all."""

    def heal(self) -> None:
        self.lose = self.double = self.hold = self.cross = 0.0
        self.cut.clear()


@dataclass
class Decisions:
    """A list has no type of its own to read its JSON by."""

    decisions: list[Decision]


class SimTransport:
    """The protocol's calls of one workstation, made on the central store's own object."""

    def __init__(self, world: World, node: Node, device_id: Callable[[], str], token: Callable[[], str]) -> None:
        self._world = world
        self._node = node
        self._device_id = device_id
        self._token = token
        self._flying: list[tuple[datetime, PullAnswer]] = []
        self._sights: dict[str, Any] = {}

    def _ask(self, name: str, handle: Callable[[], T]) -> T:
        world, node, weather = self._world, self._node, self._world.weather
        world.requests += 1
        node.requests += 1
        world.time.pass_by(0.05)
        with node.disk.quiet():
            nothing_goes_back(world, node)
        world.meanwhile(node)
        if node.name in weather.cut:
            raise SyncTrouble("offline")
        chance = world.chance
        if chance.happens(weather.lose):
            world.count("lost request")
            raise SyncTrouble("offline")
        if chance.happens(weather.hold):
            world.count("held request")
            due = world.step + chance.rng.randint(1, 50)
            weather.held.append((due, lambda: self._arrives_late(name, handle)))
            raise SyncTrouble("offline")
        answer = self._handled(name, handle)
        if chance.happens(weather.double):
            world.count("doubled request")
            answer = self._handled(name, handle)
        world.meanwhile(node)
        if chance.happens(world.is_rough()):
            world.count("lost answer")
            raise SyncTrouble("offline")
        return answer

    def _arrives_late(self, name: str, handle: Callable[[], T]) -> None:
        try:
            self._handled(name, handle)
        except SyncTrouble as trouble:
            self._world.trace.note(f"     late {name} of {self._node.name}: {trouble.kind}/{trouble.code}")

    def _handled(self, name: str, handle: Callable[[], T]) -> T:
        world, node = self._world, self._node
        try:
            answer = handle()
        except Trouble as trouble:
            world.look()
            raw = to_json(trouble.problem)
            self._watch(name, raw)
            problem = from_json(raw, Problem)
            raise trouble_of(problem.status, problem) from trouble
        except StoreTrouble as trouble:
            raise SyncTrouble("server_fault", {"code": trouble.kind}) from trouble
        except ServerCrash:
            world.count("crash of the store")
            world.trace.note(f"     the store crashed in {name} of {node.name}")
            world.server.restart()
            world.look()
            raise SyncTrouble("offline") from None
        before = world.sights_of(node.user)
        world.look()
        raw = to_json(answer)
        world.trace.take(raw)
        self._watch(name, raw, before)
        return answer if answer is None else from_json(raw, type(answer))

    def _watch(self, name: str, raw: bytes, before: dict[str, Any] | None = None) -> None:
        """I7: no bytes of what the asker may not see, at this snapshot."""
        world, node = self._world, self._node
        stranger = world.oracle.strangers_in(raw, node.user, world.server.clock.wall())
        if stranger and not (before and world.was_readable(stranger, before)):
            raise Violation("I7", f"{name} told {node.name} {stranger}")

    def _who(self) -> Callable[[], Principal]:
        """Who asks, as this request says it: a late arrival bears the token that it was sent with."""
        token, device_id = self._token(), self._device_id()
        return lambda: self._central().principal(token, device_id)

    def _central(self) -> Central:
        return self._world.server.central

    def sign_in(self, request: SignInRequest) -> SignInAnswer:
        return self._ask("sign_in", lambda: self._central().sign_in(request))

    def sign_out(self) -> None:
        who = self._who()
        self._ask("sign_out", lambda: self._central().sign_out(who()))

    def directory(self, version: str) -> DirectoryAnswer | None:
        who = self._who()
        answer = self._ask("directory", lambda: self._central().handle_directory(who()))
        return None if answer.version == version else answer

    def push(self, request: PushRequest) -> PushAnswer:
        who = self._who()

        def handle() -> PushAnswer:
            sent = from_json(to_json(request), PushRequest)
            answer = self._central().handle_push(who(), sent)
            self._world.decided(answer.decisions)
            return answer

        answer = self._ask("push", handle)
        self._world.heard_decisions(answer.decisions)
        return answer

    def page_size(self) -> int:
        return MAX_PAGE

    def changes(self, cursor: str, limit: int) -> PullAnswer:
        who = self._who()
        small = self._world.page_limit

        def handle() -> PullAnswer:
            page = self._central().handle_pull(who(), cursor, min(limit, small))
            self._sights = self._world.sights_of(self._node.user)
            return page

        answer = self._ask("changes", handle)
        self._world.gave_page(self._node, answer, self._sights)
        now = self._world.time.now
        flying = [one for one in self._flying if now - one[0] <= IN_FLIGHT]
        self._flying = [*flying[-5:], (now, answer)]
        if flying and self._world.chance.happens(self._world.weather.cross):
            # two pages in flight have met each other
            self._world.count("crossed page")
            return self._world.chance.rng.choice(flying)[1]
        return answer

    def manifest(self, bucket: int | None = None) -> Manifest:
        who = self._who()
        answer = self._ask("manifest", lambda: self._central().handle_manifest(who(), bucket))
        self._world.cursor_epochs[answer.cursor] = self._world.server.epoch
        self._world.gave_ids(self._node, "manifest", [row.message_id for row in answer.rows])
        return answer

    def digests(self) -> Digests:
        who = self._who()
        return self._ask("digests", lambda: self._central().handle_digests(who()))

    def renew(self) -> None:
        """A fresh connection is like any other here."""

    def fetch(self, request: FetchRequest) -> FetchAnswer:
        who = self._who()
        answer = self._ask("fetch", lambda: self._central().handle_fetch(who(), request))
        if answer.cursor:
            self._world.cursor_epochs[answer.cursor] = self._world.server.epoch
        self._world.gave_ids(self._node, "fetch", [card.message_id for card in answer.cards])
        return answer

    def decisions(self, after: int) -> list[Decision]:
        who = self._who()
        found = self._ask("decisions", lambda: Decisions(self._central().handle_decisions(who(), after)))
        self._world.heard_decisions(found.decisions)
        return found.decisions

    def wait(self, cursor: str, timeout_s: float) -> WaitAnswer:
        return WaitAnswer(head_moved=False, head=self._central().head())

    def begin_upload(self, request: UploadRequest) -> UploadAnswer:
        who = self._who()
        return self._ask("begin_upload", lambda: self._central().uploads.begin(who(), request))

    def send_piece(self, upload_id: str, offset: int, piece: bytes) -> UploadAnswer:
        who = self._who()
        return self._ask("send_piece", lambda: self._central().uploads.append(who(), upload_id, offset, piece))

    def upload_offset(self, upload_id: str) -> UploadAnswer:
        who = self._who()
        return self._ask("upload_offset", lambda: self._central().uploads.offset(who(), upload_id))

    def download(self, upload_id: str) -> Iterator[bytes]:
        who, found = self._who(), []
        self._ask("download", lambda: found.append(self._central().uploads.read(who(), upload_id)))
        yield from self._central().uploads.pieces(found[-1])

    def report(self, report: DeviceReport) -> None:
        who = self._who()
        self._ask("report", lambda: self._central().handle_report(who(), from_json(to_json(report), DeviceReport)))

    def be_present(self, message_id: str, doing: Doing) -> PresenceAnswer:
        who = self._who()
        return self._ask("be_present", lambda: self._central().presence.tell(who(), MessageId(message_id), doing))

    def drafts_of(self, message_id: str) -> DraftsAnswer:
        who = self._who()
        return self._ask("drafts_of", lambda: self._central().handover.of_message(who(), MessageId(message_id)))

    def share_draft(self, message_id: str, draft_id: str, shared: DraftShare) -> SharedDraft:
        who, at = self._who(), MessageId(message_id)
        return self._ask("share_draft", lambda: self._central().handover.share(who(), at, draft_id, shared))

    def take_draft(self, message_id: str, draft_id: str) -> SharedDraft:
        who, at = self._who(), MessageId(message_id)
        return self._ask("take_draft", lambda: self._central().handover.take(who(), at, draft_id))

    def withdraw_draft(self, message_id: str, draft_id: str) -> None:
        who, at = self._who(), MessageId(message_id)
        self._ask("withdraw_draft", lambda: self._central().handover.withdraw(who(), at, draft_id))

    def own_drafts(self) -> DraftsAnswer:
        who = self._who()
        return self._ask("own_drafts", lambda: self._central().handover.own(who()))
