"""What the sync core is given: a clock, ids, the wire and the local store; it has none of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from arm.wire import (
    Decision,
    DeviceReport,
    Digests,
    DirectoryAnswer,
    Envelope,
    FetchRequest,
    Manifest,
    PushAnswer,
    PushRequest,
    SignInAnswer,
    SignInRequest,
    UploadAnswer,
    UploadRequest,
    WaitAnswer,
)
from arm.wire_between import Doing, DraftsAnswer, DraftShare, PresenceAnswer, SharedDraft
from arm.wire_packed import AnyCard, AnyFetch, AnyPull


class Clock(Protocol):
    def wall(self) -> datetime:
        """This computer's idea of the time, aware UTC."""
        ...

    def monotonic_s(self) -> float:
        """Seconds that only grow, from any beginning."""
        ...


class Rng(Protocol):
    def uniform(self, low: float, high: float, /) -> float: ...


class IdGen(Protocol):
    def new(self) -> str:
        """A fresh UUID as text."""
        ...


class Transport(Protocol):
    """The wire; every method may raise SyncTrouble."""

    def sign_in(self, request: SignInRequest) -> SignInAnswer: ...

    def sign_out(self) -> None: ...

    def directory(self, version: str) -> DirectoryAnswer | None: ...

    def push(self, request: PushRequest) -> PushAnswer: ...

    def page_size(self) -> int:
        """How many cards the line carries at once in reasonable time, at most MAX_PAGE."""
        ...

    def changes(self, cursor: str, limit: int) -> AnyPull: ...

    def manifest(self, bucket: int | None = None) -> Manifest: ...

    def digests(self) -> Digests: ...

    def decisions(self, after: int) -> list[Decision]:
        """What the store decided on this device's commands beyond that number, in their order (P9)."""
        ...

    def renew(self) -> None:
        """Speaks over fresh connections from now on."""
        ...

    def fetch(self, request: FetchRequest) -> AnyFetch: ...

    def wait(self, cursor: str, timeout_s: float) -> WaitAnswer: ...

    def begin_upload(self, request: UploadRequest) -> UploadAnswer: ...

    def send_piece(self, upload_id: str, offset: int, piece: bytes) -> UploadAnswer: ...

    def upload_offset(self, upload_id: str) -> UploadAnswer: ...

    def report(self, report: DeviceReport) -> None: ...

    def download(self, upload_id: str) -> Iterator[bytes]: ...

    def be_present(self, message_id: str, doing: Doing) -> PresenceAnswer: ...

    def drafts_of(self, message_id: str) -> DraftsAnswer: ...

    def share_draft(self, message_id: str, draft_id: str, shared: DraftShare) -> SharedDraft: ...

    def take_draft(self, message_id: str, draft_id: str) -> SharedDraft: ...

    def withdraw_draft(self, message_id: str, draft_id: str) -> None: ...

    def own_drafts(self) -> DraftsAnswer: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A file that a command refers to and that is not sent yet; `upload_id` when it was begun before."""

    file_id: str
    name: str
    size: int
    sha256: str
    upload_id: str = ""


class Storage(Protocol):
    """The local store as the core needs it; each writing call is durable when it returns."""

    def device_id(self) -> str: ...

    def unsent(self, limit: int) -> list[Envelope]: ...

    def decided_after(self, device_seq: int, limit: int) -> list[Envelope]: ...

    def decided_seq(self) -> int:
        """The highest device number known here as decided by the central store."""
        ...

    def digest(self) -> tuple[int, str]:
        """(seq, hash): the running digest of this device's decisions and the number it reaches to (P9)."""
        ...

    def settle(self, decisions: Sequence[Decision], digest: tuple[int, str]) -> int:
        """Verdicts and the digest in one transaction; returns how many differ from what was settled before."""
        ...

    def restored(self, digest: tuple[int, str]) -> None:
        """The store is behind what it had decided: that digest is kept from now on, and the person is told once."""
        ...

    def reoffered(self, offered: int, differing: int) -> None:
        """Counts for what the person is told of a restored store."""
        ...

    def adopted(self, digest: tuple[int, str], differing: int) -> None:
        """The store's decisions have been taken over: its digest is ours, and the person is told what differs."""
        ...

    def failed(self, command_id: str, at: datetime) -> bool:
        """Counts a failure of the store on one command; True after many over a long time: it is given up (P25)."""
        ...

    def send_as(self, command_id: str, verb: str, code: str) -> None:
        """From now on this command goes out under its number as `park` or `noop`, over restarts too."""
        ...

    def forget_archived(self, floor: int) -> None:
        """Commands up to that number are in every backup: the old ones needn't be kept for a restored store (P9)."""
        ...

    def become_device(self, device_id: str) -> None:
        """Another device from now on: commands are numbered anew under their old ids, also accepted ones (P9 c)."""
        ...

    def outgoing(self, command_id: str) -> list[Outgoing]: ...

    def pieces(self, file_id: str, offset: int) -> Iterator[bytes]:
        """The content from an offset, in pieces of at most 8 MB. Raises uploads.ContentLost."""
        ...

    def upload_begun(self, file_id: str, upload_id: str) -> None: ...

    def uploaded(self, command_id: str, file_id: str, upload_id: str) -> None: ...

    def cursor(self) -> str: ...

    def apply_page(self, page: AnyPull) -> bool:
        """Whole or not at all; False when the page doesn't begin at our cursor."""
        ...

    def evicted_by(self, manifest: Manifest) -> tuple[int, int]:
        """(cards that it would evict, cards here); (0, …) where the rights changed: then it is due at once (P17)."""
        ...

    def begin_reconcile(self, manifest: Manifest, buckets: frozenset[int] | None = None) -> None:
        """`buckets`: the manifest speaks of those alone."""
        ...

    def differing_buckets(self, digests: Digests) -> frozenset[int] | None:
        """Where the copy isn't what it should be; None when it stands at another place of the journal (P17)."""
        ...

    def is_check_due(self, now: datetime) -> bool: ...

    def checked(self, now: datetime, differing: int) -> None: ...

    def wanted(self, limit: int) -> list[str]: ...

    def reconcile_progress(self) -> tuple[int, int] | None:
        """(done, total) of a reconcile under way, or nothing."""
        ...

    def reconcile_cursor(self) -> str:
        """Where the feed is taken up after the reconcile under way; empty without one."""
        ...

    def apply_cards(self, asked: Sequence[str], cards: Sequence[AnyCard], cursor: str = "") -> None:
        """`cursor` takes the place of the reconcile's in the same transaction, unless it is empty."""
        ...

    def finish_reconcile(self) -> None: ...

    def directory_version(self) -> str: ...

    def save_directory(self, answer: DirectoryAnswer) -> None: ...
