"""Whether this process should be given work: the database answers, takes writes, is copied in step, has room (P31)."""

from __future__ import annotations

import asyncio
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import Connection, select, text

from arm.central import tables as t
from arm.central.central import Central
from arm.central.engine import reading, sqlite_path
from arm.central.files import RESERVE_BYTES
from arm.central.problems import Trouble

PATIENCE_S = 5.0
AGAIN_S = 5
STANDBYS = text(
    """SELECT current_setting('synchronous_standby_names') <> '' AS wanted,
    (SELECT count(*) FROM pg_stat_replication
        WHERE state = 'streaming' AND sync_state IN ('sync', 'quorum')) AS in_step,
    (SELECT count(*) FROM pg_stat_replication) AS there,
    pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') AS may_look,
    EXISTS (SELECT 1 FROM pg_stat_activity WHERE wait_event = 'SyncRep'
        AND state_change < clock_timestamp() - interval '5 seconds') AS held_up"""
)
"""Who may not look sees standbys without their state; commits of his own role that wait he sees always."""


def shortcomings(central: Central) -> list[str]:
    """Codes of what is wrong, the gravest first; none = ready. Trouble or StoreTrouble when the database is silent.

    Codes: in_recovery, standby_behind, standby_unseen, disk_nearly_full.
    """
    with reading(central.store.engine) as connection:
        connection.execute(select(t.journal_head.c.seq)).one()
        found = _replication(connection) if connection.dialect.name == "postgresql" else []
    places = [central.uploads.folder, sqlite_path(central.store.engine)]
    if any(_is_nearly_full(one) for one in places if one is not None):
        found.append("disk_nearly_full")
    return found


def _replication(connection: Connection) -> list[str]:
    if connection.scalar(text("SELECT pg_is_in_recovery()")):
        return ["in_recovery"]
    row = connection.execute(STANDBYS).one()
    if not row.wanted:
        return []
    if not row.there or row.held_up:
        return ["standby_behind"]
    if not row.may_look:
        return ["standby_unseen"]
    return [] if row.in_step else ["standby_behind"]


def _is_nearly_full(place: Path) -> bool:
    """Below the room that files leave to the database; the nearest folder that exists stands for one not made yet."""
    there = next((one for one in (place, *place.parents) if one.exists()), None)
    return there is not None and shutil.disk_usage(there).free < RESERVE_BYTES


class Readiness:
    """Asked by a balancer every few seconds, on threads of its own: those that serve may all be busy or stuck."""

    def __init__(self, central: Central) -> None:
        self._central = central
        self._threads = ThreadPoolExecutor(2, "readiness")

    async def check(self) -> None:
        """Trouble(503) with the gravest code, `store_slow` when there was no answer in time."""
        looking = asyncio.get_running_loop().run_in_executor(self._threads, shortcomings, self._central)
        try:
            async with asyncio.timeout(PATIENCE_S):
                found = await looking
        except TimeoutError:
            raise Trouble(503, "store_slow", retry_after_s=AGAIN_S) from None
        if found:
            raise Trouble(503, found[0], retry_after_s=AGAIN_S)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
