"""The store's command line: each error one sentence and a code, the server a real process that ends cleanly."""

from __future__ import annotations

import argparse
import io
import signal
import socket
import sqlite3
import subprocess
import sys
import uuid
from contextlib import closing
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from arm import i18n
from arm.central.cli import add_parsers
from arm.central.opening import open_central
from arm.domain.identity import Grant, OrganisationId, Role
from tests.conftest import ROOT

PROGRAM = (
    "import argparse, sys; from arm.central.cli import add_parsers; p = argparse.ArgumentParser();"
    "add_parsers(p.add_subparsers(required=True)); a = p.parse_args(); sys.exit(a.run(a))"
)
LONG = "a long password"


@pytest.fixture(autouse=True)
def in_russian() -> None:
    i18n.set_language("ru")


def central(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    add_parsers(parser.add_subparsers(required=True))
    read = parser.parse_args(list(arguments))
    code: int = read.run(read)
    return code


@pytest.fixture
def database(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'central.db'}"


def ready(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{LONG}\n"))
    assert central("init", "--database", database, "--regulation", "demo-2026") == 0
    assert central("add-organisation", "--database", database, "--id", "city", "--name", "Город") == 0
    role = ["--role", "executor@city:roads,courts", "--role", "curator@city"]
    who = ["--login", "Ivan", "--name", "Иван Выдуманный", *role]
    assert central("add-user", "--database", database, *who, "--password-stdin") == 0


def test_a_store_is_set_up_from_the_command_line(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ready(database, monkeypatch)
    with open_central(database) as opened:
        (person,) = opened.directory().people.values()
        city = OrganisationId("city")
        assert person.grants == (
            Grant(Role.EXECUTOR, city, ("roads", "courts")),
            Grant(Role.CURATOR, city),
        )
        assert opened.regulation_for(city).reference == "demo-2026@1"


def test_a_service_account_gets_its_token_once(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert central("add-user", "--database", database, "--login", "p", "--name", "Портал", "--portal") == 0
    token = capsys.readouterr().out.strip()
    with open_central(database) as opened:
        assert opened.principal(token).kind == "portal"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["add-organisation", "--id", "a b", "--name", "x"], "не годится как идентификатор"),
        (["add-organisation", "--id", "a", "--name", "x", "--superior", "b"], "Вышестоящей организации «b» нет"),
        (["add-organisation", "--id", "a", "--name", "x", "--zone", "Moscow"], "Часового пояса «Moscow» нет"),
        (["add-organisation", "--id", "a", "--name", "x", "--regulation", "no"], "Регламента «no» нет"),
        (["add-user", "--login", "a", "--name", "x"], "хотя бы одно право"),
        (["add-user", "--login", "a", "--name", "x", "--role", "executor"], "«executor» — не право"),
        (["add-user", "--login", "a", "--name", "x", "--role", "king@city"], "Роли «king» нет"),
        (
            ["add-user", "--login", "a", "--name", "x", "--role", "curator@no", "--password-stdin"],
            "Организации «no» нет",
        ),
        (["add-user", "--login", "a", "--name", "x", "--role", "curator@no"], "--password-stdin"),
        (["backup", "/nonexistent/x/y.tar"], "записать не удалось"),
        (["restore", "/nonexistent.tar"], "не резервная копия"),
        (["serve", "--listen", "0.0.0.0:0"], "только по TLS"),
        (["serve", "--listen", "here"], "не адрес"),
        (["serve", "--listen", "127.0.0.1:0", "--tls-cert", "/nonexistent"], "Сертификат"),
    ],
)
def test_each_mistake_is_one_sentence(
    database: str,
    arguments: list[str],
    words: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{LONG}\n"))
    if words == "записать не удалось":
        (Path(database.removeprefix("sqlite:///")).parent / "file").write_text("")
        arguments = ["backup", str(Path(database.removeprefix("sqlite:///")).parent / "file" / "y.tar")]
    assert central(*arguments, "--database", database) == 1
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1


def test_a_short_password_is_refused(
    database: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("short\n"))
    who = ["--login", "a", "--name", "x", "--role", "curator@city", "--password-stdin"]
    assert central("add-user", "--database", database, *who) == 1
    assert "от 8 до 1024" in capsys.readouterr().err


def foreign(folder: Path) -> str:
    with closing(sqlite3.connect(folder / "x.db")) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    return f"sqlite:///{folder / 'x.db'}"


def no_database(folder: Path) -> str:
    (folder / "x.db").write_bytes(b"these are words, not a database, " * 100)
    return f"sqlite:///{folder / 'x.db'}"


def torn(folder: Path) -> str:
    url = f"sqlite:///{folder / 'x.db'}"
    open_central(url).close()
    path = folder / "x.db"
    path.write_bytes(path.read_bytes()[:4096] + b"\xff" * 90_000)
    return url


def newer(folder: Path) -> str:
    url = f"sqlite:///{folder / 'x.db'}"
    open_central(url).close()
    with closing(sqlite3.connect(folder / "x.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    return url


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (foreign, "база другой программы"),
        (no_database, "база другой программы"),
        (torn, "повреждена"),
        (newer, "более новой версией"),
        (lambda folder: f"sqlite:///{folder}", "недоступна"),
        (lambda folder: f"sqlite:///{folder / 'no' / 'such' / 'x.db'}", "недоступна"),
        (lambda _: "mysql://x/y", "не адрес базы данных"),
        (lambda _: "rubbish", "не адрес базы данных"),
        (lambda _: "postgresql://nobody@127.0.0.1:1/none", "недоступна"),
    ],
)
def test_a_database_that_cannot_be_used_is_told_in_one_sentence(
    make: object, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert callable(make)
    assert central("init", "--database", make(tmp_path)) == 1
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1


def started(database: str, *more: str) -> tuple[subprocess.Popen[str], str]:
    server = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "serve", "--database", database, "--listen", "127.0.0.1:0", *more],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert server.stdout is not None
    word, _, url = server.stdout.readline().strip().partition(" ")
    assert word == "listening"
    return server, url


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_the_server_says_where_it_listens_and_ends_cleanly(
    database: str, stop: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready(database, monkeypatch)
    server, url = started(database)
    with server:
        asked = {"login": "ivan", "password": LONG, "device_id": str(uuid.uuid4())}
        with requests.Session() as session:
            session.trust_env = False
            answer = session.post(f"{url}/api/v1/sessions", json=asked, timeout=30)
        assert answer.json()["full_name"] == "Иван Выдуманный"
        server.send_signal(stop)
        _, said = server.communicate(timeout=30)
        assert (server.returncode, said) == (0, "")


def test_the_server_ends_with_the_one_who_started_it(database: str) -> None:
    server, _url = started(database, "--until-stdin-closes")
    with server:
        assert server.stdin is not None
        server.stdin.close()
        assert server.wait(30) == 0


def test_a_taken_port_is_told(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        assert central("serve", "--database", database, "--listen", listen) == 1
    assert "занят" in capsys.readouterr().err


def test_backup_and_restore_are_one_command_each(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ready(database, monkeypatch)
    saved = str(tmp_path / "saved.tar")
    assert central("backup", saved, "--database", database) == 0
    assert central("restore", saved, "--database", database) == 1
    assert "--replace" in capsys.readouterr().err
    assert central("restore", saved, "--database", database, "--replace") == 0
    assert central("restore", saved, "--database", f"sqlite:///{tmp_path / 'other.db'}") == 0
    with open_central(f"sqlite:///{tmp_path / 'other.db'}") as other:
        assert [one.full_name for one in other.directory().people.values()] == ["Иван Выдуманный"]


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of its own for 127.0.0.1, valid today."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(Encoding.PEM))
    plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "key.pem").write_bytes(plain)
    return folder / "cert.pem", folder / "key.pem"


def test_with_a_certificate_the_server_speaks_tls_alone(database: str, tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    server, url = started(database, "--tls-cert", str(cert), "--tls-key", str(key))
    with server, requests.Session() as session:
        session.trust_env = False
        assert url.startswith("https://")
        assert session.get(f"{url}/health", verify=str(cert), timeout=30).json() == {"status": "ok"}
        with pytest.raises(requests.exceptions.ConnectionError):
            session.get(f"{url.replace('https', 'http')}/health", timeout=30)
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=30)
        assert server.returncode == 0
