"""A TCP connection to the first address of a host that answers: a dead one does not hold up the others (F26)."""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import queue
import selectors
import socket
import threading
import time
from collections.abc import Iterable, Sequence
from itertools import chain, zip_longest
from typing import Any

from arm.sync.faults import Fault, connect_code

CONNECT_TIMEOUT_S = 5.0
HEAD_START_S = 0.25
"""How long one address is tried alone before the next one is begun beside it (RFC 8305)."""
_UNDER_WAY = frozenset({errno.EINPROGRESS, errno.EWOULDBLOCK, 10035})
Address = tuple[int, Any]
"""Address family and the address as the socket takes it."""


def connect(host: str, port: int, timeout_s: float = CONNECT_TIMEOUT_S) -> socket.socket:
    """A connected socket. Raises Fault(offline): dns, refused, unreachable, connect_timeout."""
    end = time.monotonic() + timeout_s
    return race(resolve(host, port, timeout_s), max(1.0, end - time.monotonic()))


def resolve(host: str, port: int, timeout_s: float = CONNECT_TIMEOUT_S) -> list[Address]:
    """The addresses of a name, families in turn; Fault(offline, dns) when it has none or nobody says in time.

    The system's look-up knows no time limit, so it is asked on a thread that may be left behind.
    """
    if _is_literal(host):
        return _ask_system(host, port)
    answers: queue.SimpleQueue[list[Address] | Fault] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(_ask_system(host, port))
        except Fault as fault:
            answers.put(fault)

    threading.Thread(target=ask, name="arm-resolve", daemon=True).start()
    try:
        found = answers.get(timeout=timeout_s)
    except queue.Empty:
        raise Fault("offline", "dns") from None
    if isinstance(found, Fault):
        raise found
    return found


def race(addresses: Sequence[Address], timeout_s: float) -> socket.socket:
    """The first connection that stands; the others are closed. Raises as `connect` does."""
    end = time.monotonic() + timeout_s
    waiting, errors = list(addresses), list[int]()
    due = time.monotonic()
    with selectors.DefaultSelector() as selector:
        try:
            while waiting or selector.get_map():
                now = time.monotonic()
                if now >= end:
                    raise Fault("offline", "connect_timeout")
                if waiting and (now >= due or not selector.get_map()):
                    won = _begin(waiting.pop(0), selector, errors)
                    if won is not None:
                        return won
                    due = now + HEAD_START_S
                    continue
                won = _finished(selector, (min(due, end) if waiting else end) - now, errors)
                if won is not None:
                    return won
        finally:
            for key in list(selector.get_map().values()):
                _close(key.fileobj)
    raise Fault("offline", connect_code(errors))


def _begin(address: Address, selector: selectors.BaseSelector, errors: list[int]) -> socket.socket | None:
    family, place = address
    try:
        one = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        errors.append(error.errno or 0)
        return None
    one.setblocking(False)
    number = one.connect_ex(place)
    if number == 0:
        return one
    if number in _UNDER_WAY:
        selector.register(one, selectors.EVENT_WRITE)
    else:
        errors.append(number)
        one.close()
    return None


def _finished(selector: selectors.BaseSelector, pause_s: float, errors: list[int]) -> socket.socket | None:
    """The connection that has come to stand within a pause, if any."""
    for key, _events in selector.select(max(0.0, pause_s)):
        one = key.fileobj
        if not isinstance(one, socket.socket):
            continue
        selector.unregister(one)
        number = one.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if number == 0:
            return one
        errors.append(number)
        one.close()
    return None


def _close(one: object) -> None:
    if isinstance(one, socket.socket):
        with contextlib.suppress(OSError):
            one.close()


def _ask_system(host: str, port: int) -> list[Address]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Fault("offline", "dns") from error
    if not found:
        raise Fault("offline", "dns")
    by_family: dict[int, list[Address]] = {}
    for family, _kind, _proto, _name, place in found:
        by_family.setdefault(family, []).append((family, place))
    turns: Iterable[tuple[Address | None, ...]] = zip_longest(*by_family.values())
    return [one for one in chain.from_iterable(turns) if one is not None]


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True
