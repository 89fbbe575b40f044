"""Signing in, the first sync, troubles with the files, and two desks that see each other's work."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from arm.desk.desk import Desk
from arm.desk.troubles import CacheTrouble
from arm.desk.values import Me
from arm.domain.commands import Register
from arm.domain.identity import Role
from arm.domain.message import Applicant, Channel
from tests.desk_fixture import PASSWORD, Town, open_town
from ui.application import Application
from ui.bridge import Bridge
from ui.dialogs.account_picker import AccountPicker
from ui.dialogs.sign_in import SignInDialog
from ui.dialogs.trouble import TroubleDialog
from ui.status_bar import SyncStatusLine
from ui.wording import trouble_sentence

SERVER = "town.example"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with open_town(tmp_path) as made:
        yield made


@pytest.fixture
def desk(town: Town) -> Iterator[Desk]:
    made = town.bare_desk("moderator")
    yield made
    made.close()


@pytest.fixture
def dialog(desk: Desk, qtbot: QtBot) -> Iterator[SignInDialog]:
    bridge = Bridge(desk)
    made = SignInDialog(bridge, SERVER)
    qtbot.addWidget(made)
    made.show()
    yield made
    bridge.close()


def test_signing_in_loads_the_messages_and_tells_who_came(dialog: SignInDialog, qtbot: QtBot) -> None:
    dialog.login.setText("moderator")
    dialog.password.setText(PASSWORD)
    came: list[Me] = []
    dialog.signed_in.connect(came.append)
    with qtbot.waitSignal(dialog.signed_in, timeout=20_000):
        dialog.submit()
    assert [(me.full_name, me.roles) for me in came] == [("Мельникова Мария Игоревна", (Role.MODERATOR,))]
    assert dialog.password.text() == ""


def test_a_wrong_password_is_said_plainly_and_the_login_stays(dialog: SignInDialog, qtbot: QtBot) -> None:
    dialog.login.setText("moderator")
    dialog.password.setText("не тот")
    dialog.submit()
    qtbot.waitUntil(lambda: "Логин или пароль не подходит" in dialog._problem.text(), timeout=20_000)
    assert dialog.login.text() == "moderator" and dialog.button.isEnabled()


def test_a_silent_server_is_said_plainly(town: Town, dialog: SignInDialog, qtbot: QtBot) -> None:
    town.wire.is_cut = True
    dialog.login.setText("moderator")
    dialog.password.setText(PASSWORD)
    dialog.submit()
    qtbot.waitUntil(lambda: "Сервер не отвечает" in dialog._problem.text(), timeout=20_000)


def test_an_empty_field_is_named(dialog: SignInDialog) -> None:
    dialog.submit()
    assert dialog._problem.text() == "Заполните: логин"


def test_a_profile_in_use_is_said_with_what_to_do(qtbot: QtBot) -> None:
    dialog = TroubleDialog(CacheTrouble("in_use"))
    qtbot.addWidget(dialog)
    assert trouble_sentence(CacheTrouble("in_use")).startswith("Этот профиль уже открыт")


def test_what_one_desk_registers_appears_at_another(town: Town, qtbot: QtBot, tmp_path: Path) -> None:
    operator = town.desk("operator")
    application = Application(lambda profile: town.bare_desk(profile.name))
    came: list[BaseException | None] = []
    application.open_signed_in(tmp_path / "moderator", SERVER, "moderator", PASSWORD, came.append)
    qtbot.waitUntil(lambda: bool(came), timeout=20_000)
    window = application.windows()[0]
    qtbot.waitUntil(lambda: not window.bridge.jobs.is_busy())
    applicant = Applicant(name="Зуев Захар Ильич", phone="+7 900 000-00-01")
    operator.commands.do(None, Register(text="Яма у школы", channel=Channel.PHONE, applicant=applicant))
    operator.sync.run_now()
    window.sync_now()
    qtbot.waitUntil(lambda: window.queue.model.rowCount() == 1, timeout=20_000)
    qtbot.waitUntil(lambda: "Яма у школы" in window.card.text.text())
    window.close()
    operator.close()


def test_a_mistake_is_apologised_for_once_and_the_window_goes_on(
    town: Town, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    application = Application(lambda profile: town.bare_desk(profile.name))
    came: list[BaseException | None] = []
    application.open_signed_in(tmp_path / "moderator", SERVER, "moderator", PASSWORD, came.append)
    qtbot.waitUntil(lambda: bool(came), timeout=20_000)
    window = application.windows()[0]
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    application.install_hook()
    error = ZeroDivisionError("тайна")
    sys.excepthook(type(error), error, None)
    face = window.banner.face()
    assert face is not None and "Программа ошиблась" in face.text and "тайна" not in face.text
    window.banner.set_face(None)
    sys.excepthook(type(error), error, None)
    assert window.banner.face() is None
    window.close()


@dataclass(frozen=True)
class Somebody:
    """A person of the demonstration."""

    login: str
    password: str = PASSWORD
    full_name: str = "Котов Кирилл Олегович"
    position: str = "координатор"
    roles: tuple[Role, ...] = (Role.COORDINATOR,)


def test_the_picker_opens_a_window_of_its_own_for_each_person(town: Town, qtbot: QtBot, tmp_path: Path) -> None:
    application = Application(lambda profile: town.bare_desk(profile.name))
    people = (Somebody("coordinator"), Somebody("manager", full_name="Рогов Роман Ильич", roles=(Role.MANAGER,)))
    picker = AccountPicker(SERVER, people, tmp_path / "profiles", application)
    qtbot.addWidget(picker)
    picker.show()
    picker.enter_current()
    picker.list.setCurrentRow(1)
    picker.enter_current()
    qtbot.waitUntil(lambda: len(application.windows()) == 2, timeout=20_000)
    assert [window.me.full_name for window in application.windows()] == [one.full_name for one in people]
    for window in application.windows():
        window.close()
    assert application.windows() == ()


def test_another_language_makes_every_window_anew_where_it_was(town: Town, qtbot: QtBot, tmp_path: Path) -> None:
    application = Application(lambda profile: town.bare_desk(profile.name))
    came: list[BaseException | None] = []
    for login in ("moderator", "coordinator"):
        application.open_signed_in(tmp_path / login, SERVER, login, PASSWORD, came.append)
    qtbot.waitUntil(lambda: came == [None, None], timeout=20_000)
    first, second = application.windows()
    qtbot.waitUntil(lambda: all(one.conductor.space is not None for one in (first, second)))
    assert second.conductor.space is not None
    assert second.queue.choose_filter(1)
    left = (second.conductor.space, second.queue.filters.current())
    first.language_asked.emit()
    anew = application.windows()
    assert len(anew) == 2 and first not in anew and second not in anew
    assert {one.windowTitle() for one in anew} == {"ARM: messages of citizens"}
    assert (anew[1].conductor.space, anew[1].queue.filters.current()) == left
    assert [one.preferences.language for one in anew] == ["en", "en"]
    anew[0].zoom_asked.emit(1.2)
    assert [one.preferences.font_scale for one in anew] == [1.2, 1.2]
    for window in anew:
        window.close()


def test_a_remark_goes_with_the_next_edit(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    status, line = SyncStatusLine(), QLineEdit()
    column.addWidget(line)
    column.addWidget(status)
    window.show()
    status.announce("Не отправлено: не указан утверждающий")
    QTest.keyClick(line, Qt.Key.Key_Tab)
    assert status.remark()
    QTest.keyClick(line, Qt.Key.Key_X)
    assert status.remark() == "" and line.text() == "x"
