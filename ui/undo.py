"""Undo of steps: what this window's person gave a moment ago and may still take back (ux.md §2.0.5)."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from arm.desk.values import Held, TakenBack
from arm.domain.identity import CommandId, MessageId
from arm.domain.verbs import Verb
from arm.i18n import _
from ui.formats import messages, number_sign
from ui.widgets import ToastFace
from ui.wording import done_sentence, verb_name

if TYPE_CHECKING:
    from ui.conductor import Conductor

DECIDING_S = 15
SHORTEST_S, LONGEST_S = 5, 30
AT_ONCE = frozenset({Verb.REGISTER, Verb.RECALL})
"""The number of a registration has been said to the caller; taking back is itself the way back."""
FINAL = frozenset({Verb.APPROVE, Verb.REDIRECT, Verb.DECLINE})
"""What the applicant is told of at once."""
_TICK_MS = 250


def hold_seconds(verb: Verb, chosen_s: int, *, is_bulk: bool = False) -> float:
    """`chosen_s` as a person has set it; 0 gives everything at once."""
    if chosen_s <= 0 or verb in AT_ONCE:
        return 0.0
    usual = min(LONGEST_S, max(SHORTEST_S, chosen_s))
    return float(max(usual, DECIDING_S) if verb in FINAL or is_bulk else usual)


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was just done, to one message or to many; `number` is of the one."""

    command_ids: tuple[CommandId, ...]
    message_ids: tuple[MessageId, ...]
    number: str
    verb: Verb

    def words(self, count: int = 0) -> str:
        """`count`: of how many, where it was not all of them."""
        name = verb_name(self.verb)
        if len(self.message_ids) > 1:
            return f"{name}: {messages(count or len(self.message_ids))}"
        return f"{number_sign(self.number)}: {name}" if self.number else name


class UndoLine(QObject):
    """Steps that are still held, newest last. `told` carries words for the status line, empty for none."""

    told = Signal(str)

    def __init__(self, shell: Conductor) -> None:
        super().__init__(shell)
        self._shell = shell
        self._held: list[tuple[Step, float]] = []
        self._recallable: Step | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._on_timer_timeout)

    def began(self, step: Step, hold_s: float, *, is_recallable: bool) -> None:
        """`is_recallable`: the process itself knows a way back when the step has been given."""
        # whoever acts on a message again has left its earlier step behind: the desk has given it
        again = set(step.message_ids)
        self._held = [one for one in self._held if not again.issuperset(one[0].message_ids)]
        self._recallable = step if is_recallable else None
        if hold_s > 0:
            self._held.append((step, time.monotonic() + hold_s))
            self._timer.start()
        self._tell()

    def resume(self, waiting: Sequence[Held]) -> None:
        """What another window of this program gave and is still held: after a change of language, for one."""
        for one in waiting:
            if not one.is_left_over:
                step = Step((one.command_id,), (one.message_id,), one.number, Verb(one.verb))
                self.began(step, one.left_s, is_recallable=False)

    def count(self) -> int:
        """How many steps are held."""
        return len(self._held)

    def forget(self) -> None:
        """Everything was given, or taken back, in one go."""
        self._held.clear()
        self._tell()

    def take_back(self) -> None:
        """F9: the newest held step was never given; without one, the last step is recalled as the process allows."""
        if self._held:
            step, _until = self._held.pop()
            self._tell()
            answered = partial(self._on_answered, step)
            self._shell.bridge.tell(self, lambda desk: desk.commands.holder.take_back(step.command_ids), answered)
        elif self._recallable is not None:
            self._recall(self._recallable)
        else:
            self._shell.announce(_("There is nothing to take back"))

    def _on_answered(self, step: Step, found: tuple[TakenBack, ...]) -> None:
        if not found:
            if self._recallable == step:
                self._recall(step)
            else:
                self._shell.announce(_("Too late to take back: {what}").format(what=step.words()))
            return
        if self._recallable == step:
            self._recallable = None
        self._shell.toast(ToastFace(_("Taken back: {what}").format(what=step.words(len(found))), "ok"))
        self._shell.come_back_to(found)

    def _recall(self, step: Step) -> None:
        from arm.domain.commands import Recall

        self._recallable = None
        said = done_sentence(Verb.RECALL).format(number=number_sign(step.number))
        self._shell.do(step.message_ids[0], Recall(), done_text=said, advance=False)

    def _on_timer_timeout(self) -> None:
        now_s = time.monotonic()
        self._held = [one for one in self._held if one[1] > now_s]
        if not self._held:
            self._timer.stop()
        self._tell()

    def _tell(self) -> None:
        if not self._held:
            self.told.emit("")
            return
        step, until_s = self._held[-1]
        left_s = max(1, math.ceil(until_s - time.monotonic()))
        self.told.emit(_("F9 takes back {what} ({seconds} s)").format(what=step.words(), seconds=left_s))
