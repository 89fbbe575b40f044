"""Hands of the tour's player on a small window of plain widgets."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QListWidget, QMenu, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from ui.tour import hands


class Small(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("window")
        self.text = QPlainTextEdit()
        self.text.setObjectName("text")
        self.list = QListWidget()
        self.list.setObjectName("list")
        self.list.addItems(["№ 4811 яма", "№ 4812 фонарь"])
        self.button = QPushButton("Принять")
        self.button.setObjectName("accept")
        self.pressed = 0
        self.button.clicked.connect(self._on_clicked)
        column = QVBoxLayout(self)
        for part in (self.text, self.list, self.button):
            column.addWidget(part)

    def _on_clicked(self) -> None:
        self.pressed += 1


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[Small]:
    made = Small()
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    yield made


def test_russian_letters_and_new_lines_are_typed(window: Small) -> None:
    hands.type_text("Ёлка\nдве", "text")
    assert window.text.toPlainText() == "Ёлка\nдве"


def test_a_key_goes_where_it_is_sent(window: Small) -> None:
    hands.type_text("слово", "text")
    hands.press("Backspace", "text")
    assert window.text.toPlainText() == "слов"


def test_a_button_is_clicked_by_name_or_by_its_words(window: Small) -> None:
    hands.click("accept")
    hands.click("window", "Принять")
    assert window.pressed == 2


def test_a_disabled_button_is_not_clicked(window: Small) -> None:
    window.button.setEnabled(False)
    with pytest.raises(hands.NotThere):
        hands.click("accept")


def test_a_row_is_found_by_words_in_it(window: Small) -> None:
    hands.click("list", "фонарь")
    assert window.list.currentRow() == 1


def test_a_row_that_is_not_there_is_said(window: Small) -> None:
    with pytest.raises(hands.NotThere):
        hands.click("list", "4813")


def test_all_words_on_the_screen_are_read(window: Small) -> None:
    said = hands.words(window)
    assert "№ 4811 яма" in said
    assert "Принять" in said


def test_what_is_hidden_is_not_there(window: Small) -> None:
    window.list.hide()
    assert "4811" not in hands.words(window)
    with pytest.raises(hands.NotThere):
        hands.find("list")


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_a_line_of_an_open_menu_is_clicked(window: Small, qtbot: QtBot) -> None:
    chosen: list[bool] = []
    menu = QMenu(window)
    menu.addAction("Прекратить…").triggered.connect(lambda: chosen.append(True))
    menu.popup(window.mapToGlobal(window.rect().center()))
    hands.click("menu", "Прекратить")
    qtbot.waitUntil(lambda: len(chosen) == 1)


def test_a_picture_is_of_the_windows_size(window: Small) -> None:
    assert hands.picture().size() == window.size()
