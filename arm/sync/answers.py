"""Whose answer it is and what it means: our central store's, a network's sign-in page, or somebody else's."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from arm.sync.troubles import SyncTrouble
from arm.wire import Problem

if TYPE_CHECKING:
    import requests

ECHO = "Arm-Request"
JSON_KINDS = ("application/json", "application/problem+json")


def trouble_of(
    status: int, problem: Problem | None, retry_after: str = "", is_bodyless: bool = False, date: str = ""
) -> SyncTrouble:
    """The trouble that an error answer means; without problem details it isn't our central store.

    `retry_after` and `date` as in the headers; `is_bodyless`: the answer to HEAD, which never carries details.
    """
    params = {"status": str(status)}
    if problem is not None:
        params |= {"code": problem.code, "detail": problem.detail}
        if problem.retry_after_s is not None:
            params["retry_after_s"] = str(problem.retry_after_s)
    asked_s = _seconds(retry_after, date)
    if asked_s:
        params["retry_after_s"] = asked_s
    if status in (502, 503, 504) or (status >= 500 and problem is not None):
        return SyncTrouble("server_fault", {"code": "gateway"} | params)
    if status == 407:
        return SyncTrouble("offline", params | {"code": "proxy_auth"})
    if problem is None and status not in {401, 429} and not is_bodyless:
        return SyncTrouble("wrong_server", params | {"code": "not_the_protocol"})
    kinds = {401: "unauthorised", 410: "unauthorised", 426: "too_old", 429: "throttled"}
    return SyncTrouble(kinds.get(status, "refused"), params)


def _seconds(retry_after: str, date: str) -> str:
    """`Retry-After` in seconds: a number, or a moment by the clock of whoever answered; nothing else counts."""
    if retry_after.isascii() and retry_after.isdigit():
        return retry_after[:12]
    try:
        moment = parsedate_to_datetime(retry_after)
        present = parsedate_to_datetime(date) if date else datetime.now(UTC)
        return str(max(0, round((moment - present).total_seconds())))
    except (ValueError, TypeError, OverflowError):
        return ""


def is_ours(response: requests.Response) -> bool:
    """Whether an answer looks like the central store's: only then the missing echo is what is wrong with it."""
    status, method = response.status_code, response.request.method
    is_json = response.headers.get("Content-Type", "").startswith(JSON_KINDS)
    is_empty = status in {204, 304} or (method == "HEAD" and "Upload-Offset" in response.headers)
    return is_json or is_empty or ECHO in response.headers


def somebody_else(response: requests.Response) -> SyncTrouble:
    """A sign-in page of a network, or another program altogether."""
    status, kind = response.status_code, response.headers.get("Content-Type", "").casefold()
    is_page = kind.startswith(("text/html", "application/xhtml")) and status not in {404, 405} and status < 500
    is_led_away = (300 <= status < 400 and status != 304) or status == 511
    code = "captive" if is_page or is_led_away else "not_the_protocol"
    return SyncTrouble("wrong_server", {"code": code, "status": str(status)})
