"""Push buttons in four kinds and square icon buttons."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QIcon, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QStyle, QStyleOptionButton, QStylePainter, QToolButton, QWidget

from ui.theme import font as type_font
from ui.theme import set_icon, theme
from ui.widgets.text import as_tooltip, repolish

_ICON = 18
_ICON_GAP = 7
_CAP_GAP = 9
_CAP_PAD = 5
_SIDE = 15
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
        self.setIconSize(QSize(_ICON, _ICON))
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

    def set_key_hint(self, key_hint: str) -> None:
        self._key_hint = key_hint
        self._show_text()

    def sizeHint(self) -> QSize:
        self.ensurePolished()
        return QSize(self._content_width() + 2 * _SIDE, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The style draws the ground; icon, verb and key cap are drawn here, with room between them."""
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = ""
        option.icon = QIcon()
        painter = QStylePainter(self)
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        ink = theme().tokens.colour(self._ink_role())
        room = self.width() - 2 * 8
        x = max(8, (self.width() - self._content_width()) // 2)
        if not self.icon().isNull():
            mode = QIcon.Mode.Normal if self.isEnabled() else QIcon.Mode.Disabled
            painter.drawPixmap(
                x, (self.height() - _ICON) // 2, self.icon().pixmap(QSize(_ICON, _ICON), self.devicePixelRatio(), mode)
            )
            x += _ICON + _ICON_GAP
        metrics = QFontMetrics(self.font())
        cap_width = self._cap_width()
        words = min(metrics.horizontalAdvance(self._verb), max(0, 8 + room - x - cap_width))
        painter.setFont(self.font())
        painter.setPen(ink)
        shown = metrics.elidedText(self._verb, Qt.TextElideMode.ElideRight, words + 1)
        painter.drawText(QRect(x, 0, words + 2, self.height()), Qt.AlignmentFlag.AlignVCenter, shown)
        if self._key_hint:
            self._paint_cap(painter, x + words + _CAP_GAP, ink)
        painter.end()

    def _paint_cap(self, painter: QPainter, x: int, ink: QColor) -> None:
        """The key as a key cap, so that nobody takes it for a count."""
        made = _cap_font()
        height = QFontMetrics(made).height() + 3
        cap = QRectF(x, (self.height() - height) / 2, self._cap_width() - _CAP_GAP, height)
        edge = QColor(ink)
        edge.setAlphaF(0.45)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(edge, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(cap.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.setPen(ink)
        painter.setFont(made)
        painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, self._key_hint)

    def _content_width(self) -> int:
        icon_width = 0 if self.icon().isNull() else _ICON + (_ICON_GAP if self._verb else 0)
        return icon_width + QFontMetrics(self.font()).horizontalAdvance(self._verb) + self._cap_width()

    def _cap_width(self) -> int:
        if not self._key_hint:
            return 0
        return _CAP_GAP + max(18, QFontMetrics(_cap_font()).horizontalAdvance(self._key_hint) + 2 * _CAP_PAD)

    def _ink_role(self) -> str:
        kind = self.property("kind")
        if self.property("dimmed") == "true":
            return "disabled"
        if not self.isEnabled():
            return "text2" if kind == "primary" else "disabled"
        if kind == "danger" and self.property("primary") == "true":
            return "on_danger"
        return _ICON_ROLES.get(str(kind), "text")

    def _show_text(self) -> None:
        self.setText(self._verb.replace("&", "&&"))
        self.updateGeometry()
        self.update()


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


def _cap_font() -> QFont:
    made = type_font("caption")
    made.setPointSizeF(made.pointSizeF() * 0.95)
    return made
