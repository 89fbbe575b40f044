"""Every answer names the request it belongs to: an old one out of a cache can't pass for a new one (F26)."""

from __future__ import annotations

import re

from starlette.types import ASGIApp, Message, Receive, Scope, Send

ECHO = b"arm-request"
_NONCE = re.compile(rb"[A-Za-z0-9_-]{8,64}")


class EchoRequest:
    """Puts a request's `Arm-Request` on its answer, whatever the answer is; anything but a plain nonce is dropped."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        nonce = b""
        if scope["type"] == "http":
            nonce = next((value for name, value in scope["headers"] if name == ECHO), b"")
        if not _NONCE.fullmatch(nonce):
            await self._app(scope, receive, send)
            return

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), (ECHO, nonce)]}
            await send(message)

        await self._app(scope, receive, send_named)
