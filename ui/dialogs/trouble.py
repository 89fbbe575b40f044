"""The dialog of a trouble with the files: what happened, what is safe, what to do."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from arm.i18n import _
from ui.widgets import Button, PlainLabel
from ui.wording import trouble_sentence, trouble_title


class TroubleDialog(QDialog):
    """`again` asks to try once more."""

    again = Signal()

    def __init__(self, error: BaseException, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("trouble")
        self.setWindowTitle(trouble_title(error))
        self.setMinimumWidth(440)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        column.addWidget(PlainLabel(trouble_title(error), role="title", wrap=True))
        words = PlainLabel(trouble_sentence(error), wrap=True, selectable=True)
        words.setObjectName("trouble-words")
        column.addWidget(words)
        retry = Button(_("Try again"), kind="primary")
        retry.setObjectName("trouble-again")
        retry.clicked.connect(self._on_retry_clicked)
        leave = Button(_("Close"))
        leave.setObjectName("trouble-close")
        leave.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.addWidget(retry)
        row.addWidget(leave)
        row.addStretch(1)
        column.addLayout(row)

    def _on_retry_clicked(self) -> None:
        self.accept()
        self.again.emit()
