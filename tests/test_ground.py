"""Tests of the ground that the other tests stand on."""

import keyring
import psycopg
import pytest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from tests.typing_keys import type_text


@pytest.mark.postgres
def test_each_test_gets_an_empty_postgresql_database(pg_database_url: str) -> None:
    with psycopg.connect(pg_database_url.replace("+psycopg", "")) as connection:
        row = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
        assert row == (0,)
        assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)


@pytest.mark.keyring
def test_a_real_keyring_keeps_and_forgets_a_secret(keyring_session: dict[str, str]) -> None:
    keyring.set_password("arm-test", "desk", "тайна")
    assert keyring.get_password("arm-test", "desk") == "тайна"
    keyring.delete_password("arm-test", "desk")
    assert keyring.get_password("arm-test", "desk") is None


def test_russian_text_can_be_typed_into_a_widget(qtbot: QtBot) -> None:
    field = QLineEdit()
    qtbot.addWidget(field)
    type_text(field, "Ёлка № 4811")
    assert field.text() == "Ёлка № 4811"
