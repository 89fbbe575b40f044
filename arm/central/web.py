"""What all routes stand on: who asks, bodies with a limit, JSON answers, and every error as problem details."""

from __future__ import annotations

import asyncio
import gzip
import logging
from collections.abc import Callable, Coroutine, Mapping
from typing import Annotated, Any, cast

import anyio
import anyio.to_thread
from anyio.lowlevel import RunVar
from fastapi import Depends, FastAPI, Header, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from arm.central.access import Principal
from arm.central.central import Central
from arm.central.problems import StoreTrouble, Trouble
from arm.wire import Problem, to_json

log = logging.getLogger(__name__)

JSON = "application/json"
PROBLEM = "application/problem+json"
SMALL_BODY = 256 * 1024
COMMANDS_BODY = 8 * 1024 * 1024
PIECE_BODY = 8 * 1024 * 1024 + 1024
SMALL_BODY_S, LARGE_BODY_S = 30, 600
"""A body that trickles in holds a connection: strangers get half a minute, an 8 MB piece a slow line's time."""
READERS = 4
"""Pages of changes, cards and manifests that are put together at once."""
PIECE = 128 * 1024
LEAST_PACKED, QUICKLY = 1024, 1
"""Shorter answers aren't packed; the rest with the quickest level, which finds most of what there is to find."""
NO_STORE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


async def central_of(request: Request) -> Central:
    """Not a plain function: for those a thread would be fetched."""
    return cast("Central", request.app.state.central)


TheCentral = Annotated[Central, Depends(central_of)]


def _principal(central: Central, authorization: str | None, device_id: str) -> Principal:
    return central.principal(_bearer(authorization), device_id)


def _bearer(authorization: str | None) -> str:
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Trouble(401, "unauthorised")
    return token.strip()


def desk(
    request: Request,
    central: TheCentral,
    authorization: Annotated[str | None, Header()] = None,
    arm_device: Annotated[str, Header()] = "",
) -> Principal:
    """A workstation's user, by his token on its device."""
    who = _principal(central, authorization, arm_device)
    if who.kind != "desk":
        raise Trouble(403, "wrong_account")
    request.state.who = who
    return who


async def known_desk(
    central: TheCentral,
    authorization: Annotated[str | None, Header()] = None,
    arm_device: Annotated[str, Header()] = "",
) -> Principal:
    """The same for requests that judge the token in their own transaction: one that is known costs no look-up."""
    token = _bearer(authorization)
    who = central.acquaintances.find(token, arm_device)
    if who is None:
        who = await run_in_threadpool(central.acquainted, token, arm_device)
    if who.kind != "desk":
        raise Trouble(403, "wrong_account")
    return who


def portal(central: TheCentral, authorization: Annotated[str | None, Header()] = None) -> Principal:
    """The portal of applicants, by its service token."""
    who = _principal(central, authorization, "")
    if who.kind != "portal":
        raise Trouble(403, "wrong_account")
    return who


Desk = Annotated[Principal, Depends(desk)]
KnownDesk = Annotated[Principal, Depends(known_desk)]
Portal = Annotated[Principal, Depends(portal)]


def body_up_to(limit: int, longest_s: float) -> Callable[[Request], Coroutine[Any, Any, bytes]]:
    """A dependency that reads the body, and no more of it nor longer than allowed."""

    async def read_body(request: Request) -> bytes:
        announced = request.headers.get("content-length", "0")
        if not announced.isdecimal() or int(announced) > limit:
            raise Trouble(413, "too_large", str(limit))
        pieces, size = [], 0
        try:
            async with asyncio.timeout(longest_s):
                async for piece in request.stream():
                    size += len(piece)
                    if size > limit:
                        raise Trouble(413, "too_large", str(limit))
                    pieces.append(piece)
        except TimeoutError:
            raise Trouble(503, "too_slow", retry_after_s=1) from None
        except ClientDisconnect:
            raise Trouble(400, "bad_request") from None
        return b"".join(pieces)

    return read_body


SmallBody = Annotated[bytes, Depends(body_up_to(SMALL_BODY, SMALL_BODY_S))]
CommandsBody = Annotated[bytes, Depends(body_up_to(COMMANDS_BODY, LARGE_BODY_S))]
PieceBody = Annotated[bytes, Depends(body_up_to(PIECE_BODY, LARGE_BODY_S))]


def answer(value: object, status: int = 200, **headers: str) -> Response:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Response(to_json(value), status, NO_STORE | named, JSON)


class Large(Response):
    """JSON handed over piece by piece, as fast as it leaves: buffers would hold it once more for each client."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        for at in range(0, len(self.body), PIECE):
            await send({"type": "http.response.body", "body": self.body[at : at + PIECE], "more_body": True})
        await send({"type": "http.response.body", "body": b""})


async def large_answer(request: Request, write: Callable[[], bytes], headers: Mapping[str, str] = NO_STORE) -> Response:
    """What a desk reads, a few at a time in threads of their own: readers hold up neither writers nor the memory.

    Packed for whoever asks, which a desk does on a slow line.
    """
    limiter = _readers.get()
    if limiter is None:
        limiter = anyio.CapacityLimiter(READERS)
        _readers.set(limiter)
    is_asked = "gzip" in request.headers.get("accept-encoding", "")

    def written() -> tuple[bytes, dict[str, str]]:
        found = write()
        if not is_asked or len(found) < LEAST_PACKED:
            return found, {}
        return gzip.compress(found, QUICKLY, mtime=0), {"Content-Encoding": "gzip"}

    body, packed = await anyio.to_thread.run_sync(written, limiter=limiter)
    return Large(body, 200, {**headers, **packed, "Vary": "Accept-Encoding"}, JSON)


_readers: RunVar[anyio.CapacityLimiter | None] = RunVar("readers", None)


def problem_answer(problem: Problem) -> Response:
    headers = dict(NO_STORE)
    if problem.retry_after_s is not None:
        headers["Retry-After"] = str(problem.retry_after_s)
    if problem.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(to_json(problem), problem.status, headers, PROBLEM)


CODES = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "type_not_allowed",
    422: "bad_wire",
}


def answer_errors(app: FastAPI) -> None:
    """Problem details for everything that can go wrong, our own faults included."""

    async def on_trouble(request: Request, wrong: Exception) -> Response:
        problem, who = cast("Trouble", wrong).problem, getattr(request.state, "who", None)
        if problem.code == "not_found" and who is not None:
            await run_in_threadpool(app.state.central.strays.count, who, request.method, request.url.path)
        return problem_answer(problem)

    async def on_store(_request: Request, wrong: Exception) -> Response:
        kind = cast("StoreTrouble", wrong).kind
        log.error("the store can't be used", extra={"kind": kind})
        return problem_answer(Trouble(503, f"store_{kind}", retry_after_s=10).problem)

    async def on_http(_request: Request, wrong: Exception) -> Response:
        status = cast("HTTPException", wrong).status_code
        return problem_answer(Trouble(status, CODES.get(status, "bad_request")).problem)

    async def on_shape(_request: Request, wrong: Exception) -> Response:
        places = cast("RequestValidationError", wrong).errors()
        field = str(places[0]["loc"][-1])[:80] if places else ""
        return problem_answer(Trouble(422, "bad_wire", field=field).problem)

    async def on_fault(_request: Request, wrong: Exception) -> Response:
        log.error("fault", exc_info=wrong)
        return problem_answer(Trouble(500, "server_fault").problem)

    app.add_exception_handler(Trouble, on_trouble)
    app.add_exception_handler(StoreTrouble, on_store)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(RequestValidationError, on_shape)
    app.add_exception_handler(Exception, on_fault)
