"""Addresses of the store's database: an SQLite file, one PostgreSQL, or several hosts of which one takes writes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from arm.central.problems import StoreTrouble
from arm.settings import data_folder

SQLITE_FILE = "central.db"
POSTGRES = "postgresql+psycopg"
HOST_PATIENCE_S, HOSTS_PATIENCE_S = 10, 3
"""How long one host may keep silent at connecting: a dead one must not hold up those named after it."""
_PLACE = re.compile(r"^(?P<before>[a-z+]+://(?:[^@/?]*@)?)(?P<hosts>[^/?]*,[^/?]*)(?P<after>.*)$", re.IGNORECASE)
_HOST = re.compile(r"\[(?P<six>[0-9a-f:.%]+)\](?::(?P<six_port>\d*))?|(?P<host>[^:\[\],]+)(?::(?P<port>\d*))?", re.I)


def address(url: str) -> URL:
    """The database's address; empty means SQLite in the data folder. StoreTrouble(bad_url) for anything else.

    Several hosts are written `postgresql://a:1,b:2/db` or `postgresql:///db?host=a,b&port=1,2`; of them the one
    that takes writes is meant, unless `target_session_attrs` says otherwise.
    """
    if not url:
        return URL.create("sqlite", database=str(data_folder() / SQLITE_FILE))
    try:
        made = _made(url)
        if made.drivername in ("postgres", "postgresql", POSTGRES):
            return _for_writing(made.set(drivername=POSTGRES))
    except (ArgumentError, ValueError):
        raise StoreTrouble("bad_url") from None
    if made.drivername in ("sqlite", "sqlite+pysqlite") and made.database not in (None, "", ":memory:"):
        return made.set(drivername="sqlite")
    raise StoreTrouble("bad_url")


def _made(url: str) -> URL:
    """libpq's list of hosts in the URL's place becomes the query form, the only one that SQLAlchemy reads."""
    listed = _PLACE.match(url)
    if listed is None or url.lower().startswith("sqlite"):
        return make_url(url)
    hosts, ports = [], []
    for one in listed["hosts"].split(","):
        found = _HOST.fullmatch(one.strip())
        if found is None:
            raise ValueError(one)
        hosts.append(found["six"] or found["host"])
        ports.append(found["six_port"] or found["port"] or "5432")
    made = make_url(listed["before"] + listed["after"])
    if {"host", "port"} & set(made.query):
        raise ValueError("hosts named twice")
    return made.update_query_dict({"host": ",".join(hosts), "port": ",".join(ports)})


def hosts_of(where: URL) -> tuple[str, ...]:
    """Every host that an address names."""
    named = where.query.get("host", where.host or "")
    listed = named.split(",") if isinstance(named, str) else [one.partition(":")[0] for one in named]
    return tuple(one for one in listed if one)


def _for_writing(where: URL) -> URL:
    """One port serves all hosts; any other wrong number is a bad address now, not at the first connection."""
    hosts, port = hosts_of(where), where.query.get("port", "")
    if len(hosts) > 1 and isinstance(port, str) and port and "," not in port:
        where = where.update_query_dict({"port": ",".join([port] * len(hosts))})
    where.get_dialect()().create_connect_args(where)
    if len(hosts) > 1 and "target_session_attrs" not in where.query:
        return where.update_query_dict({"target_session_attrs": "read-write"})
    return where


def patience_s(where: URL) -> int:
    return HOSTS_PATIENCE_S if len(hosts_of(where)) > 1 else HOST_PATIENCE_S


def libpq_environment(where: URL) -> dict[str, str]:
    """The same address for PostgreSQL's own programs, so that no password stands among arguments."""
    made: Mapping[str, Any] = where.get_dialect()().create_connect_args(where)[1]
    names = {
        "host": "PGHOST",
        "port": "PGPORT",
        "user": "PGUSER",
        "password": "PGPASSWORD",
        "dbname": "PGDATABASE",
        "target_session_attrs": "PGTARGETSESSIONATTRS",
        "sslmode": "PGSSLMODE",
        "sslrootcert": "PGSSLROOTCERT",
        "passfile": "PGPASSFILE",
    }
    return {variable: str(made[name]) for name, variable in names.items() if made.get(name)}
