"""The journal checked as a whole: whoever owns the database may change it, and is found out at the very entry."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, text, update

from arm import i18n
from arm.central import checking
from arm.central import tables as t
from arm.central.central import Central
from arm.central.cli import add_parsers
from arm.central.engine import writing
from tests.central.region import assigned, folder_of


@pytest.fixture(autouse=True)
def in_russian() -> None:
    i18n.set_language("ru")


def command(*words: str) -> int:
    parser = argparse.ArgumentParser()
    add_parsers(parser.add_subparsers(required=True))
    read = parser.parse_args(list(words))
    code: int = read.run(read)
    return code


def as_owner(connection: Connection) -> None:
    """The triggers stop everybody but him who may drop them."""
    on = " ON journal" if connection.dialect.name == "postgresql" else ""
    for name in ("journal_is_dense", "journal_is_kept", "journal_is_final"):
        connection.execute(text(f"DROP TRIGGER {name}{on}"))


def test_a_sound_journal_is_said_to_be_whole(
    central: Central, filled_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assigned(central)
    report = checking.check_journal(central.store)
    assert (report.is_sound, report.seq) == (True, 3)
    assert command("head", "--database", filled_url) == 0
    head = capsys.readouterr().out.strip()
    assert head == f"3:{report.hash}"
    assigned(central)
    assert command("check-journal", "--database", filled_url, "--witness", head) == 0
    assert "записей — 6" in capsys.readouterr().out


@pytest.mark.parametrize("column", ["payload", "actor_id", "ver", "kind", "hash"])
def test_a_changed_entry_is_found_and_named(
    central: Central, filled_url: str, column: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assigned(central)
    with writing(central.store.engine) as connection:
        as_owner(connection)
        wrong = 9 if column == "ver" else "0" * 64 if column == "hash" else "system"
        connection.execute(update(t.journal).where(t.journal.c.seq == 2).values({column: wrong}))
    assert command("check-journal", "--database", filled_url) == 1
    assert "запись 2 изменена" in capsys.readouterr().err


@pytest.mark.parametrize("seq", [1, 2])
def test_a_removed_entry_is_found_at_its_place(central: Central, seq: int) -> None:
    assigned(central)
    with writing(central.store.engine) as connection:
        as_owner(connection)
        connection.execute(delete(t.journal).where(t.journal.c.seq == seq))
    assert checking.check_journal(central.store).broken_at == seq


def test_an_end_cut_off_is_found_by_the_head(
    central: Central, filled_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assigned(central)
    with writing(central.store.engine) as connection:
        as_owner(connection)
        connection.execute(delete(t.journal).where(t.journal.c.seq == 3))
    report = checking.check_journal(central.store)
    assert (report.broken_at, report.head_differs, report.message_at) == (None, True, 3)
    assert command("check-journal", "--database", filled_url) == 1
    assert "голова называет запись 3" in capsys.readouterr().err


def test_a_message_changed_past_the_journal_is_found(
    central: Central, filled_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assigned(central)
    with writing(central.store.engine) as connection:
        connection.execute(update(t.message).values(rev="f" * 32))
    assert checking.check_journal(central.store).message_at == 3
    assert command("check-journal", "--database", filled_url) == 1
    assert "создала запись 3" in capsys.readouterr().err


def test_a_history_written_anew_as_a_whole_is_found_by_its_witness(
    central: Central, filled_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assigned(central)
    told_before = f"2:{'a' * 64}"
    assert checking.check_journal(central.store).is_sound
    assert command("check-journal", "--database", filled_url, "--witness", told_before) == 1
    assert "переписали целиком" in capsys.readouterr().err


@pytest.mark.parametrize("store_kind", ["sqlite"], indirect=True)
def test_a_witness_of_another_shape_is_refused_in_words(filled_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command("check-journal", "--database", filled_url, "--witness", "third")
    assert "arm central head" in capsys.readouterr().err


def test_the_check_says_in_words_whether_the_store_is_ready(
    central: Central,
    filled_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    place = ["--database", filled_url, "--files", str(folder_of(tmp_path))]
    assert command("check", *place) == 0
    assert "Хранилище готово" in capsys.readouterr().out
    monkeypatch.setattr("arm.central.readiness.RESERVE_BYTES", 2**62)
    assert command("check", *place) == 1
    assert "Место на диске почти кончилось" in capsys.readouterr().err
