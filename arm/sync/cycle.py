"""One turn of the conversation: push what is undecided, pull what changed, reconcile when the store says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from arm.domain.identity import CommandId, DeviceId, MessageId
from arm.domain.refusals import Reason
from arm.sync.ports import IdGen, Storage, Transport
from arm.sync.troubles import SyncTrouble
from arm.sync.uploads import FileRefused, send_files
from arm.wire import (
    MAX_BATCH,
    MAX_PAGE,
    Base,
    Decision,
    Envelope,
    FetchRequest,
    PushRequest,
    Verdict,
)

NOOP = "noop"
PARK = "park"
UNPROCESSABLE = frozenset({"bad_wire", "too_large"})
FIRST_FETCH = 50
"""The first piece of a first sync is small, so that progress is seen at once."""
MOST_STRAYS = 3
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What a turn did; `is_whole` False when it was cancelled."""

    pushed: int = 0
    pages: int = 0
    is_whole: bool = True


class Cycle:
    """No thread, clock, randomness or socket of its own: everything is given (protocol.md §5)."""

    def __init__(self, transport: Transport, storage: Storage, ids: IdGen, heard: Callable[[datetime], None]) -> None:
        """`heard` is told the central store's time of every answer that carries it."""
        self._transport = transport
        self._storage = storage
        self._ids = ids
        self._heard = heard
        self._hopeless: dict[str, str] = {}

    def run_once(
        self, progress: Progress = lambda done, total: None, is_cancelled: Callable[[], bool] = lambda: False
    ) -> Turn:
        """Push, then pull until nothing more. Raises SyncTrouble; what was done before it stays done."""
        pushed = self.push()
        pages, whole = self.pull(progress, is_cancelled)
        return Turn(pushed=pushed, pages=pages, is_whole=whole)

    def push(self) -> int:
        """Sends undecided commands in the order of their numbers; returns how many were decided."""
        decided = 0
        while True:
            batch = self._batch()
            if not batch:
                return decided
            decided += self._push_batch(batch)

    def _batch(self) -> list[Envelope]:
        batch = self._storage.unsent(MAX_BATCH)
        try:
            if send_files(self._transport, self._storage, [e for e in batch if e.command_id not in self._hopeless]):
                batch = self._storage.unsent(MAX_BATCH)
        except FileRefused as refused:
            self._hopeless[refused.command_id] = refused.code
            return self._batch()
        return [self._emptied(one) if one.command_id in self._hopeless else one for one in batch]

    @staticmethod
    def _emptied(envelope: Envelope) -> Envelope:
        """A command that can't go keeps its number by a `noop` under its id: the queue behind it flows on (P25)."""
        return replace(envelope, verb=NOOP, payload={}, base=Base())

    def _push_batch(self, batch: list[Envelope]) -> int:
        request = PushRequest(device_id=DeviceId(self._storage.device_id()), commands=batch)
        try:
            answer = self._transport.push(request)
        except SyncTrouble as trouble:
            if trouble.code == "expect":
                return self._offer_again(_expected(trouble))
            if trouble.code == "device_fork":
                self._storage.become_device(self._ids.new())
                raise SyncTrouble("unauthorised", {"code": "device_fork"}) from trouble
            if trouble.kind == "refused" and trouble.code in UNPROCESSABLE:
                return self._push_apart(batch, trouble)
            raise
        self._heard(answer.server_time)
        known = {one.command_id for one in batch}
        decisions = [self._named(one) for one in answer.decisions if one.command_id in known]
        if not decisions:
            raise SyncTrouble("server_fault", {"code": "nothing_decided"})
        self._storage.settle(decisions)
        return len(decisions)

    def _push_apart(self, batch: list[Envelope], trouble: SyncTrouble) -> int:
        """One command that can't be processed holds up no other: it is parked, at worst its number is kept (P25)."""
        if len(batch) > 1:
            return sum(self._push_batch([one]) for one in batch)
        (poison,) = batch
        if poison.verb == NOOP:
            raise trouble
        if poison.verb != PARK:
            return self._push_batch([replace(poison, verb=PARK, base=Base())])
        self._hopeless[poison.command_id] = trouble.code
        return self._push_batch([self._emptied(poison)])

    def _named(self, decision: Decision) -> Decision:
        """The author learns why his command went out empty."""
        code = self._hopeless.get(decision.command_id)
        if code is None or decision.verdict is not Verdict.NOOP:
            return decision
        return replace(decision, verdict=Verdict.REFUSED, reason=Reason.FILE_NOT_ACCEPTED.value, details={"code": code})

    def _offer_again(self, expected: int) -> int:
        """A restored store is behind: it gets what it had decided once more, under the old ids (P9 a)."""
        first_unsent = next((e.device_seq for e in self._storage.unsent(1)), None)
        upto = first_unsent if first_unsent is not None else self._storage.acknowledged_seq() + 1
        if expected < 1 or expected >= upto:
            raise SyncTrouble("server_fault", {"code": "expect"})
        known = {e.device_seq: e for e in self._storage.decided_after(expected - 1, MAX_BATCH)}
        numbers = range(expected, min(upto, expected + MAX_BATCH))
        batch = [known.get(number) or self._hole(number) for number in numbers]
        request = PushRequest(device_id=DeviceId(self._storage.device_id()), commands=batch)
        answer = self._transport.push(request)
        self._heard(answer.server_time)
        if not answer.decisions:
            raise SyncTrouble("server_fault", {"code": "nothing_decided"})
        self._storage.settle([one for one in answer.decisions if one.device_seq in known])
        return len(answer.decisions)

    def _hole(self, device_seq: int) -> Envelope:
        """A number whose command can't be read any more."""
        return Envelope(
            command_id=CommandId(self._ids.new()),
            device_seq=device_seq,
            verb=NOOP,
            message_id=MessageId(self._ids.new()),
            base=Base(),
            payload={},
        )

    def pull(
        self, progress: Progress = lambda done, total: None, is_cancelled: Callable[[], bool] = lambda: False
    ) -> tuple[int, bool]:
        """Pages until the head; (pages, False) when cancelled on the way."""
        pages = strays = 0
        if not self._storage.directory_version():
            self._learn_directory()
        while not is_cancelled():
            if self._storage.reconcile_progress() is not None or not self._storage.cursor():
                if not self.reconcile(progress, is_cancelled):
                    return pages, False
                continue
            page = self._transport.changes(self._storage.cursor(), MAX_PAGE)
            self._heard(page.server_time)
            if page.directory_version != self._storage.directory_version():
                self._learn_directory()
            if page.rescope:
                self._begin_reconcile()
                continue
            is_behind = page.device.last_seq < self._storage.acknowledged_seq()
            if is_behind:
                self._offer_again(page.device.last_seq + 1)
            # a page from elsewhere is dropped and asked for anew, but not for ever
            applied = self._storage.apply_page(page)
            strays = 0 if applied else strays + 1
            if strays > MOST_STRAYS or (applied and page.more and page.to_cursor == page.from_cursor):
                raise SyncTrouble("server_fault", {"code": "page_out_of_place"})
            pages += applied
            if applied and not page.more and not is_behind:
                return pages, True
        return pages, False

    def _begin_reconcile(self) -> None:
        manifest = self._transport.manifest()
        self._heard(manifest.server_time)
        if manifest.directory_version != self._storage.directory_version():
            self._learn_directory()
        self._storage.begin_reconcile(manifest)

    def reconcile(self, progress: Progress, is_cancelled: Callable[[], bool]) -> bool:
        """First sync and change of rights: fetches what the manifest lists, going on where it was left (P16)."""
        if self._storage.reconcile_progress() is None:
            self._begin_reconcile()
        size = FIRST_FETCH
        while True:
            done, total = self._storage.reconcile_progress() or (0, 0)
            progress(done, total)
            asked = self._storage.wanted(size)
            if not asked:
                self._storage.finish_reconcile()
                return True
            if is_cancelled():
                return False
            answer = self._transport.fetch(FetchRequest(message_ids=[MessageId(one) for one in asked]))
            self._storage.apply_cards(asked, answer)
            size = MAX_PAGE

    def _learn_directory(self) -> None:
        answer = self._transport.directory(self._storage.directory_version())
        if answer is not None:
            self._storage.save_directory(answer)


def _expected(trouble: SyncTrouble) -> int:
    try:
        return int(trouble.params.get("detail", ""))
    except ValueError:
        raise SyncTrouble("server_fault", {"code": "expect"}) from trouble
