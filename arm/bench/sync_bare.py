"""The control of S16: a bare server over SQLAlchemy Core with the same rows, `python -m arm.bench.sync_bare`."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec
import uvicorn
from sqlalchemy import Engine, create_engine, select
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from arm.central import tables as t
from arm.central.serving import listening_socket
from arm.typed import from_json


def make_app(engine: Engine) -> Starlette:
    """Nobody is asked who he is, nothing is withheld: a list of ids, and rows by ids."""

    def all_ids() -> bytes:
        with engine.connect() as connection:
            found = connection.execute(select(t.message.c.message_id, t.message.c.rev))
            return msgspec.json.encode([tuple(row) for row in found])

    def some_rows(ids: list[str]) -> bytes:
        asked = select(t.message.c.message_id, t.message.c.rev, t.message.c.state, t.message.c.applicant)
        told = select(t.journal.c.message_id, t.journal.c.payload).where(t.journal.c.message_id.in_(ids))
        with engine.connect() as connection:
            rows = connection.execute(asked.where(t.message.c.message_id.in_(ids))).all()
            entries = connection.execute(told).all()
        return msgspec.json.encode([[tuple(row) for row in rows], [tuple(row) for row in entries]])

    async def ids(_request: Request) -> Response:
        return Response(await run_in_threadpool(all_ids), media_type="application/json")

    async def rows(request: Request) -> Response:
        wanted = from_json(await request.body(), list[str])
        return Response(await run_in_threadpool(some_rows, wanted), media_type="application/json")

    routes = [Route("/api/v1/manifest", ids), Route("/api/v1/cards:fetch", rows, methods=["POST"])]
    return Starlette(routes=routes)


def main(database: Path) -> None:
    """Prints where it listens; ends with its parent's end of the pipe, as the real one does."""
    import threading

    engine = create_engine(f"sqlite:///{database}", pool_size=8, max_overflow=40)
    bound = listening_socket("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(make_app(engine), log_level="error", access_log=False))

    def end_with_parent() -> None:
        sys.stdin.buffer.read()
        server.should_exit = True

    threading.Thread(target=end_with_parent, daemon=True).start()
    sys.stdout.write(f"listening http://127.0.0.1:{bound.getsockname()[1]}\n")
    sys.stdout.flush()
    server.run(sockets=[bound])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
