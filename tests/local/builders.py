"""Local stores filled by hand: messages, cards, a viewer, both files open under one key."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from arm.domain.classifier import Classifier
from arm.domain.clocks import Clocks
from arm.domain.directory import Directory
from arm.domain.identity import Grant, MessageId, OrganisationId, Person, Role, UserId
from arm.domain.message import Applicant, Message, Stage
from arm.domain.organisations import Organisation, OrganisationTree
from arm.local.cache import CacheFile
from arm.local.membership import QUEUE_OF, Viewer, viewer_of
from arm.local.pages import Replica
from arm.local.queues import Selection
from arm.local.work import WorkFile
from arm.wire import Card, plain

KEY = bytes(range(32))
NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
TOWN = OrganisationId("town")
CURATOR = UserId("curator")
ALL = Selection(queue=QUEUE_OF["control/all"])


def stamp() -> str:
    return "20261123-060000"


def viewer() -> Viewer:
    tree = OrganisationTree({TOWN: Organisation(TOWN, "Город")})
    person = Person(CURATOR, "Крылова К. П.", "", (Grant(Role.CURATOR, TOWN),))
    return viewer_of(CURATOR, Directory(tree=tree, people={CURATOR: person}), NOW)


def message(number: int, text: str = "Яма на дороге", due: timedelta = timedelta(days=20), **given: Any) -> Message:
    registered = NOW - timedelta(days=10) + timedelta(seconds=number)
    clocks = Clocks(started_at=registered, stage_entered_at=registered, answer_due_at=NOW + due)
    made = Message(
        message_id=MessageId(f"m{number}"),
        number=f"7{number:07d}",
        text=text,
        registered_at=registered,
        regulation="demo@2026",
        stage=Stage.EXECUTION,
        clocks=clocks,
        top=TOWN,
        applicant=Applicant(name=f"Заявитель {number}", phone=f"+7900{number:07d}"),
        organisation=TOWN,
    )
    return replace(made, **given)


def card_of(one: Message, rev: str = "a", sight: str = "full") -> Card:
    return Card(message_id=one.message_id, ver=1, rev=rev, sight=sight, state=plain(one), timeline=[])


@dataclass
class Room:
    """Both files of a profile, and the moment at which they are looked at."""

    work: WorkFile
    cache: CacheFile
    replica: Replica
    now: datetime = NOW

    def put(self, *messages: Message, rev: str = "a") -> None:
        self.replica.apply([card_of(one, rev) for one in messages])


@contextmanager
def open_room(folder: Path, was_clean: bool = True) -> Iterator[Room]:
    work = WorkFile(folder, KEY, stamp, was_clean)
    cache = CacheFile(folder, KEY, stamp, was_clean)
    room = Room(work, cache, Replica(cache, lambda: room.now))
    if room.replica.look_as(viewer(), Classifier()):
        room.replica.reindex()
    try:
        yield room
    finally:
        cache.close()
        work.close()
