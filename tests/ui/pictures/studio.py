"""The studio: a window is opened, brought into a state, and taken in both themes at every size."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QWidget

from arm.desk.values import Me
from ui.application import apply_look
from ui.bridge import Bridge
from ui.main_window import MainWindow
from ui.preferences import Preferences

SIZES = ((1024, 600), (1366, 768), (1920, 1080))
THEMES = ("light", "dark")


def settle(ms: int = 350) -> None:
    """Until what was asked for has been read, laid out and painted."""
    loop = QEventLoop()
    QTimer.singleShot(ms, loop.quit)
    loop.exec()


@dataclass(frozen=True)
class Studio:
    """Where pictures go, in which themes and sizes; `mark` tells a scale in their names."""

    folder: Path
    themes: tuple[str, ...] = THEMES
    sizes: tuple[tuple[int, int], ...] = SIZES
    mark: str = ""
    wanted: str = ""
    """Only scenes whose name holds this."""

    @contextmanager
    def window(self, desk: object, me: Me | None, theme: str, size: tuple[int, int]) -> Iterator[MainWindow]:
        """A window on a desk (a real one or the fakes'), its first card read."""
        assert me is not None
        preferences = Preferences(theme=theme)
        apply_look(preferences)
        window = MainWindow(Bridge(desk), me, preferences)  # type: ignore[arg-type]
        try:
            window.start()
            window.show()
            window.resize(*size)
            settle(900)
            yield window
        finally:
            window.conductor.giver.undo.forget()
            window.close()
            window.bridge.close()

    def take(self, window: QWidget, name: str, theme: str) -> None:
        """The window as it stands."""
        scene = f"{name}-{theme}-{window.width()}x{window.height()}{self.mark}"
        window.grab().save(str(self.folder / f"{scene}.png"))
        print(scene, flush=True)

    def looks(self, name: str) -> Iterator[tuple[str, tuple[int, int]]]:
        """Every theme and size in which a scene is wanted; nothing for one that isn't."""
        for theme in self.themes if self.wanted in name else ():
            for size in self.sizes:
                yield theme, size


Act = Callable[[MainWindow], None]
"""Brings an opened window into the state that is to be seen."""
