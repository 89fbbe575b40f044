"""Rows of buttons of which one is down: the segments of a choice and the filters of a list with their counts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QShortcut
from PySide6.QtWidgets import QPushButton, QSizePolicy, QVBoxLayout, QWidget

from ui.keys import bind
from ui.theme import set_icon
from ui.widgets.flow import FlowLayout, empty_layout
from ui.widgets.text import as_tooltip, repolish


@dataclass(frozen=True)
class Segment:
    """One answer of a choice."""

    key: object
    label: str
    hint: str = ""


@dataclass(frozen=True)
class FilterFace:
    """One saved filter; `mark` puts a warning mark at it."""

    key: object
    label: str
    count: int | None = None
    mark: bool = False


class _ButtonRow(QWidget):
    """Buttons of which at most one is down; arrow keys walk them."""

    chosen = Signal(object)

    def __init__(self, kind: str, name: str, spacing: int, parent: QWidget | None) -> None:
        super().__init__(parent)
        self._kind = kind
        self._keys: list[object] = []
        self._buttons: list[QPushButton] = []
        self._current: object = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self._flow = FlowLayout(spacing=spacing)
        column.addLayout(self._flow)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(name)

    def set_current(self, key: object) -> None:
        """Puts one button down without a signal; an unknown key puts all up."""
        self._current = key if key in self._keys else None
        for each, button in zip(self._keys, self._buttons, strict=True):
            button.setChecked(each == self._current)

    def current(self) -> object:
        return self._current

    def choose(self, place: int) -> bool:
        """Presses the button at this place (from 0); False if there is none."""
        if not 0 <= place < len(self._keys):
            return False
        self._on_button_clicked(self._keys[place])
        return True

    def button_texts(self) -> list[str]:
        return [button.text() for button in self._buttons]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        focused = next((place for place, button in enumerate(self._buttons) if button.hasFocus()), None)
        if step and focused is not None and 0 <= focused + step < len(self._buttons):
            self._buttons[focused + step].setFocus(Qt.FocusReason.TabFocusReason)
            return
        super().keyPressEvent(event)

    def _fill(self, faces: list[tuple[object, str, str]]) -> None:
        focused_key = next(
            (key for key, button in zip(self._keys, self._buttons, strict=True) if button.hasFocus()), None
        )
        if [key for key, _text, _hint in faces] != self._keys:
            empty_layout(self._flow)
            self._keys = [key for key, _text, _hint in faces]
            self._buttons = [self._made_button(key) for key in self._keys]
        for button, (key, text, hint) in zip(self._buttons, faces, strict=True):
            button.setText(text.replace("&", "&&"))
            button.setAccessibleName(text)
            button.setToolTip(as_tooltip(hint))
            if key == focused_key and focused_key is not None:
                button.setFocus(Qt.FocusReason.OtherFocusReason)
        self.set_current(self._current)
        self.updateGeometry()

    def _made_button(self, key: object) -> QPushButton:
        button = QPushButton()
        button.setCheckable(True)
        button.setAutoDefault(False)
        button.setProperty("kind", self._kind)
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        button.clicked.connect(partial(self._on_button_clicked, key))
        self._flow.addWidget(button)
        return button

    def _on_button_clicked(self, key: object, _checked: bool = False) -> None:
        self.set_current(key)
        self.chosen.emit(key)


class SegmentedChoice(_ButtonRow):
    """A choice of a few answers; Ctrl+1 … Ctrl+9 choose while anything in the window has the focus."""

    def __init__(
        self,
        segments: tuple[Segment, ...] = (),
        *,
        name: str = "",
        shortcuts: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("segment", name, 4, parent)
        self._wants_shortcuts = shortcuts
        self._shortcuts: list[QShortcut] = []
        self.set_segments(segments)

    def set_segments(self, segments: tuple[Segment, ...]) -> None:
        hints = [
            f"{segment.hint or segment.label} (Ctrl+{place})" if self._wants_shortcuts else segment.hint
            for place, segment in enumerate(segments, 1)
        ]
        self._fill([(segment.key, segment.label, hint) for segment, hint in zip(segments, hints, strict=True)])
        if not self._wants_shortcuts:
            return
        while len(self._shortcuts) > len(segments):
            self._shortcuts.pop().deleteLater()
        for place in range(len(self._shortcuts), min(9, len(segments))):
            made = bind(
                self, f"Ctrl+{place + 1}", partial(self.choose, place), context=Qt.ShortcutContext.WindowShortcut
            )
            self._shortcuts.extend(made)


class FilterChips(_ButtonRow):
    """Filters with their counts, dimmed where nothing waits; the owner maps F3 + digit to `choose`."""

    def __init__(self, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__("filter", name, 6, parent)
        self._filters: tuple[FilterFace, ...] = ()

    def set_filters(self, filters: tuple[FilterFace, ...]) -> None:
        self._filters = filters
        shown = []
        for face in filters:
            words = f"{face.label}  {face.count}" if face.count else face.label
            shown.append((face.key, words, ""))
        self._fill(shown)
        if self.current() is None and filters:
            self.set_current(filters[0].key)
        for face, button in zip(filters, self._buttons, strict=True):
            is_void = "true" if face.count == 0 else "false"
            if button.property("void") != is_void:
                button.setProperty("void", is_void)
                repolish(button)
            set_icon(button, "alert-circle" if face.mark else "", "danger")
