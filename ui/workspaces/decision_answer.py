"""The answer under decision as it will go out, editable in place with the difference shown word by word."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from arm.domain.message import Answer
from arm.i18n import _
from ui.formats import short_date
from ui.theme import em
from ui.widgets import Button, DiffView, PlainLabel, Surface, repolish
from ui.wording import field_name
from ui.workspaces.answer_files import FileShelf
from ui.workspaces.answer_text import AnswerText
from ui.workspaces.base import Shell
from ui.workspaces.fields import FilesField


class AnswerUnderDecision(QWidget):
    """`edited` tells that the text differs, or no longer differs, from what the author wrote."""

    edited = Signal()

    def __init__(self, shell: Shell, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._base = ""
        self._is_setting = False
        self.text = AnswerText(_("The answer as it will go out"))
        self.text.setObjectName("decision-text")
        self.diff = DiffView()
        self.diff.setObjectName("decision-diff")
        self._diff_words = PlainLabel(role="caption", tone="text2", elide=True)
        self._diff_words.setObjectName("decision-diff-words")
        self._undo = Button(_("Drop the edits"), "arrow-back-up", "ghost")
        self._undo.setObjectName("decision-drop-edits")
        self._undo.setProperty("size", "compact")
        self._diff_box = QWidget()
        self._details = PlainLabel(tone="text2", wrap=True)
        self._details.setObjectName("decision-details")
        self.shelf = FileShelf(shell, _("Files of the answer"))
        self.files = FilesField("decision-files", shell)
        self._comment_box = Surface("sunken")
        self._comment = PlainLabel(wrap=True, selectable=True)
        self.comment_shelf = FileShelf(shell, _("Files to the comment"))
        self._may_add_files = False
        self._build()
        self.text.textChanged.connect(self._on_text_changed)
        self.files.edited.connect(self._on_files_edited)
        self._undo.clicked.connect(self.drop_edits)
        self.set_editable(False)

    def set_answer(self, answer: Answer, text: str | None = None, *, may_add_files: bool = False) -> None:
        """Shows the answer; `text` is one's own edit of it that was kept."""
        self._base = answer.text
        self._may_add_files = may_add_files
        self._is_setting = True
        self.text.set_text(answer.text if text is None else text)
        self._is_setting = False
        self.shelf.set_attachments(answer.files)
        self._comment.setText(answer.comment)
        self.comment_shelf.set_attachments(answer.comment_files)
        self._comment_box.setVisible(bool(answer.comment or answer.comment_files))
        said = []
        if answer.postponed_until is not None:
            said.append(_("Postponed until {date}").format(date=short_date(answer.postponed_until)))
        if answer.decline_reason:
            said.append(_("Reason: {reason}").format(reason=answer.decline_reason))
        self._details.setText(" · ".join(said))
        self._details.setVisible(bool(said))
        self._show_diff()

    def set_decline_words(self, words: str) -> None:
        """The act's wording of the reason in place of its id."""
        self._details.setText(_("Reason: {reason}").format(reason=words))

    def set_editable(self, is_editable: bool) -> None:
        self.text.setReadOnly(not is_editable)
        # while it is only read, its lines begin where the lines above them do
        self.text.document().setDocumentMargin(4 if is_editable else 0)
        self.text.setProperty("plain", "false" if is_editable else "true")
        repolish(self.text)

    def is_editable(self) -> bool:
        return not self.text.isReadOnly()

    def edited_text(self) -> str | None:
        """The text if it differs from the author's, else None."""
        now = self.text.text()
        return now if _plain(now) != _plain(self._base) else None

    def drop_edits(self) -> None:
        self.text.set_text(self._base)
        self.files.set_value(())
        self.set_editable(False)

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._diff_words, 1)
        head.addWidget(self._undo)
        below = QVBoxLayout(self._diff_box)
        below.setContentsMargins(0, 4, 0, 0)
        below.setSpacing(4)
        below.addLayout(head)
        below.addWidget(self.diff, 1)
        below.addWidget(self.files)
        split = QSplitter()
        split.setOrientation(split.orientation().Vertical)
        split.addWidget(self.text)
        split.addWidget(self._diff_box)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 2)
        split.setChildrenCollapsible(False)
        self.text.setMinimumHeight(round(em() * 6))
        self.diff.setMinimumHeight(round(em() * 4))
        inside = QVBoxLayout(self._comment_box)
        inside.setContentsMargins(12, 8, 12, 8)
        inside.setSpacing(3)
        inside.addWidget(PlainLabel(field_name("comment"), role="caption", tone="text2"))
        inside.addWidget(self._comment)
        inside.addWidget(self.comment_shelf)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._details)
        column.addWidget(split, 1)
        column.addWidget(self.shelf)
        column.addWidget(self._comment_box)

    def _show_diff(self) -> None:
        edit = self.edited_text()
        self._diff_box.setVisible(edit is not None)
        self.files.setVisible(edit is not None and self._may_add_files)
        if edit is not None:
            self.diff.set_texts(self._base, edit)
            self._diff_words.setText(_("Your edits: {words}").format(words=self.diff.summary()))

    def _on_text_changed(self) -> None:
        if not self._is_setting:
            self._show_diff()
            self.edited.emit()

    def _on_files_edited(self) -> None:
        self.edited.emit()


def _plain(text: str) -> str:
    """Kinds of spaces and line ends are no edit: an editor may have exchanged them."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\xa0", " ")
