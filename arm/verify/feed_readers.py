"""Readers of the feed's proof: they pull with real cursors while others write, and remember every page."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from arm.central import feed
from arm.central import tables as t
from arm.central.central import Central
from arm.central.engine import reading
from arm.central.problems import Trouble
from arm.domain.visibility import scope_of
from arm.verify.rig_town import signed_in
from arm.wire import FetchRequest, PullAnswer

PAUSE_S = 0.1


@dataclass(frozen=True, slots=True)
class Page:
    """What one pull covered: journal entries after `after` up to `upto`, and each message's version in it."""

    after: int
    upto: int
    versions: dict[str, int | None]


@dataclass
class Reader:
    """One user's desk as the feed sees it: a cursor and a replica of id → (rev, sight)."""

    central: Central
    login: str
    seed: int
    pages: list[Page] = field(default_factory=list)
    replica: dict[str, tuple[str, str]] = field(default_factory=dict)
    troubles: int = 0
    rescopes: int = 0
    strays: int = 0

    def __post_init__(self) -> None:
        self._who, _ = signed_in(self.central, self.login)
        self._rng = random.Random(f"{self.seed}/{self.login}")  # noqa: S311
        manifest = self.central.handle_manifest(self._who)
        self.cursor = manifest.cursor
        ids = [row.message_id for row in manifest.rows]
        for card in self.central.handle_fetch(self._who, FetchRequest(message_ids=ids)).cards:
            self.replica[card.message_id] = (card.rev, card.sight)

    def follow(self, stop: threading.Event) -> None:
        """Pulls until told to stop, then to the very head."""
        while not stop.is_set():
            if not self._pull():
                stop.wait(PAUSE_S)
        while self._pull():
            pass

    def _pull(self) -> bool:
        """True when there is more at once."""
        try:
            answer = self.central.handle_pull(self._who, self.cursor, self._rng.choice((7, 50, 200)))
        except Trouble:
            self.troubles += 1
            return True
        if answer.rescope:
            self.rescopes += 1
            return False
        if answer.from_cursor != self.cursor:
            self.strays += 1
        self._take(answer)
        return answer.more

    def _take(self, answer: PullAnswer) -> None:
        after, upto = self._seq(answer.from_cursor), self._seq(answer.to_cursor)
        for item in answer.items:
            if item.card is None:
                self.replica.pop(item.message_id, None)
            else:
                self.replica[item.message_id] = (item.card.rev, item.card.sight)
        if answer.items or upto != after:
            versions: dict[str, int | None] = {
                str(item.message_id): item.card.ver if item.card else None for item in answer.items
            }
            self.pages.append(Page(after, upto, versions))
        self.cursor = answer.to_cursor

    def _seq(self, cursor: str) -> int:
        with self.central.store.snapshot() as (_, reference):
            known = feed.unseal(cursor, reference.seal_key, self._who.device_id)
        return known.seq if known is not None else -1

    def differences(self) -> int:
        """Messages whose replica is not what the manifest says now."""
        listed = {row.message_id: (row.rev, row.sight) for row in self.central.handle_manifest(self._who).rows}
        return len(listed.items() ^ self.replica.items())

    def missed(self) -> tuple[int, int]:
        """(journal entries of this user's tags that no page covered, of how many); older states count as missed."""
        with self.central.store.snapshot() as (_, reference):
            person = reference.directory.people[self._who.user_id]
            tags = scope_of(person, reference.directory, self.central.now()).tags
        known, tag = t.journal.c, t.journal_tag.c
        mine = select(tag.seq).where(tag.tag.in_(tags)).distinct().subquery()
        asked = select(known.seq, known.message_id, known.ver).join(mine, mine.c.seq == known.seq).order_by(known.seq)
        with reading(self.central.store.engine) as connection:
            rows = connection.execute(asked).all()
        return self._uncovered(rows), len(rows)

    def _uncovered(self, rows: Any) -> int:
        lost, at = 0, 0
        for row in rows:
            while at < len(self.pages) and self.pages[at].upto < row.seq:
                at += 1
            page = self.pages[at] if at < len(self.pages) else None
            if page is None or page.after >= row.seq or row.message_id not in page.versions:
                lost += 1
                continue
            version = page.versions[row.message_id]
            # the feed carries states: what came must be this entry's state or a later one
            if version is not None and version < row.ver:
                lost += 1
        return lost
