"""The picker: a line to type in with a list of choices under it, in place of an editable combo box."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QAction, QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from arm.i18n import _
from ui.theme import set_icon
from ui.widgets.picker_list import PickerPopup, PickerRow
from ui.widgets.speech import announce

_STEPS = {
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_PageDown: 8,
    Qt.Key.Key_PageUp: -8,
}
_ENTERS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class PickerEdit(QLineEdit):
    """Typing searches in either keyboard layout; Enter takes the row in force (the first), Esc closes the list."""

    picked = Signal(object)
    cleared = Signal()
    refused = Signal(object)

    def __init__(
        self,
        placeholder: str = "",
        headers: tuple[str, ...] = (),
        *,
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._headers = headers
        self._rows: tuple[PickerRow, ...] = ()
        self._current: PickerRow | None = None
        self._popup: PickerPopup | None = None
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(name or placeholder)
        arrow = QAction(_("Show the choices"), self)
        set_icon(arrow, "chevron-down", "text2")
        self.addAction(arrow, QLineEdit.ActionPosition.TrailingPosition)
        arrow.triggered.connect(self._on_arrow_triggered)
        self.textEdited.connect(self._on_text_edited)

    @property
    def edit(self) -> QLineEdit:
        return self

    def set_rows(self, rows: tuple[PickerRow, ...]) -> None:
        """New choices; the text typed and the choice made stay."""
        self._rows = rows
        if self._popup is not None:
            before = self._popup.current_row()
            self._popup.model.set_rows(rows, self._query())
            self._popup.fit(self._headers)
            if self._popup.isVisible():
                self._popup.set_current(self._place_of(before))
                self._place_popup()

    def rows(self) -> tuple[PickerRow, ...]:
        return self._rows

    def set_current(self, key: object) -> None:
        """Shows the row with this key as chosen, without a signal; None or an unknown key clears."""
        self._current = next((row for row in self._rows if row.key == key), None) if key is not None else None
        self.setText(self._current.columns[0] if self._current is not None else "")

    def current_key(self) -> object:
        return self._current.key if self._current is not None else None

    def current_row(self) -> PickerRow | None:
        return self._current

    def clear(self) -> None:
        super().clear()
        self._current = None

    def unmatched(self) -> str:
        """What is typed and not chosen."""
        return self.text().strip() if self._current is None else ""

    def has_matches(self) -> bool:
        """Whether any choice answers to what is typed."""
        model = self._ready_popup().model
        model.set_rows(self._rows, self._query())
        return model.rowCount() > 0

    def open_popup(self) -> None:
        popup = self._ready_popup()
        popup.model.set_rows(self._rows, self._query())
        popup.fit(self._headers)
        popup.set_current(popup.model.first_open())
        self._place_popup()
        popup.show()
        popup.raise_()

    def close_popup(self) -> None:
        if self._popup is not None:
            self._popup.hide()

    def is_popup_open(self) -> bool:
        return self._popup is not None and self._popup.isVisible()

    def is_at_first(self) -> bool:
        """Whether nobody has walked the open list yet."""
        popup = self._popup
        return popup is not None and popup.current_row() == popup.model.row_at(popup.model.first_open())

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            keys = (Qt.Key.Key_Escape, *_STEPS, *_ENTERS)
            if self.is_popup_open() and event.key() in keys and not _has_control(event):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if _has_control(event) or not self._take_key(Qt.Key(key)):
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        came_back = event.reason() in (
            Qt.FocusReason.ActiveWindowFocusReason,
            Qt.FocusReason.MouseFocusReason,
            Qt.FocusReason.BacktabFocusReason,
        )
        if self._rows and self._current is None and not came_back:
            self.open_popup()
        elif self._current is not None and not came_back:
            # whoever comes to a choice that stands types another over it
            self.selectAll()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.close_popup()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if not self.is_popup_open():
            self.open_popup()

    def _take_key(self, key: Qt.Key) -> bool:
        if key in _STEPS:
            if self.is_popup_open() and self._popup is not None:
                self._popup.move_current(_STEPS[key])
                row = self._popup.current_row()
                announce(self, row.sentence() if row is not None else "")
            else:
                self.open_popup()
            return True
        if key == Qt.Key.Key_Escape and self.is_popup_open():
            self.close_popup()
            return True
        if key in _ENTERS and (self.is_popup_open() or self._current is None):
            if self.is_popup_open() and self._popup is not None:
                self._on_popup_chosen(self._popup.current_row())
            else:
                self.open_popup()
            return True
        return False

    def _place_of(self, row: PickerRow | None) -> int:
        """Where that row is among the choices shown now, or the first that may be picked."""
        model = self._ready_popup().model
        same = (n for n in range(model.rowCount()) if (one := model.row_at(n)) and row and one.key == row.key)
        return next(same, model.first_open())

    def _query(self) -> str:
        return "" if self._current is not None else self.text()

    def _ready_popup(self) -> PickerPopup:
        if self._popup is None or self._popup.parentWidget() is not self.window():
            self._popup = PickerPopup(self._headers, self.window())
            self._popup.chosen.connect(self._on_popup_chosen)
            self.destroyed.connect(self._popup.deleteLater)
        return self._popup

    def _place_popup(self) -> None:
        popup = self._ready_popup()
        window = self.window()
        size = popup.wanted_size(self.width())
        corner = self.mapTo(window, QPoint(0, self.height() + 3))
        below = window.height() - corner.y() - 8
        above = corner.y() - self.height() - 14
        if size.height() > below and above > below:
            height = min(size.height(), above)
            top = corner.y() - self.height() - 6 - height
        else:
            height = min(size.height(), max(below, 80))
            top = corner.y()
        left = max(4, min(corner.x(), window.width() - size.width() - 4))
        popup.setGeometry(QRect(left, top, min(size.width(), window.width() - 8), height))

    def _on_text_edited(self, text: str) -> None:
        had_choice = self._current is not None
        self._current = None
        self.open_popup()
        if had_choice:
            self.cleared.emit()

    def _on_arrow_triggered(self) -> None:
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        if not self.is_popup_open():
            self.open_popup()

    def _on_popup_chosen(self, row: object) -> None:
        if not isinstance(row, PickerRow):
            return
        if row.dimmed_reason:
            announce(self, row.dimmed_reason)
            self.refused.emit(row.dimmed_reason)
            return
        self._current = row
        self.setText(row.columns[0])
        self.close_popup()
        announce(self, row.sentence())
        self.picked.emit(row.key)


def _has_control(event: QKeyEvent) -> bool:
    return bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
