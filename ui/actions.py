"""The look of every verb: its icon, whether it is dangerous, whether the message leaves the queue by it."""

from __future__ import annotations

from dataclasses import dataclass

from arm.desk.values import Workspace as Space
from arm.domain.verbs import Verb


@dataclass(frozen=True, slots=True)
class VerbLook:
    """`ends_here`: after it the message usually leaves the queue, so the next one is chosen."""

    icon: str
    is_danger: bool = False
    ends_here: bool = False


LOOKS: dict[Verb, VerbLook] = {
    Verb.REGISTER: VerbLook("plus"),
    Verb.ACCEPT: VerbLook("check", ends_here=True),
    Verb.DECLINE: VerbLook("circle-x", is_danger=True, ends_here=True),
    Verb.SPLIT: VerbLook("git-merge", ends_here=True),
    Verb.CHANGE_ORGANISATION: VerbLook("building", ends_here=True),
    Verb.RECLASSIFY: VerbLook("list-check"),
    Verb.ASSIGN: VerbLook("user", ends_here=True),
    Verb.TAKE: VerbLook("hand-stop", ends_here=True),
    Verb.HAND_DOWN: VerbLook("route", ends_here=True),
    Verb.PROPOSE_REDIRECT: VerbLook("arrow-forward-up", ends_here=True),
    Verb.REDIRECT: VerbLook("arrow-forward-up", ends_here=True),
    Verb.HAND_UP: VerbLook("arrow-back-up", ends_here=True),
    Verb.START: VerbLook("edit"),
    Verb.SEND_BACK: VerbLook("arrow-back-up", ends_here=True),
    Verb.REASSIGN: VerbLook("users", ends_here=True),
    Verb.REQUEST_DOCUMENTS: VerbLook("file-text"),
    Verb.ANSWER_INQUIRY: VerbLook("message", ends_here=True),
    Verb.SUBMIT: VerbLook("send", ends_here=True),
    Verb.ENDORSE: VerbLook("check", ends_here=True),
    Verb.REJECT: VerbLook("arrow-back-up", is_danger=True, ends_here=True),
    Verb.PASS_ON: VerbLook("users", ends_here=True),
    Verb.APPROVE: VerbLook("rubber-stamp", ends_here=True),
    Verb.RATE: VerbLook("thumb-down"),
    Verb.STOP_RECONSIDERATION: VerbLook("hand-stop", is_danger=True, ends_here=True),
    Verb.WARN: VerbLook("bell"),
    Verb.COMMENT: VerbLook("message"),
    Verb.DELIVER: VerbLook("phone", ends_here=True),
    Verb.RECALL: VerbLook("arrow-back-up"),
    Verb.CORRECT_APPLICANT: VerbLook("pencil"),
}

SPACE_ICONS: dict[Space, str] = {
    Space.INTAKE: "phone",
    Space.MODERATION: "shield-check",
    Space.COORDINATION: "route",
    Space.EXECUTION: "edit",
    Space.DECISIONS: "rubber-stamp",
    Space.CONTROL: "calendar-time",
}
SPACE_NUMBERS: dict[Space, int] = {space: place for place, space in enumerate(Space, 1)}
"""Alt+1…6, fixed by the process, whatever roles a person has (ux.md §2.0.2)."""

NEVER_BUTTONS = frozenset({Verb.REGISTER, Verb.RATE, Verb.CORRECT_APPLICANT})
"""Verbs with a place of their own: the intake form, the applicant's side, the pencil in the card's header."""
