"""Rows of a table as messages, or the reason why not."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from arm.interchange.incoming import Incoming, columns_of, read_incoming

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def read(folder: Path, text: str) -> Incoming:
    path = folder / "messages.csv"
    path.write_text(text, encoding="utf-8")
    return read_incoming(path, ZoneInfo("Europe/Moscow"), NOW)


def test_headers_are_known_in_russian_and_english() -> None:
    assert columns_of(("№", "ФИО заявителя", "Суть обращения", "Дата поступления")) == {
        "text": 2,
        "created": 3,
        "applicant": 1,
    }
    assert columns_of(("id", "text", "topic", "responsible")) == {
        "external_id": 0,
        "text": 1,
        "topic": 2,
        "organisation": 3,
    }


def test_category_and_topic_side_by_side_are_two_levels() -> None:
    assert columns_of(("Текст", "Категория", "Тема")) == {"text": 0, "topic": 1, "subcategory": 2}


def test_only_the_text_is_obligatory(tmp_path: Path) -> None:
    found = read(tmp_path, "Текст\nНет воды\n")
    assert [one.text for one in found.messages] == ["Нет воды"]
    assert found.refused == ()


def test_each_row_that_cannot_be_taken_has_its_number_and_reason(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "id,text,created\n"
        "1,<p>&nbsp;</p>,\n"
        "2,хорошо,01.02.2026\n"
        "3,плохая дата,завтра\n"
        "4,из будущего,05.12.2026\n"
        "5,лишняя,ячейка,тут,есть\n"
        f"6,{'о' * 20_001},\n",
    )
    assert [(one.row, one.reason) for one in found.refused] == [
        (2, "empty_text"),
        (4, "bad_date"),
        (5, "date_in_future"),
        (6, "too_many_cells"),
        (7, "text_too_long"),
    ]
    assert [one.external_id for one in found.messages] == ["2"]


def test_a_quote_that_is_never_closed_is_named(tmp_path: Path) -> None:
    rest = "\n".join(f"{n},строка {n}" for n in range(3000))
    found = read(tmp_path, f'id,text\n1,первая\n2,"не закрыта\n{rest}\n')
    assert [one.external_id for one in found.messages] == ["1"]
    assert [(one.row, one.reason) for one in found.refused] == [(3, "open_quote")]


def test_ambiguous_dates_and_meaningless_columns_are_said(tmp_path: Path) -> None:
    found = read(tmp_path, "text,created,настроение\nраз,03/04/2026,злое\n")
    assert found.unsure_dates == ("created",)
    assert found.ignored == ("настроение",)
    assert found.messages[0].created_at == datetime(2026, 4, 2, 21, tzinfo=UTC)


def test_a_title_stands_before_the_text(tmp_path: Path) -> None:
    found = read(tmp_path, "title,text,author\nЛивнёвка,Течёт во двор,ООО «Двор»\n")
    assert found.messages[0].text == "Ливнёвка\n\nТечёт во двор"
    assert found.messages[0].is_legal_entity
