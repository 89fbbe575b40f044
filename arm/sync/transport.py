"""The wire over HTTP: requests and answers of `/api/v1`, and what is wrong with an answer by kind."""

from __future__ import annotations

import contextlib
import ipaddress
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote, urlencode, urlsplit

from arm.sync.troubles import SyncTrouble
from arm.wire import (
    BadWire,
    Decision,
    DeviceReport,
    Digests,
    DirectoryAnswer,
    FetchAnswer,
    FetchRequest,
    Manifest,
    Problem,
    PullAnswer,
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

if TYPE_CHECKING:
    import requests

CONNECT_TIMEOUT_S = 5.0
READ_TIMEOUT_S = 30.0
MOST_ANSWER_BYTES = 256 * 1024 * 1024
_PIECE = 64 * 1024
_JSON = ("application/json", "application/problem+json")
T = TypeVar("T")


class HttpTransport:
    """Talks to one central store; usable from several threads, each with a session of its own.

    Proxies and netrc of the environment are not believed; `ca_file` names the store's own authority.
    """

    def __init__(
        self,
        server: str,
        device_id: Callable[[], str],
        token: Callable[[], str],
        ca_file: str = "",
    ) -> None:
        """Raises SyncTrouble(wrong_server) for an address that is none, or is plain HTTP beyond the loopback."""
        self._root = f"{server_address(server)}/api/v1"
        self._device_id = device_id
        self._token = token
        self._ca_file = ca_file
        self._own = threading.local()
        self._sessions: list[requests.Session] = []

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

    def changes(self, cursor: str, limit: int) -> PullAnswer:
        return self._json("GET", "/changes?" + urlencode({"cursor": cursor, "limit": limit}), PullAnswer)

    def manifest(self, bucket: int | None = None) -> Manifest:
        return self._json("GET", "/manifest" if bucket is None else f"/manifest?bucket={bucket}", Manifest)

    def digests(self) -> Digests:
        return self._json("GET", "/manifest/digests", Digests)

    def decisions(self, after: int) -> list[Decision]:
        return self._json("GET", f"/devices/self/decisions?after={after}", list[Decision])

    def fetch(self, request: FetchRequest) -> FetchAnswer:
        return self._json("POST", "/cards:fetch", FetchAnswer, to_json(request))

    def wait(self, cursor: str, timeout_s: float) -> WaitAnswer:
        query = urlencode({"cursor": cursor, "timeout_s": f"{timeout_s:g}"})
        return self._json("GET", f"/wait?{query}", WaitAnswer, read_timeout_s=timeout_s + READ_TIMEOUT_S)

    def begin_upload(self, request: UploadRequest) -> UploadAnswer:
        return self._json("POST", "/uploads", UploadAnswer, to_json(request))

    def send_piece(self, upload_id: str, offset: int, piece: bytes) -> UploadAnswer:
        headers = {"Upload-Offset": str(offset), "Content-Type": "application/octet-stream"}
        response = self._call("PATCH", f"/uploads/{quote(upload_id, safe='')}", piece, headers)
        return self._read(response, UploadAnswer)

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
        response = self._call("GET", f"/files/{quote(upload_id, safe='')}")
        with contextlib.closing(response), _network():
            yield from response.iter_content(_PIECE)

    def renew(self) -> None:
        """Lets go of every connection; the next request opens one of its own."""
        self.close()

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
        session: requests.Session | None = getattr(self._own, "session", None)
        if session is None:
            # imported here: the first window is painted before the network is needed (S11)
            import requests

            session = self._own.session = requests.Session()
            session.trust_env = False
            if self._ca_file:
                session.verify = self._ca_file
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
        sent = {"Arm-Device": self._device_id(), "Accept": "application/json"}
        if self._token():
            sent["Authorization"] = f"Bearer {self._token()}"
        if body is not None:
            sent["Content-Type"] = "application/json"
        sent.update(headers or {})
        with _network():
            response = self._session().request(
                method,
                self._root + path,
                data=body,
                headers=sent,
                timeout=(CONNECT_TIMEOUT_S, read_timeout_s or READ_TIMEOUT_S),
                allow_redirects=False,
                stream=True,
            )
        if response.status_code == 304 or 200 <= response.status_code < 300:
            return response
        with contextlib.closing(response):
            raise self._trouble(response)

    def _read(self, response: requests.Response, kind: type[T]) -> T:
        with contextlib.closing(response):
            if not response.headers.get("Content-Type", "").startswith(_JSON):
                # a hotel's sign-in page answers 200 to everything: not a word of it is believed
                raise SyncTrouble("wrong_server", {"code": "not_the_protocol"})
            try:
                return from_json(_body(response), kind)
            except BadWire:
                raise SyncTrouble("wrong_server", {"code": "not_the_protocol"}) from None

    @staticmethod
    def _trouble(response: requests.Response) -> SyncTrouble:
        status = response.status_code
        problem: Problem | None = None
        if response.headers.get("Content-Type", "").startswith("application/problem+json"):
            with contextlib.suppress(BadWire):
                problem = from_json(_body(response), Problem)
        is_bodyless = response.request.method == "HEAD"
        return trouble_of(status, problem, response.headers.get("Retry-After", ""), is_bodyless)


def _message(message_id: str) -> str:
    return f"/messages/{quote(message_id, safe='')}"


def _draft(message_id: str, draft_id: str) -> str:
    return f"{_message(message_id)}/drafts/{quote(draft_id, safe='')}"


def trouble_of(status: int, problem: Problem | None, retry_after: str = "", is_bodyless: bool = False) -> SyncTrouble:
    """The trouble that an error answer means; without problem details it isn't our central store.

    `is_bodyless`: the answer to HEAD, which never carries details.
    """
    params = {"status": str(status)}
    if problem is not None:
        params |= {"code": problem.code, "detail": problem.detail}
        if problem.retry_after_s is not None:
            params["retry_after_s"] = str(problem.retry_after_s)
    if retry_after.isdigit():
        params["retry_after_s"] = retry_after
    if status in (502, 503, 504) or (status >= 500 and problem is not None):
        return SyncTrouble("server_fault", params)
    if problem is None and status != 401 and not is_bodyless:
        return SyncTrouble("wrong_server", params | {"code": "not_the_protocol"})
    kinds = {401: "unauthorised", 410: "unauthorised", 426: "too_old", 429: "throttled"}
    return SyncTrouble(kinds.get(status, "refused"), params)


def server_address(typed: str) -> str:
    """A typed address as `scheme://host[:port]`; HTTPS unless it names a scheme."""
    text = typed.strip()
    if "://" not in text:
        text = f"{'http' if _is_loopback(text.partition(':')[0]) else 'https'}://{text}"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise SyncTrouble("wrong_server", {"code": "bad_address"}) from None
    if parts.scheme not in {"http", "https"} or not host or parts.username or parts.query or parts.fragment:
        raise SyncTrouble("wrong_server", {"code": "bad_address"})
    if parts.scheme == "http" and not _is_loopback(host):
        raise SyncTrouble("wrong_server", {"code": "not_secure"})
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}{f':{port}' if port else ''}{parts.path.rstrip('/')}"


def _is_loopback(host: str) -> bool:
    if host.casefold() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _body(response: Any) -> bytes:
    """The whole body within bounds."""
    found = bytearray()
    with _network():
        for piece in response.iter_content(_PIECE):
            found += piece
            if len(found) > MOST_ANSWER_BYTES:
                raise SyncTrouble("wrong_server", {"code": "too_large"})
    return bytes(found)


@contextlib.contextmanager
def _network() -> Iterator[None]:
    """Errors of the network by kind; a certificate that is wrong is not the same as no network."""
    import requests

    try:
        yield
    except requests.exceptions.SSLError as error:
        raise SyncTrouble("certificate") from error
    except (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, UnicodeError) as error:
        raise SyncTrouble("wrong_server", {"code": "bad_address"}) from error
    except requests.exceptions.InvalidHeader as error:
        raise SyncTrouble("unauthorised") from error
    except (requests.exceptions.RequestException, OSError) as error:
        raise SyncTrouble("offline") from error
