"""What is drawn: rows of a queue, chips, the strip of stages, the course of a message, differences, files."""

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QModelIndex, QRect, QSize, Qt, QUrl
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication, QListView, QStyle, QStyleOptionViewItem, QToolButton
from pytestqt.qtbot import QtBot

from ui.delegates.queue_row import Density, QueueFace, QueueRowDelegate
from ui.gallery import GalleryRun
from ui.gallery_pages import queue_view
from ui.gallery_states import STATE_PAGES
from ui.theme import theme
from ui.widgets import (
    ComposeEdit,
    DeadlineFace,
    DeadlineState,
    DiffView,
    FileFace,
    FileStrip,
    FlowLayout,
    ReadingView,
    StageFace,
    StageStrip,
    Timeline,
    TimelineEntry,
    deadline_chip_size,
    paint_deadline_chip,
    paint_state_shape,
    word_diff,
)
from ui.widgets.stage_strip import stage_rects


def drawn_row(view: QListView, row: int, state: QStyle.StateFlag) -> QImage:
    delegate = view.itemDelegate()
    assert isinstance(delegate, QueueRowDelegate)
    picture = QImage(QSize(340, delegate.row_height()), QImage.Format.Format_RGB32)
    option = QStyleOptionViewItem()
    option.rect = picture.rect()
    option.state = state | QStyle.StateFlag.State_Enabled
    painter = QPainter(picture)
    delegate.paint(painter, option, view.model().index(row, 0, QModelIndex()))
    painter.end()
    return picture


def test_hovered_selected_and_focused_rows_look_different(dressed: QApplication, qtbot: QtBot) -> None:
    view = queue_view(Density.ROOMY)
    qtbot.addWidget(view)
    flags = QStyle.StateFlag
    looks = [
        drawn_row(view, 0, state)
        for state in (flags.State_None, flags.State_MouseOver, flags.State_Selected, flags.State_HasFocus)
    ]
    assert all(one != other for place, one in enumerate(looks) for other in looks[place + 1 :])


def test_a_row_carries_the_edge_colour_of_its_term_at_the_left(dressed: QApplication, qtbot: QtBot) -> None:
    view = queue_view(Density.ROOMY)
    qtbot.addWidget(view)
    picture = drawn_row(view, 0, QStyle.StateFlag.State_None)
    assert picture.pixelColor(1, 10) == theme().tokens.deadline("over").edge


@pytest.mark.parametrize(("density", "height"), [(Density.ROOMY, 64), (Density.NORMAL, 46), (Density.DENSE, 28)])
def test_rows_have_the_height_of_their_density(
    dressed: QApplication, qtbot: QtBot, density: Density, height: int
) -> None:
    view = queue_view(density)
    qtbot.addWidget(view)
    assert view.sizeHintForRow(0) == height


def test_a_row_tells_a_screen_reader_one_sentence(dressed: QApplication) -> None:
    chip = DeadlineFace(DeadlineState.STAGE_OVER, "этап: −6 ч", "этап просрочен на 6 часов")
    face = QueueFace(1, "№ 4811", "Яма во дворе", "Дороги", chip=chip, mark_words=("есть файлы",), unread=True)
    assert face.sentence_text() == "№ 4811; Дороги; Яма во дворе; этап просрочен на 6 часов; есть файлы; не прочитано"


def test_every_state_has_a_shape_of_its_own(dressed: QApplication) -> None:
    pictures = []
    for state in DeadlineState:
        picture = QImage(9, 9, QImage.Format.Format_Grayscale8)
        picture.fill(Qt.GlobalColor.white)
        painter = QPainter(picture)
        paint_state_shape(painter, picture.rect().toRectF(), state, QColor(0, 0, 0))
        painter.end()
        pictures.append(picture)
    assert all(one != other for place, one in enumerate(pictures) for other in pictures[place + 1 :])


def test_a_chip_never_leaves_the_place_it_is_given(dressed: QApplication) -> None:
    face = DeadlineFace(DeadlineState.OVER, "ответ просрочен на 12 дней 4 часа")
    picture = QImage(200, 30, QImage.Format.Format_RGB32)
    painter = QPainter(picture)
    used = paint_deadline_chip(painter, QRect(10, 0, 90, 30), face, right=True)
    painter.end()
    assert QRect(10, 0, 90, 30).contains(used)
    assert deadline_chip_size(face).width() > 90


def test_stages_are_to_scale_and_none_vanishes(dressed: QApplication) -> None:
    stages = tuple(StageFace(label, share) for label, share in zip("абвгд", (5, 5, 65, 15, 10), strict=True))
    wide = stage_rects(QRect(0, 0, 712, 8), stages)
    assert [round(place.width()) for place in wide] == [35, 35, 455, 105, 70]
    narrow = stage_rects(QRect(0, 0, 120, 8), stages)
    assert min(place.width() for place in narrow) >= 10
    assert narrow[-1].right() <= 121


def test_an_over_run_is_hatched_and_told(dressed: QApplication, qtbot: QtBot) -> None:
    plain, late = StageStrip(), StageStrip()
    qtbot.addWidget(plain)
    qtbot.addWidget(late)
    plain.set_stages((StageFace("Исполнение", 1, "past"),))
    late.set_stages((StageFace("Исполнение", 1, "past", over=0.4, hint="Исполнение просрочено на 2 дня"),))
    assert plain.grab().toImage() != late.grab().toImage()
    assert late.accessibleName() == "Исполнение просрочено на 2 дня"


def test_words_added_and_removed_are_told_apart() -> None:
    parts = word_diff("Ремонт будет в июле.", "Ремонт выполнен 02.06.2025.")
    assert [(part.kind, part.text) for part in parts] == [
        ("same", "Ремонт "),
        ("removed", "будет в июле"),
        ("added", "выполнен 02.06.2025"),
        ("same", "."),
    ]
    assert "".join(part.text for part in parts if part.kind != "removed") == "Ремонт выполнен 02.06.2025."


def test_a_difference_is_underlined_and_struck_and_summed_up(dressed: QApplication, qtbot: QtBot) -> None:
    view = DiffView()
    qtbot.addWidget(view)
    view.set_texts("один <b>два</b>", "один три")
    assert view.toPlainText() == "один <b>два</b>\u2009три"
    assert view.summary() == "добавлено в 1 месте, убрано в 1 месте"
    view.set_texts("то же", "то же")
    assert view.summary() == "Правок нет"


def test_two_sides_of_a_difference_count_alike_and_each_shows_its_own(dressed: QApplication, qtbot: QtBot) -> None:
    mine, theirs = DiffView(side="after"), DiffView(side="before")
    for view in (mine, theirs):
        qtbot.addWidget(view)
        view.set_texts("Ремонт будет выполнен до 10 июня", "Ремонт выполнен 2 июня. Гарантия год")
    assert mine.toPlainText() == "Ремонт выполнен 2 июня. Гарантия год"
    assert theirs.toPlainText() == "Ремонт будет выполнен до 10 июня"
    assert mine.differences() == theirs.differences() == 3
    assert (mine.show_difference(0).strip(), theirs.show_difference(0).strip()) == ("", "будет")
    assert (mine.show_difference(1), theirs.show_difference(1)) == ("2", "до 10")
    assert (mine.show_difference(2), theirs.show_difference(2)) == (". Гарантия год", "")


def test_the_course_of_a_message_is_plain_text_and_grows_with_its_words(dressed: QApplication, qtbot: QtBot) -> None:
    view = Timeline()
    qtbot.addWidget(view)
    view.resize(240, 300)
    view.set_entries((TimelineEntry("02.06", "", "Поступило"), TimelineEntry("03.06", "Я", "<i>так</i> " * 20)))
    assert view.sizeHintForRow(1) > view.sizeHintForRow(0)
    index = view.model().index(1, 0)
    assert "<i>так</i>" in index.data(Qt.ItemDataRole.AccessibleTextRole)


def test_a_text_to_read_is_as_high_as_it_is_long_up_to_its_limit(dressed: QApplication, qtbot: QtBot) -> None:
    view = ReadingView("Текст", max_lines=6)
    qtbot.addWidget(view)
    view.setFixedWidth(300)
    view.show()
    view.set_text("Одна строка")
    low = view.height()
    view.set_text("слово " * 15)
    middle = view.height()
    view.set_text("слово " * 4000)
    assert low < middle < view.height() < middle * 4
    assert view.toPlainText() == "слово " * 4000


def test_files_are_added_by_drop_and_paste_and_only_named(dressed: QApplication, qtbot: QtBot) -> None:
    strip = FileStrip("Файлы")
    qtbot.addWidget(strip)
    paths: list[object] = []
    pictures: list[object] = []
    strip.dropped.connect(paths.append)
    strip.image_pasted.connect(pictures.append)
    dropped = QMimeData()
    dropped.setUrls([QUrl.fromLocalFile("/нет/яма.jpg"), QUrl("https://example.org/x")])
    pasted = QMimeData()
    pasted.setImageData(QImage(2, 2, QImage.Format.Format_RGB32))
    assert strip.take_mime(dropped)
    assert strip.take_mime(pasted)
    assert not strip.take_mime(QMimeData())
    assert paths == [("/нет/яма.jpg",)]
    assert len(pictures) == 1
    strip.set_can_add(False)
    assert not strip.take_mime(dropped)


def test_a_file_is_opened_and_removed_by_its_own_buttons(dressed: QApplication, qtbot: QtBot) -> None:
    strip = FileStrip("Файлы")
    qtbot.addWidget(strip)
    strip.set_files((FileFace("a", "яма.jpg", "1,2 МБ"), FileFace("b", "акт.pdf", removable=False)))
    told: list[tuple[str, object]] = []
    strip.opened.connect(lambda key: told.append(("open", key)))
    strip.removed.connect(lambda key: told.append(("remove", key)))
    for button in strip.findChildren(QToolButton):
        button.click()
    assert told == [("open", "a"), ("remove", "a"), ("open", "b")]


def test_a_picture_pasted_into_an_answer_becomes_a_file_and_text_stays_text(
    dressed: QApplication, qtbot: QtBot
) -> None:
    edit = ComposeEdit("Ответ")
    qtbot.addWidget(edit)
    pictures: list[object] = []
    edit.image_pasted.connect(pictures.append)
    pasted = QMimeData()
    pasted.setImageData(QImage(2, 2, QImage.Format.Format_RGB32))
    edit.insertFromMimeData(pasted)
    words = QMimeData()
    words.setText("Ремонт выполнен")
    edit.insertFromMimeData(words)
    assert len(pictures) == 1
    assert edit.toPlainText() == "Ремонт выполнен"


def test_a_flow_breaks_its_lines_at_the_width(dressed: QApplication, qtbot: QtBot) -> None:
    strip = FileStrip("Файлы")
    qtbot.addWidget(strip)
    strip.set_files(tuple(FileFace(n, f"снимок {n}.jpg") for n in range(6)))
    flow = strip.findChild(FlowLayout)
    assert flow is not None
    assert flow.heightForWidth(260) > flow.heightForWidth(1600)


def test_the_gallery_draws_every_page(dressed: QApplication, qtbot: QtBot, tmp_path: Path) -> None:
    run = GalleryRun(dressed, tmp_path, ("dark",))
    with qtbot.waitSignal(run.finished, timeout=40_000):
        run.start()
    drawn = {each.name for each in tmp_path.iterdir()}
    assert {"pieces-dark.png", "sheet-dark.png", "shell-dark.png"} < drawn
    assert {f"{title}-dark.png" for title in STATE_PAGES} < drawn
