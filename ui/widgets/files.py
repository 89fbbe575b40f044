"""Files of an answer as chips, with adding by button, drop and paste; and the text field that passes files on."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QMimeData, QSize, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QHBoxLayout, QPlainTextEdit, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from arm.i18n import _
from ui.theme import set_icon, theme
from ui.widgets.buttons import Button
from ui.widgets.flow import FlowLayout, empty_layout
from ui.widgets.text import PlainLabel, Surface, as_tooltip

_STATE_ICONS = {"ready": "file", "uploading": "upload", "failed": "alert-circle", "checking": "clock"}


@dataclass(frozen=True)
class FileFace:
    """One file: name and size in words; `state` is "ready", "uploading", "failed" or "checking"."""

    key: object
    name: str
    size: str = ""
    state: str = "ready"
    removable: bool = True
    note: str = ""


class _FileChip(Surface):
    opened = Signal(object)
    removed = Signal(object)

    def __init__(self, face: FileFace) -> None:
        super().__init__("card")
        self._key = face.key
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 0, 2, 0)
        row.setSpacing(0)
        words = "  ".join(part for part in (face.name, face.size, face.note) if part)
        opener = QToolButton()
        opener.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        opener.setIconSize(QSize(16, 16))
        opener.setText(_short(words).replace("&", "&&"))
        set_icon(opener, _STATE_ICONS[face.state], "danger" if face.state == "failed" else "text2")
        opener.setAccessibleName(_("Open the file {name}").format(name=words))
        opener.setToolTip(as_tooltip(words))
        opener.clicked.connect(self._on_opener_clicked)
        row.addWidget(opener)
        if face.removable:
            remover = QToolButton()
            remover.setIconSize(QSize(14, 14))
            remover.setMinimumSize(24, 24)
            set_icon(remover, "x", "text2")
            remover.setAccessibleName(_("Remove the file {name}").format(name=face.name))
            remover.setToolTip(as_tooltip(_("Remove the file {name}").format(name=face.name)))
            remover.clicked.connect(self._on_remover_clicked)
            row.addWidget(remover)

    def _on_opener_clicked(self) -> None:
        self.opened.emit(self._key)

    def _on_remover_clicked(self) -> None:
        self.removed.emit(self._key)


class FileStrip(QWidget):
    """Only tells what was asked: it reads and writes no file."""

    add_requested = Signal()
    dropped = Signal(object)
    image_pasted = Signal(object)
    opened = Signal(object)
    removed = Signal(object)

    def __init__(self, name: str = "", *, can_add: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._files: tuple[FileFace, ...] = ()
        self._is_target = False
        self._can_add = can_add
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self._flow = FlowLayout(spacing=6)
        column.addLayout(self._flow)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._fill()
        self.set_can_add(can_add)

    def set_files(self, files: tuple[FileFace, ...]) -> None:
        if files != self._files:
            self._files = files
            self._fill()

    def files(self) -> tuple[FileFace, ...]:
        return self._files

    def set_can_add(self, can_add: bool) -> None:
        self._can_add = can_add
        self.setAcceptDrops(can_add)
        self._fill()

    def take_mime(self, content: QMimeData) -> bool:
        """Passes on files or a picture from the clipboard or a drop; False if there are none."""
        if not self._can_add:
            return False
        paths = local_paths(content)
        if paths:
            self.dropped.emit(paths)
            return True
        picture = image_of(content)
        if picture is not None:
            self.image_pasted.emit(picture)
            return True
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste) and self.take_mime(QApplication.clipboard().mimeData()):
            return
        super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if local_paths(event.mimeData()) or event.mimeData().hasImage():
            event.acceptProposedAction()
            self._is_target = True
            self.update()

    def dragLeaveEvent(self, event: object) -> None:
        self._is_target = False
        self.update()

    def dropEvent(self, event: QDropEvent) -> None:
        self._is_target = False
        self.update()
        if self.take_mime(event.mimeData()):
            event.acceptProposedAction()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._is_target:
            painter = QPainter(self)
            painter.setPen(QPen(theme().tokens.colour("accent"), 2, Qt.PenStyle.DashLine))
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 6, 6)
            painter.end()

    def _fill(self) -> None:
        empty_layout(self._flow)
        for face in self._files:
            chip = _FileChip(face)
            chip.opened.connect(self.opened)
            chip.removed.connect(self.removed)
            self._flow.addWidget(chip)
        if self._can_add:
            add = Button(_("Add a file"), "paperclip", "ghost")
            add.setProperty("size", "compact")
            add.clicked.connect(self.add_requested)
            add.setToolTip(_("Or drop files here, or paste a picture: Ctrl+V"))
            self._flow.addWidget(add)
        elif not self._files:
            self._flow.addWidget(PlainLabel(_("No files"), tone="muted"))
        self.updateGeometry()


class ComposeEdit(QPlainTextEdit):
    """The field an answer is written in: plain text, reading size; pasted or dropped files and pictures go on."""

    files_dropped = Signal(object)
    image_pasted = Signal(object)

    def __init__(self, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "reading")
        self.setTabChangesFocus(True)
        self.setAccessibleName(name)
        self.setCenterOnScroll(False)

    def set_placeholder(self, text: str) -> None:
        self.setPlaceholderText(text)

    def toPlainText(self) -> str:
        """Qt's own makes spaces of no-break spaces: «21 ноября» would differ from what was put in."""
        return self.document().toRawText().replace("\u2029", "\n").replace("\u2028", "\n")

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return bool(local_paths(source)) or source.hasImage() or super().canInsertFromMimeData(source)

    def insertFromMimeData(self, source: QMimeData) -> None:
        paths = local_paths(source)
        picture = None if source.hasText() else image_of(source)
        if paths:
            self.files_dropped.emit(paths)
        elif picture is not None:
            self.image_pasted.emit(picture)
        else:
            super().insertFromMimeData(source)


def local_paths(content: QMimeData) -> tuple[str, ...]:
    return tuple(url.toLocalFile() for url in content.urls() if url.isLocalFile())


def image_of(content: QMimeData) -> QImage | None:
    if not content.hasImage():
        return None
    picture = content.imageData()
    return picture if isinstance(picture, QImage) and not picture.isNull() else None


def _short(text: str) -> str:
    return text if len(text) <= 48 else f"{text[:30]}…{text[-16:]}"
