"""A window on a desk of fakes, for the tests of the shell and the front workspaces."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from arm import i18n
from arm.domain.message import Stage
from tests.ui.fakes import TEXTS, FakeDesk, fill
from ui.application import apply_look
from ui.bridge import Bridge
from ui.keys import install_layout_filter
from ui.main_window import MainWindow
from ui.preferences import Preferences

OpenWindow = Callable[..., tuple[FakeDesk, MainWindow]]


@pytest.fixture(autouse=True)
def russian() -> Iterator[None]:
    i18n.set_language("ru")
    yield
    i18n.set_language("ru")


@pytest.fixture(autouse=True)
def look(qapp: QApplication) -> None:
    qapp.setStyle("Fusion")
    apply_look(Preferences(theme="light"))
    if not hasattr(sys, "_arm_layout_filter"):
        sys._arm_layout_filter = install_layout_filter(qapp)  # type: ignore[attr-defined]


@pytest.fixture
def open_window(qtbot: QtBot) -> Iterator[OpenWindow]:
    """Opens a window for a person of the fake city, its first card shown."""
    opened: list[MainWindow] = []

    def make(
        me: str = "u-mod", upto: Stage = Stage.MODERATION, texts: tuple[str, ...] = TEXTS
    ) -> tuple[FakeDesk, MainWindow]:
        desk = FakeDesk(me)
        fill(desk, texts, upto=upto)
        window = MainWindow(Bridge(desk), desk.me(), Preferences())  # type: ignore[arg-type]
        opened.append(window)
        qtbot.addWidget(window)
        window.start()
        window.show()
        window.activateWindow()
        qtbot.waitUntil(lambda: not window.bridge.jobs.is_busy())
        return desk, window

    yield make
    for window in opened:
        window.close()
        window.bridge.close()
