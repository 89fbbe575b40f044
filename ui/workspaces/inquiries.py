"""Requests for documents beside a message: what was asked of whom, and what came back."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from arm.domain.message import Attachment, Inquiry
from arm.i18n import _, ngettext
from ui.formats import moment, short_date
from ui.widgets import Button, PlainLabel, Surface, Tag, empty_layout
from ui.workspaces.answer_files import FileShelf
from ui.workspaces.base import Opened, Shell


class InquiryList(QWidget):
    """One line says how many there are; open, each shows its question and its answer."""

    def __init__(self, shell: Shell, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inquiries")
        self._shell = shell
        self._shown: tuple[Inquiry, ...] = ()
        self._toggle = Button("", "file-text", "ghost")
        self._toggle.setObjectName("inquiries-toggle")
        self._toggle.setCheckable(True)
        self._list = QWidget()
        self._column = QVBoxLayout(self._list)
        self._column.setContentsMargins(0, 0, 0, 4)
        self._column.setSpacing(8)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(16, 4, 16, 0)
        outer.setSpacing(4)
        head = QHBoxLayout()
        head.addWidget(self._toggle)
        head.addStretch(1)
        outer.addLayout(head)
        outer.addWidget(self._list)
        self._list.hide()
        self.hide()
        self._toggle.toggled.connect(self._list.setVisible)

    def set_opened(self, opened: Opened | None) -> None:
        inquiries = opened.message.inquiries if opened is not None else ()
        self.setVisible(bool(inquiries))
        if opened is None or inquiries == self._shown:
            return
        had_answers = sum(1 for one in self._shown if one.answered_at)
        self._shown = inquiries
        waiting = sum(1 for one in inquiries if one.is_open)
        words = ngettext("{n} request for documents", "{n} requests for documents", len(inquiries))
        said = words.format(n=len(inquiries))
        if waiting:
            said = _("{requests}, waiting for an answer: {n}").format(requests=said, n=waiting)
        self._toggle.set_verb(said)
        empty_layout(self._column)
        for one in inquiries:
            self._column.addWidget(self._card(one, opened))
        if sum(1 for one in inquiries if one.answered_at) > had_answers:
            self._toggle.setChecked(True)

    def unfold(self) -> None:
        """Where there is nothing else to see: the body that was asked."""
        self._toggle.setChecked(True)

    def _card(self, inquiry: Inquiry, opened: Opened) -> Surface:
        card = Surface("sunken")
        column = QVBoxLayout(card)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(4)
        asked = opened.directory.organisation(inquiry.organisation)
        head = QHBoxLayout()
        head.addWidget(PlainLabel(asked.name if asked else "…", role="body_strong", elide=True), 1)
        head.addWidget(_state_tag(inquiry))
        column.addLayout(head)
        zone = opened.card.zone
        when = moment(inquiry.asked_at, zone)
        due = _(", wanted by {date}").format(date=short_date(inquiry.due_on)) if inquiry.due_on else ""
        column.addWidget(PlainLabel(f"{when}{due}", role="caption", tone="text2"))
        column.addWidget(PlainLabel(inquiry.question, wrap=True, selectable=True))
        self._add_files(column, inquiry.files)
        if inquiry.answered_at is not None:
            who = opened.directory.name(inquiry.answered_by)
            said = " · ".join(part for part in (moment(inquiry.answered_at, zone), who) if part)
            column.addWidget(PlainLabel(said, role="caption", tone="text2"))
            column.addWidget(PlainLabel(inquiry.answer, wrap=True, selectable=True))
            self._add_files(column, inquiry.answer_files)
        return card

    def _add_files(self, column: QVBoxLayout, files: tuple[Attachment, ...]) -> None:
        if files:
            shelf = FileShelf(self._shell, _("Files"))
            shelf.set_attachments(files)
            column.addWidget(shelf)


def _state_tag(inquiry: Inquiry) -> Tag:
    if inquiry.answered_at is not None:
        return Tag(_("answered"), "ok", "check")
    if inquiry.closed_unanswered:
        return Tag(_("closed without an answer"))
    return Tag(_("waiting for an answer"), "warn", "clock")
