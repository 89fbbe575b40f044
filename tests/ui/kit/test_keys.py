"""Keys under a Russian layout, both Enter keys, and search in the wrong layout."""

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QListWidget, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.typing_keys import type_text
from ui.keys import bind, install_layout_filter, matches, rank, to_cyrillic, to_latin

CTRL = Qt.KeyboardModifier.ControlModifier


def press_cyrillic(widget: QWidget, letter: str, modifiers: Qt.KeyboardModifier) -> None:
    event = QKeyEvent(QEvent.Type.KeyPress, ord(letter.upper()), modifiers, letter)
    QApplication.sendEvent(widget, event)


class Desk(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.line = QLineEdit()
        self.rows = QListWidget()
        column = QVBoxLayout(self)
        column.addWidget(self.line)
        column.addWidget(self.rows)
        self.done: list[str] = []

    def on_palette(self) -> None:
        self.done.append("palette")

    def on_confirm(self) -> None:
        self.done.append("confirm")


@pytest.fixture
def desk(qtbot: QtBot, dressed: QApplication) -> Desk:
    made = Desk()
    qtbot.addWidget(made)
    with qtbot.waitActive(made):
        made.show()
    made.line.setFocus()
    keys = install_layout_filter(dressed)
    made.destroyed.connect(keys.deleteLater)
    return made


def test_copy_and_paste_work_with_a_russian_layout_alone(desk: Desk) -> None:
    desk.line.setText("яма")
    press_cyrillic(desk.line, "ф", CTRL)
    press_cyrillic(desk.line, "с", CTRL)
    press_cyrillic(desk.line, "м", CTRL)
    press_cyrillic(desk.line, "м", CTRL)
    assert desk.line.text() == "ямаяма"


def test_a_shortcut_of_the_window_fires_from_its_cyrillic_key(desk: Desk) -> None:
    bind(desk, "Ctrl+K", desk.on_palette)
    press_cyrillic(desk.line, "л", CTRL)
    assert desk.done == ["palette"]


def test_an_action_fires_from_its_cyrillic_key(desk: Desk) -> None:
    action = QAction("Найти", desk)
    action.setShortcut(QKeySequence("Ctrl+F"))
    action.triggered.connect(desk.on_palette)
    desk.addAction(action)
    press_cyrillic(desk.line, "а", CTRL)
    assert desk.done == ["palette"]


def test_a_disabled_shortcut_stays_dead(desk: Desk) -> None:
    bind(desk, "Ctrl+K", desk.on_palette)[0].setEnabled(False)
    press_cyrillic(desk.line, "л", CTRL)
    assert desk.done == []


def test_typing_russian_is_left_alone(desk: Desk) -> None:
    type_text(desk.line, "Щёголева, ъ")
    press_cyrillic(desk.line, "ж", Qt.KeyboardModifier.NoModifier)
    assert desk.line.text() == "Щёголева, ъж"


def test_a_single_letter_works_where_nobody_types(desk: Desk) -> None:
    bind(desk, "K", desk.on_palette)
    desk.rows.setFocus()
    press_cyrillic(desk.rows, "л", Qt.KeyboardModifier.NoModifier)
    assert desk.done == ["palette"]


def test_a_single_letter_is_typed_where_somebody_types(desk: Desk) -> None:
    bind(desk, "K", desk.on_palette)
    press_cyrillic(desk.line, "л", Qt.KeyboardModifier.NoModifier)
    assert desk.done == []
    assert desk.line.text() == "л"


def test_both_enter_keys_confirm(desk: Desk) -> None:
    bind(desk, "Ctrl+Return", desk.on_confirm)
    QTest.keyClick(desk.line, Qt.Key.Key_Return, CTRL)
    QTest.keyClick(desk.line, Qt.Key.Key_Enter, CTRL)
    assert desk.done == ["confirm", "confirm"]


def test_a_word_is_found_though_typed_in_the_other_layout() -> None:
    assert to_cyrillic("ghjcvjnh") == "просмотр"
    assert to_latin("просмотр") == "ghjcvjnh"
    assert matches("ghjcv", "Просмотр сообщения")
    assert matches("сщзн", "copy")


def test_yo_is_found_as_ye_and_words_in_any_order() -> None:
    assert matches("щеголева", "Щёголева Ю. Ж.")
    assert matches("дорож управ", "Управление дорожного хозяйства")
    assert not matches("вода", "Управление дорожного хозяйства")


def test_what_begins_with_the_query_comes_before_what_holds_it() -> None:
    assert rank("кузн", "Кузнецов И. И.") == 0
    assert rank("кузн", "Отдел Кузнецова") == 1
    assert rank("кузн", "Прокузнецов") == 2
    assert rank("кузн", "Титов") is None
