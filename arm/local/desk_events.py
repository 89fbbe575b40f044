"""What happened to this desk and must be told to its person once: kept in work.db until it is put away."""

from __future__ import annotations

import json
from dataclasses import dataclass

from arm.local.work import WorkFile


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedEvent:
    """`at` RFC 3339; `params` counts and numbers, never texts."""

    event_id: str
    kind: str
    at: str
    params: dict[str, str]


class DeskEvents:
    def __init__(self, work: WorkFile) -> None:
        self._work = work

    def tell(self, event_id: str, kind: str, at: str, **params: str) -> None:
        """Once: an event of that id that is there already stays as it is."""
        self._work.run(
            "INSERT OR IGNORE INTO desk_event(event_id, kind, at, params) VALUES (?, ?, ?, ?)",
            (event_id, kind, at, json.dumps(params, ensure_ascii=False)),
        )

    def count(self, kind: str, **more: int) -> None:
        """Adds to the counts of the newest event of a kind that isn't put away."""
        found = [one for one in self.open() if one.kind == kind]
        if not found:
            return
        newest = found[-1]
        params = newest.params | {name: str(int(newest.params.get(name, "0")) + n) for name, n in more.items()}
        self._work.run(
            "UPDATE desk_event SET params = ? WHERE event_id = ?",
            (json.dumps(params, ensure_ascii=False), newest.event_id),
        )

    def open(self) -> list[SavedEvent]:
        """Not put away yet, oldest first."""
        rows = self._work.rows(
            "SELECT event_id, kind, at, params FROM desk_event WHERE is_put_away = 0 ORDER BY at, rowid"
        )
        return [SavedEvent(event_id=e, kind=k, at=at, params=json.loads(p)) for e, k, at, p in rows]

    def put_away(self, event_id: str) -> None:
        self._work.run("UPDATE desk_event SET is_put_away = 1 WHERE event_id = ?", (event_id,))
