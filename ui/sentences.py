"""Sentences for what went wrong: refusals of the rules, troubles of the network, of the local files, of attachments."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from arm.domain.refusals import Reason, Refused
from arm.domain.verbs import Verb
from arm.i18n import _, current_language


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


def refusal_with_clause(refused: Refused) -> str:
    """The sentence with the clause of the act; without one it is a rule of the platform."""
    clause = refused.clause or _("a rule of the platform")
    return _("{sentence} ({clause})").format(sentence=refusal_sentence(refused), clause=clause)


def trouble_title(error: BaseException) -> str:
    """A few words for a banner's or dialog's head."""
    kind = type(error).__name__
    titles = {
        "SyncTrouble": _("No connection with the central store"),
        "CacheTrouble": _("The files of this computer"),
        "FileTrouble": _("The file"),
    }
    return titles.get(kind, _("A fault in the program"))


def trouble_sentence(error: BaseException) -> str:
    """What happened, what is safe, what to do; never the words of the error itself."""
    kind = str(getattr(error, "kind", ""))
    params: Mapping[str, object] = getattr(error, "params", {}) or {}
    group = type(error).__name__
    said = troubles(current_language()).get((group, kind))
    if said is None:
        said = _fallbacks(current_language()).get(group, _bug())
    details = {name: str(value) for name, value in params.items()}
    if details.get("limit_bytes", "").isdigit():
        details["limit_mb"] = str(int(details["limit_bytes"]) // (1024 * 1024))
    return said.format_map(Gaps(details))


def _bug() -> str:
    return _(
        "The program has made a mistake. Everything typed is kept. "
        "Go on working; if it happens again, tell the support."
    )


@cache
def _fallbacks(language: str) -> dict[str, str]:
    return {
        "SyncTrouble": _("The central store didn't answer as it should. Actions are kept and will be sent."),
        "CacheTrouble": _("The files of this computer couldn't be read. Unsent work is untouched. Tell the support."),
        "FileTrouble": _("The file couldn't be taken. Choose another one."),
    }


@cache
def troubles(language: str) -> dict[tuple[str, str], str]:
    """By the class of the error and its kind."""
    return _sync_troubles() | _cache_troubles() | _file_troubles()


def _sync_troubles() -> dict[tuple[str, str], str]:
    return {
        ("SyncTrouble", "offline"): _(
            "The central store can't be reached. Check the network and the address; what is done is kept here."
        ),
        ("SyncTrouble", "unauthorised"): _("The login or the password isn't right, or the sign-in has expired."),
        ("SyncTrouble", "too_old"): _(
            "This version of the program is too old for the central store. Update it; unsent work is kept."
        ),
        ("SyncTrouble", "server_fault"): _(
            "The central store has a fault. Actions are kept and will be sent when it answers again."
        ),
        ("SyncTrouble", "refused"): _("The central store didn't accept it. Nothing typed is lost."),
        ("SyncTrouble", "throttled"): _("Too many attempts. Wait a minute and try again."),
        ("SyncTrouble", "wrong_server"): _(
            "At this address another program answers, not the central store. Check the address."
        ),
        ("SyncTrouble", "certificate"): _(
            "The certificate of the central store isn't trusted on this computer. Nothing was sent; tell the support."
        ),
    }


def _cache_troubles() -> dict[tuple[str, str], str]:
    return {
        ("CacheTrouble", "wrong_key"): _(
            "The files can't be opened with this password. They are whole; check the password and the layout."
        ),
        ("CacheTrouble", "damaged"): _(
            "The files of this computer are damaged. The copy of the messages will be loaded anew; "
            "unsent work was put aside and nothing of it was thrown away."
        ),
        ("CacheTrouble", "disk_full"): _(
            "The disk is full: the last action was not saved. What was saved before is whole. "
            "Free some space and repeat."
        ),
        ("CacheTrouble", "in_use"): _("This profile is already open in another window of the program."),
        ("CacheTrouble", "no_key_store"): _(
            "The system's key store isn't available, so the files are protected by your password."
        ),
        ("CacheTrouble", "too_new"): _(
            "The files were written by a newer version of the program. Update the program; nothing was changed."
        ),
        ("CacheTrouble", "unreadable"): _(
            "The files of this computer can't be read: access is denied or the disk is failing. "
            "Nothing was changed; tell the support."
        ),
    }


def _file_troubles() -> dict[tuple[str, str], str]:
    return {
        ("FileTrouble", "too_big"): _("The file is larger than {limit_mb} MB. Choose a smaller one."),
        ("FileTrouble", "type"): _("Files of this kind are not accepted ({suffix}). Choose another one."),
        ("FileTrouble", "unreadable"): _("The file can't be read. Check that it is in its place."),
        ("FileTrouble", "empty"): _("The file is empty. Choose another one."),
        ("FileTrouble", "missing"): _("The file isn't on this computer yet. It comes with the next sync."),
        ("FileTrouble", "not_sent"): _("The file isn't sent yet. The action waits for it and nothing is lost."),
        ("FileTrouble", "damaged"): _("The file came damaged and was not opened. Try again."),
    }


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
