"""Too many requests at once: told to come again, each at a moment of its own, before they fill the queue (F25)."""

from __future__ import annotations

import secrets

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from arm.central.problems import Trouble
from arm.central.web import problem_answer

LONGEST_QUEUE = 120
"""Requests inside at a time: forty have a thread, the others wait for one some seconds at most."""
PAUSES_S = 5
ALWAYS_ANSWERED = frozenset({"/health", "/ready"})
LONG_POLL = "/wait"


class Gate:
    """Refuses with 503 and a Retry-After of 1–5 s while too many are inside; nothing was read or changed then.

    Who waits for the live channel, or sends his body slowly, takes nobody's place. All runs in one event loop.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._inside = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in ALWAYS_ANSWERED:
            await self._app(scope, receive, send)
        elif self._inside >= LONGEST_QUEUE:
            refused = Trouble(503, "busy", retry_after_s=1 + secrets.randbelow(PAUSES_S))
            await problem_answer(refused.problem)(scope, receive, send)
        elif scope["path"].endswith(LONG_POLL):
            await self._app(scope, receive, send)
        else:
            await self._let_in(scope, receive, send)

    async def _let_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def receive_outside() -> Message:
            self._inside -= 1
            try:
                return await receive()
            finally:
                self._inside += 1

        self._inside += 1
        try:
            await self._app(scope, receive_outside, send)
        finally:
            self._inside -= 1
