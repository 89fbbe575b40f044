"""Search and callers at the desk, over everything in the cache and what is not sent yet."""

from __future__ import annotations

from arm.desk.core import DeskCore
from arm.desk.projection import Projection
from arm.desk.queues import has_words
from arm.desk.rows import Rows
from arm.desk.values import Caller, QueueRow
from arm.domain.message import Message
from arm.local.facts import Facts
from arm.local.folding import fold, phone_key
from arm.local.search import by_applicant, by_phone, search

CALLER_ROWS = 60


class SearchDesk:
    def __init__(self, core: DeskCore, projection: Projection) -> None:
        self._core = core
        self._projection = projection
        self._rows = Rows(core, projection)

    def search(self, text: str, limit: int = 50) -> tuple[QueueRow, ...]:
        """Newest first, a number leads; word forms and a beginning will do. Any text is fine."""
        projected = self._projection.every()
        shown: dict[str, Facts] = {
            message_id: one.facts
            for message_id, one in projected.items()
            if one.standing is None and (has_words(one, text) or fold(one.message.number) == fold(text.strip()))
        }
        for line in search(self._core.store.cache, text, limit):
            message_id = line.facts.message_id
            one = projected.get(message_id)
            shown.setdefault(message_id, one.facts if one is not None else line.facts)
        return self._rows.of(list(shown.values())[:limit])

    def callers(self, phone_or_name: str, limit: int = 5) -> tuple[Caller, ...]:
        """Known applicants by phone (five digits or more) or by words of the name, newest message first."""
        cache = self._core.store.cache
        if phone_key(phone_or_name):
            found = by_phone(cache, phone_or_name, CALLER_ROWS)
        else:
            found = by_applicant(cache, phone_or_name, CALLER_ROWS)
        grouped: dict[tuple[str, str], list[Message]] = {}
        for message_id in found:
            standing = self._projection.standing(message_id)
            if standing is None or standing.message.applicant is None:
                continue
            applicant = standing.message.applicant
            key = (phone_key(applicant.phone), fold(applicant.name))
            grouped.setdefault(key, []).append(standing.message)
        return tuple(_caller(messages) for messages in grouped.values())[:limit]


def _caller(messages: list[Message]) -> Caller:
    last = messages[0]
    assert last.applicant is not None  # noqa: S101
    return Caller(
        applicant=last.applicant,
        messages=len(messages),
        last_number=last.number,
        last_at=last.registered_at,
        last_address=last.address or last.applicant.address,
    )
