"""The way to the store as a person sets it: kept per profile, the password in the keyring and nowhere else."""

import json
import threading
from pathlib import Path

import pytest

from arm.bootstrap import network_of
from arm.desk.files import at_most
from arm.desk.network import NetworkWish
from arm.local.held_keys import HeldKeys
from arm.local.network_file import NETWORK_FILE
from arm.local.secret_service import quick_key_store
from arm.local.troubles import FileTrouble
from arm.sync.troubles import SyncTrouble

PASSWORD = "пароль прокси"
WISH = NetworkWish(proxy="proxy.example:3128", proxy_user="ivanova", pins=("ab" * 32,))


def test_what_is_set_outlives_the_program_and_the_password_lies_in_the_keyring_alone(tmp_path: Path) -> None:
    store = HeldKeys()
    assert network_of(tmp_path, lambda: store).keep(WISH, PASSWORD)
    again = network_of(tmp_path, lambda: store)
    assert again.wish() == NetworkWish(proxy="http://proxy.example:3128", proxy_user="ivanova", pins=("ab" * 32,))
    assert again.has_password and again.proxy_password() == PASSWORD
    written = (tmp_path / NETWORK_FILE).read_bytes()
    assert PASSWORD.encode() not in written and json.dumps(PASSWORD).encode() not in written
    assert (tmp_path / NETWORK_FILE).stat().st_mode & 0o077 == 0
    assert list(store.secrets.values()) == [PASSWORD]


def test_a_new_password_replaces_the_old_one_and_an_empty_one_forgets_it(tmp_path: Path) -> None:
    store = HeldKeys()
    network = network_of(tmp_path, lambda: store)
    network.keep(WISH, PASSWORD)
    network.keep(WISH, None)
    assert network.proxy_password() == PASSWORD
    network.keep(WISH, "другой")
    assert list(store.secrets.values()) == ["другой"]
    network.keep(NetworkWish(), "")
    assert store.secrets == {} and not network.has_password


def test_without_a_keyring_the_password_lasts_until_the_program_ends(tmp_path: Path) -> None:
    network = network_of(tmp_path, lambda: None)
    assert not network.keep(WISH, PASSWORD)
    assert network.proxy_password() == PASSWORD
    assert network_of(tmp_path, lambda: None).proxy_password() == ""
    assert PASSWORD not in (tmp_path / NETWORK_FILE).read_text(encoding="utf-8")


@pytest.mark.keyring
def test_a_real_keyring_gives_the_password_back(tmp_path: Path, keyring_session: dict[str, str]) -> None:
    assert network_of(tmp_path, quick_key_store).keep(WISH, PASSWORD)
    assert network_of(tmp_path, quick_key_store).proxy_password() == PASSWORD


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        (NetworkWish(proxy="socks5://proxy.example"), "proxy_unsupported"),
        (NetworkWish(proxy="http://ivanova:secret@proxy.example:3128"), "proxy_address"),
        (NetworkWish(proxy="не адрес"), "proxy_address"),
        (NetworkWish(pins=("12ab",)), "bad_pin"),
        (NetworkWish(ca_file="/nowhere/none.pem"), "bad_ca_file"),
    ],
)
def test_what_cannot_work_is_said_and_not_kept(tmp_path: Path, wish: NetworkWish, code: str) -> None:
    network = network_of(tmp_path, HeldKeys)
    with pytest.raises(SyncTrouble) as trouble:
        network.keep(wish)
    assert trouble.value.code == code
    assert network.wish() == NetworkWish() and not (tmp_path / NETWORK_FILE).exists()


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{", b'{"proxy": 5, "pins": "x", "heard_at": "soon"}', bytes(range(256))]
)
def test_a_broken_file_leaves_the_settings_of_the_installation(
    tmp_path: Path, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARM_PROXY", "http://office.example:3128")
    (tmp_path / NETWORK_FILE).write_bytes(content)
    network = network_of(tmp_path, HeldKeys)
    assert network.wish().proxy == "http://office.example:3128" and network.heard is not None


def test_pins_of_the_settings_keep_their_letters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pin = "sha256//kVBrYL7HIs4nL+rI2svjWbLQSfz71E1Y/mKjtUF9TyA="
    monkeypatch.setenv("ARM_TLS_PINS", f"{pin}, {'AB' * 32}")
    ways = network_of(tmp_path, HeldKeys).ways()
    assert ways.pins == (pin, "AB" * 32) and len(ways.pin_digests()) == 2


def test_a_file_is_never_longer_than_it_was_announced() -> None:
    assert b"".join(at_most(iter([b"ab", b"c"]), 3)) == b"abc"
    with pytest.raises(FileTrouble) as trouble:
        list(at_most(iter([b"ab", b"cd"]), 3))
    assert trouble.value.kind == "damaged"


def test_the_keyring_is_asked_on_the_thread_that_needs_the_password(tmp_path: Path) -> None:
    asked: list[str] = []
    store = HeldKeys()

    def find() -> HeldKeys:
        asked.append(threading.current_thread().name)
        return store

    network_of(tmp_path, lambda: store).keep(WISH, PASSWORD)
    network = network_of(tmp_path, find)
    network.wish()
    assert network.has_password and asked == []
    thread = threading.Thread(target=network.proxy_password, name="arm-sync")
    thread.start()
    thread.join()
    assert asked == ["arm-sync"]
