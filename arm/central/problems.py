"""What the central store answers when it can't give a decision: problem details (RFC 9457) and their raising."""

from __future__ import annotations

from arm.wire import Problem

TITLES = {
    400: "Bad request",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    410: "Gone",
    413: "Too large",
    415: "Unsupported type",
    422: "Not of the protocol's shape",
    429: "Too many tries",
    500: "Fault of the central store",
    503: "Try again",
    507: "No room left",
}


class Trouble(Exception):
    """An answer that is no decision; the HTTP face serves `problem`, callers in process read its `code`."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str = "",
        *,
        clause: str = "",
        field: str = "",
        retry_after_s: int | None = None,
    ) -> None:
        super().__init__(code)
        self.problem = Problem(
            type=f"urn:arm:problem:{code}",
            title=TITLES.get(status, "Problem"),
            status=status,
            code=code,
            detail=detail,
            clause=clause,
            field=field,
            retry_after_s=retry_after_s,
        )

    @property
    def code(self) -> str:
        return self.problem.code


class StoreTrouble(Exception):
    """The database itself can't be used; `kind` says why.

    Kinds: bad_url, unreachable, not_a_store, newer_schema, damaged, busy, disk_full, denied.
    """

    def __init__(self, kind: str, detail: str = "") -> None:
        super().__init__(kind)
        self.kind, self.detail = kind, detail
