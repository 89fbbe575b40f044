"""The overlay for calls: several forms at once, over any workspace; Esc keeps what was typed and goes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from arm.desk.values import CardView, Changes, Done, Draft
from arm.domain.identity import MessageId
from arm.domain.refusals import Refused
from arm.i18n import _
from ui.dialogs.overlay import OverlayPage
from ui.formats import computer_clock, number_sign
from ui.keys import bind
from ui.widgets import Button, Divider, PlainLabel, ToastFace, announce
from ui.wording import refusal_with_clause
from ui.workspaces.intake_form import FORM, IntakeForm

if TYPE_CHECKING:
    from datetime import datetime

    from ui.workspaces.base import Shell

TEMPORARY = "Б-"


class IntakePanel(OverlayPage):
    def __init__(self, window: QWidget, shell: Shell) -> None:
        super().__init__(window, _("New message"), 64, 44)
        self.setObjectName("intake")
        self._shell = shell
        self._are_drafts_read = False
        self._build()
        bind(self, "Ctrl+Return", self.register)
        bind(self, "Ctrl+Tab", self._next_form)
        shell.bridge.changed.connect(self._on_changed)

    def open_page(self) -> None:
        """Ins, also when the panel is open: the blank form, a new one where all have something in them."""
        if self.isVisible():
            self.new_form()
            return
        before = self.window().focusWidget()
        if not self._are_drafts_read:
            self._are_drafts_read = True
            self._shell.bridge.ask(self, lambda desk: desk.drafts.all(FORM), self._take_drafts)
        form = self._form()
        if form is None or not form.is_blank():
            self.new_form()
        self._pages.setCurrentWidget(self._work)
        super().open_page()
        if before is not None and not self.isAncestorOf(before):
            self._focus_before = before

    def first_focus(self) -> QWidget:
        form = self._form()
        return form.phone if form is not None else self.panel

    def close_page(self) -> None:
        form = self._form()
        is_put_off = self._pages.currentWidget() is self._work and form is not None and not form.is_blank()
        super().close_page()
        if is_put_off:
            self._shell.toast(ToastFace(_("The call is put off: Ins comes back to it")))

    def after_closing(self) -> None:
        """The panel stays with its forms; what is typed goes to the journal at once."""
        self.save_drafts()

    def save_drafts(self) -> None:
        for form in self._all():
            form.save_now()

    def new_form(self) -> None:
        """A blank form that is there already is used again."""
        self._pages.setCurrentWidget(self._work)
        blank = next((one for one in self._all() if one.is_blank()), None)
        self._show_form(blank or self._add_form())

    def register(self) -> None:
        if self._pages.currentWidget() is not self._work:
            self.new_form()
            return
        form = self._form()
        if form is None:
            return
        gap = form.missing()
        if gap is not None:
            self._say(_("Fill in: {field}").format(field=gap[1]))
            gap[0].setFocus()
            return
        unchosen = form.unchosen()
        if unchosen is not None and self._warned_of != unchosen[1]:
            line, words = unchosen
            self._say(_("{problem}. Choose from the list or clear; Ctrl+Enter registers without").format(problem=words))
            self._warned_of = words
            line.setFocus()
            return
        self._say("")
        self._registering = form
        self._shell.do(None, form.command(), on_done=self._on_registered, on_refused=self._on_refused, advance=False)

    def _build(self) -> None:
        self.tabs = QTabBar()
        self.tabs.setObjectName("intake-tabs")
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.tabs.currentChanged.connect(self._on_tab_changed)
        self._saved = PlainLabel("", role="caption", tone="muted")
        self._saved.setObjectName("intake-saved")
        head = QHBoxLayout()
        head.addWidget(PlainLabel(_("New message"), role="title"))
        head.addSpacing(16)
        head.addWidget(self.tabs, 1)
        head.addWidget(self._saved)
        self._forms = QStackedWidget()
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(self._forms)
        area.viewport().setAutoFillBackground(False)
        self._forms.setAutoFillBackground(False)
        self._problem = PlainLabel("", tone="danger", wrap=True)
        self._problem.setObjectName("intake-problem")
        self._problem.hide()
        self._work = QWidget()
        column = QVBoxLayout(self._work)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(head)
        column.addWidget(Divider())
        column.addWidget(area, 1)
        column.addWidget(self._problem)
        column.addLayout(self._build_foot())
        self._pages = QStackedWidget()
        self._pages.addWidget(self._work)
        self._pages.addWidget(self._build_done())
        self.column.addWidget(self._pages, 1)

    def _build_foot(self) -> QHBoxLayout:
        foot = QHBoxLayout()
        register = Button(_("Register"), kind="primary", key_hint="Ctrl+Enter")
        register.setObjectName("intake-register")
        register.clicked.connect(self.register)
        later = Button(_("Keep for later"), key_hint="Esc")
        later.setObjectName("intake-later")
        later.clicked.connect(self.close_page)
        drop = Button(_("Throw the draft away"), "trash", "ghost")
        drop.setObjectName("intake-drop")
        drop.clicked.connect(self._on_drop_clicked)
        for part in (register, later, drop):
            foot.addWidget(part)
        foot.addStretch(1)
        foot.addWidget(PlainLabel(_("A message is not an appeal by law 59-FZ"), role="caption", tone="muted"))
        return foot

    def _build_done(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.addStretch(1)
        self._number = PlainLabel("", role="tile", selectable=True)
        self._number.setObjectName("intake-number")
        self._say_number = PlainLabel("", wrap=True, tone="text2")
        self._say_number.setObjectName("intake-say")
        for part in (self._number, self._say_number):
            part.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(part)
        row = QHBoxLayout()
        self._more = Button(_("Next call"), "phone", "primary", key_hint="Ctrl+Enter")
        self._more.setObjectName("intake-next")
        self._more.clicked.connect(self.new_form)
        close = Button(_("Close"), key_hint="Esc")
        close.setObjectName("intake-close")
        close.clicked.connect(self.close_page)
        row.addStretch(1)
        row.addWidget(self._more)
        row.addWidget(close)
        row.addStretch(1)
        column.addSpacing(16)
        column.addLayout(row)
        column.addStretch(2)
        return page

    def _all(self) -> list[IntakeForm]:
        made = (self._forms.widget(place) for place in range(self._forms.count()))
        return [one for one in made if isinstance(one, IntakeForm)]

    def _form(self) -> IntakeForm | None:
        current = self._forms.currentWidget()
        return current if isinstance(current, IntakeForm) else None

    def _add_form(self) -> IntakeForm:
        form = IntakeForm(self._shell)
        form.titled.connect(self._on_edited)
        form.saved.connect(self._on_saved)
        self._forms.addWidget(form)
        self.tabs.addTab(form.title())
        self._show_titles()
        return form

    def _show_form(self, form: IntakeForm) -> None:
        self._forms.setCurrentWidget(form)
        self.tabs.setCurrentIndex(self._forms.indexOf(form))
        form.start()

    def _remove_form(self, form: IntakeForm) -> None:
        self.tabs.removeTab(self._forms.indexOf(form))
        self._forms.removeWidget(form)
        form.deleteLater()
        self._show_titles()

    def _show_titles(self) -> None:
        for place, form in enumerate(self._all()):
            self.tabs.setTabText(place, form.title().replace("&", "&&")[:28])
        self.tabs.setVisible(self.tabs.count() > 1)

    def _take_drafts(self, drafts: tuple[Draft, ...]) -> None:
        for draft in drafts:
            form = self._add_form()
            form.restore(draft)
            if form.is_blank():
                form.discard()
                self._remove_form(form)
        self._show_titles()

    def _next_form(self) -> None:
        if self._forms.count():
            following = self._forms.widget((self._forms.currentIndex() + 1) % self._forms.count())
            if isinstance(following, IntakeForm):
                self._show_form(following)

    def _say(self, words: str) -> None:
        self._problem.setText(words)
        self._problem.setVisible(bool(words))
        announce(self, words)

    def _unsay(self) -> None:
        """What was missing in another form, or before the last edit, is no news any more."""
        self._warned_of = ""
        if self._problem.text():
            self._say("")

    def _on_edited(self) -> None:
        self._unsay()
        self._show_titles()

    def _on_tab_changed(self, place: int) -> None:
        self._unsay()
        if 0 <= place < self._forms.count():
            self._forms.setCurrentIndex(place)

    def _on_saved(self, at: datetime) -> None:
        self._saved.setText(_("Draft {time}").format(time=computer_clock(at)))

    def _on_drop_clicked(self) -> None:
        form = self._form()
        if form is not None:
            form.discard()
            self._remove_form(form)
        super().close_page()

    def _on_registered(self, done: Done) -> None:
        form = self._registering
        if form is not None:
            form.discard()
            self._remove_form(form)
        self._pages.setCurrentIndex(1)
        self._more.setFocus()
        self._awaited = done.message_id
        self._show_number(done.number)

    def _show_number(self, number: str) -> None:
        """In place of a temporary number the lasting one, as soon as the central store has given it."""
        said = _("Tell the number to the applicant. It is in the clipboard")
        if number.startswith(TEMPORARY):
            said = _("A temporary number: the lasting one comes when the message is sent. Nothing is lost")
        else:
            self._awaited = None
        if self._number.text() == number_sign(number):
            return
        self._number.setText(number_sign(number))
        self._say_number.setText(said)
        QGuiApplication.clipboard().setText(number)
        announce(self, f"{number_sign(number)}. {said}")

    def _on_changed(self, changes: Changes) -> None:
        awaited = self._awaited
        if awaited is not None and (changes.everything or awaited in changes.messages):
            self._shell.bridge.ask(self, lambda desk: desk.messages.card(awaited), self._on_card, topic="number")

    def _on_card(self, card: CardView | None) -> None:
        if card is not None and card.message.message_id == self._awaited:
            self._show_number(card.message.number)

    def _on_refused(self, refused: Refused) -> None:
        self._say(refusal_with_clause(refused))

    _registering: IntakeForm | None = None
    _warned_of: str = ""
    _awaited: MessageId | None = None
