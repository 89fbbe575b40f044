"""Drafts whose message has gone to somebody else: the text to read and copy, thrown away only on purpose."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from arm.desk.values import Draft
from arm.i18n import _
from ui.formats import number_sign
from ui.widgets import Button, PlainLabel, ReadingView, Sheet, Surface

LINES = 12


class OrphanSheet(Sheet):
    """`dropped` carries the id of a draft that its author has thrown away."""

    dropped = Signal(object)

    def __init__(self, drafts: tuple[Draft, ...], parent: QWidget | None = None) -> None:
        note = _("The message was handed to somebody else while you were writing. Nothing of it is lost")
        super().__init__(_("Drafts without their messages"), _("Close"), note=note, parent=parent)
        self.setObjectName("sheet-orphans")
        self._cards: dict[str, Surface] = {}
        for draft in drafts:
            card = self._card(draft)
            self._cards[draft.draft_id] = card
            self.body.addWidget(card)
        self.confirmed.connect(self.close_sheet)

    def _card(self, draft: Draft) -> Surface:
        card = Surface("sunken")
        column = QVBoxLayout(card)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(6)
        when = f"{draft.saved_at.astimezone():%d.%m %H:%M}" if draft.saved_at is not None else ""
        head = " · ".join(part for part in (number_sign(draft.fields.get("number", "")), when) if part)
        column.addWidget(PlainLabel(head, role="body_strong"))
        view = ReadingView(_("Text of the draft"), max_lines=LINES)
        view.set_text(draft.fields.get("text", ""))
        column.addWidget(view)
        copy = Button(_("Copy the text"), "copy")
        copy.setObjectName("orphan-copy")
        drop = Button(_("Throw the draft away"), "trash", "ghost")
        copy.clicked.connect(partial(self._on_copy_clicked, draft.fields.get("text", "")))
        drop.clicked.connect(partial(self._on_drop_clicked, draft.draft_id))
        row = QHBoxLayout()
        row.addWidget(copy)
        row.addWidget(drop)
        row.addStretch(1)
        column.addLayout(row)
        return card

    def _on_copy_clicked(self, text: str, _checked: bool = False) -> None:
        QGuiApplication.clipboard().setText(text)
        self.set_note(_("The text is in the clipboard"))

    def _on_drop_clicked(self, draft_id: str, _checked: bool = False) -> None:
        card = self._cards.pop(draft_id)
        card.hide()
        self.dropped.emit(draft_id)
        if not self._cards:
            self.close_sheet()
