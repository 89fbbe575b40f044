"""What a moderator should look at twice in a message: hints with their places in the text, never a decision.

Numbers are checked by their control digits, so that a number of a house or a contract is not taken for a passport.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum


class Mark(StrEnum):
    """The kinds of hints, in the order in which they are told."""

    ABUSE = "abuse"
    THREAT = "threat"
    PHONE = "phone"
    EMAIL = "email"
    SNILS = "snils"
    PASSPORT = "passport"
    BANK_CARD = "bank_card"
    LINK = "link"
    MANY_TOPICS = "many_topics"
    NO_ADDRESS = "no_address"


@dataclass(frozen=True, slots=True)
class Highlight:
    """`position` and `length` point into the text; -1 and 0 where the hint is about all of it."""

    mark: Mark
    position: int = -1
    length: int = 0


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Beginnings of words, folded (lower case, е for ё)."""

    abuse: tuple[str, ...] = ()
    threats: tuple[str, ...] = ()
    innocent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is the applicant's own is nobody else's: his phone and e-mail are no hint."""

    phone: str = ""
    email: str = ""
    address: str = ""
    lexicon: Lexicon = field(default_factory=Lexicon)


_PHONE = re.compile(r"(?<![\d-])(?:\+7|8)[\s(-]*\d{3}[\s)-]*\d{3}[\s-]*\d{2}[\s-]*\d{2}(?![\d-])")
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{2,63}){1,4}")
_SNILS = re.compile(r"(?<![\d-])\d{3}[-\s]?\d{3}[-\s]?\d{3}[-\s]?\d{2}(?![\d-])")
_PASSPORT = re.compile(r"(?<![\d-])\d{2}\s?\d{2}\s?(?:№|номер|N)?\s?\d{6}(?![\d-])", re.IGNORECASE)
_PASSPORT_NEAR = re.compile(r"паспорт|серия|сери[ия]\s", re.IGNORECASE)
_BANK_CARD = re.compile(r"(?<![\d-])(?:\d{4}[\s-]?){3}\d{4}(?:\d{1,3})?(?![\d-])")
_END = r"[^\s.,;:!?)»]"
_LINK = re.compile(
    rf"(?:https?://|www\.)\S*{_END}|(?<![\w@.])[\w-]{{2,40}}\.(?:ru|com|org|net|рф|su)\b(?:/\S*{_END})?", re.IGNORECASE
)
_WORD = re.compile(r"[а-яё]+(?:\s+вас)?", re.IGNORECASE)
_NUMBERED = re.compile(r"(?:^|\n|[.!?;:]\s)[ \t]{0,8}([1-9])\s?[.)]\s?(?=\S)")
_SECONDLY = re.compile(r"\b(?:во-вторых|второй вопрос|вторая проблема|и ещ[её] один вопрос)\b", re.IGNORECASE)
_PLACE = re.compile(
    r"\b(?:ул|улиц[аеыу]|пр-?т|проспект\w*|пер|переул\w+|пл|площад\w+|б-р|бульвар\w*|шоссе|набережн\w+|мкр|микрорайон\w*"
    r"|дом[аеу]?|д|кв|подъезд\w*|посёлок|поселок|пос|сел[оае]|деревн\w+|дер|остановк\w+)\b\.?\s*[№\w«]",
    re.IGNORECASE,
)
_NEAR = 40


def load_lexicon(text: str) -> Lexicon:
    """From TOML with the lists `abuse`, `threats` and `except`. Raises tomllib.TOMLDecodeError."""
    table = tomllib.loads(text)
    lists = (tuple(map(str, table.get(name, ()))) for name in ("abuse", "threats", "except"))
    return Lexicon(*lists)


def highlights(text: str, known: Known) -> tuple[Highlight, ...]:
    """In the order of the text, then what is about the whole; one place has one hint."""
    found: list[Highlight] = []
    taken: list[tuple[int, int]] = []
    for mark, places in _finders(known):
        for start, end in places(text):
            if all(end <= begun or start >= ended for begun, ended in taken):
                taken.append((start, end))
                found.append(Highlight(mark, start, end - start))
    found.sort(key=lambda one: one.position)
    return (*found, *_of_the_whole(text, known))


Places = Callable[[str], Iterator[tuple[int, int]]]


def _finders(known: Known) -> tuple[tuple[Mark, Places], ...]:
    """The surest first: a bank card is no phone, a link holds no e-mail."""
    own_phone, own_email, words = _digits(known.phone)[-10:], known.email.casefold(), known.lexicon
    return (
        (Mark.BANK_CARD, lambda text: _spans(_BANK_CARD, text, _is_bank_card)),
        (Mark.PHONE, lambda text: _spans(_PHONE, text, lambda said: _digits(said)[-10:] != own_phone)),
        (Mark.SNILS, lambda text: _spans(_SNILS, text, _is_snils)),
        (Mark.PASSPORT, lambda text: _spans(_PASSPORT, text, lambda said: True, _is_passport_near)),
        (Mark.EMAIL, lambda text: _spans(_EMAIL, text, lambda said: said.casefold() != own_email)),
        (Mark.LINK, lambda text: _spans(_LINK, text, lambda said: said.casefold() not in own_email)),
        (Mark.THREAT, lambda text: _spans(_WORD, text, lambda said: _begins(said, words.threats, words))),
        (Mark.ABUSE, lambda text: _spans(_WORD, text, lambda said: _begins(said, words.abuse, words))),
    )


def _spans(
    pattern: re.Pattern[str],
    text: str,
    is_meant: Callable[[str], bool],
    is_near: Callable[[str, int], bool] = lambda text, start: True,
) -> Iterator[tuple[int, int]]:
    for one in pattern.finditer(text):
        if is_meant(one[0]) and is_near(text, one.start()):
            yield one.span()


def _of_the_whole(text: str, known: Known) -> Iterator[Highlight]:
    numbers = {one[1] for one in _NUMBERED.finditer(text)}
    if {"1", "2"} <= numbers or _SECONDLY.search(text):
        yield Highlight(Mark.MANY_TOPICS)
    if not known.address.strip() and not _PLACE.search(text):
        yield Highlight(Mark.NO_ADDRESS)


def _begins(word: str, beginnings: tuple[str, ...], words: Lexicon) -> bool:
    folded = word.casefold().replace("ё", "е")
    return folded.startswith(beginnings) and not folded.startswith(words.innocent or ("\0",)) if beginnings else False


def _is_passport_near(text: str, start: int) -> bool:
    """Ten digits are a passport only where it is spoken of."""
    return _PASSPORT_NEAR.search(text[max(0, start - _NEAR) : start + 1]) is not None


def _is_snils(said: str) -> bool:
    """The control number: the sum of digits by their places from 9 down to 1, modulo 101, 100 counting as 0."""
    digits = [int(one) for one in _digits(said)]
    control = sum(place * digit for place, digit in zip(range(9, 0, -1), digits[:9], strict=True)) % 101 % 100
    return control == digits[9] * 10 + digits[10] and any(digits[:9])


def _is_bank_card(said: str) -> bool:
    """Luhn's sum, and the first digit of a payment system in use here."""
    digits = [int(one) for one in _digits(said)]
    doubled = (sum(divmod(2 * one, 10)) if at % 2 else one for at, one in enumerate(reversed(digits)))
    return digits[0] in (2, 3, 4, 5, 6) and sum(doubled) % 10 == 0


def _digits(text: str) -> str:
    return "".join(one for one in text if one in "0123456789")
