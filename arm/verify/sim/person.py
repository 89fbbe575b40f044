"""What a person does at a desk: a command for an action that is open to him, with canaries in every text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from random import Random

from arm.domain import commands as c
from arm.domain.directory import Directory
from arm.domain.identity import MessageId, OrganisationId, Role, UserId
from arm.domain.message import Applicant, Channel, Delivery, Message, Result, text_hash
from arm.domain.verbs import Cause, Verb, WarningChannel, WarningKind
from arm.verify.sim.town import PLACES, TOPICS

Mint = Callable[[str], str]
"""kind → a text with a fresh canary of that kind."""


class Hand:
    """Fills in commands; what it gives may be wrong on purpose now and then: that is the rules' business."""

    def __init__(self, rng: Random, directory: Directory, mint: Mint, new_id: Callable[[], str], day: date) -> None:
        self._rng, self._directory, self._mint, self._new_id, self._day = rng, directory, mint, new_id, day

    def register(self) -> c.Register:
        category, subcategory = self._topic()
        return c.Register(
            text=self._mint("t"),
            channel=Channel.PHONE,
            applicant=Applicant(name=self._mint("a"), phone="+7 900 000-11-22"),
            delivery=self._rng.choice((Delivery.PHONE, Delivery.CABINET)),
            category=category,
            subcategory=subcategory,
        )

    def command(self, verb: Verb, message: Message) -> c.Command | None:
        made = getattr(self, f"_{verb.value}", None)
        return made(message) if made is not None else None

    def _topic(self) -> tuple[str, str]:
        category = self._rng.choice(sorted(TOPICS))
        return category, self._rng.choice(TOPICS[category])

    def _place(self) -> OrganisationId:
        return self._rng.choice(PLACES)

    def _holder(self, role: Role, place: OrganisationId) -> UserId | None:
        found = sorted(p.user_id for p in self._directory.holders(role, place))
        return self._rng.choice(found) if found else None

    def _accept(self, message: Message) -> c.Command:
        category, subcategory = self._topic()
        return c.Accept(category=category, subcategory=subcategory, organisation=self._place())

    def _decline(self, message: Message) -> c.Command:
        return c.Decline(reason="rude", text=self._mint("s"))

    def _split(self, message: Message) -> c.Command:
        parts = []
        for _ in range(2):
            part_id = MessageId(self._new_id())
            parts.append(c.SplitPart(message_id=part_id, text=self._mint(f"t:{part_id}")))
        return c.Split(parts=tuple(parts))

    def _change_organisation(self, message: Message) -> c.Command:
        return c.ChangeOrganisation(organisation=self._place())

    def _reclassify(self, message: Message) -> c.Command:
        category, subcategory = self._topic()
        return c.Reclassify(category=category, subcategory=subcategory, late_acknowledged=True)

    def _assign(self, message: Message) -> c.Command:
        return c.Assign(executor=self._holder(Role.EXECUTOR, message.owner))

    def _take(self, message: Message) -> c.Command:
        return c.Take()

    def _hand_down(self, message: Message) -> c.Command:
        below = [one for one in PLACES if self._directory.tree.is_subordinate(one, message.owner)]
        return c.HandDownTo(organisation=self._rng.choice(below) if below else self._place())

    def _propose_redirect(self, message: Message) -> c.Command:
        approver = self._holder(Role.MANAGER, message.owner)
        return c.ProposeRedirect(organisation=self._place(), approver=approver, reason=self._mint("c"))

    def _redirect(self, message: Message) -> c.Command:
        return c.RedirectTo(organisation=self._place())

    def _hand_up(self, message: Message) -> c.Command:
        return c.HandUp(reason=self._mint("c"))

    def _start(self, message: Message) -> c.Command:
        return c.Start()

    def _send_back(self, message: Message) -> c.Command:
        return c.SendBack(reason=self._mint("c"))

    def _reassign(self, message: Message) -> c.Command:
        executor = self._holder(Role.EXECUTOR, message.owner)
        return c.Reassign(executor=executor, cause=Cause.OTHER, reason=self._mint("c"))

    def _request_documents(self, message: Message) -> c.Command:
        return c.RequestDocuments(
            inquiry_id=self._new_id(),
            organisation=self._place(),
            question=self._mint("q"),
            due_on=self._day + timedelta(days=5),
        )

    def _answer_inquiry(self, message: Message) -> c.Command | None:
        waiting = [one.inquiry_id for one in message.inquiries if one.is_open]
        return c.AnswerInquiry(inquiry_id=self._rng.choice(waiting), text=self._mint("q")) if waiting else None

    def _submit(self, message: Message) -> c.Command:
        result = self._rng.choice((Result.SOLVED, Result.NOT_SOLVED, Result.POSTPONED, Result.DECLINED))
        approver = self._holder(Role.MANAGER, message.owner)
        endorser = self._holder(Role.MANAGER, message.owner)
        endorsers = (endorser,) if endorser is not None and endorser != approver else ()
        return c.Submit(
            result=result,
            text=self._mint("s"),
            signer_name="Name",
            signer_position="Position",
            approver=approver,
            endorsers=endorsers,
            comment=self._mint("c"),
            postponed_until=self._day + timedelta(days=20) if result is Result.POSTPONED else None,
            decline_reason="rude" if result is Result.DECLINED else "",
        )

    def _endorse(self, message: Message) -> c.Command:
        answer = message.answer
        edited = self._mint("s") if answer is not None and self._rng.random() < 0.3 else None
        return c.Endorse(seen_hash=text_hash(answer.text) if answer is not None else "", text=edited)

    def _reject(self, message: Message) -> c.Command:
        return c.Reject(reason=self._mint("c"))

    def _pass_on(self, message: Message) -> c.Command:
        to = self._holder(Role.MANAGER, message.owner)
        return c.PassOn(to=to, cause=Cause.VACATION, reason=self._mint("c"))

    def _approve(self, message: Message) -> c.Command:
        answer = message.answer
        seen = text_hash(answer.text) if answer is not None and message.redirect is None else ""
        return c.Approve(seen_hash=seen)

    def _rate(self, message: Message) -> c.Command:
        return c.Rate(mark=self._rng.randint(1, 5), comment=self._mint("t"))

    def _stop_reconsideration(self, message: Message) -> c.Command:
        return c.StopReconsideration(ground="rules-broken", reason=self._mint("s"))

    def _warn(self, message: Message) -> c.Command:
        return c.Warn(
            kind=self._rng.choice(tuple(WarningKind)), channel=WarningChannel.NOTIFICATION, note=self._mint("c")
        )

    def _comment(self, message: Message) -> c.Command:
        return c.Comment(text=self._mint("c"))

    def _deliver(self, message: Message) -> c.Command:
        return c.Deliver(reached=True, how=Delivery.PHONE)

    def _recall(self, message: Message) -> c.Command:
        return c.Recall()

    def _correct_applicant(self, message: Message) -> c.Command:
        return c.CorrectApplicant(name=self._mint("a"), phone="+7 900 111-22-33")
