"""A picture gallery of the building blocks: `python -m ui.gallery --out DIR` draws them light and dark."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QWidget

from arm.i18n import set_language
from ui.gallery_pages import pieces_page, sheet_page, shell_page
from ui.gallery_states import STATE_PAGES
from ui.theme import apply_theme
from ui.widgets import PickerEdit

_WIDTH, _HEIGHT = 1366, 768
_SMALL = (1024, 600)
_SETTLE_MS = 60


class GalleryRun(QObject):
    """Shows one page after another and saves each once it has settled; `finished` when all are saved."""

    finished = Signal()

    def __init__(self, app: QApplication, folder: Path, themes: tuple[str, ...], scale: float = 1.0) -> None:
        super().__init__()
        self._app = app
        self._folder = folder
        self._scale = scale
        self._waiting = [(theme, title) for theme in themes for title in _PAGES]
        self._page: QWidget | None = None
        self._name = ""

    def start(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._on_next_due()

    def _on_next_due(self) -> None:
        if not self._waiting:
            self.finished.emit()
            return
        theme, title = self._waiting.pop(0)
        apply_theme(self._app, theme, self._scale)
        self._name = f"{title}-{theme}.png"
        self._page = _PAGES[title]()
        self._page.resize(*(_SMALL if title.endswith("small") else (_WIDTH, _HEIGHT)))
        self._page.show()
        self._page.activateWindow()
        QTimer.singleShot(_SETTLE_MS, self._on_page_settled)

    def _on_page_settled(self) -> None:
        for target in self._page.findChildren(QWidget, "focus_me") if self._page is not None else []:
            target.setFocus(Qt.FocusReason.TabFocusReason)
            if isinstance(target, PickerEdit):
                target.open_popup()
        QTimer.singleShot(_SETTLE_MS, self._on_picture_due)

    def _on_picture_due(self) -> None:
        if self._page is not None:
            self._page.grab().save(str(self._folder / self._name))
            self._page.close()
            self._page.deleteLater()
            self._page = None
        self._on_next_due()


_PAGES: dict[str, Callable[[], QWidget]] = {
    "shell": shell_page,
    "pieces": pieces_page,
    "sheet": sheet_page,
    **STATE_PAGES,
}


def main(arguments: list[str] | None = None) -> int:
    """Draws the gallery without a screen into the folder given by --out."""
    parser = argparse.ArgumentParser(prog="python -m ui.gallery")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--scale", type=float, default=1.0)
    wish = parser.parse_args(arguments)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ.setdefault("QT_FONT_DPI", "96")
    set_language("ru")
    app = QApplication(sys.argv[:1])
    run = GalleryRun(app, wish.out, ("light", "dark"), wish.scale)
    run.finished.connect(app.quit)
    QTimer.singleShot(0, run.start)
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())
