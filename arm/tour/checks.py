"""The tour's checks: here you find what the central store must hold after a step, compared field by field."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from arm.domain.events import Event
from arm.domain.message import Message
from arm.tour.desk_process import TourFailed
from arm.tour.story import Story
from arm.tour.theatre import Theatre

ARRIVES_WITHIN_S = 25.0
LOOK_EVERY_S = 0.05

FACTS: Mapping[str, Callable[[Message], object]] = {
    "stage": lambda m: str(m.stage),
    "organisation": lambda m: str(m.organisation or ""),
    "executor": lambda m: str(m.executor or ""),
    "in_work": lambda m: m.in_work,
    "category": lambda m: f"{m.category}/{m.subcategory}",
    "applicant": lambda m: m.applicant.name if m.applicant is not None else "",
    "channel": lambda m: str(m.channel),
    "result": lambda m: str(m.answer.result) if m.answer is not None else "",
    "answer": lambda m: m.answer.text if m.answer is not None else "",
    "answer_files": lambda m: len(m.answer.files) if m.answer is not None else 0,
    "approved_by": lambda m: str(m.answer.approved_by or "") if m.answer is not None else "",
    "earlier_answers": lambda m: [str(one.result) for one in m.earlier_answers],
    "approver": lambda m: str(m.route.approver) if m.route is not None else "",
    "endorsements": lambda m: {
        str(t.user_id): t.endorsed_at is not None for t in (m.route.endorsers if m.route is not None else ())
    },
    "edited_by": lambda m: [str(t.user_id) for t in (m.route.endorsers if m.route is not None else ()) if t.edited],
    "redirect_to": lambda m: str(m.redirect.organisation) if m.redirect is not None else "",
    "handed_down": lambda m: [str(one.receiver) for one in m.handed_down],
    "return_reason": lambda m: m.return_reason,
    "is_rework": lambda m: m.is_rework,
    "is_repeat": lambda m: m.is_repeat,
    "postponed_until": lambda m: m.postponed_until.isoformat() if m.postponed_until is not None else "",
    "decline_reason": lambda m: m.decline_reason,
    "closed_as": lambda m: str(m.closed_as or ""),
    "marks": lambda m: [one.value for one in m.marks],
    "deliveries": lambda m: [one.reached for one in m.deliveries],
}
"""What a check may name, and how it is read from the message of the central store."""


@dataclass
class Truth:
    """Looks into the central store after a step; a difference stops the tour with what was wanted and found."""

    theatre: Theatre
    story: Story
    _seen: dict[str, int] = field(default_factory=dict)

    def know(self, number: str) -> Message:
        """Begins to follow a message that was there before: its timeline so far is no difference."""
        found = self.theatre.message(number)
        self._seen[number] = len(self._timeline(found))
        return found

    def holds(
        self,
        number: str,
        said: str,
        *,
        verbs: tuple[str, ...],
        told: tuple[tuple[str, str], ...] = (),
        **facts: object,
    ) -> Message:
        """After this step exactly `verbs` came to the timeline, these people were told, and each fact is so.

        Waits for the command to arrive, because a desk sends it after the screen has moved on.
        """
        before = self._seen.get(number, 0)
        message, came = self._arrived(number, before + len(verbs))
        differences = []
        if came[before:] != list(verbs):
            differences.append(f"timeline: wanted {list(verbs)}, found {came[before:]}")
        for name, wanted in facts.items():
            found = FACTS[name](message)
            if found != wanted:
                differences.append(f"{name}: wanted {wanted!r}, found {found!r}")
        notices = set(self.theatre.notices(number))
        differences += [f"notice: wanted {one}, found {sorted(notices)}" for one in told if one not in notices]
        if differences:
            raise TourFailed(f"{number}: " + "; ".join(differences))
        self._seen[number] = before + len(verbs)
        self.story.checked(f"{said}; записей в ходе рассмотрения: {self._seen[number]}")
        return message

    def same(self, what: str, wanted: Any, found: Any) -> None:
        """One more thing compared, on a screen or in the store."""
        if wanted != found:
            raise TourFailed(f"{what}: wanted {wanted!r}, found {found!r}")

    def _arrived(self, number: str, entries: int) -> tuple[Message, list[str]]:
        until, pause = monotonic() + ARRIVES_WITHIN_S, threading.Event()
        message = self.theatre.message(number)
        while True:
            timeline = self._timeline(message)
            # the message is read after its timeline: a command may be decided between two readings
            message = self.theatre.message(number)
            if len(timeline) >= entries or monotonic() > until:
                return message, [str(one.verb) for one in timeline]
            pause.wait(LOOK_EVERY_S)

    def _timeline(self, message: Message) -> tuple[Event, ...]:
        return self.theatre.central.timeline(message.message_id)
