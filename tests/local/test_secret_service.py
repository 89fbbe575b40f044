"""A known key is read from the Secret Service directly, and what the keyring library wrote is found."""

import sys

import pytest

from arm.local import secret_service
from arm.local.secret_service import DirectKeyStore
from arm.local.troubles import CacheTrouble

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the Secret Service is a thing of Linux")


@pytest.mark.keyring
def test_what_the_keyring_library_wrote_is_read_without_it(
    keyring_session: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = DirectKeyStore()
    store.write("desk-1", "ab" * 32)
    monkeypatch.setattr(secret_service, "system_key_store", lambda: None)
    assert store.read("desk-1") == "ab" * 32
    assert store.read("desk-2") is None


@pytest.mark.keyring
def test_a_forgotten_key_is_not_found(keyring_session: dict[str, str]) -> None:
    store = DirectKeyStore()
    store.write("desk-3", "cd" * 32)
    store.forget("desk-3")
    assert store.read("desk-3") is None


def test_without_a_bus_nothing_is_found_and_nothing_can_be_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    monkeypatch.setattr(secret_service, "system_key_store", lambda: None)
    store = DirectKeyStore()
    assert store.read("desk-1") is None
    with pytest.raises(CacheTrouble) as caught:
        store.write("desk-1", "secret")
    assert caught.value.kind == "no_key_store"
