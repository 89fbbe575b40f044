"""Bodies of web editors as plain text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arm.interchange.html_text import plain_text


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<p>Здравствуйте!</p><p>Нет&nbsp;<strong>воды</strong>.</p>", "Здравствуйте!\n\nНет воды."),
        ("Первое<br>второе<BR/>третье", "Первое\nвторое\nтретье"),
        ("<ul><li>яма</li><li>люк</li></ul>", "— яма\n— люк"),
        ('<p style="color:red">`ДК Заря` &mdash; &laquo;наш&raquo;</p>', '"ДК Заря" — «наш»'),
        ("дом 5 < дома 7, а 2 > 1", "дом 5 < дома 7, а 2 > 1"),
        ("пишите на <zhitel@example.org> до пятницы&nbsp;", "пишите на <zhitel@example.org> до пятницы"),
        ("<style>p{}</style><script>alert(1)</script>Текст", "Текст"),
        ("&amp;nbsp;дважды&amp;quot; сжато", 'дважды" сжато'),
        ('<a href="https://example.org/a">фото</a>', "фото (https://example.org/a)"),
        ("строка\r\n\r\n\r\n\r\nстрока", "строка\n\nстрока"),
        ("без разметки\nв две строки", "без разметки\nв две строки"),
        ("<b>не закрыто", "не закрыто"),
        ("пробел\u200b нулевой\ufeff", "пробел нулевой"),
    ],
)
def test_a_body_becomes_what_its_reader_saw(body: str, words: str) -> None:
    assert plain_text(body) == words


@given(st.text())
def test_any_text_is_taken_and_tidied_once(body: str) -> None:
    once = plain_text(body)
    assert once == once.strip()
    assert "\r" not in once and "\x00" not in once


@given(st.text(alphabet="абвгд ежз.,!?\n"))
def test_words_without_markup_are_kept(body: str) -> None:
    assert plain_text(body).split() == body.split()
