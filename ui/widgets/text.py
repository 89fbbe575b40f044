"""Labels that never read markup, surfaces and dividers."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QWidget


class PlainLabel(QLabel):
    """A label for text from outside: shown as it is, never as HTML.

    `role` is a type role of ui.theme.fonts, `tone` a colour: text, text2, muted, accent, danger.
    With `elide` the text is cut with an ellipsis and the whole of it stands in the tooltip.
    """

    def __init__(
        self,
        text: str = "",
        role: str = "body",
        tone: str = "text",
        *,
        elide: bool = False,
        wrap: bool = False,
        selectable: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role)
        self.setProperty("tone", tone)
        self._whole = ""
        self._elides = elide
        self.setWordWrap(wrap)
        if elide:
            self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        if selectable:
            self.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
        self.setText(text)

    def set_tone(self, tone: str) -> None:
        if self.property("tone") != tone:
            self.setProperty("tone", tone)
            repolish(self)

    def text(self) -> str:
        """The whole text, also when the screen shows it cut."""
        return self._whole

    def setText(self, text: str) -> None:
        self._whole = text
        self.setAccessibleName(text)
        self._show_fitting()

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        if self._elides:
            hint.setWidth(QFontMetrics(self.font()).horizontalAdvance(self._whole) + 2)
        return hint

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        if self._elides:
            hint.setWidth(QFontMetrics(self.font()).averageCharWidth() * 4)
        return hint

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._elides:
            self._show_fitting()

    def _show_fitting(self) -> None:
        shown = self._whole
        if self._elides:
            one_line = " ".join(self._whole.split("\n"))
            shown = QFontMetrics(self.font()).elidedText(one_line, Qt.TextElideMode.ElideRight, self.width())
            self.setToolTip(as_tooltip(self._whole) if shown != one_line else "")
        if super().text() != shown:
            super().setText(shown)


class Divider(QFrame):
    """A line of one pixel between two surfaces."""

    def __init__(self, *, vertical: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("divider", "true")
        self.setFrameShape(QFrame.Shape.NoFrame)
        if vertical:
            self.setFixedWidth(1)
        else:
            self.setFixedHeight(1)


class Surface(QFrame):
    """A pane told from its neighbours by background: "surface", "bg", "sunken" or "card"."""

    def __init__(self, kind: str = "surface", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("surface", kind)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)


def repolish(widget: QWidget) -> None:
    """Makes the style sheet look again at the dynamic properties of one widget."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


def show_if(widget: QWidget, is_shown: bool) -> None:
    """Shows or hides; a widget that has no parent yet will show with its parent, not as a window of its own."""
    if not is_shown:
        widget.hide()
    elif widget.parentWidget() is not None:
        widget.show()
    else:
        widget.setAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide, False)


def as_tooltip(text: str) -> str:
    """Text for a tooltip: Qt guesses at markup there, so the characters that start it are spelt out."""
    if "<" not in text:
        return text
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\n", "<br>")
    return f"<span>{escaped}</span>"
