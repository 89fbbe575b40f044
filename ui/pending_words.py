"""Own commands on the page of sending and decisions: what each one is, what was typed, what may be done with it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from arm.desk.values import Pending, PendingState
from arm.domain.refusals import Reason
from arm.domain.verbs import Verb
from arm.i18n import _
from ui.formats import initials, number_sign
from ui.sync_words import moment_words
from ui.wording import refusal_sentence, verb_label

VERBS = {one.value: one for one in Verb}
OWN_FORMS = {Verb.SUBMIT: "answer", Verb.REGISTER: "register"}
TYPED = ("text", "reason", "comment", "question", "note", "address", "name", "phone", "email")
KEPT_FOR = timedelta(days=30)
"""How long an own text is kept whose message is no longer shown to its author (P19)."""
HOPELESS = frozenset(
    {
        Reason.UNKNOWN_VERB,
        Reason.ALREADY_REGISTERED,
        Reason.ALREADY_DECIDED,
        Reason.ALREADY_RATED,
        Reason.NOTHING_CHANGED,
        Reason.SWITCHED_OFF,
    }
)
"""What the same command meets again for certain."""


class Case(StrEnum):
    """What is to be done with an own command."""

    WAITING = "waiting"
    COMPARE = "compare"
    AGAIN = "again"
    GONE = "gone"
    PARKED = "parked"


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingFace:
    """One own command as the page shows it; `typed` are labels of fields and their texts."""

    pending: Pending
    case: Case
    title: str
    when: str
    why: str
    typed: tuple[tuple[str, str], ...]
    can_repeat: bool

    @property
    def text(self) -> str:
        """The long text of the command."""
        return typed_fields(self.pending.command_json).get("text", "")


def pending_face(pending: Pending, now: datetime, *, is_here: bool) -> PendingFace:
    """`is_here`: whether the message is still shown to its author."""
    from ui.wording import field_name

    case = case_of(pending, is_here=is_here)
    verb = VERBS.get(pending.verb)
    label = verb_label(verb) if verb else pending.verb
    title = f"{number_sign(pending.number)} · {label}" if pending.number else label
    typed = tuple((field_name(name), words) for name, words in typed_fields(pending.command_json).items())
    refused = pending.refused
    return PendingFace(
        pending=pending,
        case=case,
        title=title,
        when=moment_words(pending.saved_at, now),
        why=_why(pending, case, now),
        typed=typed,
        can_repeat=case is Case.AGAIN and (refused is None or refused.reason not in HOPELESS),
    )


def case_of(pending: Pending, *, is_here: bool) -> Case:
    if pending.state in (PendingState.HELD, PendingState.UNSENT):
        return Case.WAITING
    if pending.state is PendingState.PARKED:
        return Case.PARKED
    if not is_here and pending.standing is None and pending.verb != Verb.REGISTER.value:
        return Case.GONE
    if pending.standing is not None and typed_fields(pending.command_json).get("text"):
        return Case.COMPARE
    return Case.AGAIN


def _why(pending: Pending, case: Case, now: datetime) -> str:
    if case is Case.WAITING:
        return ""
    if case is Case.PARKED:
        return _(
            "The central store couldn't read this action and gave it to the administrator. Tell him this number: {id}"
        ).format(id=pending.command_id)
    said = refusal_sentence(pending.refused) if pending.refused is not None else _not_said(pending.state)
    if case is Case.GONE:
        return _gone(pending, said)
    return said


def _gone(pending: Pending, said: str) -> str:
    """The access was lost: the reason where it says more, and how long an own text is kept (P19)."""
    parts = [f"{said}."] if pending.refused is None or pending.refused.reason is not Reason.UNKNOWN_MESSAGE else []
    parts.append(_("The message is no longer shown to you."))
    if typed_fields(pending.command_json):
        until = f"{(pending.saved_at + KEPT_FOR).astimezone():%d.%m.%Y}"
        parts.append(_("Your text is kept here for 30 days, until {day}.").format(day=until))
    return " ".join(parts)


def _not_said(state: PendingState) -> str:
    if state is PendingState.CONFLICT:
        return _("The message was changed by somebody else meanwhile. What you typed is kept")
    return _("The central store didn't accept it. Nothing typed is lost.").rstrip(".")


def standing_title(pending: Pending, now: datetime) -> str:
    """«В хранилище (Петров П. П., 10:50)»."""
    standing = pending.standing
    if standing is None:
        return _("In the store")
    given = [initials(standing.by) if standing.by else "", moment_words(standing.at, now) if standing.at else ""]
    named = ", ".join(one for one in given if one)
    return _("In the store ({who})").format(who=named) if named else _("In the store")


def typed_fields(command_json: str) -> dict[str, str]:
    """What a person typed, out of the command as it was kept: texts only, no references."""
    try:
        read = json.loads(command_json) if command_json else {}
    except ValueError:
        return {}
    given = read.get("command", read) if isinstance(read, dict) else {}
    if not isinstance(given, dict):
        return {}
    return {name: str(given[name]) for name in TYPED if isinstance(given.get(name), str) and given[name]}
