"""The pages of the gallery: a shell of a workspace, all the pieces, sheets with a picker and a toast."""

from __future__ import annotations

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QRadioButton,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from ui import gallery_samples as samples
from ui.delegates.queue_row import FACE_ROLE, Density, QueueFace, QueueRowDelegate, prepare_queue_view
from ui.widgets import (
    ActionBar,
    BannerBar,
    Button,
    Chip,
    ComposeEdit,
    DiffView,
    Divider,
    DueDateEdit,
    EmptyState,
    FileStrip,
    FilterChips,
    FlowLayout,
    IconButton,
    PickerEdit,
    PlainLabel,
    Rail,
    ReadingView,
    SegmentedChoice,
    Sheet,
    SkeletonRows,
    StageStrip,
    StatusLine,
    StatusPiece,
    Surface,
    Tag,
    Timeline,
    Toast,
)


class _Faces(QAbstractListModel):
    def __init__(self, faces: tuple[QueueFace, ...]) -> None:
        super().__init__()
        self._faces = faces

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._faces)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        face = self._faces[index.row()]
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return face.sentence_text()
        return face if role == FACE_ROLE else None


def queue_view(density: Density) -> QListView:
    view = QListView()
    model = _Faces(samples.QUEUE)
    model.setParent(view)
    view.setModel(model)
    prepare_queue_view(view, QueueRowDelegate(view, density))
    view.setCurrentIndex(model.index(1))
    return view


def shell_page() -> QWidget:
    """The shell of a workspace as it is meant to look."""
    page = Surface("bg")
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    row = QHBoxLayout()
    row.setSpacing(0)
    rail = Rail()
    rail.set_spaces(samples.SPACES)
    rail.set_current("execution")
    rail.add_bottom("bell", "Уведомления", "bell")
    rail.add_bottom("moon", "Тёмная тема", "theme")
    rail.add_bottom("help", "Помощь", "help")
    row.addWidget(rail)
    split = QSplitter(Qt.Orientation.Horizontal)
    split.setHandleWidth(1)
    split.addWidget(_queue_pane())
    split.addWidget(_card_pane())
    split.setSizes([340, 950])
    row.addWidget(split, 1)
    column.addLayout(row, 1)
    line = StatusLine()
    line.add_piece(StatusPiece("Синхронизировано 10:43", "ok"))
    line.add_piece(StatusPiece("Очередь отправки: 0", "plain"))
    line.add_piece(StatusPiece("Нет связи с 10:12 — работаем с копией, отправим 3 действия", "offline"))
    line.announce("Закон: не 59-ФЗ", 3600)
    column.addWidget(line)
    return page


def _queue_pane() -> QWidget:
    pane = Surface("surface")
    column = QVBoxLayout(pane)
    column.setContentsMargins(0, 10, 0, 0)
    column.setSpacing(8)
    head = QVBoxLayout()
    head.setContentsMargins(12, 0, 12, 0)
    head.setSpacing(8)
    title = QHBoxLayout()
    title.addWidget(PlainLabel("Мои сообщения", role="subtitle"))
    title.addWidget(Tag("12", "accent"))
    title.addStretch(1)
    title.addWidget(IconButton("layout-sidebar-left-collapse", "Свернуть очередь"))
    head.addLayout(title)
    find = QLineEdit()
    find.setPlaceholderText("Поиск в очереди      Ctrl+F")
    find.setAccessibleName("Поиск в очереди")
    head.addWidget(find)
    filters = FilterChips("Фильтры")
    filters.set_filters(samples.FILTERS)
    head.addWidget(filters)
    column.addLayout(head)
    column.addWidget(Divider())
    column.addWidget(queue_view(Density.ROOMY), 1)
    return pane


def _card_pane() -> QWidget:
    pane = Surface("bg")
    column = QVBoxLayout(pane)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    banner = BannerBar()
    banner.set_face(samples.BANNERS[1])
    column.addWidget(banner)
    column.addWidget(_card_head())
    column.addWidget(Divider())
    split = QSplitter(Qt.Orientation.Horizontal)
    split.setHandleWidth(1)
    split.addWidget(_message_pane())
    split.addWidget(_editor_pane())
    split.setSizes([430, 520])
    column.addWidget(split, 1)
    bar = ActionBar()
    bar.set_actions(samples.ACTIONS)
    column.addWidget(bar)
    return pane


def _card_head() -> QWidget:
    head = Surface("surface")
    column = QVBoxLayout(head)
    column.setContentsMargins(16, 8, 16, 6)
    column.setSpacing(4)
    first = QHBoxLayout()
    first.addWidget(PlainLabel("№\u00a04811 · Дороги · Ямы на проезжей части", role="subtitle", elide=True), 1)
    first.addWidget(Chip(samples.CHIPS[2]))
    column.addLayout(first)
    second = "Иванова М.\u00a0П. · ЕПГУ · 02.06.2025 09:14 · ФТ-1, до 10.06.2025 · повторное"
    column.addWidget(PlainLabel(second, role="caption", tone="text2", elide=True))
    strip = StageStrip()
    strip.set_stages(samples.STAGES)
    column.addWidget(strip)
    return head


def _message_pane() -> QWidget:
    pane = Surface("surface")
    column = QVBoxLayout(pane)
    column.setContentsMargins(16, 12, 8, 8)
    column.setSpacing(10)
    column.addWidget(PlainLabel("Текст сообщения", role="body_strong", tone="text2"))
    reading = ReadingView("Текст сообщения", max_lines=10)
    reading.set_text(samples.TEXT)
    column.addWidget(reading)
    files = FileStrip("Файлы заявителя", can_add=False)
    files.set_files(samples.FILES[:2])
    column.addWidget(files)
    column.addWidget(PlainLabel("Ход рассмотрения", role="body_strong", tone="text2"))
    timeline = Timeline()
    timeline.set_entries(samples.TIMELINE)
    column.addWidget(timeline, 1)
    return pane


def _editor_pane() -> QWidget:
    pane = Surface("surface")
    column = QVBoxLayout(pane)
    column.setContentsMargins(16, 12, 16, 12)
    column.setSpacing(10)
    head = QHBoxLayout()
    head.addWidget(PlainLabel("Ответ · версия 2", role="body_strong", tone="text2"))
    head.addStretch(1)
    head.addWidget(PlainLabel("сохранён 10:42:07", role="caption", tone="muted"))
    column.addLayout(head)
    kind = SegmentedChoice(samples.SEGMENTS, name="Вид ответа", shortcuts=False)
    kind.set_current("solved")
    column.addWidget(kind)
    edit = ComposeEdit("Текст ответа")
    edit.setPlainText(samples.ANSWER)
    column.addWidget(edit, 1)
    files = FileStrip("Файлы ответа")
    files.set_files(samples.FILES)
    column.addWidget(files)
    return pane


def pieces_page() -> QWidget:
    """Buttons, fields, chips, bars and the small views."""
    page = Surface("bg")
    row = QHBoxLayout(page)
    row.setContentsMargins(16, 16, 16, 16)
    row.setSpacing(16)
    row.addWidget(_controls_card(), 3)
    row.addWidget(_bars_card(), 4)
    row.addWidget(_lists_card(), 3)
    return page


def _card(title: str) -> tuple[Surface, QVBoxLayout]:
    card = Surface("card")
    column = QVBoxLayout(card)
    column.setContentsMargins(16, 12, 16, 12)
    column.setSpacing(10)
    column.addWidget(PlainLabel(title, role="subtitle"))
    return card, column


def _controls_card() -> QWidget:
    card, column = _card("Кнопки и поля")
    buttons = FlowLayout(spacing=8)
    for text, icon_name, kind, enabled in samples.BUTTONS:
        button = Button(text, icon_name, kind)
        button.setEnabled(enabled)
        buttons.addWidget(button)
    column.addLayout(buttons)
    picker = PickerEdit("Фамилия исполнителя", samples.PICKER_HEADERS, name="Исполнитель")
    line = QLineEdit("ул. Мира, 14")
    line.setAccessibleName("Адрес")
    line.setObjectName("focus_me")
    combo = QComboBox()
    combo.addItems(["Все организации", "Управление дорожного хозяйства"])
    combo.setAccessibleName("Организация")
    date = DueDateEdit("Срок")
    date.set_base(samples.TODAY)
    date.set_limit(samples.TODAY, "Дата позже срока ответа: п. 3.4 в Регламента")
    date.set_date(samples.LATE)
    tick = QCheckBox("Прочитано заявителю")
    tick.setChecked(True)
    radio = QRadioButton("Сообщить по телефону")
    radio.setChecked(True)
    for widget in (line, picker, combo, date, tick, radio, QRadioButton("Отправить письмом")):
        column.addWidget(widget)
    chips = FlowLayout(spacing=8)
    for face in samples.CHIPS:
        chips.addWidget(Chip(face))
    for text, tone, icon_name in samples.TAGS:
        chips.addWidget(Tag(text, tone, icon_name))
    column.addLayout(chips)
    for role in ("caption", "reading", "title"):
        column.addWidget(PlainLabel(f"№\u00a04811 Щёголева Ю. {role}", role=role))
    column.addStretch(1)
    return card


def _bars_card() -> QWidget:
    card, column = _card("Полосы, ход, правки")
    for face in samples.BANNERS:
        banner = BannerBar()
        banner.set_face(face)
        column.addWidget(banner)
    for stages in (samples.STAGES, samples.STAGES_LATE):
        strip = StageStrip()
        strip.set_stages(stages)
        column.addWidget(strip)
    tabs = QTabWidget()
    tabs.setDocumentMode(True)
    diff = DiffView()
    diff.set_texts(samples.ANSWER_BEFORE, samples.ANSWER)
    tabs.addTab(diff, "Правки руководителя")
    timeline = Timeline()
    timeline.set_entries(samples.TIMELINE)
    tabs.addTab(timeline, "Ход")
    column.addWidget(tabs, 1)
    column.addWidget(PlainLabel(diff.summary(), role="caption", tone="muted"))
    bar = ActionBar()
    bar.set_actions(samples.ACTIONS)
    column.addWidget(bar)
    return card


def _lists_card() -> QWidget:
    card, column = _card("Очередь: обычная и плотная")
    column.addWidget(queue_view(Density.NORMAL), 3)
    column.addWidget(queue_view(Density.DENSE), 2)
    skeleton = SkeletonRows(2, 44, delay_ms=0)
    skeleton.start()
    skeleton.setFixedHeight(88)
    column.addWidget(skeleton)
    column.addWidget(EmptyState("inbox", "Новых сообщений нет. Последнее принято в 10:31", "Обновить"), 3)
    return card


def sheet_page() -> QWidget:
    """A sheet over a work area with an open picker, and a toast."""
    page = Surface("bg")
    area = QWidget(page)
    area.setGeometry(560, 60, 640, 600)
    sheet = Sheet("Назначьте исполнителя", "Назначить", note=samples.SHEET_NOTE, parent=area)
    picker = PickerEdit("Фамилия исполнителя", samples.PICKER_HEADERS, name="Исполнитель")
    picker.set_rows(samples.PEOPLE)
    picker.setObjectName("focus_me")
    sheet.add_field("Исполнитель", picker, required=True, hint="Поиск в любой раскладке: repy = «кузн»")
    comment = ComposeEdit("Комментарий")
    comment.set_placeholder("Не виден заявителю")
    sheet.add_field("Комментарий", comment)
    side = QWidget(page)
    side.setGeometry(40, 60, 480, 600)
    other = Sheet("Отклонить сообщение № 4816", "Отклонить", kind="danger", parent=side)
    reasons = SegmentedChoice(samples.REASONS, name="Основание", shortcuts=False)
    other.add_field("Основание", reasons, required=True)
    text = ComposeEdit("Текст заявителю")
    text.setPlainText(samples.ANSWER_BEFORE)
    other.add_field("Текст заявителю", text)
    page.setProperty("sheets", True)
    other.open_sheet()
    other.set_confirm_enabled(False, "Выберите основание")
    other.set_problem("Выберите основание отклонения: без него ответ не уйдёт (п. 2.4 Регламента)")
    sheet.open_sheet()
    toast = Toast(page)
    toast.show_toast(samples.TOAST)
    return page
