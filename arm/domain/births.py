"""New messages: the one a registration makes, and the parts a message is split into."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from arm.domain.cases import Case
from arm.domain.clocks import Clocks
from arm.domain.commands import Register, Split
from arm.domain.identity import OrganisationId, Role
from arm.domain.message import Kind, Message, Stage


def registered(case: Case, command: Register) -> Message:
    """The message of row 1, its clocks still to be started."""
    at = _received_at(case, command)
    return Message(
        message_id=case.message_id,
        number=case.setting.new_number(),
        text=command.text,
        registered_at=at,
        regulation=case.regulation.reference,
        stage=Stage.MODERATION,
        clocks=Clocks(started_at=at, stage_entered_at=at),
        top=_top(case, command),
        kind=command.kind if command.kind is not Kind.MESSAGE else case.regulation.kind,
        channel=command.channel,
        applicant=command.applicant,
        address=command.address,
        delivery=command.delivery,
        registered_by=case.user_id if case.role is Role.OPERATOR else None,
        files=command.files,
        earlier_numbers=command.earlier_numbers,
        external_id=command.external_id,
        category=command.category,
        subcategory=command.subcategory,
        proposed_organisation=command.organisation,
    )


def _received_at(case: Case, command: Register) -> datetime:
    """An import alone may bring an earlier moment; nobody else is believed."""
    now = case.setting.now
    if case.role is Role.SYSTEM and command.received_at is not None:
        return min(command.received_at, now)
    return now


def _top(case: Case, command: Register) -> OrganisationId:
    """The top cabinet: above the organisation named, else above the operator's, else the first that moderates."""
    tree = case.directory.tree
    if command.organisation is not None and command.organisation in tree:
        return tree.top(command.organisation)
    held = case.actor.person.organisations(Role.OPERATOR)
    if held and held[0] in tree:
        return tree.top(held[0])
    roots = [one.organisation_id for one in tree if one.superior is None]
    moderating = (one for one in roots if case.directory.holders(Role.MODERATOR, one))
    return next(moderating, next(iter(roots), OrganisationId("")))


def parts(case: Case, command: Split) -> tuple[Message, ...]:
    """Linked messages in moderation; each keeps the registration moment and the clocks (row 3a)."""
    whole = case.present
    ids = tuple(part.message_id for part in command.parts)
    return tuple(
        replace(
            whole,
            message_id=part.message_id,
            number=case.setting.new_number(),
            text=part.text,
            category=part.category or whole.category,
            subcategory=part.subcategory if part.category else whole.subcategory,
            proposed_organisation=part.organisation or whole.proposed_organisation,
            linked=(*whole.linked, whole.message_id, *(i for i in ids if i != part.message_id)),
            external_id="",
            moderator=None,
            last_step=None,
        )
        for part in command.parts
    )
