"""What a window shows when something is missing, late, wrong or in dispute, over a desk of fakes."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from PySide6.QtWidgets import QPushButton

from arm.desk.companions import Doing
from arm.desk.troubles import CacheTrouble
from arm.desk.values import Changes, Pending, PendingState, StandingText, SyncKind
from arm.desk.values import Workspace as Space
from arm.domain.identity import CommandId, MessageId
from arm.domain.message import Stage
from arm.domain.refusals import Reason, Refused
from tests.ui.company import companion, left
from tests.ui.fakes import FakeDesk, fill
from tests.ui.pictures.studio import Act, Studio, settle
from ui.main_window import MainWindow
from ui.workspaces.execution import ExecutionWorkspace

MINE = "Уважаемая Мария Петровна! Яма во дворе засыпана 20 ноября, качество работ проверено комиссией."
THEIRS = "Уважаемая Мария Петровна! Яма во дворе дома 14 засыпана 21 ноября. Качество работ проверено комиссией."
Prepare = Callable[[FakeDesk], None]
ROLES = ("u-mod", "u-op", "u-coord", "u-exec", "u-boss", "u-cur")


def nothing(_given: object) -> None:
    """No preparation, or no act."""


def filled(desk: FakeDesk) -> None:
    fill(desk, upto=Stage.EXECUTION)


def offline(desk: FakeDesk) -> None:
    filled(desk)
    since = datetime.now(UTC) - timedelta(minutes=47)
    desk.status_now = replace(desk.status_now, kind=SyncKind.OFFLINE, since=since, trouble="offline", unsent=3)


def refusing(desk: FakeDesk) -> None:
    """The store takes nothing, though it answers."""
    filled(desk)
    desk.status_now = replace(
        desk.status_now,
        kind=SyncKind.SERVER_FAULT,
        trouble="server_fault",
        unsent=2,
        stuck_since=datetime.now(UTC) - timedelta(minutes=9),
    )


def broken(window: MainWindow) -> None:
    """The queue can't be read again; what was read stays."""
    desk: FakeDesk = window.bridge._desk  # type: ignore[assignment]
    desk.trouble = CacheTrouble("unreadable")
    desk.tell(Changes(everything=True))
    settle()


def disputed(desk: FakeDesk) -> None:
    filled(desk)
    message_id = next(iter(desk.kept))
    desk.refused = [
        Pending(
            command_id=CommandId("c1"),
            message_id=MessageId(message_id),
            number=desk.kept[message_id].number,
            verb="submit",
            state=PendingState.CONFLICT,
            saved_at=datetime.now(UTC) - timedelta(minutes=5),
            refused=Refused(Reason.STALE),
            command_json=json.dumps({"verb": "submit", "text": MINE}),
            standing=StandingText(text=THEIRS, by="Петров Пётр Павлович", at=datetime.now(UTC)),
        )
    ]
    desk.status_now = replace(desk.status_now, refused=1)


def compare(window: MainWindow) -> None:
    window.show_outbox()
    settle()
    button = window.outbox.findChild(QPushButton, "pending-compare")
    assert isinstance(button, QPushButton)
    button.click()


def company(window: MainWindow) -> None:
    desk: FakeDesk = window.bridge._desk  # type: ignore[assignment]
    workspace = window.conductor.place(Space.EXECUTION)
    assert isinstance(workspace, ExecutionWorkspace) and window.conductor.opened is not None
    shown = window.conductor.opened.message_id
    looking = companion("Сидорова Анна Андреевна", Doing.LOOKING)
    desk.presence.become(shown, companion("Титов Алексей Сергеевич", Doing.LOOKING), looking)
    settle()
    workspace.pane.editor.text.setPlainText(MINE)
    desk.handover.find(left(shown, THEIRS, "Титов Алексей Сергеевич", left_files=("акт.pdf",)))
    settle()
    workspace.pane.others.draft.acted.emit("compare")


def locked_by(window: MainWindow) -> None:
    desk: FakeDesk = window.bridge._desk  # type: ignore[assignment]
    assert window.conductor.opened is not None
    desk.presence.become(window.conductor.opened.message_id, companion("Титов Алексей Сергеевич"))


SCENES: tuple[tuple[str, str, Prepare, Act], ...] = (
    *((f"empty-{role[2:]}", role, nothing, nothing) for role in ROLES),
    ("offline", "u-exec", offline, nothing),
    ("stuck", "u-exec", refusing, nothing),
    ("error", "u-exec", filled, broken),
    ("decisions-page", "u-exec", disputed, lambda window: window.show_outbox()),
    ("conflict", "u-exec", disputed, compare),
    ("company", "u-exec", filled, company),
    ("locked-by", "u-exec", filled, locked_by),
)


def take_states(studio: Studio) -> None:
    for name, role, prepare, act in SCENES:
        for theme, size in studio.looks(name):
            desk = FakeDesk(role)
            prepare(desk)
            with studio.window(desk, desk.me(), theme, size) as window:
                act(window)
                settle()
                studio.take(window, name, theme)
    for theme, size in studio.looks("loading"):
        take_loading(studio, theme, size)


def take_loading(studio: Studio, theme: str, size: tuple[int, int]) -> None:
    """The queue's first rows are still being read."""
    desk, go_on = FakeDesk("u-exec"), threading.Event()
    filled(desk)
    real = desk.messages.queue_page
    desk.messages.queue_page = lambda *given: (go_on.wait(60), real(*given))[1]
    with ExitStack() as later:
        window = later.enter_context(studio.window(desk, desk.me(), theme, size))
        later.callback(go_on.set)
        studio.take(window, "loading", theme)
