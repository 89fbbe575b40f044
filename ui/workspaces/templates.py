"""The choice of an answer template: a line to search in, the list, and the text as it will be inserted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QListView, QVBoxLayout, QWidget

from arm.domain.answers import boxes, fill_template
from arm.domain.directory import Template
from arm.domain.identity import OrganisationId
from arm.domain.message import Message, Result
from arm.i18n import _, ngettext
from ui.theme import em
from ui.widgets import PickerRow, PlainLabel, Sheet
from ui.widgets.picker_list import PickerDelegate, PickerModel
from ui.wording import result_name
from ui.workspaces.answer_text import AnswerText

_STEPS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 6, Qt.Key.Key_PageUp: -6}


class TemplateSheet(Sheet):
    """Enter or Ctrl+Enter inserts the template in force: `picked` carries (Template, filled text)."""

    picked = Signal(object, object)

    def __init__(
        self,
        templates: tuple[Template, ...],
        values: Mapping[str, str],
        topic_of: Callable[[str], str],
        parent: QWidget | None = None,
    ) -> None:
        """`templates` best first; `topic_of` gives the title of a category."""
        super().__init__(_("Answer from a template"), _("Insert"), parent=parent)
        self.setObjectName("sheet-template")
        self._templates = {one.template_id: one for one in templates}
        self._values = values
        self._line = QLineEdit()
        self._line.setObjectName("template-search")
        self._line.setPlaceholderText(_("Words of the template"))
        self._line.setAccessibleName(_("Search for a template"))
        self._line.setClearButtonEnabled(True)
        self._model = PickerModel()
        self._list = QListView()
        self._list.setObjectName("template-list")
        self._list.setModel(self._model)
        self._list.setUniformItemSizes(True)
        self._list.setAccessibleName(_("Templates"))
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setItemDelegate(PickerDelegate(self._list))
        self._list.setMouseTracking(True)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self._about = PlainLabel(tone="text2", role="caption", wrap=True)
        self._about.setObjectName("template-about")
        self._preview = AnswerText(_("The text as it will be inserted"))
        self._preview.setObjectName("template-preview")
        self._preview.setReadOnly(True)
        self._preview.setProperty("plain", "true")
        self._lay_out()
        self._rows = tuple(
            PickerRow(one.template_id, (one.title,), search=f"{topic_of(one.category)} {one.text}") for one in templates
        )
        self._model.set_rows(self._rows, "")
        self._line.textEdited.connect(self._on_line_edited)
        self._list.selectionModel().currentChanged.connect(self._on_current_changed)
        self._list.doubleClicked.connect(self._on_list_double_clicked)
        self.confirmed.connect(self._on_confirmed)
        self._line.installEventFilter(self)
        self._list.setCurrentIndex(self._model.index(0, 0))
        if not templates:
            self._about.setText(_("There are no templates for this organisation"))

    def open_sheet(self) -> None:
        super().open_sheet()
        self._line.setFocus(Qt.FocusReason.PopupFocusReason)
        self._line.selectAll()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._line and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in _STEPS:
                self._step(_STEPS[Qt.Key(event.key())])
                return True
            plain = not event.modifiers() & Qt.KeyboardModifier.ControlModifier
            if plain and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._on_confirmed()
                return True
        return super().eventFilter(watched, event)

    def current(self) -> Template | None:
        row = self._model.row_at(self._list.currentIndex().row())
        return self._templates.get(str(row.key)) if row is not None else None

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(8)
        left.addWidget(self._line)
        left.addWidget(self._list, 1)
        right = QVBoxLayout()
        right.setSpacing(8)
        right.addWidget(self._about)
        right.addWidget(self._preview, 1)
        row = QHBoxLayout()
        row.setSpacing(14)
        row.addLayout(left, 5)
        row.addLayout(right, 6)
        self._list.setMinimumHeight(round(em() * 23))
        self._list.setMinimumWidth(round(em() * 10))
        self.body.addLayout(row)

    def _step(self, rows: int) -> None:
        last = self._model.rowCount() - 1
        place = min(max(self._list.currentIndex().row() + rows, 0), last)
        self._list.setCurrentIndex(self._model.index(place, 0))

    def _show_current(self) -> None:
        template = self.current()
        text = fill_template(template.text, self._values) if template else ""
        self._preview.set_text(text)
        if template is None:
            self._about.setText(_("Nothing is found. Change the words"))
            return
        empty = len(boxes(text))
        places = ngettext("{n} place to fill in", "{n} places to fill in", empty).format(n=empty) if empty else ""
        kind = result_name(Result(template.result)) if template.result in set(Result) else ""
        self._about.setText(" · ".join(part for part in (kind, places) if part) or _("Nothing to fill in"))

    def _on_line_edited(self, words: str) -> None:
        self._model.search(words)
        self._list.setCurrentIndex(self._model.index(0, 0))
        self._show_current()

    def _on_current_changed(self, _current: QModelIndex, _before: QModelIndex) -> None:
        self._show_current()

    def _on_list_double_clicked(self, _index: QModelIndex) -> None:
        self._on_confirmed()

    def _on_confirmed(self) -> None:
        template = self.current()
        if template is None:
            return
        self.close_sheet()
        self.picked.emit(template, fill_template(template.text, self._values))


def fitting_templates(
    templates: Iterable[Template],
    message: Message,
    above: Iterable[OrganisationId],
    recent: Iterable[str] = (),
) -> tuple[Template, ...]:
    """Templates of this organisation and of those above: of the topic first, then of none; the last used lead."""
    here = message.owner
    allowed = {None, here, *above}
    latest = {one: place for place, one in enumerate(recent)}

    def order(template: Template) -> tuple[int, int, str]:
        is_of_topic = bool(template.category) and template.category == message.category
        rank = 0 if is_of_topic else 2 if template.category else 1
        return rank, latest.get(template.template_id, len(latest)), template.title.casefold()

    return tuple(sorted((one for one in templates if one.organisation in allowed), key=order))
