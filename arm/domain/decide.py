"""`decide`: what a command leads to; `apply`: the message after an event."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from arm.domain.commands import Command
from arm.domain.directory import Directory
from arm.domain.events import Event
from arm.domain.identity import Actor, CommandId, MessageId
from arm.domain.message import Message
from arm.domain.refusals import Refused
from arm.domain.regulation import Regulation


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """All that a decision may look at beside the message: it reads no clock and makes no numbers of its own.

    `now` is the central store's moment (aware UTC); `new_number` gives the number that applicants are told.
    """

    regulation: Regulation
    directory: Directory
    now: datetime
    command_id: CommandId
    new_number: Callable[[], str]


def decide(
    message_id: MessageId, message: Message | None, command: Command, actor: Actor, setting: Setting
) -> tuple[Event, ...] | Refused:
    """The events of an allowed command, the message's own first; or the reason and the clause why not."""
    raise NotImplementedError


def apply(message: Message | None, event: Event) -> Message:
    """The message after the event; pure, total for events that `decide` made."""
    raise NotImplementedError
