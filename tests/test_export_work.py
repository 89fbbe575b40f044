"""What is not sent comes out as files, also from a file of a newer program, and the profile stays as it is."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from arm.__main__ import main
from arm.bootstrap import profile_folder
from arm.local.database import ProfileLock, connect
from arm.local.drafts import Drafts, SavedDraft
from arm.local.exporting import export_work
from arm.local.files import Files
from arm.local.keys import make_key
from arm.local.outbox import Entry
from arm.local.troubles import CacheTrouble
from arm.local.work import WorkFile
from arm.settings import load
from tests.local.builders import stamp

PASSWORD = "строгий пароль 42"
AT = "2026-11-23T06:00:00+00:00"


@pytest.fixture
def profile(private_folders: Path) -> Path:
    """A profile of this computer under a password: one command, one draft, one file, none of them sent."""
    folder = profile_folder(load())
    ProfileLock(folder).release()
    work = WorkFile(folder, make_key(folder, None, PASSWORD), stamp, True)
    payload = json.dumps({"text": "Яма засыпана"}, ensure_ascii=False).encode()
    work.outbox.add(Entry(command_id="c1", verb="comment", message_id="m1", payload=payload, created_at=AT))
    Drafts(work).save(
        SavedDraft(draft_id="d1", message_id="m1", form="answer", fields={"text": "Начато"}, caret=1, saved_at=AT)
    )
    Files(folder, work).add("../фото.png", io.BytesIO(b"picture"), "image/png", AT)
    work.close()
    return folder


def key_of(folder: Path) -> bytes:
    from arm.local.keys import key_from_password, load_record

    record = load_record(folder)
    assert record is not None
    return key_from_password(record, PASSWORD)


def export(target: Path, monkeypatch: pytest.MonkeyPatch, password: str = PASSWORD) -> int:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{password}\n"))
    return main(["export-work", str(target), "--password-stdin"])


def test_a_newer_file_is_read_and_left_as_it_is(
    profile: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = connect(profile / "work.db", key_of(profile), synchronous="FULL")
    raw.execute("ALTER TABLE outbox ADD COLUMN unheard_of TEXT")
    raw.execute("PRAGMA user_version = 99")
    raw.close()
    before = (profile / "work.db").read_bytes()
    with pytest.raises(CacheTrouble, match="too_new"):
        WorkFile(profile, key_of(profile), stamp, True)
    assert export(tmp_path / "out", monkeypatch) == 0
    assert "команды: 1" in capsys.readouterr().out
    (command,) = json.loads((tmp_path / "out" / "commands.json").read_text(encoding="utf-8"))
    (draft,) = json.loads((tmp_path / "out" / "drafts.json").read_text(encoding="utf-8"))
    assert command["payload"] == {"text": "Яма засыпана"} and draft["fields"] == {"text": "Начато"}
    assert (tmp_path / "out" / "001 фото.png").read_bytes() == b"picture"
    assert (tmp_path / "out" / "drafts.json").stat().st_mode & 0o077 == 0
    assert (profile / "work.db").read_bytes() == before


@pytest.mark.parametrize(("password", "is_there"), [("другой пароль", False), (PASSWORD, True)])
def test_a_wrong_password_and_a_folder_that_is_there_write_nothing(
    profile: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    password: str,
    is_there: bool,
) -> None:
    target = tmp_path / "out"
    if is_there:
        target.mkdir()
    assert export(target, monkeypatch, password) == 1
    assert capsys.readouterr().err.strip() and not list(tmp_path.glob("out/*"))


def test_without_a_profile_one_sentence_is_said(
    private_folders: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert export(tmp_path / "out", monkeypatch) == 1
    assert "профиля нет" in capsys.readouterr().err


def test_a_damaged_attachment_is_counted_and_costs_nothing_else(profile: Path, tmp_path: Path) -> None:
    (sealed,) = (profile / "files").iterdir()
    sealed.chmod(0o600)
    sealed.write_bytes(b"x" * 100)
    done = export_work(profile, key_of(profile), tmp_path / "out")
    assert (done.commands, done.drafts, done.files, done.unreadable) == (1, 1, 0, 1)
