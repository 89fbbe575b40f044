"""Commands at the desk: decided on the projected message, written to the outbox in one transaction (P6)."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import replace

from arm.desk.core import DeskCore
from arm.desk.holding import Holder
from arm.desk.pending import pending_of
from arm.desk.people import approver_key
from arm.desk.projection import Projection
from arm.desk.values import Changes, Choice, Done, Pending
from arm.domain.commands import Command, ProposeRedirect, Register, Submit
from arm.domain.decide import Setting, decide
from arm.domain.identity import CommandId, MessageId, OrganisationId
from arm.domain.message import Message
from arm.domain.refusals import Refused
from arm.local.outbox import ATTENTION, HELD, UNSENT, Entry
from arm.wire import SCHEMA_VER, command_from, plain, to_json

PREFIX = "Б-"
"""Temporary numbers of this desk: «Б-17»."""


class CommandsDesk:
    def __init__(self, core: DeskCore, projection: Projection, wake: Callable[[], None]) -> None:
        """`wake` is called after every saved command: the network may take it at once."""
        self._core = core
        self._projection = projection
        self._wake = wake
        self._lock = threading.Lock()
        self.holder = Holder(core, projection, wake)

    def do(self, message_id: MessageId | None, command: Command, hold_s: float = 0.0) -> Done | Refused:
        """Saved on this computer when it returns `Done`; or why the rules say no, and nothing is written.

        A registration comes without an id and gets one. So long as it is held it can be taken back (`holder`).
        Raises CacheTrouble (disk_full): nothing is lost then.
        """
        with self._lock:
            made = MessageId(self._core.around.ids.new()) if message_id is None else message_id
            done = self._decided(made, command, hold_s)
        if isinstance(done, Done):
            self._core.tell(Changes(messages=frozenset({made}), outbox=True))
            if hold_s <= 0:
                self._wake()
        return done

    def _decided(self, message_id: MessageId, command: Command, hold_s: float) -> Done | Refused:
        projected = self._projection.of(message_id)
        standing = projected.standing if projected else self._projection.standing(message_id)
        message = projected.message if projected else standing.message if standing else None
        command_id = CommandId(self._core.around.ids.new())
        number = self._next_number() if isinstance(command, Register) else ""
        setting = self._setting(message, command_id, number)
        events = decide(message_id, message, command, self._core.actor(), setting)
        if isinstance(events, Refused):
            return events
        # only a step that is taken leaves the one before behind: a slip of the hand makes nothing final
        self.holder.release_of(message_id)
        after = self._last_own(message_id)
        rev = "" if after or standing is None else standing.rev
        entry = Entry(
            command_id=command_id,
            verb=command.verb.value,
            message_id=message_id,
            payload=to_json(plain(command)),
            created_at=self._core.wall_text(),
            schema_ver=SCHEMA_VER,
            base_rev=rev,
            base_after=after,
            number=number or (message.number if message is not None else ""),
            state=UNSENT,
        )
        kept = {"temporary_number": number.removeprefix(PREFIX)} if number else {}
        if isinstance(command, Submit | ProposeRedirect) and message is not None:
            kept[approver_key(message.owner)] = command.approver or ""
        if hold_s > 0:
            shown = self.holder.hold(entry, hold_s, kept, read_at=entry.created_at)
        else:
            seq = self._core.store.work.outbox.add(entry, kept, read_at=entry.created_at)
            shown = replace(entry, device_seq=seq)
        self._projection.take(shown, events)
        return Done(command_id=command_id, message_id=message_id, number=number)

    def _last_own(self, message_id: MessageId) -> str | None:
        """An own command that the cache does not show yet: the next one builds on it (P7)."""
        held = [
            one
            for one in self._projection.entries(message_id)
            if one.state in (HELD, UNSENT) or (one.state == "accepted" and self._projection.of(message_id) is not None)
        ]
        if held:
            return held[-1].command_id
        # a part of a split message, or one changed by a command on another: it builds on that command
        root = self._projection.root_of(message_id)
        return self._last_own(MessageId(root)) if root is not None else None

    def _next_number(self) -> str:
        kept = self._core.store.work.kept("temporary_number")
        return f"{PREFIX}{int(kept) + 1 if kept.isdigit() else 1}"

    def _setting(self, message: Message | None, command_id: CommandId, number: str) -> Setting:
        rules = self._core.rules
        return Setting(
            regulation=rules.of(message) if message is not None else rules.in_force(self._home()),
            directory=rules.directory,
            now=self._core.now(),
            command_id=command_id,
            new_number=lambda: number,
        )

    def _home(self) -> OrganisationId | None:
        grants = self._core.person().grants
        return grants[0].organisation if grants else None

    def pending(self) -> tuple[Pending, ...]:
        """Everything unsent, refused, in conflict or parked, oldest first."""
        found: list[Pending] = []
        for entry in self._projection.all_entries():
            if entry.state == "accepted":
                continue
            present = self._present(entry.message_id)
            found.append(pending_of(entry, present.number if present else entry.number, present))
        return tuple(found)

    def was_given(self, command_id: CommandId) -> bool:
        """Whether it ever got its number: what is held, or was taken back, never did."""
        return self._core.store.work.outbox.entry(command_id) is not None

    def _present(self, message_id: str) -> Message | None:
        """The message as it is shown now, if it still is."""
        projected = self._projection.of(message_id)
        if projected is not None:
            return projected.message
        standing = self._projection.standing(message_id)
        return standing.message if standing else None

    def resolve(self, command_id: CommandId, choice: Choice, text: str = "") -> Done | Refused | None:
        """What the author does with a command that was not accepted (P19).

        MINE makes the same command anew on what stands now, ASSEMBLED with `text` in place of its own, THEIRS lets
        it go. Refused: the rules say no, and the entry still waits. None: let go, or nothing waits under that id.
        """
        entry = self._core.store.work.outbox.entry(command_id)
        if entry is None or entry.state not in ATTENTION:
            return None
        if choice is Choice.THEIRS:
            self.dismiss(command_id)
            return None
        typed = json.loads(entry.payload)
        if choice is Choice.ASSEMBLED:
            typed["text"] = text
        command = command_from(entry.verb, typed)
        is_new = isinstance(command, Register)
        done = self.do(None if is_new else MessageId(entry.message_id), command)
        if isinstance(done, Done):
            self.dismiss(command_id)
        return done

    def dismiss(self, command_id: CommandId) -> None:
        """The author has seen a refusal or a conflict; what he typed stays in the archive. Unsent ones stay."""
        outbox = self._core.store.work.outbox
        entry = outbox.entry(command_id)
        if entry is None or entry.state == UNSENT:
            return
        outbox.archive([command_id], put_away_at=self._core.wall_text())
        self._projection.refresh([entry.message_id])
        self._core.tell(Changes(messages=frozenset({MessageId(entry.message_id)}), outbox=True))
