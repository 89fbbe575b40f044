"""Chips in the card's header: who else is looking at the message (eye), who is writing (pencil)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from arm.desk.companions import Companion, Doing, PresenceView
from arm.desk.values import Changes
from arm.domain.identity import MessageId
from arm.i18n import _, ngettext
from ui.formats import clock, duration, initials
from ui.widgets import FlowLayout, Tag, announce, as_tooltip, empty_layout

if TYPE_CHECKING:
    from arm.desk.desk import Desk
    from ui.workspaces.base import Opened, Shell

MOST_CHIPS = 4


class PresenceLine(QWidget):
    """Hidden while nobody else is there. Where the central store isn't reached it says so, and nothing more."""

    def __init__(self, shell: Shell, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card-presence")
        self._shell = shell
        self._message_id: MessageId | None = None
        self._zone = ""
        self._view = PresenceView()
        self._flow = FlowLayout(self, 6)
        self.hide()
        shell.bridge.changed.connect(self._on_changed)

    def set_opened(self, opened: Opened | None) -> None:
        """Tells the desk what is on the screen; a message seen in part has no company."""
        wanted = opened.message_id if opened is not None and opened.card.sight == "full" else None
        if opened is not None:
            self._zone = opened.card.zone
        if wanted == self._message_id:
            return
        self._message_id = wanted
        self._show_view(PresenceView())
        self._shell.bridge.tell(self, partial(_look_at, message_id=wanted))
        if wanted is not None:
            self._read()

    def view(self) -> PresenceView:
        return self._view

    def tick(self) -> None:
        """Minutes go on in the tooltips."""
        self._show_view(self._view, is_anew=True)

    def _read(self) -> None:
        message_id = self._message_id
        if message_id is not None:
            self._shell.bridge.ask(
                self, lambda desk: desk.presence.people(message_id), partial(self._on_view, message_id), topic="present"
            )

    def _show_view(self, view: PresenceView, *, is_anew: bool = False) -> None:
        if view == self._view and not is_anew:
            return
        before, self._view = self._view, view
        empty_layout(self._flow)
        sentences = []
        for one in view.people[:MOST_CHIPS]:
            is_writing = one.doing is Doing.WRITING
            shown = _("You, at another desk") if one.is_me else initials(one.name) or one.name
            tone, icon_name = ("accent", "pencil") if is_writing else ("neutral", "eye")
            sentences.append(self._sentence(one))
            self._flow.addWidget(SaidChip(shown, tone, icon_name, sentences[-1]))
        rest = view.people[MOST_CHIPS:]
        if rest:
            more = ngettext("{n} more", "{n} more", len(rest)).format(n=len(rest))
            sentences.append("\n".join(self._sentence(one) for one in rest))
            self._flow.addWidget(SaidChip(more, "neutral", "users", sentences[-1]))
        if not view.is_known:
            unknown = Tag(_("who else is here is unknown"), icon_name="cloud-off")
            unknown.setObjectName("card-presence-unknown")
            sentences.append(unknown.text())
            self._flow.addWidget(unknown)
        self.setAccessibleName(". ".join(sentences))
        self.setVisible(bool(sentences))
        fresh = [one for one in view.writers() if one.user_id not in {known.user_id for known in before.writers()}]
        if fresh:
            announce(self, ". ".join(self._sentence(one) for one in fresh))

    def _sentence(self, one: Companion) -> str:
        name = _("You, at another desk") if one.is_me else one.name
        for_long = duration(max(0.0, (self._shell.now() - one.since).total_seconds()))
        said = _("{name}: writing since {time} ({span})")
        if one.doing is not Doing.WRITING:
            said = _("{name}: looking since {time} ({span})")
        return said.format(name=name, time=clock(one.since, self._zone), span=for_long)

    def _on_view(self, message_id: MessageId, view: PresenceView) -> None:
        if message_id == self._message_id:
            self._show_view(view)

    def _on_changed(self, changes: Changes) -> None:
        if self._message_id in changes.present:
            self._read()


class SaidChip(Tag):
    """A few words with an icon; the whole sentence is always its tooltip and what is read aloud."""

    def __init__(self, text: str, tone: str, icon_name: str, sentence: str, parent: QWidget | None = None) -> None:
        super().__init__(text, tone, icon_name, parent)
        self._sentence = sentence
        self.setObjectName("presence-chip")
        self.setAccessibleName(sentence)
        self.setToolTip(as_tooltip(sentence))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setToolTip(as_tooltip(self._sentence))


def _look_at(desk: Desk, message_id: MessageId | None) -> None:
    desk.presence.look_at(message_id)
