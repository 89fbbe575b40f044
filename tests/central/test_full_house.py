"""More askers than places: told to come again after a pause, served when they do, and nobody gets a fault."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from arm.central import stampede
from arm.central.central import Central
from arm.central.engine import make_engine, reading
from arm.central.problems import Trouble
from tests.central.region import Desk, desk, folder_of
from tests.central.served import serving, url_of
from tests.central.test_http import client_of

Answer = tuple[int, dict[str, str]]


@pytest.fixture
def small(filled_url: str, tmp_path: Path) -> Iterator[Central]:
    """A store that opens two connections at most."""
    with Central(make_engine(filled_url, connections=2), folder_of(tmp_path)) as opened:
        yield opened


@pytest.fixture
def url(small: Central) -> Iterator[str]:
    with serving(small) as bound:
        yield url_of(bound)


async def ask(url: str, path: str, headers: dict[str, str]) -> Answer:
    where = urlsplit(url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    lines = [f"GET {path} HTTP/1.1", "Host: x", "Connection: close", *(f"{k}: {v}" for k, v in headers.items())]
    writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
    raw = await reader.read()
    writer.close()
    head = raw.partition(b"\r\n\r\n")[0].decode().splitlines()
    fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
    return int(head[0].split()[1]), fields


def all_at_once(url: str, path: str, headers: dict[str, str], count: int) -> list[Answer]:
    async def storm() -> list[Answer]:
        return await asyncio.gather(*(ask(url, path, headers) for _ in range(count)))

    return asyncio.run(storm())


def waits(answers: list[Answer]) -> set[str]:
    return {fields.get("retry-after", "") for status, fields in answers if status == 503}


def test_fifty_at_two_connections_are_served_or_told_to_come_again(url: str, small: Central) -> None:
    """F74: the pool is never overrun, nobody gets a fault, and afterwards all is as before."""
    curator = client_of(url, desk(small, "curator"), small)
    answers = all_at_once(url, "/api/v1/changes", curator.headers, 50)
    assert {status for status, _ in answers} <= {200, 503}
    assert Counter(status for status, _ in answers)[200] >= 1
    assert "" not in waits(answers)
    assert [status for status, _ in all_at_once(url, "/api/v1/changes", curator.headers, 2)] == [200, 200]
    assert all_at_once(url, "/ready", {}, 1)[0][0] == 200


def test_who_finds_no_free_connection_is_told_within_seconds(small: Central, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(small.store.engine.pool, "_timeout", 0.2)
    curator = desk(small, "curator")
    with reading(small.store.engine), reading(small.store.engine), pytest.raises(Trouble) as full:
        curator.pull()
    assert (full.value.problem.status, full.value.code, full.value.problem.retry_after_s) == (503, "busy", 1)
    assert curator.pull().rescope


def test_a_stampede_is_kept_outside_with_different_pauses(
    url: str, small: Central, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F25: whoever doesn't fit into the queue comes again at a moment of his own; the process goes on answering."""
    curator = client_of(url, desk(small, "curator"), small)
    monkeypatch.setattr(small.store.engine.pool, "_timeout", 1)
    monkeypatch.setattr(stampede, "LONGEST_QUEUE", 45)
    with reading(small.store.engine), reading(small.store.engine):
        answers = all_at_once(url, "/api/v1/changes", curator.headers, 200)
        assert all_at_once(url, "/health", {}, 1)[0][0] == 200
        assert all_at_once(url, "/ready", {}, 1)[0][0] == 503
    assert {status for status, _ in answers} == {503}
    # threads and queue had the pool's own pause, the many others one by chance
    assert waits(answers) == {"1", "2", "3", "4", "5"}
    monkeypatch.undo()
    served = [all_at_once(url, "/api/v1/changes", curator.headers, 10) for _ in range(4)]
    assert {status for answers in served for status, _ in answers} == {200}


@pytest.mark.parametrize("store_kind", ["postgresql"], indirect=True)
def test_too_many_clients_of_the_database_are_a_reason_to_come_again(
    small: Central, filled_url: str, pg_url: str
) -> None:
    curator: Desk = desk(small, "curator")
    name = filled_url.rpartition("?")[0].rpartition("/")[2]
    admin = psycopg.connect(pg_url.replace("postgresql+psycopg://", "postgresql://", 1), autocommit=True)
    with admin:
        admin.execute(f'ALTER DATABASE "{name}" CONNECTION LIMIT 0'.encode())
        admin.execute("CREATE ROLE crowd LOGIN")
        try:
            url = filled_url.replace("//postgres@", "//crowd@")
            with Central(make_engine(url), small.uploads.folder) as crowded, pytest.raises(Trouble) as full:
                Desk(crowded, curator.who).pull()
            assert (full.value.problem.status, full.value.code) == (503, "busy")
            assert full.value.problem.retry_after_s
        finally:
            admin.execute(f'ALTER DATABASE "{name}" CONNECTION LIMIT -1'.encode())
            admin.execute("DROP ROLE crowd")
    assert curator.pull().rescope
