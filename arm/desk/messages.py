"""Messages at the desk: queues, cards, why a message is due, similar ones."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

from arm.desk.core import DeskCore
from arm.desk.pending import pending_of
from arm.desk.projection import Projected, Projection, Standing
from arm.desk.queues import Queues
from arm.desk.rows import Rows
from arm.desk.spaces import workspaces_of
from arm.desk.values import CardView, Changes, Counter, QueuePage, QueueQuery, QueueRow, WhyView
from arm.domain.identity import CommandId, MessageId
from arm.domain.message import Message, Stage
from arm.domain.verbs import Verb
from arm.local.search import by_number, similar
from arm.settings import resource_path

if TYPE_CHECKING:
    from arm.domain.decide import Setting
    from arm.domain.events import Event
    from arm.domain.highlights import Highlight, Lexicon

DEFAULT_ZONE = "Europe/Moscow"


@cache
def _lexicon() -> Lexicon:
    from arm.domain.highlights import load_lexicon

    return load_lexicon(resource_path("moderation", "abuse.toml").read_text(encoding="utf-8"))


def _highlights(message: Message) -> tuple[Highlight, ...]:
    from arm.domain.highlights import Known, highlights

    who = message.applicant
    known = Known(
        phone=who.phone if who else "",
        email=who.email if who else "",
        address=message.address,
        lexicon=_lexicon(),
    )
    return highlights(message.text, known)


class MessagesDesk:
    def __init__(self, core: DeskCore, projection: Projection) -> None:
        self._core = core
        self._projection = projection
        self._rows = Rows(core, projection)
        self._queues = Queues(core, projection, self._rows)

    def queue_page(self, query: QueueQuery, after: str = "", limit: int = 100) -> QueuePage:
        """The next rows after an opaque key; at most 200."""
        return self._queues.page(query, after, limit)

    def queue_position(self, query: QueueQuery, message_id: MessageId) -> int | None:
        return self._queues.position(query, message_id)

    def fits(self, query: QueueQuery, message_id: MessageId) -> bool:
        return self._queues.fits(query, message_id)

    def rows(self, message_ids: Iterable[MessageId]) -> tuple[QueueRow, ...]:
        return self._rows.by_ids(message_ids)

    def counters(self) -> tuple[Counter, ...]:
        """For the workspaces of the user's roles."""
        return self._queues.counters(workspaces_of(self._core))

    def card(self, message_id: MessageId) -> CardView | None:
        """The message with own undecided commands over it, and what may be done with it now."""
        from arm.domain.actions import actions

        projected = self._projection.of(message_id)
        standing = projected.standing if projected else self._projection.standing(message_id)
        message = projected.message if projected else standing.message if standing else None
        if message is None:
            return None
        place = self._core.directory.organisation(message.owner)
        able = actions(message, self._core.actor(), self._setting(message))
        moderates = any(one.verb is Verb.DECLINE and one.enabled for one in able)
        return CardView(
            message=message,
            timeline=_timeline(projected, standing),
            sight=standing.sight if standing else "full",
            rev=standing.rev if standing else "",
            actions=able,
            highlights=_highlights(message) if moderates and message.stage is Stage.MODERATION else (),
            level=message.clocks.level(self._core.now()),
            zone=place.zone if place else DEFAULT_ZONE,
            is_projected=projected is not None,
            pending=tuple(
                pending_of(one, message.number)
                for one in self._projection.entries(message_id)
                if one.state != "accepted"
            ),
        )

    def why(self, message_id: MessageId) -> tuple[WhyView, ...]:
        """Formula, clause and history of its due moments, by its own regulation."""
        from arm.domain.why import why

        message = self._message(message_id)
        if message is None:
            return ()
        lines = why(message, self._core.rules.of(message), self._core.directory)
        return tuple(WhyView(key=one.key, params=dict(one.params), clause=one.clause) for one in lines)

    def by_number(self, number: str) -> MessageId | None:
        """The message of exactly this number, temporary numbers of this desk among them."""
        for message_id, one in self._projection.every().items():
            if number.strip() and one.message.number.casefold() == number.strip().casefold():
                return MessageId(message_id)
        found = by_number(self._core.store.cache, number)
        return MessageId(found) if found else None

    def mark_read(self, message_id: MessageId) -> None:
        work = self._core.store.work
        if message_id not in work.read_of([message_id]):
            work.mark_read(message_id, self._core.wall_text())
            self._core.tell(Changes(messages=frozenset({message_id})))

    def similar(self, text: str, address: str, limit: int = 5) -> tuple[QueueRow, ...]:
        """Messages that share words, best first."""
        found = similar(self._core.store.cache, text, address, limit)
        return self._rows.by_ids(line.facts.message_id for line in found)

    def _message(self, message_id: MessageId) -> Message | None:
        projected = self._projection.of(message_id)
        if projected is not None:
            return projected.message
        standing = self._projection.standing(message_id)
        return standing.message if standing else None

    def _setting(self, message: Message) -> Setting:
        from arm.domain.decide import Setting

        return Setting(
            regulation=self._core.rules.of(message),
            directory=self._core.directory,
            now=self._core.now(),
            command_id=CommandId(""),
            new_number=lambda: "",
        )


def _timeline(projected: Projected | None, standing: Standing | None) -> tuple[Event, ...]:
    if projected is not None:
        return projected.timeline
    return standing.timeline if standing else ()
