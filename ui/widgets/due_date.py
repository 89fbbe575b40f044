"""The field for a date: typed, taken from a calendar, or stepped to by +7, +14 and +30 days."""

from __future__ import annotations

import datetime
import re
from functools import partial

from PySide6.QtCore import QDate, QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QTextCharFormat
from PySide6.QtWidgets import QCalendarWidget, QHBoxLayout, QLineEdit, QToolButton, QVBoxLayout, QWidget

from arm.i18n import _
from ui.theme import em, set_icon, theme
from ui.widgets.buttons import Button, IconButton
from ui.widgets.text import PlainLabel, show_if

STEPS_DAYS = (7, 14, 30)
_TYPED = re.compile(r"^\s*(\d{1,2})[.,/\s-]?(\d{1,2})(?:[.,/\s-]?(\d{4}|\d{2}))?[.]?\s*$")
_ARROWS = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}


def typed_date(text: str, base: datetime.date) -> datetime.date | None:
    """«30.06.2026», «30.6», «300626»; without a year the next such day from `base` on. None: not a date."""
    found = _TYPED.match(text)
    if found is None:
        return None
    day, month = int(found[1]), int(found[2])
    years = [int(found[3]) % 100 + 2000 if len(found[3]) == 2 else int(found[3])] if found[3] else []
    for year in years or (base.year, base.year + 1):
        try:
            made = datetime.date(year, month, day)
        except ValueError:
            continue
        if years or made >= base:
            return made
    return None


class DueDateEdit(QWidget):
    """Empty until a date is chosen. Steps count from the base date; past the limit a warning shows, no refusal."""

    changed = Signal(object)

    def __init__(self, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._base = datetime.date(2000, 1, 1)
        self._limit: datetime.date | None = None
        self._limit_words = ""
        self._date: datetime.date | None = None
        self._edit = QLineEdit()
        self._edit.setPlaceholderText(_("dd.mm.yyyy"))
        self._edit.setFixedWidth(round(em() * 7.5))
        self._edit.setMaxLength(12)
        self._edit.setAccessibleName(name)
        self._edit.installEventFilter(self)
        self._edit.textEdited.connect(self._on_text_edited)
        self._edit.editingFinished.connect(self._on_editing_finished)
        self._open = IconButton("calendar", _("Choose in the calendar"))
        self._open.clicked.connect(self._on_open_clicked)
        self._calendar: QCalendarWidget | None = None
        self._warning = PlainLabel(role="caption", tone="danger", wrap=True)
        self._warning.hide()
        theme().themeChanged.connect(self._on_theme_changed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(self._build_row())
        column.addWidget(self._warning)
        self.setFocusProxy(self._edit)
        self.setAccessibleName(name)

    def set_base(self, base: datetime.date) -> None:
        """The day the steps count from (usually today in the organisation's zone)."""
        self._base = base

    def date(self) -> datetime.date | None:
        return self._date

    def set_date(self, date: datetime.date | None) -> None:
        self._date = date
        self._edit.setText(f"{date:%d.%m.%Y}" if date is not None else "")
        self._check()

    def set_limit(self, limit: datetime.date | None, warning: str = "") -> None:
        """Past `limit` the field shows `warning` (a whole sentence with the clause)."""
        self._limit, self._limit_words = limit, warning
        self._check()

    def warning(self) -> str:
        return self._warning.text()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = _ARROWS.get(Qt.Key(event.key()))
            if step is not None:
                start = self._date or self._base
                self._take(start + datetime.timedelta(days=step))
                return True
        return super().eventFilter(watched, event)

    def _build_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self._edit)
        row.addWidget(self._open)
        for days in STEPS_DAYS:
            button = Button(f"+{days}")
            button.setAccessibleName(_("{days} days later").format(days=days))
            button.setToolTip(_("{days} days later").format(days=days))
            button.setProperty("kind", "segment")
            button.clicked.connect(partial(self._on_step_clicked, days))
            row.addWidget(button)
        row.addStretch(1)
        return row

    def _take(self, date: datetime.date) -> None:
        self.set_date(date)
        self.changed.emit(date)

    def _check(self) -> None:
        date = self._date
        is_late = date is not None and self._limit is not None and date > self._limit
        self._say(self._limit_words if is_late else "")

    def _say(self, words: str) -> None:
        self._warning.setText(words)
        show_if(self._warning, bool(words))

    def _on_text_edited(self, text: str) -> None:
        before, self._date = self._date, typed_date(text, self._base)
        self._check()
        if self._date != before:
            self.changed.emit(self._date)

    def _on_editing_finished(self) -> None:
        if self._date is not None:
            self.set_date(self._date)
        elif self._edit.text().strip():
            self._say(_("This isn't a date. Type it like 30.06.2026"))

    def _on_step_clicked(self, days: int, _checked: bool = False) -> None:
        self._take(self._base + datetime.timedelta(days=days))

    def _on_open_clicked(self) -> None:
        if self._calendar is None:
            self._calendar = QCalendarWidget(self)
            self._calendar.setWindowFlag(Qt.WindowType.Popup)
            self._calendar.setFirstDayOfWeek(Qt.DayOfWeek.Monday)
            self._calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
            self._calendar.activated.connect(self._on_day_chosen)
            self._calendar.clicked.connect(self._on_day_chosen)
            self._dress_calendar()
        shown = self._date or self._base
        self._calendar.setSelectedDate(QDate(shown.year, shown.month, shown.day))
        self._calendar.adjustSize()
        self._calendar.move(self._edit.mapToGlobal(QPoint(0, self._edit.height() + 2)))
        self._calendar.show()

    def _on_day_chosen(self, day: QDate) -> None:
        if self._calendar is not None:
            self._calendar.hide()
        self._take(datetime.date(day.year(), day.month(), day.day()))
        self._edit.setFocus()

    def _dress_calendar(self) -> None:
        """Saturdays and Sundays are muted, not red: red means overdue here."""
        if self._calendar is None:
            return
        look = QTextCharFormat()
        look.setForeground(theme().tokens.colour("muted"))
        for day in (Qt.DayOfWeek.Saturday, Qt.DayOfWeek.Sunday):
            self._calendar.setWeekdayTextFormat(day, look)
        arrows = {"qt_calendar_prevmonth": "chevron-left", "qt_calendar_nextmonth": "chevron-right"}
        for button in self._calendar.findChildren(QToolButton):
            if button.objectName() in arrows:
                set_icon(button, arrows[button.objectName()], "text2")

    def _on_theme_changed(self, _tokens: object) -> None:
        self._dress_calendar()
