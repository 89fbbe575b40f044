"""Completeness of the translations."""

import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.pofile import read_po

from arm.i18n import catalogue_sources
from tests.house.sources import CODE, ROOT, sources

RUSSIAN = ROOT / "translations" / "ru" / "LC_MESSAGES"
FIELD = re.compile(r"\{(\w*)[^}]*\}")
Msgid = str | tuple[str, str]


def texts_in_code() -> Iterator[tuple[str, str | None, Msgid]]:
    """Place, context and source text of everything that the code marks for translation."""
    for source in sources(*CODE):
        with source.path.open("rb") as file:
            for line, found, _comments, context in extract("python", file, DEFAULT_KEYWORDS):
                msgid = tuple(found[:2]) if isinstance(found, tuple | list) else found
                if msgid:
                    yield f"{source.name}:{line}", context, msgid


def catalogues() -> dict[Path, Catalog]:
    read = {}
    for path in catalogue_sources(RUSSIAN):
        with path.open("rb") as file:
            read[path] = read_po(file, locale="ru", abort_invalid=True)
    return read


def forms(string: str | tuple[str, ...] | None) -> tuple[str, ...]:
    return string if isinstance(string, tuple) else (string or "",)


def test_every_text_in_the_code_has_its_russian() -> None:
    known = list(catalogues().values())
    missing = []
    for place, context, msgid in texts_in_code():
        single = msgid if isinstance(msgid, str) else msgid[0]
        entries = [entry for one in known if (entry := one.get(single, context)) and not entry.fuzzy]
        plural = isinstance(msgid, tuple)
        if not any(all(forms(entry.string)) and (entry.pluralizable or not plural) for entry in entries):
            missing.append(f"{place} {single}")
    assert missing == []


def test_every_plural_has_three_russian_forms() -> None:
    wrong = []
    for path, catalogue in catalogues().items():
        plural = [entry for entry in catalogue if entry.id and entry.pluralizable]
        wrong += [(path.name, entry.id) for entry in plural if len([f for f in forms(entry.string) if f]) != 3]
    assert wrong == []


def test_a_translation_fills_the_same_fields_as_its_source() -> None:
    wrong = []
    for path, catalogue in catalogues().items():
        for entry in catalogue:
            if not entry.id:
                continue
            asked = {field for text in forms(entry.id) for field in FIELD.findall(text)}
            given = {field for text in forms(entry.string) if text for field in FIELD.findall(text)}
            if (given and not given <= asked) or (asked and not given):
                wrong.append((path.name, entry.id))
    assert wrong == []


def test_no_two_parts_translate_one_text_differently() -> None:
    seen: dict[tuple[str | None, str], tuple[str, ...]] = {}
    clashes = []
    for path, catalogue in catalogues().items():
        for entry in catalogue:
            if entry.id:
                key = (entry.context, forms(entry.id)[0])
                if seen.setdefault(key, forms(entry.string)) != forms(entry.string):
                    clashes.append((path.name, key))
    assert clashes == []
