"""Choosing: the picker, the rail, filters, segments and the decisions."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QListWidget, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.typing_keys import type_text
from ui.widgets import (
    ActionBar,
    ActionFace,
    FilterChips,
    FilterFace,
    PickerEdit,
    PickerRow,
    Rail,
    RailFace,
    Segment,
    SegmentedChoice,
)

PEOPLE = (
    PickerRow("titov", ("Титов А. С.",), dimmed_reason="В отпуске до 14.06"),
    PickerRow("kuznetsov", ("Кузнецов И. И.", "7", "0"), "отдел дорог"),
    PickerRow("lebedeva", ("Лебедева О. В.", "12", "1")),
)
ACTIONS = (
    ActionFace("decline", "Отклонить", digit="5", danger=True),
    ActionFace("submit", "На утверждение", digit="1", primary=True, shortcut_hint="Ctrl+Enter"),
    ActionFace("send_back", "Вернуть координатору", digit="2"),
    ActionFace("documents", "Запросить материалы", digit="4", enabled=False, why_not="Запрос уже направлен"),
)


class Heard:
    """Keeps what signals said."""

    def __init__(self) -> None:
        self.news: list[object] = []

    def __call__(self, *values: object) -> None:
        self.news.extend(values or (None,))


@pytest.fixture
def page(qtbot: QtBot, dressed: QApplication) -> QWidget:
    made = QWidget()
    made.resize(900, 500)
    QVBoxLayout(made)
    qtbot.addWidget(made)
    with qtbot.waitActive(made):
        made.show()
    return made


def put(page: QWidget, widget: QWidget) -> None:
    layout = page.layout()
    assert layout is not None
    layout.addWidget(widget)
    widget.show()


@pytest.fixture
def picker(page: QWidget) -> PickerEdit:
    made = PickerEdit("Фамилия", ("Сотрудник", "в работе", "просрочено"), name="Исполнитель")
    made.set_rows(PEOPLE)
    put(page, made)
    made.setFocus(Qt.FocusReason.TabFocusReason)
    return made


def test_the_list_opens_with_the_focus_and_enter_takes_the_first_who_can_be_taken(picker: PickerEdit) -> None:
    heard = Heard()
    picker.picked.connect(heard)
    assert picker.is_popup_open()
    QTest.keyClick(picker, Qt.Key.Key_Return)
    assert heard.news == ["kuznetsov"]
    assert picker.text() == "Кузнецов И. И."
    assert not picker.is_popup_open()


def test_a_name_typed_in_the_wrong_layout_is_found(picker: PickerEdit) -> None:
    type_text(picker, "kt,tl")
    QTest.keyClick(picker, Qt.Key.Key_Enter)
    assert picker.current_key() == "lebedeva"


def test_arrows_walk_the_list_and_escape_only_closes_it(picker: PickerEdit) -> None:
    QTest.keyClick(picker, Qt.Key.Key_Down)
    QTest.keyClick(picker, Qt.Key.Key_Escape)
    assert picker.current_key() is None
    QTest.keyClick(picker, Qt.Key.Key_Down)
    QTest.keyClick(picker, Qt.Key.Key_Down)
    QTest.keyClick(picker, Qt.Key.Key_Return)
    assert picker.current_key() == "lebedeva"


def test_a_dimmed_row_says_why_it_cannot_be_taken(picker: PickerEdit) -> None:
    heard = Heard()
    picker.refused.connect(heard)
    type_text(picker, "титов")
    QTest.keyClick(picker, Qt.Key.Key_Return)
    assert heard.news == ["В отпуске до 14.06"]
    assert picker.current_key() is None
    assert picker.text() == "титов"


def test_typing_over_a_choice_takes_it_back(picker: PickerEdit) -> None:
    heard = Heard()
    picker.cleared.connect(heard)
    picker.set_current("lebedeva")
    type_text(picker, "x")
    assert picker.current_key() is None
    assert heard.news == [None]


def test_whoever_comes_to_a_choice_types_another_over_it(picker: PickerEdit) -> None:
    picker.clearFocus()
    picker.set_current("lebedeva")
    picker.setFocus(Qt.FocusReason.OtherFocusReason)
    assert not picker.is_popup_open() and picker.selectedText() == picker.text()
    type_text(picker, "кузн")
    QTest.keyClick(picker, Qt.Key.Key_Return)
    assert picker.current_key() == "kuznetsov"


def test_new_rows_keep_the_typed_text_and_the_choice(picker: PickerEdit) -> None:
    picker.set_current("lebedeva")
    picker.set_rows(PEOPLE[:2])
    assert picker.current_key() == "lebedeva"
    assert picker.text() == "Лебедева О. В."


def test_the_main_decision_stands_first_and_a_dangerous_one_never(page: QWidget) -> None:
    bar = ActionBar()
    put(page, bar)
    bar.set_actions(ACTIONS)
    assert [face.key for face in bar.actions_shown()] == ["submit", "decline", "send_back", "documents"]
    bar.set_actions((ACTIONS[0], ACTIONS[2]))
    assert [face.key for face in bar.actions_shown()] == ["send_back", "decline"]


def test_a_digit_does_its_decision_and_a_dimmed_one_says_why_not(page: QWidget) -> None:
    bar = ActionBar()
    put(page, bar)
    bar.set_actions(ACTIONS)
    done, refused = Heard(), Heard()
    bar.triggered.connect(done)
    bar.refused.connect(refused)
    rows = QListWidget()
    put(page, rows)
    bar.listen(rows)
    rows.setFocus()
    QTest.keyClick(rows, Qt.Key.Key_2)
    QTest.keyClick(rows, Qt.Key.Key_4)
    QTest.keyClick(rows, Qt.Key.Key_5, Qt.KeyboardModifier.KeypadModifier)
    assert done.news == ["send_back", "decline"]
    assert refused.news == ["Запрос уже направлен"]
    assert bar.press_primary()
    assert not bar.press_digit("9")


def test_decisions_that_do_not_fit_stay_reachable_under_more(page: QWidget) -> None:
    bar = ActionBar()
    put(page, bar)
    bar.set_actions(ACTIONS)
    page.resize(380, 300)
    QApplication.processEvents()
    assert bar.menu_actions() == ["decline", "send_back", "documents"]
    done = Heard()
    bar.triggered.connect(done)
    assert bar.press_digit("5")
    assert done.news == ["decline"]


def test_alt_and_the_number_of_a_workspace_open_it(page: QWidget) -> None:
    rail = Rail()
    put(page, rail)
    rail.set_spaces(
        (RailFace("moderation", "Модерация", "shield-check", 2, 4), RailFace("control", "Контроль", "calendar-time", 6))
    )
    heard = Heard()
    rail.chosen.connect(heard)
    QTest.keyClick(page, Qt.Key.Key_6, Qt.KeyboardModifier.AltModifier)
    QTest.keyClick(page, Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
    assert heard.news == ["control"]
    assert rail.current() == "control"


def test_filters_show_their_counts_and_keep_the_choice_when_counts_change(page: QWidget) -> None:
    filters = FilterChips("Фильтры")
    put(page, filters)
    filters.set_filters((FilterFace("all", "Все", 12), FilterFace("late", "Просрочено", 2, mark=True)))
    heard = Heard()
    filters.chosen.connect(heard)
    assert filters.choose(1)
    filters.set_filters((FilterFace("all", "Все", 11), FilterFace("late", "Просрочено", 1)))
    assert heard.news == ["late"]
    assert filters.current() == "late"
    assert filters.button_texts() == ["Все  11", "Просрочено  1"]


def test_a_segment_is_chosen_by_control_and_digit_while_typing(page: QWidget) -> None:
    choice = SegmentedChoice((Segment("solved", "Решено"), Segment("declined", "Отклонено")), name="Вид ответа")
    put(page, choice)
    line = PickerEdit("x")
    put(page, line)
    line.setFocus()
    heard = Heard()
    choice.chosen.connect(heard)
    QTest.keyClick(line, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert heard.news == ["declined"]
    assert choice.current() == "declined"
