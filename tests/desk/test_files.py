"""Attachments at the desk: limits, seals, private copies, sending before the command."""

import os
from pathlib import Path

import pytest

from arm.desk.troubles import FileTrouble, SyncTrouble
from arm.desk.values import PendingState
from arm.domain.commands import Comment, Reassign
from arm.domain.identity import UserId
from arm.local.files import safe_name
from arm.wire import PushAnswer, PushRequest
from tests.desk.steps import assigned, desks, do, registration
from tests.desk_fixture import PASSWORD, Town

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 1000


def test_a_file_is_sealed_and_opens_as_a_private_copy(town: Town, tmp_path: Path) -> None:
    source = tmp_path / "яма.png"
    source.write_bytes(PICTURE)
    with desks(town, "operator") as (operator,):
        stored = operator.files.add_path(source)
        assert stored.attachment.size == len(PICTURE) and not stored.is_sent
        copy = operator.files.open(stored.attachment)
        assert copy.read_bytes() == PICTURE and copy.name == "яма.png"
        if os.name == "posix":
            assert copy.stat().st_mode & 0o277 == 0
        profile = town.folder / "profiles" / "operator"
        assert all(PICTURE[8:600] not in path.read_bytes() for path in (profile / "files").iterdir())
        assert operator.files.preview(stored.attachment) == PICTURE
    assert not copy.exists()


def test_limits_are_said_before_anything_is_kept(town: Town, tmp_path: Path) -> None:
    (tmp_path / "пусто.pdf").write_bytes(b"")
    with desks(town, "operator") as (operator,):
        kinds = []
        for take in (
            lambda: operator.files.add_path(tmp_path / "пусто.pdf"),
            lambda: operator.files.add_path(tmp_path / "нет.pdf"),
            lambda: operator.files.add_path(tmp_path),
            lambda: operator.files.add_bytes("вирус.exe", b"MZ"),
            lambda: operator.files.add_bytes("без-окончания", b"x"),
            lambda: operator.files.add_bytes("кино.pdf", bytes(51 * 1024 * 1024)),
        ):
            with pytest.raises(FileTrouble) as trouble:
                take()
            kinds.append(trouble.value.kind)
        assert kinds == ["empty", "unreadable", "unreadable", "type", "type", "too_big"]
        assert list((town.folder / "profiles" / "operator" / "files").iterdir()) == []


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Windows\\con.txt", "_con.txt"),
        ("отчёт\u202egpj.exe", "отчётgpj.exe"),
        ("a\x00b\nc.pdf", "abc.pdf"),
        ("…", "…"),
        ("..", "file"),
        ("", "file"),
    ],
)
def test_file_names_are_data(name: str, safe: str) -> None:
    assert safe_name(name) == safe
    assert len(safe_name("я" * 500 + ".pdf")) <= 120 and safe_name("я" * 500 + ".pdf").endswith(".pdf")


def test_an_upload_goes_on_after_the_network_broke(town: Town) -> None:
    with desks(town, "operator") as (operator,):
        stored = operator.files.add_bytes("яма.png", PICTURE)
        done = do(operator, None, registration(files=(stored.attachment,)))

        def die(name: str) -> None:
            if name == "send_piece":
                town.wire.after = lambda name: None
                raise SyncTrouble("offline")

        town.wire.after = die
        with pytest.raises(SyncTrouble):
            operator.sync.run_now()
        assert town.central.message(done.message_id) is None
        operator.sync.run_now()
        assert town.wire.calls.count("begin_upload") == 1
        message = town.central.message(done.message_id)
        assert message is not None and message.files[0].sha256 == stored.attachment.sha256


def test_a_file_that_the_store_will_not_take_holds_up_nothing(town: Town) -> None:
    with desks(town, "operator") as (operator,):
        stored = operator.files.add_bytes("яма.png", b"this is no picture at all")
        first = do(operator, None, registration(files=(stored.attachment,)))
        second = do(operator, None, registration("Другая яма"))
        operator.sync.run_now()
        assert town.central.message(second.message_id) is not None
        assert town.central.message(first.message_id) is None
        (pending,) = operator.commands.pending()
        assert pending.state is PendingState.REFUSED and pending.refused is not None
        assert pending.refused.reason == "file_not_accepted" and "яма" in pending.command_json


def test_files_leave_with_their_message(town: Town) -> None:
    message_id = assigned(town)
    with desks(town, "executor") as (executor,):
        stored = executor.files.add_bytes("фото.png", PICTURE)
        do(executor, message_id, Comment(text="Фото с места", files=(stored.attachment,)))
        executor.sync.run_now()
        sealed = town.folder / "profiles" / "executor" / "files"
        assert len(list(sealed.iterdir())) == 1
        town.central.act("executor", message_id, Reassign(executor=UserId("executor-2"), reason="Участок"))
        executor.sync.run_now()
        assert executor.messages.card(message_id) is None
        assert list(sealed.iterdir()) == []
        assert executor.files.preview(stored.attachment) is None


def test_a_desk_that_becomes_another_device_keeps_its_files(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file had reached the store before the clone was found out (P9 c)."""
    with desks(town, "operator") as (operator,):
        stored = operator.files.add_bytes("яма.png", PICTURE)
        done = do(operator, None, registration(files=(stored.attachment,)))
        transport = operator.files.transport
        assert transport is not None

        def fork(request: PushRequest) -> PushAnswer:
            raise SyncTrouble("refused", {"code": "device_fork", "status": "409"})

        monkeypatch.setattr(transport, "push", fork)
        with pytest.raises(SyncTrouble):
            operator.sync.run_now()
        operator.session.sign_in("town.example", "operator", PASSWORD)
        operator.sync.run_now()
        assert operator.commands.pending() == ()
        message = town.central.message(done.message_id)
        assert message is not None and message.files[0].sha256 == stored.attachment.sha256
