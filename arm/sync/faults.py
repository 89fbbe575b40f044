"""What went wrong on the network, from the exceptions of sockets, TLS, urllib3 and requests to one code (F22–F28)."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from arm.sync.troubles import SyncTrouble

if TYPE_CHECKING:
    import ssl

_NOT_YET, _EXPIRED = 9, 10
_WRONG_HOST = frozenset({62, 64})
_OLD_TLS = frozenset(
    {"UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION", "WRONG_SSL_VERSION", "NO_PROTOCOLS_AVAILABLE"}
)
_NOT_TLS = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE"})


class Fault(OSError):
    """A trouble found by our own part of the connection; an OSError, so that urllib3 lets it through whole."""

    def __init__(self, kind: str, code: str, params: Mapping[str, str] | None = None) -> None:
        super().__init__(code)
        self.kind, self.code = kind, code
        self.params: dict[str, str] = dict(params or {})

    def trouble(self) -> SyncTrouble:
        return SyncTrouble(self.kind, {"code": self.code} | self.params)


def trouble_behind(error: BaseException) -> SyncTrouble:
    """The trouble that an exception of the network means; the most exact of its causes decides."""
    # imported late, as everywhere here: the first window is painted before the network is needed (S11)
    import http.client
    import ssl

    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, Fault):
            return cause.trouble()
    for cause in causes:
        if isinstance(cause, ssl.SSLError):
            return tls_fault(cause).trouble()
    for cause in causes:
        if isinstance(cause, TimeoutError) or "Timeout" in type(cause).__name__:
            return SyncTrouble("offline", {"code": "timeout"})
    for cause in causes:
        is_hung_up = isinstance(cause, ConnectionError | http.client.IncompleteRead | http.client.RemoteDisconnected)
        if isinstance(cause, http.client.HTTPException) and not is_hung_up:
            # headers without end, a status line that is none: somebody who doesn't speak HTTP as we do
            return SyncTrouble("wrong_server", {"code": "not_the_protocol"})
    return SyncTrouble("offline", {"code": "broken"})


def tls_fault(error: ssl.SSLError) -> Fault:
    """Why a handshake failed; an unknown reason is not taken for an unknown authority."""
    import ssl

    if isinstance(error, ssl.SSLCertVerificationError):
        code = error.verify_code
        if code == _EXPIRED:
            return Fault("certificate", "expired")
        if code == _NOT_YET:
            return Fault("certificate", "not_yet")
        return Fault("certificate", "wrong_host" if code in _WRONG_HOST else "unknown_ca")
    reason = error.reason or ""
    if reason in _OLD_TLS:
        return Fault("certificate", "too_old_tls")
    if reason in _NOT_TLS:
        return Fault("wrong_server", "not_tls")
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError | ssl.SSLSyscallError):
        return Fault("offline", "broken")
    return Fault("certificate", "handshake")


def connect_code(numbers: list[int]) -> str:
    """One code for the errors of all the addresses tried."""
    if errno.ECONNREFUSED in numbers or 10061 in numbers:
        return "refused"
    return "connect_timeout" if errno.ETIMEDOUT in numbers or 10060 in numbers else "unreachable"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The exception with everything that libraries have put around and behind it."""
    waiting: list[object] = [error]
    seen: set[int] = set()
    while waiting:
        one = waiting.pop(0)
        if not isinstance(one, BaseException) or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [getattr(one, "reason", None), one.__cause__, one.__context__, *one.args]
