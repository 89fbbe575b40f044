"""The rows of the page of sending and decisions: calm lines of what waits, cards of what wants a choice."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from arm.i18n import _
from ui.pending_words import Case, PendingFace
from ui.widgets import Button, FlowLayout, PlainLabel, ReadingView, Surface, Tag
from ui.wording import pending_name

LONG_TEXT = 320
RowVerb = tuple[str, str, str, str]
"""Key, words, icon and kind of a button."""


class WaitingRow(Surface):
    """One line: it goes by itself, there is nothing to decide."""

    acted = Signal(object)

    def __init__(self, face: PendingFace, parent: QWidget | None = None) -> None:
        super().__init__("card", parent)
        self.face = face
        self.setObjectName(f"pending-{face.pending.command_id}")
        self.setAccessibleName(f"{face.title}, {pending_name(face.pending.state)}")
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(PlainLabel(face.title, role="body_strong", elide=True), 1)
        head.addWidget(PlainLabel(face.when, tone="muted"))
        opener = Button(_("Open"), "", "ghost")
        opener.setProperty("size", "compact")
        opener.setObjectName("pending-open")
        opener.setAccessibleName(_("Open the message {title}").format(title=face.title))
        opener.clicked.connect(partial(self._on_clicked, "open"))
        head.addWidget(opener)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 4, 4, 4)
        column.setSpacing(0)
        column.addLayout(head)
        words = " · ".join(text for _label, text in face.typed)
        if words:
            column.addWidget(PlainLabel(words, tone="text2", elide=True))
            column.addSpacing(6)

    def _on_clicked(self, key: str, _checked: bool = False) -> None:
        self.acted.emit((key, self.face))


class DecisionRow(Surface):
    """What was not accepted: why, what was typed, and a choice; it stays until one is made (P19)."""

    acted = Signal(object)

    def __init__(self, face: PendingFace, parent: QWidget | None = None) -> None:
        super().__init__("card", parent)
        self.face = face
        self.setObjectName(f"pending-{face.pending.command_id}")
        self.setAccessibleName(f"{face.title}. {face.why}")
        self._problem = PlainLabel("", tone="danger", wrap=True)
        self._problem.hide()
        self._buttons: list[Button] = []
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(PlainLabel(face.title, role="body_strong", elide=True), 1)
        head.addWidget(Tag(pending_name(face.pending.state), "warn" if face.case is Case.PARKED else "danger"))
        head.addWidget(PlainLabel(face.when, tone="muted"))
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(8)
        column.addLayout(head)
        if face.why:
            column.addWidget(PlainLabel(face.why, wrap=True, selectable=True))
        for label, words in face.typed:
            column.addWidget(_typed(label, words))
        column.addWidget(self._problem)
        column.addLayout(self._row())

    def first_button(self) -> QWidget:
        return self._buttons[0]

    def show_problem(self, words: str) -> None:
        self._problem.setText(words)
        self._problem.setVisible(bool(words))

    def _row(self) -> FlowLayout:
        row = FlowLayout(spacing=8)
        for key, words, icon_name, kind in verbs_of(self.face):
            button = Button(words, icon_name, kind)
            button.setObjectName(f"pending-{key}")
            button.setProperty("size", "compact")
            button.clicked.connect(partial(self._on_clicked, key))
            self._buttons.append(button)
            row.addWidget(button)
        return row

    def _on_clicked(self, key: str, _checked: bool = False) -> None:
        self.acted.emit((key, self.face))


def verbs_of(face: PendingFace) -> tuple[RowVerb, ...]:
    """What may be done with an entry; the first one is what helps most often."""
    found: list[RowVerb] = []
    if face.case is Case.COMPARE:
        found.append(("compare", _("Compare and choose"), "git-merge", "primary"))
    if face.can_repeat:
        found.append(("repeat", _("Do it again"), "repeat", "primary"))
    if face.case is Case.PARKED:
        found.append(("quote", _("Copy the number for the administrator"), "copy", "primary"))
    if face.typed:
        found.append(("copy", _("Copy the text"), "copy", "primary" if face.case is Case.GONE else ""))
    if face.typed and face.case is Case.AGAIN:
        found.append(("redraft", _("Put back into a draft"), "pencil", ""))
    if face.case in (Case.AGAIN, Case.COMPARE, Case.PARKED):
        found.append(("open", _("Open"), "eye", ""))
    if face.case is not Case.COMPARE:
        found.append(("dismiss", _("Remove from here"), "trash", "ghost"))
    return tuple(found)


def _typed(label: str, words: str) -> QWidget:
    """A long text gets a place of its own with a bar to scroll."""
    if len(words) <= LONG_TEXT:
        return PlainLabel(f"{label}: {words}", tone="text2", wrap=True, selectable=True)
    view = ReadingView(label, max_lines=5)
    view.set_text(words)
    return view
