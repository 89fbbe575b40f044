"""The local store as the sync core sees it: outbox and replica behind one port."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from arm.desk.core import DeskCore
from arm.desk.values import Changes
from arm.domain.identity import CommandId, MessageId, UserId
from arm.local.outbox import Entry, Settled
from arm.local.pages import Applied, local_revisions, still_wanted, wanted_count
from arm.sync.ports import Outgoing
from arm.sync.uploads import PIECE_BYTES
from arm.wire import (
    Base,
    Decision,
    DirectoryAnswer,
    Envelope,
    FetchAnswer,
    Manifest,
    PullAnswer,
    Verdict,
)

LOCAL = "local-"
"""Beginning of an upload id that only this desk knows."""
MANY = 500
"""More changed messages than this are told as «everything»."""
_STATES = {
    Verdict.ACCEPTED: "accepted",
    Verdict.ACCEPTED_MERGED: "accepted",
    Verdict.NOOP: "accepted",
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
        return [_envelope(one) for one in self._core.store.work.outbox.archived(device_seq, limit)]

    def acknowledged_seq(self) -> int:
        kept = self._core.store.work.kept("last_seq")
        return int(kept) if kept else 0

    def settle(self, decisions: Sequence[Decision]) -> None:
        work = self._core.store.work
        work.outbox.settle([_settled(one) for one in decisions], self._core.wall_text())
        last = max(one.device_seq for one in decisions)
        if last > self.acknowledged_seq():
            work.keep(last_seq=str(last))
        entries = [work.outbox.entry(one.command_id) for one in decisions]
        self._changed({one.message_id for one in entries if one is not None})

    def become_device(self, device_id: str) -> None:
        work = self._core.store.work
        work.outbox.renumber()
        work.keep(device_id=device_id, token="")
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
        for piece in self._core.store.files.content(record):
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

    def apply_page(self, page: PullAnswer) -> bool:
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

    def begin_reconcile(self, manifest: Manifest) -> None:
        here = local_revisions(self._core.store.cache)
        listed = {row.message_id: (row.rev, row.sight) for row in manifest.rows}
        evict = [one for one in here if one not in listed]
        wanted = [one for one, state in listed.items() if here.get(one) != state]
        applied = self._core.store.replica.want(
            wanted,
            evict,
            {"reconcile_cursor": manifest.cursor.encode(), "reconcile_total": str(len(wanted)).encode()},
        )
        self._after(applied)

    def wanted(self, limit: int) -> list[str]:
        return still_wanted(self._core.store.cache, limit)

    def reconcile_progress(self) -> tuple[int, int] | None:
        cache = self._core.store.cache
        if not cache.kept("reconcile_cursor"):
            return None
        total = int(cache.kept("reconcile_total") or b"0")
        return total - wanted_count(cache), total

    def apply_cards(self, asked: Sequence[str], answer: FetchAnswer) -> None:
        came = {card.message_id for card in answer.cards}
        # what was visible at the manifest and is no longer gets no second question
        gone = [one for one in asked if one not in came]
        applied = self._core.store.replica.apply(answer.cards, gone, fetched=asked)
        if applied is not None:
            self._after(applied)

    def finish_reconcile(self) -> None:
        cache = self._core.store.cache
        with cache.write_lock:
            cursor = cache.kept("reconcile_cursor") or b""
            cache.keep(cursor=cursor, reconcile_cursor=b"", reconcile_total=b"0")

    def directory_version(self) -> str:
        return (self._core.store.cache.kept("directory_version") or b"").decode()

    def save_directory(self, answer: DirectoryAnswer) -> None:
        self._core.learn(answer)

    def _after(self, applied: Applied, caught_up: bool = False) -> None:
        if applied.files:
            self._core.store.files.forget(sorted(applied.files))
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

    def reached_seq(self) -> int:
        return int(self._core.store.cache.kept("reached_seq") or b"0")


def _envelope(entry: Entry) -> Envelope:
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


def _settled(decision: Decision) -> Settled:
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
