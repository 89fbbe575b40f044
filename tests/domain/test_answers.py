"""Tests of answer templates and of the check before sending."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arm.domain.answers import (
    AnswerSketch,
    FindingCode,
    Weight,
    boxes,
    check_answer,
    fields_of,
    fill_template,
    name_and_patronymic,
    personal_numbers,
    salutation,
    template_values,
)
from arm.domain.message import Attachment, Result, UploadId
from tests.domain.builders import World

GOOD = "Уважаемая Мария Петровна! " + "Ямочный ремонт у дома выполнен силами дорожной службы. " * 4


def codes(sketch: AnswerSketch, earlier: tuple[str, ...] = ()) -> list[FindingCode]:
    return [one.code for one in check_answer(sketch, earlier)]


def ready(**other: object) -> AnswerSketch:
    values: dict[str, object] = {"result": Result.SOLVED, "text": GOOD, "has_approver": True} | other
    return AnswerSketch(**values)  # type: ignore[arg-type]


def test_a_complete_answer_has_no_findings() -> None:
    assert check_answer(ready()) == ()


def test_known_fields_are_filled_and_unknown_ones_stay_as_boxes() -> None:
    text = fill_template("Сообщение № {номер} рассмотрено. Ремонт {дата_работ}.", {"номер": "4811"})
    assert text == "Сообщение № 4811 рассмотрено. Ремонт [дата работ]."
    assert text[slice(boxes(text)[0][0], sum(boxes(text)[0]))] == "[дата работ]"


def test_a_field_value_with_braces_is_not_filled_again() -> None:
    assert fill_template("{адрес}", {"адрес": "{номер}", "номер": "1"}) == "{номер}"


def test_fields_are_listed_once_in_order() -> None:
    assert fields_of("{номер} {адрес} {номер}") == ("номер", "адрес")


@pytest.mark.parametrize(
    ("name", "word", "short"),
    [
        ("Иванова Мария Петровна", "Уважаемая", "Мария Петровна"),
        ("Петров Пётр Ильич", "Уважаемый", "Пётр Ильич"),
        ("Алиев Рашид Ахмед оглы", "Уважаемый", "Рашид Ахмед оглы"),
        ("Алиева Лейла Ахмед Кызы", "Уважаемая", "Лейла Ахмед Кызы"),
        ("Алиев Рашид Ахмед-оглы", "Уважаемый", "Рашид Ахмед-оглы"),
        ("Гарсиа Маркес Анна Петровна", "", ""),
        ("Ким Ен", "", ""),
        ("", "", ""),
    ],
)
def test_the_patronymic_tells_how_to_address_a_person(name: str, word: str, short: str) -> None:
    assert salutation(name) == word
    assert name_and_patronymic(name) == short


def test_an_unfilled_box_blocks_and_points_at_its_place() -> None:
    found = check_answer(ready(text=GOOD + " Срок: [дата]."))
    assert [(one.weight, one.code, one.detail) for one in found] == [(Weight.BLOCK, FindingCode.UNFILLED_BOX, "[дата]")]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"result": None}, FindingCode.NO_RESULT),
        ({"has_approver": False}, FindingCode.NO_APPROVER),
        ({"result": Result.POSTPONED}, FindingCode.NO_POSTPONED_DATE),
        ({"result": Result.DECLINED}, FindingCode.NO_DECLINE_REASON),
        ({"needs_signer": True, "has_signer": False}, FindingCode.NO_SIGNER),
        ({"text": "  "}, FindingCode.EMPTY_TEXT),
        ({"text": "Уважаемый заявитель! Сделано."}, FindingCode.SHORT),
        ({"text": GOOD.replace("Уважаемая ", "")}, FindingCode.NO_SALUTATION),
        ({"text": GOOD + "+7 900 000-00-01"}, FindingCode.PERSONAL_NUMBER),
        ({"text": GOOD + "https://example.org/a"}, FindingCode.LINK),
        (
            {
                "result": Result.POSTPONED,
                "postponed_until": date(2026, 9, 2),
                "term_day": date(2026, 9, 1),
            },
            FindingCode.DATE_BEYOND_TERM,
        ),
    ],
)
def test_each_gap_is_found(changed: dict[str, object], code: FindingCode) -> None:
    assert code in codes(ready(**changed))


def test_a_file_over_the_limit_blocks() -> None:
    file = Attachment(upload_id=UploadId("u"), name="план.pdf", size=11, sha256="00")
    assert codes(ready(files=(file,), file_limit_bytes=10)) == [FindingCode.FILE_TOO_LARGE]


def test_the_same_text_as_an_earlier_answer_is_warned_of() -> None:
    assert codes(ready(), (GOOD.replace(" ", "  ").upper(),)) == [FindingCode.SAME_AS_EARLIER]


def test_an_insurance_number_counts_only_with_its_check_sum() -> None:
    assert personal_numbers("СНИЛС 112-233-445 95") == ((6, 14),)
    assert personal_numbers("СНИЛС 112-233-445 96") == ()


@given(st.text(max_size=300))
def test_the_check_takes_any_text(text: str) -> None:
    for one in check_answer(ready(text=text)):
        assert one.position < max(1, len(text))


def test_the_fields_of_a_template_are_told_by_the_message() -> None:
    message = World().execution().card
    values = template_values(
        message, zone="Asia/Kamchatka", topic="Дороги", organisation="Город", author="Петров", position="мастер"
    )
    assert values["номер"] == message.number
    assert values["дата_поступления"] == "02.03.2026"
    assert values["срок"].endswith(".2026")
    assert values["обращение"] == ""
    assert values["должность"] == "мастер"


def test_a_date_beyond_the_term_is_warned_of_before_a_word_is_written() -> None:
    sketch = ready(text="", result=Result.POSTPONED, postponed_until=date(2026, 5, 1), term_day=date(2026, 4, 1))
    assert FindingCode.DATE_BEYOND_TERM in codes(sketch)
