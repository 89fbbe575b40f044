"""The theme for tests of the building blocks."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from arm.i18n import set_language
from ui.theme import apply_theme


@pytest.fixture
def dressed(qapp: QApplication) -> Iterator[QApplication]:
    """The application in the light theme and in Russian."""
    set_language("ru")
    apply_theme(qapp, "light")
    yield qapp
    apply_theme(qapp, "light")
