"""Answer templates with their fields, and the check of an answer before it goes on its way."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from zoneinfo import ZoneInfo

from arm.domain.message import Attachment, Message, Result

FIELD = re.compile(r"\{([а-яёa-z_]{1,40})\}", re.IGNORECASE)
BOX = re.compile(r"\[([^\[\]\n]{1,60})\]")
MIN_LENGTH = 200
SONS, DAUGHTERS = frozenset({"оглы", "оглу", "угли", "улы"}), frozenset({"кызы", "гызы", "кизи"})
"""«Son» and «daughter» that follow the father's name in a Turkic patronymic."""

_PHONE = re.compile(r"(?<!\d)(?:\+7|8)[\s\-(]*\d{3}[\s\-)]*\d{3}[\s-]*\d{2}[\s-]*\d{2}(?!\d)")
_PASSPORT = re.compile(r"(?<!\d)\d{2}\s?\d{2}\s?(?:№\s?)?\d{6}(?!\d)")
_SNILS = re.compile(r"(?<!\d)(\d{3})-(\d{3})-(\d{3})[\s-](\d{2})(?!\d)")
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_SALUTATION = re.compile(r"(?:уважаем|здравствуйте|добрый\s+(?:день|вечер)|доброе\s+утро)", re.IGNORECASE)


class Weight(StrEnum):
    """A block keeps the answer here; a warning only asks to look again."""

    BLOCK = "block"
    WARNING = "warning"


class FindingCode(StrEnum):
    """What the check can find; each has one wording per language."""

    NO_RESULT = "no_result"
    EMPTY_TEXT = "empty_text"
    UNFILLED_BOX = "unfilled_box"
    NO_APPROVER = "no_approver"
    NO_POSTPONED_DATE = "no_postponed_date"
    NO_DECLINE_REASON = "no_decline_reason"
    FILE_TOO_LARGE = "file_too_large"
    NO_SIGNER = "no_signer"
    SHORT = "short"
    NO_SALUTATION = "no_salutation"
    PERSONAL_NUMBER = "personal_number"
    LINK = "link"
    SAME_AS_EARLIER = "same_as_earlier"
    DATE_BEYOND_TERM = "date_beyond_term"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing found; `position` and `length` point into the text, -1 where it is not about the text."""

    weight: Weight
    code: FindingCode
    position: int = -1
    length: int = 0
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerSketch:
    """An answer as it stands in the editor; `term_day` ends the legal term in the organisation's zone."""

    result: Result | None
    text: str
    has_approver: bool
    postponed_until: date | None = None
    term_day: date | None = None
    decline_reason: str = ""
    needs_decline_reason: bool = True
    needs_signer: bool = False
    has_signer: bool = True
    files: tuple[Attachment, ...] = ()
    file_limit_bytes: int = 0


def fill_template(text: str, values: Mapping[str, str]) -> str:
    """The template with its known fields filled; unknown and empty ones stay as boxes `[название поля]`."""

    def put(found: re.Match[str]) -> str:
        value = values.get(found[1].casefold(), "").strip()
        return value or f"[{found[1].replace('_', ' ')}]"

    return FIELD.sub(put, text)


def fields_of(text: str) -> tuple[str, ...]:
    """Names of a template's fields in order, each once."""
    return tuple(dict.fromkeys(found[1].casefold() for found in FIELD.finditer(text)))


def boxes(text: str) -> tuple[tuple[int, int], ...]:
    """Places of unfilled boxes: (position, length), brackets included."""
    return tuple((found.start(), found.end() - found.start()) for found in BOX.finditer(text))


def name_and_patronymic(full_name: str) -> str:
    """«Мария Петровна» of «Иванова Мария Петровна»; empty where the name isn't of three words, or of four with оглы."""
    return " ".join(full_name.split()[1:]) if _is_full(full_name) else ""


def _is_full(full_name: str) -> bool:
    """Surname, name, patronymic; «Алиев Рашид Ахмед оглы» has his in two words."""
    words = full_name.casefold().split()
    return len(words) == 3 or (len(words) == 4 and words[3] in SONS | DAUGHTERS)


def salutation(full_name: str) -> str:
    """«Уважаемая» or «Уважаемый» by the patronymic (-на, -ич, кызы, оглы); empty where it doesn't tell."""
    tail = full_name.casefold().split()[-1] if _is_full(full_name) else ""
    if tail.endswith(("на", *DAUGHTERS)):
        return "Уважаемая"
    if tail.endswith(("ич", *SONS)):
        return "Уважаемый"
    return ""


def template_values(
    message: Message, *, zone: str, topic: str = "", organisation: str = "", author: str = "", position: str = ""
) -> Mapping[str, str]:
    """What a template's fields stand for on this message; dates in the organisation's zone (IANA name)."""
    applicant = message.applicant.name if message.applicant else ""
    due_at = message.clocks.lead_due_at
    there = ZoneInfo(zone)
    return {
        "обращение": salutation(applicant),
        "уважаемый": salutation(applicant),
        "имя_отчество": name_and_patronymic(applicant),
        "номер": message.number,
        "дата_поступления": f"{message.registered_at.astimezone(there):%d.%m.%Y}",
        "адрес": message.address,
        "срок": f"{due_at.astimezone(there):%d.%m.%Y}" if due_at else "",
        "тема": topic,
        "организация": organisation,
        "исполнитель": author,
        "должность": position,
    }


def check_answer(sketch: AnswerSketch, earlier: Iterable[str] = ()) -> tuple[Finding, ...]:
    """All findings, blocks first (ux.md §2.4); `earlier` are the texts of other answers to this person."""
    return (*_blocks(sketch), *_warnings(sketch, earlier))


def _blocks(sketch: AnswerSketch) -> list[Finding]:
    block = Weight.BLOCK
    found: list[Finding] = []
    if sketch.result is None:
        found.append(Finding(weight=block, code=FindingCode.NO_RESULT))
    if not sketch.text.strip():
        found.append(Finding(weight=block, code=FindingCode.EMPTY_TEXT, position=0))
    found += [
        Finding(
            weight=block,
            code=FindingCode.UNFILLED_BOX,
            position=at,
            length=length,
            detail=sketch.text[at : at + length],
        )
        for at, length in boxes(sketch.text)
    ]
    if sketch.result is Result.POSTPONED and sketch.postponed_until is None:
        found.append(Finding(weight=block, code=FindingCode.NO_POSTPONED_DATE))
    if sketch.result is Result.DECLINED and sketch.needs_decline_reason and not sketch.decline_reason.strip():
        found.append(Finding(weight=block, code=FindingCode.NO_DECLINE_REASON))
    if sketch.needs_signer and not sketch.has_signer:
        found.append(Finding(weight=block, code=FindingCode.NO_SIGNER))
    if not sketch.has_approver:
        found.append(Finding(weight=block, code=FindingCode.NO_APPROVER))
    if sketch.file_limit_bytes:
        found += [
            Finding(weight=block, code=FindingCode.FILE_TOO_LARGE, detail=one.name)
            for one in sketch.files
            if one.size > sketch.file_limit_bytes
        ]
    return found


def _warnings(sketch: AnswerSketch, earlier: Iterable[str]) -> list[Finding]:
    warning, text = Weight.WARNING, sketch.text
    found: list[Finding] = []
    if sketch.postponed_until and sketch.term_day and sketch.postponed_until > sketch.term_day:
        found.append(Finding(weight=warning, code=FindingCode.DATE_BEYOND_TERM))
    if not text.strip():
        return found
    if len(text.strip()) < MIN_LENGTH:
        found.append(Finding(weight=warning, code=FindingCode.SHORT, detail=str(len(text.strip()))))
    if not _SALUTATION.search(text[:200]):
        found.append(Finding(weight=warning, code=FindingCode.NO_SALUTATION, position=0))
    for at, length in personal_numbers(text):
        found.append(Finding(weight=warning, code=FindingCode.PERSONAL_NUMBER, position=at, length=length))
    for link in _LINK.finditer(text):
        found.append(
            Finding(weight=warning, code=FindingCode.LINK, position=link.start(), length=link.end() - link.start())
        )
    plain = _squeezed(text)
    if any(_squeezed(one) == plain for one in earlier):
        found.append(Finding(weight=warning, code=FindingCode.SAME_AS_EARLIER))
    return found


def personal_numbers(text: str) -> tuple[tuple[int, int], ...]:
    """Places that look like a phone, a passport or a valid СНИЛС: (position, length), in order."""
    spans = [(one.start(), one.end()) for one in _PHONE.finditer(text)]
    spans += [(one.start(), one.end()) for one in _SNILS.finditer(text) if _is_snils("".join(one.groups()))]
    spans += [
        (one.start(), one.end())
        for one in _PASSPORT.finditer(text)
        if not any(start < one.end() and one.start() < end for start, end in spans)
    ]
    return tuple((start, end - start) for start, end in sorted(spans))


def _is_snils(digits: str) -> bool:
    """The check sum of an insurance number: weights 9…1, modulo 101, 100 counts as 00."""
    total = sum(int(digit) * weight for digit, weight in zip(digits[:9], range(9, 0, -1), strict=True))
    return total % 101 % 100 == int(digits[9:])


def _squeezed(text: str) -> str:
    return " ".join(text.split()).casefold()
