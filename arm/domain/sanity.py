"""Bounds of what a command may carry, whatever the row: lengths, counts, plain text, required fields."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import date, datetime

from arm.domain.cases import Case, no
from arm.domain.commands import COMMANDS, Command, Register, SplitPart
from arm.domain.message import Applicant, Attachment
from arm.domain.refusals import Reason, Refused

MAX_TEXT = 20_000
MAX_LINE = 500
MAX_FILES = 50
MAX_NAMED = 20
MAX_FILE_NAME = 255
FIRST_YEAR = 2000
LAST_YEAR = 2100
LONG = frozenset({"text", "question", "comment", "note", "reason", "decline_reason"})
"""Fields of free text; all others are one line."""
_FIELDS = {verb: tuple(field.name for field in fields(kind)) for verb, kind in COMMANDS.items()}


def missing(case: Case) -> Refused | None:
    """The first required field that was left empty."""
    command = case.command
    for name in case.row.required:
        value = getattr(command, name, None)
        if value is None or value == "" or value == () or (isinstance(value, str) and not value.strip()):
            return no(Reason.MISSING_FIELD, name)
    return None


def unsound(command: Command) -> Refused | None:
    """The first value beyond its bounds."""
    for name in _FIELDS[command.verb]:
        value = getattr(command, name)
        if isinstance(value, str):
            refused = _text(name, value)
        elif isinstance(value, tuple):
            refused = _many(name, value)
        elif isinstance(value, Applicant):
            refused = next(filter(None, _applicant(value)), None)
        elif isinstance(value, date):
            refused = _day(name, value)
        else:
            continue
        if refused is not None:
            return refused
    return None


def _text(name: str, value: str) -> Refused | None:
    limit = MAX_TEXT if name in LONG else MAX_LINE
    if len(value) > limit:
        return no(Reason.FIELD_TOO_LONG, name, limit=str(limit), length=str(len(value)))
    if value and not _is_text(value):
        return no(Reason.FIELD_NOT_TEXT, name)
    return None


def _day(name: str, value: date) -> Refused | None:
    """A moment must know its zone, a date must be one that calendars and clocks can count with."""
    if isinstance(value, datetime) and value.utcoffset() is None:
        return no(Reason.FIELD_NOT_TEXT, name)
    if value.year < FIRST_YEAR:
        return no(Reason.DATE_IN_PAST, name)
    return no(Reason.DATE_IN_FUTURE, name) if value.year > LAST_YEAR else None


def _is_text(value: str) -> bool:
    """No NUL, which no store keeps, and nothing that isn't Unicode text."""
    if "\0" in value:
        return False
    if value.isascii():
        return True
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _applicant(applicant: Applicant) -> Iterator[Refused | None]:
    for name in ("name", "phone", "email", "address"):
        refused = _text(name, getattr(applicant, name))
        yield no(refused.reason, "applicant", **refused.details) if refused is not None else None


def _many(name: str, values: tuple[object, ...]) -> Refused | None:
    limit = MAX_FILES if name.endswith("files") else MAX_NAMED
    if len(values) > limit:
        return no(Reason.FIELD_TOO_LONG, name, limit=str(limit), length=str(len(values)))
    for value in values:
        if isinstance(value, Attachment):
            if not value.name.strip() or len(value.name) > MAX_FILE_NAME or not _is_text(value.name):
                return no(Reason.FILE_NOT_ACCEPTED, name)
            if value.size <= 0:
                return no(Reason.FILE_NOT_ACCEPTED, name)
            continue
        refused = _part(value) if isinstance(value, SplitPart) else _text(name, str(value))
        if refused is not None:
            return no(refused.reason, name, **refused.details)
    return None


def _part(part: SplitPart) -> Refused | None:
    lines = (part.message_id, part.category, part.subcategory)
    return _text("text", part.text) or next(filter(None, (_text("parts", line) for line in lines)), None)


def unknown_on_register(case: Case, command: Register) -> Refused | None:
    """What an applicant or operator named beside the text must exist; where it goes is the moderator's word."""
    classifier, directory = case.directory.classifier, case.directory
    if command.category and classifier.categories and not classifier.has(command.category, command.subcategory):
        return no(Reason.UNKNOWN_CATEGORY, "category")
    if command.organisation is not None and command.organisation not in directory.tree:
        return no(Reason.UNKNOWN_ORGANISATION, "organisation")
    return None
