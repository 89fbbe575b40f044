"""The keys page (F1): every key of the window and the decisions of the present workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QWidget

from arm.i18n import _
from ui.dialogs.overlay import OverlayPage
from ui.widgets import Button, PlainLabel
from ui.window_keys import key_lines, shown_only

if TYPE_CHECKING:
    from ui.main_window import MainWindow


class KeysPage(OverlayPage):
    def __init__(self, window: MainWindow) -> None:
        super().__init__(window, _("Keys and help"), 52, 34)
        self.setObjectName("keys-page")
        self.column.addWidget(PlainLabel(_("Keys and help"), role="title"))
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setHorizontalSpacing(20)
        grid.setVerticalSpacing(5)
        lines = [*_decisions(window), *((one.shown, one.meaning) for one in key_lines(window)), *shown_only(window)]
        half = (len(lines) + 1) // 2
        for place, (keys, meaning) in enumerate(lines):
            row, side = (place, 0) if place < half else (place - half, 2)
            grid.addWidget(PlainLabel(keys, role="body_strong"), row, side)
            grid.addWidget(PlainLabel(meaning, tone="text2", wrap=True), row, side + 1)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(inside)
        inside.setAutoFillBackground(False)
        area.viewport().setAutoFillBackground(False)
        self.column.addWidget(area, 1)
        self._close = Button(_("Close"), key_hint="Esc")
        self._close.setObjectName("keys-close")
        self._close.clicked.connect(self.close_page)
        self.column.addWidget(self._close, 0, Qt.AlignmentFlag.AlignLeft)

    def first_focus(self) -> QWidget:
        return self._close


def _decisions(window: MainWindow) -> tuple[tuple[str, str], ...]:
    """The digits of the bar as it stands, with the clause of each."""
    return tuple(
        (face.digit or face.shortcut_hint, f"{face.label}  ({face.tooltip})" if face.tooltip else face.label)
        for face in window.bar.actions_shown()
        if face.digit or face.shortcut_hint
    )
