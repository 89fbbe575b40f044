"""The card: header with the two clocks, stage strip, text, files and timeline of one message."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QScrollArea, QStackedLayout, QVBoxLayout, QWidget

from arm.desk.values import WhyView
from arm.domain.message import Answer, Attachment, Message
from arm.domain.verbs import Verb
from arm.i18n import _
from ui.formats import deadline_face, file_size, moment, number_sign, short_date
from ui.theme import em
from ui.widgets import (
    Chip,
    Divider,
    EmptyState,
    FileFace,
    FileStrip,
    FlowLayout,
    IconButton,
    PlainLabel,
    ReadingView,
    StageStrip,
    Surface,
    Tag,
    Timeline,
    empty_layout,
)
from ui.wording import result_name, trouble_sentence
from ui.workspaces.card_faces import pinned_reason, stage_faces, tags_of, timeline_entries, total_words, who_and_when
from ui.workspaces.presence_line import PresenceLine
from ui.workspaces.why import WhyPopover

if TYPE_CHECKING:
    from ui.workspaces.base import Opened, Shell


TIGHT_BELOW_EM = 42.0
BESIDE_FROM_EM = 52.0
WHOLE = 100_000
"""Lines that a text may have and still stand in the card at its full height: the card scrolls, not the text."""
_DOWN, _ACROSS = QBoxLayout.Direction.BottomToTop, QBoxLayout.Direction.LeftToRight


class CardPane(Surface):
    """Shows what it is given; `correct_asked` is the pencil beside the applicant."""

    correct_asked = Signal()
    number_copied = Signal(str)

    def __init__(self, shell: Shell, parent: QWidget | None = None) -> None:
        super().__init__("surface", parent)
        self.setObjectName("card")
        self._shell = shell
        self._opened: Opened | None = None
        self._is_tight = self._is_wide = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._build()
        self.show_card(None)

    def tell_nothing_is_chosen(self, *, is_queue_empty: bool) -> None:
        """What stands in place of a card."""
        opens = _("A message opens here as soon as there is one")
        self._empty.set_face("message", opens if is_queue_empty else _("Choose a message in the queue"))

    def show_card(self, opened: Opened | None) -> None:
        """The same message keeps its scroll position."""
        is_same = opened is not None and self._opened is not None and opened.message_id == self._opened.message_id
        self._opened = opened
        self._layers.setCurrentIndex(0 if opened is None else 1)
        self.presence.set_opened(opened)
        if opened is None:
            return
        self._fill_head(opened)
        self._fill_body(opened)
        self.setAccessibleName(_("Message {number}").format(number=number_sign(opened.message.number)))
        if not is_same:
            self._area.verticalScrollBar().setValue(0)

    def tick(self) -> None:
        """The clocks go on."""
        if self._opened is not None:
            self._fill_clocks(self._opened)
            self.presence.tick()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QResizeEvent) and event.oldSize().width() != event.size().width():
            self._fit_timeline()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._judge_width()

    def _build(self) -> None:
        self._empty = EmptyState()
        self.tell_nothing_is_chosen(is_queue_empty=False)
        full = QWidget()
        column = QVBoxLayout(full)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._build_head())
        column.addWidget(Divider())
        column.addWidget(self._build_body(), 1)
        self._layers = QStackedLayout(self)
        self._layers.addWidget(self._empty)
        self._layers.addWidget(full)

    def _build_head(self) -> QVBoxLayout:
        self.title = PlainLabel("", role="title", elide=True)
        self.title.setObjectName("card-title")
        self.topic = PlainLabel("", role="body_strong", wrap=True)
        self.topic.setObjectName("card-topic")
        self.chip = Chip()
        self.chip.setObjectName("card-chip")
        self.chip.setCursor(Qt.CursorShape.PointingHandCursor)
        self.why_button = IconButton("info-circle", _("Why this date"))
        self.why_button.setObjectName("card-why")
        self.why_button.clicked.connect(self._on_why_clicked)
        first = QHBoxLayout()
        first.setSpacing(8)
        first.addWidget(self.title, 1)
        first.addWidget(self.chip)
        first.addWidget(self.why_button)
        self.who = PlainLabel("", tone="text2", wrap=True, selectable=True)
        self.who.setObjectName("card-who")
        self.pencil = IconButton("pencil", _("Correct phone, e-mail or name"))
        self.pencil.setObjectName("card-correct")
        self.pencil.setFixedSize(26, 26)
        self.pencil.clicked.connect(self.correct_asked)
        self.total = PlainLabel("")
        self.total.setObjectName("card-total")
        second = QHBoxLayout()
        second.setSpacing(6)
        second.addWidget(self.who, 1)
        second.addWidget(self.pencil, 0, Qt.AlignmentFlag.AlignTop)
        self.presence = PresenceLine(self._shell)
        self.strip = StageStrip()
        self.strip.setObjectName("card-stages")
        self._clock_row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._clock_row.setSpacing(4)
        self._clock_row.addWidget(self.strip, 1)
        self._clock_row.addWidget(self.total)
        head = QVBoxLayout()
        head.setContentsMargins(16, 10, 12, 8)
        head.setSpacing(4)
        head.addLayout(first)
        head.addWidget(self.topic)
        head.addLayout(second)
        head.addWidget(self.presence)
        head.addLayout(self._clock_row)
        return head

    def _build_body(self) -> QWidget:
        self.pinned = Surface("card")
        self.pinned.setObjectName("card-pinned")
        pinned_box = QVBoxLayout(self.pinned)
        pinned_box.setContentsMargins(12, 8, 12, 8)
        self.pinned_text = PlainLabel("", wrap=True, selectable=True)
        pinned_box.addWidget(self.pinned_text)
        self._tags = QWidget()
        self._tag_flow = FlowLayout(self._tags, 6)
        self.text = ReadingView(_("Text of the message"), max_lines=WHOLE)
        self.text.setObjectName("card-text")
        self.text.setMaximumWidth(900)
        self.address = PlainLabel("", tone="text2", wrap=True, selectable=True)
        self.address.setObjectName("card-address")
        self.files = FileStrip(_("Files of the message"), can_add=False)
        self.files.setObjectName("card-files")
        self.files.opened.connect(self._on_file_opened)
        self.file_note = PlainLabel("", role="caption", tone="danger", wrap=True)
        self.answer = PlainLabel("", role="reading", wrap=True, selectable=True)
        self.answer.setObjectName("card-answer")
        self.answer_title = PlainLabel("", role="body_strong", wrap=True)
        self.answer_files = FileStrip(_("Files of the answer"), can_add=False)
        self.answer_files.opened.connect(self._on_file_opened)
        self.timeline = Timeline()
        self.timeline.setObjectName("card-timeline")
        self.timeline.viewport().installEventFilter(self)
        self.timeline.setAccessibleName(_("Progress"))
        self.timeline.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        parts: tuple[QWidget, ...] = (
            *(self.pinned, self._tags, self.text, self.address, self.files, self.file_note),
            *(self.answer_title, self.answer, self.answer_files),
        )
        inside = self._lay_body(parts)
        self._area = QScrollArea()
        self._area.setObjectName("card-scroll")
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidget(inside)
        inside.setAutoFillBackground(False)
        self._area.viewport().setAutoFillBackground(False)
        return self._area

    def _lay_body(self, parts: tuple[QWidget, ...]) -> QWidget:
        """The message, and its course below it; in a wide card beside it."""
        inside = QWidget()
        self._body_row = QBoxLayout(QBoxLayout.Direction.TopToBottom, inside)
        self._body_row.setContentsMargins(16, 12, 16, 12)
        self._body_row.setSpacing(10)
        message = QVBoxLayout()
        message.setSpacing(10)
        for part in parts:
            message.addWidget(part)
        self._course = QWidget()
        course = QVBoxLayout(self._course)
        course.setContentsMargins(0, 0, 0, 0)
        course.setSpacing(10)
        course.addWidget(PlainLabel(_("Progress"), role="body_strong"))
        course.addWidget(self.timeline)
        course.addStretch(1)
        self._body_row.addLayout(message)
        self._body_row.addWidget(self._course, 1)
        message.addStretch(1)
        return inside

    def _judge_width(self) -> None:
        is_tight = self.width() < TIGHT_BELOW_EM * em()
        is_wide = self.width() >= BESIDE_FROM_EM * em()
        if (is_tight, is_wide) == (self._is_tight, self._is_wide):
            return
        self._is_tight, self._is_wide = is_tight, is_wide
        self._body_row.setDirection(_ACROSS if is_wide else QBoxLayout.Direction.TopToBottom)
        self._body_row.setSpacing(28 if is_wide else 10)
        self._body_row.setStretch(0, 3 if is_wide else 0)
        self._body_row.setStretch(1, 2 if is_wide else 1)
        self._course.setMinimumWidth(round(em() * 21) if is_wide else 0)
        if self._opened is not None:
            self._fill_head(self._opened)

    def _fill_head(self, opened: Opened) -> None:
        message = opened.message
        topic = opened.directory.classifier.title(message.category, message.subcategory)
        number, topic = number_sign(message.number), topic if message.category else _("topic not chosen")
        self.title.setText(number if self._is_tight else f"{number} · {topic}")
        self.topic.setText(topic[:1].upper() + topic[1:])
        self.topic.setVisible(self._is_tight)
        self._clock_row.setDirection(_DOWN if self._is_tight else _ACROSS)
        self._clock_row.setSpacing(2 if self._is_tight else 16)
        self.who.setText(who_and_when(opened, self._shell.me))
        correct = opened.action(Verb.CORRECT_APPLICANT)
        self.pencil.setVisible(correct is not None and correct.enabled)
        self._fill_clocks(opened)

    def _fill_clocks(self, opened: Opened) -> None:
        message, now = opened.message, self._shell.now()
        face = deadline_face(
            message.clocks.level(now),
            message.clocks.lead_due_at,
            message.clocks.stage_lead_at,
            now,
            closed_at=message.closed_at,
            late_by_s=message.clocks.late_by_seconds(),
            zone=opened.card.zone,
        )
        self.chip.set_face(face)
        self.chip.setVisible(face is not None)
        self.total.setText(total_words(opened, now))
        faces = stage_faces(opened, now)
        self.strip.set_stages(faces)
        self.strip.setVisible(bool(faces))

    def _fill_body(self, opened: Opened) -> None:
        message = opened.message
        pinned = pinned_reason(opened)
        self.pinned.setVisible(bool(pinned))
        self.pinned_text.setText(pinned)
        empty_layout(self._tag_flow)
        tags = tags_of(opened)
        for words, tone in tags:
            self._tag_flow.addWidget(Tag(words, tone))
        self._tags.setVisible(bool(tags))
        self.text.set_text(message.text)
        self.text.mark([(one.position, one.length) for one in opened.card.highlights if one.length])
        self.address.setText(_("Address: {address}").format(address=message.address) if message.address else "")
        self.address.setVisible(bool(message.address))
        self.files.set_files(_file_faces(message.files))
        self.files.setVisible(bool(message.files))
        self.file_note.hide()
        self._fill_answer(opened, message)
        entries = timeline_entries(opened)
        self.timeline.set_entries(entries)
        self._fit_timeline()

    def _fill_answer(self, opened: Opened, message: Message) -> None:
        """The answer that was given; while the message goes on (postponed, repeated), the one given before."""
        given: Answer | None = message.answer if not message.is_open else next(reversed(message.earlier_answers), None)
        shown = given is not None
        for part in (self.answer_title, self.answer, self.answer_files):
            part.setVisible(shown)
        if given is None or not shown:
            return
        when = moment(given.approved_at or given.submitted_at, opened.card.zone)
        title = _("Answer: {result}, {when}").format(result=result_name(given.result), when=when)
        if given.postponed_until is not None:
            until = _("until {date}").format(date=short_date(given.postponed_until))
            title = f"{title} · {until}"
        self.answer_title.setText(title)
        self.answer.setText(given.text)
        self.answer_files.set_files(_file_faces(given.files))
        self.answer_files.setVisible(bool(given.files))

    def _fit_timeline(self) -> None:
        """The whole card scrolls, the timeline in it doesn't; a narrower card needs more lines."""
        view = self.timeline
        height = sum(view.sizeHintForRow(place) for place in range(view.model().rowCount()))
        view.setFixedHeight(max(40, height + 8))

    def _on_why_clicked(self) -> None:
        opened = self._opened
        if opened is not None:
            message_id = opened.message_id
            self._shell.bridge.ask(self, lambda desk: desk.messages.why(message_id), self._show_why, topic="why")

    def _show_why(self, lines: tuple[WhyView, ...]) -> None:
        zone = self._opened.card.zone if self._opened is not None else "Europe/Moscow"
        popover = WhyPopover(lines, zone, self, self._opened.regulation if self._opened is not None else None)
        popover.open_below(self.why_button)

    def _on_file_opened(self, key: object) -> None:
        opened = self._opened
        if opened is None:
            return
        known = (*opened.message.files, *(opened.message.answer.files if opened.message.answer else ()))
        wanted = next((one for one in known if one.upload_id == key), None)
        if wanted is not None:
            self._shell.announce(_("Opening the file…"))
            self._shell.bridge.call_out(
                self, partial(_open_file, attachment=wanted), self._on_file_here, self._on_file_failed
            )

    def _on_file_here(self, path: Path) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))

    def _on_file_failed(self, error: BaseException) -> None:
        self.file_note.setText(trouble_sentence(error))
        self.file_note.show()


def _open_file(desk: object, attachment: Attachment) -> Path:
    path: Path = desk.files.open(attachment)  # type: ignore[attr-defined]
    return path


def _file_faces(files: tuple[Attachment, ...]) -> tuple[FileFace, ...]:
    return tuple(FileFace(one.upload_id, one.name, file_size(one.size), removable=False) for one in files)
