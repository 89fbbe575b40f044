"""What happened: one event per accepted command (row) and message, with clocks and notices it brought."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from arm.domain.clocks import Clocks
from arm.domain.commands import Command, Verb
from arm.domain.identity import CommandId, MessageId, OrganisationId, Role, UserId
from arm.domain.message import HandDown, Message, Stage


class NoticeKind(StrEnum):
    """Kinds of notice; the text is worded where it is shown or sent."""

    REGISTERED = "registered"
    DECLINED = "declined"
    SPLIT = "split"
    REDIRECTED = "redirected"
    HANDED_DOWN = "handed_down"
    ANSWERED = "answered"
    POSTPONED = "postponed"
    REOPENED = "reopened"
    STOPPED = "stopped"
    ASSIGNED = "assigned"
    RETURNED = "returned"
    TASK = "task"
    TASK_WITHDRAWN = "task_withdrawn"
    TEXT_EDITED = "text_edited"
    WARNED = "warned"
    INQUIRY = "inquiry"
    INQUIRY_ANSWERED = "inquiry_answered"
    CURATOR_TOLD = "curator_told"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A stored row for somebody: `recipient` is a user, an organisation's coordinators/curators, or the applicant.

    `recipient` forms: `applicant`, `user:<id>`, `role:<role>@<organisation>`. `params` are short plain values.
    """

    recipient: str
    kind: NoticeKind
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActorRef:
    """Who did it, by name as it was then; `standing_in_for` names the absent person."""

    user_id: UserId
    name: str
    position: str = ""
    role: Role | None = None
    standing_in_for: UserId | None = None
    standing_in_for_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One fact of one message, one entry of its timeline: who, for whom, when, from where to where, what was given.

    `row` is the table's row number, `command` what was given (`verb` names its type), `clocks` all due moments after
    it, computed by the central store (P29). `is_forecast` marks a desk's own projection of an undecided command.
    `born` carries the new message for `register` and for the parts of a `split`. `effects` are the names that `apply`
    carries out, `executor` whom a routing rule proposes, `hops` the hand-downs that happened on the way.
    """

    message_id: MessageId
    row: str
    verb: Verb
    at: datetime
    actor: ActorRef
    command: Command
    clocks: Clocks
    stage_from: Stage | None
    stage_to: Stage
    organisation_from: OrganisationId | None = None
    organisation_to: OrganisationId | None = None
    notices: tuple[Notice, ...] = ()
    clause: str = ""
    born: Message | None = None
    is_forecast: bool = False
    command_id: CommandId | None = None
    effects: tuple[str, ...] = ()
    executor: UserId | None = None
    hops: tuple[HandDown, ...] = ()
    is_recallable: bool = False
