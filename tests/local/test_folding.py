"""Folding of Russian text: forms, ё, phones, order, and queries that nothing can break."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlcipher3 import dbapi2 as sqlite

from arm.local.folding import collate, fold, match_query, phone_key, sort_key, stem, stems, words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("дороге", "дороги"),
        ("ёлка", "елка"),
        ("ёлки", "ЕЛКА"),
        ("ремонта", "ремонтом"),
        ("мусор", "мусором"),
        ("отопление", "отоплением"),
    ],
)
def test_forms_of_a_word_have_one_stem(one: str, other: str) -> None:
    assert stem(fold(one)) == stem(fold(other))


def test_other_scripts_and_numbers_stay_as_they_are() -> None:
    assert stems("Дом 5-А, e-mail: Ivan@example.com") == "дом 5 а e mail ivan example com"


def test_one_phone_is_one_phone_however_it_is_written() -> None:
    assert phone_key("+7 (900) 000-11-22") == phone_key("8 900 0001122") == phone_key("9000001122")
    assert phone_key("12") == ""


def test_the_alphabet_of_people_puts_yo_right_after_ye() -> None:
    assert sorted(["яма", "жук", "ёж", "ель"], key=sort_key) == ["ель", "ёж", "жук", "яма"]
    assert collate("ёж", "жук") < 0 < collate("яма", "Ель")


@pytest.mark.parametrize("text", ["", " ", "*", '"', "()", "-", "'; drop", "№", "…", "\u0301"])
def test_a_text_without_words_asks_nothing(text: str) -> None:
    assert match_query(text) == "" or words(text)


@given(st.text(max_size=60))
def test_no_text_breaks_the_query(text: str) -> None:
    base = sqlite.connect(":memory:")
    base.execute(
        "CREATE VIRTUAL TABLE words USING fts5(body, who, content='', detail=column,"
        " tokenize='unicode61 remove_diacritics 0')"
    )
    base.execute("INSERT INTO words(rowid, body, who) VALUES (1, ?, '')", (stems(text),))
    expression = match_query(text)
    if expression:
        base.execute("SELECT rowid FROM words WHERE words MATCH ?", (expression,)).fetchall()
        base.execute("SELECT rowid FROM words WHERE words MATCH ?", (f"{{who}} : ({expression})",)).fetchall()
    base.close()
