"""Files as tables: their kinds, encodings, and what is wrong with them."""

import gzip
import io
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from arm.interchange.tables import TableTrouble, read_table

LINES = "Номер;Текст;Тематика\r\n1;Нет воды;ЖКХ\r\n2;«Яма», у дома;Дороги\r\n"


def known(headers: list[str]) -> int:
    return sum(one.strip().lower() in ("текст", "номер", "тематика", "text") for one in headers)


def written(folder: Path, content: bytes, name: str = "file.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "koi8-r", "cp866", "utf-16"])
def test_a_table_is_read_in_the_encodings_that_offices_use(tmp_path: Path, encoding: str) -> None:
    text = LINES if encoding not in ("koi8-r", "cp866") else LINES.replace("«", '"').replace("»", '"')
    table = read_table(written(tmp_path, text.encode(encoding)), known)
    assert table.headers == ("Номер", "Текст", "Тематика")
    assert [row.cells[0] for row in table.rows] == ["1", "2"]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found_by_the_header(tmp_path: Path, separator: str) -> None:
    text = separator.join(["Номер", "Текст"]) + "\n" + separator.join(["1", '"раз, два; три"'])
    table = read_table(written(tmp_path, text.encode()), known)
    assert table.rows[0].cells == ("1", "раз, два; три")


def test_a_packed_table_is_read_whatever_its_name(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, gzip.compress(LINES.encode()), "export.csv"), known)
    assert len(table.rows) == 2


def test_a_workbook_is_read_from_the_sheet_that_has_the_header(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    book = xlsxwriter.Workbook(path)
    book.add_worksheet("Пустой")
    sheet = book.add_worksheet("Сообщения")
    sheet.write_row(0, 0, ["Номер", "Текст"])
    sheet.write_row(1, 0, [12, "Нет света"])
    book.close()
    table = read_table(path, known)
    assert table.rows[0].cells == ("12", "Нет света")
    assert table.rows[0].number == 2


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"\n\n \r\n", "empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00", "binary"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old_workbook"),
        (b"PK\x03\x04 not a book", "damaged"),
        (b"\x1f\x8b\x08\x00broken", "damaged"),
        (gzip.compress(LINES.encode())[:-9], "damaged"),
        ("одно;другое\n1;2\n".encode(), "no_header"),
        (b"1;2;3\n4;5;6\n", "no_header"),
    ],
)
def test_a_file_that_is_no_table_says_why(tmp_path: Path, content: bytes, reason: str) -> None:
    with pytest.raises(TableTrouble) as trouble:
        read_table(written(tmp_path, content), known)
    assert trouble.value.reason == reason


def test_a_folder_and_a_missing_file_are_told_apart(tmp_path: Path) -> None:
    for path, reason in ((tmp_path, "folder"), (tmp_path / "нет.csv", "missing")):
        with pytest.raises(TableTrouble) as trouble:
            read_table(path, known)
        assert trouble.value.reason == reason


def test_a_workbook_that_would_burst_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("arm.interchange.tables.MAX_BYTES", 1_000_000)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 5_000_000)
    with pytest.raises(TableTrouble) as trouble:
        read_table(written(tmp_path, content.getvalue()), known)
    assert trouble.value.reason == "too_large"


def test_a_packed_file_that_would_burst_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("arm.interchange.tables.MAX_BYTES", 1_000_000)
    with pytest.raises(TableTrouble) as trouble:
        read_table(written(tmp_path, gzip.compress(b"0" * 5_000_000)), known)
    assert trouble.value.reason == "too_large"
