"""What the store has noted for its administrator, at the command line."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from arm import i18n
from arm.central import events_cli
from arm.central.access import Principal
from arm.central.opening import open_central
from arm.central.security import note
from arm.domain.identity import DeviceId, UserId


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    events_cli.add_parsers(parser.add_subparsers(required=True))
    read = parser.parse_args(["events", *arguments])
    code: int = read.run(read)
    return code


def test_events_are_told_in_words_and_without_control_signs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    i18n.set_language("ru")
    url = f"sqlite:///{tmp_path / 'central.db'}"
    with open_central(url) as central:
        assert run("--database", url) == 0
        assert capsys.readouterr().out == "Ничего не отмечено.\n"
        who = Principal(UserId("olga"), DeviceId("11111111-1111-4111-8111-111111111111"), "", "desk")
        note(central.store, "device_fork", who)
        note(central.store, "desk_\x1b[31m", who, commands="3")
    assert run("--database", url) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert "olga" in first and "Две копии одного профиля" in first
    assert second.endswith("desk_?[31m  commands=3")
    assert run("--database", url, "--since", "2999-01-01") == 0
    assert capsys.readouterr().out == "Ничего не отмечено.\n"
