"""The bar of news above the work: one after another, each until it is put away."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from arm.desk.values import DeskEvent, DeskEventKind, SyncStatus
from arm.i18n import _
from ui.desk_news import SEEN, News, clock_news, news_of
from ui.sync_words import SKEW_ALARMING_S
from ui.widgets import BannerBar


class NewsBar(BannerBar):
    """`put_away` carries the id of an event that the person has seen; `outbox_asked`: it is told of there."""

    put_away = Signal(str)
    outbox_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("news")
        self._events: tuple[DeskEvent, ...] = ()
        self._of_start: tuple[DeskEvent, ...] = ()
        self._seen: set[str] = set()
        self._skew_s = 0.0
        self._skew_seen_s = 0.0
        self._now: datetime | None = None
        self._shown: News | None = None
        self.acted.connect(self._on_acted)

    def show_status(self, status: SyncStatus, now: datetime) -> None:
        # over a closed copy a whole page tells of the revoked access already
        is_told = status.is_locked
        self._events = tuple(one for one in status.events if not (is_told and one.kind is DeskEventKind.REVOKED))
        self._skew_s, self._now = status.skew_s, now
        if abs(status.skew_s) < SKEW_ALARMING_S:
            self._skew_seen_s = 0.0
        self._turn()

    def show_start(self, events: tuple[DeskEvent, ...]) -> None:
        """What the start itself has found; what the desk tells as an event is not told twice."""
        self._of_start = events
        if self._now is None and events:
            self._now = events[0].at
        self._turn()

    def _turn(self) -> None:
        if self._now is None:
            return
        told = {one.kind for one in self._events}
        events = tuple(one for one in self._events if one.event_id not in self._seen)
        events += tuple(one for one in self._of_start if one.kind not in told)
        waiting = list(news_of(events, self._now))
        clock = clock_news(self._skew_s)
        if clock is not None and abs(self._skew_s - self._skew_seen_s) >= SKEW_ALARMING_S:
            waiting.append(clock)
        self._shown = waiting[0] if waiting else None
        if self._shown is None:
            self.set_face(None)
            return
        face = self._shown.face
        if len(waiting) > 1:
            face = replace(face, text=f"{face.text} {_('(more news: {count})').format(count=len(waiting) - 1)}")
        self.set_face(face)

    def _on_acted(self, action_id: object) -> None:
        shown = self._shown
        if shown is None:
            return
        if action_id != SEEN:
            self.outbox_asked.emit()
        if not shown.event_ids:
            self._skew_seen_s = self._skew_s
        for event_id in shown.event_ids:
            self._seen.add(event_id)
            if event_id:
                self.put_away.emit(event_id)
            else:
                self._of_start = ()
        self._turn()
