"""Sheets, toasts, bars, and what lists show while they are empty."""

import datetime
import gc
import weakref

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from ui.gallery_pages import pieces_page, shell_page
from ui.widgets import (
    BannerBar,
    BannerFace,
    Chip,
    DeadlineFace,
    DeadlineState,
    DueDateEdit,
    PickerEdit,
    PlainLabel,
    Sheet,
    SkeletonRows,
    StatusLine,
    Toast,
    ToastFace,
)
from ui.widgets.due_date import typed_date


@pytest.fixture
def area(qtbot: QtBot, dressed: QApplication) -> QWidget:
    made = QWidget()
    made.resize(700, 500)
    made.line = QLineEdit(made)  # type: ignore[attr-defined]
    qtbot.addWidget(made)
    with qtbot.waitActive(made):
        made.show()
    return made


def focused() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def test_a_sheet_confirms_by_either_enter_and_keeps_what_was_typed(area: QWidget) -> None:
    sheet = Sheet("Назначьте исполнителя", "Назначить", parent=area)
    reason = QLineEdit()
    sheet.add_field("Причина", reason, required=True)
    confirmed: list[bool] = []
    sheet.confirmed.connect(lambda: confirmed.append(True))
    sheet.open_sheet()
    assert reason.hasFocus()
    reason.setText("отпуск")
    QTest.keyClick(reason, Qt.Key.Key_Enter, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(reason, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(reason, Qt.Key.Key_Escape)
    assert confirmed == [True, True]
    assert not sheet.is_open()
    sheet.open_sheet()
    assert reason.text() == "отпуск"


def test_a_closed_sheet_gives_the_focus_back(area: QWidget) -> None:
    line = area.findChild(QLineEdit)
    assert line is not None
    line.setFocus()
    sheet = Sheet("Вернуть", "Вернуть", parent=area)
    sheet.add_field("Причина", QLineEdit())
    sheet.open_sheet()
    QTest.keyClick(focused(), Qt.Key.Key_Escape)
    assert line.hasFocus()


def test_a_sheet_that_cannot_be_confirmed_says_why(area: QWidget) -> None:
    sheet = Sheet("Вернуть", "Вернуть", parent=area)
    sheet.add_field("Причина", QLineEdit())
    sheet.open_sheet()
    sheet.set_confirm_enabled(False, "Укажите причину возврата")
    QTest.keyClick(focused(), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert "Укажите причину возврата" in [label.text() for label in sheet.findChildren(PlainLabel)]


def test_escape_closes_the_list_of_a_picker_first_and_the_sheet_next(area: QWidget) -> None:
    sheet = Sheet("Назначьте исполнителя", "Назначить", parent=area)
    picker = PickerEdit("Фамилия", name="Исполнитель")
    sheet.add_field("Исполнитель", picker)
    sheet.open_sheet()
    picker.open_popup()
    QTest.keyClick(picker, Qt.Key.Key_Escape)
    assert sheet.is_open()
    QTest.keyClick(picker, Qt.Key.Key_Escape)
    assert not sheet.is_open()


def test_a_toast_counts_down_and_then_expires(area: QWidget, qtbot: QtBot) -> None:
    toast = Toast(area)
    with qtbot.waitSignal(toast.expired, timeout=3000) as news:
        toast.show_toast(ToastFace("№ 4811 назначено", action="Отменить", countdown_s=0.2, key=4811))
    assert news.args == [4811]
    assert not toast.isVisible()


def test_undoing_from_a_toast_stops_its_countdown(area: QWidget) -> None:
    toast = Toast(area)
    acted: list[object] = []
    toast.acted.connect(acted.append)
    toast.show_toast(ToastFace("№ 4811 назначено", action="Отменить", countdown_s=60, key=4811))
    button = next(each for each in toast.findChildren(QPushButton) if each.text() == "Отменить")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert acted == [4811]
    assert not toast.isVisible()


def test_a_toast_stays_inside_a_small_window(area: QWidget) -> None:
    area.resize(360, 300)
    toast = Toast(area)
    toast.show_toast(ToastFace("Ответ уйдёт заявителю через несколько секунд, его ещё можно вернуть", "ok", "Отменить"))
    assert area.rect().contains(toast.geometry())


def test_a_bar_offers_its_actions_by_id(area: QWidget) -> None:
    bar = BannerBar(area)
    acted: list[object] = []
    bar.acted.connect(acted.append)
    bar.set_face(BannerFace("Новых: 3", actions=(("show", "Показать"),)))
    QTest.mouseClick(bar.findChildren(QPushButton)[0], Qt.MouseButton.LeftButton)
    bar.set_face(None)
    assert acted == ["show"]
    assert not bar.isVisible()


def test_a_date_past_the_term_is_warned_of_and_not_refused(area: QWidget) -> None:
    field = DueDateEdit("Отложить до", area)
    field.set_base(datetime.date(2025, 6, 3))
    field.set_limit(datetime.date(2025, 6, 12), "Дата позже срока ответа")
    heard: list[object] = []
    field.changed.connect(heard.append)
    assert field.date() is None
    for button in field.findChildren(QPushButton)[:2]:
        button.click()
    assert heard == [datetime.date(2025, 6, 10), datetime.date(2025, 6, 17)]
    assert field.warning() == "Дата позже срока ответа"


def test_a_date_is_empty_until_one_is_typed_or_chosen(area: QWidget, qtbot: QtBot) -> None:
    field = DueDateEdit("Отложить до", area)
    field.set_base(datetime.date(2026, 11, 23))
    line = field.findChildren(QLineEdit)[0]
    assert line.text() == "" and field.date() is None
    QTest.keyClicks(line, "15.12")
    line.editingFinished.emit()
    assert field.date() == datetime.date(2026, 12, 15) and line.text() == "15.12.2026"
    line.clear()
    QTest.keyClicks(line, "31.02.2027")
    line.editingFinished.emit()
    assert field.date() is None and "30.06.2026" in field.warning()


def test_a_typed_day_without_a_year_is_the_next_such_day() -> None:
    base = datetime.date(2026, 11, 23)
    read = {
        "15.12": datetime.date(2026, 12, 15),
        "1.2": datetime.date(2027, 2, 1),
        "300627": datetime.date(2027, 6, 30),
    }
    assert {typed: typed_date(typed, base) for typed in read} == read
    assert typed_date("завтра", base) is None and typed_date("32.13.2026", base) is None


def test_grey_rows_wait_before_they_show(area: QWidget, qtbot: QtBot) -> None:
    rows = SkeletonRows(delay_ms=20, parent=area)
    rows.start()
    assert not rows.is_showing_rows()
    qtbot.waitUntil(rows.is_showing_rows)
    rows.stop()
    assert not rows.is_showing_rows()


def test_text_from_outside_is_never_markup_and_a_cut_text_keeps_the_whole(area: QWidget) -> None:
    label = PlainLabel("<b>жирно</b> и очень длинно", elide=True, parent=area)
    label.resize(60, 20)
    assert label.textFormat() == Qt.TextFormat.PlainText
    assert label.text() == "<b>жирно</b> и очень длинно"
    assert "&lt;b&gt;" in label.toolTip()


def test_the_status_line_shows_a_remark_for_a_while(area: QWidget, qtbot: QtBot) -> None:
    line = StatusLine(area)
    line.announce("Запрос уже направлен", 0.05)
    assert line.remark() == "Запрос уже направлен"
    qtbot.waitUntil(lambda: line.remark() == "")


def test_a_widget_shown_without_a_parent_does_not_become_a_window(dressed: QApplication) -> None:
    before = [each for each in dressed.topLevelWidgets() if each.isVisible()]
    chip = Chip(DeadlineFace(DeadlineState.OVER, "−1 д 4 ч"))
    assert [each for each in dressed.topLevelWidgets() if each.isVisible()] == before
    page = QWidget()
    QVBoxLayout(page).addWidget(chip)
    assert not chip.isHidden()


@pytest.mark.parametrize("make", [shell_page, pieces_page])
def test_every_control_has_a_name_for_screen_readers(make: object, qtbot: QtBot, dressed: QApplication) -> None:
    page = make()  # type: ignore[operator]
    qtbot.addWidget(page)
    page.show()
    nameless = [
        each
        for each in page.findChildren(QWidget)
        if each.isVisible()
        and each.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not each.accessibleName()
        and not (hasattr(each, "text") and each.text())
        and type(each).__name__ not in ("QTabWidget", "QTabBar", "QScrollArea", "QComboBoxListView", "QStackedWidget")
        and not each.objectName().startswith("qt_")
    ]
    assert nameless == []


def test_pages_are_let_go_when_closed(dressed: QApplication) -> None:
    page = shell_page()
    page.show()
    kept = [weakref.ref(each) for each in page.findChildren(QPushButton)]
    assert len(kept) > 5
    page.close()
    del page
    gc.collect()
    assert [ref for ref in kept if ref() is not None] == []
