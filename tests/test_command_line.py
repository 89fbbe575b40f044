"""The command line: exit codes, one sentence per mistake, nothing loaded that is not needed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from arm.__main__ import EXIT_BUG, EXIT_INTERRUPTED, EXIT_USAGE, main
from arm.demo.display import has_display
from tests.conftest import ROOT

HEAVY = ("sqlalchemy", "fastapi", "alembic", "uvicorn", "psycopg")


def arm(*words: str, code: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code] if code else [sys.executable, "-m", "arm", *words]
    return subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "сообщения.csv"
    path.write_text("номер,текст,ответственный\n1,Нет воды,Водоканал\n2,,Водоканал\n", encoding="utf-8")
    return path


def imported(table: Path, url: str, *more: str) -> int:
    words = ["central", "import-messages", str(table), "--database", url, "--create-organisations"]
    return main([*words, "--regulation", "demo-2026", *more])


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'central.db'}"


def test_help_is_russian_and_english_where_the_locale_is(capsys: pytest.CaptureFixture[str]) -> None:
    russian, english = arm("--help"), arm("--help", ARM_LANGUAGE="en")
    assert "показать эту справку" in russian.stdout and "использование" in russian.stdout
    assert "show this help message" in english.stdout and "the central store" in english.stdout


@pytest.mark.parametrize("words", [["central", "--help"], ["central", "play", "--help"], ["regulation", "--help"]])
def test_every_command_has_help(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 0
    assert "использование" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [["нет-такой"], ["central"], ["central", "нет"], ["--ключ"], ["central", "play"]],
)
def test_a_mistyped_command_gets_one_sentence(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    try:
        code = main(words)
    except SystemExit as ended:
        code = int(str(ended.code))
    said = capsys.readouterr().err
    assert code == EXIT_USAGE
    assert len(said.strip().splitlines()) == 1 and "Traceback" not in said


def test_a_terminal_without_cyrillic_gets_signs_instead_of_an_error() -> None:
    ended = arm("doctor", PYTHONIOENCODING="ascii")
    assert ended.returncode in (0, 1) and "Traceback" not in ended.stderr and "?" in ended.stdout


def test_numbers_out_of_range_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["central", "play", "--messages", "0"])
    assert "целое число от 1 до" in capsys.readouterr().err


def test_import_ends_with_one_line_of_json(table: Path, url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert imported(table, url, "--json") == 0
    told = capsys.readouterr()
    assert json.loads(told.out) == {"taken": 1, "present": 0, "refused": 1}
    assert "строка 3: текст пуст" in told.err
    assert imported(table, url, "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"taken": 0, "present": 1, "refused": 1}


def test_a_dry_run_lists_rows_and_makes_nothing(table: Path, url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert imported(table, url, "--dry-run") == 0
    said = capsys.readouterr().out
    assert "строка 3: текст пуст" in said and "Ничего не изменено" in said
    assert main(["doctor", "--database", url, "--json"]) in (0, 1)
    assert "сообщений: 0" in capsys.readouterr().out


def test_play_prints_the_stages(table: Path, url: str, capsys: pytest.CaptureFixture[str]) -> None:
    imported(table, url)
    capsys.readouterr()
    assert main(["central", "play", "--messages", "20", "--days", "40", "--seed", "3", "--database", url]) == 0
    said = capsys.readouterr().out
    assert "Сыграно сообщений: 20" in said and "исполнение:" in said


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("нет.csv", None, "Файла «нет.csv» нет"),
        ("пусто.csv", b"", "пуст"),
        ("картинка.csv", b"\x89PNG\r\n\x1a\n\x00\x00", "не таблица"),
        ("книга.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "XLS"),
        ("без-текста.csv", b"a,b\n1,2\n", "нет заголовка"),
        ("битый.csv.gz", b"\x1f\x8b\x08\x00broken", "повреждён"),
    ],
)
def test_a_file_that_cannot_be_taken_gets_one_sentence(
    name: str, content: bytes | None, sentence: str, tmp_path: Path, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    assert imported(path, url) == 1
    said = capsys.readouterr().err
    assert sentence in said and "Ничего не загружено" in said
    assert len(said.strip().splitlines()) == 1


def test_an_import_without_a_regulation_names_those_that_there_are(
    table: Path, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["central", "import-messages", str(table), "--database", url, "--create-organisations"]
    assert main(words) == 1
    assert "krasnodar-2023" in capsys.readouterr().err


def test_a_bug_is_said_in_one_sentence_and_kept_in_the_log(
    private_folders: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_args: object) -> int:
        raise ZeroDivisionError("секрет Ивановой")

    monkeypatch.setattr("arm.doctor.run", broken)
    assert main(["doctor"]) == EXIT_BUG
    said = capsys.readouterr().err
    assert "Программа ошиблась" in said and "Ивановой" not in said and len(said.splitlines()) == 1
    log = (private_folders / "data" / "arm.log").read_text(encoding="utf-8")
    assert "ZeroDivisionError" in log and "Ивановой" not in log


def test_an_interrupt_ends_quietly(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(_args: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("arm.doctor.run", interrupted)
    assert main(["doctor"]) == EXIT_INTERRUPTED == 128 + signal.SIGINT
    assert capsys.readouterr().err == ""


def test_a_reader_who_leaves_is_no_error() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "arm", "regulation", "show", "resources/regulations/demo-2026.toml"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as shown:
        assert shown.stdout is not None and shown.stderr is not None
        shown.stdout.readline()
        shown.stdout.close()
        said = shown.stderr.read()
    assert b"Traceback" not in said


def test_broken_settings_are_named(private_folders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = private_folders / "config"
    folder.mkdir(exist_ok=True)
    (folder / "arm.toml").write_text("theme = 7\n", encoding="utf-8")
    assert main(["doctor"]) == EXIT_USAGE
    assert "«theme»" in capsys.readouterr().err


def test_the_doctor_names_no_person(capsys: pytest.CaptureFixture[str]) -> None:
    main(["doctor", "--json"])
    findings = json.loads(capsys.readouterr().out)
    assert {"name", "state", "value", "advice"} == set(findings[0])
    assert {one["state"] for one in findings} <= {"fine", "note", "trouble"}
    assert not [one for one in findings if str(Path.home()) in one["value"]]


def test_the_command_line_loads_no_library_of_the_store() -> None:
    code = (
        "import sys, arm.__main__ as m\n"
        "m._parser([])\n"
        f"print([name for name in {HEAVY!r} + ('PySide6', 'arm.central') if name in sys.modules])"
    )
    assert arm(code=code).stdout.strip() == "[]"


def test_the_window_loads_no_library_of_the_store() -> None:
    code = (
        "import sys, ui.application, arm.bootstrap\n"
        f"print([name for name in {HEAVY!r} + ('arm.central',) if name in sys.modules])"
    )
    assert arm(code=code).stdout.strip() == "[]"


def test_without_a_screen_the_window_says_so() -> None:
    bare = {"DISPLAY": "", "WAYLAND_DISPLAY": ""}
    environment = {name: value for name, value in os.environ.items() if name != "QT_QPA_PLATFORM"}
    ended = subprocess.run(
        [sys.executable, "-m", "arm"],
        cwd=ROOT,
        env=environment | bare,
        capture_output=True,
        text=True,
        check=False,
    )
    if sys.platform == "linux":
        assert ended.returncode == 1 and "нет экрана" in ended.stderr


def test_a_screen_that_does_not_answer_is_none() -> None:
    assert not has_display({})
    assert not has_display({"DISPLAY": ":987"})
    assert not has_display({"DISPLAY": "мусор"})
    assert not has_display({"QT_QPA_PLATFORM": "offscreen", "DISPLAY": ":0"})
    assert has_display({"QT_QPA_PLATFORM": "xcb"})
