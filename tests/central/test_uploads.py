"""Files at the store: in pieces, checked whole, seen only with a message that names them."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import threading
import uuid
from datetime import timedelta
from pathlib import Path

import pytest

from arm.central.central import Central
from arm.central.engine import writing
from arm.central.files import FileFolder, media_type, shown_name
from arm.central.problems import Trouble
from arm.domain.commands import Comment
from arm.domain.message import Attachment, UploadId
from arm.wire import Base, UploadRequest, Verdict
from tests.central.region import Desk, HandClock, assigned, desk, new_id, phone_call, small_picture


def uploaded(sender: Desk, content: bytes, name: str = "яма.png", piece: int = 300) -> Attachment:
    digest = hashlib.sha256(content).hexdigest()
    central, who = sender.central, sender.who
    place = central.uploads.begin(who, UploadRequest(size=len(content), sha256=digest, name=name))
    offset = 0
    while offset < len(content):
        place = central.uploads.append(who, place.upload_id, offset, content[offset : offset + piece])
        offset = place.offset
    assert place.complete
    return Attachment(upload_id=UploadId(place.upload_id), name=name, size=len(content), sha256=digest)


def test_a_file_arrives_in_pieces_and_is_read_by_those_who_see_its_message(central: Central) -> None:
    operator, message_id = desk(central, "operator"), new_id()
    picture = uploaded(operator, small_picture())
    made = operator.do(message_id, phone_call(files=(picture,)), Base())
    assert made.verdict is Verdict.ACCEPTED
    found = central.uploads.read(desk(central, "moderator").who, picture.upload_id)
    assert b"".join(central.uploads.pieces(found)) == small_picture()
    assert (found.name, found.media_type) == ("яма.png", "image/png")
    message = central.message(message_id)
    assert message is not None
    assert message.files[0].media_type == "image/png"


def test_nobody_reads_what_no_message_names_and_strangers_read_nothing(central: Central) -> None:
    operator = desk(central, "operator")
    picture = uploaded(operator, small_picture())
    with pytest.raises(Trouble, match="not_found"):
        central.uploads.read(operator.who, picture.upload_id)
    operator.do(new_id(), phone_call(files=(picture,)), Base())
    for login in ("stranger", "executor"):
        with pytest.raises(Trouble, match="not_found"):
            central.uploads.read(desk(central, login).who, picture.upload_id)


def test_a_file_of_an_internal_note_is_not_the_operators_to_read(central: Central) -> None:
    message_id = assigned(central)
    executor = desk(central, "executor")
    paper = uploaded(executor, b"%PDF-1.7 paper", "акт.pdf")
    assert executor.do(message_id, Comment(text="Акт", files=(paper,))).verdict is Verdict.ACCEPTED
    assert central.uploads.read(desk(central, "coordinator").who, paper.upload_id).name == "акт.pdf"
    with pytest.raises(Trouble, match="not_found"):
        central.uploads.read(desk(central, "operator").who, paper.upload_id)


def test_only_the_uploader_may_name_a_file(central: Central) -> None:
    message_id = assigned(central)
    picture = uploaded(desk(central, "operator"), small_picture())
    decision = desk(central, "executor").do(message_id, Comment(text="Чужой", files=(picture,)))
    assert (decision.verdict, decision.reason) == (Verdict.REFUSED, "file_not_accepted")


def test_a_file_of_one_message_cannot_be_named_on_another(central: Central) -> None:
    operator = desk(central, "operator")
    picture = uploaded(operator, small_picture())
    operator.do(new_id(), phone_call(files=(picture,)), Base())
    again = operator.do(new_id(), phone_call(files=(picture,)), Base())
    assert again.reason == "file_not_accepted"


@pytest.mark.parametrize("offset", [1, 5000])
def test_a_piece_must_follow_the_last_one(central: Central, offset: int) -> None:
    who = desk(central, "operator").who
    place = central.uploads.begin(who, UploadRequest(size=9000, sha256="0" * 64, name="a.png"))
    with pytest.raises(Trouble) as wrong:
        central.uploads.append(who, place.upload_id, offset, b"x")
    assert (wrong.value.code, wrong.value.problem.detail) == ("offset", "0")


def test_a_damaged_file_begins_anew(central: Central) -> None:
    who = desk(central, "operator").who
    digest = hashlib.sha256(small_picture()).hexdigest()
    size = len(small_picture())
    place = central.uploads.begin(who, UploadRequest(size=size, sha256=digest, name="a.png"))
    with pytest.raises(Trouble, match="damaged"):
        central.uploads.append(who, place.upload_id, 0, bytes(size))
    assert central.uploads.offset(who, place.upload_id).offset == 0
    assert central.uploads.append(who, place.upload_id, 0, small_picture()).complete


def test_a_program_in_a_pictures_clothes_is_refused(central: Central) -> None:
    operator = desk(central, "operator")
    with pytest.raises(Trouble, match="type_not_allowed"):
        uploaded(operator, b"MZ" + bytes(500), "фото.png")
    with pytest.raises(Trouble, match="type_not_allowed"):
        uploaded(operator, b"MZ" + bytes(500), "фото.exe")


@pytest.mark.parametrize("size", [0, -1, 51 * 1024 * 1024])
def test_a_file_has_a_size_and_a_limit(central: Central, size: int) -> None:
    with pytest.raises(Trouble, match="too_large"):
        central.uploads.begin(desk(central, "operator").who, UploadRequest(size=size, sha256="0" * 64, name="a.png"))


def test_anothers_upload_does_not_exist(central: Central) -> None:
    place = central.uploads.begin(desk(central, "operator").who, UploadRequest(size=9, sha256="0" * 64, name="a.png"))
    other = desk(central, "executor").who
    with pytest.raises(Trouble, match="not_found"):
        central.uploads.offset(other, place.upload_id)
    with pytest.raises(Trouble, match="not_found"):
        central.uploads.append(other, place.upload_id, 0, b"x")


def test_what_nobody_names_is_forgotten_after_a_week(central: Central, clock: HandClock) -> None:
    operator = desk(central, "operator")
    picture = uploaded(operator, small_picture())
    kept = uploaded(operator, small_picture() + b"!")
    operator.do(new_id(), phone_call(files=(kept,)), Base())
    clock.moment += timedelta(days=8)
    with writing(central.store.engine) as connection:
        assert central.uploads.lay_aside(connection, clock.moment, limit=500) == 1
    assert central.uploads.remove_laid_aside(limit=500) == 1
    with pytest.raises(Trouble, match="not_found"):
        central.uploads.offset(operator.who, picture.upload_id)
    assert list(central.uploads.pieces(central.uploads.read(operator.who, kept.upload_id)))


def test_names_are_made_fit_to_be_shown() -> None:
    assert shown_name("..\\../etc/pass\u202ewd\x00.txt") == "_.._etc_passwd.txt"
    assert shown_name("  ") == "file"
    assert shown_name("я" * 300 + ".pdf") == "я" * 116 + ".pdf"


def test_types_are_told_by_content_and_ending_together() -> None:
    assert media_type("a.PDF", b"%PDF-1.4") == "application/pdf"
    assert media_type("a.mp4", b"\0\0\0\x18ftypmp42") == "video/mp4"
    assert media_type("a.txt", b"text\0") is None
    assert media_type("a", b"text") is None


def test_files_leave_room_for_words(tmp_path: Path) -> None:
    """A disk that files fill would stop the text commands too (F75)."""
    folder = FileFolder(tmp_path, reserve_bytes=shutil.disk_usage(tmp_path).total)
    with pytest.raises(OSError, match="No space"):
        folder.write_at(str(uuid.uuid4()), 0, b"piece")


def test_a_piece_that_found_no_room_takes_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, upload_id = FileFolder(tmp_path), str(uuid.uuid4())
    folder.write_at(upload_id, 0, b"first")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        folder.write_at(upload_id, 5, b"second")
    assert folder.path(upload_id).read_bytes() == b"first"


def test_a_piece_that_a_stopped_process_writes_late_cuts_nothing_off(tmp_path: Path) -> None:
    """Its lock was gone: another process took its piece and those after it meanwhile."""
    folder, upload_id = FileFolder(tmp_path), str(uuid.uuid4())
    for offset in (0, 4, 8):
        folder.write_at(upload_id, offset, b"1234")
    folder.write_at(upload_id, 0, b"1234")
    assert folder.path(upload_id).read_bytes() == b"1234" * 3


def test_the_same_piece_sent_twice_at_once_is_taken_once(central: Central) -> None:
    operator, content = desk(central, "operator"), small_picture()
    digest = hashlib.sha256(content).hexdigest()
    place = central.uploads.begin(operator.who, UploadRequest(size=len(content), sha256=digest, name="яма.png"))
    outcomes: list[str] = []

    def send() -> None:
        try:
            outcomes.append(str(central.uploads.append(operator.who, place.upload_id, 0, content).complete))
        except Trouble as refused:
            outcomes.append(refused.code)

    threads = [threading.Thread(target=send) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(outcomes) == ["True", "offset", "offset", "offset"]
    path = next(central.uploads.folder.glob(f"*/{place.upload_id}"))
    assert path.read_bytes() == content
