"""People, organisations and rules at the desk: who may be named, and what the routing says."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from arm.desk.core import DeskCore
from arm.desk.projection import Projection
from arm.desk.values import Candidate
from arm.domain.clocks import Level
from arm.domain.directory import Directory
from arm.domain.identity import MessageId, OrganisationId, Person, UserId
from arm.domain.message import Message, Stage, Subject
from arm.domain.naming import approvers, endorsers, executors
from arm.domain.routing import route
from arm.local.facts import level_of
from arm.local.folding import sort_key
from arm.local.queues import held_by

if TYPE_CHECKING:
    from arm.domain.regulation import Regulation


def approver_key(organisation: OrganisationId) -> str:
    """Under which name the desk keeps who was named approver there last."""
    return f"approver:{organisation}"


class PeopleDesk:
    def __init__(self, core: DeskCore, projection: Projection) -> None:
        self._core = core
        self._projection = projection

    def directory(self) -> Directory:
        """The reference values of this moment. Raises SyncTrouble(offline) before the first sync."""
        return self._core.directory

    def regulation(self, message: Message | None = None) -> Regulation:
        """The message's own version, or what is in force in the user's cabinet."""
        if message is not None:
            return self._core.rules.of(message)
        grants = self._core.person().grants
        return self._core.rules.in_force(grants[0].organisation if grants else None)

    def executors(self, message_id: MessageId) -> tuple[Candidate, ...]:
        """Proposed first, then present before absent, experience with the topic, fewer overdue, fewer in work."""
        message = self._message(message_id)
        if message is None:
            return ()
        found = [self._candidate(one, message) for one in executors(self._core.directory, message.owner)]
        return tuple(
            sorted(
                found,
                key=lambda one: (
                    not one.is_proposed,
                    bool(one.absent_until),
                    -min(one.with_topic, 20),
                    one.overdue,
                    one.in_work,
                    sort_key(one.name),
                ),
            )
        )

    def endorsers(self, message_id: MessageId) -> tuple[Person, ...]:
        message = self._message(message_id)
        if message is None:
            return ()
        return endorsers(
            self._core.directory,
            self._core.rules.of(message),
            message.owner,
            *self._topic(message),
        )

    def approvers(self, message_id: MessageId) -> tuple[Person, ...]:
        message = self._message(message_id)
        if message is None:
            return ()
        return approvers(
            self._core.directory,
            self._core.rules.of(message),
            message.owner,
            *self._topic(message),
            executor=message.executor,
            endorsing=self._endorsed(message),
        )

    def usual_approver(self, message_id: MessageId) -> UserId | None:
        """Who approved the message before, else whom this person named last in that body, else the only one there is.

        Only a person who may be named now.
        """
        message = self._message(message_id)
        if message is None:
            return None
        able = {one.user_id for one in self.approvers(message_id)}
        before = message.last_route.approver if message.last_route is not None else None
        named = UserId(self._core.store.work.kept(approver_key(message.owner)))
        only = next(iter(able)) if len(able) == 1 else None
        return next((one for one in (before, named, only) if one in able), None)

    @staticmethod
    def _endorsed(message: Message) -> tuple[UserId, ...]:
        """At approval those who endorsed it aren't named to approve it as well."""
        at_approval = message.stage is Stage.APPROVAL and message.route is not None
        return tuple(t.user_id for t in message.route.endorsers) if at_approval and message.route else ()

    @staticmethod
    def _topic(message: Message) -> tuple[str, str]:
        """For a redirect the role alone counts: then no topic is asked for."""
        is_redirect = message.stage is Stage.COORDINATION or message.subject is Subject.REDIRECT
        return ("", "") if is_redirect else (message.category, message.subcategory)

    def suggest_route(self, message_id: MessageId) -> OrganisationId | None:
        """Where the first routing rule that fits would send it."""
        message = self._message(message_id)
        if message is None:
            return None
        rule = route(
            self._core.directory.rules,
            message.owner,
            message.category,
            message.subcategory,
            message.channel.value,
            message.text,
        )
        return rule.organisation if rule is not None else None

    def _message(self, message_id: MessageId) -> Message | None:
        projected = self._projection.of(message_id)
        if projected is not None:
            return projected.message
        standing = self._projection.standing(message_id)
        return standing.message if standing else None

    def _candidate(self, person: Person, message: Message) -> Candidate:
        now = self._core.now()
        held = held_by(self._core.store.cache, person.user_id)
        under_way = [one for one in held if one.closed is None]
        return Candidate(
            user_id=person.user_id,
            name=person.full_name,
            position=person.position,
            in_work=len(under_way),
            overdue=sum(1 for one in under_way if level_of(one, now) in (Level.OVER, Level.STAGE_OVER)),
            with_topic=sum(1 for one in held if message.category and one.category == message.category),
            is_proposed=message.proposed_executor == person.user_id,
            absent_until=self._absent_until(person, message.owner, now),
        )

    def _absent_until(self, person: Person, organisation: OrganisationId, now: datetime) -> str:
        """The last day of an absence as `YYYY-MM-DD`, empty when he is here."""
        directory = self._core.directory
        if organisation not in directory.tree:
            return ""
        day = now.astimezone(ZoneInfo(directory.tree[organisation].zone)).date()
        last = [
            one.last_day
            for one in directory.substitutions
            if one.absent == person.user_id
            and one.organisation == organisation
            and one.first_day <= day <= one.last_day
        ]
        return max(last).isoformat() if last else ""
