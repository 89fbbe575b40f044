"""The field for a date with the steps +7, +14 and +30 days."""

from __future__ import annotations

import datetime
from functools import partial

from PySide6.QtCore import QDate, Qt, Signal
from PySide6.QtGui import QTextCharFormat
from PySide6.QtWidgets import QCalendarWidget, QDateEdit, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from arm.i18n import _
from ui.theme import set_icon, theme
from ui.widgets.buttons import Button
from ui.widgets.text import PlainLabel, show_if

STEPS_DAYS = (7, 14, 30)


class DueDateEdit(QWidget):
    """Empty until a date is chosen. Steps count from the base date; past the limit a warning shows, no refusal."""

    changed = Signal(object)

    def __init__(self, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._base = datetime.date(2000, 1, 1)
        self._limit: datetime.date | None = None
        self._limit_words = ""
        self._is_set = False
        self._edit = QDateEdit()
        self._edit.setDisplayFormat("dd.MM.yyyy")
        self._edit.setCalendarPopup(True)
        self._edit.setMinimumWidth(150)
        self._edit.setAccessibleName(name)
        self._edit.dateChanged.connect(self._on_edit_date_changed)
        self._dress_calendar()
        theme().themeChanged.connect(self._on_theme_changed)
        self._warning = PlainLabel(role="caption", tone="danger", wrap=True)
        self._warning.hide()
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self._edit)
        for days in STEPS_DAYS:
            button = Button(f"+{days}")
            button.setAccessibleName(_("{days} days later").format(days=days))
            button.setToolTip(_("{days} days later").format(days=days))
            button.setProperty("kind", "segment")
            button.clicked.connect(partial(self._on_step_clicked, days))
            row.addWidget(button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self._warning)
        self.setFocusProxy(self._edit)
        self.setAccessibleName(name)

    def set_base(self, base: datetime.date) -> None:
        """The day the steps count from (usually today in the organisation's zone)."""
        self._base = base
        if not self._is_set:
            self._show(base)

    def date(self) -> datetime.date | None:
        if not self._is_set:
            return None
        shown = self._edit.date()
        return datetime.date(shown.year(), shown.month(), shown.day())

    def set_date(self, date: datetime.date | None) -> None:
        self._is_set = date is not None
        self._show(date if date is not None else self._base)
        self._check()

    def set_limit(self, limit: datetime.date | None, warning: str = "") -> None:
        """Past `limit` the field shows `warning` (a whole sentence with the clause)."""
        self._limit, self._limit_words = limit, warning
        self._check()

    def warning(self) -> str:
        return self._warning.text()

    def _dress_calendar(self) -> None:
        """Weeks begin on Monday; Saturdays and Sundays are muted, not red: red means overdue here."""
        calendar = self._edit.calendarWidget()
        calendar.setFirstDayOfWeek(Qt.DayOfWeek.Monday)
        calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        look = QTextCharFormat()
        look.setForeground(theme().tokens.colour("muted"))
        for day in (Qt.DayOfWeek.Saturday, Qt.DayOfWeek.Sunday):
            calendar.setWeekdayTextFormat(day, look)
        arrows = {"qt_calendar_prevmonth": "chevron-left", "qt_calendar_nextmonth": "chevron-right"}
        for button in calendar.findChildren(QToolButton):
            if button.objectName() in arrows:
                set_icon(button, arrows[button.objectName()], "text2")

    def _on_theme_changed(self, _tokens: object) -> None:
        self._dress_calendar()

    def _show(self, date: datetime.date) -> None:
        was_blocked = self._edit.blockSignals(True)
        self._edit.setDate(QDate(date.year, date.month, date.day))
        self._edit.blockSignals(was_blocked)

    def _check(self) -> None:
        date = self.date()
        is_late = date is not None and self._limit is not None and date > self._limit
        self._warning.setText(self._limit_words if is_late else "")
        show_if(self._warning, is_late)

    def _on_edit_date_changed(self, _date: QDate) -> None:
        self._is_set = True
        self._check()
        self.changed.emit(self.date())

    def _on_step_clicked(self, days: int, _checked: bool = False) -> None:
        self.set_date(self._base + datetime.timedelta(days=days))
        self.changed.emit(self.date())
