"""The form of one call: phone, applicant, words, address, topic, addressee; any order, Enter goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QListWidget, QVBoxLayout, QWidget

from arm.desk.values import Caller, Draft, Hint, QueueRow
from arm.domain.commands import Register
from arm.domain.message import Applicant, Channel, Delivery
from arm.domain.routing import route
from arm.i18n import _
from ui.formats import messages, number_sign
from ui.theme import em
from ui.widgets import Button, ComposeEdit, PickerRow, PlainLabel, Segment, SegmentedChoice
from ui.wording import channel_name, delivery_name
from ui.workspaces.choosing import OrganisationField, TopicField, hinted_first, organisation_rows, topic_rows
from ui.workspaces.drafting import DraftKeeper
from ui.workspaces.fields import FilesField
from ui.workspaces.intake_lines import label, line, unchosen
from ui.workspaces.topic_hints import suggest_topics

if TYPE_CHECKING:
    from ui.workspaces.base import Shell

FORM = "register"
CHANNELS = (Channel.PHONE, Channel.IN_PERSON, Channel.OPEN_SOURCE)
DELIVERIES = (Delivery.PHONE, Delivery.POST, Delivery.IN_PERSON, Delivery.CABINET)
LEAST_DIGITS, LEAST_LETTERS = 7, 3
LOOK_AFTER_MS = 250
_ENTERS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class IntakeForm(QWidget):
    """Nothing typed is ever cleared by a choice; `titled` tells a new name for its tab."""

    titled = Signal()
    saved = Signal(object)

    def __init__(self, shell: Shell, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("intake-form")
        self._shell = shell
        self._callers: tuple[Caller, ...] = ()
        self._earlier: list[str] = []
        self._is_topic_chosen = False
        self._is_addressee_chosen = False
        self._is_restoring = False
        self._build()
        self._keeper = DraftKeeper(shell, FORM, None, self._words, self._caret, self)
        self._keeper.saved.connect(self.saved)
        self._look = QTimer(self)
        self._look.setSingleShot(True)
        self._look.setInterval(LOOK_AFTER_MS)
        self._look.timeout.connect(self._on_look_due)
        self._connect()

    def title(self) -> str:
        words = self.text.toPlainText().strip().partition("\n")[0]
        return self.name.text().strip() or self.phone.text().strip() or words or _("New call")

    def is_blank(self) -> bool:
        lines = (self.phone, self.name, self.address, self.topic.picker, self.organisation.picker)
        texts = (*(one.text() for one in lines), self.text.toPlainText())
        return not any(one.strip() for one in texts) and self.files.is_empty()

    def start(self) -> None:
        (self.text if self.phone.text() else self.phone).setFocus(Qt.FocusReason.OtherFocusReason)

    def restore(self, draft: Draft) -> None:
        self._is_restoring = True
        self._keeper.adopt(draft)
        given = draft.fields
        self.phone.setText(given.get("phone", ""))
        self.name.setText(given.get("name", ""))
        self.text.setPlainText(given.get("text", ""))
        self.address.setText(given.get("address", ""))
        self.channel.set_current(given.get("channel") or Channel.PHONE.value)
        self.delivery.set_current(given.get("delivery") or Delivery.PHONE.value)
        self.topic.restore(given.get("category", ""))
        self.organisation.restore(given.get("organisation", ""))
        self.files.restore(given.get("files", ""))
        self._is_topic_chosen = bool(given.get("category"))
        self._is_addressee_chosen = given.get("is_addressee_chosen") == "yes"
        self._is_restoring = False

    def missing(self) -> tuple[QWidget, str] | None:
        """The first obligatory field that is empty, and its name."""
        if not self.phone.text().strip() and not self.name.text().strip():
            return self.phone, _("phone or name")
        if not self.text.toPlainText().strip():
            return self.text, _("what it is about")
        return None

    def unchosen(self) -> tuple[QWidget, str] | None:
        """The first line where something is typed that no choice stands for, and what to say of it."""
        return unchosen(self.topic.picker, self.organisation.picker)

    def command(self) -> Register:
        category, subcategory = self.topic.value() or ("", "")
        return Register(
            text=self.text.toPlainText().strip(),
            channel=Channel(str(self.channel.current() or Channel.PHONE.value)),
            applicant=Applicant(
                name=self.name.text().strip(), phone=self.phone.text().strip(), address=self.address.text().strip()
            ),
            address=self.address.text().strip(),
            category=category,
            subcategory=subcategory,
            organisation=self.organisation.value(),
            files=self.files.value(),
            earlier_numbers=tuple(self._earlier),
            delivery=Delivery(str(self.delivery.current() or Delivery.PHONE.value)),
        )

    def save_now(self) -> None:
        self._keeper.save_now()

    def discard(self) -> None:
        self._keeper.discard()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and isinstance(watched, QWidget):
            key, with_control = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            if with_control and key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
                self._step_from(watched, 1 if key == Qt.Key.Key_Down else -1)
                return True
            if key == Qt.Key.Key_F4:
                gap = self.missing()
                if gap is not None:
                    gap[0].setFocus()
                return True
            if key in _ENTERS and not with_control and watched is not self.text:
                return self._take_enter(watched)
        return super().eventFilter(watched, event)

    def _take_enter(self, watched: QWidget) -> bool:
        if watched in (self.phone, self.name) and self._callers and not self.text.toPlainText():
            self.take_caller(max(0, self.matches.currentRow()))
            return True
        pickers = (self.topic.picker, self.organisation.picker)
        if watched in pickers and any(one is watched and one.is_popup_open() for one in pickers):
            return False
        self._step_from(watched, 1)
        return True

    def take_caller(self, place: int) -> None:
        """Name and address of the known applicant; the caret goes to what it is about."""
        if not 0 <= place < len(self._callers):
            return
        caller = self._callers[place]
        self.name.setText(caller.applicant.name)
        self.phone.setText(caller.applicant.phone or self.phone.text())
        if not self.address.text():
            self.address.setText(caller.last_address or caller.applicant.address)
        self.matches.hide()
        self._callers = ()
        self.text.setFocus(Qt.FocusReason.TabFocusReason)
        self._on_edited()

    def _build(self) -> None:
        self.phone = line("intake-phone", _("Phone"))
        self.matches = QListWidget()
        self.matches.setObjectName("intake-matches")
        self.matches.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.matches.hide()
        self.name = line("intake-name", _("Full name"))
        self.channel = SegmentedChoice(
            tuple(Segment(one.value, channel_name(one)) for one in CHANNELS), name=_("Channel"), shortcuts=False
        )
        self.channel.set_current(Channel.PHONE.value)
        self.text = ComposeEdit()
        self.text.setObjectName("intake-text")
        self.text.setAccessibleName(_("What it is about"))
        self.text.setTabChangesFocus(True)
        self.text.setMinimumHeight(round(em() * 6))
        self.address = line("intake-address", _("Address of the trouble"))
        directory = self._shell.directory
        self.topic = TopicField("intake-topic")
        self.topic.set_rows(topic_rows(directory.classifier))
        self.organisation = OrganisationField("intake-organisation")
        self.organisation.set_rows(organisation_rows(directory, tuple(directory.tree)))
        self.by_rule = PlainLabel("", role="caption", tone="muted")
        self.similar = PlainLabel("", role="caption", tone="text2", wrap=True)
        self.similar.setObjectName("intake-similar")
        self.link = Button(_("Link"), "link", "ghost")
        self.link.setObjectName("intake-link")
        self.link.hide()
        self.delivery = SegmentedChoice(
            tuple(Segment(one.value, delivery_name(one)) for one in DELIVERIES), name=_("Answer"), shortcuts=False
        )
        self.delivery.set_current(Delivery.PHONE.value)
        self.files = FilesField("intake-files", self._shell)
        self._lay_out()

    def _lay_out(self) -> None:
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(14)
        form.setVerticalSpacing(8)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        phone_box, addressee_box, similar_box = QVBoxLayout(), QVBoxLayout(), QHBoxLayout()
        phone_box.addWidget(self.phone)
        phone_box.addWidget(self.matches)
        addressee_box.setSpacing(2)
        addressee_box.addWidget(self.organisation)
        addressee_box.addWidget(self.by_rule)
        similar_box.addWidget(self.similar, 1)
        similar_box.addWidget(self.link)
        form.addRow(label(_("Phone")), phone_box)
        form.addRow(label(_("Full name")), self.name)
        form.addRow(label(_("Channel")), self.channel)
        form.addRow(label(_("What it is about")), self.text)
        form.addRow(label(_("Address")), self.address)
        form.addRow(label(_("Topic")), self.topic)
        form.addRow(label(_("Whom to send")), addressee_box)
        self._similar_row = form.rowCount()
        form.addRow(label(_("Similar")), similar_box)
        form.addRow(label(_("Answer")), self.delivery)
        form.addRow(label(_("Files")), self.files)
        form.setRowVisible(self._similar_row, False)
        self._form = form
        self.by_rule.hide()

    def _connect(self) -> None:
        for one in (self.phone, self.name, self.address):
            one.textEdited.connect(self._on_line_edited)
        self.text.textChanged.connect(self._on_edited)
        self.text.files_dropped.connect(self.files.add_paths)
        self.text.image_pasted.connect(self.files.add_image)
        self.topic.picker.picked.connect(self._on_topic_picked)
        self.organisation.picker.picked.connect(self._on_addressee_picked)
        self.organisation.picker.refused.connect(self._on_addressee_refused)
        self.topic.picker.textEdited.connect(self._on_line_edited)
        self.organisation.picker.textEdited.connect(self._on_line_edited)
        self.organisation.picker.textEdited.connect(self._on_addressee_typed)
        self.files.edited.connect(self._on_edited)
        self.channel.chosen.connect(self._on_choice)
        self.delivery.chosen.connect(self._on_choice)
        self.matches.itemClicked.connect(self._on_match_clicked)
        self.link.clicked.connect(self._on_link_clicked)
        for widget in self._order():
            widget.installEventFilter(self)

    def _order(self) -> tuple[QWidget, ...]:
        return (self.phone, self.name, self.text, self.address, self.topic.picker, self.organisation.picker)

    def _step_from(self, watched: QWidget, by: int) -> None:
        order = self._order()
        place = order.index(watched) + by if watched in order else 0
        order[max(0, min(len(order) - 1, place))].setFocus(Qt.FocusReason.TabFocusReason)

    def _words(self) -> dict[str, str]:
        return {
            "phone": self.phone.text(),
            "name": self.name.text(),
            "text": self.text.toPlainText(),
            "address": self.address.text(),
            "category": self.topic.remember(),
            "organisation": self.organisation.remember(),
            "files": self.files.remember(),
            "channel": str(self.channel.current() or "") if not self.is_blank() else "",
            "delivery": str(self.delivery.current() or "") if not self.is_blank() else "",
            "is_addressee_chosen": "yes" if self._is_addressee_chosen else "",
        }

    def _caret(self) -> int:
        return self.text.textCursor().position()

    def _on_line_edited(self, _text: str) -> None:
        self._on_edited()
        # whoever calls is known before the last digit is typed: this question is cheap
        self._look_for_callers()

    def _on_choice(self, _key: object) -> None:
        self._on_edited()

    def _on_edited(self) -> None:
        if not self._is_restoring:
            self._keeper.touch()
            self._look.start()
            self.titled.emit()

    def _on_look_due(self) -> None:
        """Topics and similar messages are looked for together, a quarter of a second after the typing."""
        self._suggest_topic()
        text, address = self.text.toPlainText(), self.address.text()
        if len(text) > 2 * LEAST_DIGITS:
            self._shell.bridge.ask(
                self, lambda desk: desk.messages.similar(text, address, 3), self._show_similar, topic="similar"
            )

    def _look_for_callers(self) -> None:
        digits = sum(1 for letter in self.phone.text() if letter.isdigit())
        if self.name.hasFocus() and len(self.name.text().strip()) >= LEAST_LETTERS:
            asked = self.name.text().strip()
        elif digits >= LEAST_DIGITS and not self.name.text().strip():
            asked = self.phone.text()
        else:
            self._show_callers(())
            return
        self._shell.bridge.ask(self, lambda desk: desk.search.callers(asked, 3), self._show_callers, topic="callers")

    def _show_callers(self, callers: tuple[Caller, ...]) -> None:
        self._callers = callers
        self.matches.clear()
        for one in callers:
            known = messages(one.messages)
            self.matches.addItem(
                _("{name} · {known}, last {number}   Enter").format(
                    name=one.applicant.name, known=known, number=number_sign(one.last_number)
                )
            )
        self.matches.setCurrentRow(0)
        self.matches.setFixedHeight(round(em() * 1.9) * max(1, len(callers)) + 4)
        self.matches.setVisible(bool(callers))

    def _suggest_topic(self) -> None:
        """By what was decided before, else by the words of the topics' names."""
        text = self.text.toPlainText()
        self._shell.bridge.ask(self, lambda desk: desk.suggestions.topics(text), self._show_topics, topic="topics")

    def _show_topics(self, hints: tuple[Hint[Any], ...]) -> None:
        classifier = self._shell.directory.classifier
        named = suggest_topics(classifier, self.text.toPlainText())
        rows = topic_rows(classifier)
        first = [PickerRow(pair, (classifier.title(*pair),), note=_("by the words")) for pair in named]
        rows = (*first, *(row for row in rows if row.key not in named))
        self.topic.set_rows(hinted_first(rows, hints))

    def _show_similar(self, rows: tuple[QueueRow, ...]) -> None:
        self._similar_number = rows[0].number if rows else ""
        self.similar.setText("\n".join(f"{number_sign(row.number)} · {row.first_line[:80]}" for row in rows))
        self._form.setRowVisible(self._similar_row, bool(rows))
        self.link.setVisible(bool(rows) and self._similar_number not in self._earlier)

    def _route(self) -> None:
        pair = self.topic.value()
        if pair is None or self._is_addressee_chosen or self.organisation.picker.unmatched():
            return
        directory, me = self._shell.directory, self._shell.me
        owner = directory.tree.top(me.organisation) if me.organisation else None
        channel = str(self.channel.current() or Channel.PHONE.value)
        owners = [one for one in (me.organisation, owner) if one is not None]
        text = self.text.toPlainText()
        found = (route(directory.rules, one, pair[0], pair[1], channel, text) for one in owners)
        rule = next((one for one in found if one is not None), None)
        self.organisation.set_value(rule.organisation if rule is not None else None)
        title = directory.classifier.title(*pair)
        said = _("by the rule “{topic}”").format(topic=title) if rule is not None else _("the moderator will choose")
        self._say_rule(said)

    def _say_rule(self, words: str) -> None:
        self.by_rule.setText(words)
        self.by_rule.setVisible(bool(words))

    def _on_topic_picked(self, _key: object) -> None:
        self._is_topic_chosen = True
        self._route()
        self._on_edited()
        self._step_from(self.topic.picker, 1)

    def _on_addressee_picked(self, _key: object) -> None:
        self._is_addressee_chosen = True
        self._say_rule("")
        self._on_edited()

    def _on_addressee_typed(self, text: str) -> None:
        """An emptied line leaves the choice to the rule again."""
        self._is_addressee_chosen = False
        self._say_rule("")
        if not text.strip():
            self._route()

    def _on_addressee_refused(self, reason: object) -> None:
        self._say_rule(str(reason))

    def _on_match_clicked(self) -> None:
        self.take_caller(self.matches.currentRow())

    def _on_link_clicked(self) -> None:
        if self._similar_number and self._similar_number not in self._earlier:
            self._earlier.append(self._similar_number)
            self.link.hide()
            self._shell.announce(_("Linked with {number}").format(number=number_sign(self._similar_number)))

    _similar_number: str = ""
