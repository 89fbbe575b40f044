"""Made-up values for the gallery of building blocks."""

from __future__ import annotations

import datetime

from ui.delegates.queue_row import QueueFace
from ui.widgets import (
    ActionFace,
    BannerFace,
    DeadlineFace,
    DeadlineState,
    FileFace,
    FilterFace,
    PickerRow,
    RailFace,
    Segment,
    StageFace,
    TimelineEntry,
    ToastFace,
)

TODAY = datetime.date(2025, 6, 3)
LATE = datetime.date(2025, 7, 3)
CHIPS = (
    DeadlineFace(DeadlineState.OK, "22 ч", "В срок: осталось 22 часа"),
    DeadlineFace(DeadlineState.SOON, "5 ч", "Срок подходит: осталось 5 часов"),
    DeadlineFace(DeadlineState.STAGE_OVER, "этап: −6 ч", "Этап просрочен на 6 часов"),
    DeadlineFace(DeadlineState.OVER, "−1 д 4 ч", "Ответ просрочен на 1 день 4 часа"),
    DeadlineFace(DeadlineState.PAUSED, "до 30.06", "Отложено до 30.06.2025"),
    DeadlineFace(DeadlineState.DONE, "02.06", "Ответ направлен 02.06.2025"),
)
TAGS = (
    ("повторное", "neutral", "repeat"),
    ("ФТ-1", "accent", ""),
    ("низкая оценка", "warn", "thumb-down"),
    ("не отправлено", "danger", "upload"),
    ("согласовано", "ok", "check"),
)
QUEUE = (
    QueueFace(
        1,
        "№\u00a04812",
        "Третью неделю нет отопления в подъезде, обращались в управляющую компанию",
        "ЖКХ",
        "Отсутствие отопления",
        CHIPS[3],
        ("paperclip", "repeat"),
        ("есть файлы", "повторное"),
        unread=True,
    ),
    QueueFace(
        2,
        "№\u00a04811",
        "Во дворе дома 14 по ул. Мира яма глубиной около 20 см",
        "Дороги",
        "Ямы на проезжей части",
        CHIPS[2],
        ("paperclip",),
        ("есть файлы",),
        draft=True,
    ),
    QueueFace(3, "№\u00a04810", "Не горит фонарь у школы № 7", "Свет", "Уличное освещение", CHIPS[1], unread=True),
    QueueFace(4, "№\u00a04798", "Контейнеры переполнены, запах", "Мусор", "Вывоз ТКО", CHIPS[0], marked=True),
    QueueFace(5, "Б-17", "Просит сообщить график ремонта дороги", "Дороги", "Ремонт", None, unsent=True),
    QueueFace(6, "№\u00a04775", "Автобус № 12 не приходит по расписанию", "Транспорт", "Расписание", CHIPS[4]),
    QueueFace(7, "№\u00a04702", "Благодарность за ремонт площадки", "Дворы", "Площадки", CHIPS[5]),
)
SPACES = (
    RailFace("intake", "Приём", "phone", 1),
    RailFace("moderation", "Модерация", "shield-check", 2, 4),
    RailFace("coordination", "Координация", "route", 3, 9, True),
    RailFace("execution", "Исполнение", "edit", 4, 12),
    RailFace("decisions", "Решения", "rubber-stamp", 5, 2),
    RailFace("control", "Контроль", "calendar-time", 6, 143, True),
)
FILTERS = (
    FilterFace("all", "Все", 12),
    FilterFace("today", "Сегодня", 3, mark=True),
    FilterFace("rework", "Доработка", 1),
    FilterFace("postponed", "Отложено", 2),
)
ACTIONS = (
    ActionFace("submit", "На утверждение", "send", "1", primary=True, shortcut_hint="Ctrl+Enter"),
    ActionFace("send_back", "Вернуть координатору", "arrow-back-up", "2", tooltip="п. 3.3 б Регламента"),
    ActionFace("reassign", "Переназначить", "users", "3"),
    ActionFace("documents", "Запросить материалы", "file-text", "4", enabled=False, why_not="Запрос уже направлен"),
    ActionFace("decline", "Отклонить", "circle-x", "5", danger=True),
    ActionFace("note", "Добавить заметку", "pencil", "6"),
)
BANNERS = (
    BannerFace("Новых: 3 — показать", "info", (("show", "Показать"),)),
    BannerFace("Текст изменён на другом рабочем месте. Ваш черновик цел", "warn", (("compare", "Сравнить"),), True),
    BannerFace("Сервер не принял 1 действие: сообщение уже назначено Лебедевой О. В.", "error", (("open", "Открыть"),)),
)
STAGES = (
    StageFace("Модерация", 5, "past", hint="Модерация: 02.06 09:14 – 02.06 11:02"),
    StageFace("Координация", 5, "past"),
    StageFace("Исполнение", 65, "now", 0.6, hint="Исполнение: прошло 60 %"),
    StageFace("Согласование", 15),
    StageFace("Утверждение", 10),
)
STAGES_LATE = (
    StageFace("Модерация", 5, "past"),
    StageFace("Координация", 5, "past", over=1.0),
    StageFace("Исполнение", 65, "past", over=0.25),
    StageFace("Согласование", 15, "now", 0.8),
    StageFace("Утверждение", 10),
)
TEXT = (
    "Во дворе дома 14 по ул. Мира яма глубиной около 20 см, машины объезжают по газону, рядом школа. "
    "Прошу отремонтировать до 1 сентября. <b>Не разметка</b>"
)
ANSWER_BEFORE = (
    "Уважаемая Мария Петровна!\n\nВаше сообщение № 4811 рассмотрено. Ремонт будет выполнен в июле силами "
    "подрядной организации."
)
ANSWER = (
    "Уважаемая Мария Петровна!\n\nВаше сообщение № 4811 рассмотрено. Ямочный ремонт выполнен 02.06.2025 силами "
    "МБУ «Дороги города». Гарантийный срок — 2 года."
)
SEGMENTS = (
    Segment("solved", "Решено"),
    Segment("not_solved", "Не решено"),
    Segment("postponed", "Отложено"),
    Segment("declined", "Отклонено"),
)
FILES = (
    FileFace(1, "yama1.jpg", "1,2 МБ", removable=False),
    FileFace(2, "Акт выполненных работ.pdf", "340 КБ", "uploading"),
    FileFace(3, "схема.dwg", "", "failed", note="не загружен"),
)
TIMELINE = (
    TimelineEntry("02.06 09:14", "ЕПГУ", "Поступило"),
    TimelineEntry("02.06 11:02", "Орлова Е. Н.", "Принято модератором", "Тема: Дороги · Ямы", "ok"),
    TimelineEntry(
        "03.06 10:15",
        "Лебедева О. В.",
        "Назначен исполнитель Кузнецов И. И.",
        "Просьба ответить до конца недели и приложить снимок после ремонта",
        "accent",
        3,
    ),
    TimelineEntry("05.06 16:40", "Сидорова А. А.", "Возвращено на доработку", "Нет срока работ", "warn", 4),
)
BUTTONS = (
    ("Назначить", "users", "primary", True),
    ("Отменить", "", "", True),
    ("Добавить файл", "paperclip", "ghost", True),
    ("Отклонить", "circle-x", "danger", True),
    ("Недоступно", "lock", "", False),
    ("Утвердить", "check", "primary", False),
)
PICKER_HEADERS = ("Сотрудник", "в работе", "просрочено", "по теме")
PEOPLE = (
    PickerRow(1, ("Кузнецов И. И.", "7", "0", "41"), "инженер отдела дорог"),
    PickerRow(2, ("Лебедева О. В.", "12", "1", "18"), "ведущий специалист"),
    PickerRow(3, ("Титов А. С.",), "", "В отпуске до 14.06, замещает Лебедева О. В."),
    PickerRow(4, ("Щёголева Ю. Ж.", "3", "0", "2"), "специалист"),
)
REASONS = (
    Segment(1, "1 Брань, угрозы"),
    Segment(2, "2 Не прочитать"),
    Segment(3, "3 Суть не ясна"),
    Segment(4, "4 Нет адреса"),
    Segment(5, "5 Несколько тем"),
    Segment(6, "6 Данные третьих лиц"),
)
SHEET_NOTE = "Предлагаем тех, кто отвечал по теме «Ямы на проезжей части» и меньше загружен."
TOAST = ToastFace("№\u00a04811 назначено: Кузнецов И. И. Ответ уйдёт заявителю", "ok", "Отменить", "F9", 8.0)
