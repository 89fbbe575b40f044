"""How the shell gives commands: one, or one kind to many messages; what was given is counted down and taken back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid

from arm.desk.troubles import CacheTrouble
from arm.desk.values import Done
from arm.domain.identity import MessageId
from arm.domain.refusals import Refused
from arm.domain.verbs import Verb
from arm.i18n import _
from ui.formats import number_sign
from ui.undo import Step, UndoLine, hold_seconds
from ui.widgets import ToastFace
from ui.wording import done_sentence, refusal_sentence, refusal_with_clause, trouble_sentence

if TYPE_CHECKING:
    from arm.domain.commands import Command
    from ui.bridge import Bridge
    from ui.conductor import Conductor
    from ui.workspaces.base import Opened

TAKE_BACK = "take-back"
"""Key of the toast's action."""
WHILE_GIVING_S = 3600.0
"""The first of many wait until the last is given: then their time begins."""


def done_face(text: str, hold_s: float, *, is_recallable: bool = False) -> ToastFace:
    """What was done, with the way back: F9 while it is held, else what the process itself knows of."""
    action = _("Undo") if hold_s else _("Take back") if is_recallable else ""
    key = "F9" if action else ""
    return ToastFace(text, "ok", action=action, action_key=key, countdown_s=hold_s, key=TAKE_BACK)


@dataclass(frozen=True, slots=True)
class Given:
    """One command of many."""

    message_id: MessageId
    number: str
    command: Command


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of it; `why_not` is empty when it was saved."""

    given: Given
    done: Done | None
    why_not: str = ""


class Giver(QObject):
    """Gives single commands. `decided` is the message that the last one was about: focus follows it."""

    def __init__(self, shell: Conductor, hold_s: Callable[[], int]) -> None:
        """`hold_s`: how long the person wants steps to be held."""
        super().__init__(shell)
        self._shell = shell
        self._hold_s = hold_s
        self.undo = UndoLine(shell)
        self.decided: MessageId | None = None
        self._running: BulkRun | None = None

    def do(
        self,
        message_id: MessageId | None,
        command: Command,
        done_text: str,
        on_done: Callable[[Done], None] | None,
        on_refused: Callable[[Refused], None] | None,
        *,
        is_leaving: bool,
    ) -> None:
        """As `Shell.do`; `is_leaving`: the queue goes on to the next message when this one has left it."""
        if message_id is not None and is_leaving:
            self._shell.expect_leaving(message_id)
            self.decided = message_id
        hold_s = hold_seconds(command.verb, self._hold_s())

        def answered(answer: Done | Refused) -> None:
            if isinstance(answer, Done):
                self._after_done(answer, command, done_text, hold_s)
                if on_done is not None:
                    on_done(answer)
                return
            if message_id is not None:
                self._shell.expect_leaving(message_id, is_leaving=False)
            if on_refused is not None:
                on_refused(answer)
            else:
                self._shell.toast(ToastFace(refusal_with_clause(answer), "danger"))

        self._shell.bridge.do(self._shell, message_id, command, answered, hold_s=hold_s)

    def holds(self, verb: Verb) -> bool:
        return hold_seconds(verb, self._hold_s()) > 0

    def do_plainly(self, command: Command, opened: Opened) -> None:
        """A command that asks nothing more."""
        said = done_sentence(command.verb).format(number=number_sign(opened.message.number))
        self.do(opened.message_id, command, said, None, None, is_leaving=True)

    def many(self, given: Sequence[Given]) -> BulkRun:
        """The run is started by who has connected its signals."""
        hold_s = hold_seconds(given[0].command.verb, self._hold_s(), is_bulk=len(given) > 1) if given else 0.0
        run = BulkRun(self._shell.bridge, tuple(given), hold_s, self._began)
        run.ended.connect(self._on_run_ended)
        self._running = run
        return run

    def is_running(self) -> bool:
        """Whether steps for many are being written at this moment."""
        return self._running is not None

    def take_back(self) -> None:
        """F9: a run for many stops where it is; else the last step is taken back."""
        if self._running is not None:
            self._running.cancel()
            self._shell.announce(_("Stopped. Press F9 again to take back what was written"))
        else:
            self.undo.take_back()

    def _began(self, step: Step, hold_s: float) -> None:
        # a change of language makes the window anew: then the new one asks the desk what is held
        if isValid(self.undo):
            self.undo.began(step, hold_s, is_recallable=False)

    def _on_run_ended(self) -> None:
        self._running = None

    def on_toast_acted(self, key: object) -> None:
        if key == TAKE_BACK:
            self.take_back()

    def _after_done(self, done: Done, command: Command, done_text: str, hold_s: float) -> None:
        opened = self._shell.opened
        number = done.number or (opened.message.number if opened and opened.message_id == done.message_id else "")
        recallable = opened is not None and any(
            row.verb is command.verb and row.is_recallable for row in opened.regulation.process.rows
        )
        step = Step((done.command_id,), (done.message_id,), number, command.verb)
        self.undo.began(step, hold_s, is_recallable=recallable)
        if done_text:
            self._shell.toast(done_face(done_text, hold_s, is_recallable=recallable))


class BulkRun(QObject):
    """One command after another; each has a result of its own, and all that were given are taken back together.

    `moved` after each, `ended` when all are answered or after `cancel`: what was given stays given.
    """

    moved = Signal()
    ended = Signal()

    def __init__(
        self, bridge: Bridge, given: tuple[Given, ...], hold_s: float, began: Callable[[Step, float], None]
    ) -> None:
        """`began` is told at the end of what can be taken back together, and for how long."""
        super().__init__(bridge)
        self.hold_s = hold_s
        self._bridge = bridge
        self._given = given
        self._began = began
        self._answered: list[Answered] = []
        self._is_cancelled = False

    @property
    def results(self) -> tuple[Answered, ...]:
        """In the order in which they were given; as many as have been answered."""
        return tuple(self._answered)

    @property
    def total(self) -> int:
        return len(self._given)

    def saved(self) -> int:
        return sum(one.done is not None for one in self._answered)

    def start(self) -> None:
        self._next()

    def cancel(self) -> None:
        """The one being written comes to its end, no other is begun."""
        self._is_cancelled = True

    def _next(self) -> None:
        at = len(self._answered)
        if self._is_cancelled or at == len(self._given):
            self._end()
            return
        one = self._given[at]
        hold_s = WHILE_GIVING_S if self.hold_s else 0.0
        answered = partial(self._on_answered, one)
        self._bridge.do(self, one.message_id, one.command, answered, self._on_failed, hold_s=hold_s)

    def _on_answered(self, given: Given, answer: Done | Refused) -> None:
        if isinstance(answer, Refused):
            self._keep(Answered(given, None, refusal_sentence(answer)))
        else:
            self._keep(Answered(given, answer))

    def _on_failed(self, error: BaseException) -> None:
        """A full disk will not take the others either: the rest is not tried."""
        self._is_cancelled |= isinstance(error, CacheTrouble)
        self._keep(Answered(self._given[len(self._answered)], None, trouble_sentence(error)))

    def _keep(self, answered: Answered) -> None:
        self._answered.append(answered)
        self.moved.emit()
        self._next()

    def _end(self) -> None:
        given = [(one.given, one.done) for one in self._answered if one.done is not None]
        if given:
            ids = tuple(done.command_id for _given, done in given)
            first, hold_s = given[0][0], self.hold_s
            number = first.number if len(given) == 1 else ""
            step = Step(ids, tuple(one.message_id for one, _done in given), number, first.command.verb)
            if hold_s:
                self._bridge.tell(self._bridge, lambda desk: desk.commands.holder.count_anew(ids, hold_s))
            self._began(step, hold_s)
        self.ended.emit()
        self.deleteLater()
