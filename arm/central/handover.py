"""Drafts handed over: answers under way kept for whoever holds the message next, and for nobody else (F48, P19)."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, delete, insert, select, update

from arm.central import tables as t
from arm.central.access import Principal
from arm.central.engine import writing
from arm.central.problems import Trouble
from arm.central.reading import asker
from arm.central.reference import Reference
from arm.central.sighted import looked_up, seen_whole
from arm.central.states import message_of
from arm.central.store import Store
from arm.domain.actions import actions
from arm.domain.decide import Setting
from arm.domain.directory import Directory
from arm.domain.identity import Actor, CommandId, MessageId, Person, Role, UserId
from arm.domain.message import Message
from arm.domain.verbs import Verb
from arm.domain.visibility import Sight
from arm.wire_between import DraftsAnswer, DraftShare, SharedDraft

FORMS: dict[str, tuple[Verb, ...]] = {"answer": (Verb.SUBMIT,), "decision": (Verb.APPROVE, Verb.ENDORSE)}
"""The forms of answers, and the steps of which one must be open to a person who writes in them."""
MOST_BYTES = 128 * 1024
MOST_FIELDS = 40
MOST_OF_ONE = 8
"""Drafts of one author on one message; a further one takes the place of his oldest."""
MOST_SHOWN = 20


class Handover:
    """Drafts are personal data: only the content last saved is kept, and it goes when the message is closed."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def share(self, who: Principal, message_id: MessageId, draft_id: str, shared: DraftShare) -> SharedDraft:
        """The author's newest content of one draft; what is older than the kept one changes nothing.

        Trouble: not_found for a message he doesn't see (unless he had it before, F48) and for another's draft,
        not_the_writer (403) when the answer isn't his to write, too_large (413), bad_wire (422).
        """
        _check(draft_id, shared)
        with self._writing() as (connection, reference, now):
            message = _author_at(connection, reference, who, message_id, shared.form, self._store, now)
            known = t.shared_draft.c
            asked = select(t.shared_draft).where(known.draft_id == draft_id).with_for_update()
            row = connection.execute(asked).first()
            if row is not None and (row.author_id, row.message_id) != (who.user_id, message_id):
                raise Trouble(404, "not_found")
            # a clock that runs ahead must not keep what is typed later from winning
            saved_at = min(shared.saved_at, now)
            content = msgspec.json.encode({"owner": message.owner, "fields": shared.fields}).decode()
            values = {"form": shared.form, "content": content, "saved_at": saved_at}
            if row is None:
                _make_room(connection, who.user_id, message_id)
                key = {"draft_id": draft_id, "message_id": message_id, "author_id": who.user_id}
                connection.execute(insert(t.shared_draft).values(key | values))
            elif saved_at >= row.saved_at:
                connection.execute(update(t.shared_draft).where(known.draft_id == draft_id).values(values))
            kept = connection.execute(select(t.shared_draft).where(known.draft_id == draft_id)).one()
            return _shown(kept, reference.directory)

    def of_message(self, who: Principal, message_id: MessageId) -> DraftsAnswer:
        """Drafts in the forms that the asker may write in now, newest first; his own ones of other devices too.

        Trouble(not_found) for a message that he doesn't see whole. Who may only look gets an empty list.
        """
        now = self._store.clock()
        with self._store.snapshot() as (connection, reference):
            rows = _visible(connection, reference, who, message_id, self._store, now)
            return DraftsAnswer(drafts=[_shown(row, reference.directory) for row in rows])

    def take(self, who: Principal, message_id: MessageId, draft_id: str) -> SharedDraft:
        """Marks that the asker goes on with this draft, for its author to learn; not_found as in `of_message`."""
        with self._writing() as (connection, reference, now):
            rows = _visible(connection, reference, who, message_id, self._store, now)
            row = next((one for one in rows if one.draft_id == draft_id), None)
            if row is None:
                raise Trouble(404, "not_found")
            known = t.shared_draft.c
            if row.author_id != who.user_id:
                taken = {"taken_by": who.user_id, "taken_at": now}
                connection.execute(update(t.shared_draft).where(known.draft_id == draft_id).values(taken))
            kept = connection.execute(select(t.shared_draft).where(known.draft_id == draft_id)).first()
            if kept is None:
                raise Trouble(404, "not_found")
            return _shown(kept, reference.directory)

    def withdraw(self, who: Principal, message_id: MessageId, draft_id: str) -> None:
        """The author takes his draft back: it was sent, or thrown away; not_found for anybody else's."""
        known = t.shared_draft.c
        own = (known.draft_id == draft_id, known.message_id == message_id, known.author_id == who.user_id)
        with self._writing() as (connection, reference, _now):
            asker(reference, who)
            if not connection.execute(delete(t.shared_draft).where(*own)).rowcount:
                raise Trouble(404, "not_found")

    def own(self, who: Principal) -> DraftsAnswer:
        """What the asker has handed over and who took it, without the content, newest first."""
        known = t.shared_draft.c
        with self._store.snapshot() as (connection, reference):
            asker(reference, who)
            asked = select(t.shared_draft).where(known.author_id == who.user_id).order_by(known.saved_at.desc())
            rows = connection.execute(asked.limit(200)).all()
            return DraftsAnswer(drafts=[_shown(row, reference.directory, is_bare=True) for row in rows])

    @contextmanager
    def _writing(self) -> Iterator[tuple[Connection, Reference, datetime]]:
        with writing(self._store.engine) as connection:
            version = connection.scalar(select(t.store.c.directory_version))
            yield connection, self._store.shelf.reference(connection, version or 0), self._store.clock()


def _check(draft_id: str, shared: DraftShare) -> None:
    try:
        is_uuid = str(uuid.UUID(draft_id)) == draft_id
    except ValueError:
        is_uuid = False
    if not is_uuid:
        raise Trouble(422, "bad_wire", "not a UUID", field="draft_id")
    if shared.form not in FORMS:
        raise Trouble(422, "bad_wire", field="form")
    if shared.saved_at.tzinfo is None:
        raise Trouble(422, "bad_wire", "no time zone", field="saved_at")
    size = sum(len(name.encode()) + len(text.encode()) for name, text in shared.fields.items())
    if size > MOST_BYTES or len(shared.fields) > MOST_FIELDS:
        raise Trouble(413, "too_large", str(MOST_BYTES), field="fields")


def _author_at(
    connection: Connection,
    reference: Reference,
    who: Principal,
    message_id: MessageId,
    form: str,
    store: Store,
    now: datetime,
) -> Message:
    """The message, if the draft of its answer may be the asker's; the message keeps its stage meanwhile."""
    person, row, sight = looked_up(connection, reference, who, message_id, now, holds_still=True)
    if row is None:
        raise Trouble(404, "not_found")
    message = message_of(row.state, row.applicant)
    if sight is Sight.FULL and form in _writes(connection, reference, person, message, store, now):
        return message
    if form == "answer" and message.is_open and _had_it(connection, person, message, reference.directory):
        return message
    if sight is Sight.FULL:
        raise Trouble(403, "not_the_writer")
    raise Trouble(404, "not_found")


def _writes(
    connection: Connection, reference: Reference, person: Person, message: Message, store: Store, now: datetime
) -> frozenset[str]:
    """The forms that this person may write in now, by the rows of the process open to him."""
    if not message.is_open:
        return frozenset()
    setting = Setting(
        regulation=store.shelf.regulation(connection, message.regulation),
        directory=reference.directory,
        now=now,
        command_id=CommandId(""),
        new_number=lambda: "",
    )
    open_now = {one.verb for one in actions(message, Actor(person), setting) if one.enabled}
    return frozenset(form for form, verbs in FORMS.items() if not open_now.isdisjoint(verbs))


def _had_it(connection: Connection, person: Person, message: Message, directory: Directory) -> bool:
    """Whether this colleague of the present holder was its executor, or stood in for one, before it went on (F48)."""
    here = message.owner
    if not any(g.organisation == here and g.role in (Role.EXECUTOR, Role.COORDINATOR) for g in person.grants):
        return False
    stood_for = {s.absent for s in directory.substitutions if s.substitute == person.user_id and s.organisation == here}
    names = {person.user_id, *stood_for}
    known = t.journal.c
    for payload in connection.scalars(select(known.payload).where(known.message_id == message.message_id)):
        if payload and not names.isdisjoint(_executors_in(msgspec.json.decode(payload))):
            return True
    return False


def _executors_in(entry: dict[str, Any]) -> Iterator[str]:
    """Everybody whom an entry of the journal names as executor, or who acted as one."""
    actor = entry.get("actor") or {}
    yield from filter(None, (entry.get("executor"), (entry.get("command") or {}).get("executor")))
    if actor.get("role") == Role.EXECUTOR or entry.get("verb") == Verb.TAKE:
        yield actor.get("user_id", "")


def _make_room(connection: Connection, author: UserId, message_id: MessageId) -> None:
    known = t.shared_draft.c
    asked = select(known.draft_id).where(known.message_id == message_id, known.author_id == author)
    over = connection.scalars(asked.order_by(known.saved_at.desc()).offset(MOST_OF_ONE - 1)).all()
    if over:
        connection.execute(delete(t.shared_draft).where(known.draft_id.in_(over)))


def _visible(
    connection: Connection, reference: Reference, who: Principal, message_id: MessageId, store: Store, now: datetime
) -> list[Row[Any]]:
    """Drafts that the asker may see: of a form that is his to write, written where the message still is."""
    person, row = seen_whole(connection, reference, who, message_id, now)
    message = message_of(row.state, row.applicant)
    forms = _writes(connection, reference, person, message, store, now)
    if not forms:
        return []
    known = t.shared_draft.c
    asked = select(t.shared_draft).where(known.message_id == message_id, known.form.in_(forms))
    rows = connection.execute(asked.order_by(known.saved_at.desc(), known.draft_id)).all()
    # another organisation's unsent words stay there when the message has left it, as its internal notes do
    return [one for one in rows if msgspec.json.decode(one.content)["owner"] == message.owner][:MOST_SHOWN]


def _shown(row: Row[Any], directory: Directory, *, is_bare: bool = False) -> SharedDraft:
    taken_by = UserId(row.taken_by) if row.taken_by else None
    return SharedDraft(
        draft_id=row.draft_id,
        message_id=MessageId(row.message_id),
        author_id=UserId(row.author_id),
        author=directory.name(UserId(row.author_id)),
        form=row.form,
        fields={} if is_bare else msgspec.json.decode(row.content)["fields"],
        saved_at=row.saved_at,
        taken_by=taken_by,
        taken_name=directory.name(taken_by),
        taken_at=row.taken_at,
    )
