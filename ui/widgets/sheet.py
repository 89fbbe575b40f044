"""The sheet: a panel over the work area that asks what a command needs, in place of a modal window."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget
from shiboken6 import isValid

from arm.i18n import _
from ui.keys import bind
from ui.widgets.buttons import Button, IconButton
from ui.widgets.speech import announce
from ui.widgets.text import Divider, PlainLabel, Surface, as_tooltip, show_if


class Sheet(Surface):
    """Covers its parent while open. Ctrl+Enter confirms, Esc cancels; closing never clears what was typed."""

    confirmed = Signal()
    cancelled = Signal()
    focus_freed = Signal()
    """Closed with the focus in it, and where the focus was before is gone."""

    def __init__(
        self,
        title: str,
        confirm_text: str,
        *,
        cancel_text: str | None = None,
        kind: str = "primary",
        note: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("surface", parent)
        self._title = PlainLabel(title, role="subtitle", wrap=True)
        self._note = PlainLabel(note, tone="text2", wrap=True)
        self._problem = PlainLabel("", tone="danger", wrap=True)
        self._confirm = Button(confirm_text, kind=kind, key_hint="Ctrl+Enter")
        if kind == "danger":
            self._confirm.setProperty("primary", "true")
        self._cancel = Button(cancel_text if cancel_text is not None else _("Cancel"), key_hint="Esc")
        self.body = QVBoxLayout()
        self.body.setSpacing(12)
        self._why = ""
        self._first_field: QWidget | None = None
        self._focus_before: QWidget | None = None
        self._build()
        self.setAccessibleName(title)
        bind(self, "Ctrl+Return", self._on_confirm_asked)
        bind(self, "Esc", self._on_cancel_asked)
        self._confirm.clicked.connect(self._on_confirm_asked)
        self._cancel.clicked.connect(self._on_cancel_asked)
        if parent is not None:
            parent.installEventFilter(self)
        self.hide()

    def add_field(self, label: str, widget: QWidget, *, required: bool = False, hint: str = "") -> PlainLabel:
        """Adds a labelled field below the others; returns its label."""
        box = QVBoxLayout()
        box.setSpacing(5)
        words = _("{field} (required)").format(field=label) if required else label
        made = PlainLabel(words, role="body", tone="text2")
        made.setBuddy(widget)
        box.addWidget(made)
        box.addWidget(widget)
        if hint:
            box.addWidget(PlainLabel(hint, role="caption", tone="muted", wrap=True))
        if not widget.accessibleName():
            widget.setAccessibleName(words)
        self.body.addLayout(box)
        if self._first_field is None:
            self._first_field = widget
        return made

    def set_title(self, title: str) -> None:
        self._title.setText(title)
        self.setAccessibleName(title)

    def set_note(self, text: str) -> None:
        self._note.setText(text)
        show_if(self._note, bool(text))

    def set_problem(self, text: str) -> None:
        """Shows a refusal above the buttons (and says it); an empty text takes it away."""
        self._problem.setText(text)
        show_if(self._problem, bool(text))
        announce(self, text)

    def set_confirm_text(self, text: str) -> None:
        self._confirm.set_verb(text)

    def set_confirm_enabled(self, is_enabled: bool, why: str = "") -> None:
        """While disabled, Ctrl+Enter shows `why` instead of doing nothing."""
        self._why = "" if is_enabled else why
        self._confirm.setEnabled(is_enabled)
        self._confirm.setToolTip(as_tooltip(self._why))
        if is_enabled:
            self.set_problem("")

    def is_open(self) -> bool:
        return not self.isHidden()

    def remember_focus(self, focus: QWidget | None) -> None:
        """Where the focus is to go back to, told before something around the sheet is hidden for it."""
        self._focus_before = focus

    def open_sheet(self) -> None:
        if self._focus_before is None:
            self._focus_before = self.window().focusWidget()
        self.set_problem("")
        self._cover()
        self.show()
        self.raise_()
        (self._first_field or self._confirm).setFocus(Qt.FocusReason.PopupFocusReason)
        announce(self, self._title.text())

    def close_sheet(self) -> None:
        """Hides the sheet; the focus, if it was in it, goes back to where it was."""
        now = self.window().focusWidget()
        had_focus = now is None or self.isAncestorOf(now)
        was_open = self.is_open()
        self.hide()
        before, self._focus_before = self._focus_before, None
        if not was_open or not had_focus:
            return
        is_there = before is not None and isValid(before) and not self.isAncestorOf(before) and before.isVisible()
        if before is not None and is_there:
            before.setFocus(Qt.FocusReason.PopupFocusReason)
        else:
            self.focus_freed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.parent() and event.type() == QEvent.Type.Resize and self.is_open():
            self._cover()
        return super().eventFilter(watched, event)

    def _build(self) -> None:
        show_if(self._note, bool(self._note.text()))
        self._problem.hide()
        head = QHBoxLayout()
        head.setContentsMargins(16, 10, 8, 10)
        head.addWidget(self._title, 1)
        close = IconButton("x", _("Close without doing it"))
        close.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        close.clicked.connect(self._on_cancel_asked)
        head.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        inner = QWidget()
        inside = QVBoxLayout(inner)
        inside.setContentsMargins(16, 14, 16, 14)
        inside.setSpacing(12)
        inside.addWidget(self._note)
        inside.addLayout(self.body)
        inside.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.viewport().setAutoFillBackground(False)
        area.setWidget(inner)
        inner.setAutoFillBackground(False)
        foot = QHBoxLayout()
        foot.setContentsMargins(16, 8, 16, 12)
        foot.setSpacing(8)
        foot.addWidget(self._confirm)
        foot.addWidget(self._cancel)
        foot.addStretch(1)
        problem = QHBoxLayout()
        problem.setContentsMargins(16, 4, 16, 0)
        problem.addWidget(self._problem)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(Divider())
        column.addWidget(area, 1)
        column.addWidget(Divider())
        column.addLayout(problem)
        column.addLayout(foot)

    def _cover(self) -> None:
        around = self.parentWidget()
        if around is None:
            return
        layout = around.layout()
        if layout is None or layout.indexOf(self) < 0:
            self.setGeometry(around.rect())

    def _on_confirm_asked(self) -> None:
        if self._confirm.isEnabled():
            self.confirmed.emit()
        elif self._why:
            self.set_problem(self._why)

    def _on_cancel_asked(self) -> None:
        self.close_sheet()
        self.cancelled.emit()
