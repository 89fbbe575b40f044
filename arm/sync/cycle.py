"""One turn of the conversation: push what is undecided, pull what changed, reconcile when the store says so."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from arm.domain.identity import MessageId
from arm.sync.ahead import Ahead, Coming, InTurn
from arm.sync.ports import IdGen, Storage, Transport
from arm.sync.sending import Sender
from arm.sync.troubles import SyncTrouble
from arm.wire import FetchRequest, Manifest
from arm.wire_packed import AnyCard, AnyFetch, AnyPull

FIRST_FETCH = 50
"""The first piece of a first sync is small, so that progress is seen at once."""
PIECES_AHEAD = 5
"""So many fetches may be on their way while others are written: the line and the disk work at the same time."""
MOST_STRAYS = 3
MANY_CARDS = 100
"""From so many cards on, a manifest that would evict more than half is asked for twice (P17)."""
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What a turn did; `is_whole` False when it was cancelled."""

    pushed: int = 0
    pages: int = 0
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class _Piece:
    """Messages that were asked for, and their cards on the way."""

    asked: list[str]
    coming: Coming[AnyFetch]


class _Pieces(deque[_Piece]):
    """Pieces on their way, in their order. After one that failed no other is fetched: it would be fetched again.

    Each is asked for with the cursor that the one before has brought: so the last one bears witness to all of them.
    """

    def __init__(self, fetch: Callable[[FetchRequest], AnyFetch], cursor: str) -> None:
        super().__init__()
        self._fetch = fetch
        self._cursor = cursor
        self._failed: SyncTrouble | None = None

    def fetch(self, message_ids: list[MessageId]) -> AnyFetch:
        """One after another, on whatever thread. Raises SyncTrouble."""
        if self._failed is not None:
            raise self._failed
        try:
            answer = self._fetch(FetchRequest(message_ids=message_ids, cursor=self._cursor))
        except SyncTrouble as trouble:
            self._failed = trouble
            raise
        # an empty one says that the history is another: the old witness stays, and the feed will tell
        self._cursor = answer.cursor or self._cursor
        return answer


class Cycle:
    """No thread, clock, randomness or socket of its own: everything is given (protocol.md §5)."""

    def __init__(
        self,
        transport: Transport,
        storage: Storage,
        ids: IdGen,
        heard: Callable[[datetime], None],
        now: Callable[[], datetime],
        client_version: str = "",
        ahead: Ahead | None = None,
    ) -> None:
        """`heard` is told the central store's time of every answer that carries it, `now` reckons with it.

        `client_version` is compared with what the store still reads for; without one nothing is compared.
        `ahead` may fetch the next pieces while one is applied; without it everything is done in turn.
        """
        self._transport = transport
        self._storage = storage
        self._heard = heard
        self._now = now
        self._client_version = client_version
        self._ahead = ahead or InTurn()
        self._sender = Sender(transport, storage, ids, heard, now)

    def run_once(
        self, progress: Progress = lambda done, total: None, is_cancelled: Callable[[], bool] = lambda: False
    ) -> Turn:
        """Push, then pull until nothing more. Raises SyncTrouble; what was done before it stays done."""
        pushed = self.push()
        pages, whole = self.pull(progress, is_cancelled)
        if whole and self._storage.is_check_due(self._now()) and self._begin_mending():
            more, whole = self.pull(progress, is_cancelled)
            pages += more
        return Turn(pushed=pushed, pages=pages, is_whole=whole)

    def push(self) -> int:
        """Sends undecided commands in the order of their numbers; returns how many were decided."""
        return self._sender.push()

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
            page = self._transport.changes(self._storage.cursor(), self._transport.page_size())
            self._heard(page.server_time)
            self._refuse_to_be_too_old(page)
            if page.directory_version != self._storage.directory_version():
                self._learn_directory()
            if page.rescope:
                self._begin_reconcile()
                continue
            was_behind = self._sender.settle_up(page.device)
            # a page from elsewhere is dropped and asked for anew, but not for ever
            applied = self._storage.apply_page(page)
            strays = 0 if applied else strays + 1
            if strays > MOST_STRAYS or (applied and page.more and page.to_cursor == page.from_cursor):
                raise SyncTrouble("server_fault", {"code": "page_out_of_place"})
            pages += applied
            if applied and not page.more and not was_behind:
                return pages, True
        return pages, False

    def _refuse_to_be_too_old(self, page: AnyPull) -> None:
        """Too old a program reads no more; what it had to send has gone out before (P22)."""
        if self._client_version and _numbers(self._client_version) < _numbers(page.min_client):
            raise SyncTrouble("too_old", {"code": "min_client", "wanted": page.min_client})

    def _begin_reconcile(self) -> None:
        manifest = self._manifest()
        evicted, here = self._storage.evicted_by(manifest)
        if here >= MANY_CARDS and evicted * 2 > here:
            # the same rights and half of the copy gone: that is asked for once more over a fresh connection
            self._transport.renew()
            manifest = self._manifest()
        if manifest.directory_version != self._storage.directory_version():
            self._learn_directory()
        self._storage.begin_reconcile(manifest)

    def _manifest(self, bucket: int | None = None) -> Manifest:
        manifest = self._transport.manifest(bucket)
        self._heard(manifest.server_time)
        return manifest

    def reconcile(self, progress: Progress, is_cancelled: Callable[[], bool]) -> bool:
        """First sync and change of rights: fetches what the manifest lists, going on where it was left (P16)."""
        if self._storage.reconcile_progress() is None:
            self._begin_reconcile()
        line = _Pieces(self._transport.fetch, self._storage.reconcile_cursor())
        try:
            return self._fetch_wanted(line, progress, is_cancelled)
        finally:
            for piece in line:
                piece.coming.drop()

    def _fetch_wanted(self, line: _Pieces, progress: Progress, is_cancelled: Callable[[], bool]) -> bool:
        """Pieces are applied in their order; those that have come while one was written go into one transaction."""
        self._line_up(line, (), min(FIRST_FETCH, self._transport.page_size()))
        while True:
            done, total = self._storage.reconcile_progress() or (0, 0)
            progress(done, total)
            if not line:
                self._storage.finish_reconcile()
                return True
            if is_cancelled():
                return False
            answer = line[0].coming.result()
            cards: list[AnyCard] = [*answer.cards]
            cursor, asked = answer.cursor, line.popleft().asked
            while line and line[0].coming.is_here():
                answer = line[0].coming.result()
                cards += answer.cards
                cursor, asked = answer.cursor or cursor, asked + line.popleft().asked
            self._line_up(line, asked, self._transport.page_size() * (PIECES_AHEAD - len(line)))
            self._storage.apply_cards(asked, cards, cursor)

    def _line_up(self, line: _Pieces, asked: Sequence[str], count: int) -> None:
        """Asks for so many more messages than are on their way or about to be written."""
        known = len(asked) + sum(len(piece.asked) for piece in line)
        more = self._storage.wanted(known + count)[known:]
        size = self._transport.page_size()
        for start in range(0, len(more), size):
            some = more[start : start + size]
            ids = [MessageId(one) for one in some]
            line.append(_Piece(some, self._ahead.start(partial(line.fetch, ids))))

    def _begin_mending(self) -> bool:
        """The daily comparison of the whole copy; True when something differs and is to be fetched anew (P17)."""
        digests = self._transport.digests()
        self._heard(digests.server_time)
        differing = self._storage.differing_buckets(digests)
        if differing is None:
            return False
        self._storage.checked(self._now(), len(differing))
        if not differing:
            return False
        found = [self._manifest(bucket) for bucket in sorted(differing)]
        # the earliest of their cursors: what came between is fed again, and is known by its rev
        whole = replace(found[0], rows=[row for one in found for row in one.rows])
        self._storage.begin_reconcile(whole, differing)
        return True

    def _learn_directory(self) -> None:
        answer = self._transport.directory(self._storage.directory_version())
        if answer is not None:
            self._storage.save_directory(answer)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(one) for one in version.split(".") if one.isdecimal())
