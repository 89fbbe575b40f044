"""The way through an office's proxy: exact words for what is in the way, and no secret where it has no place (F26)."""

import base64
import logging
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from arm.sync.faults import Fault
from arm.sync.transport import HttpTransport
from arm.sync.troubles import SyncTrouble
from arm.sync.ways import Proxy, Ways, proxy_for, read_proxy
from tests.sync.rigs import Authority, Heard, OfficeProxy, server_context, serving

HOST = "store.example"
PASSWORD = "пароль прокси"
BASIC = base64.b64encode(f"ivanova:{PASSWORD}".encode()).decode()


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def store(authority: Authority) -> Iterator[Heard]:
    with serving(context=server_context(authority.write(HOST))) as heard:
        yield heard


def trouble_through(proxy: str, authority: Authority, user: str = "", password: str = "") -> SyncTrouble:
    """What a desk says that has only this proxy to reach the store by; `unauthorised` is the store's own word."""
    ways = Ways(ca_file=str(authority.file), proxy=proxy, proxy_user=user)
    transport = HttpTransport(
        f"https://{HOST}", lambda: "d", lambda: "secret-token", ways=lambda: ways, proxy_password=lambda: password
    )
    with pytest.raises(SyncTrouble) as trouble:
        transport.manifest()
    transport.close()
    return trouble.value


def test_the_store_is_reached_through_the_proxy(store: Heard, authority: Authority) -> None:
    with OfficeProxy(store.port).running() as proxy:
        assert trouble_through(f"http://127.0.0.1:{proxy.port}", authority).kind == "unauthorised"
    assert proxy.told[0].startswith(f"CONNECT {HOST}:443 ".encode())
    assert store.requests[0][2]["authorization"] == "Bearer secret-token"


def test_the_proxy_never_sees_the_stores_token_nor_the_store_the_proxys_password(
    store: Heard, authority: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with OfficeProxy(store.port, demands=BASIC).running() as proxy:
        trouble = trouble_through(f"http://127.0.0.1:{proxy.port}", authority, "ivanova", PASSWORD)
    assert trouble.kind == "unauthorised"
    assert BASIC.encode() in proxy.told[0]
    assert not any(b"secret-token" in piece or b"uthorization: Bearer" in piece for piece in proxy.told)
    assert all("proxy-authorization" not in headers for _method, _path, headers in store.requests)
    assert PASSWORD not in caplog.text and BASIC not in caplog.text and "secret-token" not in caplog.text


def test_a_password_that_the_proxy_wants_or_does_not_take_is_asked_for(store: Heard, authority: Authority) -> None:
    with OfficeProxy(store.port, demands=BASIC).running() as proxy:
        address = f"http://127.0.0.1:{proxy.port}"
        for user, password in (("", ""), ("ivanova", "не тот")):
            trouble = trouble_through(address, authority, user, password)
            assert (trouble.kind, trouble.code) == ("offline", "proxy_auth")
    assert store.requests == []


def test_a_proxy_that_takes_only_domain_passwords_is_named_as_such(store: Heard, authority: Authority) -> None:
    with OfficeProxy(store.port, demands="nothing", scheme="NTLM").running() as proxy:
        assert trouble_through(f"127.0.0.1:{proxy.port}", authority).code == "proxy_scheme"


@pytest.mark.parametrize("status", [403, 502, 503])
def test_a_proxy_that_does_not_lead_there_is_said(store: Heard, authority: Authority, status: int) -> None:
    with OfficeProxy(store.port, refuses=status).running() as proxy:
        trouble = trouble_through(f"127.0.0.1:{proxy.port}", authority)
    assert (trouble.kind, trouble.code, trouble.params["status"]) == ("offline", "proxy_refused", str(status))


def test_a_proxy_that_is_not_there_is_not_the_store_that_is_not_there(authority: Authority) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    assert trouble_through(f"127.0.0.1:{port}", authority).code == "proxy_unreachable"
    assert trouble_through("no-such-proxy.invalid:3128", authority).params["cause"] == "dns"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("socks5://127.0.0.1:1080", "proxy_unsupported"),
        ("https://proxy.example:3128", "proxy_unsupported"),
        ("ftp://proxy.example", "proxy_address"),
        ("http://", "proxy_address"),
        ("proxy.example:порт", "proxy_address"),
        ("http://proxy.example/proxy.pac", "proxy_address"),
    ],
)
def test_addresses_of_proxies_that_we_cannot_use_are_said(text: str, code: str) -> None:
    with pytest.raises(Fault) as fault:
        read_proxy(text)
    assert (fault.value.kind, fault.value.code) == ("offline", code)


def test_a_proxys_address_shows_no_password() -> None:
    proxy = Proxy(host="proxy.example", port=3128, user="ivanova", password=PASSWORD)
    assert proxy.url == "http://proxy.example:3128" and PASSWORD not in repr(proxy)


def test_the_systems_proxy_counts_only_when_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("https_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://system.example:3128")
    monkeypatch.setenv("no_proxy", "near.example")
    far = "https://store.example"
    assert proxy_for(far, Ways()) is None
    assert proxy_for(far, Ways(proxy="system")) == Proxy(host="system.example", port=3128)
    assert proxy_for("https://near.example", Ways(proxy="system")) is None
    assert proxy_for(far, Ways(proxy="own.example")) == Proxy(host="own.example", port=8080)
    assert proxy_for("http://127.0.0.1:8765", Ways(proxy="own.example")) is None


def test_a_changed_proxy_counts_with_the_next_request(store: Heard, authority: Authority) -> None:
    with OfficeProxy(store.port).running() as first, OfficeProxy(store.port).running() as second:
        chosen = [f"127.0.0.1:{first.port}"]
        transport = HttpTransport(
            f"https://{HOST}",
            lambda: "d",
            lambda: "t",
            ways=lambda: Ways(ca_file=str(authority.file), proxy=chosen[-1]),
        )
        for _ in range(2):
            with pytest.raises(SyncTrouble, match="unauthorised"):
                transport.manifest()
            chosen.append(f"127.0.0.1:{second.port}")
        transport.close()
    assert first.told and second.told
