"""The lines and labels of the call's form, and what is said of a line where nothing was chosen."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget

from arm.i18n import _
from ui.theme import em
from ui.widgets import PickerEdit, PlainLabel


def unchosen(topic: PickerEdit, organisation: PickerEdit) -> tuple[QWidget, str] | None:
    """The first of the two with words that no choice stands for, and a sentence about them."""
    if words := topic.unmatched():
        said = _("No topic chosen: “{words}”")
        nowhere = _("No topic chosen: “{words}” isn't in the classifier")
        return topic, (said if topic.has_matches() else nowhere).format(words=words)
    if words := organisation.unmatched():
        said = _("No addressee chosen: “{words}”")
        nowhere = _("No addressee chosen: no organisation is called “{words}”")
        return organisation, (said if organisation.has_matches() else nowhere).format(words=words)
    return None


def line(name: str, words: str) -> QLineEdit:
    made = QLineEdit()
    made.setObjectName(name)
    made.setAccessibleName(words)
    return made


def label(words: str) -> PlainLabel:
    made = PlainLabel(words, tone="text2")
    made.setMinimumHeight(round(em() * 2))
    made.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return made
