"""Own undecided commands shown over the server's truth: decided anew by the same rules, until it catches up."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from arm.desk.core import DeskCore
from arm.domain.identity import CommandId, MessageId, OrganisationId
from arm.domain.message import Message
from arm.domain.refusals import Refused
from arm.local.facts import Facts, band_and_due, facts_of
from arm.local.membership import Place, places_of
from arm.local.outbox import HELD, UNSENT, Entry
from arm.local.queues import card
from arm.wire import BadWire, command_from, event_from, message_from

if TYPE_CHECKING:
    from arm.domain.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A message as the central store last showed it."""

    pk: int
    rev: str
    sight: str
    message: Message
    timeline: tuple[Event, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Projected:
    """A message with own commands over it; `standing` is nothing for one that only this desk has."""

    message: Message
    forecast: tuple[Event, ...]
    standing: Standing | None
    facts: Facts
    pk: int
    sight: str

    @property
    def timeline(self) -> tuple[Event, ...]:
        return (*(self.standing.timeline if self.standing else ()), *self.forecast)


class Projection:
    """Kept in memory and made again from work.db and the cache whenever one of them changes."""

    def __init__(self, core: DeskCore) -> None:
        self._core = core
        self._lock = threading.RLock()
        self._projected: dict[str, Projected] = {}
        self._roots: dict[str, str] = {}
        self._entries: dict[str, list[Entry]] = {}
        self._is_loaded = False

    def standing(self, message_id: str) -> Standing | None:
        """The server's truth from the cache."""
        found = card(self._core.store.cache, message_id)
        if found is None:
            return None
        try:
            message = message_from(msgspec.json.decode(found.state))
            events = tuple(event_from(one) for one in msgspec.json.decode(found.timeline))
        except (BadWire, msgspec.MsgspecError):
            return None
        return Standing(pk=found.pk, rev=found.rev, sight=found.sight, message=message, timeline=events)

    def of(self, message_id: str) -> Projected | None:
        self._load()
        with self._lock:
            return self._projected.get(message_id)

    def every(self) -> dict[str, Projected]:
        """All projected messages of this moment."""
        self._load()
        with self._lock:
            return dict(self._projected)

    def entries(self, message_id: str) -> list[Entry]:
        """Own commands on a message that are not archived, oldest first."""
        self._load()
        with self._lock:
            return list(self._entries.get(message_id, ()))

    def root_of(self, message_id: str) -> str | None:
        """The message whose own command gave birth to this one, when it has not come from the store yet."""
        self._load()
        with self._lock:
            root = self._roots.get(message_id)
        return root if root != message_id else None

    def all_entries(self) -> list[Entry]:
        self._load()
        with self._lock:
            found = [entry for entries in self._entries.values() for entry in entries]
        return sorted(found, key=lambda entry: entry.device_seq)

    def reload(self) -> None:
        """Everything anew: after a sign-in, a new directory, a first sync."""
        with self._lock:
            self._is_loaded = False
        self._load()

    def refresh(self, message_ids: Iterable[str]) -> None:
        """Those messages anew, with what was born of them."""
        self._load()
        with self._lock:
            roots = {self._roots.get(one, one) for one in message_ids}
            # noted before they are forgotten: what was done with a part of a split message belongs to it
            family = roots | {one for one, of in self._roots.items() if of in roots}
            for one in family:
                self._projected.pop(one, None)
                self._roots.pop(one, None)
            self._read_entries()
            self._project([entry for entry in self._ordered() if entry.message_id in family])

    def _load(self) -> None:
        with self._lock:
            if self._is_loaded or not self._core.is_open:
                return
            self._projected.clear()
            self._roots.clear()
            self._read_entries()
            if self._core.has_directory:
                self._project(self._ordered())
            self._is_loaded = True

    def _read_entries(self) -> None:
        self._entries = {}
        work = self._core.store.work
        for entry in (*work.outbox.open_entries(), *(one.entry for one in work.holding.all())):
            self._entries.setdefault(entry.message_id, []).append(entry)

    def _ordered(self) -> list[Entry]:
        found = [entry for entries in self._entries.values() for entry in entries]
        return sorted(found, key=lambda entry: entry.device_seq)

    def _project(self, entries: list[Entry]) -> None:
        if not self._core.has_directory:
            return
        for entry in entries:
            self._project_one(entry)

    def _project_one(self, entry: Entry) -> None:
        from arm.domain.commands import Register
        from arm.domain.decide import Setting, decide

        present = self._projected.get(entry.message_id)
        standing = present.standing if present else self.standing(entry.message_id)
        if not self._is_to_show(entry, standing):
            return
        message = present.message if present else standing.message if standing else None
        try:
            command = command_from(entry.verb, msgspec.json.decode(entry.payload))
        except BadWire:
            return
        if isinstance(command, Register) and message is not None:
            return
        regulation = self._core.rules.of(message) if message else self._core.rules.in_force(self._home())
        setting = Setting(
            regulation=regulation,
            directory=self._core.directory,
            now=self._made_at(entry),
            command_id=CommandId(entry.command_id),
            new_number=lambda: entry.number,
        )
        events = decide(MessageId(entry.message_id), message, command, self._core.actor(), setting)
        if not isinstance(events, Refused):
            self._take(entry.message_id, events)

    def _is_to_show(self, entry: Entry, standing: Standing | None) -> bool:
        """Undecided, or decided and not in the cache yet (P20). What the cache holds already is never shown twice."""
        if entry.state not in (HELD, UNSENT, "accepted"):
            return False
        held = standing is not None and any(one.command_id == entry.command_id for one in standing.timeline)
        if held or (standing is not None and entry.state == "accepted" and standing.rev == entry.result_rev):
            return False
        reached = int(self._core.store.cache.kept("reached_seq") or b"0")
        if entry.state in (HELD, UNSENT) or (entry.result_seq is not None and entry.result_seq > reached):
            return True
        # a store that was restored counts anew: what isn't archived and the cache doesn't hold is still ours to show
        return entry.verb == "register" if standing is None else standing.sight == "full"

    def _home(self) -> OrganisationId | None:
        grants = self._core.person().grants
        return grants[0].organisation if grants else None

    def _made_at(self, entry: Entry) -> datetime:
        """The command's moment by the central store's clock, never after now."""
        made = datetime.fromisoformat(entry.created_at) - timedelta(seconds=self._core.time.skew_s)
        return min(made, self._core.now())

    def take(self, entry: Entry, events: tuple[Event, ...]) -> None:
        """A command that has just been written, with the events it was decided to."""
        self._load()
        with self._lock:
            known = self._entries.setdefault(entry.message_id, [])
            # a page applied meanwhile may have read it from work.db already
            if all(one.command_id != entry.command_id for one in known):
                known.append(entry)
                self._take(entry.message_id, events)

    def _take(self, root: str, events: tuple[Event, ...]) -> None:
        from arm.domain.decide import apply

        origin = self._roots.get(root, root)
        for event in events:
            forecast = replace(event, is_forecast=True)
            present = self._projected.get(event.message_id)
            standing = present.standing if present else self.standing(event.message_id)
            if event.born is not None and standing is not None:
                continue
            message = present.message if present else standing.message if standing else None
            after = apply(message, forecast)
            self._roots[event.message_id] = origin
            self._projected[event.message_id] = self._shown(
                after, (*(present.forecast if present else ()), forecast), standing
            )

    def _shown(self, message: Message, forecast: tuple[Event, ...], standing: Standing | None) -> Projected:
        classifier = self._core.directory.classifier
        topic = classifier.title(message.category, message.subcategory) if message.category else ""
        facts = facts_of(message, topic)
        pk = standing.pk if standing else ((facts.registered // 1_000_000) << 20) + (1 << 19) + _small(message)
        return Projected(
            message=message,
            forecast=forecast,
            standing=standing,
            facts=facts,
            pk=pk,
            sight=standing.sight if standing else "full",
        )

    def places(self, one: Projected) -> frozenset[Place]:
        """Where a projected message stands in the queues now."""
        viewer = self._core.store.replica.viewer
        if viewer is None:
            return frozenset()
        band, due = band_and_due(one.facts, self._core.now())
        return places_of(one.message, one.facts, one.sight, viewer, band, due)


def _small(message: Message) -> int:
    """A number of its own within the second for a message that has no row yet."""
    return sum(message.message_id.encode()) & 0xFFFF
