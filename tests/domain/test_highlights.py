"""Hints of a message: numbers by their control digits, words by their beginnings, and nothing about the innocent."""

from __future__ import annotations

import pytest

from arm.domain.highlights import Highlight, Known, Lexicon, Mark, highlights

LEXICON = Lexicon(abuse=("дурак", "урод"), threats=("убью", "повешу вас"), innocent=("урожа", "урожен"))
AT_HOME = Known(phone="+7 900 000-11-22", email="Ivan@mail.ru", address="ул. Мира, 14", lexicon=LEXICON)


def said(text: str, known: Known = AT_HOME) -> list[tuple[Mark, str]]:
    return [(one.mark, text[one.position : one.position + one.length]) for one in highlights(text, known)]


@pytest.mark.parametrize(
    ("text", "mark", "part"),
    [
        ("Звоните соседке 8 (912) 345-67-89 после шести", Mark.PHONE, "8 (912) 345-67-89"),
        ("Её СНИЛС 112-233-445 95, проверьте", Mark.SNILS, "112-233-445 95"),
        ("СНИЛС 11223344595", Mark.SNILS, "11223344595"),
        ("паспорт соседа 0312 654321 выдан", Mark.PASSPORT, "0312 654321"),
        ("деньги на карту 4276 3800 1234 5679", Mark.BANK_CARD, "4276 3800 1234 5679"),
        ("пишите на petrov.p@yandex.ru", Mark.EMAIL, "petrov.p@yandex.ru"),
        ("смотрите https://example.com/kupi и vygoda.ru/skidki", Mark.LINK, "https://example.com/kupi"),
        ("(подробности на vygoda.ru/sbor).", Mark.LINK, "vygoda.ru/sbor"),
        ("ДУРАКИ вы там", Mark.ABUSE, "ДУРАКИ"),
        ("убью всех", Mark.THREAT, "убью"),
    ],
)
def test_what_is_found_and_where(text: str, mark: Mark, part: str) -> None:
    assert (mark, part) in said(text)


@pytest.mark.parametrize(
    "text",
    [
        "Мой телефон 8 900 000 11 22, почта ivan@mail.ru",
        "Номер договора 112-233-445 96",
        "Лицевой счёт 0312 654321",
        "Карта 4276 3800 1234 5670 не подходит",
        "Урожай пропал, я уроженец села",
        "Дом 14, 2 подъезд, 3 этаж; 1,5 метра до 2. линии",
        "Заявка 12345678901234567890 от 01.02.2026",
    ],
)
def test_what_is_innocent_is_not_touched(text: str) -> None:
    assert said(text) == []


def test_several_topics_and_a_missing_address_are_about_the_whole() -> None:
    nowhere = Known()
    assert highlights("1. Яма на дороге. 2. Не горит фонарь.", nowhere) == (
        Highlight(Mark.MANY_TOPICS),
        Highlight(Mark.NO_ADDRESS),
    )
    assert highlights("Во-первых, мусор, а во-вторых, шум", Known(address="ул. Мира, 1")) == (
        Highlight(Mark.MANY_TOPICS),
    )
    assert highlights("У дома 5 по улице Ёлочной яма", nowhere) == ()


def test_hints_come_in_the_order_of_the_text_and_one_place_has_one() -> None:
    text = "карта 4276 3800 1234 5679, телефон 8 912 345 67 89, сайт kupi.ru, дурак"
    assert [mark for mark, _part in said(text)] == [Mark.BANK_CARD, Mark.PHONE, Mark.LINK, Mark.ABUSE]


def test_a_long_hostile_text_is_read_at_once() -> None:
    """No pattern may go back over what it has read again and again."""
    for piece in ("8 ", "1-", "a@a.", "www.", "ул", "\n1.", "паспорт 1 "):
        highlights(piece * 20_000, AT_HOME)
