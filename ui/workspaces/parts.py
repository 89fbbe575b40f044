"""The field that divides a message: one text per future message, at least two."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from arm.domain.identity import MessageId
from arm.domain.message import Message
from arm.i18n import _
from ui.theme import em
from ui.widgets import Button, ComposeEdit, PlainLabel
from ui.workspaces.fields import FormField

if TYPE_CHECKING:
    from arm.domain.commands import SplitPart

_SEPARATOR = "\n\u241e\n"


class PartsField(FormField):
    """The first part begins with the whole text; a new part is empty. Ids are made here, once per part."""

    def __init__(self, name: str, message: Message, parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self._message = message
        self._edits: list[ComposeEdit] = []
        self._ids: list[MessageId] = []
        self._box = QVBoxLayout()
        self._column.addLayout(self._box)
        more = Button(_("One more part"), "plus", "ghost")
        more.setObjectName("more-parts")
        more.clicked.connect(self._on_more_clicked)
        self._column.addWidget(more)
        self._add(message.text)
        self._add("")
        self.setFocusProxy(self._edits[0])

    def value(self) -> tuple[SplitPart, ...]:
        from arm.domain.commands import SplitPart

        found = []
        for part_id, edit in zip(self._ids, self._edits, strict=True):
            text = edit.toPlainText().strip()
            if text:
                found.append(
                    SplitPart(
                        message_id=part_id,
                        text=text,
                        category=self._message.category,
                        subcategory=self._message.subcategory,
                    )
                )
        return tuple(found)

    def set_value(self, value: object) -> None:
        from arm.domain.commands import SplitPart

        if isinstance(value, tuple):
            self.restore(_SEPARATOR.join(one.text for one in value if isinstance(one, SplitPart)))

    def is_empty(self) -> bool:
        return len(self.value()) < 2

    def remember(self) -> str:
        return _SEPARATOR.join(edit.toPlainText() for edit in self._edits)

    def restore(self, words: str) -> None:
        texts = words.split(_SEPARATOR)
        while len(self._edits) < len(texts):
            self._add("")
        for edit, text in zip(self._edits, texts, strict=False):
            edit.setPlainText(text)

    def _add(self, text: str) -> None:
        edit = ComposeEdit()
        edit.setTabChangesFocus(True)
        edit.setMinimumHeight(round(em() * 5))
        edit.setPlainText(text)
        label = PlainLabel(_("Part {number}").format(number=len(self._edits) + 1), role="caption", tone="text2")
        label.setBuddy(edit)
        edit.setAccessibleName(label.text())
        self._box.addWidget(label)
        self._box.addWidget(edit)
        self._edits.append(edit)
        self._ids.append(MessageId(uuid.uuid4().hex))
        edit.textChanged.connect(self.edited)

    def _on_more_clicked(self) -> None:
        self._add("")
        self._edits[-1].setFocus()
