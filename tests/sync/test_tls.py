"""Certificates: a stranger's is refused and said as such, an own authority or a pin trusted when named (F28, F29)."""

import base64
import shutil
import ssl
import subprocess
import sys
import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from arm.sync.certificates import Seen, look_at, read_pin
from arm.sync.faults import Fault
from arm.sync.heard import LastHeard
from arm.sync.transport import HttpTransport
from arm.sync.troubles import SyncTrouble
from arm.sync.ways import Ways
from tests.sync.rigs import Authority, server_context, serving

DAY = timedelta(days=1)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def pin_of(certificate: Path) -> str:
    return look_at(ssl.PEM_cert_to_DER_cert(certificate.read_text())).pin


def trouble_with(files: tuple[Path, Path], ways: Ways, prepare: Callable[[ssl.SSLContext], None] = id) -> SyncTrouble:
    """What the desk says of a server with this certificate; `unauthorised` is the server's own word, so all is well."""
    context = server_context(files)
    prepare(context)
    with serving(context=context) as heard:
        transport = HttpTransport(heard.address, lambda: "d", lambda: "t", ways=lambda: ways)
        with pytest.raises(SyncTrouble) as trouble:
            transport.manifest()
        transport.close()
    if trouble.value.kind == "certificate":
        assert heard.requests == []
    return trouble.value


def said(trouble: SyncTrouble) -> tuple[str, str]:
    return trouble.kind, trouble.code


def test_the_offices_own_authority_is_believed_when_named(authority: Authority) -> None:
    assert trouble_with(authority.write(), Ways(ca_file=str(authority.file))).kind == "unauthorised"


def test_an_unknown_authority_is_not_believed(authority: Authority) -> None:
    assert said(trouble_with(authority.write(), Ways())) == ("certificate", "unknown_ca")


def test_a_certificate_for_another_name_is_refused(authority: Authority) -> None:
    files = authority.write("other.example")
    assert said(trouble_with(files, Ways(ca_file=str(authority.file)))) == ("certificate", "wrong_host")
    assert said(trouble_with(files, Ways(pins=(pin_of(files[0]),)))) == ("certificate", "wrong_host")


@pytest.mark.parametrize(("begins", "ends", "code"), [(-40, -2, "expired"), (0.5, 40, "not_yet")])
def test_certificates_out_of_their_time_are_refused_with_their_dates(
    authority: Authority, begins: float, ends: float, code: str
) -> None:
    files = authority.write(begins=begins * DAY, ends=ends * DAY)
    for ways in (Ways(ca_file=str(authority.file)), Ways(pins=(pin_of(files[0]),))):
        trouble = trouble_with(files, ways)
        assert said(trouble) == ("certificate", code)
        assert {"wall", "not_before", "not_after"} <= set(trouble.params)


def test_a_year_that_cannot_be_is_said_of_the_clock_not_of_the_certificate(authority: Authority) -> None:
    ahead = authority.write(begins=-3000 * DAY, ends=-900 * DAY)
    assert said(trouble_with(ahead, Ways(ca_file=str(authority.file)))) == ("certificate", "clock")
    behind = authority.write(begins=900 * DAY, ends=1200 * DAY)
    assert said(trouble_with(behind, Ways(ca_file=str(authority.file)))) == ("certificate", "clock")


def test_tls_of_yesterday_is_refused(authority: Authority) -> None:
    def old(context: ssl.SSLContext) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
        context.set_ciphers("ALL:@SECLEVEL=0")

    ways = Ways(ca_file=str(authority.file))
    assert said(trouble_with(authority.write(), ways, old)) == ("certificate", "too_old_tls")


def test_a_pin_alone_is_enough_and_a_wrong_one_is_refused(authority: Authority) -> None:
    files = authority.write()
    assert trouble_with(files, Ways(pins=(pin_of(files[0]),))).kind == "unauthorised"
    assert said(trouble_with(files, Ways(pins=("00" * 32,)))) == ("certificate", "pin")


def test_a_known_authority_does_not_make_up_for_a_wrong_pin(authority: Authority) -> None:
    ways = Ways(ca_file=str(authority.file), pins=("00" * 32,))
    assert said(trouble_with(authority.write(), ways)) == ("certificate", "pin")


def test_a_right_pin_does_not_make_up_for_a_stranger_where_an_authority_is_named(
    authority: Authority, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    stranger = Authority(tmp_path / "other")
    files = stranger.write()
    ways = Ways(ca_file=str(authority.file), pins=(pin_of(files[0]),))
    assert said(trouble_with(files, ways)) == ("certificate", "unknown_ca")


def test_the_next_keys_pin_set_beforehand_carries_over_a_change_of_keys(authority: Authority) -> None:
    present, following = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    pins = tuple(pin_of(authority.write(key=key)[0]) for key in (present, following))
    for key in (present, following):
        assert trouble_with(authority.write(key=key), Ways(pins=pins)).kind == "unauthorised"
    assert said(trouble_with(authority.write(), Ways(pins=pins))) == ("certificate", "pin")


def test_a_pin_may_be_written_in_any_usual_way() -> None:
    digest = bytes(range(32))
    colons = ":".join(f"{one:02X}" for one in digest)
    encoded = base64.b64encode(digest).decode()
    assert {read_pin(text) for text in (digest.hex(), colons, encoded, f"sha256//{encoded}", f" {encoded} ")} == {
        digest
    }
    for wrong in ("", "sha256//", "abcd", "пин", encoded[:-4]):
        with pytest.raises(Fault):
            read_pin(wrong)


@pytest.mark.parametrize(
    ("ways", "code"),
    [(Ways(ca_file="/nowhere/none.pem"), "bad_ca_file"), (Ways(pins=("short",)), "bad_pin")],
)
def test_a_missing_authority_file_or_a_broken_pin_is_no_reason_to_trust(
    authority: Authority, ways: Ways, code: str
) -> None:
    assert said(trouble_with(authority.write(), ways)) == ("certificate", code)


def test_plain_http_behind_an_https_address_is_another_program() -> None:
    with serving() as heard:
        transport = HttpTransport(heard.address.replace("http:", "https:"), lambda: "d", lambda: "t")
        with pytest.raises(SyncTrouble) as trouble:
            transport.manifest()
        transport.close()
    assert said(trouble.value) == ("wrong_server", "not_tls")


def test_authorities_of_the_environment_are_not_believed(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, str(authority.file))
    assert said(trouble_with(authority.write(), Ways())) == ("certificate", "unknown_ca")


def seen(begins: datetime, ends: datetime) -> Seen:
    return Seen(issuer="", not_before=begins, not_after=ends, pin="", names=())


NOW = datetime(2026, 11, 25, tzinfo=UTC)
VALID = seen(NOW - 100 * DAY, NOW + 100 * DAY)


@pytest.mark.parametrize(
    ("wall", "known", "is_wrong"),
    [
        (NOW.replace(year=2019), None, True),
        (NOW.replace(year=2035), None, True),
        (NOW.replace(year=2019), NOW - DAY, True),
        (NOW.replace(year=2035), NOW - DAY, True),
        (NOW + 110 * DAY, NOW - DAY, False),
        (NOW + 110 * DAY, None, False),
        (VALID.not_before - timedelta(hours=3), None, False),
        (VALID.not_before - timedelta(hours=30), NOW, True),
    ],
)
def test_a_wrong_date_is_told_by_what_the_store_has_said_before(
    wall: datetime, known: datetime | None, is_wrong: bool
) -> None:
    assert LastHeard(known).is_clock_wrong(VALID, wall) is is_wrong


def test_while_the_program_runs_it_knows_the_time_whatever_the_clock_is_set_to() -> None:
    seconds = [0.0]
    kept: list[datetime] = []
    heard = LastHeard(None, kept.append, lambda: seconds[0])
    heard.hear(NOW)
    seconds[0] = 3 * 86400.0
    assert heard.is_clock_wrong(VALID, NOW + 110 * DAY)
    assert not heard.is_clock_wrong(VALID, NOW + 3 * DAY)
    heard.hear(NOW + timedelta(minutes=5))
    assert kept == [NOW]


SKEWED = """
import sys, warnings
warnings.simplefilter("ignore")
from datetime import UTC, datetime
from arm.sync.heard import LastHeard
from arm.sync.transport import HttpTransport
from arm.sync.troubles import SyncTrouble
from arm.sync.ways import Ways
ways = Ways(ca_file=sys.argv[2])
heard = LastHeard(datetime.fromisoformat(sys.argv[3]) if len(sys.argv) > 3 else None)
try:
    HttpTransport(sys.argv[1], lambda: "d", lambda: "t", ways=lambda: ways, heard=heard).manifest()
except SyncTrouble as trouble:
    print(trouble.kind, trouble.code, trouble.params.get("wall", "")[:4])
"""


@pytest.mark.skipif(shutil.which("faketime") is None, reason="faketime is not installed")
@pytest.mark.parametrize("year", ["2019", "2035"])
@pytest.mark.parametrize("has_heard", [False, True])
def test_a_computer_in_the_wrong_year_is_told_that_it_is_its_clock(
    authority: Authority, year: str, has_heard: bool
) -> None:
    """The process really lives in that year; the authority's own certificate holds in both (F29)."""
    known = [(datetime.now(UTC) - DAY).isoformat()] if has_heard else []
    with serving(context=server_context(authority.write())) as heard:
        ran = subprocess.run(
            ["faketime", f"{year}-06-01", sys.executable, "-c", SKEWED, heard.address, str(authority.file), *known],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert ran.stdout.split() == ["certificate", "clock", year], ran.stderr
    assert heard.requests == []
