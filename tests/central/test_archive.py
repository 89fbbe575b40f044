"""What has had its time goes, what is needed stays: tokens, drafts, presence, files nobody named, the feed's end."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from arm.central import archive, chain
from arm.central import tables as t
from arm.central.central import Central
from arm.central.engine import reading, writing
from arm.central.problems import Trouble
from arm.central.timers import TIMERS, take_turns
from arm.domain.commands import Comment
from arm.wire import Base
from tests.central.region import HandClock, accepted, desk, done, new_id, phone_call, small_picture
from tests.central.test_uploads import uploaded

ARCHIVE = next(one for one in TIMERS if one.name == "archive")
DAY = timedelta(days=1)


def count(central: Central, table: Any) -> int:
    with reading(central.store.engine) as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


def test_it_runs_once_a_day(central: Central, clock: HandClock) -> None:
    assert take_turns(central, ARCHIVE) == 1
    assert take_turns(central, ARCHIVE) == 0
    clock.moment += DAY + timedelta(seconds=1)
    assert take_turns(central, ARCHIVE) == 1


def test_tokens_are_known_for_half_a_year_after_their_end(central: Central, clock: HandClock) -> None:
    """A workstation that was revoked while it was away must still be told so."""
    leaver, stayer = desk(central, "operator"), desk(central, "curator")
    central.sign_out(leaver.who)
    for days, left in ((29, 2), (150, 2), (40, 0)):
        clock.moment += days * DAY
        take_turns(central, ARCHIVE)
        assert count(central, t.token) == left
    with pytest.raises(Trouble, match="unauthorised"):
        central.principal("", stayer.who.device_id)


def presence(seen_at: datetime) -> dict[str, Any]:
    ids = {"message_id": new_id(), "device_id": str(uuid.uuid4()), "user_id": "curator"}
    return ids | {"doing": "looking", "since": seen_at, "seen_at": seen_at}


def draft(saved_at: datetime) -> dict[str, Any]:
    ids = {"draft_id": str(uuid.uuid4()), "message_id": new_id(), "author_id": "executor"}
    return ids | {"form": "answer", "content": "{}", "saved_at": saved_at, "taken_by": None, "taken_at": None}


def test_presence_and_drafts_go_when_they_are_old(central: Central, clock: HandClock) -> None:
    now = clock()
    with writing(central.store.engine) as connection:
        connection.execute(insert(t.presence), [presence(now), presence(now - timedelta(minutes=11))])
        connection.execute(insert(t.shared_draft), [draft(now), draft(now - 31 * DAY)])
    take_turns(central, ARCHIVE)
    assert (count(central, t.presence), count(central, t.shared_draft)) == (1, 1)


def test_files_nobody_named_go_and_one_killed_in_between_is_finished_by_the_next(
    central: Central, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator = desk(central, "operator")
    named, forgotten = uploaded(operator, small_picture()), uploaded(operator, small_picture())
    operator.do(new_id(), phone_call(files=(named,)), Base())
    clock.moment += 8 * DAY
    with monkeypatch.context() as patched:
        patched.setattr(archive, "remove_files", None)
        with writing(central.store.engine) as connection:
            assert archive.tidy(central, connection, clock()) is False
    lost = next(central.uploads.folder.glob(f"*/{forgotten.upload_id}"))
    assert lost.exists()
    refused = operator.do(new_id(), phone_call(files=(forgotten,)), Base())
    assert refused.reason != ""
    take_turns(central, ARCHIVE)
    assert not lost.exists()
    assert count(central, t.upload) == 1
    assert next(central.uploads.folder.glob(f"*/{named.upload_id}")).exists()


def test_the_feeds_oldest_tags_go_and_who_was_away_so_long_reconciles(
    central: Central, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "COMPACTED_AT_ONCE", 3)
    message_id = accepted(central)
    away = desk(central, "curator")
    away.reconcile()
    for number in range(5):
        done(central, "coordinator", message_id, Comment(text=f"Заметка {number}"))
    here = desk(central, "curator")
    here.reconcile()
    before = count(central, t.journal_tag)
    take_turns(central, ARCHIVE)
    assert count(central, t.journal_tag) == before
    clock.moment += 181 * DAY
    done(central, "coordinator", message_id, Comment(text="новая"))
    assert take_turns(central, ARCHIVE) == 3
    with reading(central.store.engine) as connection:
        assert connection.scalar(select(t.journal_head.c.floor)) == 6
        assert connection.scalar(select(func.min(t.journal_tag.c.seq))) == 7
        rows = connection.execute(select(t.journal).order_by(t.journal.c.seq)).all()
    assert (len(rows), chain.first_break(rows)) == (8, None)
    late, present = desk(central, "curator", away.who.device_id), desk(central, "curator", here.who.device_id)
    late.cursor, present.cursor = away.cursor, here.cursor
    assert late.pull().rescope is True
    page = present.pull()
    assert (page.rescope, [one.message_id for one in page.items]) == (False, [message_id])


def test_a_file_laid_aside_is_begun_anew_by_its_desk(central: Central, clock: HandClock) -> None:
    operator = desk(central, "operator")
    picture = uploaded(operator, small_picture())
    clock.moment += 8 * DAY
    with writing(central.store.engine) as connection:
        archive.tidy(central, connection, clock())
    assert central.uploads.offset(operator.who, picture.upload_id).offset == 0
    with pytest.raises(Trouble, match="offset"):
        central.uploads.append(operator.who, picture.upload_id, 300, b"x")
    place = central.uploads.append(operator.who, picture.upload_id, 0, small_picture()[:300])
    archive.remove_files(central)
    assert central.uploads.offset(operator.who, picture.upload_id).offset == place.offset == 300
