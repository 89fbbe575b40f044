"""Sentences of the rules' refusals, each with its clause."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from arm.domain.refusals import Reason, Refused
from arm.domain.verbs import Verb
from arm.i18n import _, current_language

if TYPE_CHECKING:
    from arm.domain.regulation import Regulation


class Gaps(dict[str, str]):
    """Details that a reason didn't bring stand as an ellipsis, never as an error."""

    def __missing__(self, key: str) -> str:
        return "…"


def refusal_sentence(refused: Refused) -> str:
    """Why the rules say no, in words; the field's name is added where one is at fault."""
    from ui.word_tables import fields

    said = reasons(current_language()).get(refused.reason, _("This can't be done now"))
    details = Gaps(refused.details)
    if refused.field:
        name = fields(current_language()).get(refused.field, refused.field)
        details["field"] = name[:1].lower() + name[1:]
    if refused.reason is Reason.STALE and "changed_by" in details:
        said = _("Meanwhile {changed_by} has acted: {what}. What you typed is kept")
        details["what"] = _what_changed(str(details.get("changed_verb", "")))
    return said.format_map(details)


def _what_changed(verb: str) -> str:
    """The other's action as the timeline names it, in the middle of a sentence."""
    from ui.timeline_words import verb_title

    title = verb_title(Verb(verb)) if verb in set(Verb) else _("another action")
    return title[:1].lower() + title[1:]


def refusal_with_clause(refused: Refused, regulation: Regulation | None = None) -> str:
    """The sentence with the clause as people cite it; without one it is a rule of the platform.

    `regulation` is the message's own; without it a clause would be an act's short name that nobody can read.
    """
    if refused.clause and regulation is None:
        return refusal_sentence(refused)
    clause = cited_clause(refused.clause, regulation)
    return _("{sentence} ({clause})").format(sentence=refusal_sentence(refused), clause=clause)


def cited_clause(clause: str, regulation: Regulation | None) -> str:
    """«п. 9 Порядка (…)» for «K 9»; a rule of the platform where there is no clause."""
    cited = regulation.clause_in_words(clause) if regulation is not None else clause
    return cited or _("a rule of the platform")


@cache
def reasons(language: str) -> dict[Reason, str]:
    """One sentence per reason; braces are filled from the refusal's details."""
    return _of_state() | _of_person() | _of_field() | _of_target() | _of_answer() | _of_later()


def _of_state() -> dict[Reason, str]:
    return {
        Reason.UNKNOWN_MESSAGE: _("There is no such message, or it is no longer shown to you"),
        Reason.UNKNOWN_VERB: _("The program doesn't know this action; update it"),
        Reason.ALREADY_REGISTERED: _("The message is registered already"),
        Reason.SWITCHED_OFF: _("The regulation of this message has no such action"),
        Reason.WRONG_STAGE: _("This can't be done at the present stage"),
        Reason.WRONG_SUBJECT: _("Something else is being decided now"),
        Reason.CLOSED: _("The message is closed"),
        Reason.NOT_CLOSED: _("The message isn't closed yet"),
        Reason.NOTHING_CHANGED: _("Nothing would change by this"),
        Reason.STALE: _("The message was changed by somebody else meanwhile. What you typed is kept"),
        Reason.NOT_TAKEN: _("The central store didn't take this step. What you typed is kept"),
        Reason.ALREADY_DECIDED: _("You have decided on this already"),
    }


def _of_person() -> dict[Reason, str]:
    return {
        Reason.WRONG_ROLE: _("You have no role for this action"),
        Reason.WRONG_ORGANISATION: _("The message is with another organisation now"),
        Reason.NOT_THE_EXECUTOR: _("The message is with another executor"),
        Reason.NOT_AN_ENDORSER: _("You are not among those who endorse it"),
        Reason.NOT_THE_APPROVER: _("Another manager approves it"),
        Reason.NOT_ENTITLED: _("The right to decide does not reach this topic"),
        Reason.UNKNOWN_PERSON: _("There is no such person among the colleagues"),
        Reason.NOT_EXECUTOR_THERE: _("This person is not an executor of the organisation"),
        Reason.SAME_PERSON: _("This is the same person"),
        Reason.APPROVES_OWN_ANSWER: _("Nobody approves an answer that they wrote or endorsed themselves"),
        Reason.NOT_NAMEABLE: _("This person can't be named here"),
        Reason.DECIDER_AVAILABLE: _("{person} can decide: decisions are taken over only from those who are absent"),
        Reason.NOT_NAMED_TO_STOP: _("Only those named for it may stop a reconsideration"),
    }


def _of_field() -> dict[Reason, str]:
    return {
        Reason.MISSING_FIELD: _("Fill in: {field}"),
        Reason.FIELD_TOO_LONG: _("Too long: {field}"),
        Reason.FIELD_NOT_TEXT: _("Has signs that can't be kept: {field}"),
        Reason.REASON_NOT_LISTED: _("This reason is not on the regulation's list"),
        Reason.UNKNOWN_CATEGORY: _("The classifier has no such topic"),
        Reason.CATEGORY_EMPTY: _("Choose the topic first"),
        Reason.DATE_IN_PAST: _("The date is in the past"),
        Reason.DATE_IN_FUTURE: _("The date is too far in the future"),
        Reason.TOO_FEW_PARTS: _("At least two parts with a text are needed"),
        Reason.FILE_NOT_ACCEPTED: _("The central store didn't accept the file"),
        Reason.FILES_NOT_ALLOWED: _(
            "Files may be added only together with an edited text, where the regulation allows it"
        ),
        Reason.MARK_OUT_OF_RANGE: _("The mark is a number from 1 to 5"),
    }


def _of_target() -> dict[Reason, str]:
    return {
        Reason.UNKNOWN_ORGANISATION: _("There is no such organisation"),
        Reason.ORGANISATION_NOT_CONNECTED: _("The organisation isn't connected to the platform"),
        Reason.SAME_ORGANISATION: _("The message is with this organisation already"),
        Reason.NOT_SUBORDINATE: _("The organisation isn't subordinate to the present one"),
        Reason.IS_SUBORDINATE: _("The organisation is subordinate: hand the message down instead of redirecting it"),
        Reason.NOBODY_HANDED_DOWN: _("Nobody handed the message down, so there is nowhere to return it"),
        Reason.BODY_CANNOT_BE_ASKED: _("This body can't be asked for documents"),
        Reason.UNKNOWN_INQUIRY: _("There is no such inquiry, or it is closed"),
    }


def _of_answer() -> dict[Reason, str]:
    return {
        Reason.POSTPONED_TOO_FAR: _("The regulation doesn't let it be postponed so far"),
        Reason.POSTPONED_TOO_OFTEN: _("The regulation doesn't let it be postponed again"),
        Reason.TEXT_CHANGED: _(
            "The text of the answer has changed since you opened it. Look at what has changed and decide again"
        ),
        Reason.ALREADY_RATED: _("This answer has its mark already"),
        Reason.CANNOT_BE_RATED: _("This answer can't be rated"),
        Reason.NOT_A_REPEAT: _("Only a repeated consideration can be stopped"),
        Reason.NOT_FOR_DELIVERY: _("This answer needs no telling, or it has been told already"),
    }


def _of_later() -> dict[Reason, str]:
    return {
        Reason.CHANNEL_NOT_ALLOWED: _("An overdue answer is warned of by notification or e-mail only"),
        Reason.NOTHING_TO_WARN: _("There is nothing to warn of now"),
        Reason.NOTHING_TO_RECALL: _("There is nothing to take back"),
        Reason.ACTED_UPON: _("Somebody has acted on it already, so it can't be taken back"),
        Reason.LATE_BY_NEW_TERM: _("By the term of the new topic the message is late already"),
    }
