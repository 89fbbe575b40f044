"""Addresses of the database: several hosts in libpq's two spellings, the one for writing by default."""

from __future__ import annotations

import pytest

from arm.central.addresses import address, hosts_of, libpq_environment, patience_s
from arm.central.problems import StoreTrouble


@pytest.mark.parametrize(
    ("url", "hosts", "ports"),
    [
        ("postgresql://u@a:1,b:2/base", "a,b", "1,2"),
        ("postgresql://u@a,b:6432/base", "a,b", "5432,6432"),
        ("postgres://u@[::1]:5,[fe80::2]:6/base", "::1,fe80::2", "5,6"),
        ("postgresql+psycopg://u@/base?host=a,b&port=1,2", "a,b", "1,2"),
        ("postgresql://u@/base?host=a,b,c&port=6432", "a,b,c", "6432,6432,6432"),
        ("postgresql://u@/base?host=a:1&host=b:2", "a,b", "1,2"),
    ],
)
def test_of_several_hosts_the_one_that_takes_writes_is_meant(url: str, hosts: str, ports: str) -> None:
    where = address(url)
    assert hosts_of(where) == tuple(hosts.split(","))
    asked = where.get_dialect()().create_connect_args(where)[1]
    assert (asked["host"], asked["port"], asked["dbname"], asked["user"]) == (hosts, ports, "base", "u")
    assert asked["target_session_attrs"] == "read-write"
    assert patience_s(where) == 3


def test_what_the_address_says_itself_stands() -> None:
    assert address("postgresql://a,b/base?target_session_attrs=any").query["target_session_attrs"] == "any"
    one = address("postgresql://a/base")
    assert "target_session_attrs" not in one.query
    assert patience_s(one) == 10


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://a:x,b/base",
        "postgresql://a,,b/base",
        "postgresql://a,b/base?host=c,d",
        "postgresql:///base?host=a,b,c&port=1,2",
        "mysql://a,b/base",
    ],
)
def test_a_list_that_is_none_is_no_address(url: str) -> None:
    with pytest.raises(StoreTrouble, match="bad_url"):
        address(url)


def test_the_databases_own_programs_get_all_hosts_and_no_password_as_an_argument() -> None:
    made = libpq_environment(address("postgresql://u:p%40ss@a:1,b:2/base?sslmode=verify-full"))
    assert made == {
        "PGHOST": "a,b",
        "PGPORT": "1,2",
        "PGUSER": "u",
        "PGPASSWORD": "p@ss",
        "PGDATABASE": "base",
        "PGTARGETSESSIONATTRS": "read-write",
        "PGSSLMODE": "verify-full",
    }
