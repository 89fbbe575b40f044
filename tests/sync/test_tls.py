"""Certificates: a stranger's is refused and said as such, the office's own authority is trusted when named."""

import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from arm.sync.transport import HttpTransport
from arm.sync.troubles import SyncTrouble


def certificate(folder: Path) -> tuple[Path, Path]:
    """An own certificate for the loopback, which is its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "арм")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate_file, key_file = folder / "server.pem", folder / "server.key"
    certificate_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate_file, key_file


class Unwelcoming(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = b'{"type": "x", "title": "x", "status": 401, "code": "unauthorised"}'
        self.send_response(401)
        self.send_header("Content-Type", "application/problem+json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Arm-Request", self.headers["Arm-Request"])
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Quiet."""


class Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up during the handshake is what these tests are about."""


@pytest.fixture
def secured(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    certificate_file, key_file = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate_file, key_file)
    server = Server(("127.0.0.1", 0), Unwelcoming)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}", certificate_file
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(("is_trusted", "kind"), [(False, "certificate"), (True, "unauthorised")])
def test_only_a_known_authority_is_believed(secured: tuple[str, Path], is_trusted: bool, kind: str) -> None:
    address, authority = secured
    transport = HttpTransport(address, lambda: "d", lambda: "t", str(authority) if is_trusted else "")
    with pytest.raises(SyncTrouble) as trouble:
        transport.manifest()
    transport.close()
    assert trouble.value.kind == kind


def test_a_missing_authority_file_is_no_reason_to_trust(secured: tuple[str, Path], tmp_path: Path) -> None:
    transport = HttpTransport(secured[0], lambda: "d", lambda: "t", str(tmp_path / "none.pem"))
    with pytest.raises(SyncTrouble):
        transport.manifest()
    transport.close()
