"""What a person chose on the page of decisions and which news were put away, over the desk of fakes."""

from __future__ import annotations

import uuid
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING

from arm.desk.values import Changes, Choice, Done
from arm.domain.identity import CommandId
from arm.domain.refusals import Refused

if TYPE_CHECKING:
    from tests.ui.fakes import FakeDesk


NOTHING_LEARNED = SimpleNamespace(topics=lambda text: (), organisations=lambda text: ())
"""A desk that has seen no decisions yet."""


class ChoicesMade:
    """`resolved` are the choices in their order; `refusal`: what the rules say to the next one, if anything."""

    def __init__(self, desk: FakeDesk) -> None:
        self._desk = desk
        self.resolved: list[tuple[CommandId, Choice, str]] = []
        self.seen: list[str] = []
        self.refusal: Refused | None = None
        self.holder = SimpleNamespace(waiting=tuple, take_back=lambda ids: (), count_anew=lambda ids, hold_s: None)

    def resolve(self, command_id: CommandId, choice: Choice, text: str = "") -> Done | Refused | None:
        """The entry is gone afterwards, unless the rules say no."""
        self.resolved.append((command_id, choice, text))
        if self.refusal is not None and choice is not Choice.THEIRS:
            return self.refusal
        entry = next(one for one in self._desk.refused if one.command_id == command_id)
        self.dismiss(command_id)
        status = self._desk.status_now
        self._desk.status_now = replace(status, refused=max(0, status.refused - 1))
        self._desk.tell(Changes(outbox=True, sync=self._desk.status_now))
        if choice is Choice.THEIRS:
            return None
        return Done(command_id=CommandId(uuid.uuid4().hex), message_id=entry.message_id, number=entry.number)

    def dismiss(self, command_id: CommandId) -> None:
        self._desk.refused = [one for one in self._desk.refused if one.command_id != command_id]

    def put_away(self, event_id: str) -> None:
        self.seen.append(event_id)
        status = self._desk.status_now
        events = tuple(one for one in status.events if one.event_id != event_id)
        self._desk.status_now = replace(status, events=events)
        self._desk.tell(Changes(sync=self._desk.status_now))
