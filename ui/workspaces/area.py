"""The work area: card and pane side by side or as tabs, sheets over the pane, the board in place of both."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedLayout, QStackedWidget, QVBoxLayout, QWidget
from shiboken6 import isValid

from arm.i18n import _
from ui.theme import em
from ui.widgets import Segment, SegmentedChoice, Sheet, Surface
from ui.workspaces.base import Workspace
from ui.workspaces.card import CardPane

TABS_BELOW_EM = 46.0
PANE_LEAST_EM = 20.0
CARD_SHARE = 0.44


class SideHost(Surface):
    """The place beside the card: the workspace's pane, with sheets over it."""

    changed = Signal()
    focus_freed = Signal()
    """What had the focus here is hidden now."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("surface", parent)
        self.setObjectName("side")
        self._stack = QStackedLayout(self)
        self._stack.setStackingMode(QStackedLayout.StackingMode.StackOne)
        self._blank = QWidget()
        self._stack.addWidget(self._blank)
        self._sheet: Sheet | None = None
        self._has_pane = False

    def show_pane(self, pane: QWidget | None) -> None:
        self._has_pane = pane is not None
        if pane is not None and self._stack.indexOf(pane) < 0:
            self._stack.addWidget(pane)
        if self.sheet() is None:
            self._stack.setCurrentWidget(pane if pane is not None else self._blank)
        self._pane = pane
        self.changed.emit()

    def open_sheet(self, sheet: Sheet) -> None:
        """One sheet at a time; the one before hides and keeps what was typed in it."""
        before = self.sheet()
        if before is not None and before is not sheet:
            before.close_sheet()
        sheet.remember_focus(self.window().focusWidget())
        if self._stack.indexOf(sheet) < 0:
            self._stack.addWidget(sheet)
            sheet.cancelled.connect(self._on_sheet_gone)
            sheet.focus_freed.connect(self.focus_freed)
            sheet.installEventFilter(self)
            sheet.destroyed.connect(self._on_sheet_destroyed)
        self._sheet = sheet
        self._stack.setCurrentWidget(sheet)
        self.changed.emit()
        sheet.open_sheet()

    def sheet(self) -> Sheet | None:
        """The sheet that is open now."""
        sheet = self._sheet
        if sheet is None or not isValid(sheet):
            self._sheet = None
            return None
        return sheet

    def close_sheet(self) -> None:
        sheet = self.sheet()
        if sheet is not None:
            sheet.close_sheet()
            self._on_sheet_gone()

    def is_wanted(self) -> bool:
        return self._has_pane or self.sheet() is not None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.HideToParent and watched is self._sheet:
            self._on_sheet_gone()
        return super().eventFilter(watched, event)

    def _on_sheet_gone(self) -> None:
        if self._sheet is None:
            return
        self._sheet = None
        self._stack.setCurrentWidget(self._pane if self._has_pane and self._pane is not None else self._blank)
        self.changed.emit()

    def _on_sheet_destroyed(self, _gone: object = None) -> None:
        if isValid(self):
            self.changed.emit()

    _pane: QWidget | None = None


class WorkArea(QWidget):
    """Card beside pane, or tabs of the two where it is narrow; a board of its own instead of everything."""

    turned = Signal()

    def __init__(self, queue: QWidget, card: CardPane, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.queue = queue
        self.card = card
        self.side = SideHost()
        self._is_narrow = self._is_page = self._was_on_card = False
        self._pane_title = ""
        self._card_share = CARD_SHARE
        self._build()
        self.side.changed.connect(self._on_side_changed)
        self._arrange()

    def show_board(self, board: QWidget | None, *, is_page: bool = False) -> None:
        """A widget in place of queue and card; None: back to them."""
        self._is_page = is_page
        if board is not None and self.pages.indexOf(board) < 0:
            self.pages.addWidget(board)
        self.pages.setCurrentWidget(board if board is not None else self._desk)
        self.turned.emit()

    def is_board_shown(self) -> bool:
        return self.pages.currentWidget() is not self._desk

    def show_page(self, page: QWidget) -> None:
        """A page beside the work (the outbox): nothing of the open message is decided on it."""
        self.show_board(page, is_page=True)

    def is_page_shown(self) -> bool:
        return self._is_page

    def show_workspace(self, workspace: Workspace | None) -> None:
        is_pane = workspace is not None and workspace.has_pane
        self._pane_title = _(workspace.pane_title) if workspace is not None and workspace.pane_title else ""
        self.side.show_pane(workspace if is_pane else None)

    def set_pane_wanted(self, workspace: Workspace, *, is_wanted: bool) -> None:
        """A message on which the pane has nothing to say gets the whole width."""
        self.side.show_pane(workspace if is_wanted and workspace.has_pane else None)

    def show_side(self) -> None:
        """In tabs: turn to the pane or sheet."""
        self._tabs.set_current("side")
        self._arrange()

    def show_card_tab(self) -> None:
        self._tabs.set_current("card")
        self._arrange()

    def fold_queue(self) -> None:
        self.queue.setVisible(not self.queue.isVisible())

    def is_narrow(self) -> bool:
        return self._is_narrow

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._judge_width()

    def judge_width(self) -> None:
        self._judge_width()

    def _build(self) -> None:
        self._tabs = SegmentedChoice(name=_("Message or work"), shortcuts=False)
        self._tabs.setObjectName("card-tabs")
        self._tabs.chosen.connect(self._on_tab_chosen)
        self._tab_row = QWidget()
        tab_box = QHBoxLayout(self._tab_row)
        tab_box.setContentsMargins(12, 6, 12, 6)
        tab_box.addWidget(self._tabs)
        tab_box.addStretch(1)
        self.inner = QSplitter(Qt.Orientation.Horizontal)
        self.inner.setObjectName("card-splitter")
        self.inner.setHandleWidth(1)
        self.inner.setChildrenCollapsible(False)
        self.inner.addWidget(self.card)
        self.inner.addWidget(self.side)
        self.inner.setStretchFactor(0, 4)
        self.inner.setStretchFactor(1, 5)
        self.inner.splitterMoved.connect(self._on_splitter_moved)
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._tab_row)
        column.addWidget(self.inner, 1)
        self.outer = QSplitter(Qt.Orientation.Horizontal)
        self.outer.setObjectName("queue-splitter")
        self.outer.setHandleWidth(1)
        self.outer.addWidget(self.queue)
        self.outer.addWidget(right)
        self.outer.setStretchFactor(0, 0)
        self.outer.setStretchFactor(1, 1)
        self.outer.setCollapsible(1, False)
        self._desk = self.outer
        self.pages = QStackedWidget()
        self.pages.addWidget(self._desk)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.pages)
        self.queue.setMinimumWidth(round(em() * 13))
        self.outer.setSizes([round(em() * 21), round(em() * 64)])

    def _judge_width(self) -> None:
        is_narrow = self.width() - self.queue.width() < TABS_BELOW_EM * em()
        if is_narrow != self._is_narrow:
            self._is_narrow = is_narrow
            self._arrange()

    def _arrange(self) -> None:
        wanted = self.side.is_wanted()
        tabs = wanted and self._is_narrow
        self._tab_row.setVisible(tabs)
        if tabs:
            title = self._pane_title if self.side.sheet() is None and self._pane_title else _("Action")
            now = self._tabs.current() or "card"
            self._tabs.set_segments((Segment("card", _("Message")), Segment("side", title)))
            self._tabs.set_current(now)
            self.card.setVisible(now == "card")
            self.side.setVisible(now == "side")
            return
        self.card.show()
        self.side.setMinimumWidth(round(em() * PANE_LEAST_EM))
        if wanted and not self.side.isVisibleTo(self.inner):
            room = max(self.inner.width(), 2)
            self.side.setVisible(True)
            self.inner.setSizes([round(room * self._card_share), round(room * (1 - self._card_share))])
        self.side.setVisible(wanted)

    def _on_side_changed(self) -> None:
        if self.side.sheet() is not None:
            self._was_on_card = self._was_on_card or self._tabs.current() == "card"
            self._tabs.set_current("side")
        elif self._was_on_card:
            self._was_on_card = False
            self._tabs.set_current("card")
        elif self._is_narrow and self.side.is_wanted() and self._tabs.current() is None:
            self._tabs.set_current("card")
        self._arrange()

    def _on_splitter_moved(self, _place: int, _handle: int) -> None:
        """How the person likes it stays for the other messages."""
        sizes = self.inner.sizes()
        if len(sizes) == 2 and sum(sizes) > 0 and all(sizes):
            self._card_share = sizes[0] / sum(sizes)

    def _on_tab_chosen(self, _key: object) -> None:
        self._arrange()
