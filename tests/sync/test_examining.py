"""What `arm doctor` finds on the way to a store: every step, in sentences, without a person."""

from datetime import timedelta
from pathlib import Path

from arm.doctor import network_findings
from arm.sync.examining import Look, look
from arm.sync.ways import Ways
from tests.sync.rigs import Authority, OfficeProxy, server_context, serving


def states(found: Look) -> dict[str, str]:
    return {one.name: one.state for one in network_findings(found)}


def test_a_good_way_is_fine_in_every_step(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with serving(context=server_context(authority.write())) as heard:
        found = look(heard.address, Ways(ca_file=str(authority.file)))
    assert found.trouble is None and found.tls == "TLSv1.3" and found.skew_s is not None and abs(found.skew_s) < 5
    assert set(states(found).values()) == {"fine", "note"}
    assert len(heard.requests) == 1 and heard.requests[0][1] == "/health"
    assert "authorization" not in heard.requests[0][2]
    assert found.seen is not None
    with serving(context=server_context((tmp_path / "server.pem", tmp_path / "server.key"))) as heard:
        assert look(heard.address, Ways(pins=(found.seen.pin,))).trouble is None


def test_an_unknown_certificate_is_shown_with_its_pin_and_not_believed(tmp_path: Path) -> None:
    with serving(context=server_context(Authority(tmp_path).write(ends=timedelta(days=9)))) as heard:
        found = look(heard.address, Ways())
    assert found.trouble is not None and found.trouble.code == "unknown_ca" and found.step == "protection"
    lines = {one.name: one for one in network_findings(found)}
    assert lines["отпечаток ключа"].value.startswith("sha256//") and "CN=центр" in lines["защита связи"].value
    assert lines["связь"].state == "trouble" and heard.requests == []


def test_each_step_that_fails_is_named(tmp_path: Path) -> None:
    assert look("ftp://store.example", Ways()).step == "address"
    assert look("https://store.example", Ways(proxy="socks5://proxy.example")).step == "proxy"
    lost = look("https://no-such-store.invalid", Ways())
    assert (lost.step, lost.trouble.code if lost.trouble else "") == ("name", "dns")
    with OfficeProxy(1, refuses=407).running() as proxy:
        ways = Ways(proxy=f"127.0.0.1:{proxy.port}", proxy_user="ivanova")
        refused = look("https://store.example", ways, "секрет")
    assert (refused.step, refused.trouble.code if refused.trouble else "") == ("protection", "proxy_auth")
    said = " ".join(f"{one.value} {one.advice}" for one in network_findings(refused))
    assert "ivanova" not in said and "секрет" not in said


def test_a_script_that_chooses_proxies_is_named() -> None:
    found = Look(server="https://store.example", step="answer")
    (line,) = [one for one in network_findings(found, has_script=True) if one.name == "прокси"]
    assert line.state == "note" and "PAC" in line.advice
