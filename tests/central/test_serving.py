"""The server process: connections that say nothing, keys that can't be opened."""

from __future__ import annotations

import asyncio
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat
from cryptography.x509.oid import NameOID

from arm.central.central import Central
from arm.central.serving import ServeTrouble, check_certificate, listening_socket
from tests.central.served import serving


def answers(bound: socket.socket) -> bool:
    """Whether a request of somebody else is answered."""
    with socket.create_connection(bound.getsockname(), timeout=20) as speaking:
        speaking.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        return speaking.recv(100).startswith(b"HTTP/1.1 200")


def test_a_connection_that_says_nothing_is_hung_up_on(central: Central) -> None:
    """Half a head of a request is as silent as none; else a thousand of them keep everybody out."""
    with serving(central, 0.5) as bound:
        for said in (b"", b"GET /health HTTP/1.1\r\nHost: x\r\n"):
            with socket.create_connection(bound.getsockname(), timeout=20) as silent:
                silent.sendall(said)
                assert silent.recv(100) == b""
        assert answers(bound)


@pytest.mark.parametrize("before", [b"", b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"])
@pytest.mark.parametrize("endless", [b"X-Many: " + b"y" * 1000 + b"\r\n", b"y" * 1000])
def test_a_head_without_end_is_hung_up_on(central: Central, before: bytes, endless: bytes) -> None:
    """One header that goes on, or more and more of them, also after a whole request on the same connection."""
    with serving(central, 60.0) as bound:
        sent = 0
        with socket.create_connection(bound.getsockname(), timeout=20) as talker:
            talker.sendall(before)
            if before:
                assert talker.recv(1000).startswith(b"HTTP/1.1 200")
            talker.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\nX-Long: ")
            with pytest.raises(OSError):
                while sent < 64 * 1024 * 1024:
                    sent += talker.send(endless)
        assert sent < 64 * 1024 * 1024
        assert answers(bound)


def test_a_key_under_a_passphrase_is_refused_and_not_asked_for(tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(1))
    certificate, locked = tmp_path / "cert.pem", tmp_path / "key.pem"
    certificate.write_bytes(made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    kept = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret"))
    locked.write_bytes(kept)
    with pytest.raises(ServeTrouble, match="bad_certificate"):
        check_certificate(certificate, locked)


def test_an_answer_body_does_not_wait_for_its_headers_to_be_acknowledged() -> None:
    """Without TCP_NODELAY every second request of a kept connection takes 40 ms more."""

    async def is_undelayed() -> bool:
        found: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

        async def greet(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            found.set_result(bool(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)))
            writer.close()

        bound = listening_socket("127.0.0.1", 0)
        async with await asyncio.start_server(greet, sock=bound):
            with socket.create_connection(bound.getsockname()):
                return await asyncio.wait_for(found, 20)

    assert asyncio.run(is_undelayed())
