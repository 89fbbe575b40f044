"""The row of a short list: what it is in bold, what is said of it beneath; a key hint stands at the right."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from ui.theme import font as type_font
from ui.theme import theme

KEY_GAP = "    "
"""Between the words of a command and its key."""
_PAD = 12
_AIR = 8
_AnyIndex = QModelIndex | QPersistentModelIndex


class TwoLineDelegate(QStyledItemDelegate):
    """Takes the item's text apart: lines by line breaks, the key of a one-line row by `KEY_GAP`."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _AnyIndex) -> QSize:
        first, rest, _key = _parts(index)
        height = QFontMetrics(_first_font(rest)).height() + 2 * _AIR
        if rest:
            height += QFontMetrics(type_font("caption")).height() + 2
        return QSize(QFontMetrics(_first_font(rest)).horizontalAdvance(first[:20]), height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _AnyIndex) -> None:
        first, rest, key = _parts(index)
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        tokens = theme().tokens
        is_current = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if is_current:
            painter.setPen(QPen(tokens.colour("accent"), 1.5))
            painter.setBrush(tokens.colour("selection"))
            painter.drawRoundedRect(QRectF(rect).adjusted(2, 1, -2, -1), 6, 6)
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tokens.colour("hover"))
            painter.drawRoundedRect(QRectF(rect).adjusted(2, 1, -2, -1), 6, 6)
        room = rect.adjusted(_PAD, _AIR, -_PAD, -_AIR)
        ink, soft = ("on_selection", "on_selection") if is_current else ("text", "text2")
        if key:
            _line(painter, room, key, type_font("caption"), tokens.colour(soft).name(), Qt.AlignmentFlag.AlignRight)
            room.setRight(room.right() - QFontMetrics(type_font("caption")).horizontalAdvance(key) - _PAD)
        _line(painter, room, first, _first_font(rest), tokens.colour(ink).name())
        if rest:
            below = room.adjusted(0, QFontMetrics(_first_font(rest)).height() + 2, 0, 0)
            _line(painter, below, rest, type_font("caption"), tokens.colour(soft).name())
        painter.restore()


def _parts(index: _AnyIndex) -> tuple[str, str, str]:
    text = str(index.data(Qt.ItemDataRole.DisplayRole) or "")
    first, _break, rest = text.partition("\n")
    words, _gap, key = first.partition(KEY_GAP) if not rest else (first, "", "")
    return words, " ".join(rest.split("\n")), key.strip()


def _first_font(rest: str) -> QFont:
    return type_font("body_strong" if rest else "body")


def _line(
    painter: QPainter,
    room: QRect,
    words: str,
    font: QFont,
    ink: str,
    side: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> None:
    painter.setFont(font)
    painter.setPen(ink)
    shown = QFontMetrics(font).elidedText(words, Qt.TextElideMode.ElideRight, room.width())
    painter.drawText(room, side | Qt.AlignmentFlag.AlignTop, shown)
