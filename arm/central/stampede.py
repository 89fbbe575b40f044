"""Too many requests at once: told to come again, each at a moment of its own, before they fill the queue (F25)."""

from __future__ import annotations

import secrets

from anyio.to_thread import current_default_thread_limiter
from starlette.types import ASGIApp, Receive, Scope, Send

from arm.central.problems import Trouble
from arm.central.web import problem_answer

LONGEST_QUEUE = 80
"""Requests that wait for one of the forty threads: some seconds of work; whoever comes on top waits outside."""
PAUSES_S = 5
ALWAYS_ANSWERED = frozenset({"/health", "/ready"})


class Gate:
    """Refuses with 503 and a Retry-After of 1–5 s while the queue is long; nothing was read or changed then."""

    def __init__(self, app: ASGIApp, longest_queue: int = LONGEST_QUEUE) -> None:
        self._app, self._longest_queue = app, longest_queue

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] not in ALWAYS_ANSWERED and self._is_full():
            refused = Trouble(503, "busy", retry_after_s=1 + secrets.randbelow(PAUSES_S))
            await problem_answer(refused.problem)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _is_full(self) -> bool:
        return current_default_thread_limiter().statistics().tasks_waiting >= self._longest_queue
