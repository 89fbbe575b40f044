"""Invented messages as cards of the wire: long Russian texts, all open, deadlines of every level, many executors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from arm.bench.vocabulary import Vocabulary
from arm.domain.clocks import Clocks
from arm.domain.directory import Directory
from arm.domain.identity import MessageId, OrganisationId, Role, UserId
from arm.domain.message import Applicant, Channel, Message, Stage
from arm.wire import Card, plain

WORDS_IN_TEXT = 58
"""With a name and an address about 1 200 bytes of text, as in the figures of the goals."""
PAGE = 200
SPREAD_DAYS = 40
TERM_DAYS = 30
STAGE_DAYS = 24
NEAR_DAYS = 22
NAMES = ("Иванова Мария Петровна", "Кузнецов Олег Ильич", "Фёдорова Анна Львовна", "Белов Пётр Сергеевич")


class Writer:
    """Writes one message after another; the same seed and moment give the same messages."""

    def __init__(self, directory: Directory, top: OrganisationId, regulation: str, now: datetime) -> None:
        self._top = top
        self._regulation = regulation
        self._now = now
        self._vocabulary = Vocabulary()
        self._rng = Random("messages")  # noqa: S311
        self._organisations = [top, *directory.tree.subordinates(top)]
        self._executors = [
            (grant.organisation, person.user_id)
            for person in directory.people.values()
            for grant in person.grants
            if grant.role is Role.EXECUTOR and grant.organisation in self._organisations
        ]
        self._topics = [
            (category.category_id, part.subcategory_id)
            for category in directory.classifier.categories.values()
            for part in category.subcategories
        ] or [("", "")]

    def pages(self, count: int, first: int = 1) -> Iterator[Sequence[Card]]:
        """Cards in pages as a pull brings them."""
        for start in range(first, first + count, PAGE):
            yield [self._card(at, count) for at in range(start, min(start + PAGE, first + count))]

    def _card(self, at: int, count: int) -> Card:
        message = self._message(at, count)
        rev = f"{at:032x}"
        return Card(
            message_id=message.message_id,
            ver=1,
            rev=rev,
            sight="full",
            state=plain(message),
            timeline=[self._entry(message)],
        )

    def _message(self, at: int, count: int) -> Message:
        rng = self._rng
        age = timedelta(days=SPREAD_DAYS) * (1 - at / (count + 1))
        registered = self._now - age
        words = self._vocabulary.text(rng, WORDS_IN_TEXT)
        category, subcategory = rng.choice(self._topics)
        in_work = rng.random() < 0.7
        organisation, executor = rng.choice(self._executors) if in_work else (rng.choice(self._organisations), None)
        return Message(
            message_id=MessageId(str(UUID(int=at << 64 | 0x4B))),
            number=f"{at // 10_000 + 1:02d}-{at % 10_000:04d}",
            text=f"{' '.join(words[:8]).capitalize()}. {' '.join(words[8:]).capitalize()}.",
            registered_at=registered,
            regulation=self._regulation,
            stage=Stage.EXECUTION if in_work else Stage.COORDINATION,
            clocks=_clocks(registered),
            top=self._top,
            channel=rng.choice((Channel.EPGU, Channel.SITE, Channel.PHONE)),
            applicant=Applicant(name=rng.choice(NAMES), phone=f"+7 900 {at % 10**7:07d}"),
            address=f"ул. {words[0].capitalize()}, д. {at % 120 + 1}",
            category=category,
            subcategory=subcategory,
            organisation=organisation,
            visited=(organisation,),
            executor=executor,
            in_work=in_work and rng.random() < 0.5,
        )

    def _entry(self, message: Message) -> dict[str, object]:
        """One line of the timeline: how the message came."""
        return {
            "message_id": message.message_id,
            "row": "1",
            "verb": "register",
            "at": message.registered_at.isoformat().replace("+00:00", "Z"),
            "actor": {"user_id": UserId("applicant"), "name": ""},
            "command": {"channel": message.channel.value},
            "clocks": plain(message.clocks),
            "stage_from": None,
            "stage_to": Stage.MODERATION.value,
        }


def _clocks(registered: datetime) -> Clocks:
    return Clocks(
        started_at=registered,
        stage_entered_at=registered + timedelta(days=2),
        answer_due_at=registered + timedelta(days=TERM_DAYS),
        stage_due_at=registered + timedelta(days=STAGE_DAYS),
        near_at=registered + timedelta(days=NEAR_DAYS),
        term_seconds=TERM_DAYS * 86_400,
    )
