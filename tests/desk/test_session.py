"""Signing in, the key of the profile, and whose profile it is."""

from pathlib import Path

import pytest

from arm.bootstrap import open_desk
from arm.central import admin
from arm.desk.clock import Surroundings
from arm.desk.desk import Desk
from arm.desk.troubles import CacheTrouble, SyncTrouble
from arm.desk.values import Draft, SyncKind, Workspace
from arm.domain.identity import Role
from arm.local.held_keys import HeldKeys
from arm.local.keys import KEY_FILE
from tests.desk.steps import do, queue, registered, registration
from tests.desk_fixture import PASSWORD, Town, open_town


def keyless_desk(town: Town, name: str) -> Desk:
    """A desk on a computer without any keyring."""
    return open_desk(
        town.folder / "profiles" / name,
        connect=town.wire.connect,
        key_store=lambda: None,
        around=Surroundings(clock=town.hands),
    )


def test_a_new_profile_knows_nobody(town: Town) -> None:
    desk = town.bare_desk("new")
    assert desk.session.me() is None and not desk.session.needs_password()
    assert desk.sync.status().kind is SyncKind.NOT_SIGNED_IN
    desk.close()


def test_signing_in_tells_who_one_is(town: Town) -> None:
    desk = town.bare_desk("moderator")
    me = desk.session.sign_in("town.example", " Moderator ", PASSWORD)
    assert me.roles == (Role.MODERATOR,) and me.workspaces == (Workspace.MODERATION,)
    assert me.organisation_name == "Администрация города" and desk.session.needs_first_sync()
    desk.close()


def test_the_next_start_needs_neither_password_nor_network(town: Town) -> None:
    message_id = registered(town)
    town.desk("moderator").close()
    town.wire.is_cut = True
    again = town.bare_desk("moderator")
    assert again.session.me() is not None
    assert queue(again, Workspace.MODERATION) == [message_id]
    again.close()


def test_without_a_keyring_the_password_opens_the_profile_offline(town: Town) -> None:
    message_id = registered(town)
    desk = keyless_desk(town, "moderator")
    desk.session.sign_in("town.example", "moderator", PASSWORD)
    desk.sync.run_now()
    desk.close()
    town.wire.is_cut = True
    again = keyless_desk(town, "moderator")
    assert again.session.needs_password() and again.session.me() is None
    with pytest.raises(CacheTrouble) as locked:
        again.drafts.all("answer")
    with pytest.raises(CacheTrouble) as wrong:
        again.session.unlock(PASSWORD + "!")
    assert (locked.value.kind, wrong.value.kind) == ("locked", "wrong_key")
    again.session.unlock(PASSWORD)
    assert queue(again, Workspace.MODERATION) == [message_id]
    again.close()


def test_a_profile_belongs_to_one_person(town: Town) -> None:
    desk = town.desk("moderator")
    desk.session.sign_out()
    with pytest.raises(SyncTrouble) as trouble:
        desk.session.sign_in("town.example", "operator", PASSWORD)
    assert trouble.value.code == "other_person"
    assert town.wire.calls.count("sign_in") == 1
    desk.close()


def test_two_people_of_one_computer_have_nothing_in_common(town: Town) -> None:
    keys = HeldKeys()
    one, other = town.desk("moderator", keys=keys), town.desk("operator", keys=keys)
    one.close()
    other.close()
    assert len(set(keys.secrets.values())) == 2
    records = [(town.folder / "profiles" / name / KEY_FILE).read_text() for name in ("moderator", "operator")]
    assert records[0] != records[1]


def test_a_profile_belongs_to_one_central_store(town: Town, tmp_path: Path) -> None:
    desk = town.desk("moderator")
    desk.close()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    with open_town(elsewhere) as other:
        # the same town settled again is another store
        admin.add_organisation(other.central.store, other.central.directory().tree["town"])  # type: ignore[index]
        store_id = "5c6a3bfe-0000-4000-8000-000000000000"
        other.wire.after = lambda name: None
        again = open_desk(
            town.folder / "profiles" / "moderator",
            connect=renamed_store(other, store_id),
            key_store=lambda: town.keys,
            around=Surroundings(clock=town.hands),
        )
        with pytest.raises(SyncTrouble) as trouble:
            again.session.sign_in("other.example", "moderator", PASSWORD)
        assert trouble.value.code == "other_store"
        again.close()


def renamed_store(town: Town, store_id: str):  # type: ignore[no-untyped-def]
    """A wire to a central store that says another `store_id`."""
    from dataclasses import replace

    def connect(server, device_id, token):  # type: ignore[no-untyped-def]
        transport = town.wire.connect(server, device_id, token)
        plain = transport.sign_in
        transport.sign_in = lambda request: replace(plain(request), store_id=store_id)
        return transport

    return connect


def test_a_profile_open_elsewhere_is_said(town: Town) -> None:
    desk = town.bare_desk("moderator")
    with pytest.raises(CacheTrouble) as trouble:
        town.bare_desk("moderator")
    assert trouble.value.kind == "in_use"
    desk.close()
    town.bare_desk("moderator").close()


def test_drafts_outlive_a_killed_program(town: Town) -> None:
    desk = town.desk("operator")
    saved = desk.drafts.save(
        Draft(draft_id="", message_id=None, form="register", fields={"text": "Во дворе…"}, caret=9)
    )
    # what a power cut leaves: no clean end, only what is on the disk
    desk._core.store.cache.close()
    desk._core.store.work.close()
    desk._core._lock.release()
    again = town.bare_desk("operator")
    assert again.drafts.load("register") == saved
    assert again.session.salvage() is None
    again.drafts.discard(saved.draft_id)
    assert again.drafts.all("register") == ()
    again.close()


def test_unsent_work_outlives_signing_out_and_a_new_program(town: Town) -> None:
    desk = town.desk("operator")
    town.wire.is_cut = True
    done = do(desk, None, registration())
    desk.session.sign_out()
    desk.close()
    town.wire.is_cut = False
    again = town.desk("operator")
    again.sync.run_now()
    card = again.messages.card(done.message_id)
    assert card is not None and not card.is_projected
    again.close()


def test_a_damaged_cache_costs_a_first_sync_and_no_work(town: Town) -> None:
    message_id = registered(town)
    desk = town.desk("moderator")
    draft = desk.drafts.save(Draft(draft_id="", message_id=message_id, form="x", fields={"a": "б"}))
    desk.close()
    cache = town.folder / "profiles" / "moderator" / "cache.db"
    cache.write_bytes(bytes(4096) + cache.read_bytes()[4096:])
    again = town.bare_desk("moderator")
    assert again.session.was_rebuilt() and again.session.needs_first_sync()
    assert again.drafts.load("x", message_id) == draft
    assert again.sync.first_sync(lambda done, total: None)
    assert queue(again, Workspace.MODERATION) == [message_id]
    again.close()
