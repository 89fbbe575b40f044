"""What goes on paper: all of the card and nothing of markup; a file that can't be written says so."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from arm.domain.message import Stage
from tests.ui.conftest import OpenWindow
from ui.dialogs.print_page import ANSWER, CARD, LIST, PrintPage
from ui.printing import answer_paper, card_paper, list_paper, pdf_of

HOSTILE = "Яма <b>глубокая</b> &amp; <img src=x> \\ у дома 14"
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def test_a_card_on_paper_holds_all_of_it_and_no_markup(open_window: OpenWindow) -> None:
    desk, window = open_window(texts=(HOSTILE,))
    opened = window.conductor.opened
    assert opened is not None
    words = card_paper(opened, desk.me(), NOW).document.toPlainText()
    assert HOSTILE in words and opened.message.number in words and "Поступило" in words
    assert "Напечатано: Орлова Елена Николаевна" in words and "персональные данные" in words
    assert answer_paper(opened, desk.me(), NOW) is None


def test_a_list_on_paper_names_no_applicant(open_window: OpenWindow) -> None:
    desk, window = open_window("u-coord", Stage.COORDINATION)
    words = list_paper("Координация · 5", window.queue.model.rows(), desk.me(), NOW).document.toPlainText()
    assert words.startswith("Координация · 5") and words.count("№") == 5
    assert "Иванова" not in words


def test_the_page_offers_what_there_is_and_saves_a_pdf(open_window: OpenWindow, qtbot: QtBot, tmp_path: Path) -> None:
    _desk, window = open_window()
    QTest.keyClick(window.queue.list, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    page = window.findChild(PrintPage)
    assert page is not None and page.isVisible() and page.kind.current() == CARD
    page.kind.set_current(ANSWER)
    assert page.kind.current() is None, "there is no answer yet"
    page.kind.set_current(CARD)
    with qtbot.waitSignal(window.conductor.announced) as said:
        page.save_to(tmp_path / "карточка.pdf")
    assert said.args == ["Сохранено: карточка.pdf"] and not page.isVisible()
    assert (tmp_path / "карточка.pdf").read_bytes().startswith(b"%PDF-")


def test_a_file_that_cannot_be_written_keeps_the_page_and_says_so(open_window: OpenWindow, tmp_path: Path) -> None:
    _desk, window = open_window()
    page = PrintPage(window)
    page.open_page()
    page.kind.set_current(LIST)
    page.save_to(tmp_path / "nowhere" / "список.pdf")
    assert page.isVisible() and "не записан" in page.problem.text()


def test_many_pages_are_numbered_and_whole(open_window: OpenWindow) -> None:
    desk, window = open_window()
    opened = window.conductor.opened
    assert opened is not None
    paper = card_paper(opened, desk.me(), NOW)
    for at in range(400):
        paper.text(f"Строка {at}")
    made = pdf_of(paper)
    assert made.rstrip().endswith(b"%%EOF") and made.count(b"/Type /Page\n") > 5
