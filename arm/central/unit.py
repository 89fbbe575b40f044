"""The unit of work: messages locked and kept by id, changes gathered, and one flush that takes the head last."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from arm.central import chain
from arm.central import tables as t
from arm.central.numbers import ticks, worded
from arm.central.reference import Reference, Shelf
from arm.central.schema import APPLICANT_SERIES
from arm.central.states import Held, Tags, held_from, state_columns, tags_for, tags_written
from arm.central.term_notices import first_turn
from arm.domain.events import Event
from arm.domain.identity import CommandId, DeviceId, MessageId, UploadId
from arm.domain.message import Message, Stage
from arm.wire import to_json


@dataclass(slots=True)
class Entry:
    """One event on its way into the journal; seq, hash and rev are known after the flush alone."""

    event: Event
    command_id: CommandId
    device_id: DeviceId | None
    ver: int
    tags: frozenset[int]
    seq: int = 0
    rev: str = ""


@dataclass
class Unit:
    """One write transaction's view: what it read, what it will write; nothing reaches SQL text elsewhere."""

    connection: Connection
    reference: Reference
    shelf: Shelf
    randomness: Callable[[int], bytes]
    entries: list[Entry] = field(default_factory=list)
    _held: dict[MessageId, Held | None] = field(default_factory=dict)
    _tags_before: dict[MessageId, Tags] = field(default_factory=dict)
    _files: set[tuple[UploadId, MessageId]] = field(default_factory=set)

    def message(self, message_id: MessageId) -> Held | None:
        """The message, locked until the transaction ends."""
        if message_id not in self._held:
            row = self.connection.execute(SELECT_MESSAGE, {"b_message_id": message_id}).first()
            self._held[message_id] = None if row is None else held_from(row)
        return self._held[message_id]

    def lock(self, message_ids: Iterable[MessageId], *, waits: bool) -> set[MessageId]:
        """Locks messages in ascending order (§2.3); without `waits`, those that somebody else holds are returned."""
        wanted = sorted(set(message_ids) - self._held.keys())
        if not wanted:
            return set()
        asked = SELECT_MESSAGES if waits else SELECT_FREE_MESSAGES
        for row in self.connection.execute(asked, {"b_ids": wanted}):
            self._held[MessageId(row.message_id)] = held_from(row)
        missing = [one for one in wanted if one not in self._held]
        held: set[MessageId] = set()
        if missing and not waits:
            known = t.message.c.message_id
            held = {MessageId(one) for one in self.connection.scalars(select(known).where(known.in_(missing)))}
        self._held.update((one, None) for one in missing if one not in held)
        return held

    def lock_numbers(self) -> None:
        """The series of numbers, for who will take the head first and a number after it."""
        self.connection.execute(SELECT_SERIES)

    def has_pending(self, message_id: MessageId) -> bool:
        """Whether something that happened to the message is not written yet."""
        return message_id in self._tags_before

    @property
    def has_files(self) -> bool:
        return bool(self._files)

    def next_number(self, at: datetime) -> str:
        """The next number for applicants; the series is locked before the head (§2.3 order)."""
        last: int = self.connection.execute(SELECT_SERIES).scalar_one()
        value = max(last + 1, ticks(at))
        self.connection.execute(UPDATE_SERIES, {"b_last": value})
        return worded(value)

    def change(self, message: Message, event: Event, command_id: CommandId, device_id: DeviceId | None) -> Entry:
        """Notes that the event made `message`; its tags before and after go with the entry (P13)."""
        held = self._held.get(message.message_id)
        before: Tags = {} if held is None else held.tags
        after = tags_for(message, self.reference.directory)
        self._tags_before.setdefault(message.message_id, before)
        ver = 1 if held is None else held.ver + 1
        if held is None:
            self._held[message.message_id] = Held(message, ver, "", after, fresh=True)
        else:
            held.message, held.ver, held.tags = message, ver, after
        entry = Entry(event, command_id, device_id, ver, frozenset(before) | frozenset(after))
        self.entries.append(entry)
        return entry

    def refer(self, files: set[tuple[UploadId, MessageId]]) -> None:
        self._files |= files

    def flush(self) -> None:
        """Writes all that was gathered: files, tags and messages hang on the journal rows, the head is taken last."""
        if not self.entries:
            return
        head = self.connection.execute(SELECT_HEAD).one()
        rows = self._chained(head.seq, head.hash, head.ts)
        self.connection.execute(INSERT_JOURNAL, rows)
        tags = [{"tag": tag, "seq": e.seq} for e in self.entries for tag in e.tags]
        if tags:
            self.connection.execute(INSERT_JOURNAL_TAG, tags)
        self._write_messages()
        self._write_notices()
        self._write_files()
        last = rows[-1]
        self.connection.execute(UPDATE_HEAD, {"b_seq": last["seq"], "b_hash": last["hash"], "b_ts": last["ts"]})
        self.entries.clear()
        self._tags_before.clear()

    def _chained(self, seq: int, previous: str, ts: datetime) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        for entry in self.entries:
            event = entry.event
            seq, ts = seq + 1, max(ts, event.at)
            salt, payload = self.randomness(16).hex(), to_json(event).decode()
            commit = chain.commit_of(salt, payload)
            actor, kind = event.actor.user_id, event.verb.value
            previous = chain.hash_of(
                previous, seq, ts, actor, entry.device_id, entry.command_id, event.message_id, kind, entry.ver, commit
            )
            entry.seq, entry.rev = seq, chain.rev_of(previous)
            held = self._held[event.message_id]
            if held is not None:
                held.rev = entry.rev
            rows.append(
                {
                    "seq": seq,
                    "ts": ts,
                    "message_id": event.message_id,
                    "kind": kind,
                    "actor_id": actor,
                    "device_id": entry.device_id,
                    "command_id": entry.command_id,
                    "ver": entry.ver,
                    "rev": entry.rev,
                    "salt": salt,
                    "payload": payload,
                    "commit_hash": commit,
                    "hash": previous,
                }
            )
        return rows

    def _write_messages(self) -> None:
        last_seq = {e.event.message_id: e.seq for e in self.entries}
        new, changed = [], []
        for message_id, seq in last_seq.items():
            held = self._held[message_id]
            if held is None:
                continue
            row = _message_row(held, seq)
            if held.fresh:
                new.append(row)
                held.fresh = False
            else:
                changed.append({f"b_{name}": value for name, value in row.items()})
        if new:
            self.connection.execute(INSERT_MESSAGE, new)
        if changed:
            self.connection.execute(UPDATE_MESSAGE, changed)
        self._write_tags(list(last_seq))
        self._forget_drafts(new, changed)

    def _forget_drafts(self, *written: list[dict[str, Any]]) -> None:
        """What people were still writing has no purpose beside a closed message: personal data go with it."""
        names = ("message_id", "stage"), ("b_message_id", "b_stage")
        closed = [row[m] for rows, (m, s) in zip(written, names, strict=True) for row in rows if row[s] == CLOSED]
        if closed:
            self.connection.execute(delete(t.shared_draft).where(t.shared_draft.c.message_id.in_(closed)))

    def _write_tags(self, message_ids: list[MessageId]) -> None:
        gone, come = [], []
        for message_id in message_ids:
            held, before = self._held[message_id], self._tags_before[message_id]
            after = held.tags if held is not None else {}
            for tag, sight in before.items():
                if after.get(tag) != sight:
                    gone.append({"b_tag": tag, "b_message_id": message_id})
            for tag, sight in after.items():
                if before.get(tag) != sight:
                    come.append({"tag": tag, "message_id": message_id, "sight": sight})
        if gone:
            self.connection.execute(DELETE_TAG, gone)
        if come:
            self.connection.execute(INSERT_TAG, come)

    def _write_notices(self) -> None:
        rows = [
            {
                "seq": entry.seq,
                "place": place,
                "message_id": entry.event.message_id,
                "recipient": one.recipient,
                "kind": one.kind.value,
                "params": json.dumps(dict(one.params), ensure_ascii=False),
                "at": entry.event.at,
                "sent_at": None,
            }
            for entry in self.entries
            for place, one in enumerate(entry.event.notices)
        ]
        if rows:
            self.connection.execute(INSERT_NOTICE, rows)

    def _write_files(self) -> None:
        if not self._files:
            return
        known = t.message_file.c
        ids = {upload for upload, _ in self._files}
        present = self.connection.execute(
            select(known.upload_id, known.message_id).where(known.upload_id.in_(ids))
        ).all()
        fresh = self._files - {(UploadId(row.upload_id), MessageId(row.message_id)) for row in present}
        if fresh:
            self.connection.execute(
                insert(t.message_file), [{"upload_id": u, "message_id": m} for u, m in sorted(fresh)]
            )
            self.connection.execute(update(t.upload).where(t.upload.c.upload_id.in_(ids)).values(referenced=True))
        self._files.clear()


CLOSED = Stage.CLOSED.value
# made once: building a statement and naming it for SQLAlchemy's cache costs more than SQLite takes to run it
SELECT_MESSAGE = select(t.message).where(t.message.c.message_id == bindparam("b_message_id")).with_for_update()
SELECT_MESSAGES = (
    select(t.message)
    .where(t.message.c.message_id.in_(bindparam("b_ids", expanding=True)))
    .order_by(t.message.c.message_id)
    .with_for_update()
)
SELECT_FREE_MESSAGES = SELECT_MESSAGES.with_for_update(skip_locked=True)
SELECT_SERIES = select(t.number_series.c.last).where(t.number_series.c.series == APPLICANT_SERIES).with_for_update()
UPDATE_SERIES = (
    update(t.number_series).where(t.number_series.c.series == APPLICANT_SERIES).values(last=bindparam("b_last"))
)
SELECT_HEAD = select(t.journal_head).with_for_update()
UPDATE_HEAD = update(t.journal_head).values(seq=bindparam("b_seq"), hash=bindparam("b_hash"), ts=bindparam("b_ts"))
INSERT_JOURNAL, INSERT_JOURNAL_TAG = insert(t.journal), insert(t.journal_tag)
INSERT_MESSAGE, INSERT_TAG, INSERT_NOTICE = insert(t.message), insert(t.message_tag), insert(t.notice)
MESSAGE_COLUMNS = [column.name for column in t.message.columns]
UPDATE_MESSAGE = (
    update(t.message)
    .where(t.message.c.message_id == bindparam("b_message_id"))
    .values({name: bindparam(f"b_{name}") for name in MESSAGE_COLUMNS if name != "message_id"})
)
DELETE_TAG = delete(t.message_tag).where(
    t.message_tag.c.tag == bindparam("b_tag"), t.message_tag.c.message_id == bindparam("b_message_id")
)


def _message_row(held: Held, seq: int) -> dict[str, Any]:
    message = held.message
    state, applicant = state_columns(message)
    return {
        "message_id": message.message_id,
        "number": message.number,
        "ver": held.ver,
        "rev": held.rev,
        "seq": seq,
        "stage": message.stage.value,
        "organisation": message.owner,
        "external_id": message.external_id,
        "registered_at": message.registered_at,
        "state": state,
        "applicant": applicant,
        "tags": tags_written(held.tags),
        "turns_at": first_turn(message.clocks),
    }
