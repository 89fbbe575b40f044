"""A primary and its synchronous standby, real servers of this machine, for the tests of failover and lag."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from arm.verify.rig_postgres import Cluster, debian_programs, short_folder

SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "wal_receiver_status_interval": "1s",
    "wal_retrieve_retry_interval": "200ms",
    "hot_standby_feedback": "on",
}


def ask(node: Cluster, statement: str) -> Any:
    """The first value of the answer, if there is one."""
    with psycopg.connect(node.dsn(), autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


@dataclass
class Pair:
    primary: Cluster
    standby: Cluster

    def url(self, *nodes: Cluster, user: str = "postgres") -> str:
        """Of one database on those servers, of both by default."""
        hosts = ",".join(str(one.folder) for one in nodes or (self.primary, self.standby))
        return f"postgresql://{user}@/postgres?host={hosts}"


@contextmanager
def running_pair() -> Iterator[Pair]:
    """What makes the standby synchronous is set in the server, so that a test may take it back."""
    if debian_programs() is None:
        pytest.skip("no PostgreSQL of the system here: a standby needs its pg_basebackup")
    folders = [short_folder("arm-pgc-"), short_folder("arm-pgc-")]
    primary, standby = (Cluster(one, SETTINGS) for one in folders)
    try:
        primary.make()
        primary.start()
        standby.follow(primary)
        standby.start()
        ask(primary, "ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (*)'")
        ask(primary, "SELECT pg_reload_conf()")
        yield Pair(primary, standby)
    finally:
        for one in (primary, standby):
            one.stop()
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)
