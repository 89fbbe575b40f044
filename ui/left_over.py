"""The bar over steps that were held when the program ended: nothing of them goes out before its person says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from arm.desk.values import Changes, Held
from arm.domain.verbs import Verb
from arm.i18n import _, ngettext
from ui.formats import number_sign
from ui.widgets import BannerBar, BannerFace
from ui.wording import verb_name

if TYPE_CHECKING:
    from arm.desk.desk import Desk
    from ui.bridge import Bridge

SEND, BACK = "send", "back"
SHOWN = 3


class LeftOverBar(BannerBar):
    def __init__(self, bridge: Bridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("left-over")
        self._bridge = bridge
        self._left: tuple[Held, ...] = ()
        self.acted.connect(self._on_acted)

    def ask(self) -> None:
        """Looks for them at the start; a step on one of their messages gives it, and the bar must not say otherwise."""
        self._bridge.ask(self, _left_over, self._show, topic="left")
        self._bridge.changed.connect(self._on_changed)

    def _on_changed(self, changes: Changes) -> None:
        if self._left and (changes.outbox or changes.everything):
            self._bridge.ask(self, _left_over, self._show, topic="left")

    def _show(self, left: tuple[Held, ...]) -> None:
        self._left = left
        if not left:
            self.set_face(None)
            return
        named = [f"{number_sign(one.number)} — {verb_name(Verb(one.verb))}" for one in left[:SHOWN]]
        more = ", …" if len(left) > SHOWN else ""
        said = ngettext(
            "The program ended before this step was sent: {which}. It is kept and was not sent.",
            "The program ended before these {count} steps were sent: {which}. They are kept and were not sent.",
            len(left),
        ).format(count=len(left), which=", ".join(named) + more)
        self.set_face(BannerFace(said, "warn", actions=((SEND, _("Send")), (BACK, _("Return them")))))

    def _on_acted(self, action: object) -> None:
        ids = [one.command_id for one in self._left]

        def settle(desk: Desk) -> tuple[Held, ...]:
            if action == SEND:
                desk.commands.holder.release(ids)
            else:
                desk.commands.holder.take_back(reversed(ids))
            return _left_over(desk)

        self._bridge.tell(self, settle, self._show)


def _left_over(desk: Desk) -> tuple[Held, ...]:
    return tuple(one for one in desk.commands.holder.waiting() if one.is_left_over)
