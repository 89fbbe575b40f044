"""Push buttons in four kinds and square icon buttons."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QPushButton, QToolButton, QWidget

from ui.theme import set_icon
from ui.widgets.text import as_tooltip, repolish

_ICON_ROLES = {"primary": "on_accent", "ghost": "accent", "danger": "danger", "toast": "toast_accent"}


class Button(QPushButton):
    """A verb on a button. `kind`: "" (plain), "primary", "ghost" or "danger"; `key_hint` is drawn after the verb."""

    def __init__(
        self,
        text: str,
        icon_name: str = "",
        kind: str = "",
        *,
        key_hint: str = "",
        tooltip: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._icon_name = icon_name
        self._verb = text
        self._key_hint = key_hint
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setIconSize(QSize(18, 18))
        self.setAutoDefault(False)
        self.set_kind(kind)
        self._show_text()
        self.setAccessibleName(text)
        if tooltip:
            self.setToolTip(as_tooltip(tooltip))

    def set_kind(self, kind: str) -> None:
        self.setProperty("kind", kind)
        if self._icon_name:
            set_icon(self, self._icon_name, _ICON_ROLES.get(kind, "text"))
        repolish(self)

    def set_verb(self, text: str) -> None:
        self._verb = text
        self.setAccessibleName(text)
        self._show_text()

    def verb(self) -> str:
        return self._verb

    def _show_text(self) -> None:
        shown = self._verb.replace("&", "&&")
        self.setText(f"{shown}   {self._key_hint}" if self._key_hint else shown)


class IconButton(QToolButton):
    """A square button of 32 pixels with an icon; its name is the tooltip and what is read aloud."""

    def __init__(self, icon_name: str, name: str, *, role: str = "text2", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedSize(32, 32)
        self.setIconSize(QSize(20, 20))
        self.setToolTip(as_tooltip(name))
        self.setAccessibleName(name)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        set_icon(self, icon_name, role)
