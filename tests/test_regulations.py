import argparse
import io
import os
from pathlib import Path

import pytest

from arm import i18n, regulations
from arm.domain.loading import LineTrouble, Trouble
from tests.domain import rules

FOLDER = rules.RESOURCES / "regulations"


@pytest.fixture
def english() -> object:
    i18n.set_language("en")
    yield None
    i18n.set_language("ru")


def shown(name: str, days: int | None = None) -> list[str]:
    out = io.StringIO()
    assert regulations.show(FOLDER / f"{name}.toml", days, out) == 0
    return out.getvalue().splitlines()


def checked(path: Path) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    return regulations.check(path, out, err), out.getvalue(), err.getvalue()


def written(folder: Path, text: str) -> Path:
    path = folder / "правила.toml"
    path.write_text(text, encoding="utf-8")
    return path


def stage_lines(lines: list[str]) -> list[str]:
    start = lines.index("Этапы:")
    return [line.strip() for line in lines[start + 1 : start + 6]]


def test_each_stage_is_shown_with_its_share_and_term() -> None:
    assert stage_lines(shown("demo-2026")) == [
        "модерация · 5 % · 1 д 12 ч (Демо 4.3)",
        "координация · 5 % · 1 д 12 ч (Демо 4.3)",
        "исполнение · 65 % · 19 д 12 ч (Демо 4.3)",
        "согласование · 15 % · 4 д 12 ч (Демо 4.3)",
        "утверждение · 10 % · 3 д (Демо 4.3)",
    ]


def test_what_is_left_to_another_act_and_how_clauses_read_is_shown() -> None:
    text = "\n".join(shown("dnr-2023"))
    assert "Устанавливает: приложение 2 к Постановлению Правительства" in text
    assert "Устанавливает: правила подачи сообщения" in text
    assert "Ссылки: «D 1» — это п. 1 Регламента (приказ № 134)" in text
    assert "  Устанавливает: оператор ЕПГУ (п. 3.8 Положения); ещё не внесено" in shown("tynda-2022")


def test_another_number_of_days_is_shown_to_the_minute() -> None:
    assert "исполнение · 65 % · 5 д 4 ч 48 м (D 3.10, приложение)" in stage_lines(shown("dnr-2023", 8))


def test_a_total_that_the_act_leaves_out_is_said_so() -> None:
    lines = shown("dnr-2023")
    assert "Общий срок: правила нет" in lines
    assert all(line.startswith(("Общий", "  ")) or "30" not in line for line in lines)


def test_reasons_tracks_and_commands_come_with_their_clauses() -> None:
    text = "\n".join(shown("krasnodar-2023"))
    assert "Фаст-трек 1 уровня · 8 календарных дней (K 8)" in text
    assert "Не указано место (K 12, абз. 7)" in text
    assert "9a  координация · перенаправить · координатор · K 9" in text
    assert "3a  модерация · разделить · модератор · правило платформы" in text
    assert "предложить перенаправление" not in text


def test_an_english_locale_is_answered_in_english(english: object) -> None:
    text = "\n".join(shown("demo-2026"))
    assert "execution · 65 % · 19 d 12 h (Демо 4.3)" in text and "hand down" in text


@pytest.mark.parametrize("name", rules.NAMES)
def test_a_shipped_regulation_passes_its_check(name: str) -> None:
    code, out, err = checked(FOLDER / f"{name}.toml")
    assert code == 0 and name in out and err == ""


def test_troubles_are_printed_line_by_line(tmp_path: Path) -> None:
    text = rules.regulation_text("demo-2026").replace("approval = 10", "approval = 11")
    code, out, err = checked(written(tmp_path, text.replace('"curator"]', '"визитёр"]', 1)))
    assert code == 1
    assert out.splitlines() == [
        "строка 22: доли этапов в сумме дают 101 %, а не 100 %.",
        "строка 87: неизвестно (роль): «визитёр».",
    ]
    assert err == "Файл не загружен: 2 замечания.\n"


def test_a_table_of_the_process_is_checked_as_one(tmp_path: Path) -> None:
    text = rules.process_text()
    assert checked(written(tmp_path, text))[:2] == (0, "Таблица процесса: выражено всё, 34 строки.\n")
    code, out, _err = checked(written(tmp_path, text.replace('"is_repeat"', '"is_lucky"')))
    assert code == 1 and out.endswith("неизвестно (условие): «is_lucky».\n")


def test_an_example_that_disagrees_is_told_and_fails(tmp_path: Path) -> None:
    text = rules.regulation_text("dnr-2023").replace('execution = "6 d 12 h"', 'execution = "6 d 11 h"')
    code, out, _err = checked(written(tmp_path, text))
    assert code == 1
    assert "исполнение: ожидается 6 д 11 ч, получается 6 д 12 ч" in out


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\xff\xfe\x00d", "не текст в UTF-8"),
        (b"a = 1\x00", "не текстовый файл"),
        (b"#" * 4_000_001, "слишком велик"),
        (b"", "не загружен"),
        ("имя = ".encode("cp1251"), "не текст в UTF-8"),
    ],
)
def test_a_file_that_is_no_regulation_gets_one_sentence(
    tmp_path: Path, content: bytes, sentence: str
) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(content)
    code, _out, err = checked(path)
    assert code == 1 and sentence in err and err.count("\n") == 1
    out, err_of_show = io.StringIO(), io.StringIO()
    assert regulations.show(path, None, out, err_of_show) == 1 and out.getvalue() == ""


def test_a_folder_and_a_missing_file_get_one_sentence(tmp_path: Path) -> None:
    assert "папка" in checked(tmp_path)[2]
    assert checked(tmp_path / "нет такого")[2].startswith("Файла «")
    assert checked(Path("a\0b"))[0] == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes of this kind here")
def test_a_pipe_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert "не обычный файл" in checked(pipe)[2]


def test_a_mark_at_the_beginning_of_the_file_does_no_harm(tmp_path: Path) -> None:
    path = written(tmp_path, "\ufeff" + rules.regulation_text("demo-2026"))
    assert checked(path)[0] == 0


def test_a_files_text_cannot_move_the_terminals_cursor(tmp_path: Path) -> None:
    out = io.StringIO()
    path = written(tmp_path, rules.MINIMAL.replace('"Trial"', '"\\u001b[2Jx"'))
    assert regulations.show(path, None, out) == 0
    assert "\x1b" not in out.getvalue()


def test_the_command_line_hands_back_what_the_check_found(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    parser = argparse.ArgumentParser()
    regulations.add_parsers(parser.add_subparsers())
    args = parser.parse_args(["regulation", "show", str(FOLDER / "demo-2026.toml"), "--days", "10"])
    assert args.run(args) == 0
    assert "6 д 12 ч" in capsys.readouterr().out
    args = parser.parse_args(["regulation", "check", str(tmp_path)])
    assert args.run(args) == 1
    args = parser.parse_args(["regulation", "show", "x", "--days", "0"])
    assert args.run(args) == 2


@pytest.mark.parametrize("code", list(Trouble))
def test_every_trouble_has_its_sentence(code: Trouble) -> None:
    params = dict.fromkeys(("key", "value", "low", "high", "number", "other", "limit", "total", "column"), "7")
    sentence = regulations.trouble_in_words(LineTrouble(1, code, {**params, "wanted": "text", "kind": "role"}))
    assert sentence.endswith(".") and "{" not in sentence
