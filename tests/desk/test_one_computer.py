"""Several people at one computer: nobody's unsent work is lost, and nobody reads another's (F42, I16)."""

from __future__ import annotations

from pathlib import Path

import pytest

from arm.desk.troubles import CacheTrouble, SyncTrouble
from arm.desk.values import Draft, Workspace
from arm.local.database import connect
from arm.local.held_keys import HeldKeys
from tests.desk.steps import do, queue, registered, registration
from tests.desk_fixture import PASSWORD, Town

CANARY = "Канарейка-5517"


def test_who_sits_down_after_a_sign_out_sees_nothing_and_loses_nothing(town: Town) -> None:
    desk = town.desk("operator")
    town.wire.is_cut = True
    done = do(desk, None, registration(text=f"{CANARY} {registration().text}"))
    desk.drafts.save(Draft(draft_id="", message_id=None, form="register", fields={"text": CANARY}))
    town.wire.is_cut = False
    desk.session.sign_out()
    for ask in (
        lambda: desk.messages.card(done.message_id),
        lambda: queue(desk, Workspace.MODERATION),
        lambda: desk.search.search(CANARY),
        lambda: desk.commands.pending(),
        lambda: desk.drafts.all("register"),
    ):
        with pytest.raises(CacheTrouble) as locked:
            ask()
        assert locked.value.kind == "locked"
    with pytest.raises(SyncTrouble) as refused:
        desk.session.sign_in("town.example", "moderator", PASSWORD)
    assert refused.value.code == "other_person" and desk.session.me() is None
    desk.session.sign_in("town.example", "operator", PASSWORD)
    desk.sync.run_now()
    card = desk.messages.card(done.message_id)
    assert card is not None and not card.is_projected
    assert len(desk.drafts.all("register")) == 1
    desk.close()


def keys_of(store: HeldKeys) -> bytes:
    (secret,) = store.secrets.values()
    return bytes.fromhex(secret)


def test_no_row_of_one_is_readable_with_the_keys_of_the_other(town: Town) -> None:
    registered(town, text=f"{CANARY} у дома 5 по улице Ёлочной на дороге большая яма.")
    keys = {name: HeldKeys() for name in ("moderator", "operator")}
    opened = [town.desk(name, keys=store) for name, store in keys.items()]
    for desk in opened:
        desk.drafts.save(Draft(draft_id="", message_id=None, form="register", fields={"text": CANARY}))
        desk.close()
    folders = {name: town.folder / "profiles" / name for name in keys}
    for name, store in keys.items():
        for other, folder in folders.items():
            for file in ("work.db", "cache.db"):
                if name == other:
                    connect(folder / file, keys_of(store), synchronous="FULL", read_only=True).close()
                    continue
                with pytest.raises(CacheTrouble) as trouble:
                    connect(folder / file, keys_of(store), synchronous="FULL", read_only=True)
                assert trouble.value.kind == "wrong_key"
    everything = b"".join(path.read_bytes() for folder in folders.values() for path in files_in(folder))
    assert CANARY.encode() not in everything


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_kill_between_an_eviction_and_its_files_leaves_no_attachment(town: Town) -> None:
    desk = town.desk("moderator")
    stored = desk.files.add_bytes("фото.png", b"x" * 100)
    store = desk._core.store
    store.files.mark_sent(stored.attachment.upload_id, "u1")
    # what a kill leaves: the eviction is written, its files are still there
    store.cache.keep(files_owed=b'["u1"]')
    desk.close()
    again = town.bare_desk("moderator")
    assert again._core.store.files.find("u1") is None
    assert list((town.folder / "profiles" / "moderator" / "files").iterdir()) == []
    again.close()


def test_a_quarantined_copy_goes_when_a_whole_one_stands_again(town: Town) -> None:
    message_id = registered(town)
    desk = town.desk("moderator")
    stored = desk.files.add_bytes("фото.png", b"x" * 100)
    desk._core.store.files.mark_sent(stored.attachment.upload_id, "u1")
    desk.close()
    folder = town.folder / "profiles" / "moderator"
    (folder / "cache.db").write_bytes(b"x" * 5000)
    again = town.bare_desk("moderator")
    assert again.session.was_rebuilt() and list(folder.glob("cache.quarantine-*"))
    # nobody knows any more to which message it belonged
    assert again._core.store.files.find("u1") is None
    again.sync.first_sync(lambda done, total: None)
    assert not list(folder.glob("cache.quarantine-*"))
    assert queue(again, Workspace.MODERATION) == [message_id]
    again.close()


def test_opened_copies_of_attachments_go_when_their_reader_signs_out(town: Town) -> None:
    desk = town.desk("operator")
    copy = desk.files.open(desk.files.add_bytes("справка.txt", CANARY.encode()).attachment)
    assert CANARY in copy.read_text()
    desk.session.sign_out()
    assert not copy.exists()
    desk.close()
