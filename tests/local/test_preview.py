"""The line of a queue row says what a message is about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arm.local.preview import LONGEST_LINE, first_line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Здравствуйте! Во дворе яма.", "Во дворе яма."),
        ("Добрый день, уважаемая администрация, во дворе яма.", "Во дворе яма."),
        ("ДОБРЫЙ ДЕНЬ!!! ЯМА НА ДОРОГЕ", "ЯМА НА ДОРОГЕ"),
        ("Доброго времени суток. Не горит фонарь", "Не горит фонарь"),
        ("Здравствуйте\n\nНа Садовой прорвало трубу", "На Садовой прорвало трубу"),
        ("Уважаемый Иван Петрович! Прошу убрать снег", "Прошу убрать снег"),
        ("Яма. Здравствуйте", "Яма. Здравствуйте"),
        ("Уважаемые соседи шумят ночью", "Уважаемые соседи шумят ночью"),
        ("Приветливый дворник пропал", "Приветливый дворник пропал"),
        ("Добрый день!", "Добрый день!"),
        ("", ""),
    ],
)
def test_greetings_are_left_out(text: str, line: str) -> None:
    assert first_line(text) == line


@given(st.text(max_size=2000))
def test_it_is_one_short_line_whatever_was_written(text: str) -> None:
    line = first_line(text)
    assert len(line) <= LONGEST_LINE and "\n" not in line
    assert bool(line) == bool(text[:800].split())
