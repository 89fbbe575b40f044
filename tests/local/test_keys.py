"""The data key: real keyrings only, else wrapped by the password; never in plain text."""

import os
from pathlib import Path

import pytest

from arm.local.held_keys import HeldKeys
from arm.local.keys import (
    KEY_FILE,
    key_from_password,
    key_from_store,
    load_record,
    make_key,
    system_key_store,
)
from arm.local.troubles import CacheTrouble


def test_a_keyring_gives_the_key_back(tmp_path: Path) -> None:
    store = HeldKeys()
    key = make_key(tmp_path, store, "пароль")
    record = load_record(tmp_path)
    assert record is not None and record.kind == "keyring" and len(key) == 32
    assert key_from_store(record, store) == key
    assert key.hex() not in (tmp_path / KEY_FILE).read_text()


def test_without_a_keyring_the_password_wraps_the_key(tmp_path: Path) -> None:
    key = make_key(tmp_path, None, "пароль")
    record = load_record(tmp_path)
    assert record is not None and record.kind == "password"
    assert key_from_password(record, "пароль") == key
    with pytest.raises(CacheTrouble) as trouble:
        key_from_password(record, "Пароль")
    assert trouble.value.kind == "wrong_key"
    kept = (tmp_path / KEY_FILE).read_text()
    assert key.hex() not in kept and "пароль" not in kept
    if os.name == "posix":
        assert (tmp_path / KEY_FILE).stat().st_mode & 0o077 == 0


class BrokenKeyStore(HeldKeys):
    def write(self, account: str, secret: str) -> None:
        raise CacheTrouble("no_key_store")


def test_a_keyring_that_does_not_work_falls_back_to_the_password(tmp_path: Path) -> None:
    key = make_key(tmp_path, BrokenKeyStore(), "пароль")
    record = load_record(tmp_path)
    assert record is not None and key_from_password(record, "пароль") == key


def test_another_key_is_told_from_no_key(tmp_path: Path) -> None:
    store = HeldKeys()
    make_key(tmp_path, store, "")
    record = load_record(tmp_path)
    assert record is not None
    with pytest.raises(CacheTrouble) as missing:
        key_from_store(record, HeldKeys())
    store.secrets[record.account] = "00" * 32
    with pytest.raises(CacheTrouble) as wrong:
        key_from_store(record, store)
    assert (missing.value.kind, wrong.value.kind) == ("no_key_store", "wrong_key")


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"kind": "plain"}', '{"kind": "password", "account": 1, "check": ""}']
)
def test_a_broken_record_is_said_and_kept(tmp_path: Path, text: str) -> None:
    (tmp_path / KEY_FILE).write_text(text)
    with pytest.raises(CacheTrouble) as trouble:
        record = load_record(tmp_path)
        assert record is not None
        key_from_password(record, "x")
    assert trouble.value.kind in {"unreadable", "wrong_key"}
    assert (tmp_path / KEY_FILE).read_text() == text


def test_keyrings_that_keep_nothing_or_plain_text_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    import keyring
    from keyring.backend import KeyringBackend
    from keyring.backends import chainer, fail, null

    class PlaintextKeyring(KeyringBackend):
        priority = 1  # type: ignore[assignment]

        def get_password(self, service: str, username: str) -> str | None:
            return None

        def set_password(self, service: str, username: str, password: str) -> None:
            raise AssertionError("a plain-text keyring was written")

    for backend in (fail.Keyring(), null.Keyring(), PlaintextKeyring()):
        monkeypatch.setattr(keyring, "get_keyring", lambda backend=backend: backend)
        assert system_key_store() is None
    chain = chainer.ChainerBackend()
    monkeypatch.setattr(type(chain), "backends", [PlaintextKeyring(), null.Keyring()])
    monkeypatch.setattr(keyring, "get_keyring", lambda: chain)
    assert system_key_store() is None


@pytest.mark.keyring
def test_the_systems_own_keyring_keeps_a_key(keyring_session: dict[str, str], tmp_path: Path) -> None:
    store = system_key_store()
    assert store is not None
    key = make_key(tmp_path, store, "")
    record = load_record(tmp_path)
    assert record is not None and record.kind == "keyring"
    assert key_from_store(record, system_key_store()) == key
    store.forget(record.account)
    assert store.read(record.account) is None
