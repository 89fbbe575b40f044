"""Every role's own work over the demonstration: its first card, its sheets, its overlays."""

from __future__ import annotations

from functools import partial
from uuid import uuid4

from PySide6.QtWidgets import QApplication

from arm.demo.region import user_id
from arm.desk.values import Workspace as Space
from arm.domain.commands import Register, Verb
from arm.domain.identity import MessageId
from arm.domain.message import Applicant, Channel
from tests.desk_fixture import Town
from tests.ui.pictures.studio import Act, Studio, settle
from ui.dialogs.keys_page import KeysPage
from ui.dialogs.palette import Palette
from ui.dialogs.print_page import PrintPage
from ui.main_window import MainWindow
from ui.workspaces.control import ControlWorkspace
from ui.workspaces.fields import ReasonField
from ui.workspaces.sheets import CommandSheet


def as_it_opens(_window: MainWindow) -> None:
    """Nothing is done."""


def sheet(verb: Verb, window: MainWindow) -> None:
    window.conductor.act(verb)
    settle()
    opened = window.area.side.sheet()
    assert isinstance(opened, CommandSheet)
    if verb is Verb.DECLINE:
        reason = opened.field("reason")
        assert isinstance(reason, ReasonField)
        reason.list.setCurrentRow(3)
        reason.edited.emit()


def call(window: MainWindow) -> None:
    window.open_calls()
    settle()
    assert window.calls is not None
    form = window.calls._form()
    assert form is not None
    form.phone.setText("8 900 000 00 07")
    form.text.setPlainText("Во дворе яма, машины объезжают её по газону. Рядом школа, дети ходят по дороге.")
    form.address.setText("ул. Мира, 14")


def palette(window: MainWindow) -> None:
    Palette(window, "").open_page()


def keys(window: MainWindow) -> None:
    KeysPage(window).open_page()


def printing(window: MainWindow) -> None:
    PrintPage(window).open_page()


def safety(window: MainWindow) -> None:
    window.link.open_safety()


def edited(window: MainWindow) -> None:
    """The executor's editor with an answer that lacks something."""
    workspace = window.conductor.place(Space.EXECUTION)
    workspace.edit()
    settle()
    focus = QApplication.focusWidget()
    if focus is not None and hasattr(focus, "setPlainText"):
        focus.setPlainText("Уважаемая Мария Петровна! Ваше сообщение рассмотрено. Работы выполнены [дата работ].")


def board_card(window: MainWindow) -> None:
    """The card over the whole width, as Enter opens it from the board."""
    board = window.conductor.place(Space.CONTROL)
    assert isinstance(board, ControlWorkspace)
    row = board.model.row_at(board.model.index(0, 0))
    assert row is not None
    window.conductor.open_message(row.message_id)


def warn_sheet(window: MainWindow) -> None:
    board = window.conductor.place(Space.CONTROL)
    assert isinstance(board, ControlWorkspace)
    board.mark_all()
    settle()
    board.warn()


def decided(window: MainWindow) -> None:
    """A decision that is counted down; the next message is on the card."""
    window.bar.triggered.emit(next(face.key for face in window.bar.actions_shown() if face.enabled))
    settle()


def leaving(window: MainWindow) -> None:
    decided(window)
    window.close()


DOUBTFUL = (
    "1. Дураки из управляющей компании третий день не включают свет, убью всех. 2. Ещё и яма. Соседка Нина, телефон "
    "8 912 345-67-89, паспорт 0312 654321, СНИЛС 112-233-445 95, всё видела. Деньги собираем на карту "
    "4276 3800 1234 5679, подробности на vygoda-ok.ru/sbor."
)
"""Invented, with every hint that a moderator is given."""


def doubtful(window: MainWindow) -> None:
    """The newest message of the queue, which is the doubtful one."""
    window.queue.list.setCurrentIndex(window.queue.model.index(window.queue.model.rowCount() - 1))


SCENES: dict[str, tuple[tuple[str, Act], ...]] = {
    "moderator": (
        ("moderation", as_it_opens),
        ("moderation-highlights", doubtful),
        ("moderation-decline", partial(sheet, Verb.DECLINE)),
        ("moderation-undo", decided),
    ),
    "operator": (("intake", as_it_opens), ("intake-call", call)),
    "coordinator": (
        ("coordination", as_it_opens),
        ("coordination-assign", partial(sheet, Verb.ASSIGN)),
        ("coordination-hand-down", partial(sheet, Verb.HAND_DOWN)),
        ("coordination-redirect", partial(sheet, Verb.PROPOSE_REDIRECT)),
    ),
    "executor": (
        ("execution", as_it_opens),
        ("execution-editor", edited),
        ("execution-reassign", partial(sheet, Verb.REASSIGN)),
        ("palette", palette),
        ("keys", keys),
        ("safety", safety),
        ("print", printing),
    ),
    "manager": (
        ("decisions", as_it_opens),
        ("decisions-reject", partial(sheet, Verb.REJECT)),
        ("decisions-undo", decided),
        ("leaving", leaving),
    ),
    "curator": (("control", as_it_opens), ("control-card", board_card), ("control-warn", warn_sheet)),
}


def take_people(studio: Studio, town: Town, passwords: dict[str, str]) -> None:
    """A desk for each person; a scene has a window of its own, so that none inherits a state."""
    told = Register(text=DOUBTFUL, channel=Channel.PHONE, applicant=Applicant(name="Лукин Лев Львович"))
    town.central.act(user_id("operator"), MessageId(str(uuid4())), told)
    for login, scenes in SCENES.items():
        wanted = [(name, act, look) for name, act in scenes for look in studio.looks(name)]
        if not wanted:
            continue
        desk = town.bare_desk(login)
        desk.session.sign_in("town.example", login, passwords[login])
        desk.sync.first_sync(lambda done, total: None, lambda: False)
        for name, act, (theme, size) in wanted:
            with studio.window(desk, desk.session.me(), theme, size) as window:
                act(window)
                settle()
                studio.take(window, name, theme)
            holder = desk.commands.holder
            holder.take_back([one.command_id for one in holder.waiting()])
        desk.close()
