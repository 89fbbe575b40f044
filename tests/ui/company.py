"""Other people for tests of windows: who is at a message and what they left, told as the desk tells it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

from arm.desk.companions import Companion, Doing, OtherDraft, PresenceView, TakenDraft
from arm.desk.values import Changes
from arm.domain.identity import MessageId, UserId


class FakePresence:
    """Remembers what the window told; a test says who else is there."""

    def __init__(self, tell: Callable[[Changes], None]) -> None:
        self._tell = tell
        self.told: list[tuple[MessageId | None, Doing]] = []
        self.views: dict[MessageId, PresenceView] = {}

    def look_at(self, message_id: MessageId | None, doing: Doing = Doing.LOOKING) -> None:
        self.told.append((message_id, doing))

    def people(self, message_id: MessageId) -> PresenceView:
        return self.views.get(message_id, PresenceView())

    def become(self, message_id: str, *people: Companion, is_known: bool = True) -> None:
        key = MessageId(message_id)
        self.views[key] = PresenceView(is_known=is_known, people=people)
        self._tell(Changes(present=frozenset({key})))


class FakeHandover:
    """Drafts of others and versions in memory."""

    def __init__(self, tell: Callable[[Changes], None]) -> None:
        self._tell = tell
        self._ids = count(1)
        self.wanted: MessageId | None = None
        self.others: list[OtherDraft] = []
        self.kept: list[OtherDraft] = []
        self.waiting_news: tuple[TakenDraft, ...] = ()

    def wake(self) -> None:
        """Nothing runs here."""

    def look_for(self, message_id: MessageId | None) -> None:
        self.wanted = message_id

    def drafts_of_others(self, message_id: MessageId, form: str = "answer") -> tuple[OtherDraft, ...]:
        return tuple(one for one in self.others if (one.message_id, one.form) == (message_id, form))

    def versions(self, message_id: MessageId, form: str = "answer") -> tuple[OtherDraft, ...]:
        return tuple(one for one in self.kept if (one.message_id, one.form) == (message_id, form))

    def take(self, draft_id: str) -> OtherDraft | None:
        found = next((one for one in self.others if one.draft_id == draft_id), None)
        if found is None:
            return None
        self.others.remove(found)
        taken = replace(found, draft_id=f"v-{next(self._ids)}", is_local=True)
        self.kept.append(taken)
        return taken

    def keep_version(self, message_id: MessageId, form: str, fields: dict[str, str]) -> OtherDraft:
        made = left(message_id, fields["text"], author="", form=form, is_local=True, draft_id=f"v-{next(self._ids)}")
        self.kept.append(made)
        return made

    def news(self) -> tuple[TakenDraft, ...]:
        news, self.waiting_news = self.waiting_news, ()
        return news

    def find(self, *drafts: OtherDraft) -> None:
        self.others += drafts
        self._tell(Changes(drafts=frozenset(one.message_id for one in drafts)))


def companion(name: str, doing: Doing = Doing.WRITING, since: datetime | None = None, is_me: bool = False) -> Companion:
    began = since or datetime.now(UTC) - timedelta(minutes=1)
    return Companion(user_id=UserId(name), name=name, doing=doing, since=began, is_me=is_me)


def left(message_id: str, text: str, author: str = "Исаев Иван Петрович", **given: object) -> OtherDraft:
    values: dict[str, object] = {
        "draft_id": "d-other",
        "message_id": MessageId(message_id),
        "form": "answer",
        "author": author,
        "fields": {"text": text},
        "saved_at": datetime(2026, 3, 2, 9, 2, tzinfo=UTC),
    }
    return OtherDraft(**(values | given))  # type: ignore[arg-type]
