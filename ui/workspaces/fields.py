"""Fields of command sheets: text, date, one of a few, reasons by digit, files."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QIODevice, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QImage, QKeyEvent
from PySide6.QtWidgets import QFileDialog, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from arm.desk.values import StoredFile
from arm.domain.message import Attachment
from arm.i18n import _
from ui.formats import file_size
from ui.theme import em
from ui.widgets import ComposeEdit, DueDateEdit, FileFace, FileStrip, PlainLabel, Segment, SegmentedChoice
from ui.wording import trouble_sentence

if TYPE_CHECKING:
    from ui.workspaces.base import Shell


_ENTERS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class FormField(QWidget):
    """One field of a form: its value, its words for the draft journal, where the caret goes."""

    edited = Signal()
    decided = Signal()
    """The person has chosen: by Enter, by a digit, or by a click on a choice."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = name
        self.setObjectName(f"field-{name}")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)

    @property
    def widget(self) -> QWidget:
        return self

    def put(self, inner: QWidget) -> None:
        """Places the editing widget; the field's own focus goes to it."""
        inner.setObjectName(f"input-{self.name}")
        self._column.addWidget(inner)
        self.setFocusProxy(inner)

    def value(self) -> object:
        raise NotImplementedError

    def set_value(self, value: object) -> None:
        raise NotImplementedError

    def is_empty(self) -> bool:
        return not self.value()

    def is_default(self) -> bool:
        """Whether what stands here was chosen by nobody."""
        return False

    def remember(self) -> str:
        """What the draft journal keeps."""
        return str(self.value() or "")

    def restore(self, words: str) -> None:
        self.set_value(words)


class TextField(FormField):
    """One line."""

    def __init__(self, name: str, placeholder: str = "", parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self.edit = QLineEdit()
        self.edit.setPlaceholderText(placeholder)
        self.put(self.edit)
        self.edit.textEdited.connect(self._on_edited)

    def value(self) -> str:
        return self.edit.text().strip()

    def set_value(self, value: object) -> None:
        self.edit.setText(str(value or ""))

    def _on_edited(self, _text: str) -> None:
        self.edited.emit()


class LongTextField(FormField):
    """Several lines in the reading font."""

    files_dropped = Signal(object)

    def __init__(self, name: str, placeholder: str = "", lines: int = 4, parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self.edit = ComposeEdit()
        self.edit.setTabChangesFocus(True)
        self.edit.set_placeholder(placeholder)
        self.edit.setMinimumHeight(round(em() * 1.45 * lines))
        self.put(self.edit)
        self.edit.textChanged.connect(self.edited)
        self.edit.files_dropped.connect(self.files_dropped)

    def value(self) -> str:
        return self.edit.toPlainText().strip()

    def set_value(self, value: object) -> None:
        self.edit.setPlainText(str(value or ""))


class DateField(FormField):
    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self.edit = DueDateEdit(name)
        self.put(self.edit)
        self.edit.changed.connect(self._on_changed)

    def value(self) -> datetime.date | None:
        return self.edit.date()

    def set_value(self, value: object) -> None:
        self.edit.set_date(value if isinstance(value, datetime.date) else None)

    def remember(self) -> str:
        day = self.edit.date()
        return day.isoformat() if day else ""

    def restore(self, words: str) -> None:
        self.set_value(datetime.date.fromisoformat(words) if words else None)

    def _on_changed(self, _date: object) -> None:
        self.edited.emit()


class ChoiceField(FormField):
    """One of a few, each with its word."""

    def __init__(
        self, name: str, choices: tuple[tuple[str, str], ...], chosen: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(name, parent)
        segments = tuple(Segment(key, words) for key, words in choices)
        self.segments = SegmentedChoice(segments, name=name, shortcuts=False)
        self.put(self.segments)
        if chosen:
            self.segments.set_current(chosen)
        self.segments.chosen.connect(self._on_chosen)

    def value(self) -> str:
        return str(self.segments.current() or "")

    def set_value(self, value: object) -> None:
        self.segments.set_current(value or None)

    def _on_chosen(self, _key: object) -> None:
        self.edited.emit()


class ReasonField(FormField):
    """A list of reasons: a digit or Enter decides, the arrows only move; what a decision does is the sheet's affair."""

    def __init__(
        self,
        name: str,
        reasons: tuple[tuple[str, str, str], ...],
        parent: QWidget | None = None,
    ) -> None:
        """`reasons`: key, short title, full wording."""
        super().__init__(name, parent)
        self._reasons = reasons
        self.list = _DigitList()
        self.list.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for place, (key, title, full) in enumerate(reasons, 1):
            digit = str(place % 10) if place <= 10 else "\u2007"
            item = QListWidgetItem(f"{digit}   {title}")
            item.setData(Qt.ItemDataRole.UserRole, key)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, title)
            item.setToolTip(full)
            item.setSizeHint(QSize(10, round(em() * 1.75)))
            self.list.addItem(item)
        self.list.setFixedHeight(round(em() * 1.75) * len(reasons) + 6)
        self.put(self.list)
        self.list.currentRowChanged.connect(self._on_row_changed)
        self.list.digit_pressed.connect(self._on_digit_pressed)
        self.list.entered_row.connect(self.decided)

    def value(self) -> str:
        item = self.list.currentItem()
        return str(item.data(Qt.ItemDataRole.UserRole)) if item is not None else ""

    def full_text(self) -> str:
        """The act's own wording of the chosen reason."""
        chosen = self.value()
        return next((full for key, _title, full in self._reasons if key == chosen), "")

    def set_value(self, value: object) -> None:
        keys = [key for key, _title, _full in self._reasons]
        self.list.setCurrentRow(keys.index(str(value)) if str(value) in keys else -1)

    def _on_row_changed(self, _row: int) -> None:
        self.edited.emit()

    def _on_digit_pressed(self, digit: str) -> None:
        place = (int(digit) or 10) - 1
        if 0 <= place < len(self._reasons):
            self.list.setCurrentRow(place)
            self.decided.emit()


class _DigitList(QListWidget):
    """Nothing is chosen until somebody chooses: Qt would take the first row as soon as the list has the focus."""

    digit_pressed = Signal(str)
    entered_row = Signal()

    def focusInEvent(self, event: QFocusEvent) -> None:
        was_chosen = self.currentRow() >= 0
        was_blocked = self.blockSignals(True)
        super().focusInEvent(event)
        if not was_chosen:
            self.setCurrentRow(-1)
        self.blockSignals(was_blocked)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        bare = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if event.isAutoRepeat() and (event.text().isdigit() or event.key() in _ENTERS):
            # the key that opened the sheet is still down
            return
        if bare == Qt.KeyboardModifier.NoModifier and event.text().isdigit():
            self.digit_pressed.emit(event.text())
        elif bare == Qt.KeyboardModifier.NoModifier and event.key() in _ENTERS and self.currentRow() >= 0:
            self.entered_row.emit()
        else:
            super().keyPressEvent(event)


class FilesField(FormField):
    """Files by button, drop and paste; kept encrypted at the desk as soon as they are added."""

    def __init__(self, name: str, shell: Shell, parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self._shell = shell
        self._files: list[Attachment] = []
        self.strip = FileStrip(name)
        self.problem = PlainLabel("", role="caption", tone="danger", wrap=True)
        self.problem.hide()
        self.put(self.strip)
        self._column.addWidget(self.problem)
        self.strip.add_requested.connect(self._on_add_requested)
        self.strip.dropped.connect(self.add_paths)
        self.strip.image_pasted.connect(self.add_image)
        self.strip.removed.connect(self._on_removed)

    def value(self) -> tuple[Attachment, ...]:
        return tuple(self._files)

    def set_value(self, value: object) -> None:
        self._files = [one for one in value if isinstance(one, Attachment)] if isinstance(value, tuple) else []
        self._show()

    def remember(self) -> str:
        """Files are kept by the desk; the journal needs their references."""
        lines = (f"{f.upload_id}\t{f.size}\t{f.sha256}\t{f.media_type}\t{f.name}" for f in self._files)
        return "\n".join(lines)

    def restore(self, words: str) -> None:
        self._files = [found for line in words.splitlines() if (found := _attachment(line)) is not None]
        self._show()

    def add_paths(self, paths: object) -> None:
        for path in paths if isinstance(paths, tuple) else ():
            self._add(_adding_path(Path(str(path))))

    def add_image(self, image: object) -> None:
        if isinstance(image, QImage):
            buffer = QBuffer()
            buffer.open(QIODevice.OpenModeFlag.WriteOnly)
            image.save(buffer, "PNG")  # type: ignore[call-overload]  # the stubs ask for bytes, the call refuses them
            stamp = f"{self._shell.now().astimezone():%H%M%S}"
            name = _("Picture {time}.png").format(time=stamp)
            self._add(_adding_bytes(name, bytes(buffer.data().data())))

    def _add(self, work: Callable[..., StoredFile]) -> None:
        self._shell.bridge.tell(self, work, self._on_added, self._on_failed)

    def _show(self) -> None:
        faces = tuple(FileFace(f.upload_id, f.name, file_size(f.size)) for f in self._files)
        self.strip.set_files(faces)

    def _on_add_requested(self) -> None:
        chosen, _kind = QFileDialog.getOpenFileNames(self, _("Choose files"))
        self.add_paths(tuple(chosen))

    def _on_added(self, stored: StoredFile) -> None:
        self.problem.hide()
        self._files.append(stored.attachment)
        self._show()
        self.edited.emit()

    def _on_failed(self, error: BaseException) -> None:
        self.problem.setText(trouble_sentence(error))
        self.problem.show()

    def _on_removed(self, key: object) -> None:
        self._files = [one for one in self._files if one.upload_id != key]
        self._show()
        self.edited.emit()


def _adding_path(path: Path) -> Callable[..., StoredFile]:
    return lambda desk: desk.files.add_path(path)


def _adding_bytes(name: str, content: bytes) -> Callable[..., StoredFile]:
    return lambda desk: desk.files.add_bytes(name, content)


def _attachment(line: str) -> Attachment | None:
    from arm.domain.identity import UploadId

    parts = line.split("\t", 4)
    if len(parts) != 5 or not parts[1].isdigit():
        return None
    upload_id, size, sha256, media_type, name = parts
    return Attachment(upload_id=UploadId(upload_id), name=name, size=int(size), sha256=sha256, media_type=media_type)
