"""Presence at the desk: telling which message is open here and what is done with it, knowing who else is at it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from arm.desk.beat import Beat
from arm.desk.companions import Companion, Doing, PresenceView
from arm.desk.core import DeskCore
from arm.desk.values import Changes
from arm.domain.identity import MessageId
from arm.local.troubles import CacheTrouble
from arm.sync.ports import Transport
from arm.sync.troubles import SyncTrouble
from arm.wire_between import PresenceAnswer

ALONE_S = 20.0
TOGETHER_S = 8.0
"""With somebody else at the message one wants to know sooner when he begins to write, or has gone."""
WRITES_FOR_S = 45.0
"""Who hasn't typed for so long is looking again."""
IDLE_S = 600.0
UNKNOWN = PresenceView(is_known=False)


@dataclass
class _Standing:
    """What is told and what is known, guarded by one lock."""

    message_id: MessageId | None = None
    typed_at_s: float | None = None
    left: list[MessageId] = field(default_factory=list)
    known: dict[MessageId, PresenceView] = field(default_factory=dict)


class PresenceDesk:
    """Nothing here waits for the network: it is spoken to on a thread of its own, and silence is no error."""

    def __init__(self, core: DeskCore, transport: Callable[[], Transport | None]) -> None:
        self._core = core
        self._transport = transport
        self._guard = threading.Lock()
        self._now = _Standing()
        self._beat = Beat("arm-presence", self.turn)

    def look_at(self, message_id: MessageId | None, doing: Doing = Doing.LOOKING) -> None:
        """This message is open here, or none is; `WRITING` with every few keystrokes, looking again comes by itself."""
        with self._guard:
            now = self._now
            is_news = message_id != now.message_id
            if is_news:
                if now.message_id is not None:
                    now.left.append(now.message_id)
                now.message_id, now.typed_at_s, now.known = message_id, None, {}
            if doing is Doing.WRITING:
                is_news = is_news or not self._is_writing()
                now.typed_at_s = self._core.around.clock.monotonic_s()
            elif doing is Doing.GONE:
                is_news = is_news or self._is_writing()
                now.typed_at_s = None
        if is_news:
            self._beat.wake()

    def people(self, message_id: MessageId) -> PresenceView:
        """Who else is at this message as far as is known; empty while the first answer is awaited."""
        with self._guard:
            return self._now.known.get(message_id, PresenceView())

    def stop(self) -> None:
        self._beat.stop()

    def turn(self) -> float:
        """Tells the central store what is open here and takes what it answers; returns when the next turn is due."""
        with self._guard:
            now = self._now
            message_id, left, now.left = now.message_id, tuple(now.left), []
            doing = Doing.WRITING if self._is_writing() else Doing.LOOKING
        transport = self._transport()
        if transport is None:
            self._learn(message_id, UNKNOWN)
            return IDLE_S if message_id is None else ALONE_S
        for one in left:
            # who can't be told takes the row for gone within a minute; shut files have no token
            with contextlib.suppress(SyncTrouble, CacheTrouble):
                transport.be_present(one, Doing.GONE)
        if message_id is None:
            return IDLE_S
        pause_s = ALONE_S
        try:
            view = self._view(transport.be_present(message_id, doing))
        except SyncTrouble as trouble:
            # not shown to us whole, or no more: then there is nothing to know either
            view = PresenceView() if trouble.kind == "refused" else UNKNOWN
            pause_s = max(ALONE_S, trouble.retry_after_s or 0.0)
        except CacheTrouble:
            return ALONE_S
        self._learn(message_id, view)
        return TOGETHER_S if view.people else pause_s

    def _is_writing(self) -> bool:
        typed_at_s = self._now.typed_at_s
        return typed_at_s is not None and self._core.around.clock.monotonic_s() - typed_at_s < WRITES_FOR_S

    def _view(self, answer: PresenceAnswer) -> PresenceView:
        me = self._core.user_id
        return PresenceView(
            people=tuple(
                Companion(user_id=one.user_id, name=one.name, doing=one.doing, since=one.since, is_me=one.user_id == me)
                for one in answer.people
            )
        )

    def _learn(self, message_id: MessageId | None, view: PresenceView) -> None:
        if message_id is None:
            return
        with self._guard:
            is_news = message_id == self._now.message_id and self._now.known.get(message_id, PresenceView()) != view
            if message_id == self._now.message_id:
                self._now.known = {message_id: view}
        if is_news:
            self._core.tell(Changes(present=frozenset({message_id})))
