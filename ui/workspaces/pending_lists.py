"""The two lists of the page: what needs a decision at the left, what waits to be sent at the right."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from arm.domain.identity import CommandId
from arm.i18n import _
from ui.pending_words import Case, PendingFace
from ui.theme import em
from ui.widgets import Button, EmptyState, PlainLabel, Tag, empty_layout
from ui.workspaces.pending_rows import DecisionRow, WaitingRow

NARROW_BELOW_EM = 60.0


class PendingLists(QWidget):
    """`acted` carries the pressed key and the entry's face."""

    left = Signal()
    acted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._faces: tuple[PendingFace, ...] | None = None
        self._decisions: list[DecisionRow] = []
        head = QHBoxLayout()
        head.addWidget(PlainLabel(_("Sending and decisions"), role="title"), 1)
        back = Button(_("Back"), "chevron-left", key_hint="Esc")
        back.setObjectName("outbox-back")
        back.clicked.connect(self.left)
        head.addWidget(back)
        self._to_decide = _Part(
            _("Needs a decision"), _("Each stays here until you choose; nothing typed gets lost"), "danger"
        )
        self._to_send = _Part(_("Waits to be sent"), _("Saved on this computer, goes by itself"), "accent")
        self._sides = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._sides.setSpacing(20)
        self._sides.addWidget(self._to_decide, 5)
        self._sides.addWidget(self._to_send, 3)
        self._empty = EmptyState("circle-check", "")
        inside = QWidget()
        box = QVBoxLayout(inside)
        box.setContentsMargins(0, 0, 10, 0)
        box.addLayout(self._sides)
        box.addWidget(self._empty, 1)
        box.addStretch(0)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inside)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(12)
        column.addLayout(head)
        column.addWidget(area, 1)

    def show_faces(self, faces: tuple[PendingFace, ...]) -> None:
        """An equal list changes nothing: the focus stays where it is."""
        if faces == self._faces:
            return
        self._faces = faces
        waiting = [one for one in faces if one.case is Case.WAITING]
        decisions = sorted((one for one in faces if one.case is not Case.WAITING), key=_is_parked)
        self._decisions = [DecisionRow(one) for one in decisions]
        lines = [WaitingRow(one) for one in waiting]
        for card in self._decisions:
            card.acted.connect(self.acted)
        for line in lines:
            line.acted.connect(self.acted)
        self._to_decide.show_rows(self._decisions)
        self._to_send.show_rows(lines)
        self._empty.set_face("circle-check", _("Everything is sent, nothing needs a decision"))
        self._empty.setVisible(not faces)
        self._arrange()

    def first_choice(self) -> QWidget | None:
        return self._decisions[0].first_button() if self._decisions else None

    def show_problem(self, command_id: CommandId, words: str) -> None:
        for row in self._decisions:
            row.show_problem(words if row.face.pending.command_id == command_id else "")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        is_narrow = self.width() < NARROW_BELOW_EM * em()
        wanted = QBoxLayout.Direction.TopToBottom if is_narrow else QBoxLayout.Direction.LeftToRight
        if self._sides.direction() != wanted:
            self._sides.setDirection(wanted)


class _Part(QWidget):
    """A heading with its count, a sentence, and the rows; nothing at all without rows."""

    def __init__(self, title: str, note: str, tone: str) -> None:
        super().__init__()
        self._count = Tag("", tone)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(PlainLabel(title, role="subtitle"))
        head.addWidget(self._count)
        head.addStretch(1)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(8)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(PlainLabel(note, tone="text2", wrap=True))
        column.addSpacing(6)
        column.addLayout(self._rows)
        column.addStretch(1)
        self.hide()

    def show_rows(self, rows: list[DecisionRow] | list[WaitingRow]) -> None:
        empty_layout(self._rows)
        self._count.setText(str(len(rows)))
        for row in rows:
            self._rows.addWidget(row)
        self.setVisible(bool(rows))


def _is_parked(face: PendingFace) -> bool:
    return face.case is Case.PARKED
