"""Lost workstations at the command line: listed, shut out with or without a way back, admitted again."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from arm import i18n
from arm.central import admin, cli, device_cli
from arm.central.opening import open_central
from arm.domain.identity import DeviceId, Grant, OrganisationId, Person, Role, UserId
from arm.domain.organisations import Organisation
from arm.wire import SignInRequest

DEVICE = DeviceId("11111111-1111-4111-8111-111111111111")
PASSWORD = "длинный пароль"


@pytest.fixture
def database(tmp_path: Path) -> str:
    i18n.set_language("ru")
    url = f"sqlite:///{tmp_path / 'central.db'}"
    with open_central(url) as central:
        town = OrganisationId("town")
        admin.add_organisation(central.store, Organisation(town, "Город"))
        person = Person(UserId("olga"), "Осипова О. Л.", "", (Grant(Role.OPERATOR, town),))
        admin.add_person(central.store, person, login="olga", password=PASSWORD)
        sign_in(url)
    return url


def sign_in(url: str) -> str:
    with open_central(url) as central:
        asked = SignInRequest(login="olga", password=PASSWORD, device_id=DEVICE, device_name="ПК\x1b[31m-7")
        return central.sign_in(asked).escrow_key


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    nested = parser.add_subparsers(required=True)
    cli.add_parsers(nested)
    device_cli.add_parsers(nested)
    read = parser.parse_args(list(arguments))
    code: int = read.run(read)
    return code


def test_workstations_are_listed_without_control_signs(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("devices", "--database", database) == 0
    said = capsys.readouterr().out
    assert DEVICE in said and "olga" in said and "active" in said and "\x1b" not in said
    assert run("devices", "--database", database, "--login", "nobody") == 0
    assert capsys.readouterr().out == ""


def test_a_revocation_with_a_recovery_file_can_be_undone(
    database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key, file = sign_in(database), tmp_path / "key.txt"
    assert run("revoke-device", DEVICE, "--recovery", str(file), "--database", database) == 0
    assert "отключено" in capsys.readouterr().out
    assert file.read_text().strip() == key and file.stat().st_mode & 0o077 == 0
    assert run("readmit-device", DEVICE, "--recovery", str(file), "--database", database) == 0
    assert sign_in(database) == key


def test_one_must_say_whether_there_is_a_way_back(database: str) -> None:
    with pytest.raises(SystemExit):
        run("revoke-device", DEVICE, "--database", database)
    assert run("revoke-device", DEVICE, "--for-good", "--database", database) == 0


def test_a_file_that_cannot_be_made_revokes_nothing(
    database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "key.txt"
    file.write_text("моё")
    assert run("revoke-device", DEVICE, "--recovery", str(file), "--database", database) == 1
    assert "ничего не изменено" in capsys.readouterr().err
    assert file.read_text() == "моё" and sign_in(database)


@pytest.mark.parametrize("content", ["", "не ключ", "00" * 31])
def test_another_file_is_no_recovery_file(
    database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str
) -> None:
    file = tmp_path / "key.txt"
    file.write_text(content)
    assert run("revoke-device", DEVICE, "--for-good", "--database", database) == 0
    assert run("readmit-device", DEVICE, "--recovery", str(file), "--database", database) == 1
    assert "не файл восстановления" in capsys.readouterr().err


def test_an_unknown_workstation_is_said(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("revoke-device", "x", "--for-good", "--database", database) == 1
    assert "«x»" in capsys.readouterr().err
