"""The row of a queue: deadline bar, number, chip, first words, theme and marks, in three densities."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from arm.i18n import _
from ui.theme import Tokens, icon_pixmap, theme
from ui.theme import font as type_font
from ui.widgets.chip import DeadlineFace, deadline_chip_size, paint_deadline_chip

FACE_ROLE = Qt.ItemDataRole.UserRole + 1
_BAR = 4
_PAD = 12
_MARK = 16
_KEPT_ELISIONS = 4000
_AnyIndex = QModelIndex | QPersistentModelIndex


class Density(StrEnum):
    """How much of a message a row shows: three lines, two, or one."""

    ROOMY = "roomy"
    NORMAL = "normal"
    DENSE = "dense"


_HEIGHTS = {Density.ROOMY: 64, Density.NORMAL: 46, Density.DENSE: 28}


@dataclass(frozen=True)
class QueueFace:
    """What a row of a queue shows.

    `marks` are icon names and `mark_words` the same told in words; `sentence` is read aloud and is made from the
    other fields when empty.
    """

    key: object
    number: str
    title: str
    second: str = ""
    third: str = ""
    chip: DeadlineFace | None = None
    marks: tuple[str, ...] = ()
    mark_words: tuple[str, ...] = ()
    unread: bool = False
    unsent: bool = False
    draft: bool = False
    marked: bool = False
    sentence: str = ""

    def sentence_text(self) -> str:
        """The whole row as one sentence, for AccessibleTextRole."""
        if self.sentence:
            return self.sentence
        deadline = (self.chip.sentence or self.chip.words) if self.chip is not None else ""
        states = (
            _("unread") if self.unread else "",
            _("not sent") if self.unsent else "",
            _("draft") if self.draft else "",
            _("marked") if self.marked else "",
        )
        words = (self.number, self.second, self.title, self.third, deadline, *self.mark_words, *states)
        return "; ".join(word for word in words if word)


class QueueRowDelegate(QStyledItemDelegate):
    """Reads a QueueFace at FACE_ROLE. Metrics are kept per font, elided texts per width."""

    def __init__(self, parent: QWidget | None = None, density: Density = Density.ROOMY) -> None:
        super().__init__(parent)
        self._density = density
        self._elided: OrderedDict[tuple[str, int, bool], str] = OrderedDict()
        self._body = QFont()
        self._strong = QFont()
        self._small = QFont()
        self._chip_font = QFont()
        self._metrics: dict[str, QFontMetrics] = {}
        theme().themeChanged.connect(self._on_theme_changed)
        self._measure()

    @property
    def density(self) -> Density:
        return self._density

    def set_density(self, density: Density) -> None:
        """Changes the height of the rows and has the views laid out again."""
        self._density = density
        view = self.parent()
        if isinstance(view, QListView):
            view.scheduleDelayedItemsLayout()
            view.viewport().update()

    def row_height(self) -> int:
        lines = {Density.ROOMY: 3, Density.NORMAL: 2, Density.DENSE: 1}[self._density]
        return max(_HEIGHTS[self._density], lines * (self._metrics["body"].height() + 2) + 8)

    def sizeHint(self, option: QStyleOptionViewItem, index: _AnyIndex) -> QSize:
        return QSize(240, self.row_height())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _AnyIndex) -> None:
        face = index.data(FACE_ROLE)
        if not isinstance(face, QueueFace):
            return
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        tokens = theme().tokens
        is_selected = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        self._paint_ground(painter, rect, face, tokens, state)
        inner = rect.adjusted(_BAR + _PAD, 4, -_PAD, -5)
        if self._density == Density.DENSE:
            self._paint_one_line(painter, inner, face, tokens, is_selected)
        else:
            self._paint_lines(painter, inner, face, tokens, is_selected)
        painter.restore()

    def _measure(self) -> None:
        self._body, self._strong, self._small = type_font("body"), type_font("body_strong"), type_font("caption")
        self._chip_font = type_font("caption")
        self._chip_font.setWeight(QFont.Weight.DemiBold)
        self._metrics = {
            "body": QFontMetrics(self._body),
            "strong": QFontMetrics(self._strong),
            "small": QFontMetrics(self._small),
        }
        self._elided.clear()

    def _paint_ground(
        self, painter: QPainter, rect: QRect, face: QueueFace, tokens: Tokens, state: QStyle.StateFlag
    ) -> None:
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, tokens.colour("selection"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, tokens.colour("hover"))
        else:
            painter.fillRect(rect, tokens.colour("surface"))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), tokens.colour("divider"))
        if face.chip is not None:
            bar = QRect(rect.left(), rect.top(), _BAR, rect.height() - 1)
            painter.fillRect(bar, tokens.deadline(face.chip.state).edge)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(tokens.colour("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(rect.adjusted(1, 1, -1, -2))

    def _paint_lines(
        self, painter: QPainter, inner: QRect, face: QueueFace, tokens: Tokens, is_selected: bool
    ) -> None:
        is_roomy = self._density == Density.ROOMY
        lines = 3 if is_roomy else 2
        height = inner.height() // lines
        first = QRect(inner.left(), inner.top(), inner.width(), height)
        left = self._paint_tick(painter, first, face, tokens)
        right = self._paint_chip(painter, first, face)
        right = self._paint_marks(painter, QRect(left, first.top(), right - left, height), face, tokens)
        ink2 = "on_selection" if is_selected else "text2"
        if is_roomy:
            self._words(painter, QRect(left, first.top(), right - left, height), face.number, tokens, ink2, small=True)
            second = first.translated(0, height)
            self._words(painter, second, face.title, tokens, "text", strong=face.unread)
            line = " · ".join(part for part in (face.second, face.third) if part)
            self._words(painter, second.translated(0, height), line, tokens, ink2, small=True)
            return
        line = " · ".join(part for part in (face.number, face.second, face.third) if part)
        self._words(painter, QRect(left, first.top(), right - left, height), line, tokens, ink2, small=True)
        self._words(painter, first.translated(0, height), face.title, tokens, "text", strong=face.unread)

    def _paint_one_line(
        self, painter: QPainter, inner: QRect, face: QueueFace, tokens: Tokens, is_selected: bool
    ) -> None:
        left = self._paint_tick(painter, inner, face, tokens)
        right = self._paint_chip(painter, inner, face)
        right = self._paint_marks(painter, QRect(left, inner.top(), right - left, inner.height()), face, tokens)
        ink2 = "on_selection" if is_selected else "text2"
        number_width = self._metrics["small"].horizontalAdvance(face.number) + 10
        self._words(
            painter, QRect(left, inner.top(), number_width, inner.height()), face.number, tokens, ink2, small=True
        )
        left += number_width
        rest = right - left
        second_width = rest // 3 if rest > 460 and face.second else 0
        title = QRect(left, inner.top(), rest - second_width, inner.height())
        self._words(painter, title.adjusted(0, 0, -8, 0), face.title, tokens, "text", strong=face.unread)
        if second_width:
            self._words(
                painter,
                QRect(right - second_width, inner.top(), second_width - 8, inner.height()),
                face.second,
                tokens,
                ink2,
                small=True,
            )

    def _paint_tick(self, painter: QPainter, line: QRect, face: QueueFace, tokens: Tokens) -> int:
        """A ticked row shows a tick, an unread one a dot; returns where the text begins."""
        middle = line.center().y()
        if face.marked:
            box = QRectF(line.left() - 2, middle - 7, 15, 15)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tokens.colour("accent"))
            painter.drawRoundedRect(box, 4, 4)
            painter.drawPixmap(
                QPoint(line.left() - 1, middle - 6), icon_pixmap("check", tokens.colour("on_accent"), 13)
            )
            return line.left() + 20
        if face.unread:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tokens.colour("accent"))
            painter.drawEllipse(QRectF(line.left() - 1, middle - 3.5, 8, 8))
            return line.left() + 13
        return line.left()

    def _paint_chip(self, painter: QPainter, line: QRect, face: QueueFace) -> int:
        """Returns the right end of what is left for text."""
        if face.chip is None:
            return line.right() + 1
        width = min(deadline_chip_size(face.chip, self._chip_font).width(), line.width() * 2 // 3)
        place = QRect(line.right() + 1 - width, line.top(), width, line.height())
        return paint_deadline_chip(painter, place, face.chip, self._chip_font, right=True).left() - 8

    def _paint_marks(self, painter: QPainter, line: QRect, face: QueueFace, tokens: Tokens) -> int:
        names = [*face.marks]
        if face.draft:
            names.append("pencil")
        if face.unsent:
            names.append("upload")
        right = line.right() + 1
        for name in reversed(names):
            if right - _MARK < line.left() + 40:
                break
            right -= _MARK
            ink = tokens.colour("warn_ink" if name == "upload" else "text2")
            painter.drawPixmap(right, line.center().y() - 7, icon_pixmap(name, ink, 15))
            right -= 4
        return right - 2 if names else right

    def _words(
        self,
        painter: QPainter,
        box: QRect,
        text: str,
        tokens: Tokens,
        ink: str,
        *,
        small: bool = False,
        strong: bool = False,
    ) -> None:
        if not text or box.width() <= 0:
            return
        painter.setFont(self._small if small else (self._strong if strong else self._body))
        painter.setPen(tokens.colour(ink))
        kind = "small" if small else ("strong" if strong else "body")
        shown = self._fitting(text, box.width(), kind)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)

    def _fitting(self, text: str, width: int, kind: str) -> str:
        key = (text, width, kind == "strong") if kind != "small" else (text, -width, False)
        kept = self._elided.get(key)
        if kept is None:
            one_line = " ".join(text[:300].split())
            kept = self._metrics[kind].elidedText(one_line, Qt.TextElideMode.ElideRight, width)
            self._elided[key] = kept
            if len(self._elided) > _KEPT_ELISIONS:
                self._elided.popitem(last=False)
        return kept

    def _on_theme_changed(self, _tokens: object) -> None:
        self._measure()


def row_sentence(face: QueueFace) -> str:
    return face.sentence_text()


def prepare_queue_view(view: QListView, delegate: QueueRowDelegate) -> None:
    """Sets a list view up for a queue: same height for all rows, smooth scrolling, hover, no frame."""
    delegate.setParent(view)
    view.setItemDelegate(delegate)
    view.setUniformItemSizes(True)
    view.setMouseTracking(True)
    view.setFrameShape(QFrame.Shape.NoFrame)
    view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
    view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    view.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
    view.setSelectionMode(QListView.SelectionMode.SingleSelection)
    if not view.accessibleName():
        view.setAccessibleName(_("Queue of messages"))
