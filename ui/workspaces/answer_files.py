"""Files beside an answer that are only looked at: a strip, and opening one on purpose."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from arm.domain.message import Attachment
from arm.i18n import _
from ui.formats import file_size
from ui.widgets import FileFace, FileStrip, ToastFace
from ui.widgets.text import show_if
from ui.wording import trouble_sentence

if TYPE_CHECKING:
    from ui.workspaces.base import Shell


class FileShelf(FileStrip):
    """Opens what is pressed; nothing can be added or taken away."""

    def __init__(self, shell: Shell, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(name, can_add=False, parent=parent)
        self._shell = shell
        self._files_held: tuple[Attachment, ...] = ()
        self.opened.connect(self._on_opened)

    def set_attachments(self, files: tuple[Attachment, ...]) -> None:
        self._files_held = files
        self.set_files(tuple(FileFace(f.upload_id, f.name, file_size(f.size), removable=False) for f in files))
        show_if(self, bool(files))

    def _on_opened(self, key: object) -> None:
        found = next((one for one in self._files_held if one.upload_id == key), None)
        if found is not None:
            open_file(self._shell, self, found)


def open_file(shell: Shell, owner: QObject, attachment: Attachment) -> None:
    """Fetches a private copy, if need be from the central store, and hands it to the program of its kind."""

    def show(path: Path) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))

    def failed(error: BaseException) -> None:
        shell.toast(ToastFace(trouble_sentence(error), tone="danger"))

    shell.announce(_("Opening the file {name}").format(name=attachment.name))
    shell.bridge.call_out(owner, lambda desk: desk.files.open(attachment), show, failed)
