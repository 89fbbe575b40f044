"""The kind of an answer with what it asks for: the date of a postponement, the reason of a decline."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QPushButton, QVBoxLayout, QWidget

from arm.domain.message import Message, Result, Stage
from arm.i18n import _
from ui.formats import short_date
from ui.widgets import DueDateEdit, PickerEdit, PickerRow, PlainLabel, Segment, SegmentedChoice
from ui.wording import field_name, result_name

if TYPE_CHECKING:
    from arm.domain.regulation import Regulation


class ResultFields(QWidget):
    """Ctrl+1…4 choose the kind. A date beyond the term is warned of with the clause, never refused."""

    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._has_list = False
        segments = tuple(Segment(one, result_name(one)) for one in Result)
        self.choice = SegmentedChoice(segments, name=field_name("result"))
        self.choice.setObjectName("answer-result")
        self._meaning = PlainLabel(role="caption", tone="muted", wrap=True)
        self._meaning.setObjectName("answer-meaning")
        self._meanings: dict[str, str] = {}
        self.date = DueDateEdit(field_name("postponed_until"))
        self.date.setObjectName("answer-postponed")
        self.reason_list = PickerEdit(field_name("decline_reason"), name=field_name("decline_reason"))
        self.reason_list.setObjectName("answer-decline-reason")
        self.reason_text = QLineEdit()
        self.reason_text.setObjectName("answer-decline-text")
        self.reason_text.setPlaceholderText(field_name("decline_reason"))
        self.reason_text.setAccessibleName(field_name("decline_reason"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for one in (self.choice, self._meaning, self.date, self.reason_list, self.reason_text):
            column.addWidget(one)
        self.choice.chosen.connect(self._on_chosen)
        self.date.changed.connect(self._on_edited)
        self.reason_list.picked.connect(self._on_edited)
        self.reason_list.cleared.connect(self.edited)
        self.reason_text.textEdited.connect(self._on_edited)
        self._show_parts()

    def set_message(self, message: Message, regulation: Regulation, zone: str, now: datetime.datetime) -> None:
        """The rules that this message lives by; `zone` is its organisation's (IANA name), `now` aware UTC."""
        there = ZoneInfo(zone)
        listed = regulation.reasons_at(Stage.EXECUTION)
        self._has_list = bool(listed)
        cited = {r.reason_id: regulation.clause_in_words(r.clause) for r in listed}
        rows = (PickerRow(r.reason_id, (r.title or r.text,), search=r.text, note=cited[r.reason_id]) for r in listed)
        self.reason_list.set_rows(tuple(rows))
        self._meanings = dict(regulation.result_meanings)
        self.date.set_base(now.astimezone(there).date())
        due_at = message.clocks.lead_due_at
        if due_at is None:
            self.date.set_limit(None)
        else:
            day = due_at.astimezone(there).date()
            clause = regulation.total.clause if regulation.total else ""
            words = _("The date is later than the term of the answer ({date})").format(date=short_date(day))
            self.date.set_limit(day, f"{words}. {regulation.clause_in_words(clause)}".rstrip(". "))
        self._show_parts()

    def set_values(self, result: Result | None, date: datetime.date | None, reason: str) -> None:
        self.choice.set_current(result)
        self.date.set_date(date)
        self.reason_list.set_current(reason or None)
        self.reason_text.setText("" if self._has_list else reason)
        self._show_parts()

    def result(self) -> Result | None:
        current = self.choice.current()
        return Result(str(current)) if current is not None else None

    def set_result(self, result: Result) -> None:
        self.choice.set_current(result)
        self._show_parts()

    def postponed_until(self) -> datetime.date | None:
        return self.date.date()

    def decline_reason(self) -> str:
        if self._has_list:
            return str(self.reason_list.current_key() or "")
        return self.reason_text.text().strip()

    def focus_choice(self) -> None:
        """On the first kind of answer; arrows walk them."""
        first = self.choice.findChild(QPushButton)
        if first is not None:
            first.setFocus()

    def focus_reason(self) -> None:
        (self.reason_list if self._has_list else self.reason_text).setFocus()

    def set_read_only(self, is_read_only: bool) -> None:
        self.setEnabled(not is_read_only)

    def _show_parts(self) -> None:
        result = self.result()
        self.date.setVisible(result is Result.POSTPONED)
        self.reason_list.setVisible(result is Result.DECLINED and self._has_list)
        self.reason_text.setVisible(result is Result.DECLINED and not self._has_list)
        meaning = self._meanings.get(result.value, "") if result else ""
        if result is Result.POSTPONED:
            meaning = meaning or _("By this date the answer must be prepared and approved")
            if self.date.date() is None:
                meaning = _("The date isn't chosen yet. {meaning}").format(meaning=meaning)
        self._meaning.setText(meaning)
        self._meaning.setVisible(bool(meaning))

    def _on_chosen(self, _key: object) -> None:
        self._show_parts()
        self.edited.emit()

    def _on_edited(self, _value: object = None) -> None:
        self._show_parts()
        self.edited.emit()
