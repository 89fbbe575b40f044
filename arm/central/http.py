"""The HTTP face under `/api/v1`: routes that read a request, ask `Central`, and write the answer."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, cast
from urllib.parse import quote

from fastapi import APIRouter, FastAPI, Header, Query, Request, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

import arm
from arm.central import between_routes, portal
from arm.central.central import Central
from arm.central.described import describe, route
from arm.central.echoing import EchoRequest
from arm.central.problems import Trouble
from arm.central.readiness import Readiness
from arm.central.shapes import read
from arm.central.stampede import Gate
from arm.central.timers import Clockwork
from arm.central.waiting import Poller
from arm.central.web import (
    NO_STORE,
    CommandsBody,
    Desk,
    KnownDesk,
    PieceBody,
    Portal,
    SmallBody,
    TheCentral,
    answer,
    answer_errors,
    large_answer,
)
from arm.wire import (
    MAX_PAGE,
    DeviceReport,
    Digests,
    DirectoryAnswer,
    FetchAnswer,
    FetchRequest,
    Manifest,
    PullAnswer,
    PushAnswer,
    PushRequest,
    SignInAnswer,
    SignInRequest,
    UploadAnswer,
    UploadRequest,
    WaitAnswer,
    to_json,
)

LONGEST_WAIT_S = 25.0
LAST_SEQ = 2**63 - 1
api = APIRouter(prefix="/api/v1")
plain_routes = APIRouter()


def make_app(central: Central) -> FastAPI:
    """The application over an open store, its timers with it; the caller closes the store."""
    poller, readiness, clockwork = Poller(central.mark), Readiness(central), Clockwork(central)

    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        poller.start()
        clockwork.start()
        yield
        await poller.finish()
        await clockwork.finish()
        readiness.close()

    app = FastAPI(
        title="АРМ: central store",
        version=getattr(arm, "__version__", "0.1.0"),
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        redirect_slashes=False,
        lifespan=life,
    )
    app.state.central, app.state.poller, app.state.readiness = central, poller, readiness
    app.add_middleware(Gate)
    app.include_router(api)
    app.include_router(between_routes.api)
    app.include_router(plain_routes)
    answer_errors(app)
    app.add_middleware(EchoRequest)
    describe(app)
    return app


def poller_of(request: Request) -> Poller:
    return cast("Poller", request.app.state.poller)


@api.post("/sessions", **route(takes=SignInRequest, gives=SignInAnswer))
def sign_in(central: TheCentral, body: SmallBody) -> Response:
    asked = read(body, SignInRequest)
    try:
        is_uuid = str(uuid.UUID(asked.device_id)) == asked.device_id
    except ValueError:
        is_uuid = False
    if not is_uuid:
        raise Trouble(422, "bad_wire", "not a UUID", field="device_id")
    if len(asked.login) > 128 or len(asked.password) > 1024:
        raise Trouble(422, "bad_wire", field="login")
    return answer(central.sign_in(asked))


@api.delete("/sessions/self", **route(status=204))
def sign_out(central: TheCentral, who: Desk) -> Response:
    central.sign_out(who)
    return Response(status_code=204)


@api.get("/directory", **route(gives=DirectoryAnswer))
async def directory(
    request: Request, central: TheCentral, who: Desk, if_none_match: Annotated[str | None, Header()] = None
) -> Response:
    found = await run_in_threadpool(central.handle_directory, who)
    tag = f'"{found.version}"'
    if if_none_match == tag:
        return Response(status_code=304, headers={"ETag": tag})
    return await large_answer(request, lambda: to_json(found), NO_STORE | {"ETag": tag})


@api.post("/commands", **route(takes=PushRequest, gives=PushAnswer))
async def commands(request: Request, central: TheCentral, who: KnownDesk, body: CommandsBody) -> Response:
    def push() -> Response:
        return answer(central.handle_push(who, read(body, PushRequest)))

    made = await run_in_threadpool(push)
    poller_of(request).poke()
    return made


@api.get("/changes", **route(gives=PullAnswer))
async def changes(
    request: Request,
    central: TheCentral,
    who: KnownDesk,
    cursor: str = "",
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = MAX_PAGE,
) -> Response:
    return await large_answer(request, lambda: central.written_pull(who, cursor, limit))


@api.get("/manifest", **route(gives=Manifest))
async def manifest(
    request: Request, central: TheCentral, who: KnownDesk, bucket: Annotated[int | None, Query(ge=0, le=255)] = None
) -> Response:
    return await large_answer(request, lambda: central.written_manifest(who, bucket))


@api.get("/manifest/digests", **route(gives=Digests))
async def digests(request: Request, central: TheCentral, who: KnownDesk) -> Response:
    return await large_answer(request, lambda: to_json(central.handle_digests(who)))


@api.post("/cards:fetch", **route(takes=FetchRequest, gives=FetchAnswer))
async def fetch(request: Request, central: TheCentral, who: KnownDesk, body: SmallBody) -> Response:
    return await large_answer(request, lambda: central.written_fetch(who, read(body, FetchRequest)))


@api.get("/wait", **route(gives=WaitAnswer))
async def wait(
    request: Request,
    central: TheCentral,
    who: KnownDesk,
    cursor: str = "",
    timeout_s: Annotated[float, Query(ge=0, le=LONGEST_WAIT_S)] = LONGEST_WAIT_S,
) -> Response:
    """Says only that there is something to pull; no content travels here (P27)."""
    mark = await run_in_threadpool(central.handle_wait_mark, who, cursor)
    if mark is None:
        return answer(WaitAnswer(head_moved=True, head=await run_in_threadpool(central.head)))
    present = await poller_of(request).wait_beyond(mark, timeout_s)
    return answer(WaitAnswer(head_moved=present != mark, head=present[0]))


@api.get("/devices/self/decisions", **route())
def own_decisions(central: TheCentral, who: Desk, after: Annotated[int, Query(ge=0, le=LAST_SEQ)] = 0) -> Response:
    return answer(central.handle_decisions(who, after))


@api.put("/devices/self/report", **route(takes=DeviceReport, status=204))
def own_report(central: TheCentral, who: Desk, body: SmallBody) -> Response:
    report = read(body, DeviceReport)
    if report.kind != "salvaged" or len(report.kept_file) > 200:
        raise Trouble(422, "bad_wire", field="kind")
    central.handle_report(who, report)
    return Response(status_code=204)


@api.post("/uploads", **route(takes=UploadRequest, gives=UploadAnswer, status=201))
def begin_upload(central: TheCentral, who: Desk, body: SmallBody) -> Response:
    made = central.uploads.begin(who, read(body, UploadRequest))
    return answer(made, 201, Upload_Offset="0", Location=f"/api/v1/uploads/{made.upload_id}")


@api.patch("/uploads/{upload_id}", **route(takes=bytes, gives=UploadAnswer, media="application/offset+octet-stream"))
def append_upload(
    central: TheCentral,
    who: Desk,
    upload_id: str,
    body: PieceBody,
    upload_offset: Annotated[int, Header(ge=0)],
) -> Response:
    made = central.uploads.append(who, upload_id, upload_offset, body)
    return answer(made, Upload_Offset=str(made.offset))


@api.head("/uploads/{upload_id}", **route())
def upload_offset(central: TheCentral, who: Desk, upload_id: str) -> Response:
    found = central.uploads.offset(who, upload_id)
    complete = "1" if found.complete else "0"
    return Response(headers=NO_STORE | {"Upload-Offset": str(found.offset), "Upload-Complete": complete})


@api.get("/files/{upload_id}", **route())
def file(central: TheCentral, who: Desk, upload_id: str) -> Response:
    found = central.uploads.read(who, upload_id)
    headers = {
        "Content-Length": str(found.size),
        "Content-Disposition": f"attachment; filename*=utf-8''{quote(found.name, safe='')}",
    }
    return StreamingResponse(central.uploads.pieces(found), headers=NO_STORE | headers, media_type=found.media_type)


@api.get("/notices", **route(gives=portal.Notices))
def notices(
    central: TheCentral,
    who: Desk,
    after: Annotated[int, Query(ge=0, le=LAST_SEQ)] = 0,
    place: Annotated[int, Query(ge=0, le=portal.LAST_PLACE)] = portal.LAST_PLACE,
) -> Response:
    """Beyond the last one read, named by its seq and place: terms are told after an event, under its seq."""
    return answer(portal.notices_of(central, who, after, place))


@api.post("/portal/messages", **route(takes=portal.PortalMessage, gives=portal.PortalReceipt, status=201))
def portal_register(request: Request, central: TheCentral, _who: Portal, body: SmallBody) -> Response:
    made = portal.register(central, read(body, portal.PortalMessage))
    poller_of(request).poke()
    return answer(made, 201)


@api.get("/portal/messages/{number}", **route(gives=portal.PortalStatus))
def portal_status(central: TheCentral, _who: Portal, number: str) -> Response:
    return answer(portal.status(central, number))


@api.post("/portal/messages/{number}/mark", **route(takes=portal.PortalMark, gives=portal.PortalStatus))
def portal_mark(request: Request, central: TheCentral, _who: Portal, number: str, body: SmallBody) -> Response:
    made = portal.rate(central, number, read(body, portal.PortalMark))
    poller_of(request).poke()
    return answer(made)


@plain_routes.get("/health", include_in_schema=False)
async def health() -> Response:
    """Only that the process runs; it needs neither a thread nor the database."""
    return answer({"status": "ok"})


@plain_routes.get("/ready", include_in_schema=False)
async def ready(request: Request) -> Response:
    """Red (503 with a code) while this process should be given no work: see `readiness`."""
    await cast("Readiness", request.app.state.readiness).check()
    return answer({"status": "ready"})
