"""Bars over an editor for what others do with the same answer: somebody writes it now, somebody left a draft of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from arm.desk.companions import Companion, Doing, OtherDraft, PresenceView
from arm.desk.values import Changes
from arm.domain.identity import MessageId
from arm.i18n import _, ngettext
from ui.formats import computer_clock, duration, initials
from ui.widgets import BannerBar, BannerFace, DiffView, PlainLabel, Surface

if TYPE_CHECKING:
    from arm.desk.desk import Desk
    from ui.workspaces.base import Opened, Shell

TOLD_EVERY_MS = 10_000
MINUTE_MS = 60_000
LEAST_DIFF, MOST_DIFF = 48, 220
INTERCEPT, READ, TAKE, COMPARE = "intercept", "read", "take", "compare"


class OthersBar(QWidget):
    """A soft lock: while another writes, who hasn't begun reads until he says that he writes too.

    `lock_changed`: `is_locked` says something else now. `taken_over`: one writes though another does. `picked` carries
    the `OtherDraft` to put into the editor, kept at this desk already. Nobody's text is replaced: each stays a version.
    """

    lock_changed = Signal()
    picked = Signal(object)
    taken_over = Signal()

    def __init__(self, shell: Shell, form: str, text: Callable[[], str], parent: QWidget | None = None) -> None:
        """`text` gives what stands in the editor now: a draft that says the same isn't offered."""
        super().__init__(parent)
        self._shell = shell
        self._form = form
        self._text = text
        self._message_id: MessageId | None = None
        self._may_write = self._has_typed = self._was_locked = False
        self._choice = ""
        self._writers: tuple[Companion, ...] = ()
        self._found: tuple[OtherDraft, ...] = ()
        self._put_away: set[str] = set()
        self._told = QElapsedTimer()
        self._minute = QTimer(self)
        self._minute.setInterval(MINUTE_MS)
        self._minute.timeout.connect(self._show_writers)
        self.writing = BannerBar()
        self.writing.setObjectName(f"{form}-others-writing")
        self.draft = BannerBar()
        self.draft.setObjectName(f"{form}-others-draft")
        self.diff = DiffView()
        self.diff.setObjectName(f"{form}-others-diff")
        self._diff_words = PlainLabel(role="caption", tone="text2", wrap=True)
        self._diff_box = Surface("sunken")
        self._build()
        self.writing.acted.connect(self._on_writing_acted)
        self.draft.acted.connect(self._on_draft_acted)
        self.draft.closed.connect(self._on_draft_closed)
        shell.bridge.changed.connect(self._on_changed)

    def set_opened(self, opened: Opened | None, *, may_write: bool) -> None:
        """Another message, or a newer state of it: who may write here now learns what others do."""
        message_id = opened.message_id if opened is not None else None
        wanted = message_id if may_write else None
        if wanted is None and self._message_id is None:
            return
        if wanted != self._message_id:
            self._message_id, self._choice, self._has_typed = wanted, "", False
            self._writers, self._found, self._put_away = (), (), set()
            self._told.invalidate()
            self._shell.bridge.tell(self, partial(_look_for, message_id=wanted))
            self._diff_box.hide()
        self._may_write = may_write
        self._show()
        self.refresh()

    def is_locked(self) -> bool:
        """Whether one only reads now, because another writes."""
        if not self._may_write or not self._writers:
            return False
        return self._choice == READ or (not self._has_typed and self._choice != INTERCEPT)

    def locked_sentence(self) -> str:
        return self._writers_sentence()

    def focus_bar(self) -> None:
        """Keys go to the bar's first button: it takes over."""
        self.writing.focus_action(0)

    def typed(self) -> None:
        """One writes here: others are told, seldom enough."""
        if self._message_id is None:
            return
        self._has_typed = True
        if not self._told.isValid() or self._told.elapsed() >= TOLD_EVERY_MS:
            self._told.start()
            self._shell.bridge.tell(self, partial(_be_at, message_id=self._message_id, doing=Doing.WRITING))

    def stopped(self) -> None:
        """What was written is sent: others needn't wait."""
        if self._message_id is not None and self._told.isValid():
            self._told.invalidate()
            self._shell.bridge.tell(self, partial(_be_at, message_id=self._message_id, doing=Doing.GONE))

    def keep_version(self, fields: dict[str, str]) -> None:
        """One's own text goes aside, and is offered from there as soon as it is written."""
        message_id, form = self._message_id, self._form
        if message_id is None:
            return

        def keep(desk: Desk) -> None:
            desk.handover.keep_version(message_id, form, fields)

        self._shell.bridge.tell(self, keep, lambda _nothing: self.refresh())

    def refresh(self) -> None:
        message_id, form = self._message_id, self._form
        if message_id is None:
            return

        def read(desk: Desk) -> tuple[PresenceView, tuple[OtherDraft, ...]]:
            others = (*desk.handover.drafts_of_others(message_id, form), *desk.handover.versions(message_id, form))
            return desk.presence.people(message_id), others

        self._shell.bridge.ask(self, read, partial(self._on_read, message_id), topic="others")

    def _build(self) -> None:
        inside = QVBoxLayout(self._diff_box)
        inside.setContentsMargins(16, 8, 16, 8)
        inside.setSpacing(4)
        inside.addWidget(self._diff_words)
        inside.addWidget(self.diff)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.writing)
        column.addWidget(self.draft)
        column.addWidget(self._diff_box)
        self._diff_box.hide()

    def _show(self) -> None:
        self._show_writers()
        self._show_draft()
        locked = self.is_locked()
        if locked != self._was_locked:
            self._was_locked = locked
            self.lock_changed.emit()

    def _show_writers(self) -> None:
        if not self._may_write or not self._writers:
            self._minute.stop()
            self.writing.set_face(None)
            return
        if not self._minute.isActive():
            self._minute.start()
        actions: tuple[tuple[str, str], ...] = ((READ, _("Read only")),)
        if self.is_locked():
            actions = ((INTERCEPT, _("Take over")),) + (() if self._choice == READ else actions)
        self.writing.set_face(BannerFace(self._writers_sentence(), "warn", actions))

    def _writers_sentence(self) -> str:
        spans = []
        for one in self._writers:
            span = duration(max(60.0, (self._shell.now() - one.since).total_seconds()))
            name = _("you, at another desk") if one.is_me else initials(one.name) or one.name
            spans.append(f"{name} ({span})")
        said = _("Writing now: {names}")
        if not self.is_locked() and self._may_write and self._writers:
            said = _("Also writing now: {names}. Both texts are kept")
        return said.format(names=", ".join(spans))

    def _offered(self) -> tuple[OtherDraft, ...]:
        text = self._text().strip()
        seen = {"", text}
        offered = []
        for one in sorted(self._found, key=lambda draft: draft.saved_at, reverse=True):
            words = one.fields.get("text", "").strip()
            if words not in seen and one.draft_id not in self._put_away:
                seen.add(words)
                offered.append(one)
        return tuple(offered)

    def _show_draft(self) -> None:
        offered = self._offered() if self._may_write else ()
        if not offered:
            self.draft.set_face(None)
            self._diff_box.hide()
            return
        one, rest = offered[0], len(offered) - 1
        time = _moment(one.saved_at, self._shell.now())
        if one.author:
            said = _("There is a draft: {name}, {time}").format(name=initials(one.author) or one.author, time=time)
        else:
            said = _("There is an earlier draft of yours, {time}").format(time=time)
        if rest:
            said += " · " + ngettext("{n} more draft", "{n} more drafts", rest).format(n=rest)
        if one.left_files:
            said += "\n" + _("Files stayed with the author: {names}").format(names=", ".join(one.left_files))
        compare = _("Hide") if self._diff_box.isVisibleTo(self) else _("Compare")
        self.draft.set_face(BannerFace(said, "info", ((TAKE, _("Take")), (COMPARE, compare)), closable=True))

    def _compare(self, one: OtherDraft) -> None:
        mine, theirs = self._text(), one.fields.get("text", "")
        self.diff.set_texts(mine, theirs)
        words = _("Underlined is in the draft alone, struck through in your text alone: {summary}")
        self._diff_words.setText(words.format(summary=self.diff.summary()))
        self._diff_box.show()
        self._fit_diff()

    def _fit_diff(self) -> None:
        """No higher than its text: the editor needs the room."""
        self.diff.document().setTextWidth(max(self.diff.viewport().width(), 1))
        wanted = round(self.diff.document().size().height()) + 4
        self.diff.setFixedHeight(min(max(wanted, LEAST_DIFF), MOST_DIFF))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._diff_box.isVisibleTo(self):
            self._fit_diff()

    def _on_read(self, message_id: MessageId, found: tuple[PresenceView, tuple[OtherDraft, ...]]) -> None:
        if message_id != self._message_id:
            return
        view, drafts = found
        # what isn't known locks nobody out
        self._writers = view.writers()
        if not self._writers and self._choice == READ:
            self._choice = ""
        self._found = drafts
        self._show()

    def _on_writing_acted(self, action: object) -> None:
        self._choice = str(action)
        self._show()
        if self._choice == INTERCEPT:
            self._told.invalidate()
            self.typed()
            self._show()
            self.taken_over.emit()
        else:
            self.focus_bar()

    def _on_draft_acted(self, action: object) -> None:
        offered = self._offered()
        if not offered:
            return
        one = offered[0]
        if action == COMPARE:
            if self._diff_box.isVisibleTo(self):
                self._diff_box.hide()
            else:
                self._compare(one)
            self._show_draft()
            self.draft.focus_action(1)
        elif one.is_local:
            self._on_taken(one)
        else:
            self._shell.bridge.tell(self, lambda desk: desk.handover.take(one.draft_id), self._on_taken)

    def _on_taken(self, taken: OtherDraft | None) -> None:
        if taken is None:
            self._shell.announce(_("The draft isn't there any more: its author has sent or dropped it"))
            self.refresh()
        elif taken.message_id == self._message_id:
            self._choice = INTERCEPT
            self._diff_box.hide()
            self._show()
            self.picked.emit(taken)
            self.refresh()

    def _on_draft_closed(self) -> None:
        self._put_away |= {one.draft_id for one in self._offered()[:1]}
        self._diff_box.hide()
        self._show_draft()

    def _on_changed(self, changes: Changes) -> None:
        if self._message_id in changes.present or self._message_id in changes.drafts:
            self.refresh()


def _moment(saved_at: datetime, now: datetime) -> str:
    """«14:02», with the day when it isn't this one."""
    here = saved_at.astimezone()
    clock = computer_clock(saved_at)
    return clock if here.date() == now.astimezone().date() else f"{here:%d.%m} {clock}"


def _look_for(desk: Desk, message_id: MessageId | None) -> None:
    desk.handover.look_for(message_id)


def _be_at(desk: Desk, message_id: MessageId, doing: Doing) -> None:
    desk.presence.look_at(message_id, doing)
