"""`Central`: the central store in process, the one object behind HTTP, imports, the demonstration and the tests."""

from __future__ import annotations

import json
import secrets
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from sqlalchemy import Connection, Engine, func, select, update

from arm.central import decisions, reading
from arm.central import tables as t
from arm.central.access import (
    Acquaintances,
    Principal,
    check_guesses,
    count_guess,
    folded,
    guessed_at,
    issue_token,
    judge,
    principal,
    revoke,
    take_device,
    tokens,
)
from arm.central.acting import Act, act_batch
from arm.central.engine import reading as read_only
from arm.central.engine import writing
from arm.central.handover import Handover
from arm.central.numbers import read as read_number
from arm.central.presence import Presence
from arm.central.problems import Trouble
from arm.central.pushing import push
from arm.central.reference import Reference
from arm.central.security import WATCHED, note
from arm.central.states import message_of
from arm.central.store import Store
from arm.central.strays import Strays
from arm.central.uploads import Uploads
from arm.domain.commands import Command
from arm.domain.decide import Setting
from arm.domain.directory import Directory
from arm.domain.events import Event
from arm.domain.identity import CommandId, MessageId, OrganisationId, UserId
from arm.domain.message import Message, Stage
from arm.domain.regulation import Regulation
from arm.wire import (
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
    event_from,
    from_json,
    to_json,
)

__all__ = ["Act", "Central", "StoredNotice"]


def wall_clock() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class StoredNotice:
    """A notice as it was stored with its event."""

    message_id: MessageId
    recipient: str
    kind: str
    params: dict[str, str]
    at: datetime


class Central:
    """Everything that is asked of a central store, without HTTP."""

    def __init__(
        self,
        engine: Engine,
        files: Path,
        *,
        clock: Callable[[], datetime] | None = None,
        randomness: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self.store = Store(engine, clock or wall_clock, randomness)
        self.acquaintances = Acquaintances()
        self.uploads = Uploads(self.store, files)
        self.presence, self.handover = Presence(self.store), Handover(self.store)
        self.strays = Strays(self.store)

    def __enter__(self) -> Central:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self.store.engine.dispose()

    def now(self) -> datetime:
        return self.store.clock()

    # who asks

    def sign_in(self, asked: SignInRequest) -> SignInAnswer:
        """A token for this user and device; Trouble(wrong_password), (throttled), (device_of_other_user).

        With it comes the device's escrow key (P32), or Trouble(device_revoked), 410.
        """
        now = self.now()
        with read_only(self.store.engine) as connection:
            known = t.person.c
            row = connection.execute(select(t.person).where(known.login == folded(asked.login))).first()
            key = guessed_at(connection, asked, UserId(row.user_id) if row is not None else None)
            check_guesses(connection, key, now)
            store_id = connection.scalar(select(t.store.c.store_id)) or ""
        right = self.store.passwords.fits(row.password_hash if row is not None else "", asked.password)
        right = right and row is not None and row.active and not row.service
        with writing(self.store.engine) as connection:
            check_guesses(connection, key, now, locks=True)
            count_guess(connection, key, now, right=right)
            if right and row is not None:
                device = take_device(connection, UserId(row.user_id), asked, now, self.store.randomness)
                token, expires_at = issue_token(connection, UserId(row.user_id), asked.device_id, "desk", now)
        if not right or row is None:
            raise Trouble(401, "wrong_password")
        return SignInAnswer(
            token=token,
            store_id=store_id,
            user_id=UserId(row.user_id),
            full_name=row.full_name,
            position=row.position,
            device=device[0],
            server_time=self.now(),
            expires_at=expires_at,
            escrow_key=device[1],
        )

    def principal(self, token: str, device_id: str = "") -> Principal:
        with read_only(self.store.engine) as connection:
            return principal(connection, token, device_id, self.now())

    def acquainted(self, token: str, device_id: str) -> Principal:
        """A desk by a token that is good, or was a moment ago: then it is judged where its request is done."""
        known = self.acquaintances.find(token, device_id)
        if known is None:
            known = self.principal(token, device_id)
            if known.kind == "desk":
                self.acquaintances.keep(known)
        return known

    @contextmanager
    def _snapshot(self, who: Principal) -> Iterator[tuple[Connection, Reference]]:
        """A snapshot for a desk whose token is good in it."""
        with self.store.snapshot() as (connection, reference):
            if not who.is_judged:
                judge(tokens(connection, [who.token_hash]).get(who.token_hash), who.device_id, self.now())
            yield connection, reference

    def sign_out(self, who: Principal) -> None:
        with writing(self.store.engine) as connection:
            revoke(connection, who.token_hash, self.now())

    # a desk's conversation

    def handle_push(self, who: Principal, request: PushRequest) -> PushAnswer:
        """Decisions; a forged, cloned or rolled-back desk is noted for the administrator."""
        try:
            return push(self.store, who, request)
        except Trouble as wrong:
            if wrong.code in WATCHED:
                note(self.store, wrong.code, who)
            raise

    def handle_pull(self, who: Principal, cursor: str = "", limit: int = 200) -> PullAnswer:
        return from_json(self.written_pull(who, cursor, limit), PullAnswer)

    def handle_manifest(self, who: Principal, bucket: int | None = None) -> Manifest:
        return from_json(self.written_manifest(who, bucket), Manifest)

    def handle_fetch(self, who: Principal, request: FetchRequest) -> FetchAnswer:
        return from_json(self.written_fetch(who, request), FetchAnswer)

    def handle_digests(self, who: Principal) -> Digests:
        with self._snapshot(who) as (connection, reference):
            return reading.digests(connection, reference, who, self.now())

    # the same answers as they go over the wire

    def written_pull(self, who: Principal, cursor: str, limit: int) -> bytes:
        with self._snapshot(who) as (connection, reference):
            answer, is_fork = reading.pull(connection, reference, who, cursor, limit, self.now())
        if is_fork:
            note(self.store, "history_fork", who)
        return to_json(answer)

    def written_manifest(self, who: Principal, bucket: int | None = None) -> bytes:
        """A desk asks for one bucket only after its copy differed from the digests: a bug by definition (P17)."""
        with self._snapshot(who) as (connection, reference):
            answer = reading.manifest(connection, reference, who, self.now(), bucket)
        if bucket is not None:
            note(self.store, "sync_divergence", who, bucket=str(bucket))
        return to_json(answer)

    def written_fetch(self, who: Principal, request: FetchRequest) -> bytes:
        with self._snapshot(who) as (connection, reference):
            answer = reading.fetch(connection, reference, who, request, self.now())
        return to_json(answer)

    def handle_directory(self, who: Principal) -> DirectoryAnswer:
        with self.store.snapshot() as (connection, reference):
            return reading.directory(connection, reference, who)

    def handle_decisions(self, who: Principal, after: int) -> list[Decision]:
        with read_only(self.store.engine) as connection:
            return decisions.of_device(connection, who.device_id, after, 1000)

    def handle_report(self, who: Principal, report: DeviceReport) -> None:
        """What happened to a desk's files (P23): kept with the device, and noted for the administrator."""
        written = to_json(report).decode()
        with writing(self.store.engine) as connection:
            connection.execute(update(t.device).where(t.device.c.device_id == who.device_id).values(report=written))
        note(self.store, f"desk_{report.kind}", who, commands=str(report.commands), missing=str(len(report.missing)))

    def head(self) -> int:
        with read_only(self.store.engine) as connection:
            return connection.scalar(select(t.journal_head.c.seq)) or 0

    def mark(self) -> tuple[int, int]:
        """The journal's head and the directory's version: what the live channel watches."""
        with read_only(self.store.engine) as connection:
            head = select(t.journal_head.c.seq).scalar_subquery()
            row = connection.execute(select(head, t.store.c.directory_version)).one()
            return row[0], row[1]

    def handle_wait_mark(self, who: Principal, cursor: str) -> tuple[int, int] | None:
        """The mark a cursor stands at; None when the desk should pull at once."""
        with self._snapshot(who) as (connection, reference):
            return reading.standing(connection, reference, who, cursor, self.now())

    # acting inside the store

    def act(
        self,
        user_id: str,
        message_id: MessageId,
        command: Command,
        *,
        at: datetime | None = None,
        command_id: CommandId | None = None,
    ) -> Decision:
        """One command on what stands now; `user_id` may be `applicant` or `system`."""
        return self.act_many([Act(UserId(user_id), message_id, command, at, command_id)])[0]

    def act_many(self, acts: Iterable[Act], batch: int = 200) -> list[Decision]:
        """Many commands, one transaction per batch; a command id decided before gives its stored decision."""
        waiting: list[Act] = []
        made: list[Decision] = []
        for one in acts:
            waiting.append(one)
            if len(waiting) >= batch:
                made += act_batch(self.store, waiting)
                waiting = []
        return made + (act_batch(self.store, waiting) if waiting else [])

    # looking inside the store

    def message(self, message_id: MessageId) -> Message | None:
        return self.messages([message_id]).get(message_id)

    def messages(self, message_ids: Sequence[MessageId]) -> dict[MessageId, Message]:
        known = t.message.c
        with read_only(self.store.engine) as connection:
            rows = connection.execute(
                select(known.message_id, known.state, known.applicant).where(known.message_id.in_(message_ids))
            )
            return {MessageId(row.message_id): message_of(row.state, row.applicant) for row in rows}

    def timeline(self, message_id: MessageId) -> tuple[Event, ...]:
        known = t.journal.c
        with read_only(self.store.engine) as connection:
            payloads = connection.scalars(
                select(known.payload).where(known.message_id == message_id).order_by(known.seq)
            )
            return tuple(event_from(json.loads(one)) for one in payloads if one)

    def notices(self, message_id: MessageId) -> list[StoredNotice]:
        known = t.notice.c
        with read_only(self.store.engine) as connection:
            rows = connection.execute(
                select(t.notice).where(known.message_id == message_id).order_by(known.seq, known.place)
            )
            return [StoredNotice(message_id, row.recipient, row.kind, json.loads(row.params), row.at) for row in rows]

    def message_ids(
        self, stage: Stage | None = None, organisation: OrganisationId | None = None, limit: int | None = None
    ) -> list[MessageId]:
        """Ids in the order of registration."""
        known = t.message.c
        asked = select(known.message_id).order_by(known.registered_at, known.message_id).limit(limit)
        if stage is not None:
            asked = asked.where(known.stage == stage.value)
        if organisation is not None:
            asked = asked.where(known.organisation == organisation)
        with read_only(self.store.engine) as connection:
            return [MessageId(one) for one in connection.scalars(asked)]

    def id_of_number(self, number: str) -> MessageId | None:
        """The message of a number as somebody typed it; None when it is mistyped or unknown."""
        written = read_number(number)
        with read_only(self.store.engine) as connection:
            found = connection.scalar(select(t.message.c.message_id).where(t.message.c.number == written))
        return MessageId(found) if found else None

    def counts(self) -> dict[str, int]:
        """How many messages stand in each stage."""
        with read_only(self.store.engine) as connection:
            rows = connection.execute(select(t.message.c.stage, func.count()).group_by(t.message.c.stage))
            return {stage: number for stage, number in rows}

    def directory(self) -> Directory:
        with self.store.snapshot() as (_, reference):
            return reference.directory

    def regulation(self, reference: str) -> Regulation:
        """By `name@version`; LookupError when unknown."""
        with read_only(self.store.engine) as connection:
            return self.store.shelf.regulation(connection, reference)

    def regulation_for(self, organisation: OrganisationId) -> Regulation:
        """The regulation in force there; LookupError when none is."""
        with self.store.snapshot() as (connection, reference):
            named = reference.regulation_reference(organisation)
            if named is None:
                raise LookupError(organisation)
            return self.store.shelf.regulation(connection, named)

    def setting(self, where: Message | OrganisationId, at: datetime | None = None) -> Setting:
        """What `domain.actions` asks for; it gives no numbers."""
        return Setting(
            regulation=self._regulation_at(where),
            directory=self.directory(),
            now=at or self.now(),
            command_id=CommandId(str(uuid.uuid4())),
            new_number=lambda: "",
        )

    def _regulation_at(self, where: Message | OrganisationId) -> Regulation:
        return self.regulation(where.regulation) if isinstance(where, Message) else self.regulation_for(where)
