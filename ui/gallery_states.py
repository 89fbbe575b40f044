"""The gallery's pages of the states of sync: status lines, what is safe, decisions, two texts, a closed copy, news."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui import gallery_samples as samples
from ui import gallery_sync_samples as sync
from ui.desk_news import clock_news, news_of
from ui.dialogs.safety import SafetyPage
from ui.gallery_pages import shell_page
from ui.locked_page import LockedPage
from ui.pending_words import pending_face, standing_title
from ui.rail_faces import add_bottom, outbox_face
from ui.safety_words import safety_face
from ui.status_bar import SyncStatusLine
from ui.widgets import BannerBar, PlainLabel, Rail, StatusLine, Surface
from ui.workspaces.conflict_pane import ConflictFace, ConflictPane
from ui.workspaces.pending_lists import PendingLists

NOW: datetime = sync.NOW


def status_page() -> QWidget:
    """Every state as its own status line."""
    page = Surface("bg")
    column = QVBoxLayout(page)
    column.setContentsMargins(24, 16, 24, 16)
    column.setSpacing(3)
    column.addWidget(PlainLabel("Строка состояния во всех положениях", role="subtitle"))
    for title, status in sync.STATUSES:
        column.addWidget(PlainLabel(title, role="caption", tone="muted"))
        line = SyncStatusLine()
        line.show_status(status, NOW)
        column.addWidget(line)
    column.addStretch(1)
    return page


def news_page() -> QWidget:
    page = Surface("bg")
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(8)
    found = [*news_of(sync.EVENTS, NOW), clock_news(-3 * 3_600 - 20), clock_news(412.0)]
    for news in found:
        bar = BannerBar()
        bar.set_face(news.face if news is not None else None)
        column.addWidget(bar)
    column.addStretch(1)
    return page


def _safety(name: str) -> QWidget:
    status, drafts = sync.SAFE[name]
    backdrop = shell_page()
    for line in backdrop.findChildren(StatusLine):
        true_line = SyncStatusLine()
        true_line.show_status(status, NOW)
        found = backdrop.layout()
        if found is not None:
            found.replaceWidget(line, true_line)
        line.hide()
    page = SafetyPage(backdrop, safety_face(status, drafts, NOW))
    QTimer.singleShot(0, page, page.open_page)
    return backdrop


def safety_offline_page() -> QWidget:
    return _safety("offline")


def safety_ok_page() -> QWidget:
    return _safety("ok")


def safety_all_page() -> QWidget:
    """As much as can come together."""
    return _safety("all")


def outbox_page() -> QWidget:
    lists = PendingLists()
    lists.show_faces(tuple(pending_face(one, NOW, is_here=one.number != "4702") for one in sync.PENDING))
    return _framed(lists, sync.OFFLINE)


def outbox_waiting_page() -> QWidget:
    """A day without a connection and nothing to decide."""
    lists = PendingLists()
    waiting = [one for one in sync.PENDING if one.state is sync.PENDING[-1].state]
    lists.show_faces(tuple(pending_face(one, NOW, is_here=True) for one in waiting))
    return _framed(lists, replace(sync.OFFLINE, refused=0, parked=0))


def outbox_empty_page() -> QWidget:
    lists = PendingLists()
    lists.show_faces(())
    return _framed(lists, sync.IN_STEP)


def conflict_page() -> QWidget:
    pane = _conflict()
    QTimer.singleShot(0, pane, pane.focus_first)
    return _framed(pane, replace(sync.IN_STEP, refused=2))


def conflict_assembling_page() -> QWidget:
    """The second difference marked, the result half put together."""
    pane = _conflict()
    for step in range(3):
        pane.next_difference()
        if step == 1:
            pane.swap_here()
    QTimer.singleShot(0, pane, pane.focus_first)
    return _framed(pane, replace(sync.IN_STEP, refused=2))


def _conflict(assembled: str = "") -> ConflictPane:
    pending = sync.PENDING[0]
    face = pending_face(pending, NOW, is_here=True)
    pane = ConflictPane()
    pane.show_face(
        ConflictFace(
            title=face.title,
            why=face.why,
            mine=face.text,
            theirs=pending.standing.text if pending.standing is not None else "",
            theirs_title=standing_title(pending, NOW),
            assembled=assembled,
        )
    )
    return pane


def locked_page() -> QWidget:
    page = LockedPage()
    page.show_status(sync.LOCKED, NOW)
    return _framed(page, sync.LOCKED)


def revoked_page() -> QWidget:
    page = LockedPage()
    page.show_status(sync.REVOKED, NOW)
    return _framed(page, sync.REVOKED)


def _framed(content: QWidget, status: object) -> QWidget:
    """The content between rail and status line, as it stands in the window."""
    from arm.desk.values import SyncStatus

    assert isinstance(status, SyncStatus)
    page = Surface("bg")
    rail = Rail()
    rail.set_spaces(samples.SPACES)
    rail.set_current("execution")
    add_bottom(rail)
    rail.set_bottom_face(outbox_face(status))
    rail.setEnabled(not status.is_locked)
    row = QHBoxLayout()
    row.setSpacing(0)
    row.addWidget(rail)
    row.addWidget(content, 1)
    line = SyncStatusLine()
    line.show_status(status, NOW)
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addLayout(row, 1)
    column.addWidget(line)
    return page


STATE_PAGES: dict[str, Callable[[], QWidget]] = {
    "status": status_page,
    "news": news_page,
    "safety-offline": safety_offline_page,
    "safety-ok": safety_ok_page,
    "safety-all": safety_all_page,
    "safety-small": safety_all_page,
    "outbox": outbox_page,
    "outbox-small": outbox_page,
    "outbox-waiting": outbox_waiting_page,
    "outbox-empty": outbox_empty_page,
    "conflict": conflict_page,
    "conflict-assembling": conflict_assembling_page,
    "conflict-small": conflict_assembling_page,
    "locked": locked_page,
    "revoked": revoked_page,
}
