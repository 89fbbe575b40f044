"""Dialogs whose sentences may be longer than was foreseen: the window grows, no line is cut off."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog


def grow_to_words(dialog: QDialog) -> None:
    """As high as the wrapped words need at the present width; never lower than it is."""
    layout = dialog.layout()
    if layout is None:
        return
    layout.activate()
    width = max(dialog.width() if dialog.isVisible() else 0, dialog.minimumWidth(), layout.minimumSize().width())
    needed = layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else layout.sizeHint().height()
    if needed > dialog.height() or not dialog.isVisible():
        dialog.resize(width, needed)
