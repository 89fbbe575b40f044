"""Requests read by a parser in C: in Python that was the dearest part of a short command (S9, S10)."""

from __future__ import annotations

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_HEAD_BYTES = 64 * 1024


class BoundedHeads(HttpToolsProtocol):
    """Hangs up on a request whose head does not end: the parser itself would gather it without a bound.

    What is counted are parts that both begin and end within a head, so a whole head may be one received part longer.
    """

    _is_in_head = True
    _head_bytes = 0

    def data_received(self, came: bytes) -> None:
        was_in_head = self._is_in_head
        super().data_received(came)
        self._head_bytes = self._head_bytes + len(came) if was_in_head and self._is_in_head else 0
        if self._head_bytes > MOST_HEAD_BYTES:
            self.send_400_response("Invalid HTTP request received.")

    def on_headers_complete(self) -> None:
        self._is_in_head, self._head_bytes = False, 0
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._is_in_head = True
        super().on_message_complete()
