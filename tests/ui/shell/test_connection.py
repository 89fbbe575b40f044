"""The window and its connection: what is safe, the closed copy, news once, counts that follow every action."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from arm.desk.troubles import SyncTrouble
from arm.desk.values import Changes, DeskEvent, DeskEventKind, Draft, SyncKind, SyncStatus
from tests.ui.conftest import OpenWindow
from tests.ui.fakes import FakeDesk
from ui.dialogs.palette import Palette
from ui.dialogs.safety import SafetyPage
from ui.main_window import MainWindow


def offline(unsent: int = 3) -> SyncStatus:
    return SyncStatus(
        kind=SyncKind.OFFLINE, since=datetime.now(UTC) - timedelta(minutes=30), unsent=unsent, trouble="dns"
    )


def locked() -> SyncStatus:
    now = datetime.now(UTC)
    return replace(offline(), since=now - timedelta(days=7, hours=1), is_locked=True, lease_ends_at=now)


def tell(desk: FakeDesk, status: SyncStatus) -> None:
    desk.status_now = status
    desk.tell(Changes(sync=status))


def safety(window: MainWindow) -> SafetyPage | None:
    return next((one for one in window.findChildren(SafetyPage) if one.isVisible()), None)


def focused() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def test_f12_says_what_is_safe_and_follows_what_happens(open_window: OpenWindow, qtbot: QtBot) -> None:
    desk, window = open_window()
    desk.save_draft(Draft(draft_id="", message_id=None, form="register", fields={"text": "начато"}))
    tell(desk, offline())
    qtbot.waitUntil(lambda: "Нет связи" in window.status.sync.text())
    QTest.keyClick(window.queue.list, Qt.Key.Key_F12)
    page = safety(window)
    assert page is not None and focused().objectName() == "safety-check"
    qtbot.waitUntil(lambda: page.face() is not None and "1 черновик" in page.face().here)
    assert "3 действия ждут отправки здесь" in page.face().headline
    tell(desk, SyncStatus(kind=SyncKind.IN_STEP, since=datetime.now(UTC)))
    qtbot.waitUntil(lambda: "Сеть можно отключить" in page.face().headline)
    QTest.keyClick(focused(), Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: safety(window) is None)
    assert window.queue.list.hasFocus()


def test_enter_on_the_status_line_opens_the_same_page(open_window: OpenWindow, qtbot: QtBot) -> None:
    _desk, window = open_window()
    window.status.sync.setFocus()
    QTest.keyClick(window.status.sync, Qt.Key.Key_Return)
    page = safety(window)
    assert page is not None and page.accessibleName() == "Связь и сохранность"
    page.close_page()


def test_checking_the_connection_tells_what_came_of_it(open_window: OpenWindow, qtbot: QtBot) -> None:
    desk, window = open_window()

    def unreachable() -> SyncStatus:
        raise SyncTrouble("offline")

    desk.sync.run_now = unreachable
    window.link.open_safety()
    page = safety(window)
    assert page is not None
    QTest.keyClick(focused(), Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: "Сервер не отвечает" in page._note.text())
    desk.sync.run_now = lambda: desk.status_now
    QTest.keyClick(page, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: page._note.text() == "Связь есть")
    page.close_page()


def test_the_count_of_what_is_unsent_follows_every_action(open_window: OpenWindow, qtbot: QtBot) -> None:
    desk, window = open_window()
    tell(desk, offline(0))
    desk.status_now = offline(1)
    QTest.keyClick(window.queue.list, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: "отправим 1 действие" in window.status.sync.text())


def test_a_try_under_way_does_not_yet_claim_a_connection(open_window: OpenWindow, qtbot: QtBot) -> None:
    desk, window = open_window()
    tell(desk, offline())
    qtbot.waitUntil(lambda: "Нет связи" in window.status.sync.text())
    tell(desk, replace(offline(2), kind=SyncKind.BUSY))
    qtbot.waitUntil(lambda: "отправим 2 действия" in window.status.sync.text())
    tell(desk, replace(offline(2), kind=SyncKind.BUSY, done=10, total=200))
    qtbot.waitUntil(lambda: "10 из 200" in window.status.sync.text())


def test_a_closed_copy_shows_no_message_and_opens_again_by_itself(open_window: OpenWindow, qtbot: QtBot) -> None:
    desk, window = open_window()
    tell(desk, locked())
    qtbot.waitUntil(window.link.locked.isVisible)
    assert window.link.locked.title.text() == "Копия закрыта: 7 дней без связи"
    assert not window.area.isVisible() and not window.bar.isVisible() and not window.rail.isEnabled()
    assert focused().objectName() == "locked-check"
    for key in (Qt.Key.Key_F8, Qt.Key.Key_Insert, Qt.Key.Key_F6):
        QTest.keyClick(focused(), key)
    QTest.keyClick(focused(), Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert window.findChildren(Palette) == [] and window.link.locked.isVisible()
    assert "Копия закрыта" in window.status.remark()
    tell(desk, SyncStatus(kind=SyncKind.IN_STEP, since=datetime.now(UTC)))
    qtbot.waitUntil(window.area.isVisible)
    assert not window.link.locked.isVisible() and window.rail.isEnabled() and window.queue.list.hasFocus()
    assert window.bar.isVisible()


def test_a_palette_that_stands_open_closes_with_the_copy(open_window: OpenWindow, qtbot: QtBot) -> None:
    desk, window = open_window()
    palette = Palette(window)
    palette.open_page()
    tell(desk, locked())
    qtbot.waitUntil(window.link.locked.isVisible)
    assert not any(one.isVisible() for one in window.findChildren(Palette))


def test_news_are_told_one_after_another_and_never_again(open_window: OpenWindow, qtbot: QtBot) -> None:
    desk, window = open_window()
    events = tuple(
        DeskEvent(event_id=name, kind=kind, at=datetime.now(UTC))
        for name, kind in (("a", DeskEventKind.DEVICE_RENEWED), ("b", DeskEventKind.STORE_RESTORED))
    )
    tell(desk, replace(desk.status_now, events=events))
    news = window.link.news
    qtbot.waitUntil(news.isVisible)
    assert "восстановлено из копии" in news.face().text and "ещё новостей: 1" in news.face().text
    news.acted.emit("seen")
    qtbot.waitUntil(lambda: desk.choices.seen == ["b"])
    assert "под новым номером" in news.face().text
    news.acted.emit("seen")
    qtbot.waitUntil(lambda: desk.choices.seen == ["b", "a"])
    assert news.face() is None and not news.isVisible()


def test_what_the_start_found_is_not_told_twice(open_window: OpenWindow, qtbot: QtBot) -> None:
    desk, window = open_window()
    saved = DeskEvent(
        event_id="", kind=DeskEventKind.SALVAGED, at=datetime.now(UTC), params={"file": "x", "saved": "2"}
    )
    window.show_news((saved,))
    assert "спасено 2 действия" in window.link.news.face().text
    kept = replace(saved, event_id="s", params={"file": "x", "saved": "2"})
    tell(desk, replace(desk.status_now, events=(kept,)))
    qtbot.waitUntil(lambda: window.link.status.events == (kept,))
    assert "ещё новостей" not in window.link.news.face().text
    window.link.news.acted.emit("seen")
    qtbot.waitUntil(lambda: desk.choices.seen == ["s"])


def test_a_clock_far_off_stands_in_a_bar_until_it_is_seen(open_window: OpenWindow, qtbot: QtBot) -> None:
    desk, window = open_window()
    tell(desk, replace(desk.status_now, skew_s=-3 * 3_600.0))
    news = window.link.news
    qtbot.waitUntil(lambda: news.face() is not None and "часовой пояс" in news.face().text)
    news.acted.emit("seen")
    tell(desk, replace(desk.status_now, skew_s=-3 * 3_600.0 + 30))
    qtbot.waitUntil(lambda: window.link.status.skew_s > -3 * 3_600.0)
    assert news.face() is None
    tell(desk, replace(desk.status_now, skew_s=86_400.0 * 2))
    qtbot.waitUntil(lambda: news.face() is not None and "Неверна дата" in news.face().text)


def test_the_badge_counts_what_wants_a_choice(open_window: OpenWindow, qtbot: QtBot) -> None:
    desk, window = open_window()
    tell(desk, replace(desk.status_now, refused=2, parked=1))
    qtbot.waitUntil(lambda: window.rail.bottom_face("outbox").count == 3)
    assert window.rail.bottom_face("outbox").label == "Требует решения: 2"
    assert window.status.decisions.isVisible() and window.status.parked.isVisible()
    tell(desk, replace(desk.status_now, refused=0, parked=0))
    qtbot.waitUntil(lambda: window.rail.bottom_face("outbox").count == 0)
    assert not window.status.decisions.isVisible() and not window.status.parked.isVisible()
