"""A lost keyring, a changed password, a revoked workstation: what opens again, and what nobody opens any more."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from arm.bootstrap import open_desk
from arm.central import admin
from arm.desk.clock import Surroundings
from arm.desk.desk import Desk
from arm.desk.troubles import CacheTrouble, SyncTrouble
from arm.desk.values import DeskEventKind, Done, SyncKind, Workspace
from arm.domain.identity import DeviceId, UserId
from arm.local.held_keys import HeldKeys
from arm.local.keys import KEY_FILE, KeyStore
from arm.local.secret_service import quick_key_store
from arm.local.troubles import CacheTrouble as LocalTrouble
from tests.desk.steps import do, queue, registered, registration
from tests.desk_fixture import PASSWORD, Town

NEW_PASSWORD = "другой пароль 43"


class LockedKeyStore(HeldKeys):
    """A keyring that answers nobody, as one whose person has dismissed the question."""

    def read(self, account: str) -> str | None:
        raise LocalTrouble("no_key_store")

    def write(self, account: str, secret: str) -> None:
        raise LocalTrouble("no_key_store")


class OtherSecrets(HeldKeys):
    """A keyring that holds something under every name."""

    def read(self, account: str) -> str | None:
        return self.secrets.get(account, "77" * 32)


LOST: dict[str, Callable[[], KeyStore | None]] = {
    "missing": lambda: None,
    "locked": LockedKeyStore,
    "another one": HeldKeys,
    "another secret": OtherSecrets,
}


def desk_with(town: Town, keys: KeyStore | None, name: str = "operator") -> Desk:
    return open_desk(
        town.folder / "profiles" / name,
        connect=town.wire.connect,
        key_store=lambda: keys,
        around=Surroundings(clock=town.hands),
    )


def unsent_work(town: Town, keys: KeyStore | None = None) -> Done:
    """The operator has registered a message that isn't sent, and closed the program."""
    desk = desk_with(town, keys) if keys is not None else town.bare_desk("operator")
    desk.session.sign_in("town.example", "operator", PASSWORD)
    desk.sync.first_sync(lambda done, total: None)
    town.wire.is_cut = True
    done = do(desk, None, registration())
    desk.close()
    town.wire.is_cut = False
    return done


def profile(town: Town, name: str = "operator") -> Path:
    return town.folder / "profiles" / name


def record(town: Town) -> dict[str, str]:
    read: dict[str, str] = json.loads((profile(town) / KEY_FILE).read_text())
    return read


@pytest.mark.parametrize("how", sorted(LOST))
def test_a_lost_keyring_is_no_lost_work(town: Town, how: str) -> None:
    done = unsent_work(town)
    keys = LOST[how]()
    desk = desk_with(town, keys)
    assert desk.session.me() is None and not desk.session.needs_password()
    trouble = desk.session.key_trouble()
    assert trouble is not None and trouble.kind == "key_lost"
    desk.session.sign_in("town.example", "operator", PASSWORD)
    assert desk.sync.status().unsent == 1
    desk.sync.run_now()
    card = desk.messages.card(done.message_id)
    assert card is not None and not card.is_projected
    desk.close()
    # the key has a place again: no network is needed the next time
    town.wire.is_cut = True
    again = desk_with(town, keys)
    if again.session.needs_password():
        again.session.unlock(PASSWORD)
    assert again.session.me() is not None and again.session.key_trouble() is None
    again.close()


def test_without_the_network_a_lost_keyring_is_said_and_changes_nothing(town: Town) -> None:
    unsent_work(town)
    before = {path: path.read_bytes() for path in profile(town).rglob("*") if path.is_file()}
    town.wire.is_cut = True
    desk = desk_with(town, HeldKeys())
    for ask in (
        lambda: desk.session.sign_in("town.example", "operator", PASSWORD),
        lambda: desk.session.unlock(PASSWORD),
    ):
        with pytest.raises(CacheTrouble) as trouble:
            ask()
        assert trouble.value.kind == "key_lost"
    desk.close()
    assert {path: path.read_bytes() for path in profile(town).rglob("*") if path.is_file()} == before


def test_the_key_lies_nowhere_in_plain_text(town: Town) -> None:
    keys = HeldKeys()
    unsent_work(town, keys)
    (secret,) = keys.secrets.values()
    stored = b"".join(path.read_bytes() for path in profile(town).rglob("*") if path.is_file())
    assert secret.encode() not in stored and bytes.fromhex(secret) not in stored
    assert record(town)["escrow"] and record(town)["device_id"]


def test_another_persons_sign_in_does_not_open_the_files(town: Town) -> None:
    unsent_work(town)
    desk = desk_with(town, HeldKeys())
    with pytest.raises(SyncTrouble) as trouble:
        desk.session.sign_in("town.example", "moderator", PASSWORD)
    assert trouble.value.code == "device_of_other_user"
    assert desk.session.me() is None
    desk.close()


def test_a_password_changed_elsewhere_wraps_the_key_anew(town: Town) -> None:
    desk = desk_with(town, None)
    desk.session.sign_in("town.example", "operator", PASSWORD)
    desk.close()
    admin.set_password(town.central.store, UserId("operator"), NEW_PASSWORD)
    town.wire.is_cut = True
    offline = desk_with(town, None)
    with pytest.raises(CacheTrouble) as trouble:
        offline.session.unlock(NEW_PASSWORD)
    assert trouble.value.kind == "wrong_key"
    town.wire.is_cut = False
    offline.session.unlock(NEW_PASSWORD)
    assert offline.session.me() is not None
    offline.close()
    town.wire.is_cut = True
    again = desk_with(town, None)
    with pytest.raises(CacheTrouble):
        again.session.unlock(PASSWORD)
    again.session.unlock(NEW_PASSWORD)
    assert again.session.me() is not None
    again.close()


def test_a_password_changed_while_the_desk_works_wraps_the_key_anew(town: Town) -> None:
    desk = desk_with(town, None)
    desk.session.sign_in("town.example", "operator", PASSWORD)
    admin.set_password(town.central.store, UserId("operator"), NEW_PASSWORD)
    desk.session.sign_in("town.example", "operator", NEW_PASSWORD)
    desk.close()
    town.wire.is_cut = True
    again = desk_with(town, None)
    again.session.unlock(NEW_PASSWORD)
    assert again.session.me() is not None
    again.close()


def test_a_desk_that_became_another_device_gets_its_key_back(town: Town) -> None:
    """The key is wrapped for the device of the last sign-in, the files already name the next one."""
    unsent_work(town)
    desk = town.bare_desk("operator")
    desk.sync.storage.become_device("22222222-2222-4222-8222-222222222222")
    desk.close()
    again = desk_with(town, HeldKeys())
    again.session.sign_in("town.example", "operator", PASSWORD)
    again.sync.run_now()
    assert again.sync.status().unsent == 0
    assert record(town)["device_id"] == "22222222-2222-4222-8222-222222222222"
    again.close()


@pytest.mark.keyring
def test_the_systems_keyring_gets_a_lost_key_again(keyring_session: dict[str, str], town: Town) -> None:
    """A real one: emptied behind the program's back, then gone with its bus (F39)."""
    done = unsent_work(town, quick_key_store())
    first = record(town)["account"]
    store = quick_key_store()
    assert store is not None and store.read(first) is not None
    store.forget(first)
    desk = desk_with(town, quick_key_store())
    assert desk.session.key_trouble() is not None
    desk.session.sign_in("town.example", "operator", PASSWORD)
    assert desk.sync.status().unsent == 1 and desk.messages.card(done.message_id) is not None
    desk.close()
    account = record(town)["account"]
    assert account != first and store.read(account) is not None
    town.wire.is_cut = True
    again = desk_with(town, quick_key_store())
    assert again.session.me() is not None
    again.close()
    store.forget(account)


@pytest.mark.keyring
def test_without_a_bus_the_key_comes_back_under_the_password(
    keyring_session: dict[str, str], town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    unsent_work(town, quick_key_store())
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    desk = desk_with(town, quick_key_store())
    trouble = desk.session.key_trouble()
    assert trouble is not None and trouble.kind == "key_lost"
    desk.session.sign_in("town.example", "operator", PASSWORD)
    desk.close()
    town.wire.is_cut = True
    again = desk_with(town, quick_key_store())
    assert record(town)["kind"] == "password" and again.session.needs_password()
    again.session.unlock(PASSWORD)
    assert again.sync.status().unsent == 1
    again.close()


def device_of(town: Town) -> DeviceId:
    return DeviceId(record(town)["device_id"])


def test_a_revoked_workstation_wipes_itself_at_its_next_request(town: Town) -> None:
    registered(town)
    keys = HeldKeys()
    desk = town.desk("moderator", name="operator", keys=keys)
    assert len(queue(desk, Workspace.MODERATION)) == 1
    admin.revoke_device(town.central.store, device_of(town))
    with pytest.raises(SyncTrouble) as trouble:
        desk.sync.run_now()
    assert trouble.value.code == "device_revoked"
    status = desk.sync.status()
    assert status.is_locked and status.kind is SyncKind.UNAUTHORISED and status.trouble == "device_revoked"
    assert [one.kind for one in status.events] == [DeskEventKind.REVOKED]
    with pytest.raises(CacheTrouble) as locked:
        queue(desk, Workspace.MODERATION)
    assert locked.value.kind == "locked"
    desk.close()
    assert keys.secrets == {}
    assert not list(profile(town).glob("cache*")) and (profile(town) / "work.db").exists()
    again = town.bare_desk("operator", keys)
    assert again.session.me() is None and again.sync.status().is_locked
    with pytest.raises(SyncTrouble) as refused:
        again.session.sign_in("town.example", "moderator", PASSWORD)
    assert refused.value.code == "device_revoked"
    again.close()


def test_a_revocation_by_mistake_can_be_undone_with_all_unsent_work(town: Town) -> None:
    done = unsent_work(town)
    kept: list[str] = []
    admin.revoke_device(town.central.store, device_of(town), kept.append)
    desk = town.bare_desk("operator")
    with pytest.raises(SyncTrouble):
        desk.sync.run_now()
    desk.close()
    assert town.keys.secrets == {}
    admin.readmit_device(town.central.store, device_of(town), kept[0])
    again = town.bare_desk("operator")
    again.session.sign_in("town.example", "operator", PASSWORD)
    assert again.sync.status().unsent == 1
    again.sync.first_sync(lambda done, total: None)
    card = again.messages.card(done.message_id)
    assert card is not None and not card.is_projected
    assert again.sync.status().events == () and not again.sync.status().is_locked
    again.close()


def test_a_wiped_profile_copied_away_opens_nowhere(town: Town, tmp_path: Path) -> None:
    """Neither with the keyring's former secret gone, nor by the escrow of another device (F55)."""
    unsent_work(town)
    admin.revoke_device(town.central.store, device_of(town))
    desk = town.bare_desk("operator")
    with pytest.raises(SyncTrouble):
        desk.sync.run_now()
    desk.close()
    forged = record(town) | {"kind": "keyring", "device_id": "33333333-3333-4333-8333-333333333333"}
    (profile(town) / KEY_FILE).write_text(json.dumps(forged))
    thief = town.bare_desk("operator")
    with pytest.raises(CacheTrouble) as trouble:
        thief.session.sign_in("town.example", "operator", PASSWORD)
    assert trouble.value.kind == "key_lost_for_good"
    assert thief.session.me() is None
    thief.close()


def test_only_the_stores_own_word_wipes_a_workstation(town: Town) -> None:
    """A 401, whatever its code, or a store that no longer knows the device, takes nothing away."""
    desk = town.desk("moderator")

    def refuse(name: str) -> None:
        raise SyncTrouble("unauthorised", {"code": "device_revoked", "status": "401"})

    town.wire.before = refuse
    with pytest.raises(SyncTrouble):
        desk.sync.run_now()
    assert desk.session.me() is not None and town.keys.secrets
    desk.close()
