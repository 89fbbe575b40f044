"""Whom the desk believes: TLS contexts, pins of the server's key, and a wrong date told from a bad certificate."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from arm.sync.faults import Fault

if TYPE_CHECKING:
    import ssl

_HEX = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A certificate as the server showed it, believed or not; times are aware UTC, `pin` is what settings take."""

    issuer: str
    not_before: datetime
    not_after: datetime
    pin: str
    names: tuple[tuple[str, str], ...]


def read_pin(text: str) -> bytes:
    """A pin as it may be written: 64 hex digits, with colons or not, or `sha256//` and Base64.

    Raises Fault(certificate, bad_pin).
    """
    bare = text.strip()
    plain = bare.replace(":", "").replace(" ", "").casefold()
    if _HEX.fullmatch(plain):
        return bytes.fromhex(plain)
    try:
        found = base64.b64decode(bare.removeprefix("sha256//").removeprefix("sha256/"), validate=True)
    except (binascii.Error, ValueError):
        found = b""
    if len(found) != 32:
        raise Fault("certificate", "bad_pin")
    return found


def make_context(ca_file: str, has_pins: bool) -> ssl.SSLContext:
    """TLS 1.2 at least. With pins and no authority the chain is not asked: then `check` is the whole of belief.

    Raises Fault(certificate, bad_ca_file).
    """
    import ssl

    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file:
        try:
            made.load_verify_locations(ca_file)
        except (OSError, ValueError):
            raise Fault("certificate", "bad_ca_file") from None
    elif has_pins:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    else:
        from requests.utils import DEFAULT_CA_BUNDLE_PATH

        made.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
    return made


def unbelieving_context() -> ssl.SSLContext:
    """Only for looking at a certificate: nothing is ever sent through it."""
    import ssl

    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    return made


def look_at(der: bytes) -> Seen:
    """The facts of a certificate; Fault(certificate, handshake) for bytes that are none."""
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization

    try:
        found = x509.load_der_x509_certificate(der)
        key = found.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        issuer = found.issuer.rfc4514_string()
    except (ValueError, TypeError):
        raise Fault("certificate", "handshake") from None
    names: list[tuple[str, str]] = []
    try:
        stated = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        names += [("DNS", name) for name in stated.get_values_for_type(x509.DNSName)]
        names += [("IP Address", str(one)) for one in stated.get_values_for_type(x509.IPAddress)]
    except (x509.ExtensionNotFound, ValueError):
        names = []
    return Seen(
        issuer=issuer,
        not_before=found.not_valid_before_utc,
        not_after=found.not_valid_after_utc,
        pin="sha256//" + base64.b64encode(hashlib.sha256(key).digest()).decode(),
        names=tuple(names),
    )


def check_pin(seen: Seen, pins: Collection[bytes]) -> None:
    """Any one of several pins is enough: the next key's pin is set before the key is changed (F28)."""
    if read_pin(seen.pin) not in pins:
        raise Fault("certificate", "pin")


def check_rest(seen: Seen, host: str, now: datetime) -> None:
    """What the chain's check would have found besides: the name and the dates."""
    from urllib3.util.ssl_match_hostname import CertificateError, match_hostname

    try:
        match_hostname({"subjectAltName": seen.names}, host)
    except (CertificateError, ValueError):
        raise Fault("certificate", "wrong_host") from None
    if now < seen.not_before:
        raise Fault("certificate", "not_yet")
    if now > seen.not_after:
        raise Fault("certificate", "expired")
