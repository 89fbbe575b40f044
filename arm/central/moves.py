"""What the cast may do to a message at its stage: a person and the command he would give, or nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from random import Random
from typing import NamedTuple
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from arm.central.cast import Cast
from arm.central.phrases import Phrases
from arm.domain import commands as c
from arm.domain.identity import OrganisationId, Person, Role, UserId
from arm.domain.message import Delivery, Message, Result, Stage, text_hash
from arm.domain.regulation import Regulation


class Step(NamedTuple):
    """Who gives which command."""

    user_id: UserId
    command: c.Command


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """Where one message is meant to go: its topic, the body that answers, and what the answer will be.

    `until` is the date of a postponed answer; `endorsers` how many are named where there are as many.
    """

    category: str
    subcategory: str = ""
    place: OrganisationId
    result: Result = Result.SOLVED
    text: str = ""
    endorsers: int = 1
    until: date | None = None
    reason: str = ""
    aside: OrganisationId | None = None
    mark: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One message at one moment (aware UTC), and all that a move may draw on."""

    message: Message
    at: datetime
    cast: Cast
    phrases: Phrases
    regulation: Regulation
    rng: Random
    intent: Intent = field(default_factory=lambda: Intent(category="", place=OrganisationId("")))

    @property
    def zone(self) -> ZoneInfo:
        one = self.cast.directory.organisation(self.message.owner)
        return ZoneInfo(one.zone if one else "Europe/Moscow")

    def coordinator(self) -> UserId | None:
        return self.cast.first(Role.COORDINATOR, self.message.owner)

    def managers(self, *, topic: bool = True) -> tuple[Person, ...]:
        """Who may approve here, the one to approve last, the executor left out."""
        about = (self.message.category, self.message.subcategory) if topic else ("", "")
        found = self.cast.entitled(self.regulation.approver_roles, self.message.owner, *about)
        return tuple(p for p in found if p.user_id != self.message.executor)


def accept(scene: Scene) -> Step | None:
    top, intent = scene.message.top, scene.intent
    moderator = scene.cast.first(Role.MODERATOR, top)
    command = c.Accept(
        category=intent.category,
        subcategory=intent.subcategory,
        organisation=scene.cast.arrival(top, intent.place),
    )
    return Step(moderator, command) if moderator else None


def decline_moderation(scene: Scene) -> Step | None:
    return _decline(scene, Stage.MODERATION, scene.cast.first(Role.MODERATOR, scene.message.top))


def decline_coordination(scene: Scene) -> Step | None:
    return _decline(scene, Stage.COORDINATION, scene.coordinator())


def _decline(scene: Scene, stage: Stage, person: UserId | None) -> Step | None:
    text = scene.intent.text or scene.phrases.one(stage.value, "texts", scene.rng)
    text = text or scene.phrases.one("declined", "texts", scene.rng)
    reason = _reason(scene, stage)
    return Step(person, c.Decline(reason=reason, text=text)) if person and reason else None


def _reason(scene: Scene, stage: Stage) -> str:
    listed = [r.reason_id for r in scene.regulation.reasons_at(stage)]
    if scene.intent.reason in listed or not listed:
        return scene.intent.reason or "Вопрос не относится к полномочиям организации"
    return scene.rng.choice(listed)


def down(scene: Scene) -> Step | None:
    """To the body that answers, where the message isn't there yet."""
    place, here = scene.intent.place, scene.message.owner
    person = scene.coordinator()
    if person is None or place == here or not scene.cast.tree.is_subordinate(place, here):
        return None
    return Step(person, c.HandDownTo(organisation=place))


def up(scene: Scene) -> Step | None:
    person = scene.coordinator()
    if person is None or not scene.message.handed_down:
        return None
    return Step(person, c.HandUp(reason=scene.phrases.one("handback", "up", scene.rng)))


def assign(scene: Scene) -> Step | None:
    """The executor a routing rule proposed, else one of the organisation's; alone there, the coordinator takes it."""
    person = scene.coordinator()
    executors = scene.cast.holders(Role.EXECUTOR, scene.message.owner)
    if person is None:
        return None
    proposed = scene.message.proposed_executor
    if not executors:
        return Step(person, c.Take())
    ids = [p.user_id for p in executors]
    chosen = proposed if proposed in ids else scene.rng.choice(ids)
    return Step(person, c.Assign(executor=chosen))


def start(scene: Scene) -> Step | None:
    executor = scene.message.executor
    return Step(executor, c.Start()) if executor and not scene.message.in_work else None


def send_back(scene: Scene) -> Step | None:
    executor = scene.message.executor
    reason = scene.phrases.one("handback", "reasons", scene.rng)
    return Step(executor, c.SendBack(reason=reason)) if executor else None


def inquire(scene: Scene) -> Step | None:
    executor, aside = scene.message.executor, scene.intent.aside
    if executor is None or aside is None or aside == scene.message.owner:
        return None
    inquiry_id = str(uuid5(NAMESPACE_URL, f"{scene.message.message_id}/inquiry/{len(scene.message.inquiries)}"))
    due = (scene.at + timedelta(days=5)).astimezone(scene.zone).date()
    question = scene.phrases.one("questions", "texts", scene.rng)
    return Step(
        executor,
        c.RequestDocuments(inquiry_id=inquiry_id, organisation=aside, question=question, due_on=due),
    )


def submit(scene: Scene) -> Step | None:
    """The answer to as many endorsers as there are of those wanted, the last manager approves."""
    executor, managers = scene.message.executor, scene.managers()
    author = scene.cast.directory.people.get(executor) if executor else None
    if executor is None or author is None or not managers:
        return None
    result = scene.intent.result
    command = c.Submit(
        result=result,
        text=_answer_text(scene, result),
        signer_name=author.full_name,
        signer_position=author.position,
        approver=managers[-1].user_id,
        endorsers=tuple(p.user_id for p in managers[:-1][: scene.intent.endorsers]),
        postponed_until=scene.intent.until if result is Result.POSTPONED else None,
        decline_reason=_reason(scene, Stage.EXECUTION) if result is Result.DECLINED else "",
    )
    return Step(executor, command)


def _answer_text(scene: Scene, result: Result) -> str:
    """The answer meant for this message below its salutation, else one about its topic."""
    if not scene.intent.text:
        return scene.phrases.answer(scene.message, result, scene.rng)
    return f"{scene.phrases.greeting(scene.message)}\n\n{scene.intent.text}"


def endorse(scene: Scene) -> Step | None:
    """The first endorser who has not decided."""
    waiting = _waiting(scene.message)
    seen = scene.message.answer.text if scene.message.answer else ""
    return Step(waiting[0], c.Endorse(seen_hash=text_hash(seen) if seen else "")) if waiting else None


def endorse_edited(scene: Scene) -> Step | None:
    waiting, answer = _waiting(scene.message), scene.message.answer
    if not waiting or answer is None:
        return endorse(scene)
    text = f"{answer.text}\n\n{scene.phrases.one('edited', 'texts', scene.rng)}"
    return Step(waiting[0], c.Endorse(seen_hash=answer.text_hash, text=text))


def _waiting(message: Message) -> list[UserId]:
    return [t.user_id for t in message.route.endorsers if t.endorsed_at is None] if message.route else []


def approve(scene: Scene) -> Step | None:
    route, answer = scene.message.route, scene.message.answer
    if route is None or scene.message.stage is not Stage.APPROVAL:
        return None
    seen = answer.text_hash if answer is not None and scene.message.redirect is None else ""
    return Step(route.approver, c.Approve(seen_hash=seen))


def reject(scene: Scene) -> Step | None:
    route = scene.message.route
    if route is None:
        return None
    waiting = _waiting(scene.message)
    person = waiting[0] if waiting else route.approver
    return Step(person, c.Reject(reason=scene.phrases.one("rework", "reasons", scene.rng)))


def propose_redirect(scene: Scene) -> Step | None:
    person, managers, aside = scene.coordinator(), scene.managers(topic=False), scene.intent.aside
    if person is None or not managers or aside is None:
        return None
    return Step(
        person,
        c.ProposeRedirect(
            organisation=aside,
            approver=managers[-1].user_id,
            reason=scene.phrases.one("handback", "reasons", scene.rng),
        ),
    )


def comment(scene: Scene) -> Step | None:
    person = scene.message.executor or scene.coordinator()
    return Step(person, c.Comment(text=scene.phrases.one("comments", "texts", scene.rng))) if person else None


def warn(scene: Scene) -> Step | None:
    """The curator warns of what is true at this moment; nothing where all is calm."""
    kind = _kind_of_warning(scene)
    curator = scene.cast.above(Role.CURATOR, scene.message.owner)
    if kind is None or curator is None:
        return None
    return Step(curator, c.Warn(kind=kind, channel=c.WarningChannel.NOTIFICATION))


def _kind_of_warning(scene: Scene) -> c.WarningKind | None:
    clocks, at = scene.message.clocks, scene.at
    lead, stage = clocks.lead_due_at, clocks.stage_lead_at
    if lead is not None and at > lead:
        return c.WarningKind.ANSWER_OVER
    if stage is not None and at > stage:
        return c.WarningKind.STAGE_OVER
    is_near = clocks.near_at is not None and at >= clocks.near_at
    if is_near and scene.message.stage in (Stage.EXECUTION, Stage.ENDORSEMENT):
        return c.WarningKind.NEAR
    return None


def rate(scene: Scene) -> Step | None:
    answer = scene.message.answer
    if answer is None or answer.approved_at is None or scene.message.is_open:
        return None
    return Step(UserId("applicant"), c.Rate(mark=scene.intent.mark))


def deliver(scene: Scene) -> Step | None:
    message = scene.message
    operator = message.registered_by or scene.cast.above(Role.OPERATOR, message.owner)
    if operator is None or message.delivery is Delivery.CABINET or message.is_open:
        return None
    return Step(operator, c.Deliver(reached=True, how=message.delivery, at=scene.at))


MOVES: dict[str, Callable[[Scene], Step | None]] = {
    move.__name__: move
    for move in (
        accept,
        decline_moderation,
        decline_coordination,
        down,
        up,
        assign,
        start,
        send_back,
        inquire,
        submit,
        endorse,
        endorse_edited,
        approve,
        reject,
        propose_redirect,
        comment,
        warn,
        rate,
        deliver,
    )
}
"""Every move by its name, as plans write it."""


def with_result(intent: Intent, result: Result, until: date | None = None) -> Intent:
    return replace(intent, result=result, until=until)
