"""Real servers for the wire's tests: a store's face over TLS with any certificate, a CONNECT proxy, a raw socket."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

UNWELCOME = b'{"type": "x", "title": "x", "status": 401, "code": "unauthorised"}'


@dataclass
class Authority:
    """An office's own authority, and the certificates it writes."""

    folder: Path
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    file: Path = field(init=False)

    def __post_init__(self) -> None:
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "центр")])
        made = _written(self.name, self.name, self.key, self.key, "", is_authority=True)
        self.file = self.folder / "authority.pem"
        self.file.write_bytes(made.public_bytes(serialization.Encoding.PEM))

    def write(
        self,
        name: str = "127.0.0.1",
        begins: timedelta = timedelta(days=-1),
        ends: timedelta = timedelta(days=30),
        key: ec.EllipticCurvePrivateKey | None = None,
    ) -> tuple[Path, Path]:
        """Certificate and key for a server; begin and end are counted from now."""
        key = key or ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "арм")])
        made = _written(subject, self.name, key, self.key, name, begins, ends)
        certificate, secret = self.folder / "server.pem", self.folder / "server.key"
        certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
        secret.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return certificate, secret


def _written(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    signing: ec.EllipticCurvePrivateKey,
    name: str,
    begins: timedelta = timedelta(days=-3000),
    ends: timedelta = timedelta(days=5000),
    is_authority: bool = False,
) -> x509.Certificate:
    now = datetime.now(UTC)
    making = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + begins)
        .not_valid_after(now + ends)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
    )
    if name:
        stated = x509.IPAddress(ip_address(name)) if name[0].isdigit() else x509.DNSName(name)
        making = making.add_extension(x509.SubjectAlternativeName([stated]), critical=False)
    return making.sign(signing, hashes.SHA256())


@dataclass
class Heard:
    """What a server was told, request by request: method, path and headers in lower case."""

    requests: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    address: str = ""
    port: int = 0


Answering = Callable[[BaseHTTPRequestHandler], None]


def unwelcoming(handler: BaseHTTPRequestHandler) -> None:
    """Our store's own word, fresh: who gets it has been through everything that the network may put in the way."""
    handler.send_response(401)
    handler.send_header("Content-Type", "application/problem+json")
    handler.send_header("Content-Length", str(len(UNWELCOME)))
    handler.send_header("Arm-Request", handler.headers["Arm-Request"])
    handler.end_headers()
    handler.wfile.write(UNWELCOME)


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is what these tests are about."""


@contextmanager
def serving(answer: Answering = unwelcoming, context: ssl.SSLContext | None = None) -> Iterator[Heard]:
    """A server that answers every request in one way, over TLS when given a context."""
    heard = Heard()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            heard.requests.append((self.command, self.path, {k.lower(): v for k, v in self.headers.items()}))
            answer(self)

        do_POST = do_HEAD = do_DELETE = do_PUT = do_PATCH = do_GET

        def log_message(self, *args: object) -> None:
            """Quiet."""

    server = _Quiet(("127.0.0.1", 0), Handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    heard.port = server.server_port
    heard.address = f"http{'s' if context else ''}://127.0.0.1:{server.server_port}"
    try:
        yield heard
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def server_context(files: tuple[Path, Path]) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(*files)
    return made


@dataclass
class OfficeProxy:
    """A CONNECT proxy on a free port; every name leads to `target`, as an office's own name service may have it."""

    target: int
    demands: str = ""
    refuses: int = 0
    scheme: str = 'Basic realm="office"'
    port: int = 0
    told: list[bytes] = field(default_factory=list)

    @contextmanager
    def running(self) -> Iterator[OfficeProxy]:
        with socket.create_server(("127.0.0.1", 0)) as door:
            self.port = door.getsockname()[1]
            thread = threading.Thread(target=self._admit, args=(door,))
            thread.start()
            try:
                yield self
            finally:
                door.shutdown(socket.SHUT_RDWR)
                thread.join()

    def _admit(self, door: socket.socket) -> None:
        while True:
            try:
                came, _ = door.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(came,), daemon=True).start()

    def _serve(self, came: socket.socket) -> None:
        with came, suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head:
                piece = came.recv(4096)
                if not piece:
                    return
                head += piece
            self.told.append(head)
            if self.refuses:
                came.sendall(f"HTTP/1.1 {self.refuses} No\r\nContent-Length: 0\r\n\r\n".encode())
                return
            if self.demands and self.demands.encode() not in head:
                words = f"HTTP/1.1 407 Sign in\r\nProxy-Authenticate: {self.scheme}\r\nContent-Length: 0\r\n\r\n"
                came.sendall(words.encode())
                return
            with socket.create_connection(("127.0.0.1", self.target)) as far:
                came.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                back = threading.Thread(target=_pump, args=(far, came, None), daemon=True)
                back.start()
                _pump(came, far, self.told)
                back.join()


def _pump(source: socket.socket, sink: socket.socket, record: list[bytes] | None) -> None:
    with suppress(OSError):
        while piece := source.recv(65536):
            if record is not None:
                record.append(piece)
            sink.sendall(piece)
    for one in (source, sink):
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)


@contextmanager
def saying(script: Callable[[socket.socket], None]) -> Iterator[int]:
    """A port where each connection is handed to a script of raw bytes, after the request's head has come."""
    with socket.create_server(("127.0.0.1", 0)) as door:

        def admit() -> None:
            while True:
                try:
                    came, _ = door.accept()
                except OSError:
                    return
                threading.Thread(target=talk, args=(came,), daemon=True).start()

        def talk(came: socket.socket) -> None:
            with came, suppress(OSError):
                script(came)

        thread = threading.Thread(target=admit)
        thread.start()
        try:
            yield door.getsockname()[1]
        finally:
            door.shutdown(socket.SHUT_RDWR)
            thread.join()


def head_of(came: socket.socket) -> dict[str, str]:
    """The headers of a request that came over a raw socket, in lower case."""
    head = b""
    while b"\r\n\r\n" not in head:
        piece = came.recv(4096)
        if not piece:
            break
        head += piece
    lines = head.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]
    return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
