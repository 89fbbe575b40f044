"""Tests of logging: what a person wrote, is called or lives at never reaches a handler."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from arm import logs

SECRET = "Иванова Мария, ул. Ленина, 5"


@pytest.fixture
def log_file(tmp_path: Path) -> Iterator[Path]:
    before = logging.raiseExceptions
    yield tmp_path / "folder" / "arm.log"
    logs.set_up(level="WARNING")
    logging.raiseExceptions = before


def test_only_listed_fields_and_harmless_arguments_are_written(log_file: Path) -> None:
    logs.set_up(file=log_file)
    logging.getLogger("arm.sync").info("page of %d by %s", 20, SECRET, extra={"rows": 20, "applicant": SECRET})
    written = log_file.read_text(encoding="utf-8")
    assert "page of 20 by …" in written and "rows=20" in written
    assert "Иванова" not in written


def test_an_error_is_written_by_type_and_place_without_its_words(log_file: Path) -> None:
    logs.set_up(file=log_file)
    try:
        raise ValueError(SECRET)
    except ValueError as error:
        logs.record_crash(error)
    written = log_file.read_text(encoding="utf-8")
    assert "error=ValueError at=test_logs.py:" in written
    assert "Иванова" not in written


def test_foreign_loggers_say_only_where_they_stood(log_file: Path) -> None:
    logs.set_up(file=log_file)
    logging.getLogger("uvicorn.access").info("GET /search?text=%s", SECRET)
    logging.getLogger("sqlalchemy.pool").error(SECRET)
    written = log_file.read_text(encoding="utf-8")
    assert "uvicorn" not in written and "ERROR sqlalchemy.pool test_logs:" in written
    assert "Иванова" not in written


def test_the_screen_of_the_person_gets_no_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up(to_stderr=True)
    try:
        raise ValueError(SECRET)
    except ValueError as error:
        logs.record_crash(error)
    shown = capsys.readouterr().err
    logs.set_up(level="WARNING")
    assert "ValueError" in shown and "Traceback" not in shown and "Иванова" not in shown


def test_a_log_that_cannot_be_written_does_not_stop_the_program(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    logs.set_up(file=tmp_path / "file" / "arm.log")
    logging.getLogger("arm").warning("still here")


def test_a_value_from_outside_makes_no_line_of_its_own(log_file: Path) -> None:
    forged = "u1\r\n2026-11-24T00:00:00Z CRITICAL arm forged\x1b[31m\u2028"
    logs.set_up(level="INFO", file=log_file)
    logging.getLogger("arm.test").info("signed in", extra={"user_id": forged})
    (line,) = log_file.read_text(encoding="utf-8").splitlines()
    assert "user_id=u1  2026-11-24" in line and line.isprintable()
