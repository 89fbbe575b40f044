"""The window's dealings with the central store: status, news, the closed copy, and «what is safe now?»."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from arm.desk.values import SyncKind, SyncStatus
from arm.i18n import _
from ui.dialogs.overlay import OverlayPage
from ui.locked_page import LockedPage
from ui.news_bar import NewsBar
from ui.rail_faces import outbox_face
from ui.safety_words import REACHED, safety_face
from ui.sync_words import sync_words
from ui.wording import trouble_sentence

if TYPE_CHECKING:
    from arm.desk.desk import Desk
    from ui.dialogs.safety import SafetyPage
    from ui.main_window import MainWindow


class Connection(QObject):
    """One status comes in, every part of the window that tells of it follows; nothing is decided here."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._status = SyncStatus(kind=SyncKind.BUSY)
        self._drafts: int | None = None
        self._page: SafetyPage | None = None
        self.news = NewsBar()
        self.locked = LockedPage()
        self.locked.hide()

    def connect_parts(self) -> None:
        window = self._window
        window.conductor.synced.connect(self.show_status)
        window.conductor.outbox_changed.connect(self.ask)
        window.status.safety_pressed.connect(self.open_safety)
        window.status.sign_in_pressed.connect(window.sign_in_asked)
        self.news.put_away.connect(self._on_put_away)
        self.news.outbox_asked.connect(window.show_outbox)
        self.locked.check_asked.connect(self.check)
        self.locked.safety_asked.connect(self.open_safety)
        self.locked.sign_in_asked.connect(window.sign_in_asked)

    @property
    def status(self) -> SyncStatus:
        return self._status

    @property
    def is_closed(self) -> bool:
        """The copy may not be looked at before there is a connection (P30)."""
        return self._status.is_locked

    def ask(self) -> None:
        """The counts change with every action, the lease and the time of day by themselves."""
        self._window.bridge.ask(self, lambda desk: desk.sync.status(), self.show_status, topic="status")

    def show_status(self, status: SyncStatus) -> None:
        window, now = self._window, self._window.conductor.now()
        if status.kind is SyncKind.BUSY and status.trouble and not status.total:
            # a try under way is no connection yet: the truth of before stands until it has come through
            kept = self._status.kind
            status = replace(status, kind=SyncKind.OFFLINE if kept in REACHED else kept)
        was_closed, self._status = self._status.is_locked, status
        window.status.show_status(status, now)
        window.rail.set_bottom_face(outbox_face(status))
        self.news.show_status(status, now)
        if status.is_locked:
            self.locked.show_status(status, now)
        if status.is_locked != was_closed:
            self._turn_lock(is_closed=status.is_locked)
        if self._page is not None:
            self._show_safety()

    def check(self) -> None:
        """F5: push and pull at once."""
        self._tell_check("", is_over=False)
        self._window.bridge.call_out(self, lambda desk: desk.sync.run_now(), self._on_checked, self._on_failed)

    def open_safety(self) -> None:
        """F12, or Enter on the status line; the page is made anew each time and follows the status."""
        from ui.dialogs.safety import SafetyPage

        if self._page is not None:
            return
        page = SafetyPage(self._window, safety_face(self._status, self._drafts, self._window.conductor.now()))
        page.check_asked.connect(self.check)
        page.outbox_asked.connect(self._window.show_outbox)
        page.gone.connect(self._on_page_gone)
        self._page = page
        page.open_page()
        self._window.bridge.ask(self, _drafts_and_status, self._on_counted, topic="safety")

    def _show_safety(self) -> None:
        if self._page is not None:
            self._page.show_face(safety_face(self._status, self._drafts, self._window.conductor.now()))

    def _turn_lock(self, *, is_closed: bool) -> None:
        """Nothing that shows messages stays in sight or in reach; what was typed is written down before."""
        window = self._window
        if is_closed:
            window.save_drafts()
            for page in window.findChildren(OverlayPage):
                if page.isVisible() and page is not self._page:
                    page.close_page()
        for part in (window.area, window.above_bar, window.bar):
            part.setHidden(is_closed)
        window.banner.set_face(None)
        window.toast.hide()
        window.rail.setEnabled(not is_closed)
        self.locked.setVisible(is_closed)
        if is_closed:
            self.locked.focus_first()
        else:
            window.go_back()
            window.conductor.announce(_("The copy is open again"))

    def _tell_check(self, words: str, *, is_over: bool) -> None:
        if self._page is not None:
            self._page.show_check(words, is_over=is_over)
        self.locked.show_check(words, is_over=is_over)

    def _on_counted(self, counted: tuple[int | None, SyncStatus]) -> None:
        self._drafts, status = counted
        self.show_status(status)

    def _on_checked(self, status: SyncStatus) -> None:
        self.show_status(status)
        words = sync_words(status, self._window.conductor.now())[0]
        self._tell_check(words if status.kind is not SyncKind.IN_STEP else _("There is a connection"), is_over=True)

    def _on_failed(self, error: BaseException) -> None:
        words = trouble_sentence(error)
        self._window.status.announce_trouble(words)
        self._tell_check(words, is_over=True)
        self.ask()

    def _on_put_away(self, event_id: str) -> None:
        self._window.bridge.tell(self, lambda desk: desk.sync.put_away(event_id))

    def _on_page_gone(self) -> None:
        self._page = None


def _drafts_and_status(desk: Desk) -> tuple[int | None, SyncStatus]:
    """A closed copy counts no drafts."""
    status = desk.sync.status()
    return None if status.is_locked else desk.drafts.count(), status
