"""Tests of translations: default language, plural forms, merged and cached catalogues."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from arm import i18n

HEADER = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);\\n"

"""  # noqa: E501
LETTERS = """msgid "{n} letter"
msgid_plural "{n} letters"
msgstr[0] "{n} письмо"
msgstr[1] "{n} письма"
msgstr[2] "{n} писем"
"""


@pytest.fixture
def catalogues(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "ru" / "LC_MESSAGES"
    (folder / "parts").mkdir(parents=True)
    (folder / "arm.po").write_text(HEADER + 'msgid "Save"\nmsgstr "Сохранить"\n', encoding="utf-8")
    (folder / "parts" / "post.po").write_text(HEADER + LETTERS, encoding="utf-8")
    monkeypatch.setattr(i18n, "translations_path", lambda: tmp_path)
    i18n.set_language("ru")
    yield folder
    monkeypatch.undo()
    i18n.set_language("ru")


def test_the_parts_of_the_rooms_are_merged(catalogues: Path) -> None:
    assert i18n._("Save") == "Сохранить"
    said = [i18n.ngettext("{n} letter", "{n} letters", n).format(n=n) for n in (1, 2, 5, 11, 21)]
    assert said == ["1 письмо", "2 письма", "5 писем", "11 писем", "21 письмо"]


def test_a_changed_source_is_compiled_anew_and_an_unchanged_one_is_not(catalogues: Path) -> None:
    built = catalogues / "arm.mo"
    first = built.stat().st_mtime_ns
    i18n.set_language("ru")
    assert built.stat().st_mtime_ns == first
    source = catalogues / "arm.po"
    source.write_text(HEADER + 'msgid "Save"\nmsgstr "Записать"\n', encoding="utf-8")
    os.utime(source, ns=(first + 1, first + 1))
    i18n.set_language("ru")
    assert i18n._("Save") == "Записать"


def test_english_is_the_source_itself(catalogues: Path) -> None:
    assert i18n.set_language("en") == "en"
    assert i18n._("Save") == "Save"
    assert i18n.ngettext("{n} letter", "{n} letters", 2) == "{n} letters"


@pytest.mark.parametrize(
    ("spoken", "language"),
    [("en_GB.UTF-8", "en"), ("ru_RU.UTF-8", "ru"), ("C", "ru"), ("de_DE", "ru"), ("", "ru")],
)
def test_russian_is_spoken_unless_the_locale_is_english(
    monkeypatch: pytest.MonkeyPatch, spoken: str, language: str
) -> None:
    for name in ("ARM_LANGUAGE", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LC_ALL", spoken)
    assert i18n.language_of_environment() == language
