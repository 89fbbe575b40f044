"""Undo by holding: a command waits some seconds on this computer and can be taken back as if it was never given.

Nothing that was held when the program ended goes out by itself: its person is asked (ux.md §2.0.5), or takes another
step on the same message, which gives the one before.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta

from arm.desk.beat import Beat
from arm.desk.core import DeskCore
from arm.desk.projection import Projection
from arm.desk.values import Changes, Held, TakenBack
from arm.domain.identity import CommandId, MessageId
from arm.local.outbox import Entry
from arm.local.troubles import CacheTrouble
from arm.wire import command_from

LONGEST_LOOK_S = 3600.0
AGAIN_S = 5.0
"""After a full disk the release is tried again."""


class Holder:
    """Counts by the clock that nobody sets; what another process held has no deadline here."""

    def __init__(self, core: DeskCore, projection: Projection, wake: Callable[[], None]) -> None:
        """`wake` is called when something has got its number: the network may take it."""
        self._core = core
        self._projection = projection
        self._wake = wake
        self._lock = threading.Lock()
        self._deadlines: dict[str, float] = {}
        self._beat = Beat("arm-hold", self.look)

    def hold(self, entry: Entry, hold_s: float, kept: Mapping[str, str], read_at: str) -> Entry:
        """On the disk when it returns; the entry as the projection shows it. Raises CacheTrouble(disk_full)."""
        until = self._core.around.clock.wall() + timedelta(seconds=hold_s)
        shown = self._core.store.work.holding.add(entry, until.isoformat(), kept, read_at)
        with self._lock:
            self._deadlines[entry.command_id] = self._now_s() + hold_s
        self._beat.wake()
        return shown

    def count_anew(self, command_ids: Iterable[str], hold_s: float) -> None:
        """Those that this process still holds have so long from now: they were given together."""
        until_s = self._now_s() + hold_s
        with self._lock:
            self._deadlines.update((one, until_s) for one in command_ids if one in self._deadlines)
        self._beat.wake()

    def waiting(self) -> tuple[Held, ...]:
        """In the order in which they were given."""
        now_s = self._now_s()
        with self._lock:
            deadlines = dict(self._deadlines)
        return tuple(
            Held(
                command_id=CommandId(one.entry.command_id),
                message_id=MessageId(one.entry.message_id),
                number=one.entry.number,
                verb=one.entry.verb,
                left_s=max(0.0, deadlines.get(one.entry.command_id, now_s) - now_s),
                is_left_over=one.entry.command_id not in deadlines,
            )
            for one in self._core.store.work.holding.all()
        )

    def take_back(self, command_ids: Iterable[str]) -> tuple[TakenBack, ...]:
        """Their messages are as before, and what was typed comes back. What has gone out already is not among them."""
        wanted = list(command_ids)
        entries = self._core.store.work.holding.take_back(wanted)
        with self._lock:
            for one in wanted:
                self._deadlines.pop(one, None)
        if entries:
            self._changed([one.message_id for one in entries])
        return tuple(
            TakenBack(
                command_id=CommandId(one.command_id),
                message_id=MessageId(one.message_id),
                command=command_from(one.verb, json.loads(one.payload)),
            )
            for one in entries
        )

    def release(self, command_ids: Iterable[str]) -> None:
        """They are given now: numbered and ready to be sent."""
        wanted = list(command_ids)
        messages = self._core.store.work.holding.release(wanted)
        with self._lock:
            for one in wanted:
                self._deadlines.pop(one, None)
        if messages:
            self._changed(messages)
            self._wake()

    def release_of(self, message_id: str) -> None:
        """Who acts on a message again has left the step before behind: what builds on it must find it given."""
        found = [one.entry for one in self._core.store.work.holding.all()]
        if any(one.message_id == message_id for one in found):
            self.release([one.command_id for one in found if one.message_id == message_id])

    def stop(self) -> None:
        """What is held stays held, and is asked about at the next start."""
        self._beat.stop()

    def look(self) -> float:
        """Releases what is due; returns in how many seconds to look again."""
        now_s = self._now_s()
        with self._lock:
            due = [one for one, at in self._deadlines.items() if at <= now_s]
        if not self._core.is_open:
            return AGAIN_S
        if due:
            try:
                self.release(due)
            except CacheTrouble:
                return AGAIN_S
        with self._lock:
            left = [at - now_s for at in self._deadlines.values()]
        return min([LONGEST_LOOK_S, *left])

    def _changed(self, message_ids: Iterable[str]) -> None:
        touched = frozenset(map(MessageId, message_ids))
        self._projection.refresh(touched)
        self._core.tell(Changes(messages=touched, outbox=True))

    def _now_s(self) -> float:
        return self._core.around.clock.monotonic_s()
