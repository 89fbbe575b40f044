"""The wire over HTTP: requests and answers of `/api/v1`, and what is wrong with an answer by kind."""

from __future__ import annotations

import contextlib
import io
import secrets
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote, urlencode, urlsplit

from arm.sync.answers import ECHO, JSON_KINDS, is_ours, somebody_else, trouble_of
from arm.sync.bodies import MOST_ANSWER_BYTES, Line, PageSize, PieceSize, pieces_of, whole_body
from arm.sync.faults import trouble_behind
from arm.sync.heard import LastHeard, dated
from arm.sync.troubles import SyncTrouble
from arm.sync.ways import Ways, proxy_for, server_address
from arm.wire import (
    BadWire,
    Decision,
    DeviceReport,
    Digests,
    DirectoryAnswer,
    FetchRequest,
    Manifest,
    Problem,
    PushAnswer,
    PushRequest,
    SignInAnswer,
    SignInRequest,
    UploadAnswer,
    UploadRequest,
    WaitAnswer,
    from_json,
    to_json,
)
from arm.wire_between import Doing, DraftsAnswer, DraftShare, PresenceAnswer, PresenceRequest, SharedDraft
from arm.wire_packed import PackedFetch, PackedPull, packed_from_json

if TYPE_CHECKING:
    import socket

    import requests

__all__ = ["MOST_ANSWER_BYTES", "HttpTransport", "server_address", "trouble_of"]

READ_TIMEOUT_S = 30.0
SEND_TIMEOUT_S = 30.0
"""For each 16 KB that are sent: connecting has its own, shorter limit."""
WAIT_GRACE_S = 5.0
"""How much longer than asked a long poll may take: with 25 s of waiting a dead line is found in half a minute."""
T = TypeVar("T")


class HttpTransport:
    """Talks to one central store; usable from several threads, each with a session of its own.

    Proxies, authorities and netrc of the environment are not believed: what is set in `ways` alone counts.
    """

    def __init__(
        self,
        server: str,
        device_id: Callable[[], str],
        token: Callable[[], str],
        ca_file: str = "",
        ways: Callable[[], Ways] | None = None,
        proxy_password: Callable[[], str] = str,
        heard: LastHeard | None = None,
    ) -> None:
        """`ways` is asked anew for every request, so that a changed proxy or pin counts at once.

        Raises SyncTrouble(wrong_server) for an address that is none, or is plain HTTP beyond the loopback.
        """
        self._server = server_address(server)
        self._root = f"{self._server}/api/v1"
        self._device_id = device_id
        self._token = token
        self._ways = ways or (lambda: Ways(ca_file=ca_file))
        self._proxy_password = proxy_password
        self._heard = heard or LastHeard()
        self._own = threading.local()
        self._age = 0
        self._sockets: weakref.WeakSet[socket.socket] = weakref.WeakSet()
        self._sessions: list[requests.Session] = []
        self._piece = PieceSize()
        self._page = PageSize()
        self._line = Line()

    def sign_in(self, request: SignInRequest) -> SignInAnswer:
        return self._json("POST", "/sessions", SignInAnswer, to_json(request))

    def sign_out(self) -> None:
        self._call("DELETE", "/sessions/self").close()

    def directory(self, version: str) -> DirectoryAnswer | None:
        headers = {"If-None-Match": f'"{version}"'} if version else {}
        response = self._call("GET", "/directory", headers=headers)
        if response.status_code == 304:
            response.close()
            return None
        return self._read(response, DirectoryAnswer)

    def push(self, request: PushRequest) -> PushAnswer:
        return self._json("POST", "/commands", PushAnswer, to_json(request))

    def page_size(self) -> int:
        return self._page.cards_now

    def changes(self, cursor: str, limit: int) -> PackedPull:
        query, begun_s = urlencode({"cursor": cursor, "limit": limit}), time.monotonic()
        answer = self._read(self._call("GET", f"/changes?{query}"), PackedPull, packed_from_json)
        self._page.took(len(answer.items), time.monotonic() - begun_s)
        return answer

    def manifest(self, bucket: int | None = None) -> Manifest:
        return self._json("GET", "/manifest" if bucket is None else f"/manifest?bucket={bucket}", Manifest)

    def digests(self) -> Digests:
        return self._json("GET", "/manifest/digests", Digests)

    def decisions(self, after: int) -> list[Decision]:
        return self._json("GET", f"/devices/self/decisions?after={after}", list[Decision])

    def fetch(self, request: FetchRequest) -> PackedFetch:
        begun_s = time.monotonic()
        answer = self._read(self._call("POST", "/cards:fetch", to_json(request)), PackedFetch, packed_from_json)
        self._page.took(len(request.message_ids), time.monotonic() - begun_s)
        return answer

    def wait(self, cursor: str, timeout_s: float) -> WaitAnswer:
        query = urlencode({"cursor": cursor, "timeout_s": f"{timeout_s:g}"})
        return self._json("GET", f"/wait?{query}", WaitAnswer, read_timeout_s=timeout_s + WAIT_GRACE_S)

    def begin_upload(self, request: UploadRequest) -> UploadAnswer:
        return self._json("POST", "/uploads", UploadAnswer, to_json(request))

    def send_piece(self, upload_id: str, offset: int, piece: bytes) -> UploadAnswer:
        """Sends a piece in as many parts as the line carries in reasonable time; a broken one begins where it ended."""
        answer, sent = UploadAnswer(upload_id=upload_id, offset=offset, complete=False), 0
        while sent < len(piece):
            part = piece[sent : sent + self._piece.bytes_now]
            headers = {"Upload-Offset": str(offset + sent), "Content-Type": "application/octet-stream"}
            begun_s = time.monotonic()
            response = self._call("PATCH", f"/uploads/{quote(upload_id, safe='')}", part, headers)
            answer = self._read(response, UploadAnswer)
            self._piece.took(len(part), time.monotonic() - begun_s)
            sent += len(part)
            if answer.complete or answer.offset != offset + sent:
                break
        return answer

    def upload_offset(self, upload_id: str) -> UploadAnswer:
        response = self._call("HEAD", f"/uploads/{quote(upload_id, safe='')}")
        with contextlib.closing(response):
            try:
                offset = int(response.headers["Upload-Offset"])
            except (KeyError, ValueError):
                raise SyncTrouble("wrong_server", {"code": "not_the_protocol"}) from None
        complete = response.headers.get("Upload-Complete", "").lower() in {"1", "?1", "true"}
        return UploadAnswer(upload_id=upload_id, offset=offset, complete=complete)

    def report(self, report: DeviceReport) -> None:
        self._call("PUT", "/devices/self/report", to_json(report)).close()

    def download(self, upload_id: str) -> Iterator[bytes]:
        """The pieces of a file; how many may come, whoever knows the announced size must watch."""
        response = self._call("GET", f"/files/{quote(upload_id, safe='')}")
        with contextlib.closing(response), _network():
            yield from pieces_of(response)

    def renew(self) -> None:
        """Ends every connection at once, also those under way; the next request opens one of its own (F27)."""
        from arm.sync.pool import drop

        self._age += 1
        drop(self._sockets)

    def be_present(self, message_id: str, doing: Doing) -> PresenceAnswer:
        body = to_json(PresenceRequest(doing=doing))
        return self._json("PUT", f"{_message(message_id)}/presence", PresenceAnswer, body)

    def drafts_of(self, message_id: str) -> DraftsAnswer:
        return self._json("GET", f"{_message(message_id)}/drafts", DraftsAnswer)

    def share_draft(self, message_id: str, draft_id: str, shared: DraftShare) -> SharedDraft:
        return self._json("PUT", _draft(message_id, draft_id), SharedDraft, to_json(shared))

    def take_draft(self, message_id: str, draft_id: str) -> SharedDraft:
        return self._json("POST", f"{_draft(message_id, draft_id)}/take", SharedDraft)

    def withdraw_draft(self, message_id: str, draft_id: str) -> None:
        self._call("DELETE", _draft(message_id, draft_id)).close()

    def own_drafts(self) -> DraftsAnswer:
        return self._json("GET", "/drafts/self", DraftsAnswer)

    def close(self) -> None:
        for session in self._sessions:
            session.close()

    def _json(
        self, method: str, path: str, kind: type[T], body: bytes | None = None, read_timeout_s: float | None = None
    ) -> T:
        return self._read(self._call(method, path, body, read_timeout_s=read_timeout_s), kind)

    def _session(self) -> requests.Session:
        """This thread's session for the ways as they are set now. Raises Fault."""
        wanted = (self._ways(), self._age)
        session: requests.Session | None = getattr(self._own, "session", None)
        if session is not None and self._own.made_for == wanted:
            return session
        # imported here: the first window is painted before the network is needed (S11)
        from arm.sync.pool import make_session

        if session is not None:
            session.close()
            self._sessions.remove(session)
            self._own.session = None
        ways = wanted[0]
        proxy = proxy_for(self._server, ways, self._proxy_password())
        session = self._own.session = make_session(ways, proxy, self._sockets)
        self._own.made_for = wanted
        self._sessions.append(session)
        return session

    def _call(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        read_timeout_s: float | None = None,
    ) -> requests.Response:
        """An answer that is the protocol's own and no error; anything else becomes SyncTrouble."""
        sent = {"Arm-Device": self._device_id(), "Accept": "application/json", ECHO: secrets.token_hex(16)}
        if self._token():
            sent["Authorization"] = f"Bearer {self._token()}"
        if self._line.is_quick:
            sent["Accept-Encoding"] = "identity"
        if body is not None:
            sent["Content-Type"] = "application/json"
        sent.update(headers or {})
        try:
            with _network():
                response = self._session().request(
                    method,
                    self._root + path,
                    # as a stream: what is sent in one go would have to leave within one timeout, whatever its size
                    data=io.BytesIO(body) if body else body,
                    headers=sent,
                    timeout=(SEND_TIMEOUT_S, read_timeout_s or READ_TIMEOUT_S),
                    allow_redirects=False,
                    stream=True,
                )
        except SyncTrouble as trouble:
            raise self._dated(trouble) from trouble
        is_good = response.status_code == 304 or 200 <= response.status_code < 300
        with contextlib.ExitStack() as closing:
            closing.callback(response.close)
            if response.headers.get(ECHO) == sent[ECHO]:
                self._hear(response.headers)
            elif response.status_code < 500 and is_ours(response):
                # an answer of long ago out of a cache, or of somebody who only looks like the store
                raise SyncTrouble("wrong_server", {"code": "stale_answer"})
            elif response.status_code < 500 and response.status_code not in {407, 429}:
                raise somebody_else(response)
            if not is_good:
                raise self._trouble(response)
            closing.pop_all()
        return response

    def _hear(self, headers: Mapping[str, str]) -> None:
        with contextlib.suppress(ValueError, TypeError):
            self._heard.hear(parsedate_to_datetime(headers.get("Date", "")).astimezone(UTC))

    def _dated(self, trouble: SyncTrouble) -> SyncTrouble:
        """A certificate refused for its dates is looked at, to tell a wrong clock of this computer from it (F29)."""
        if trouble.kind != "certificate" or trouble.code not in {"expired", "not_yet"}:
            return trouble
        from arm.sync.pool import show_certificate

        parts = urlsplit(self._server)
        try:
            proxy = proxy_for(self._server, self._ways(), self._proxy_password())
            seen, _version = show_certificate(parts.hostname or "", parts.port or 443, proxy)
        except OSError:
            return trouble
        return dated(trouble, seen, datetime.now(UTC), self._heard)

    def _read(
        self, response: requests.Response, kind: type[T], reading: Callable[[bytes, type[T]], T] = from_json
    ) -> T:
        with contextlib.closing(response):
            if not response.headers.get("Content-Type", "").startswith(JSON_KINDS):
                # a hotel's sign-in page answers 200 to everything: not a word of it is believed
                raise somebody_else(response)
            try:
                return reading(self._body(response), kind)
            except BadWire:
                raise SyncTrouble("wrong_server", {"code": "not_the_protocol"}) from None

    def _body(self, response: requests.Response) -> bytes:
        with _network():
            return whole_body(response, self._line)

    def _trouble(self, response: requests.Response) -> SyncTrouble:
        status, headers = response.status_code, response.headers
        problem: Problem | None = None
        if headers.get("Content-Type", "").startswith("application/problem+json"):
            with contextlib.suppress(BadWire):
                problem = from_json(self._body(response), Problem)
        if problem is None and status == 511:
            return somebody_else(response)
        is_bodyless = response.request.method == "HEAD"
        wanted = headers.get("Retry-After", "")
        return trouble_of(status, problem, wanted, is_bodyless, headers.get("Date", ""))


def _message(message_id: str) -> str:
    return f"/messages/{quote(message_id, safe='')}"


def _draft(message_id: str, draft_id: str) -> str:
    return f"{_message(message_id)}/drafts/{quote(draft_id, safe='')}"


@contextlib.contextmanager
def _network() -> Iterator[None]:
    """Errors of the network by kind and code; a certificate that is wrong is not the same as no network."""
    import requests
    from urllib3.exceptions import HTTPError

    try:
        yield
    except (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, UnicodeError) as error:
        raise SyncTrouble("wrong_server", {"code": "bad_address"}) from error
    except requests.exceptions.InvalidHeader as error:
        raise SyncTrouble("unauthorised") from error
    except (requests.exceptions.RequestException, HTTPError, OSError) as error:
        raise trouble_behind(error) from error
