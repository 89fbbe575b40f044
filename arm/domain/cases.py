"""What a decision looks at: the setting, one case of a row and a command, and the plan its effects fill."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from arm.domain.clocks import Clocks
from arm.domain.commands import Command
from arm.domain.directory import Directory
from arm.domain.identity import Actor, CommandId, MessageId, OrganisationId, Role, UserId
from arm.domain.message import HandDown, Message, Stage
from arm.domain.organisations import Organisation
from arm.domain.process import Row
from arm.domain.refusals import Reason, Refused
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


@dataclass(kw_only=True)
class Case:
    """One row tried on one message by one person; `command` is empty where only the action bar asks.

    `role` is the role that lets him act, `stands_for` the absent person he stands in for; guards fill them.
    """

    message_id: MessageId
    message: Message | None
    command: Command | None
    actor: Actor
    setting: Setting
    row: Row
    role: Role | None = None
    stands_for: UserId | None = None

    @property
    def present(self) -> Message:
        """The message; rows other than registration always have one."""
        if self.message is None:
            raise LookupError("this row needs a message")
        return self.message

    @property
    def regulation(self) -> Regulation:
        return self.setting.regulation

    @property
    def directory(self) -> Directory:
        return self.setting.directory

    @property
    def user_id(self) -> UserId:
        return self.actor.person.user_id

    @property
    def principal(self) -> UserId:
        """In whose name it is done: the absent person's, else one's own."""
        return self.stands_for or self.user_id

    @cached_property
    def absentees(self) -> tuple[UserId, ...]:
        """Whom the actor stands in for where the message is now."""
        if not self.directory.substitutions or self.message is None:
            return ()
        return self.directory.absentees(self.user_id, self.message.owner, self.setting.now)

    def names(self) -> Iterator[UserId]:
        """The names under which the actor may act here, his own first."""
        yield self.user_id
        yield from self.absentees


@dataclass(slots=True, kw_only=True)
class Plan:
    """What a row's effects have worked out so far; it becomes the event."""

    stage: Stage
    organisation: OrganisationId | None
    clocks: Clocks | None
    executor: UserId | None = None
    hops: tuple[HandDown, ...] = ()
    is_return: bool = False
    born: tuple[Message, ...] = ()


def no(reason: Reason, field: str = "", **details: str) -> Refused:
    """A refusal without its clause, which the engine adds."""
    return Refused(reason, "", field, details)


def organisation_of(directory: Directory, organisation_id: OrganisationId | None) -> Organisation | None:
    return directory.organisation(organisation_id) if organisation_id else None
