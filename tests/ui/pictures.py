"""Pictures of whole windows over the demonstration: `python -m tests.ui.pictures FOLDER [light|dark]`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["QT_SCALE_FACTOR"] = "1"
os.environ["QT_FONT_DPI"] = "96"
os.environ.setdefault("ARM_LANGUAGE", "ru")

from PySide6.QtCore import QEventLoop, QTimer

from arm.desk.companions import Doing
from arm.desk.desk import Desk
from arm.desk.values import Workspace as Space
from arm.domain.commands import Verb
from arm.domain.message import Stage
from tests.desk_fixture import demo_town
from tests.ui.company import companion, left
from tests.ui.fakes import FakeDesk, fill
from ui.application import apply_look, make_application
from ui.bridge import Bridge
from ui.dialogs.palette import Palette
from ui.main_window import MainWindow
from ui.preferences import Preferences
from ui.workspaces.control import ControlWorkspace
from ui.workspaces.execution import ExecutionWorkspace
from ui.workspaces.fields import ReasonField
from ui.workspaces.sheets import CommandSheet

SIZE = (1366, 768)
SMALL = (1024, 600)
COMPANY = "company"
MINE = "Уважаемая Мария Петровна! Яма во дворе засыпана 20 ноября, качество работ проверено комиссией."
THEIRS = "Уважаемая Мария Петровна! Яма во дворе дома 14 засыпана 21 ноября. Качество работ проверено комиссией."
ROLES = ("moderator", "operator", "coordinator", "executor", "manager", "curator")
SHEETS = {
    "moderator": (Verb.DECLINE,),
    "coordinator": (Verb.ASSIGN, Verb.HAND_DOWN, Verb.PROPOSE_REDIRECT),
    "executor": (Verb.REASSIGN,),
    "manager": (Verb.REJECT,),
}


def settle(ms: int = 500) -> None:
    loop = QEventLoop()
    QTimer.singleShot(ms, loop.quit)
    loop.exec()


def take(desk: Desk, login: str, folder: Path, theme: str) -> None:
    me = desk.session.me()
    if me is None:
        raise SystemExit(f"{login}: nobody is signed in")
    preferences = Preferences(theme=theme)
    apply_look(preferences)
    window = MainWindow(Bridge(desk), me, preferences)
    window.start()
    window.show()
    window.resize(*SIZE)
    settle(900)
    window.grab().save(str(folder / f"{login}-{theme}.png"))
    for verb in SHEETS.get(login, ()):
        window.conductor.act(verb)
        settle()
        if verb is Verb.DECLINE:
            sheet = window.area.side.sheet()
            assert isinstance(sheet, CommandSheet)
            reason = sheet.field("reason")
            assert isinstance(reason, ReasonField)
            reason.list.setCurrentRow(3)
            sheet.field("reason").edited.emit()
            settle(100)
        window.grab().save(str(folder / f"{login}-{verb.value}-{theme}.png"))
        window.area.side.close_sheet()
    if login == "curator":
        _take_curator(window, folder, theme)
    if login == "executor":
        window.conductor.place(Space.EXECUTION).edit()
        open_palette(window, "")
        settle()
        window.grab().save(str(folder / f"palette-{theme}.png"))
        for page in window.findChildren(Palette):
            page.close_page()
    if login == "operator":
        window.open_calls()
        settle()
        window.grab().save(str(folder / f"{login}-call-{theme}.png"))
        if window.calls is not None:
            window.calls.close_page()
    window.resize(*SMALL)
    settle()
    window.grab().save(str(folder / f"{login}-small-{theme}.png"))
    window.close()
    window.bridge.close()


def take_company(folder: Path, theme: str) -> None:
    """Other people at an executor's message: chips, the bar of who writes, a draft that was left, its difference."""
    desk = FakeDesk("u-exec")
    messages = fill(desk, upto=Stage.EXECUTION)
    preferences = Preferences(theme=theme)
    apply_look(preferences)
    window = MainWindow(Bridge(desk), desk.me(), preferences)  # type: ignore[arg-type]
    window.start()
    window.show()
    window.resize(*SIZE)
    settle(900)
    workspace = window.conductor.place(Space.EXECUTION)
    assert isinstance(workspace, ExecutionWorkspace)
    opened = window.conductor.opened
    shown = opened.message_id if opened is not None else messages[0].message_id
    looking = companion("Сидорова Анна Андреевна", Doing.LOOKING)
    desk.presence.become(shown, companion("Титов Алексей Сергеевич"), looking)
    settle()
    window.grab().save(str(folder / f"company-locked-{theme}.png"))
    desk.presence.become(shown, companion("Титов Алексей Сергеевич", Doing.LOOKING), looking)
    settle()
    workspace.pane.editor.text.setPlainText(MINE)
    desk.handover.find(left(shown, THEIRS, "Титов Алексей Сергеевич", left_files=("акт.pdf",)))
    settle()
    window.grab().save(str(folder / f"company-draft-{theme}.png"))
    workspace.pane.others.draft.acted.emit("compare")
    settle()
    window.grab().save(str(folder / f"company-compare-{theme}.png"))
    desk.presence.become(shown, is_known=False)
    settle()
    window.resize(*SMALL)
    settle()
    window.grab().save(str(folder / f"company-small-{theme}.png"))
    window.close()
    window.bridge.close()


def _take_curator(window: MainWindow, folder: Path, theme: str) -> None:
    """The card over the whole width, as Enter opens it from the board."""
    board = window.conductor.place(Space.CONTROL)
    assert isinstance(board, ControlWorkspace)
    row = board.model.row_at(board.model.index(0, 0))
    assert row is not None
    window.conductor.open_message(row.message_id)
    settle()
    window.grab().save(str(folder / f"curator-card-{theme}.png"))
    window.go_back()
    settle()


def open_palette(window: MainWindow, text: str) -> None:
    Palette(window, text).open_page()


def main(folder: Path, themes: tuple[str, ...], roles: tuple[str, ...] = (*ROLES, COMPANY)) -> None:
    app = make_application()
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as place, demo_town(Path(place)) as (town, passwords):
        for theme in themes if COMPANY in roles else ():
            take_company(folder, theme)
        for login in (one for one in roles if one != COMPANY):
            desk = town.bare_desk(login)
            desk.session.sign_in("town.example", login, passwords[login])
            desk.sync.first_sync(lambda done, total: None, lambda: False)
            for theme in themes:
                take(desk, login, folder, theme)
            desk.close()
    app.quit()


if __name__ == "__main__":
    chosen = tuple(sys.argv[2].split(",")) if len(sys.argv) > 2 else ("light", "dark")
    main(Path(sys.argv[1]), chosen, tuple(sys.argv[3].split(",")) if len(sys.argv) > 3 else (*ROLES, COMPANY))
