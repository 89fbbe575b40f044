"""Which field a command's field name gets in a sheet, with the choices it offers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from arm.domain.identity import Person, UserId
from arm.domain.message import Delivery, Stage
from arm.domain.organisations import Organisation
from arm.domain.verbs import Cause, Verb, WarningChannel, WarningKind
from arm.i18n import _
from ui.wording import cause_name, cited_clause, delivery_name, warning_channel_name, warning_kind_name
from ui.workspaces.choosing import (
    OrganisationField,
    PeopleField,
    PersonField,
    TopicField,
    candidate_headers,
    candidate_rows,
    organisation_rows,
    people_rows,
    topic_rows,
)
from ui.workspaces.fields import ChoiceField, DateField, FilesField, FormField, LongTextField, ReasonField, TextField
from ui.workspaces.parts import PartsField

if TYPE_CHECKING:
    from arm.desk.desk import Desk
    from ui.workspaces.base import Opened, Shell

Maker = Callable[[str, Verb, "Shell", "Opened"], FormField | None]


def field_for(name: str, verb: Verb, shell: Shell, opened: Opened) -> FormField | None:
    """The field of a name; a name that nobody can ask for gives nothing."""
    maker = _MAKERS.get(name)
    return maker(name, verb, shell, opened) if maker is not None else None


def allowed_organisations(verb: Verb, opened: Opened) -> tuple[Organisation, ...]:
    """Who may be named: below for handing down, outside for redirecting, anybody who may be asked for an inquiry."""
    directory, here = opened.directory, opened.message.owner
    every = tuple(directory.tree)
    below = set(directory.tree.subordinates(here))
    if verb is Verb.HAND_DOWN:
        return tuple(one for one in every if one.organisation_id in below)
    if verb in (Verb.PROPOSE_REDIRECT, Verb.REDIRECT):
        return tuple(o for o in every if o.organisation_id not in below and o.organisation_id != here)
    if verb is Verb.REQUEST_DOCUMENTS:
        return tuple(o for o in every if o.organisation_id != here and not o.investigative)
    return every


def _organisation(name: str, verb: Verb, shell: Shell, opened: Opened) -> FormField:
    field = OrganisationField(name)
    rows = organisation_rows(opened.directory, allowed_organisations(verb, opened), opened.message.organisation)
    field.set_rows(rows)
    text = opened.message.text
    if verb in (Verb.ACCEPT, Verb.CHANGE_ORGANISATION):
        shell.bridge.ask(
            field, lambda desk: desk.suggestions.organisations(text), lambda hints: field.set_hints(rows, hints)
        )
    if verb is Verb.ACCEPT:
        field.set_value(opened.message.organisation or opened.message.proposed_organisation)
        message_id = opened.message_id
        shell.bridge.ask(field, lambda desk: desk.people.suggest_route(message_id), field.set_default)
    return field


def _topic(name: str, verb: Verb, shell: Shell, opened: Opened) -> FormField:
    field = TopicField(name)
    rows, text = topic_rows(opened.directory.classifier), opened.message.text
    field.set_rows(rows)
    shell.bridge.ask(field, lambda desk: desk.suggestions.topics(text), lambda hints: field.set_hints(rows, hints))
    if verb is Verb.ACCEPT and opened.message.category:
        field.set_value((opened.message.category, opened.message.subcategory))
    return field


def _executor(name: str, verb: Verb, shell: Shell, opened: Opened) -> FormField:
    field = PersonField(name, candidate_headers())
    message_id, present = opened.message_id, opened.message.executor
    others = verb is Verb.REASSIGN

    def show(candidates: object) -> None:
        known = candidates if isinstance(candidates, tuple) else ()
        field.set_rows(candidate_rows(tuple(c for c in known if not (others and c.user_id == present))))
        if field.picker.hasFocus() and not field.picker.text():
            field.picker.open_popup()

    shell.bridge.ask(field, lambda desk: desk.people.executors(message_id), show)
    return field


def _approver(name: str, verb: Verb, shell: Shell, opened: Opened) -> FormField:
    field = PersonField(name)
    message_id = opened.message_id

    def show(found: tuple[tuple[Person, ...], UserId | None]) -> None:
        people, usual = found
        field.set_rows(people_rows(people))
        field.set_default(usual)

    def read(desk: Desk) -> tuple[tuple[Person, ...], UserId | None]:
        return desk.people.approvers(message_id), desk.people.usual_approver(message_id)

    shell.bridge.ask(field, read, show)
    return field


def _endorsers(name: str, verb: Verb, shell: Shell, opened: Opened) -> FormField:
    field = PeopleField(name)
    message_id = opened.message_id
    shell.bridge.ask(
        field, lambda desk: desk.people.endorsers(message_id), lambda people: field.set_rows(people_rows(people))
    )
    return field


def _to(name: str, verb: Verb, shell: Shell, opened: Opened) -> FormField:
    """Who may decide instead; those who have a part in it already aren't offered."""
    field = PersonField(name)
    message_id, route = opened.message_id, opened.message.route
    is_endorsing = opened.message.stage is Stage.ENDORSEMENT
    taken = {opened.message.executor} | ({route.approver} if route is not None else set())
    if route is not None and is_endorsing:
        taken |= {task.user_id for task in route.endorsers}
    shell.bridge.ask(
        field,
        lambda desk: desk.people.endorsers(message_id) if is_endorsing else desk.people.approvers(message_id),
        lambda people: field.set_rows(people_rows(tuple(p for p in people if p.user_id not in taken))),
    )
    return field


def _instead_of(name: str, verb: Verb, shell: Shell, opened: Opened) -> FormField | None:
    """Of several endorsers who haven't decided, the one to be replaced; a single one needs no question."""
    message, directory = opened.message, opened.directory
    route = message.route
    waiting = [t.user_id for t in route.endorsers if t.endorsed_at is None] if route is not None else []
    if message.stage is not Stage.ENDORSEMENT or len(waiting) < 2:
        return None
    known = {one: directory.people.get(one) for one in waiting}
    field = PersonField(name)
    field.set_rows(people_rows(tuple(person for person in known.values() if person is not None)))
    gone = [
        one
        for one, person in known.items()
        if person is None or not person.active or directory.is_absent(one, message.owner, shell.now())
    ]
    if len(gone) == 1:
        field.set_value(gone[0])
    return field


def _reason(name: str, verb: Verb, shell: Shell, opened: Opened) -> FormField:
    if verb is not Verb.DECLINE:
        return LongTextField(name)
    listed = opened.regulation.reasons_at(opened.message.stage)
    if not listed:
        return LongTextField(name, _("The regulation has no list of reasons: give it in your own words"))
    rows = tuple((one.reason_id, one.title or one.text, _cited(one.text, one.clause, opened)) for one in listed)
    return ReasonField(name, rows)


def _ground(name: str, verb: Verb, shell: Shell, opened: Opened) -> FormField:
    grounds = opened.regulation.stop_grounds
    if not grounds:
        return LongTextField(name)
    rows = tuple((one.ground_id, one.title, _cited(one.title, one.clause, opened)) for one in grounds)
    return ReasonField(name, rows)


def _cited(words: str, clause: str, opened: Opened) -> str:
    return f"{words} ({cited_clause(clause, opened.regulation)})"


def _cause(name: str, verb: Verb, shell: Shell, opened: Opened) -> FormField:
    return ChoiceField(name, tuple((one.value, cause_name(one)) for one in Cause))


def _channel(name: str, verb: Verb, shell: Shell, opened: Opened) -> FormField:
    choices = tuple((one.value, warning_channel_name(one)) for one in WarningChannel)
    return ChoiceField(name, choices, WarningChannel.NOTIFICATION.value)


def _kind(name: str, verb: Verb, shell: Shell, opened: Opened) -> FormField:
    level = opened.card.level.value
    fitting = {"near": WarningKind.NEAR, "stage_over": WarningKind.STAGE_OVER, "over": WarningKind.ANSWER_OVER}
    chosen = fitting.get(level)
    choices = tuple((one.value, warning_kind_name(one)) for one in WarningKind)
    return ChoiceField(name, choices, chosen.value if chosen else "")


def _how(name: str, verb: Verb, shell: Shell, opened: Opened) -> FormField:
    told = (Delivery.PHONE, Delivery.POST, Delivery.IN_PERSON)
    chosen = opened.message.delivery if opened.message.delivery in told else Delivery.PHONE
    return ChoiceField(name, tuple((one.value, delivery_name(one)) for one in told), chosen.value)


def _text(name: str, verb: Verb, shell: Shell, opened: Opened) -> FormField:
    return LongTextField(name, lines=5)


def _line(name: str, verb: Verb, shell: Shell, opened: Opened) -> FormField:
    field = TextField(name)
    applicant = opened.message.applicant
    if verb is Verb.CORRECT_APPLICANT and applicant is not None:
        known = {"name": applicant.name, "phone": applicant.phone, "email": applicant.email}
        field.set_value(known.get(name, applicant.address))
    elif verb is Verb.ACCEPT:
        field.set_value(opened.message.address if name == "address" else opened.message.fact)
    return field


def _date(name: str, verb: Verb, shell: Shell, opened: Opened) -> FormField:
    field = DateField(name)
    field.edit.set_base(shell.now().date())
    return field


def _files(name: str, verb: Verb, shell: Shell, opened: Opened) -> FormField:
    return FilesField(name, shell)


def _parts(name: str, verb: Verb, shell: Shell, opened: Opened) -> FormField:
    return PartsField(name, opened.message)


_MAKERS: dict[str, Maker] = {
    "organisation": _organisation,
    "category": _topic,
    "executor": _executor,
    "approver": _approver,
    "endorsers": _endorsers,
    "to": _to,
    "instead_of": _instead_of,
    "reason": _reason,
    "decline_reason": _text,
    "ground": _ground,
    "cause": _cause,
    "channel": _channel,
    "kind": _kind,
    "how": _how,
    "text": _text,
    "question": _text,
    "note": _text,
    "comment": _text,
    "name": _line,
    "phone": _line,
    "email": _line,
    "address": _line,
    "fact": _line,
    "due_on": _date,
    "files": _files,
    "comment_files": _files,
    "parts": _parts,
}
