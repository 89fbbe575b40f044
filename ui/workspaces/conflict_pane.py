"""Two texts of one answer: mine, the one that stands, and the result (P19); nothing typed goes without a choice."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from arm.desk.values import Choice
from arm.i18n import _, ngettext
from ui.keys import bind
from ui.theme import em
from ui.widgets import Button, ComposeEdit, DiffView, Divider, PlainLabel, Surface, announce, blended

NARROW_BELOW_EM = 68.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictFace:
    """`theirs_title` names who wrote the standing text and when; `assembled` is what was begun earlier, if anything."""

    title: str
    why: str
    mine: str
    theirs: str
    theirs_title: str
    assembled: str = ""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The choice; `text` is the result where it was put together by hand."""

    choice: Choice
    text: str = ""


class ConflictPane(Surface):
    """Three columns where there is room; else the two texts as one with marks, and the result beside it.

    `chosen` carries `Chosen`, `edited` the result as it is typed, `left` asks to go back without a choice.
    """

    chosen = Signal(object)
    edited = Signal(str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("bg", parent)
        self.setObjectName("conflict-pane")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._face: ConflictFace | None = None
        self._at = -1
        self._is_narrow = False
        self._is_assembling = False
        self._taken: frozenset[int] = frozenset()
        self.title = PlainLabel("", role="title", elide=True)
        self._why = PlainLabel("", tone="text2", wrap=True)
        self._problem = PlainLabel("", tone="danger", wrap=True)
        self._problem.hide()
        self._mine = DiffView(side="after")
        self._theirs = DiffView(side="before")
        self._both = DiffView()
        for view in (self._mine, self._theirs, self._both):
            view.document().setDocumentMargin(0)
        self.result = ComposeEdit(_("Result"))
        self.result.setObjectName("conflict-result")
        self.result.textChanged.connect(self._on_text_changed)
        self._count = PlainLabel("", tone="text2")
        self._next = Button(_("Next difference"), "chevron-down", "ghost", key_hint="F8")
        self._next.setProperty("size", "compact")
        self._next.clicked.connect(self.next_difference)
        self._swap = Button("", "arrow-forward-up", "ghost", key_hint="4")
        self._swap.setProperty("size", "compact")
        self._swap.clicked.connect(self.swap_here)
        self._buttons: dict[Choice, Button] = {}
        self._build()
        bind(self, "Ctrl+Return", self.send_assembled)
        bind(self, "4", self.swap_here)
        for key, choice in (("1", Choice.MINE), ("2", Choice.THEIRS), ("3", Choice.ASSEMBLED)):
            # a digit typed into the result is text: an editable field takes it before any shortcut
            bind(self, key, partial(self.choose, choice))

    def show_face(self, face: ConflictFace) -> None:
        self._face = face
        self._at, self._taken = -1, frozenset()
        self.title.setText(face.title)
        self._why.setText(face.why)
        self.show_problem("")
        self._theirs_title.setText(face.theirs_title)
        self._theirs.setAccessibleName(face.theirs_title)
        self._mine.set_texts(face.theirs, face.mine)
        self._theirs.set_texts(face.theirs, face.mine)
        self._both.set_texts(face.theirs, face.mine)
        self.result.setPlainText(face.assembled or face.mine)
        self._set_assembling(is_on=bool(face.assembled))
        self._say_count()
        self._show_enabled(is_enabled=True)

    def focus_first(self) -> None:
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        announce(self, f"{self.title.text()}. {self._why.text()} {self._count.text()}")

    def show_problem(self, words: str) -> None:
        """Why the choice couldn't be carried out; the texts stay as they are."""
        self._problem.setText(words)
        self._problem.setVisible(bool(words))
        self._show_enabled(is_enabled=True)
        announce(self, words)

    def next_difference(self) -> None:
        """F8, round and round; what each side says there is also spoken."""
        views = self._views()
        total = views[0].differences()
        if not total:
            announce(self, self._count.text())
            return
        self._at = (self._at + 1) % total
        found = [view.show_difference(self._at) for view in views]
        self._say_count()
        place = _("difference {number} of {total}").format(number=self._at + 1, total=total)
        told = found if self._is_narrow else [_("yours: {text}"), _("in the store: {text}")]
        if not self._is_narrow:
            told = [words.format(text=text or _("nothing")) for words, text in zip(told, found, strict=True)]
        announce(self, ". ".join((place, *told)))

    def swap_here(self) -> None:
        """4: at the marked difference the result gets the store's words instead of mine, or mine back.

        What was typed into the result by hand is never written over: then this has nothing to offer.
        """
        face = self._face
        if face is None or not self._can_swap():
            return
        self._taken ^= {self._at}
        self._set_assembling(is_on=True)
        self.result.setPlainText(blended(face.theirs, face.mine, self._taken))
        is_theirs = self._at in self._taken
        announce(self, _("here: the store's words") if is_theirs else _("here: your words"))

    def choose(self, choice: Choice) -> None:
        """The digits and the buttons: 3 opens the result for writing, the others are carried out at once."""
        if self._face is None or not self._buttons[choice].isEnabled():
            return
        if choice is Choice.ASSEMBLED and not self._is_assembling:
            self._set_assembling(is_on=True)
            self.result.setFocus(Qt.FocusReason.ShortcutFocusReason)
            announce(self, _("The result can be edited. Ctrl+Enter sends it"))
            return
        text = self.result.toPlainText() if choice is Choice.ASSEMBLED else ""
        if choice is Choice.ASSEMBLED and not text.strip():
            self.show_problem(_("The result is empty. Write it, or choose one of the two texts"))
            return
        self._show_enabled(is_enabled=False)
        self.chosen.emit(Chosen(choice, text))

    def send_assembled(self) -> None:
        """Ctrl+Enter: only what is being put together is sent by it."""
        if self._is_assembling:
            self.choose(Choice.ASSEMBLED)
        else:
            announce(self, _("Choose first: 1, 2 or 3"))
            self.show_problem(_("Choose first: 1, 2 or 3"))

    def step_out(self) -> None:
        """Esc: out of the result, then back to the list; what was put together is kept."""
        if self.result.hasFocus() and self._is_assembling:
            self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            self.left.emit()

    def assembled(self) -> str:
        """What is being put together; empty while nobody has begun to."""
        return self.result.toPlainText() if self._is_assembling else ""

    def is_narrow(self) -> bool:
        return self._is_narrow

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_narrow = self.width() < NARROW_BELOW_EM * em()
        if is_narrow != self._is_narrow:
            self._is_narrow = is_narrow
            self._arrange()

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self.title, 1)
        back = Button(_("Decide later"), "chevron-left", key_hint="Esc")
        back.setObjectName("conflict-back")
        back.clicked.connect(self.left)
        head.addWidget(back)
        marks = QHBoxLayout()
        marks.setSpacing(8)
        marks.addWidget(self._count)
        marks.addWidget(self._next)
        marks.addWidget(self._swap)
        marks.addStretch(1)
        self._theirs_title = PlainLabel("", role="body_strong", elide=True)
        self._result_title = PlainLabel("", role="body_strong", elide=True)
        self._columns = (
            _column(PlainLabel(_("Your text"), role="body_strong"), self._mine, _("Blue: only in yours")),
            _column(self._theirs_title, self._theirs, _("Amber: only in the store's")),
            _column(
                PlainLabel(_("What differs"), role="body_strong"),
                self._both,
                _("Blue: only in yours; amber, struck: only in the store's"),
            ),
            _column(self._result_title, self.result, _("What goes on: yours, the store's, or put together by hand")),
        )
        grid = QGridLayout()
        grid.setSpacing(10)
        for place, column in enumerate(self._columns):
            grid.addWidget(column, 0, place)
            grid.setColumnStretch(place, 1)
        self._grid = grid
        whole = QVBoxLayout(self)
        whole.setContentsMargins(16, 12, 16, 12)
        whole.setSpacing(8)
        whole.addLayout(head)
        whole.addWidget(self._why)
        whole.addLayout(marks)
        whole.addLayout(grid, 1)
        whole.addWidget(self._problem)
        whole.addWidget(Divider())
        whole.addLayout(self._row())
        self._arrange()

    def _row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(PlainLabel(_("What goes on?"), role="body_strong"))
        for choice, words, icon_name, key in (
            (Choice.MINE, _("Take mine"), "user", "1"),
            (Choice.THEIRS, _("Leave the store's"), "building", "2"),
            (Choice.ASSEMBLED, _("Put together by hand"), "git-merge", "3"),
        ):
            button = Button(words, icon_name, key_hint=key)
            button.setObjectName(f"conflict-{choice.value}")
            button.clicked.connect(partial(self._on_choice_clicked, choice))
            self._buttons[choice] = button
            row.addWidget(button)
        row.addStretch(1)
        return row

    def _views(self) -> tuple[DiffView, ...]:
        return (self._both,) if self._is_narrow else (self._mine, self._theirs)

    def _arrange(self) -> None:
        mine, theirs, both, _result = self._columns
        for column, is_shown in ((mine, not self._is_narrow), (theirs, not self._is_narrow), (both, self._is_narrow)):
            column.setVisible(is_shown)
        for place, column in enumerate(self._columns):
            self._grid.setColumnStretch(place, 0 if column.isHidden() else 1)
        if self._at >= 0:
            for view in self._views():
                view.show_difference(self._at)

    def _set_assembling(self, *, is_on: bool) -> None:
        self._is_assembling = is_on
        self.result.setReadOnly(not is_on)
        button = self._buttons[Choice.ASSEMBLED]
        button.set_verb(_("Send what is put together") if is_on else _("Put together by hand"))
        button.set_key_hint("Ctrl+Enter" if is_on else "3")
        button.set_kind("primary" if is_on else "")
        self._say_result()

    def _say_result(self) -> None:
        face = self._face
        if face is None:
            return
        text = self.result.toPlainText()
        if text.strip() == face.mine.strip():
            said = _("Result: as yours")
        elif text.strip() == face.theirs.strip():
            said = _("Result: as in the store")
        else:
            said = _("Result: put together by hand")
        self._result_title.setText(said)
        self.result.setAccessibleName(said)

    def _say_count(self) -> None:
        total = self._both.differences()
        if not total:
            self._count.setText(_("The texts are equal"))
        elif self._at < 0:
            said = ngettext("{count} difference", "{count} differences", total)
            self._count.setText(said.format(count=total))
        else:
            said = _("difference {number} of {total}").format(number=self._at + 1, total=total)
            self._count.setText(said[:1].upper() + said[1:])
        self._next.setVisible(total > 0)
        self._show_swap()

    def _can_swap(self) -> bool:
        face = self._face
        return (
            face is not None
            and self._at >= 0
            and self.result.toPlainText() == blended(face.theirs, face.mine, self._taken)
        )

    def _show_swap(self) -> None:
        is_theirs = self._at in self._taken
        self._swap.set_verb(_("Here: back to mine") if is_theirs else _("Here: the store's words"))
        self._swap.setVisible(self._can_swap())

    def _show_enabled(self, *, is_enabled: bool) -> None:
        for button in self._buttons.values():
            button.setEnabled(is_enabled)

    def _on_text_changed(self) -> None:
        self._say_result()
        self._show_swap()
        if self._is_assembling:
            self.edited.emit(self.result.toPlainText())

    def _on_choice_clicked(self, choice: Choice, _checked: bool = False) -> None:
        self.choose(choice)


def _column(title: PlainLabel, view: QWidget, hint: str) -> Surface:
    column = Surface("card")
    box = QVBoxLayout(column)
    box.setContentsMargins(12, 10, 12, 10)
    box.setSpacing(6)
    box.addWidget(title)
    box.addWidget(view, 1)
    box.addWidget(PlainLabel(hint, role="caption", tone="muted", wrap=True))
    return column
