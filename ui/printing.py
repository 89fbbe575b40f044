"""What goes on paper or into a PDF: the card, the answer, the list as it stands; plain text, with who printed it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF
from PySide6.QtGui import QPageLayout, QPageSize, QPdfWriter, QTextCharFormat, QTextCursor, QTextDocument

from arm.desk.values import Me, QueueRow
from arm.domain.message import Answer
from arm.i18n import _
from ui.formats import number_sign, short_date
from ui.theme import font as type_font
from ui.wording import result_name, stage_name
from ui.workspaces.base import Opened
from ui.workspaces.card_faces import timeline_entries, total_words, who_and_when

MARGIN_MM = 18.0
DPI = 300


class Paper:
    """A document that grows line by line; nothing of what is put on it is read as markup."""

    def __init__(self) -> None:
        self.document = QTextDocument()
        self.document.setDefaultFont(type_font("reading"))
        self._cursor = QTextCursor(self.document)
        self._is_new = True

    def title(self, words: str) -> None:
        self._put(words, is_bold=True, points=14.0)

    def head(self, words: str) -> None:
        self.text("")
        self._put(words, is_bold=True, points=11.0)

    def text(self, words: str) -> None:
        self._put(words, is_bold=False, points=10.5)

    def fine(self, words: str) -> None:
        self._put(words, is_bold=False, points=8.5)

    def _put(self, words: str, *, is_bold: bool, points: float) -> None:
        look = QTextCharFormat()
        face = type_font("reading")
        face.setPointSizeF(points)
        face.setBold(is_bold)
        look.setFont(face)
        if not self._is_new:
            self._cursor.insertBlock()
        self._is_new = False
        self._cursor.insertText(words, look)


def card_paper(opened: Opened, me: Me, now: datetime) -> Paper:
    """The whole card: who, where, the text, the course, the answer that was given."""
    message, paper = opened.message, Paper()
    classifier = opened.directory.classifier
    topic = classifier.title(message.category, message.subcategory) if message.category else _("topic not chosen")
    paper.title(f"{number_sign(message.number)} · {topic}")
    paper.text(who_and_when(opened, me))
    paper.text(f"{stage_name(message.stage)} · {total_words(opened, now)}")
    paper.head(_("Text of the message"))
    paper.text(message.text)
    if message.address:
        paper.text(_("Address: {address}").format(address=message.address))
    if message.files:
        paper.text(_("Files: {names}").format(names=", ".join(one.name for one in message.files)))
    paper.head(_("Progress"))
    for one in timeline_entries(opened):
        paper.text(" · ".join(part for part in (one.when, one.what, one.who) if part))
        if one.detail:
            paper.fine(one.detail)
    if message.answer is not None:
        _put_answer(paper, message.answer)
    _sign(paper, me, now)
    return paper


def answer_paper(opened: Opened, me: Me, now: datetime) -> Paper | None:
    """The answer as the applicant gets it; nothing where there is none."""
    answer = opened.message.answer
    if answer is None:
        return None
    paper = Paper()
    paper.title(number_sign(opened.message.number))
    _put_answer(paper, answer)
    _sign(paper, me, now)
    return paper


def list_paper(title: str, rows: Iterable[QueueRow], me: Me, now: datetime) -> Paper:
    """Two lines for each message of a queue as far as it was read, without the names of applicants."""
    paper, rows = Paper(), list(rows)
    paper.title(f"{title} ({len(rows)})")
    for row in rows:
        due = row.lead_due_at.astimezone() if row.lead_due_at else None
        until = _("until {date}").format(date=short_date(due.date())) if due is not None else ""
        parts = (number_sign(row.number), row.topic, stage_name(row.stage), row.holder or row.organisation, until)
        paper.text(" · ".join(part for part in parts if part))
        paper.fine(row.first_line)
    _sign(paper, me, now)
    return paper


def pdf_of(paper: Paper) -> bytes:
    """A4 pages."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(DPI)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageMargins(QMarginsF(MARGIN_MM, MARGIN_MM, MARGIN_MM, MARGIN_MM), QPageLayout.Unit.Millimeter)
    paper.document.print_(writer)
    # the file is whole only when its writer is gone
    del writer
    return bytes(buffer.data().data())


def _put_answer(paper: Paper, answer: Answer) -> None:
    paper.head(_("Answer: {result}").format(result=result_name(answer.result)))
    paper.text(answer.text)
    if answer.postponed_until is not None:
        paper.text(_("Postponed until {date}").format(date=short_date(answer.postponed_until)))
    signer = ", ".join(part for part in (answer.author_name, answer.author_position) if part)
    if signer:
        paper.text(signer)


def _sign(paper: Paper, me: Me, now: datetime) -> None:
    when = f"{now.astimezone():%d.%m.%Y %H:%M}"
    said = _("Printed by {name}, {when}. It may hold personal data: don't leave it lying about")
    paper.text("")
    paper.fine(said.format(name=me.full_name, when=when))
