"""The editor of an answer: kind, text from a template or by hand, files, route, comment, live check."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from arm.domain.answers import AnswerSketch, Finding, FindingCode, Weight, check_answer
from arm.domain.message import Result
from arm.i18n import _, ngettext
from ui.formats import count, initials, local
from ui.theme import em
from ui.widgets import Button, PlainLabel
from ui.wording import field_name
from ui.workspaces.answer_check import CheckStrip
from ui.workspaces.answer_files import open_file
from ui.workspaces.answer_result import ResultFields
from ui.workspaces.answer_route import RouteFields
from ui.workspaces.answer_text import AnswerText
from ui.workspaces.answer_values import AnswerValues
from ui.workspaces.base import Opened, Shell
from ui.workspaces.fields import FilesField, LongTextField

CHECK_AFTER_MS = 120


class AnswerEditor(QWidget):
    """Holds an answer and says when it changes; it knows the message only by its rules, and gives no commands."""

    edited = Signal()
    template_asked = Signal()

    def __init__(self, shell: Shell, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("answer-editor")
        self._shell = shell
        self._opened: Opened | None = None
        self._kept = AnswerValues()
        self._is_setting = False
        self._is_read_only = False
        self._earlier: tuple[str, ...] = ()
        self.result = ResultFields()
        self.text = AnswerText(field_name("text"))
        self.text.setObjectName("answer-text")
        self.text.set_placeholder(_("The answer to the applicant. Ctrl+T — from a template"))
        self.text.setMinimumHeight(round(em() * 8))
        self.files = FilesField("answer-files", shell)
        self.route = RouteFields()
        self.check = CheckStrip()
        self.template_button = Button(_("Template"), "template", key_hint="Ctrl+T")
        self.template_button.setObjectName("answer-template")
        self._length = PlainLabel(role="caption", tone="muted")
        self._comment_button = Button(_("Comment"), "message", "ghost")
        self._comment_button.setObjectName("answer-comment-open")
        self._comment_button.setToolTip(field_name("comment"))
        self.comment = LongTextField("answer-comment", field_name("comment"), lines=2)
        self.comment_files = FilesField("answer-comment-files", shell)
        self._signer_button = Button("", "pencil", "ghost")
        self._signer_button.setObjectName("answer-signer-open")
        self._signer = _SignerFields()
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(CHECK_AFTER_MS)
        self._later.timeout.connect(self.show_check)
        self._build()
        self._connect()

    def set_message(self, opened: Opened) -> None:
        """Rules and people of the message; what is typed stays."""
        self._opened = opened
        message = opened.message
        self._earlier = tuple(answer.text for answer in message.earlier_answers)
        self.result.set_message(message, opened.regulation, opened.card.zone, self._shell.now())
        self._show_signer(is_open=False)
        self._later.start()

    def set_values(self, values: AnswerValues, caret: int = 0) -> None:
        self._is_setting = True
        self._kept = values
        self.result.set_values(values.result, values.postponed_until, values.decline_reason)
        self.text.set_text(values.text, caret)
        self.files.set_value(values.files)
        self.comment.set_value(values.comment)
        self.comment_files.set_value(values.comment_files)
        self._show_comment(bool(values.comment or values.comment_files))
        self.route.set_route(values.endorsers, values.approver)
        self._signer.set_values(values.signer_name, values.signer_position)
        self._show_signer(is_open=False)
        self._is_setting = False
        self.show_check()

    def values(self) -> AnswerValues:
        name, position = self._signer.values()
        return replace(
            self._kept,
            result=self.result.result(),
            text=self.text.text(),
            files=self.files.value(),
            comment=str(self.comment.edit.toPlainText()),
            comment_files=self.comment_files.value(),
            endorsers=self.route.endorsers(),
            approver=self.route.approver(),
            postponed_until=self.result.postponed_until(),
            decline_reason=self.result.decline_reason(),
            signer_name=name,
            signer_position=position,
        )

    def caret(self) -> int:
        return self.text.caret()

    def insert_template(self, text: str, result: Result | None, title: str) -> None:
        """At the caret; the template's kind of answer only where none is chosen yet."""
        self._kept = replace(self._kept, template=title)
        if result is not None and self.result.result() is None:
            self.result.set_result(result)
        self.text.insert_template(text)
        self.text.setFocus()
        self._on_edited()

    def set_read_only(self, is_read_only: bool) -> None:
        """Read-only shows everything and takes nothing; the text can still be selected and copied."""
        self._is_read_only = is_read_only
        self.text.setReadOnly(is_read_only)
        self.result.set_read_only(is_read_only)
        self.route.set_read_only(is_read_only)
        self.comment.edit.setReadOnly(is_read_only)
        self._signer.setEnabled(not is_read_only)
        for strip in (self.files.strip, self.comment_files.strip):
            strip.set_can_add(not is_read_only)
        self.template_button.setEnabled(not is_read_only)
        self.check.setVisible(not is_read_only)

    @property
    def is_read_only(self) -> bool:
        return self._is_read_only

    def findings(self) -> tuple[Finding, ...]:
        values, opened = self.values(), self._opened
        if opened is None:
            return ()
        due_at = opened.message.clocks.lead_due_at
        sketch = AnswerSketch(
            result=values.result,
            text=values.text,
            has_approver=values.approver is not None,
            postponed_until=values.postponed_until,
            term_day=local(due_at, opened.card.zone).date() if due_at else None,
            decline_reason=values.decline_reason,
            needs_signer=opened.regulation.signer_required,
            has_signer=bool(values.signer_name.strip() and values.signer_position.strip()),
            files=(*values.files, *values.comment_files),
        )
        return check_answer(sketch, self._earlier)

    def first_block(self) -> Finding | None:
        return next((found for found in self.findings() if found.weight is Weight.BLOCK), None)

    def show_check(self) -> None:
        self.check.set_findings(self.findings())
        length = len(self.text.text().strip())
        words = ngettext("{n} character", "{n} characters", length).format(n=count(length))
        self._length.setText(words if length else "")

    def go_to(self, finding: Finding) -> None:
        """Puts the caret or the focus where the finding is."""
        if finding.position >= 0:
            self.text.setFocus()
            self.text.select(finding.position, finding.length)
        elif finding.code is FindingCode.NO_RESULT:
            self.result.focus_choice()
        elif finding.code in (FindingCode.NO_POSTPONED_DATE, FindingCode.DATE_BEYOND_TERM):
            self.result.date.setFocus()
        elif finding.code is FindingCode.NO_DECLINE_REASON:
            self.result.focus_reason()
        elif finding.code is FindingCode.NO_APPROVER:
            self.route.approver_field.setFocus()
        elif finding.code is FindingCode.NO_SIGNER:
            self._show_signer(is_open=True)
            self._signer.setFocus()
        else:
            self.text.setFocus()

    def _build(self) -> None:
        bar = QHBoxLayout()
        bar.setSpacing(8)
        bar.addWidget(self.template_button)
        bar.addStretch(1)
        bar.addWidget(self._length)
        inner = QWidget()
        inside = QVBoxLayout(inner)
        inside.setContentsMargins(16, 12, 16, 12)
        inside.setSpacing(10)
        inside.addWidget(self.result)
        inside.addLayout(bar)
        inside.addWidget(self.text, 1)
        inside.addWidget(self.files)
        inside.addWidget(self.route)
        inside.addWidget(self._signer)
        more = QHBoxLayout()
        more.setSpacing(4)
        more.addWidget(self._comment_button)
        more.addWidget(self._signer_button)
        more.addStretch(1)
        inside.addLayout(more)
        inside.addWidget(self.comment)
        inside.addWidget(self.comment_files)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(inner)
        for one in (area.viewport(), inner):
            one.setAutoFillBackground(False)
        foot = QVBoxLayout()
        foot.setContentsMargins(16, 4, 16, 10)
        foot.addWidget(self.check)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(area, 1)
        column.addLayout(foot)
        self._show_comment(False)

    def _connect(self) -> None:
        self.text.textChanged.connect(self._on_edited)
        self.text.files_dropped.connect(self.files.add_paths)
        self.text.image_pasted.connect(self.files.add_image)
        self.check.asked.connect(self.go_to)
        self.template_button.clicked.connect(self.template_asked)
        self._comment_button.clicked.connect(self._on_comment_button_clicked)
        self._signer_button.clicked.connect(self._on_signer_button_clicked)
        for part in (self.result, self.route, self.files, self.comment, self.comment_files, self._signer):
            part.edited.connect(self._on_edited)
        for field in (self.files, self.comment_files):
            field.strip.opened.connect(self._on_file_opened)

    def _show_comment(self, is_shown: bool) -> None:
        self._comment_button.setVisible(not is_shown)
        self.comment.setVisible(is_shown)
        self.comment_files.setVisible(is_shown)

    def _show_signer(self, *, is_open: bool) -> None:
        """Folded it is one line with the name: it is filled in beforehand and seldom changed."""
        is_asked = self._opened is not None and self._opened.regulation.signer_required
        name = self._signer.values()[0]
        self._signer_button.set_verb(_("Signature: {name}").format(name=initials(name)) if name else _("Signature"))
        self._signer_button.setVisible(is_asked and not is_open)
        self._signer.setVisible(is_asked and is_open)

    def _on_signer_button_clicked(self) -> None:
        self._show_signer(is_open=True)
        self._signer.setFocus()

    def _on_comment_button_clicked(self) -> None:
        self._show_comment(True)
        self.comment.setFocus()

    def _on_file_opened(self, key: object) -> None:
        held = (*self.files.value(), *self.comment_files.value())
        found = next((one for one in held if one.upload_id == key), None)
        if found is not None:
            open_file(self._shell, self, found)

    def _on_edited(self) -> None:
        if not self._is_setting:
            self._later.start()
            self.edited.emit()


class _SignerFields(QWidget):
    """Who signs, where the act wants name and position in the answer (T 3.5)."""

    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._position = QLineEdit(), QLineEdit()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for edit, name in ((self._name, "signer_name"), (self._position, "signer_position")):
            edit.setObjectName(f"answer-{name.replace('_', '-')}")
            edit.setPlaceholderText(field_name(name))
            edit.setAccessibleName(field_name(name))
            edit.textEdited.connect(self._on_text_edited)
            row.addWidget(edit, 1)
        self.setFocusProxy(self._name)
        self.hide()

    def set_values(self, name: str, position: str) -> None:
        self._name.setText(name)
        self._position.setText(position)

    def values(self) -> tuple[str, str]:
        return self._name.text().strip(), self._position.text().strip()

    def _on_text_edited(self, _text: str) -> None:
        self.edited.emit()
