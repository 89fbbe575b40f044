"""A desk's profile full of invented messages, written through the real cache, encrypted, as a first sync leaves it."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from arm.bench.messages import Writer
from arm.demo.region import Region, load_region, user_id
from arm.desk.clock import RandomIds, Surroundings, SystemClock
from arm.desk.core import DeskCore
from arm.domain.directory import Directory
from arm.domain.identity import Grant, Person, Role
from arm.domain.organisations import OrganisationTree
from arm.local.keys import KeyStore, make_key
from arm.wire import DirectoryAnswer

NOWHERE = "http://127.0.0.1:9"
"""The discard port: no central store answers there, so the desk stays offline at once."""
NAME, POSITION = "Проверкина Вера Ивановна", "координатор и куратор"
ME = user_id("bench")
COORDINATED = 4
"""Organisations whose new messages make up the first queue; as a curator he sees everything."""


@dataclass(frozen=True)
class StillClock:
    """A clock that stands, so that no row's level turns while pages are timed."""

    moment: datetime

    def wall(self) -> datetime:
        return self.moment

    def monotonic_s(self) -> float:
        return 0.0


def still(moment: datetime) -> Surroundings:
    return Surroundings(clock=StillClock(moment), ids=RandomIds())


def build(
    folder: Path, rows: int, key_store: KeyStore, told: Callable[[int], None], around: Surroundings | None = None
) -> bytes:
    """Makes the profile and returns its key; `told` hears how many rows there are so far.

    Raises CacheTrouble: disk_full, unreadable, in_use; no_key_store when the keyring does not take the key and the
    profile would need a password.
    """
    around = around or Surroundings(clock=SystemClock())
    now = around.clock.wall()
    region = load_region(now.date())
    answer = _directory(region)
    core = DeskCore(folder, around)
    try:
        key = make_key(folder, key_store, "")
        core.open(key)
        core.store.work.keep(
            store_id="bench",
            user_id=ME,
            full_name=NAME,
            position=POSITION,
            login="bench",
            server=NOWHERE,
            device_id="bench",
            token="",
            signed_in="yes",
            last_seq="0",
        )
        core.learn(answer)
        writer = Writer(answer.directory, region.top, next(iter(answer.regulations)), now)
        done = 0
        for cards in writer.pages(rows):
            core.store.replica.apply(cards, kept={"cursor": b"bench", "reached_seq": b"1"})
            done += len(cards)
            told(done)
        core.store.cache.checkpoint()
    finally:
        core.close()
    return key


def _directory(region: Region) -> DirectoryAnswer:
    places = [one.organisation_id for one in region.organisations][:COORDINATED]
    grants = (*(Grant(Role.COORDINATOR, place) for place in places), Grant(Role.CURATOR, region.top))
    people = {one.person.user_id: one.person for one in region.people}
    people[ME] = Person(user_id=ME, full_name=NAME, position=POSITION, grants=grants)
    directory = Directory(
        tree=OrganisationTree({one.organisation_id: one for one in region.organisations}),
        people=people,
        classifier=region.classifier,
        rules=region.rules,
        templates=region.templates,
    )
    name = f"{_of(region.regulation, 'name')}@{_of(region.regulation, 'version')}"
    return DirectoryAnswer(
        version="1",
        me=ME,
        directory=directory,
        regulations={name: region.regulation},
        organisation_regulation={region.top: name},
    )


def _of(text: str, key: str) -> str:
    return str(tomllib.loads(text)[key])
