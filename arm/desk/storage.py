"""The local store as the sync core sees it: outbox and replica behind one port."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from arm.desk.core import DeskCore
from arm.desk.values import Changes, DeskEventKind
from arm.domain.identity import CommandId, MessageId, UserId
from arm.domain.refusals import Reason
from arm.local.files import FileRecord
from arm.local.outbox import NOT_TAKEN, Entry, Settled
from arm.local.pages import Applied, local_revisions, still_wanted, wanted_count
from arm.local.troubles import FileTrouble
from arm.sync.ports import Outgoing
from arm.sync.sending import FILE, NEW_HERE, NOOP, PARK
from arm.sync.uploads import PIECE_BYTES, ContentLost
from arm.wire import (
    Base,
    Decision,
    Digests,
    DirectoryAnswer,
    Envelope,
    Manifest,
    Verdict,
    bucket_digests,
    bucket_of,
)
from arm.wire_packed import AnyCard, AnyPull

LOCAL = "local-"
"""Beginning of an upload id that only this desk knows."""
FULL = "full"
"""The one sight at which nothing is withheld."""
MANY = 500
"""More changed messages than this are told as «everything»."""
CHECKED_EVERY = timedelta(days=1)
ARCHIVED_FOR = timedelta(days=30)
_STATES = {
    Verdict.ACCEPTED: "accepted",
    Verdict.ACCEPTED_MERGED: "accepted",
    Verdict.CONFLICT: "conflict",
    Verdict.REFUSED: "refused",
    Verdict.PARKED: "parked",
}


class LocalStorage:
    """Implements `arm.sync.ports.Storage`; `changed` is told the ids after every transaction."""

    def __init__(self, core: DeskCore, changed: Callable[[set[str]], None]) -> None:
        self._core = core
        self._changed = changed

    def device_id(self) -> str:
        return self._core.store.work.kept("device_id")

    def unsent(self, limit: int) -> list[Envelope]:
        return [_envelope(one) for one in self._core.store.work.outbox.unsent(limit)]

    def decided_after(self, device_seq: int, limit: int) -> list[Envelope]:
        """What was not taken goes out empty, and what built on an own result names the command instead of its rev.

        A restored store makes that result anew under another rev (P3, P9).
        """
        found = self._core.store.work.outbox.archived(device_seq, limit)
        made_by = self._core.store.work.outbox.result_revs()
        again = []
        for one in found:
            envelope = _envelope(one)
            owner = made_by.get(one.base_rev) if one.base_rev else None
            if one.state in NOT_TAKEN:
                envelope = replace(envelope, verb=NOOP, payload={}, base=Base())
            elif owner is not None and owner != one.command_id:
                envelope = replace(envelope, base=Base(after=CommandId(owner)))
            again.append(envelope)
        return again

    def decided_seq(self) -> int:
        return self._core.store.work.outbox.decided_seq()

    def digest(self) -> tuple[int, str]:
        work = self._core.store.work
        return int(work.kept("last_seq") or "0"), work.kept("dec_hash")

    def settle(self, decisions: Sequence[Decision], digest: tuple[int, str]) -> int:
        work = self._core.store.work
        entries = [one for one in (work.outbox.entry(d.command_id) for d in decisions) if one is not None]
        marks = {one.command_id: one.reason for one in entries if one.state == "unsent"}
        settled = [_settled(one, marks.get(one.command_id, "")) for one in decisions]
        differing = work.outbox.settle(settled, self._core.wall_text(), _digest_kept(digest))
        self._changed({one.message_id for one in entries})
        return len(differing)

    def restored(self, digest: tuple[int, str]) -> None:
        store = self._core.store
        store.work.keep(**_digest_kept(digest))
        if all(one.kind != DeskEventKind.STORE_RESTORED for one in store.events.open()):
            moment = self._core.now().isoformat()
            self._core.tell_once(DeskEventKind.STORE_RESTORED, moment, offered="0", differing="0")

    def reoffered(self, offered: int, differing: int) -> None:
        self._core.store.events.count(DeskEventKind.STORE_RESTORED.value, offered=offered, differing=differing)

    def adopted(self, digest: tuple[int, str], differing: int) -> None:
        self._core.store.work.keep(**_digest_kept(digest))
        if not differing:
            return
        events = self._core.store.events
        if any(one.kind == DeskEventKind.DECISION_CHANGED for one in events.open()):
            events.count(DeskEventKind.DECISION_CHANGED.value, differing=differing)
        else:
            mark = f"{self.device_id()}/{digest[0]}/{digest[1][:8]}"
            self._core.tell_once(DeskEventKind.DECISION_CHANGED, mark, differing=str(differing))

    def failed(self, command_id: str, at: datetime) -> bool:
        return self._core.store.work.outbox.failed(command_id, at)

    def send_as(self, command_id: str, verb: str, code: str) -> None:
        self._core.store.work.outbox.send_as(command_id, verb, code)

    def become_device(self, device_id: str) -> None:
        work = self._core.store.work
        work.outbox.renumber(device_id, NEW_HERE)
        self._core.tell_once(DeskEventKind.DEVICE_RENEWED, device_id, unsent=str(work.outbox.count().unsent))
        self._core.tell(Changes(outbox=True))

    def outgoing(self, command_id: str) -> list[Outgoing]:
        store = self._core.store
        entry = store.work.outbox.entry(command_id)
        found: list[Outgoing] = []
        for file_id in sorted(_local_files(entry)) if entry is not None else ():
            record = store.files.find(file_id)
            if record is not None:
                found.append(
                    Outgoing(
                        file_id=record.file_id,
                        name=record.name,
                        size=record.size,
                        sha256=record.sha256,
                        upload_id=record.upload_id,
                    )
                )
        return found

    def pieces(self, file_id: str, offset: int) -> Iterator[bytes]:
        record = self._core.store.files.find(file_id)
        if record is None:
            return
        skipped, gathered = 0, bytearray()
        for piece in self._content(record):
            if skipped + len(piece) <= offset:
                skipped += len(piece)
                continue
            gathered += piece[max(0, offset - skipped) :]
            skipped += len(piece)
            if len(gathered) >= PIECE_BYTES:
                yield bytes(gathered[:PIECE_BYTES])
                del gathered[:PIECE_BYTES]
        if gathered:
            yield bytes(gathered)

    def _content(self, record: FileRecord) -> Iterator[bytes]:
        try:
            yield from self._core.store.files.content(record)
        except FileTrouble as trouble:
            if trouble.kind not in ("missing", "damaged"):
                raise
            raise ContentLost from trouble

    def upload_begun(self, file_id: str, upload_id: str) -> None:
        self._core.store.files.mark_begun(file_id, upload_id)

    def uploaded(self, command_id: str, file_id: str, upload_id: str) -> None:
        store = self._core.store
        store.files.mark_sent(file_id, upload_id)
        entry = store.work.outbox.entry(command_id)
        if entry is not None:
            payload = _renamed(json.loads(entry.payload), file_id, upload_id)
            store.work.outbox.replace_payload(command_id, _json(payload))

    def cursor(self) -> str:
        return (self._core.store.cache.kept("cursor") or b"").decode()

    def apply_page(self, page: AnyPull) -> bool:
        kept = {"cursor": page.to_cursor.encode()}
        if not page.more:
            kept["reached_seq"] = str(page.head).encode()
        cards = [item.card for item in page.items if item.card is not None]
        evict = [item.message_id for item in page.items if item.card is None]
        applied = self._core.store.replica.apply(cards, evict, kept=kept, expected_cursor=page.from_cursor.encode())
        if applied is None:
            return False
        self._after(applied, caught_up=not page.more)
        return True

    def evicted_by(self, manifest: Manifest) -> tuple[int, int]:
        here = local_revisions(self._core.store.cache)
        if (self._core.store.cache.kept("scope") or b"").decode() != manifest.scope:
            return 0, len(here)
        listed = {row.message_id for row in manifest.rows}
        return sum(one not in listed for one in here), len(here)

    def begin_reconcile(self, manifest: Manifest, buckets: frozenset[int] | None = None) -> None:
        here = local_revisions(self._core.store.cache)
        listed = {row.message_id: row for row in manifest.rows}
        gone = {one for one in here if one not in listed and (buckets is None or bucket_of(one) in buckets)}
        if (self._core.store.cache.kept("scope") or b"").decode() != manifest.scope:
            # how a card is cut depends on its viewer's organisations, which neither rev nor sight tells (P13)
            gone |= {one for one, (_, sight) in here.items() if sight != FULL}
        evict = [one for one in here if one in gone]
        wanted = [one for one, row in listed.items() if one in gone or here.get(one) != (row.rev, row.sight)]
        kept = {
            "reconcile_cursor": manifest.cursor.encode(),
            "reconcile_total": str(len(wanted)).encode(),
            "scope": manifest.scope.encode(),
            # another history may count from lower on: what is decided shows until its page has come (P20)
            "reached_seq": b"0",
        }
        self._after(self._core.store.replica.want(wanted, evict, kept))

    def differing_buckets(self, digests: Digests) -> frozenset[int] | None:
        if digests.head != self.reached_seq() or len(digests.digests) != 256:
            return None
        here = local_revisions(self._core.store.cache)
        own = bucket_digests((one, rev, sight) for one, (rev, sight) in here.items())
        return frozenset(place for place in range(256) if own[place] != digests.digests[place])

    def is_check_due(self, now: datetime) -> bool:
        checked = (self._core.store.cache.kept("checked_at") or b"").decode()
        return not checked or now - datetime.fromisoformat(checked) >= CHECKED_EVERY

    def checked(self, now: datetime, differing: int) -> None:
        self._core.store.cache.keep(checked_at=now.isoformat().encode())
        if differing:
            self._core.tell_once(DeskEventKind.DIVERGED, now.isoformat(), buckets=str(differing))

    def wanted(self, limit: int) -> list[str]:
        return still_wanted(self._core.store.cache, limit)

    def reconcile_progress(self) -> tuple[int, int] | None:
        cache = self._core.store.cache
        if not cache.kept("reconcile_cursor"):
            return None
        total = int(cache.kept("reconcile_total") or b"0")
        return total - wanted_count(cache), total

    def reconcile_cursor(self) -> str:
        return (self._core.store.cache.kept("reconcile_cursor") or b"").decode()

    def apply_cards(self, asked: Sequence[str], cards: Sequence[AnyCard], cursor: str = "") -> None:
        came = {card.message_id for card in cards}
        # what was visible at the manifest and is no longer gets no second question
        gone = [one for one in asked if one not in came]
        kept = {"reconcile_cursor": cursor.encode()} if cursor else None
        applied = self._core.store.replica.apply(cards, gone, kept, fetched=asked)
        if applied is not None:
            self._after(applied)

    def finish_reconcile(self) -> None:
        cache = self._core.store.cache
        with cache.write_lock:
            cursor = cache.kept("reconcile_cursor") or b""
            cache.keep(cursor=cursor, reconcile_cursor=b"", reconcile_total=b"0")
        self._core.rebuilt()

    def directory_version(self) -> str:
        return (self._core.store.cache.kept("directory_version") or b"").decode()

    def save_directory(self, answer: DirectoryAnswer) -> None:
        self._core.learn(answer)

    def _after(self, applied: Applied, caught_up: bool = False) -> None:
        if applied.files:
            self._core.forget_files()
        if applied.evicted:
            self._forget_marks(applied.evicted)
        if caught_up:
            self._settle_caught_up()
        touched = applied.changed | applied.evicted
        if touched or caught_up:
            self._changed(touched)

    def _forget_marks(self, evicted: set[str]) -> None:
        work = self._core.store.work
        for message_id in evicted:
            work.run("DELETE FROM read_mark WHERE message_id = ?", (message_id,))

    def _settle_caught_up(self) -> None:
        """Decided commands leave the projection only when the cache has come as far as they (P20)."""
        outbox = self._core.store.work.outbox
        reached = self.reached_seq()
        done = [
            one.command_id
            for one in outbox.open_entries()
            if one.state == "accepted" and (one.result_seq is None or one.result_seq <= reached)
        ]
        if done:
            outbox.archive(done)

    def forget_archived(self, floor: int) -> None:
        """A month after they were decided."""
        if floor <= 0:
            return
        before = self._core.around.clock.wall() - ARCHIVED_FOR
        self._core.store.work.outbox.prune(floor, before.isoformat())

    def reached_seq(self) -> int:
        return int(self._core.store.cache.kept("reached_seq") or b"0")


def _digest_kept(digest: tuple[int, str]) -> dict[str, str]:
    return {"last_seq": str(digest[0]), "dec_hash": digest[1]}


def _envelope(entry: Entry) -> Envelope:
    """As it goes out; one that can't be processed goes as `park` with its body, or as `noop` without (P25)."""
    whole = _whole(entry)
    word = entry.reason.partition(":")[0] if entry.state == "unsent" else ""
    if word == PARK:
        return replace(whole, verb=PARK, base=Base())
    return replace(whole, verb=NOOP, payload={}, base=Base()) if word == NOOP else whole


def _whole(entry: Entry) -> Envelope:
    return Envelope(
        command_id=CommandId(entry.command_id),
        device_seq=entry.device_seq,
        verb=entry.verb,
        message_id=MessageId(entry.message_id),
        base=Base(rev=entry.base_rev, after=CommandId(entry.base_after) if entry.base_after else None),
        payload=json.loads(entry.payload),
        schema_ver=entry.schema_ver,
        created_at_local=datetime.fromisoformat(entry.created_at),
        acting_for=UserId(entry.acting_for) if entry.acting_for else None,
    )


def _settled(decision: Decision, mark: str) -> Settled:
    """`mark` says why a command went out empty; one that didn't was given up by a twin of this desk."""
    if decision.verdict is Verdict.NOOP:
        code = mark.partition(":")[2]
        reason = Reason.FILE_NOT_ACCEPTED if code.startswith(FILE) else Reason.NOT_TAKEN
        return Settled(command_id=decision.command_id, state=NOOP, reason=reason.value, details={"code": code})
    return Settled(
        command_id=decision.command_id,
        state=_STATES[decision.verdict],
        reason=decision.reason,
        clause=decision.clause,
        field=decision.field,
        details=decision.details,
        result_seq=decision.result_seq,
        result_rev=decision.result_rev,
        number=decision.number,
    )


def _local_files(entry: Entry) -> set[str]:
    found: set[str] = set()

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            upload_id = value.get("upload_id")
            if isinstance(upload_id, str) and upload_id.startswith(LOCAL):
                found.add(upload_id)
            for one in value.values():
                walk(one)
        elif isinstance(value, list):
            for one in value:
                walk(one)

    walk(json.loads(entry.payload))
    return found


def _renamed(value: Any, old: str, new: str) -> Any:
    """The same values with the central store's name of a file in place of the desk's."""
    if isinstance(value, dict):
        return {
            key: new if key == "upload_id" and one == old else _renamed(one, old, new) for key, one in value.items()
        }
    return [_renamed(one, old, new) for one in value] if isinstance(value, list) else value


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
