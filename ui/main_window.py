"""The window: rail, queue, work area, action bar and status line put together; no decisions are made here."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from arm.desk.values import FILTERS, Counter, DeskEvent, Filter, Me
from arm.desk.values import Workspace as Space
from arm.i18n import _, current_language
from ui.bridge import Bridge
from ui.conductor import Conductor
from ui.connection import Connection
from ui.left_over import LeftOverBar
from ui.models.queue import QueueModel
from ui.panes import step_pane
from ui.preferences import Preferences
from ui.rail_faces import add_bottom, rail_faces
from ui.status_bar import SyncStatusLine
from ui.widgets import (
    ActionBar,
    BannerBar,
    BannerFace,
    Divider,
    Rail,
    Toast,
)
from ui.window_keys import bind_keys, bind_pane
from ui.window_place import clamp_to_screen, restore_place
from ui.wording import trouble_sentence
from ui.workspaces.area import WorkArea
from ui.workspaces.card import CardPane
from ui.workspaces.outbox import OutboxPage
from ui.workspaces.queue import QueuePane

if TYPE_CHECKING:
    from ui.workspaces.intake_panel import IntakePanel

TICK_MS = 60_000
LEAST_WIDTH, LEAST_HEIGHT = 900, 560


class MainWindow(QWidget):
    """The shell. `sign_in_asked`, `language_asked`, `theme_asked`, `zoom_asked` are news for the application."""

    sign_in_asked = Signal()
    theme_asked = Signal()
    language_asked = Signal()
    zoom_asked = Signal(float)
    closed = Signal()

    def __init__(self, bridge: Bridge, me: Me, preferences: Preferences, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("main-window")
        self.setWindowTitle(_("ARM: messages of citizens"))
        self.setMinimumSize(LEAST_WIDTH, LEAST_HEIGHT)
        self.me = me
        self.bridge = bridge
        self.preferences = preferences
        self.language = current_language()
        self.conductor = Conductor(bridge, me, lambda: preferences.hold_s, self)
        self.link = Connection(self)
        self.calls: IntakePanel | None = None
        self._build()
        self.conductor.take_parts(self.queue, self.area, self.bar)
        self._connect()
        bind_keys(self)
        self._tick = QTimer(self)
        self._tick.setInterval(TICK_MS)
        for slot in (self.conductor.tick, self.link.ask):
            self._tick.timeout.connect(slot)
        self._tick.start()
        restore_place(self, preferences)

    def start(self) -> None:
        self.conductor.start(self.preferences.space)
        self.left_over.ask()

    def go_on_at(self, space: Space, chosen_filter: object) -> None:
        """The workspace and the filter that a window in another language has left."""
        self.conductor.enter(space)
        filters = FILTERS[space]
        if chosen_filter in filters[1:]:
            self.queue.choose_filter(filters.index(Filter(str(chosen_filter))))

    def show_trouble(self, error: BaseException) -> None:
        """One banner, whatever happens how often; work goes on. Over a closed copy its page says it all."""
        if not self.link.is_closed:
            self.banner.set_face(BannerFace(trouble_sentence(error), "error", closable=True))

    def show_news(self, events: tuple[DeskEvent, ...]) -> None:
        """What the start has to tell."""
        self.link.news.show_start(events)

    def show_outbox(self) -> None:
        self.area.show_page(self.outbox)
        self.outbox.open_page()

    def next_attention(self) -> None:
        """F8: the next difference where two texts are compared, else what needs a decision."""
        if not self.outbox.next_difference():
            self.show_outbox()

    def open_calls(self) -> None:
        """Ins, from anywhere: the panel of calls, made once per window."""
        from ui.workspaces.intake_panel import IntakePanel

        if self.calls is None:
            self.calls = IntakePanel(self, self.conductor)
        self.calls.open_page()

    def go_back(self) -> None:
        """Esc: out of the card, the outbox or a search, back to the queue."""
        self.conductor.focus_queue()

    def step(self, by: int) -> None:
        self.queue.step(by)

    def next_pane(self, by: int) -> None:
        """F6: rail, queue, card, side, bar in a ring; what is hidden is passed over."""
        step_pane(self, by)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.area.judge_width()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.preferences.remember_place(self)

    def save_drafts(self) -> None:
        """All that is typed anywhere in this window, at once."""
        self.conductor.save_drafts()
        self.outbox.save_drafts()
        if self.calls is not None:
            self.calls.save_drafts()

    def closeEvent(self, event: QCloseEvent) -> None:
        from ui.dialogs.leaving import asks_before_leaving

        if asks_before_leaving(self):
            event.ignore()
            return
        self.save_drafts()
        self.preferences.remember_place(self)
        self.preferences.save()
        self.closed.emit()
        super().closeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        clamp_to_screen(self)

    def _build(self) -> None:
        self.rail = Rail()
        self.rail.setObjectName("rail")
        self._fill_rail(())
        add_bottom(self.rail)
        self.queue = QueuePane(QueueModel(self.bridge, self.conductor.now, self))
        self.card = CardPane(self.conductor)
        self.area = WorkArea(self.queue, self.card)
        self.bar = ActionBar()
        self.bar.setObjectName("action-bar")
        for part in (self.queue.list, self.card, *self.card.findChildren(QWidget)):
            self.bar.listen(part)
        self.banner = BannerBar()
        self.banner.setObjectName("banner")
        self.left_over = LeftOverBar(self.bridge)
        self.outbox = OutboxPage(self.conductor)
        self.toast = Toast(self)
        body = QVBoxLayout()
        body.setSpacing(0)
        self.above_bar = Divider()
        locked = self.link.locked
        for part in (self.link.news, self.left_over, self.banner, locked, self.area, self.above_bar, self.bar):
            body.addWidget(part, 1 if part in (self.area, locked) else 0)
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self.rail)
        row.addLayout(body, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row, 1)
        self.status = SyncStatusLine()
        column.addWidget(self.status)

    def _connect(self) -> None:
        made = self.conductor
        self.rail.chosen.connect(self._on_rail_chosen)
        self.rail.bottom_chosen.connect(self._on_rail_bottom_chosen)
        self.toast.acted.connect(made.giver.on_toast_acted)
        self.queue.search_everywhere.connect(self._on_search_everywhere)
        made.announced.connect(self.status.announce)
        made.toasted.connect(self.toast.show_toast)
        made.counted.connect(self._fill_rail)
        made.entered.connect(self._on_entered)
        made.toasted.connect(self.status.clear_remark)
        made.placed.connect(partial(bind_pane, self))
        made.call_asked.connect(self.open_calls)
        made.outbox_changed.connect(self.outbox.reload_if_seen)
        self.bridge.troubled.connect(self.show_trouble)
        self.link.connect_parts()
        self.status.outbox_pressed.connect(self.show_outbox)
        self.status.undo_pressed.connect(made.giver.take_back)
        made.giver.undo.told.connect(self.status.show_undo)
        self.outbox.left.connect(self.go_back)
        self.area.turned.connect(self._on_area_turned)

    def _fill_rail(self, counters: tuple[Counter, ...]) -> None:
        self.rail.set_spaces(rail_faces(self.me, counters))

    def _on_rail_chosen(self, key: object) -> None:
        if isinstance(key, Space):
            self.conductor.enter(key)

    def _on_rail_bottom_chosen(self, key: object) -> None:
        from ui.account_menu import open_account_menu
        from ui.dialogs.keys_page import KeysPage

        chosen: dict[object, Callable[[], object]] = {
            "outbox": self.show_outbox,
            "theme": self.theme_asked.emit,
            "keys": lambda: KeysPage(self).open_page(),
            "account": lambda: open_account_menu(self),
        }
        chosen[key]()

    def _on_area_turned(self) -> None:
        self.conductor.refresh_actions()
        self.bar.setHidden(self.area.is_page_shown())

    def _on_entered(self, space: Space) -> None:
        self.preferences.space = space.value
        self.rail.set_current(space)

    def sync_now(self) -> None:
        """F5."""
        self.link.check()

    def _on_search_everywhere(self, text: str) -> None:
        from ui.dialogs.palette import Palette

        Palette(self, text).open_page()
