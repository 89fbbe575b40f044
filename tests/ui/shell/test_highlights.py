"""A moderator sees what to look at twice, in its very place; nobody else is shown hints."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.desk.steps import accepted, registered
from tests.desk_fixture import Town, open_town
from ui.bridge import Bridge
from ui.main_window import MainWindow
from ui.preferences import Preferences
from ui.widgets import Tag

TEXT = "Соседи 🙂 дураки, их телефон 8 912 345-67-89\nи снова 8 912 345-67-90, приезжайте"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with open_town(tmp_path) as place:
        yield place


def opened(qtbot: QtBot, town: Town, login: str) -> Iterator[MainWindow]:
    desk = town.desk(login)
    me = desk.session.me()
    assert me is not None
    window = MainWindow(Bridge(desk), me, Preferences())
    qtbot.addWidget(window)
    window.start()
    window.show()
    qtbot.waitUntil(lambda: window.conductor.opened is not None and not window.bridge.jobs.is_busy())
    yield window
    window.close()
    window.bridge.close()
    desk.close()


def marked(window: MainWindow) -> list[str]:
    return [one.cursor.selectedText() for one in window.card.text.extraSelections()]


def tags(window: MainWindow) -> list[str]:
    return [one.text() for one in window.card.findChildren(Tag)]


def test_a_moderator_sees_each_hint_in_its_place_and_in_words(qtbot: QtBot, town: Town) -> None:
    registered(town, TEXT)
    for window in opened(qtbot, town, "moderator"):
        assert marked(window) == ["дураки", "8 912 345-67-89", "8 912 345-67-90"]
        assert {"Возможная брань", "Чужой телефон: 2", "Адрес не указан"} <= set(tags(window))
        assert window.card.text.text() == TEXT
        window.card.text._on_theme_changed(None)
        assert marked(window)[0] == "дураки", "another theme keeps the marks"


def test_behind_moderation_nobody_is_shown_hints(qtbot: QtBot, town: Town) -> None:
    accepted(town, TEXT)
    for window in opened(qtbot, town, "coordinator"):
        assert marked(window) == [] and "Чужой телефон: 2" not in tags(window)
