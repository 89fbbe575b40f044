"""What is true, worked out apart from the code under test: states read from the file, visibility by the domain alone.

It reads no tag table and asks no answer of the central store; its own connection sees what was committed.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from arm.central.engine import make_engine, reading
from arm.central.reference import read_reference
from arm.domain.decide import apply
from arm.domain.directory import Directory
from arm.domain.message import Delivery, Message
from arm.domain.visibility import Sight, Viewer, shown
from arm.verify.sim.chance import Violation
from arm.wire import event_from, message_from, plain

CANARY = re.compile(rb"zq[tacsqn][0-9a-f]{10}")


@dataclass(frozen=True, slots=True)
class Bird:
    """A canary: whose text it stands in, and what kind of text that is.

    Kinds: t the applicant's text, a his name, c an inner comment or reason, s an answer, q a question to another body,
    n a draft that never leaves the desk.
    """

    kind: str
    messages: frozenset[str]


@dataclass
class Known:
    """One message as the store holds it."""

    message: Message
    rev: str
    ver: int


@dataclass
class Oracle:
    """Truth about one store file; `look` brings it up to date."""

    file: Path
    birds: dict[bytes, Bird] = field(default_factory=dict)
    known: dict[str, Known] = field(default_factory=dict)
    ever: dict[str, set[str]] = field(default_factory=dict)
    """user → ids of messages that he was entitled to see at some moment."""
    parts: dict[str, set[str]] = field(default_factory=dict)
    """message → those it was split into, which keep its applicant."""
    past: dict[str, list[Message]] = field(default_factory=dict)
    """message → every state it went through, restored histories included"""
    directory: Directory = field(default_factory=Directory)
    _raw: sqlite3.Connection | None = None
    _seen: tuple[int, int] = (0, 0)
    _viewers: dict[str, tuple[datetime, int, Viewer]] = field(default_factory=dict)

    def open(self) -> None:
        self.close()
        self._raw = sqlite3.connect(self.file, isolation_level=None)
        self._seen = (0, 0)
        self.known.clear()

    def close(self) -> None:
        if self._raw is not None:
            self._raw.close()
            self._raw = None

    @property
    def is_open(self) -> bool:
        return self._raw is not None

    def rows(self, sql: str, given: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
        if self._raw is None:
            raise RuntimeError("the oracle is closed")
        return self._raw.execute(sql, tuple(given)).fetchall()

    def look(self, users: Iterable[str], at: datetime) -> None:
        """Reads what was committed since; notes who may see what now."""
        head, version = self.rows("SELECT h.seq, s.directory_version FROM journal_head h, store s")[0]
        changed_after, known_version = self._seen
        if version != known_version:
            self.directory = self._directory()
            self._viewers.clear()
        passed: dict[str, list[Message]] = {}
        if head != changed_after:
            passed = self._replayed(changed_after)
            for message_id, rev, ver, state, applicant in self.rows(
                "SELECT message_id, rev, ver, state, applicant FROM message WHERE seq > ?", (changed_after,)
            ):
                self._bind(message_id, f"{state}{applicant or ''}".encode())
                self._take(message_id, Known(message_from(_whole(state, applicant)), rev, ver), passed)
        self._seen = (head, version)
        for message_id, states in passed.items():
            self.past.setdefault(message_id, []).extend(states)
        for user in users:
            viewer, seen = self.viewer(user, at), self.ever.setdefault(user, set())
            if viewer is None:
                continue
            seen.update(one for one, states in passed.items() if any(viewer.sight(state) for state in states))
            if version != known_version:
                seen.update(one for one, known in self.known.items() if viewer.sight(known.message))

    def was_once_his(self, message_id: str, user: str, at: datetime) -> bool:
        """Whether his present rights would have shown him some past state of it.

        Rights that were taken away and given back meanwhile seal the same cursor: then its id alone may come.
        """
        viewer = self.viewer(user, at)
        return viewer is not None and any(viewer.sight(state) for state in self.past.get(message_id, ()))

    def _replayed(self, after: int) -> dict[str, list[Message]]:
        """The reference: what each new journal row made of its message, by the domain's own `apply`, row by row.

        Several rows may have been committed at once: whoever was entitled between two of them was entitled.
        """
        passed: dict[str, list[Message]] = {}
        for message_id, payload in self.rows(
            "SELECT message_id, payload FROM journal WHERE seq > ? ORDER BY seq", (after,)
        ):
            before = passed[message_id][-1] if message_id in passed else None
            if before is None and message_id in self.known:
                before = self.known[message_id].message
            passed.setdefault(message_id, []).append(apply(before, event_from(json.loads(payload))))
        return passed

    def _take(self, message_id: str, stored: Known, passed: dict[str, list[Message]]) -> None:
        if message_id in passed and passed[message_id][-1] != stored.message:
            raise Violation("I10", "a stored message is not what its journal rows make of it")
        self.known[message_id] = stored

    def _bind(self, message_id: str, raw: bytes) -> None:
        """Canaries of a registration whose id nobody was told, since its desk crashed meanwhile."""
        for one in CANARY.findall(raw):
            bird = self.birds.get(one)
            if bird is not None and bird.messages == {""}:
                self.birds[one] = Bird(bird.kind, frozenset({message_id}))

    def _directory(self) -> Directory:
        engine = make_engine(f"sqlite:///{self.file}")
        with reading(engine) as connection:
            found = read_reference(connection).directory
        engine.dispose()
        return found

    def viewer(self, user: str, at: datetime) -> Viewer | None:
        """The person as he stands at a moment; None for one who works here no more."""
        found = self._viewers.get(user)
        if found is not None and found[0] == at:
            return found[2]
        person = self.directory.people.get(user)  # type: ignore[call-overload]
        if person is None or not person.active:
            return None
        made = Viewer(person, self.directory, at)
        self._viewers[user] = (at, 0, made)
        return made

    def visible(self, user: str, at: datetime) -> dict[str, Sight]:
        """Everything that he may see at that moment, with how much of it."""
        viewer = self.viewer(user, at)
        if viewer is None:
            return {}
        found = {one: viewer.sight(known.message) for one, known in self.known.items()}
        seen = {one: sight for one, sight in found.items() if sight is not None}
        self.ever.setdefault(user, set()).update(seen)
        return seen

    def strangers_in(self, raw: bytes, user: str, at: datetime) -> str:
        """The first canary among the bytes that this person must not read now; empty when there is none."""
        found = set(CANARY.findall(raw))
        if not found:
            return ""
        sights = self.visible(user, at)
        for one in sorted(found):
            bird = self.birds.get(one)
            places = self._places_of(bird)
            if bird is None or not any(self._may_read(bird.kind, m, sights.get(m)) for m in places):
                return f"{one.decode()} of {sorted(bird.messages) if bird else '?'}"
        return ""

    def _places_of(self, bird: Bird | None) -> set[str]:
        found = set(bird.messages) if bird is not None else set()
        if bird is not None and bird.kind == "a":
            waiting = list(found)
            for one in waiting:
                waiting += self.parts.get(one, set()) - found
                found |= self.parts.get(one, set())
        return found

    def _may_read(self, kind: str, message_id: str, sight: Sight | None) -> bool:
        if sight is None:
            return False
        if sight is Sight.FULL:
            return kind != "n"
        message = self.known[message_id].message
        if kind == "t":
            return sight in (Sight.HISTORY, Sight.STATUS)
        if kind == "a":
            return sight is Sight.STATUS and message.delivery is not Delivery.CABINET
        if kind == "s":
            return sight in (Sight.HISTORY, Sight.STATUS)
        if kind == "c":
            return sight is Sight.HISTORY
        return kind == "q" and sight is not Sight.BARE

    def card(self, message_id: str, user: str, at: datetime) -> tuple[str, str, dict[str, Any], list[dict[str, Any]]]:
        """(rev, sight, state, timeline) that this person's cache must hold of a message."""
        known, viewer = self.known[message_id], self.viewer(user, at)
        sight = viewer.sight(known.message) if viewer is not None else None
        if viewer is None or sight is None:
            raise LookupError(message_id)
        entries = [
            json.loads(payload) | {"born": None}
            for (payload,) in self.rows("SELECT payload FROM journal WHERE message_id = ? ORDER BY seq", (message_id,))
            if payload
        ]
        events = tuple(event_from(one) for one in entries)
        message, kept = shown(known.message, events, sight, viewer.organisations)
        timeline = entries if sight is Sight.FULL else [plain(one) for one in kept]
        return known.rev, sight.value, plain(message), timeline


def _whole(state: str, applicant: str | None) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(state)
    if applicant:
        person = json.loads(applicant)
        values["applicant"] = person
        if values.get("last_step"):
            values["last_step"]["before"]["applicant"] = person
    return values
