"""What a start has to tell: a first sync broken off, a saved work file, a copy begun anew, troubles in words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from arm.desk.troubles import CacheTrouble, SyncTrouble
from arm.desk.values import Counter
from arm.desk.values import Workspace as Space
from tests.desk.steps import registration
from tests.desk_fixture import PASSWORD, Town, open_town
from ui.application import Application
from ui.desk_news import news_of
from ui.dialogs.sign_in import SignInDialog
from ui.rail_faces import first_place
from ui.start_news import salvage_words, start_news
from ui.wording import trouble_sentence

SERVER = "town.example"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with open_town(tmp_path) as made:
        yield made


def test_a_first_sync_that_was_broken_off_is_gone_on_with_at_the_next_start(
    town: Town, qtbot: QtBot, tmp_path: Path
) -> None:
    before = town.bare_desk("moderator")
    before.session.sign_in(SERVER, "moderator", PASSWORD)
    before.sync.first_sync(lambda done, total: None, lambda: True)
    assert before.session.needs_first_sync()
    before.close()
    application = Application(lambda profile: town.bare_desk(profile.name))
    application.open_profile(tmp_path / "moderator", SERVER)
    qtbot.waitUntil(lambda: bool(application.windows()), timeout=20_000)
    window = application.windows()[0]
    desk = window.bridge._desk
    assert not desk.session.needs_first_sync()
    assert start_news(desk) == ()
    window.close()


def test_a_lost_copy_without_a_network_is_said_and_loaded_when_it_is_back(
    town: Town, qtbot: QtBot, tmp_path: Path
) -> None:
    town.desk("moderator").close()
    for one in tmp_path.rglob("cache.db*"):
        one.unlink()
    town.wire.is_cut = True
    application = Application(lambda profile: town.bare_desk(profile.name))
    profile = application.open_profile(tmp_path / "moderator", SERVER)
    qtbot.waitUntil(lambda: isinstance(profile._dialog, SignInDialog), timeout=20_000)
    dialog = profile._dialog
    assert isinstance(dialog, SignInDialog)
    qtbot.waitUntil(lambda: "Сервер не отвечает" in dialog._problem.text(), timeout=20_000)
    assert application.windows() == () and not dialog.password.isVisible()
    town.wire.is_cut = False
    dialog.button.click()
    qtbot.waitUntil(lambda: bool(application.windows()), timeout=20_000)
    application.windows()[0].close()


def test_remaining_times_go_by_the_central_store_and_not_by_this_computer(
    town: Town, qtbot: QtBot, tmp_path: Path
) -> None:
    desk = town.desk("moderator")
    application = Application(lambda profile: desk)
    application.open_profile(tmp_path / "moderator", SERVER)
    qtbot.waitUntil(lambda: bool(application.windows()), timeout=20_000)
    window = application.windows()[0]
    assert window.conductor.now() == desk.sync.now() == town.hands.wall()
    window.close()


def test_a_saved_work_file_is_told_with_what_is_safe_and_what_is_missing() -> None:
    whole = salvage_words("work.db.damaged", 12, ())
    assert "«work.db.damaged»" in whole and "12 действий" in whole and "Пропусков нет" in whole
    broken = salvage_words("work.db.damaged", 1, (3, 7))
    assert "спасено 1 действие" in broken and "с номерами 3, 7" in broken and "повторите недостающее" in broken


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (SyncTrouble("throttled", {"retry_after_s": "30"}), "через 30 секунд"),
        (SyncTrouble("throttled", {"retry_after_s": "240"}), "через 4 минуты"),
        (SyncTrouble("throttled", {"retry_after_s": "soon"}), "Подождите минуту"),
        (SyncTrouble("wrong_server", {"code": "not_secure"}), "https://"),
        (SyncTrouble("wrong_server", {"code": "bad_address"}), "Адрес написан неверно"),
        (SyncTrouble("wrong_server", {"code": "not_the_protocol"}), "другая программа"),
        (SyncTrouble("refused", {"code": "other_person"}), "другому сотруднику"),
        (SyncTrouble("refused", {"code": "other_store"}), "другому серверу"),
        (SyncTrouble("refused", {"code": "unheard of"}), "Сервер этого не принял"),
        (SyncTrouble("local", {"code": "disk_full"}), "диск"),
        (SyncTrouble("certificate"), "ертификат"),
        (CacheTrouble("too_new"), "новой верси"),
        (CacheTrouble("locked"), "Войдите с паролем"),
        (CacheTrouble("unreadable"), "не читаются"),
    ],
    ids=lambda one: f"{one}-{getattr(one, 'code', '')}" if isinstance(one, Exception) else "",
)
def test_each_kind_of_trouble_has_a_sentence_of_its_own(error: Exception, words: str) -> None:
    assert words.casefold() in trouble_sentence(error).casefold()


def test_a_day_begins_where_something_waits() -> None:
    places = (Space.MODERATION, Space.DECISIONS, Space.CONTROL)

    def counters(*waiting: Space) -> tuple[Counter, ...]:
        return tuple(Counter(workspace=one, needs_action=int(one in waiting), has_overdue=False) for one in places)

    assert first_place(places, counters(Space.CONTROL), "decisions") is Space.CONTROL
    assert first_place(places, counters(Space.MODERATION, Space.DECISIONS), "decisions") is Space.DECISIONS
    assert first_place(places, counters(), "control") is Space.CONTROL
    assert first_place(places, (), "gone") is Space.MODERATION


def test_a_saved_work_file_is_told_with_its_name_and_what_was_saved(town: Town) -> None:
    """From the desk's own event to the banner's words."""
    desk = town.desk("operator")
    town.wire.is_cut = True
    for number in range(40):
        desk.commands.do(None, registration(f"Яма {number}"))
    desk.close()
    path = town.folder / "profiles" / "operator" / "work.db"
    content = bytearray(path.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 4096] = bytes(4096)
    path.write_bytes(content)
    (path.parent / "not-closed").touch()
    again = town.bare_desk("operator")
    report = again.session.salvage()
    assert report is not None and report.commands
    assert start_news(again) == ()
    (news,) = news_of(again.sync.status().events, again.sync.now())
    assert report.kept_file in news.face.text and str(report.commands) in news.face.text
    again.close()
