"""Sentences of a message's timeline: what was done and what was given."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from arm.domain import commands as c
from arm.domain.commands import Verb
from arm.domain.directory import Directory
from arm.domain.events import Event
from arm.domain.identity import OrganisationId, UserId
from arm.domain.message import Result
from arm.i18n import _, current_language
from ui import word_tables


def event_title(event: Event, directory: Directory) -> str:
    """«Назначен исполнитель: Кузнецов И. И.»"""
    said = _titles(current_language()).get(event.verb, event.verb.value)
    if isinstance(event.command, c.Comment) and event.command.rival:
        # P19: an answer that came too late, kept by the store
        return _("Rival version of the answer")
    target = _target(event, directory)
    return _("{what}: {whom}").format(what=said, whom=target) if target else said


def verb_title(verb: Verb) -> str:
    """What was done, without whom and what: «Переназначено»."""
    return _titles(current_language()).get(verb, verb.value)


def event_detail(event: Event, directory: Directory) -> str:
    """What was given with it: reason, result, note; several lines, each plain text."""
    lines = [line for line in _given(event, directory) if line]
    if event.actor.standing_in_for_name:
        lines.append(_("Stands in for {name}").format(name=event.actor.standing_in_for_name))
    if event.is_forecast:
        lines.append(_("Not sent yet"))
    return "\n".join(lines)


@cache
def _titles(language: str) -> dict[Verb, str]:
    return {
        Verb.REGISTER: _("Came in"),
        Verb.ACCEPT: _("Accepted by the moderator"),
        Verb.DECLINE: _("Declined"),
        Verb.SPLIT: _("Split into several messages"),
        Verb.CHANGE_ORGANISATION: _("Addressee changed"),
        Verb.RECLASSIFY: _("Topic changed"),
        Verb.ASSIGN: _("Executor named"),
        Verb.TAKE: _("Taken into work by the coordinator"),
        Verb.HAND_DOWN: _("Handed down"),
        Verb.PROPOSE_REDIRECT: _("Redirect proposed"),
        Verb.REDIRECT: _("Redirected"),
        Verb.HAND_UP: _("Returned to the superior organisation"),
        Verb.START: _("Work begun"),
        Verb.SEND_BACK: _("Returned to the coordinator"),
        Verb.REASSIGN: _("Reassigned"),
        Verb.REQUEST_DOCUMENTS: _("Documents requested"),
        Verb.ANSWER_INQUIRY: _("Inquiry answered"),
        Verb.SUBMIT: _("Answer submitted"),
        Verb.ENDORSE: _("Endorsed"),
        Verb.REJECT: _("Returned for rework"),
        Verb.PASS_ON: _("Decision passed on"),
        Verb.APPROVE: _("Approved"),
        Verb.RATE: _("Rated by the applicant"),
        Verb.STOP_RECONSIDERATION: _("Reconsideration stopped"),
        Verb.WARN: _("Warned"),
        Verb.COMMENT: _("Comment"),
        Verb.DELIVER: _("Answer told to the applicant"),
        Verb.RECALL: _("Last step taken back"),
        Verb.CORRECT_APPLICANT: _("Applicant corrected"),
    }


def _organisation(directory: Directory, organisation_id: OrganisationId | None) -> str:
    if organisation_id is None:
        return ""
    one = directory.organisation(organisation_id)
    return (one.short_name or one.name) if one else ""


def _target(event: Event, directory: Directory) -> str:
    given = event.command
    person: UserId | None = None
    if isinstance(given, c.Assign | c.Reassign):
        person = given.executor
    elif isinstance(given, c.PassOn):
        person = given.to
    if person is not None:
        return directory.name(person)
    if isinstance(given, c.HandDownTo | c.ProposeRedirect | c.RedirectTo | c.RequestDocuments):
        return _organisation(directory, given.organisation)
    if isinstance(given, c.ChangeOrganisation | c.HandUp | c.Accept):
        return _organisation(directory, event.organisation_to)
    return ""


def _given(event: Event, directory: Directory) -> tuple[str, ...]:
    given = event.command
    speak = _SPEAKERS.get(type(given))
    return speak(given, directory) if speak else ()


def _topic(given: c.Accept | c.Reclassify, directory: Directory) -> tuple[str, ...]:
    return (directory.classifier.title(given.category, given.subcategory) if given.category else "",)


def _submitted(given: c.Submit, directory: Directory) -> tuple[str, ...]:
    result = given.result
    said = word_tables.results(current_language()).get(result, "") if isinstance(result, Result) else ""
    names = ", ".join(name for name in (directory.name(one) for one in given.endorsers) if name)
    approver = directory.name(given.approver)
    return (
        said,
        _("Endorsers: {names}").format(names=names) if names else "",
        _("Approves: {name}").format(name=approver) if approver else "",
        given.comment,
    )


def _reassigned(given: c.Reassign, directory: Directory) -> tuple[str, ...]:
    cause = word_tables.causes(current_language())[given.cause] if given.cause else ""
    return cause, given.reason


def _passed_on(given: c.PassOn, directory: Directory) -> tuple[str, ...]:
    cause = word_tables.causes(current_language())[given.cause] if given.cause else ""
    replaced = directory.name(given.instead_of)
    return _("Instead of {name}").format(name=replaced) if replaced else "", cause, given.reason


def _warned(given: c.Warn, directory: Directory) -> tuple[str, ...]:
    kind = word_tables.warning_kinds(current_language())[given.kind] if given.kind else ""
    channel = word_tables.warning_channels(current_language())[given.channel] if given.channel else ""
    return f"{kind} · {channel}" if kind and channel else kind or channel, given.note


def _delivered(given: c.Deliver, directory: Directory) -> tuple[str, ...]:
    if not given.reached:
        return (_("Not reached"),)
    return (word_tables.deliveries(current_language())[given.how],)


def _edited(given: c.Endorse | c.Approve, directory: Directory) -> tuple[str, ...]:
    return (_("With an edited text") if given.text is not None else "",)


def _rated(given: c.Rate, directory: Directory) -> tuple[str, ...]:
    return _("Mark: {mark} of 5").format(mark=given.mark), given.comment


_SPEAKERS: dict[type, Callable[..., tuple[str, ...]]] = {
    c.Accept: _topic,
    c.Reclassify: _topic,
    c.Submit: _submitted,
    c.Reassign: _reassigned,
    c.PassOn: _passed_on,
    c.Warn: _warned,
    c.Deliver: _delivered,
    c.Endorse: _edited,
    c.Approve: _edited,
    c.Rate: _rated,
    c.Decline: lambda given, directory: (given.text or given.reason,),
    c.HandUp: lambda given, directory: (given.reason,),
    c.SendBack: lambda given, directory: (given.reason,),
    c.Reject: lambda given, directory: (given.reason,),
    c.ProposeRedirect: lambda given, directory: (given.reason,),
    c.StopReconsideration: lambda given, directory: (given.reason,),
    c.RequestDocuments: lambda given, directory: (given.question,),
    c.AnswerInquiry: lambda given, directory: (given.text,),
    c.Comment: lambda given, directory: (given.text,),
}
