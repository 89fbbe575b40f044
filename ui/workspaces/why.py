"""«Почему этот срок»: a popover with formula, dates and clauses of a message's clocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from arm.desk.values import WhyView
from arm.i18n import _
from ui.keys import bind
from ui.why_words import why_sentence
from ui.widgets import Divider, PlainLabel, Surface
from ui.wording import cited_clause

if TYPE_CHECKING:
    from arm.domain.regulation import Regulation

_WIDTH = 460


class WhyPopover(Surface):
    """Closes by Esc or a click elsewhere."""

    def __init__(
        self, lines: tuple[WhyView, ...], zone: str, parent: QWidget, regulation: Regulation | None = None
    ) -> None:
        super().__init__("surface", parent)
        self.setObjectName("why-popover")
        self.setWindowFlag(Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFixedWidth(_WIDTH)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(6)
        column.addWidget(PlainLabel(_("Why this date"), role="subtitle"))
        column.addWidget(Divider())
        for place, line in enumerate(lines):
            column.addWidget(PlainLabel(why_sentence(line, zone), wrap=True))
            # what several lines in a row follow from is said once, under the last of them
            if place + 1 == len(lines) or lines[place + 1].clause != line.clause:
                clause = cited_clause(line.clause, regulation)
                column.addWidget(PlainLabel(clause, role="caption", tone="muted", wrap=True))
        if not lines:
            column.addWidget(PlainLabel(_("The regulation has no term for this message"), wrap=True))
        bind(self, "Esc", self.close)

    def open_below(self, anchor: QWidget) -> None:
        self.adjustSize()
        corner = anchor.mapToGlobal(QPoint(anchor.width(), anchor.height() + 4))
        self.move(corner - QPoint(self.width(), 0))
        self.show()
