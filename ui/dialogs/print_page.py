"""The page before printing (Ctrl+P): card, answer or list, to a PDF or to a printer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QWidget

from arm.i18n import _
from ui.dialogs.overlay import OverlayPage
from ui.keys import bind
from ui.printing import Paper, answer_paper, card_paper, list_paper, pdf_of
from ui.widgets import Button, PlainLabel, Segment, SegmentedChoice

if TYPE_CHECKING:
    from ui.main_window import MainWindow

CARD, ANSWER, LIST = "card", "answer", "list"


class PrintPage(OverlayPage):
    def __init__(self, window: MainWindow) -> None:
        super().__init__(window, _("Print or save"), 36, 20, fits_height=True)
        self.setObjectName("print-page")
        self._window = window
        opened = window.conductor.opened
        kinds = [Segment(LIST, _("The list"))]
        if opened is not None and opened.message.answer is not None:
            kinds.insert(0, Segment(ANSWER, _("The answer")))
        if opened is not None:
            kinds.insert(0, Segment(CARD, _("The card")))
        self.kind = SegmentedChoice(tuple(kinds), name=_("What to print"))
        self.kind.setObjectName("print-kind")
        self.kind.set_current(kinds[0].key)
        self.column.addWidget(PlainLabel(_("Print or save"), role="title"))
        self.column.addWidget(self.kind)
        note = _("A file is not encrypted: keep it where only those who may see it can")
        self.column.addWidget(PlainLabel(note, tone="text2", wrap=True))
        self.problem = PlainLabel("", tone="danger", wrap=True)
        self.problem.hide()
        self.column.addWidget(self.problem)
        self.pdf = Button(_("Save as PDF…"), "file-text", kind="primary", key_hint="Ctrl+Enter")
        self.paper = Button(_("To the printer…"))
        close = Button(_("Close"), key_hint="Esc")
        self.pdf.clicked.connect(self._on_pdf_clicked)
        self.paper.clicked.connect(self._on_paper_clicked)
        close.clicked.connect(self.close_page)
        bind(self, "Ctrl+Return", self._on_pdf_clicked)
        row = QHBoxLayout()
        row.setSpacing(8)
        for button in (self.pdf, self.paper, close):
            row.addWidget(button)
        row.addStretch(1)
        self.column.addLayout(row)

    def first_focus(self) -> QWidget:
        return self.kind

    def made(self) -> Paper | None:
        """The chosen document, of this moment."""
        go, me = self._window.conductor, self._window.me
        opened, kind = go.opened, self.kind.current()
        if kind == LIST or opened is None:
            queue = self._window.queue
            return list_paper(queue.title.text(), queue.model.rows(), me, go.now())
        make = answer_paper if kind == ANSWER else card_paper
        return make(opened, me, go.now())

    def save_to(self, path: Path) -> None:
        paper = self.made()
        if paper is None:
            return
        try:
            path.write_bytes(pdf_of(paper))
        except OSError:
            said = _("The file was not written: choose another folder or free some room. Nothing else is changed")
            self.problem.setText(said)
            self.problem.show()
            return
        self.close_page()
        self._window.conductor.announce(_("Saved: {name}").format(name=path.name))

    def _on_pdf_clicked(self) -> None:
        dialog = QFileDialog(self, _("Save as PDF"), "", "PDF (*.pdf)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        # the dialog itself adds it, before it asks about a file of that name
        dialog.setDefaultSuffix("pdf")
        if dialog.exec() and dialog.selectedFiles():
            self.save_to(Path(dialog.selectedFiles()[0]))

    def _on_paper_clicked(self) -> None:
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter

        paper, printer = self.made(), QPrinter(QPrinter.PrinterMode.HighResolution)
        if paper is not None and QPrintDialog(printer, self).exec():
            paper.document.print_(printer)
            self.close_page()
