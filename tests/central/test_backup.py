"""Backup and restore: everything comes back, numbers never repeat, nothing is overwritten unasked."""

from __future__ import annotations

import errno
import io
import json
import shutil
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, select

from arm.central import admin, chain
from arm.central import tables as t
from arm.central.backup import BackupTrouble, backup, restore
from arm.central.central import Central
from arm.central.engine import reading
from arm.central.opening import open_central
from arm.central.problems import StoreTrouble, Trouble
from arm.domain.identity import UserId
from arm.wire import Base, Verdict
from tests.central.region import HandClock, desk, folder_of, new_id, phone_call, registered, small_picture
from tests.central.test_uploads import uploaded


@pytest.fixture
def saved(central: Central, tmp_path: Path, store_kind: str) -> Path:
    if store_kind == "postgresql" and shutil.which("pg_dump") is None:
        pytest.skip("pg_dump isn't installed here")
    operator = desk(central, "operator")
    picture = uploaded(operator, small_picture())
    operator.do(new_id(), phone_call(files=(picture,)), Base())
    backup(central, tmp_path / "saved.tar")
    return tmp_path / "saved.tar"


def test_a_restored_store_is_the_one_that_was_saved(
    central: Central, saved: Path, filled_url: str, tmp_path: Path
) -> None:
    before = central.messages(central.message_ids())
    registered(central, "После копии")
    central.close()
    about = restore(saved, filled_url, files=tmp_path / "other-files", replace=True)
    with open_central(filled_url, files=tmp_path / "other-files") as again:
        assert again.messages(again.message_ids()) == before
        assert again.head() == about["seq"]
        with reading(again.store.engine) as connection:
            assert chain.first_break(connection.execute(select(t.journal).order_by(t.journal.c.seq))) is None
        upload_id = next(iter(before.values())).files[0].upload_id
        found = again.uploads.read(desk(again, "moderator").who, upload_id)
        assert b"".join(again.uploads.pieces(found)) == small_picture()
        stored = tmp_path / "other-files" / upload_id[:2] / upload_id
        assert stored.stat().st_mode & 0o077 == 0


def test_no_number_is_told_twice_after_a_restore(
    central: Central, saved: Path, filled_url: str, tmp_path: Path, clock: HandClock
) -> None:
    told = set()
    for _ in range(20):
        message = central.message(registered(central))
        assert message is not None
        told.add(message.number)
    central.close()
    restore(saved, filled_url, files=folder_of(tmp_path), replace=True)
    with open_central(filled_url, files=folder_of(tmp_path), clock=clock) as again:
        for _ in range(20):
            message = again.message(registered(again))
            assert message is not None
            assert message.number not in told


def test_a_desk_brings_back_what_the_backup_did_not_hold(
    central: Central, saved: Path, filled_url: str, tmp_path: Path, clock: HandClock
) -> None:
    operator = desk(central, "operator")
    envelope = operator.envelope(new_id(), phone_call("После копии"), Base())
    operator.send(envelope)
    central.close()
    restore(saved, filled_url, files=folder_of(tmp_path), replace=True)
    with open_central(filled_url, files=folder_of(tmp_path), clock=clock) as again:
        with pytest.raises(Trouble, match="unauthorised"):
            again.principal("old token", operator.who.device_id)
        same = desk(again, "operator", operator.who.device_id)
        assert same.send().device.last_seq == 0
        assert same.send(envelope).decisions[0].verdict is Verdict.ACCEPTED


def test_a_store_in_use_is_not_overwritten_unasked(central: Central, saved: Path, filled_url: str) -> None:
    with pytest.raises(BackupTrouble) as wrong:
        restore(saved, filled_url)
    assert wrong.value.kind == "not_empty"
    assert central.head() == 1


def test_an_open_sqlite_store_is_not_pulled_from_under_its_server(
    central: Central, saved: Path, filled_url: str, store_kind: str
) -> None:
    if store_kind == "sqlite":
        with pytest.raises(BackupTrouble) as wrong:
            restore(saved, filled_url, replace=True)
        assert wrong.value.kind == "in_use"
    assert central.head() == 1


def test_an_existing_file_is_not_overwritten(central: Central, saved: Path) -> None:
    before = saved.read_bytes()
    with pytest.raises(BackupTrouble) as wrong:
        backup(central, saved)
    assert (wrong.value.kind, saved.read_bytes()) == ("exists", before)
    assert [one.name for one in saved.parent.glob(".arm-backup-*")] == []


def test_the_floor_of_each_device_is_told_after_a_backup(central: Central, saved: Path, tmp_path: Path) -> None:
    operator = desk(central, "operator")
    operator.do(new_id(), phone_call(), Base())
    assert operator.send().device.backup_floor == 0
    backup(central, tmp_path / "second.tar")
    assert operator.send().device.backup_floor == 1


def tar_of(path: Path, **members: bytes) -> Path:
    with tarfile.open(path, "w") as tar:
        for name, content in members.items():
            member = tarfile.TarInfo(name.replace("__", "/").replace("_dot_", "."))
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return path


def test_what_is_no_backup_changes_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    about = json.dumps({"format": 1, "kind": "sqlite", "hash": "0" * 64, "seq": 0}).encode()
    wrongs = [
        tmp_path / "absent.tar",
        tmp_path,
        tar_of(tmp_path / "empty.tar"),
        tar_of(tmp_path / "alone.tar", about_dot_json=about),
        tar_of(tmp_path / "torn.tar", about_dot_json=about, store_dot_db=b"SQLite format 3\0" + bytes(900)),
        tar_of(tmp_path / "words.tar", about_dot_json=b"[]", store_dot_db=b"x"),
    ]
    (tmp_path / "text.tar").write_text("not a tar")
    for one in [*wrongs, tmp_path / "text.tar"]:
        with pytest.raises(BackupTrouble) as wrong:
            restore(one, url)
        assert wrong.value.kind == "not_a_backup", one
    assert not (tmp_path / "new.db").exists()


def test_nothing_leaves_the_archive_by_its_name(saved: Path, tmp_path: Path, store_kind: str) -> None:
    if store_kind != "sqlite":
        return
    evil = tmp_path / "evil.tar"
    with tarfile.open(saved) as source, tarfile.open(evil, "w") as target:
        for member in source:
            target.addfile(member, source.extractfile(member))
        for name in ("../outside", "files/../../outside", "/tmp/arm-outside"):  # noqa: S108
            member = tarfile.TarInfo(name)
            target.addfile(member, io.BytesIO(b""))
    restore(evil, f"sqlite:///{tmp_path / 'deep' / 'er' / 'new.db'}")
    assert not list(tmp_path.rglob("outside")) + list(Path("/tmp").glob("arm-outside"))  # noqa: S108


def test_a_backup_of_the_other_kind_is_said(saved: Path, store_kind: str, tmp_path: Path) -> None:
    other = f"sqlite:///{tmp_path / 'x.db'}" if store_kind == "postgresql" else "postgresql://nobody@/x"
    with pytest.raises(BackupTrouble) as wrong:
        restore(saved, other)
    assert wrong.value.kind == "other_kind"


def test_a_foreign_database_is_left_alone(tmp_path: Path) -> None:
    foreign = tmp_path / "foreign.db"
    with closing(sqlite3.connect(foreign)) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    with pytest.raises(StoreTrouble, match="not_a_store"):
        open_central(f"sqlite:///{foreign}")
    with closing(sqlite3.connect(foreign)) as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (1,)


def test_the_message_count_survives_a_second_restore(
    central: Central, saved: Path, filled_url: str, tmp_path: Path
) -> None:
    central.close()
    for _ in range(2):
        restore(saved, filled_url, files=folder_of(tmp_path), replace=True)
    with open_central(filled_url, files=folder_of(tmp_path)) as again, reading(again.store.engine) as connection:
        assert connection.scalar(select(func.count()).select_from(t.message)) == 1


def test_copies_and_new_stores_are_their_owners_alone(saved: Path, tmp_path: Path) -> None:
    with open_central(f"sqlite:///{tmp_path / 'new.db'}", files=tmp_path / "new-files") as new:
        new.head()
        made = [saved, *tmp_path.glob("new.db*")]
        assert {one.name: one.stat().st_mode & 0o077 for one in made} == {one.name: 0 for one in made}


def test_a_restored_store_repeats_no_version_of_the_directory(
    central: Central, saved: Path, filled_url: str, tmp_path: Path
) -> None:
    """A server or desk that knew version 9 before must not take another 9 for it: rights hang on it."""
    admin.set_active(central.store, UserId("stranger"), False)
    known = central.mark()[1]
    central.close()
    restore(saved, filled_url, files=folder_of(tmp_path), replace=True)
    with open_central(filled_url, files=folder_of(tmp_path)) as again:
        assert again.mark()[1] > known + 1000


def test_a_store_that_a_server_has_open_is_not_put_back(central: Central, saved: Path, filled_url: str) -> None:
    known = central.head()
    with pytest.raises(BackupTrouble, match="in_use"):
        restore(saved, filled_url, replace=True)
    assert central.head() == known


def no_room(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "no room")


@pytest.mark.parametrize("step", ["copytree", "copyfileobj"])
def test_no_room_for_the_files_leaves_the_present_store(
    central: Central, saved: Path, filled_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Neither where the archive is opened nor where the files belong."""
    registered(central, "После копии")
    known = central.head()
    central.close()
    with monkeypatch.context() as full:
        full.setattr(shutil, step, no_room)
        with pytest.raises(BackupTrouble, match="cannot_write"):
            restore(saved, filled_url, files=folder_of(tmp_path), replace=True)
    with open_central(filled_url) as again:
        assert again.head() == known


def test_a_disk_that_is_full_at_restore_leaves_the_present_store(
    central: Central, saved: Path, filled_url: str, store_kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if store_kind != "sqlite":
        pytest.skip("PostgreSQL restores in one transaction")
    known = central.head()
    central.close()

    monkeypatch.setattr(shutil, "copyfile", no_room)
    with pytest.raises(BackupTrouble, match="cannot_write"):
        restore(saved, filled_url, replace=True)
    with open_central(filled_url) as again:
        assert again.head() == known
