"""A message being changed by one event: what the effects share."""

from __future__ import annotations

from typing import Any

from arm.domain.events import Event
from arm.domain.identity import UserId
from arm.domain.message import Message


class Sketch:
    """The message before, the event, and the fields that change; one replacement at the end."""

    __slots__ = ("changes", "event", "message")

    def __init__(self, message: Message, event: Event) -> None:
        self.message = message
        self.event = event
        self.changes: dict[str, Any] = {}

    def now(self, name: str) -> Any:
        """A field as the effects before this one left it."""
        return self.changes[name] if name in self.changes else getattr(self.message, name)

    def set(self, **fields: Any) -> None:
        self.changes.update(fields)

    @property
    def principal(self) -> UserId:
        return self.event.actor.standing_in_for or self.event.actor.user_id
